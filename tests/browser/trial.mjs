// The page of trials, which the local stack alone has.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ACCOUNTANT, API, MANAGER, PARTNER, api, go, idle, money, opened, screenshot } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The view of trials, reached as a manager reaches it. */
async function trials(t, options) {
  const page = await opened(t, MANAGER, options);
  await page.locator(".menu nav a[href='#/try']").click();
  await page.locator("input[type=range]").waitFor();
  await idle(page);
  return page;
}

const section = (page, n) => page.locator("main section").nth(n);

test("it is for managers", async (t) => {
  for (const token of [ACCOUNTANT, PARTNER]) {
    const page = await opened(t, token);
    await page.waitForLoadState("networkidle");
    assert.equal(await page.locator("a[href='#/try']").count(), 0);
    await page.goto(`${API}/try`);
    await page.getByRole("heading", { level: 1, name: "Nothing here" }).waitFor();
  }
  const page = await opened(t, MANAGER);
  await page.goto(`${API}/try`);
  await page.getByRole("heading", { level: 1, name: "See it work" }).waitFor();
  await idle(page);
});

test("everything again, shuffled and doubled, gives the same balances", async (t) => {
  const page = await trials(t);
  const { facts, partners } = (await api("/try/figures")).json;
  await page.getByRole("button", { name: `Replay ${facts} events` }).click();
  const note = section(page, 0).locator(".note");
  await note.waitFor({ timeout: 60_000 });
  const said = `${facts} events, twice, in another order: same balances to the cent, ${partners} of ${partners} partners`;
  assert.equal(await note.locator("strong").textContent(), said);
  assert.equal(await note.locator(".same").count(), partners);
  await screenshot(page, "trial-replay");
});

test("a difference is shown with both amounts", async (t) => {
  const page = await trials(t);
  const due = (amount) => ({ to_partner: { amount, currency: "EUR" }, from_partner: { amount: "0.00", currency: "EUR" } });
  const difference = { partner_id: "P-1", name: "Nobody", live: due("10.00"), replayed: due("9.99") };
  const done = { state: "done", seed: 7, facts: 3, partners: 2, same: 1, milliseconds: 1500, differences: [difference] };
  await page.route("**/try/replay", (route) => route.fulfill({ json: done }));
  await section(page, 0).getByRole("button").click();
  const row = section(page, 0).locator("tbody tr");
  await row.waitFor();
  const text = (await row.textContent()).replaceAll("\u00a0", " ");
  for (const part of ["Nobody", "10.00 EUR", "9.99 EUR"]) assert.ok(text.includes(part), text);
  assert.match(await section(page, 0).locator(".note.bad strong").textContent(), /for 1 of 2 partners/);
});

test("a late sale moves the balance, and its lines say why", async (t) => {
  const page = await trials(t, { reducedMotion: "reduce" });
  const id = (await api("/try/figures")).json.seller.partner_id;
  for (let n = 0; n < 2; n += 1) {
    const [sent] = await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith("/try/late-sale")),
      page.getByRole("button", { name: "Send a late sale" }).click(),
    ]);
    const { contract_id: contract } = await sent.json();
    const line = page.locator(".move", { hasText: contract });
    await line.waitFor({ timeout: 25_000 });
    const { entries } = (await api(`/contracts/${contract}`)).json;
    assert.ok((await line.textContent()).includes(entries[0].explanation));
    assert.equal(await line.getByRole("link").getAttribute("href"), `#/contracts/${contract}`);
    const figures = await page.locator(".figures dd").allTextContents();
    const { balances } = (await api(`/partners/${id}`)).json;
    const due = balances.flatMap((one) => [one.due_to_partner, one.due_from_partner]);
    assert.deepEqual(figures, due.filter(({ amount }) => !/^[0.]*$/.test(amount)).map(money));
  }
  await page.locator(".move").getByRole("link").first().click();
  await idle(page);
  assert.match(page.url(), /\/#\/contracts\/C-/);
});

test("the slider says its day, keeps it in the address, and goes by the keyboard", async (t) => {
  const page = await trials(t);
  const slider = page.getByRole("slider", { name: "As known on" });
  const today = await slider.getAttribute("aria-valuetext");
  // The days of this stack's record: more than one, if its record began before today.
  await page.route("**/try/figures", async (route) => {
    const figures = (await api("/try/figures")).json;
    await route.fulfill({ json: { ...figures, since: "2020-01-01" } });
  });
  await go(page, "#/try?day=2020-01-31");
  await page.locator("input[type=range]").waitFor();
  assert.equal(await slider.getAttribute("aria-valuetext"), "31 Jan 2020");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => location.hash === "#/try?day=2020-02-01");
  assert.equal(await section(page, 2).locator("output").textContent(), "1 Feb 2020");
  await section(page, 2).getByText("Nothing was known yet.").first().waitFor();
  await page.keyboard.press("End");
  await page.waitForFunction(() => location.hash === "#/try");
  assert.equal(await slider.getAttribute("aria-valuetext"), today);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, in French, ${colorScheme}, and a phone need not scroll sideways`, async (t) => {
    const page = await opened(t, MANAGER, { address: "#/try", locale: "fr-FR", colorScheme, viewport: { width: 360, height: 740 } });
    await page.locator(".known .card").first().waitFor();
    await idle(page);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
      [],
    );
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await screenshot(page, `trial-${colorScheme}`);
  });
}
