// What a partner reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADMIN, PARTNER, PARTNER_ID, api, downloaded, go, money, opened, idle, workbook } from "./support.mjs";

const { entries } = (await api(`/partners/${PARTNER_ID}/entries?limit=500`, PARTNER)).json;

test("balances, to the cent and by currency", async (t) => {
  const page = await opened(t, PARTNER);
  const { balances } = (await api(`/partners/${PARTNER_ID}`, PARTNER)).json;
  assert.equal(await page.locator(".balances [data-currency]").count(), balances.length);
  for (const balance of balances) {
    const amounts = await page.locator(`.balances [data-currency=${balance.currency}] .money`).allTextContents();
    assert.deepEqual(amounts, [money(balance.due_to_partner), money(balance.due_from_partner)]);
  }
  await page
    .getByRole("img", { name: /Amounts by month/ })
    .first()
    .waitFor();
  await page.getByText("The figures as a table").click();
  await page.getByRole("table", { name: "Amounts by month" }).waitFor();
});

test("entries of a period, each with its explanation", async (t) => {
  const page = await opened(t, PARTNER, { address: "#/entries" });
  const wanted = entries.find((entry) => entry.contract_id);
  const ofDay = entries.filter((entry) => entry.booked_on === wanted.booked_on);
  await page.getByLabel("From").fill(wanted.booked_on);
  await page.getByLabel("To").fill(wanted.booked_on);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForFunction((day) => location.hash.includes(day), wanted.booked_on);
  await idle(page);
  const rows = page.locator("tr.opens");
  await page.waitForFunction((number) => document.querySelectorAll("tr.opens").length === number, ofDay.length);
  const button = rows.nth(ofDay.indexOf(wanted)).getByRole("button");
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  assert.equal(await page.locator(".detail-row:not([hidden]) .explanation").textContent(), wanted.explanation);
  await page.locator(".detail-row:not([hidden])").getByRole("link", { name: wanted.contract_id }).click();
  await page.getByRole("heading", { level: 1, name: wanted.contract_id }).waitFor();
});

test("page by page, there and back", async (t) => {
  const found = await partnerWithManyEntries();
  if (!found) return t.skip("no partner has more than a page of entries");
  const page = await opened(t, ADMIN, { address: `#/partners/${found}/entries` });
  const list = () => page.locator("tr.opens").allTextContents();
  const turn = async (name, number) => {
    await page.getByRole("button", { name }).click();
    await page.getByRole("navigation", { name: "Pages" }).getByText(`Page ${number}`, { exact: true }).waitFor();
    await idle(page);
  };
  const first = await list();
  assert.equal(first.length, 25);
  await turn("Next", 2);
  assert.notDeepEqual(await list(), first);
  await turn("Previous", 1);
  assert.deepEqual(await list(), first);
});

async function partnerWithManyEntries() {
  const { partners } = (await api("/partners?limit=100")).json;
  for (const { partner_id: id } of partners) {
    if ((await api(`/partners/${id}/entries?limit=26`)).json.entries.length === 26) return id;
  }
  return null;
}

test("a contract's history", async (t) => {
  const id = entries.find((entry) => entry.contract_id).contract_id;
  const contract = (await api(`/contracts/${id}`, PARTNER)).json;
  const page = await opened(t, PARTNER, { address: `#/contracts/${id}` });
  const events = contract.annuities.reduce(
    (number, annuity) => number + 1 + annuity.adjustments.length,
    contract.sale ? 1 : 0,
  );
  const history = page.getByRole("region", { name: "History" });
  assert.equal(await history.getByRole("listitem").count(), events);
  for (const { line } of contract.annuities.filter((annuity) => annuity.line))
    await history.getByText(line.explanation).first().waitFor();
  assert.equal(await page.locator("tr.opens").count(), contract.entries.length);
  assert.equal(await page.getByText("Choose the effective claim").count(), 0, "choosing is the manager's");
});

test("contracts of a period, with what each came to", async (t) => {
  const page = await opened(t, PARTNER, { address: "#/contracts?from=2000-01-01" });
  const contracts = new Set(
    entries.filter((entry) => entry.contract_id).map((entry) => `${entry.contract_id} ${entry.amount.currency}`),
  );
  assert.equal(await page.locator("tbody tr").count(), contracts.size);
});

test("a statement on the screen, on paper and as a file", async (t) => {
  const month = entries[0].booked_on.slice(0, 7);
  const ofMonth = entries.filter((entry) => entry.booked_on.startsWith(month));
  const page = await opened(t, PARTNER, { address: `#/statement/${month}` });
  const explanations = page.getByRole("region", { name: "Entries" }).locator(".explanation");
  assert.deepEqual(
    await explanations.allTextContents(),
    ofMonth.map((entry) => entry.explanation),
  );

  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("navigation").count(), 0, "no navigation on paper");
  assert.equal(await page.locator("form").isVisible(), false);
  for (let i = 0; i < ofMonth.length; i += 1) assert.equal(await explanations.nth(i).isVisible(), true);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  await page.emulateMedia({ media: "screen" });

  const { name, content } = await downloaded(page, "Download (.xlsx)");
  assert.equal(name, `statement-${month}-${PARTNER_ID}.xlsx`);
  assert.deepEqual(content, await workbook(`/partners/${PARTNER_ID}/statement?month=${month}&lang=en`, PARTNER));

  await go(page, `#/statement/${month}?as_of=2000-01-01`);
  await page.getByText("Nothing was booked in this month.").waitFor();
});

test("a statement's file is in the language of the page", async (t) => {
  const month = entries[0].booked_on.slice(0, 7);
  const page = await opened(t, PARTNER, { address: `#/statement/${month}`, locale: "fr-FR" });
  const { name, content } = await downloaded(page, "Télécharger (.xlsx)");
  assert.equal(name, `releve-${month}-${PARTNER_ID}.xlsx`);
  assert.deepEqual(content, await workbook(`/partners/${PARTNER_ID}/statement?month=${month}&lang=fr`, PARTNER));
});

test("the programme, model by model", async (t) => {
  const { versions } = (await api("/programme", PARTNER)).json;
  const page = await opened(t, PARTNER, { address: "#/programme" });
  for (const model of versions[0].models) {
    const article = page
      .getByRole("article")
      .filter({ has: page.getByRole("heading", { level: 2, name: model.name.en }) })
      .first();
    for (const text of [
      model.principle.en,
      model.earnings.text.en,
      model.support_by.text.en,
      ...model.conditions.map((one) => one.text.en),
      ...model.perks.map((one) => one.text.en),
    ]) {
      await article.getByText(text).first().waitFor();
    }
  }
});

test("what was earned this month and this year, beside last year", async (t) => {
  const now = new Date().toISOString().slice(0, 7);
  const year = Number(now.slice(0, 4));
  const { months } = (await api(`/partners/${PARTNER_ID}/summary?from=${year - 1}-01&to=${now}`)).json;
  const totals = months.flatMap((one) => one.totals.map((total) => ({ ...total, month: one.month })));
  const currency = totals[0].currency;
  const earned = (from, to) => {
    const own = totals.filter((total) => total.currency === currency && from <= total.month && total.month <= to);
    const cents = own.reduce((sum, { earned: { amount } }) => sum + BigInt(amount.replace(".", "")), 0n);
    const places = totals[0].earned.amount.split(".")[1]?.length ?? 0;
    const digits = String(cents < 0n ? -cents : cents).padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places);
    return money({ amount: `${cents < 0n ? "-" : ""}${places ? `${whole}.${digits.slice(-places)}` : whole}`, currency });
  };
  const page = await opened(t, PARTNER);
  const card = page.locator(`.earnings [data-currency=${currency}]`);
  const shown = (await card.locator("dd").allTextContents()).map((text) => text.replace(/\s/g, "\u00a0"));
  const expected = [[now, now], [`${year}-01`, now], [`${year - 1}-01`, `${year - 1}${now.slice(4)}`]];
  assert.deepEqual(shown, expected.map(([from, to]) => earned(from, to)));
});
