// What a partner reads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf } from "../../functions/dashboard-api/page/lines.js";
import { sum } from "../../functions/dashboard-api/page/money.js";
import { MANAGER, PARTNER, PARTNER_ID, api, downloaded, go, money, opened, idle, workbook } from "./support.mjs";

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

test("a chart says the month that is gone to, and leads to its statement", async (t) => {
  const page = await opened(t, PARTNER);
  const chart = page.getByRole("slider", { name: /Amounts by month/ }).first();
  const reading = page.locator(".reading").first();
  const now = await reading.innerText();
  assert.equal(Number(await chart.getAttribute("aria-valuemax")) >= 12, true);
  await chart.press("ArrowLeft");
  const before = await chart.getAttribute("aria-valuetext");
  assert.notEqual(await reading.innerText(), now);
  await chart.press("End");
  await chart.press("ArrowRight");
  assert.equal(await chart.getAttribute("aria-valuenow"), await chart.getAttribute("aria-valuemax"));
  await chart.press("Home");
  await chart.locator(".column").nth(3).hover();
  assert.equal(await chart.getAttribute("aria-valuenow"), "4");
  const month = (await reading.locator("strong").first().innerText()).toLowerCase();
  assert.ok((await chart.getAttribute("aria-valuetext")).toLowerCase().startsWith(month), before);
  await chart.locator(".column").nth(3).click();
  await page.getByRole("heading", { level: 1 }).getByText(new RegExp(month, "i")).waitFor();
  await idle(page);
});

test("a finger shows the values of a month, and stays", async (t) => {
  const page = await opened(t, PARTNER, { hasTouch: true, viewport: { width: 390, height: 800 } });
  const chart = page.getByRole("slider", { name: /Amounts by month/ }).first();
  await chart.locator(".column").nth(5).tap();
  assert.equal(await chart.getAttribute("aria-valuenow"), "6");
  assert.equal(await page.evaluate(() => location.hash), "#/");
});

test("entries of a period, a row for each line, which opens its entries", async (t) => {
  const page = await opened(t, PARTNER, { address: "#/entries" });
  const wanted = entries.find((entry) => entry.contract_id);
  const ofDay = linesOf(entries.filter((entry) => entry.booked_on === wanted.booked_on));
  await page.getByLabel("From").fill(wanted.booked_on);
  await page.getByLabel("To").fill(wanted.booked_on);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.waitForFunction((day) => location.hash.includes(day), wanted.booked_on);
  await idle(page);
  const rows = page.locator("tr.opens");
  await page.waitForFunction((number) => document.querySelectorAll("tr.opens").length === number, ofDay.length);
  const line = ofDay.findIndex(({ latest }) => latest.contract_id === wanted.contract_id);
  const button = rows.nth(line).getByRole("button");
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await button.getAttribute("aria-expanded"), "true");
  const open = page.locator(".detail-row:not([hidden])");
  assert.deepEqual(
    await open.locator(".explanation").allTextContents(),
    ofDay[line].entries.map((entry) => entry.explanation),
  );
  await open.getByRole("link", { name: wanted.contract_id }).click();
  await page.getByRole("heading", { level: 1, name: wanted.contract_id }).waitFor();
});

test("all entries as lines, newest first, with their sums", async (t) => {
  const page = await opened(t, PARTNER, { address: "#/entries" });
  const lines = linesOf(entries);
  const days = await page.locator("tbody tr.opens time").evaluateAll((times) => times.map((time) => time.dateTime));
  assert.deepEqual(days, lines.slice(0, 50).map(({ latest }) => latest.booked_on));
  const corrected = lines.slice(0, 50).filter((line) => line.corrections > 0).length;
  assert.equal(await page.getByText(/^corrected/).count(), corrected);
  const amounts = entries.map((entry) => entry.amount);
  const currencies = [...new Set(amounts.map((amount) => amount.currency))].sort();
  const sums = currencies.map((currency) => {
    const own = amounts.filter((amount) => amount.currency === currency);
    return money(sum(own, own[0]));
  });
  const column = (await page.locator("thead th").allTextContents()).findIndex((head) => head === "Amount") + 1;
  assert.deepEqual(await page.locator(`tfoot tr > :nth-child(${column})`).allTextContents(), sums);
});

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

test("every contract with its status and the reason, found by its client or its status", async (t) => {
  const { contracts } = (await api(`/partners/${PARTNER_ID}/contracts?limit=500`, PARTNER)).json;
  const page = await opened(t, PARTNER, { address: "#/contracts" });
  assert.equal(await page.locator("tbody tr").count(), contracts.length);
  const newest = contracts.at(-1);
  const first = page.locator("tbody tr").first();
  assert.equal(await first.locator("a").getAttribute("href"), `#/contracts/${newest.contract_id}`);
  for (const status of new Set(contracts.map((one) => one.status))) {
    await go(page, `#/contracts?status=${status}`);
    assert.equal(
      await page.locator("tbody tr").count(),
      contracts.filter((one) => one.status === status).length,
      status,
    );
  }
  await go(page, `#/contracts?q=${newest.contract_id}`);
  assert.equal(await page.locator("tbody tr").count(), 1);
});

test("a partner reports a missing sale, a manager answers, and both see it", async (t) => {
  const words = `Mairie de Vias, signed on 3 March (${Date.now()})`;
  const page = await opened(t, PARTNER, { address: "#/contracts" });
  await page.getByRole("link", { name: "Report a missing sale or an error" }).click();
  await page.getByLabel("In your words").fill(words);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".inquiry", { hasText: words }).getByText("Open").waitFor();

  const managers = await opened(t, MANAGER, { address: "#/attention" });
  const waiting = managers.locator(".inquiry", { hasText: words });
  await waiting.getByText("Answer", { exact: true }).first().click();
  await waiting.getByLabel("Your answer").fill("It was billed today.");
  await waiting.getByRole("button", { name: "Answer" }).click();
  await waiting.waitFor({ state: "detached" });
  assert.notEqual(await managers.evaluate(() => document.activeElement.tagName), "BODY", "the keyboard goes on from there");

  await page.reload();
  const answered = page.locator(".inquiry", { hasText: words });
  await answered.getByText("It was billed today.").waitFor();
  await answered.getByText("Answered", { exact: true }).waitFor();
  await go(page, "#/");
  await page.getByText("Your inquiry was answered").first().waitFor();
});

test("a manager ticks a perk, and takes a wrong day back", async (t) => {
  const id = "PERKS";
  const agreement = { model: "independent-integrator", starts_on: "2024-01-01", technical_qualification: { qualified_on: "2024-01-01" } };
  await api(`/partners/${id}`, MANAGER, { method: "PUT", body: JSON.stringify({ name: "Perks", agreements: [agreement] }) });
  const page = await opened(t, MANAGER, { address: `#/partners/${id}` });
  const perks = page.getByRole("region", { name: "Other benefits" });
  await perks.getByText("Not taken yet").waitFor();
  await perks.getByText("Record a perk").click();
  await perks.getByLabel("Day").fill("2024-05-06");
  await perks.getByRole("button", { name: "Training taken" }).click();
  await perks.getByText("Taken on 6 May 2024").waitFor();
  await perks.getByText("Record a perk").click();
  await perks.getByRole("button", { name: "Take back: training of 6 May 2024" }).click();
  await perks.getByText("Not taken yet").waitFor();
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
  assert.equal(await page.locator("main form").isVisible(), false);
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
  const shown = (await card.locator("h3 + dl dd").allTextContents()).map((text) => text.replace(/\s/g, "\u00a0"));
  const expected = [[now, now], [`${year}-01`, now], [`${year - 1}-01`, `${year - 1}${now.slice(4)}`]];
  assert.deepEqual(shown, expected.map(([from, to]) => earned(from, to)));
});
