// What people come for, and find at first sight.

import assert from "node:assert/strict";
import { test } from "node:test";
import { earnedApart, owedApart } from "../../functions/dashboard-api/page/dues.js";
import { sign } from "../../functions/dashboard-api/page/money.js";
import { MANAGER, api, go, money, opened } from "./support.mjs";

const listed = async () => (await api("/partners?with=minimum_sales&limit=500")).json.partners;

test("how far a partner is on its way to the minimum, and how far it should be", async (t) => {
  const affiliate = (await listed()).find(({ minimum_sales: year }) => year && year.sales < year.minimum);
  const page = await opened(t, MANAGER, { address: `#/partners/${affiliate.partner_id}` });
  const { sales, minimum, expected } = affiliate.minimum_sales;
  const card = page.locator(".progress").first();
  await card.getByText(`${sales} of ${minimum} sales`).waitFor();
  await card.getByText(`${expected} expected by today.`).waitFor();
  await card.getByText("No amount depends on it.").waitFor();
});

test("who is behind, and since when a year was missed", async (t) => {
  const late = (await listed()).flatMap(({ minimum_sales: year, missed = [] }) => [
    ...missed,
    ...(year?.status === "behind" ? [year] : []),
  ]);
  assert.ok(late.length > 0);
  const page = await opened(t, MANAGER);
  const rows = page.getByRole("table", { name: "Behind on minimum sales" }).locator("tbody tr");
  assert.equal(await rows.count(), late.length);
});

test("what was earned in a month and what is owed at its end are two figures, and below zero stands apart", async (t) => {
  const page = await opened(t, MANAGER);
  for (const month of ["2024-03", "2025-01"]) {
    await go(page, `#/?from=${month}&to=${month}`);
    const summary = (await api(`/summary?from=${month}&to=${month}`)).json;
    const then = (await api(`/partners?with=balances&until=${month}&limit=500`)).json;
    const shown = async (title) => {
      const cards = page.getByRole("region", { name: title }).locator("[data-currency]");
      return (await cards.allInnerTexts()).map((text) => text.replace(/[\u202f\s]+/g, " "));
    };
    const amounts = (list) => list.filter((amount) => sign(amount) !== 0).map((amount) => money(amount).replace(/\s/g, " "));
    const check = (texts, sums) => {
      assert.equal(texts.length, sums.length);
      for (const one of sums)
        for (const amount of amounts(one)) assert.ok(texts.some((text) => text.includes(amount)), `${month} ${amount}: ${texts}`);
    };
    check(await shown(/^Earned in/), earnedApart(summary.partners).map(({ plus, minus }) => [plus, minus]));
    const owed = owedApart(then.partners).map(({ to, from }) => [to.plus, to.minus, from.plus, from.minus]);
    check(await shown(/^Owed at the end of/), owed);
  }
});
