// What people do to amounts: looked at first, with a reason, kept in the journal, taken back from the history.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNTANT, MANAGER, PARTNER, PARTNER_ID, api, go, idle, opened } from "./support.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const balances = async (id) => JSON.stringify((await api(`/partners/${id}`)).json.balances);
const save = async (page) => {
  await button(page, "Save").click();
  await page.getByRole("heading", { level: 3, name: "What this would change" }).waitFor();
};

/** Waits until the ledger has followed. */
async function until(holds) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail("the ledger does not follow");
}

test("a wrong rate is looked at first, saved with a reason, found in the journal, and taken back from the history", async (t) => {
  const before = await balances(PARTNER_ID);
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/edit` });
  const rate = page.getByLabel("Negotiated rate").first();
  await rate.fill("12.5");
  await save(page);
  await page.getByText(/past months? (is|are) among them/).waitFor();
  await button(page, "Back, change nothing").click();
  assert.equal(await rate.inputValue(), "12.5");
  assert.equal(await balances(PARTNER_ID), before, "nothing was saved");

  const reason = `A typing error ${Date.now().toString(36)}`;
  await save(page);
  await page.getByLabel("Reason").fill(reason);
  await button(page, "Save, and change these amounts").click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  await until(async () => (await balances(PARTNER_ID)) !== before);

  await go(page, "#/journal");
  const row = page.getByRole("table", { name: "Journal" }).locator("tr", { hasText: reason });
  await row.getByRole("button").click();
  await page.getByRole("heading", { level: 3, name: "Before" }).waitFor();
  await page.getByRole("table", { name: /^Amounts that it/ }).waitFor();
  assert.match(await page.locator(".differs").last().textContent(), /12\.5/);

  await go(page, `#/partners/${PARTNER_ID}/versions`);
  await page.getByText(reason).waitFor();
  assert.match(await page.locator("li", { hasText: reason }).locator(".differs").textContent(), /12\.5/);
  await page.getByRole("link", { name: "Go back to this version" }).first().click();
  await page.getByRole("button", { name: "Save", exact: true }).waitFor();
  await save(page);
  await page.getByLabel("Reason").fill("taken back");
  await button(page, "Save, and change these amounts").click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  await until(async () => (await balances(PARTNER_ID)) === before);
});

test("withdrawing an agreement shows what it takes away", async (t) => {
  const before = await balances(PARTNER_ID);
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/edit` });
  await button(page, "Remove this agreement").first().click();
  await page.getByRole("group", { name: "Remove this agreement" }).getByText("as if it had never been agreed").waitFor();
  await button(page, "Leave it").click();
  assert.equal(await button(page, "Withdraw").count(), 0);
  await button(page, "Remove this agreement").first().click();
  await button(page, "Withdraw").click();
  await save(page);
  assert.equal(await page.getByLabel("Name").evaluate((field) => field.closest("[inert]") !== null), true);
  await page.getByRole("table", { name: "Change of the balances" }).waitFor();
  assert.equal(await balances(PARTNER_ID), before);
  await button(page, "Back, change nothing").click();
});

test("what moves nothing is withdrawn only after a look, too", async (t) => {
  const id = `W-${Date.now().toString(36)}`;
  const body = JSON.stringify({ name: "Sans vente", agreements: [{ model: "referrer", starts_on: "2024-01-01" }] });
  await api(`/partners/${id}`, MANAGER, { method: "PUT", headers: { "Content-Type": "application/json", "If-None-Match": "*" }, body });
  const page = await opened(t, MANAGER, { address: `#/partners/${id}/edit` });
  await button(page, "Remove this agreement").click();
  await button(page, "Withdraw").click();
  await save(page);
  await page.getByText("No amount would change.").waitFor();
  assert.equal((await api(`/partners/${id}`)).json.agreements.length, 1, "nothing is withdrawn yet");
  await button(page, "Save all the same").click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.deepEqual((await api(`/partners/${id}`)).json.agreements, []);
});

test("an accountant reads the journal and the history, and changes nothing", async (t) => {
  const page = await opened(t, ACCOUNTANT, { address: "#/journal" });
  await page.getByRole("table", { name: "Journal" }).waitFor();
  await go(page, `#/partners/${PARTNER_ID}/versions`);
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  assert.equal(await page.getByRole("link", { name: "Go back to this version" }).count(), 0);
});

test("the journal is filtered by partner, person and days, which the address keeps", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/journal" });
  const me = (await api("/me")).json;
  await page.getByLabel("Partner id").fill(PARTNER_ID);
  await page.getByLabel("Who").selectOption({ label: me.name });
  await page.getByLabel("From", { exact: true }).fill("2020-01-01");
  await button(page, "Show").click();
  await page.waitForFunction((id) => location.hash.includes(`partner_id=${id}&by=`), PARTNER_ID);
  await idle(page);
  const asked = new URLSearchParams((await page.evaluate(() => location.hash)).split("?")[1]);
  const { acts } = (await api(`/journal?${asked}&limit=200`)).json;
  assert.ok(acts.length > 0 && acts.every(({ by, partners }) => by.name === me.name && partners.includes(PARTNER_ID)));
  await page.reload();
  await idle(page);
  assert.equal(await page.getByLabel("Partner id").inputValue(), PARTNER_ID);
  const shown = page.getByRole("table", { name: "Journal" }).locator("tbody tr.opens");
  assert.equal(await shown.count(), Math.min(acts.length, 50));
  await go(page, "#/journal?to=2000-01-01");
  await page.getByText("Nothing was done on these days.").waitFor();
});

test("the journal is a file, too", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/journal" });
  const download = page.waitForEvent("download");
  await button(page, "Download (.csv)").click();
  assert.equal((await download).suggestedFilename(), "journal.csv");
});

test("a wrong fee is corrected in the page, and its partner reads that it was", async (t) => {
  const { contracts } = (await api(`/partners/${PARTNER_ID}/contracts?limit=50`)).json;
  const id = contracts.find(({ totals }) => totals.some(({ earned }) => !/^[-0.]*$/.test(earned.amount))).contract_id;
  const page = await opened(t, MANAGER, { address: `#/contracts/${id}` });
  const card = page.locator("details", { hasText: "Correct this contract" });
  await card.locator("summary").first().click();
  const fee = card.getByLabel("Annual fee");
  const was = await fee.inputValue();
  await fee.fill("123,456.70");
  const reason = `As signed ${Date.now().toString(36)}`;
  await card.getByLabel("Reason").fill(reason);
  await button(page, "Look at the effect").click();
  await button(page, "Save, and change these amounts").click();
  await page.getByRole("region", { name: "Choices made" }).getByText(reason).waitFor();
  assert.equal((await api(`/contracts/${id}`)).json.sale.annual_fee.amount, "123456.70");
  await go(page, "#/journal");
  await page.getByRole("table", { name: "Journal" }).locator("tr", { hasText: reason }).getByText("Corrected").waitFor();

  const partner = await opened(t, PARTNER, { address: `#/contracts/${id}` });
  await partner.getByText(/correct/i).first().waitFor();
  assert.equal(await partner.getByText(reason).count(), 0, "the reason is for managers");

  // What billing said is there still: it is said again, and counts again.
  await go(page, `#/contracts/${id}`);
  await card.locator("summary").first().click();
  await card.getByLabel("Annual fee").fill(was);
  await card.getByLabel("Reason").fill("it was right");
  await button(page, "Look at the effect").click();
  await button(page, "Save, and change these amounts").click();
  await page.getByRole("region", { name: "Choices made" }).getByText("it was right").waitFor();
});

test("what if from a day on: the address keeps the question, paper has the terms, and the change begins with them", async (t) => {
  const question = `#/what-if?${new URLSearchParams({ who: "partner_id", of: PARTNER_ID, rate: "0.125", from: "2023-01-01" })}`;
  const page = await opened(t, MANAGER, { address: question });
  await page.getByRole("table", { name: /^What it changes in a year/ }).or(page.getByText(/^In a year/)).waitFor();
  assert.equal(await page.getByLabel("Rate, in %").inputValue(), "12.5");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.getByText(/12.5% · for years that start on 1 Jan 2023 or later/).isVisible());
  await page.emulateMedia({ media: null });
  await page.getByLabel("Rate, in %").fill("15");
  await button(page, "Compare").click();
  await page.getByText(/15% · for years that start on/).waitFor();
  assert.equal(new URLSearchParams(page.url().split("?")[1]).get("rate"), "0.15");
  await page.getByRole("link", { name: "Change the agreements to this" }).first().click();
  await button(page, "Save").waitFor();
  assert.equal(await page.getByLabel("Negotiated rate").last().inputValue(), "15");
});

test("a sale that billing did not report is stated in the page", async (t) => {
  const id = `C-STATED-${Date.now().toString(36)}`;
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/contracts` });
  const missing = page.locator("details", { hasText: "A sale is missing here" });
  await missing.locator("summary").click();
  await missing.getByLabel("Contract").fill(id);
  await missing.getByRole("button").click();
  const card = page.locator("details", { hasText: "State the sale of this contract" });
  assert.equal(await card.getByLabel("Partner").inputValue(), PARTNER_ID);
  await card.getByLabel("Client id").fill("K-STATED");
  await card.getByLabel("Signed on").fill("2026-03-02");
  await card.getByLabel("Annual fee").fill("1,200");
  await card.getByLabel("Reason").fill("billing lost it");
  await button(page, "Look at the effect").click();
  await button(page, "Save, and change these amounts").or(button(page, "Save")).click();
  await page.getByRole("region", { name: "Choices made" }).getByText("billing lost it").waitFor();
  assert.equal((await api(`/contracts/${id}`)).json.sale.annual_fee.amount, "1200.00");
});

test("a preview of many contracts is waited for, and need not be", async (t) => {
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/edit` });
  const previewed = "0123456789abcdef0123456789abcdef";
  const asked = [];
  let isReady = false;
  await page.route(/[?&]preview=true/, async (route) => {
    asked.push(new URL(route.request().url()).searchParams.get("previewed"));
    if (isReady) return route.continue({ url: route.request().url().replace(/&previewed=[0-9a-f]+/, "") });
    return route.fulfill({ status: 202, json: { previewed } });
  });
  await page.getByLabel("Negotiated rate").first().fill("12.5");
  await button(page, "Save").click();
  await page.getByText("What it changes is being computed").waitFor();
  isReady = true;
  await page.getByRole("heading", { level: 3, name: "What this would change" }).waitFor();
  assert.deepEqual(new Set(asked), new Set([null, previewed]));
  await button(page, "Back, change nothing").click();
  isReady = false;
  await button(page, "Save").click();
  await button(page, "Go on without waiting").click();
  await page.getByText("was not computed beforehand").waitFor();
  assert.ok(await page.getByLabel("Reason").isVisible(), "it may change amounts, and needs a reason");
  await button(page, "Back, change nothing").click();
});
