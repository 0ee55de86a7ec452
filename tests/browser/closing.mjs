// Closing: billing identities, the preview, the close, its documents, a contest and its answer, for each who takes part.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ACCOUNTANT, FOREIGN_ID, MANAGER, PARTNER, PARTNER_ID, api, go, idle, opened, screenshot } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

/** Nothing that axe finds. */
async function accessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
    [],
  );
}

/** The month before this one, in Europe/Paris. */
const today = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Paris" }).format(new Date());
const last = new Date(Date.UTC(Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 2, 1));
const month = last.toISOString().slice(0, 7);
const monthName = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" }).format(last);

const IDENTITY = {
  "Legal name": "Lumen Conseil SAS",
  Address: "2 rue de Lyon, 69002 Lyon",
  Country: "FR",
  SIREN: "512 345 612",
  "VAT id": "FR68512345612",
};

async function fill(page, values) {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(value);
}

test("the vendor's identity is recorded, and a mistake is said at its field", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/closing" });
  await heading(page, "Closing");
  await page.getByRole("link", { name: "Our billing identity" }).click();
  await heading(page, "Our billing identity");
  await fill(page, { ...IDENTITY, "Legal name": "all-in-web", SIREN: "448765439", "Holds from": "2020-01-01" });
  await fill(page, { "VAT id": "FR55448765438" });
  await page.getByLabel("VAT regime").selectOption({ label: "France, with VAT" });
  await button(page, "Record this version").click();
  const siren = page.getByLabel("SIREN");
  await page.waitForFunction(() => document.querySelector("[name=siren][aria-invalid=true]"));
  assert.equal(await siren.evaluate((field) => field === document.activeElement), true);
  await siren.fill("448765438");
  await button(page, "Record this version").click();
  await page.getByRole("region", { name: "Version 1" }).waitFor();
  assert.equal((await api("/vendor")).json.versions[0].siren, "448765438");
});

test("a partner's identity is recorded with its mandate, and keeps an IBAN that is masked", async (t) => {
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}` });
  await page.getByRole("navigation", { name: `Partner ${PARTNER_ID}` }).getByRole("link", { name: "Billing" }).click();
  await heading(page, "Billing identity");
  await page.getByText("Incomplete: what is due is carried until then.").waitFor();
  await fill(page, { ...IDENTITY, "Holds from": "2020-01-01", "Signed on": "2020-01-01", "Days to contest": "20" });
  await fill(page, { "Series code": "LUMEN", IBAN: "FR76 3000 6000 0112 3456 7890 189", "Account holder": "Lumen" });
  await page.getByLabel("VAT regime").selectOption({ label: "France, with VAT" });
  await page.getByRole("group", { name: "Minimum of a document" }).getByLabel("EUR").fill("1,0x");
  await button(page, "Record this version").click();
  await page.waitForFunction(() => document.querySelector("[data-minimum=EUR][aria-invalid=true]"));
  await page.getByRole("group", { name: "Minimum of a document" }).getByLabel("EUR").fill("10.00");
  await button(page, "Record this version").click();
  await page.getByText("Complete: documents can be made.").waitFor();
  const masked = (await api(`/partners/${PARTNER_ID}/billing`)).json.versions[0].iban;
  assert.equal(await page.getByLabel("IBAN", { exact: true }).inputValue(), masked);
  await fill(page, { "Payment days": "45" });
  await button(page, "Record this version").click();
  await page.getByRole("region", { name: "Version 2" }).waitFor();
  await page.getByText("Other versions").click();
  await page.getByRole("region", { name: "Version 1" }).waitFor();
  const { versions, holds_today: holds } = (await api(`/partners/${PARTNER_ID}/billing`)).json;
  assert.deepEqual([versions[1].payment_days, versions[1].iban, holds], [45, masked, 2]);
});

/** A complete identity without a mandate. */
const WITHOUT_MANDATE = {
  from: "2020-01-01",
  legal_name: "Foreign SARL",
  address: "1 rue de Metz, 31000 Toulouse",
  country: "FR",
  siren: "732829320",
  regime: "fr-franchise",
  series: "FOREIGN",
};

/** A preview that has documents: what was recorded a moment ago is after the cut. */
async function previewed() {
  for (;;) {
    const { json } = await api(`/closings/${month}/preview`, MANAGER, { method: "POST" });
    if (json.documents.length > 0) return json;
    await new Promise((done) => setTimeout(done, 1000));
  }
}

test("a month is previewed, closed once more is asked, and its documents come", async (t) => {
  const body = JSON.stringify(WITHOUT_MANDATE);
  assert.equal((await api(`/partners/${FOREIGN_ID}/billing/1`, MANAGER, { method: "PUT", body })).status, 201);
  const { documents } = await previewed();
  assert.deepEqual(
    documents.map((one) => [one.partner_id, one.direction]),
    [
      [PARTNER_ID, "to-partner"],
      [PARTNER_ID, "from-partner"],
    ],
  );
  const { number } = documents[0];
  const page = await opened(t, MANAGER, { address: "#/closing" });
  await button(page, "See the preview").click();
  await heading(page, `Close ${monthName}`);
  await idle(page);
  // What to look at first leads to the form.
  const look = page.getByRole("region", { name: "To look at first" });
  await look.getByRole("link").first().waitFor();
  assert.match(await look.getByRole("link").first().getAttribute("href"), /^#\/partners\/[^/]+\/billing$/);
  assert.match(await look.innerText(), /Lacking: .*legal name/i);
  await page.getByRole("table", { name: "Documents" }).getByRole("button", { name: number }).click();
  await page.getByRole("table", { name: `Lines of ${number}` }).waitFor();
  await page.getByText("complete it before the next close").waitFor();

  await accessible(page);
  await screenshot(page, "closing-preview");

  // The first close may open all accounts instead.
  await page.getByText("Orders for this close").click();
  await page.getByLabel("Open all accounts").check();
  await button(page, "Preview with these orders").click();
  await page.getByRole("table", { name: "Accounts opened: Due from the partner" }).waitFor();
  await accessible(page);
  await screenshot(page, "closing-preview-opening");
  await page.getByLabel("Open all accounts").uncheck();

  // A wrong order is said at its field, and changed orders are previewed before closing.
  await button(page, "Add a rate").click();
  await fill(page, { Currency: "chf", "EUR for one unit": "nearly" });
  await page.getByText("The orders have changed.").waitFor();
  await button(page, "Preview with these orders").click();
  await page.waitForFunction(() => document.querySelector("[data-name=rate][aria-invalid=true]"));
  await page.getByLabel("EUR for one unit").fill("1.0735");
  await button(page, "Preview with these orders").click();
  await idle(page);

  await button(page, `Close ${monthName}`).click();
  const asked = page.getByRole("group", { name: `Close ${monthName}` });
  await asked.getByText("A close is never undone.").waitFor();
  await accessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await screenshot(page, "closing-asked-phone");
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal((await api(`/closings/${month}`)).status, 404, "nothing is closed before the answer");
  await button(page, `Close ${monthName} for good`).click();
  await heading(page, "Closing");
  await page.getByText("Documents follow").or(page.getByText("Documents are being made")).first().waitFor();
  // The view asks by itself until they are there.
  await page.getByRole("cell", { name: "Due to the partner" }).first().waitFor({ timeout: 120_000 });
  const close = (await api(`/closings/${month}`)).json;
  assert.deepEqual([close.made.documents, close.rates], [2, { CHF: "1.0735" }]);

  await page.getByRole("link", { name: monthName }).click();
  await heading(page, monthName);
  await page.getByRole("table", { name: "Carried: Due to the partner" }).waitFor();
  await page.getByRole("link", { name: number }).click();
  await heading(page, number);
  assert.equal(await page.evaluate(() => location.hash), `#/partners/${PARTNER_ID}/documents/${number}`);
});

const numberOf = async () => (await api(`/partners/${PARTNER_ID}/account`)).json.documents.find((one) => one.direction === "to-partner").number;

test("a document is printed in a tab of its own, and is an XML file", async (t) => {
  const number = await numberOf();
  const page = await opened(t, PARTNER, { address: "#/documents" });
  await heading(page, "Documents");
  const [tab] = await Promise.all([page.waitForEvent("popup"), button(page, `Print ${number}`).click()]);
  await tab.locator("h1").filter({ hasText: number }).waitFor();
  assert.equal(await tab.title(), number);
  // Its style is there, though the page's policy admits none within a page.
  assert.ok(await tab.evaluate(() => document.adoptedStyleSheets[0].cssRules.length > 5 && document.compatMode === "CSS1Compat"));
  await screenshot(tab, "closing-print");
  await page.getByRole("link", { name: number, exact: true }).click();
  await heading(page, number);
  await idle(page);
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "XML").click()]);
  assert.equal(download.suggestedFilename(), `${number}.xml`);
  await page.getByText("Entries behind the lines").click();
  await page.getByRole("table", { name: "Entries behind the lines" }).waitFor();
});

test("a partner contests a line, a manager answers, an accountant reads", async (t) => {
  const number = await numberOf();
  const address = `#/partners/${PARTNER_ID}/documents/${number}`;
  const accountant = await opened(t, ACCOUNTANT, { address });
  await accountant.getByText("Nobody contests this document.").waitFor();
  const partner = await opened(t, PARTNER, { address: `#/documents/${number}` });
  await partner.getByText("Contest this document").click();
  await button(partner, "Contest").click();
  await partner.waitForFunction(() => document.querySelector("[name=reason][aria-invalid=true]"));
  await partner.getByLabel("What is meant").selectOption({ index: 1 });
  await partner.getByLabel("Reason").fill("The sale of Lille\nis missing.");
  await button(partner, "Contest").click();
  await partner.getByText("The sale of Lille is missing.").waitFor();
  await partner.getByText("It waits for the answer of a manager.").waitFor();

  const manager = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/documents` });
  await manager.getByText("Contested", { exact: true }).first().waitFor();
  await go(manager, address);
  await accountant.reload();
  await accountant.getByText("The sale of Lille is missing.").waitFor();
  assert.equal(await button(accountant, "Answer and settle").count(), 0);
  await manager.getByLabel("Your answer").fill("It comes with the next document.");
  await button(manager, "Answer and settle").click();
  await manager.getByText("Contest answered").waitFor();
  await partner.reload();
  await partner.getByText("It comes with the next document.").waitFor();
  assert.equal((await api(`/documents/${number}`)).json.contests[0].answer.text, "It comes with the next document.");
});

test("what is contested and waits is counted with the closes, and listed with the way to each document", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/closing" });
  assert.equal(await page.getByText("waits for an answer").count(), 0, "the only contest is answered");
  const own = (await api(`/partners/${PARTNER_ID}/account`)).json.documents.find((one) => one.direction === "from-partner").number;
  const body = JSON.stringify({ reason: "This was set off in March already." });
  assert.equal((await api(`/documents/${own}/contests/1`, PARTNER, { method: "PUT", body })).status, 201);
  const accountant = await opened(t, ACCOUNTANT, { address: "#/closing/contests" });
  await accountant.getByText("They wait for the answer of a manager").waitFor();
  await page.reload();
  await page.getByText("1 contest waits for an answer.").waitFor();
  await page.getByRole("link", { name: "See what is contested" }).click();
  await heading(page, "Contested documents");
  const row = page.getByRole("table", { name: "Contested documents" }).getByRole("row").filter({ hasText: "This was set off in March already." });
  await row.getByText("Invoice", { exact: true }).waitFor();
  await row.getByRole("link", { name: own }).click();
  await heading(page, own);
  await page.getByLabel("Your answer").waitFor();
});

/** What a partner is due in a currency, by month and model, as its entries say: the lines of its invoice. */
async function linesOf(id, currency) {
  const sums = new Map();
  for (const entry of (await api(`/partners/${id}/entries?limit=500`)).json.entries) {
    if (entry.kind !== "commission" || entry.amount.currency !== currency) continue;
    const key = `${entry.booked_on.slice(0, 7)} ${entry.model}`;
    sums.set(key, (sums.get(key) ?? 0) + Math.round(Number(entry.amount.amount) * 100));
  }
  return [...sums].filter(([, cents]) => cents !== 0).map(([key, cents]) => [...key.split(" "), (cents / 100).toFixed(2)]);
}

test("a partner without a mandate sends its own invoice, which a manager records", async (t) => {
  const lines = await linesOf(FOREIGN_ID, "EUR");
  const page = await opened(t, ACCOUNTANT, { address: `#/partners/${FOREIGN_ID}/documents` });
  await page.getByText("No mandate", { exact: true }).first().waitFor();
  const card = page.locator("details").filter({ hasText: `Record the partner’s own invoice for ${monthName}, EUR` });
  await card.locator("summary").click();
  await card.getByLabel("Number").fill("2026/17");
  for (const [i, [of, model, amount]] of lines.entries()) {
    if (i > 0) await card.getByRole("button", { name: "Add a line" }).click();
    const row = card.getByRole("group", { name: `Lines ${i + 1}`, exact: true });
    await row.getByLabel("For: Month").selectOption(of.slice(5));
    await row.getByLabel("For: Year").fill(of.slice(0, 4));
    await row.getByLabel("Model").selectOption(model);
    await row.getByLabel("Amount").fill(i === 0 ? "x" : amount);
  }
  await card.getByRole("button", { name: "Record the invoice" }).click();
  const first = card.getByRole("group", { name: "Lines 1", exact: true });
  await page.waitForFunction(() => document.querySelector("[data-name=amount][aria-invalid=true]"));
  // A line that differs is said in the units of its currency.
  await first.getByLabel("Amount").fill("1,234.56");
  await card.getByRole("button", { name: "Record the invoice" }).click();
  await first.getByText(`says 1,234.56\u00a0EUR for ${lines[0][0]}`).waitFor();
  await screenshot(page, "closing-own-invoice-refused");
  await first.getByLabel("Amount").fill(lines[0][2]);
  await card.getByRole("button", { name: "Record the invoice" }).click();
  await page.getByRole("table", { name: "Invoices and credit notes" }).getByText("2026/17").waitFor();
  assert.equal((await api(`/partners/${FOREIGN_ID}/account`)).json.documents[0].kind, "received-invoice");
});

/** The part of a partner's documents that a summary opens. */
async function card(page, summary) {
  const found = page.locator("details").filter({ has: page.locator("summary", { hasText: summary }) });
  await found.locator("summary").click();
  return found;
}

const wrong = (page, name) => page.waitForFunction((name) => document.activeElement.matches(`[name=${name}][aria-invalid=true]`), name);

test("a partner cancels its own invoice by its credit note, which a manager records", async (t) => {
  const page = await opened(t, MANAGER, { address: `#/partners/${FOREIGN_ID}/documents` });
  const form = await card(page, "Record the partner’s credit note that cancels an invoice");
  const record = form.getByRole("button", { name: "Record the credit note" });
  assert.match(await form.getByLabel("Invoice that it cancels").innerText(), /^2026\/17, /);
  await record.click();
  await wrong(page, "number");
  await form.getByLabel("Number of the credit note").fill("A/3");
  await form.getByLabel("Date").fill("");
  await record.click();
  await wrong(page, "date");
  await form.getByLabel("Date").fill(today);
  await record.click();
  await page.getByRole("table", { name: "Invoices and credit notes" }).getByText("A/3").waitFor();
  assert.equal(await page.getByText("Record the partner’s credit note").count(), 0, "nothing is left to cancel");
  const [cancellation] = (await api(`/partners/${FOREIGN_ID}/account`)).json.documents;
  assert.deepEqual([cancellation.kind, cancellation.cancels], ["received-cancellation", "2026/17"]);
});

test("an invoice from before is recorded, and each mistake is said at its field", async (t) => {
  const page = await opened(t, ACCOUNTANT, { address: `#/partners/${FOREIGN_ID}/documents` });
  await page.getByText("None is recorded.").waitFor();
  const form = await card(page, "Record an invoice from before");
  const record = form.getByRole("button", { name: "Record the invoice" });
  await form.getByLabel("Account").selectOption({ label: "Due from the partner" });
  await record.click();
  await wrong(page, "number");
  await form.getByLabel("Number").fill("2025/44?");
  const values = [
    ["date", "Date", "2025-11-30", "2025-11-30"],
    ["due", "Due", "2025-11-29", "2025-12-30"],
    ["gross", "Gross", "many", "1,240.00"],
    ["open", "Still unpaid", "1,240.01", "40"],
  ];
  // The API names one field at a time, in the order of its own.
  for (const [, label, first] of values) await form.getByLabel(label, { exact: true }).fill(first);
  for (const name of ["gross", "open", "due"]) {
    await record.click();
    await wrong(page, name);
    const [, label, , then] = values.find(([field]) => field === name);
    await form.getByLabel(label, { exact: true }).fill(then);
  }
  await record.click();
  await page.getByRole("table", { name: "Invoices from before" }).getByText("2025/44?").waitFor();
  const [item] = (await api(`/partners/${FOREIGN_ID}/account`)).json.opening_items;
  assert.deepEqual([item.direction, item.gross.amount, item.open.amount, item.due], ["from-partner", "1240.00", "40.00", "2025-12-30"]);
});

test("a partner reads its own billing identity and its account alone", async (t) => {
  const page = await opened(t, PARTNER, { address: "#/billing" });
  await page.getByText("Complete: documents can be made.").waitFor();
  assert.equal(await page.locator("main form").count(), 0);
  await go(page, "#/closing");
  await heading(page, "Nothing here");
  await go(page, `#/partners/${FOREIGN_ID}/documents`);
  await page.locator("main").getByText("Not found.").waitFor();
});

const number = async () => encodeURIComponent(await numberOf());
const VIEWS = [
  ["closing", async () => "#/closing", MANAGER],
  ["closing-made", async () => `#/closing/${month}`, MANAGER],
  ["closing-next", async () => `#/closing/${today.slice(0, 7)}/close`, MANAGER],
  ["closing-contests", async () => "#/closing/contests", MANAGER],
  ["closing-vendor", async () => "#/closing/vendor", ACCOUNTANT],
  ["closing-billing", async () => `#/partners/${PARTNER_ID}/billing`, MANAGER],
  ["closing-billing-none", async () => "#/partners/P-001/billing", MANAGER],
  ["closing-documents", async () => `#/partners/${PARTNER_ID}/documents`, ACCOUNTANT],
  ["closing-partner-account", async () => `#/partners/${FOREIGN_ID}/documents`, MANAGER],
  ["closing-document", async () => `#/partners/${PARTNER_ID}/documents/${await number()}`, MANAGER],
  ["closing-account", async () => "#/documents", PARTNER],
  ["closing-own-document", async () => `#/documents/${await number()}`, PARTNER],
  ["closing-own-billing", async () => "#/billing", PARTNER],
];

for (const colorScheme of ["light", "dark"])
  test(`nothing that axe finds in closing, ${colorScheme}`, async (t) => {
    for (const [name, address, token] of VIEWS)
      await t.test(name, async (t) => {
        const page = await opened(t, token, { address: await address(), colorScheme, reducedMotion: "reduce" });
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
        await idle(page);
        await accessible(page);
        await screenshot(page, `${name}-${colorScheme}`);
      });
  });

test("in French and on a phone, no view of closing scrolls sideways", async (t) => {
  for (const [name, address, token] of VIEWS)
    await t.test(name, async (t) => {
      const page = await opened(t, token, { address: await address(), locale: "fr-FR", viewport: { width: 320, height: 740 } });
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      await idle(page);
      for (const width of [320, 390, 820, 1280]) {
        await page.setViewportSize({ width, height: 740 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${over} px too wide at ${width}`);
        if (width === 390) await screenshot(page, `${name}-phone`);
      }
      await screenshot(page, `${name}-fr`);
      const text = (await page.locator("main").innerText()).replace(/[\u00a0\u202f]/g, "_");
      assert.deepEqual(text.match(/.{0,20}( [;!?%»]|[^\d\w-]-\d).{0,20}/g) ?? [], [], "a space or a hyphen of a typewriter");
    });
});
