// Closing: billing identities, the preview, the close, its documents, a contest and its answer, for each who takes part.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ACCOUNTANT, FOREIGN_ID, MANAGER, PARTNER, PARTNER_ID, api, go, idle, opened, screenshot } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

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

/** A preview that has documents: what was recorded a moment ago is after the cut. */
async function previewed() {
  for (;;) {
    const { json } = await api(`/closings/${month}/preview`, MANAGER, { method: "POST" });
    if (json.documents.length > 0) return json;
    await new Promise((done) => setTimeout(done, 1000));
  }
}

test("a month is previewed, closed once more is asked, and its documents come", async (t) => {
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

  // A wrong order is said at its field, and changed orders are previewed before closing.
  await page.getByText("Orders for this close").click();
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
  ["closing-vendor", async () => "#/closing/vendor", ACCOUNTANT],
  ["closing-billing", async () => `#/partners/${PARTNER_ID}/billing`, MANAGER],
  ["closing-billing-none", async () => `#/partners/${FOREIGN_ID}/billing`, MANAGER],
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
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
          [],
        );
        await screenshot(page, `${name}-${colorScheme}`);
      });
  });

test("in French and on a phone, no view of closing scrolls sideways", async (t) => {
  for (const [name, address, token] of VIEWS)
    await t.test(name, async (t) => {
      const page = await opened(t, token, { address: await address(), locale: "fr-FR", viewport: { width: 320, height: 740 } });
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
