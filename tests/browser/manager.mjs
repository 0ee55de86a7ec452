// What the partner manager does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { byCurrency } from "../../functions/dashboard-api/page/money.js";
import { MANAGER, PARTNER_ID, api, downloaded, go, opened, idle, workbook } from "./support.mjs";

/** An id that was not registered in an earlier run. */
const fresh = () => `B-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 6)}`;

const save = async (page, name) => {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
};

test("the whole programme, and its amounts as a file", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/?from=2023-01&to=2025-12" });
  const summary = (await api("/summary?from=2023-01&to=2025-12")).json;
  const rows = async (name) => page.getByRole("table", { name }).locator("tbody tr").count();
  const pairs = (groups) =>
    groups.reduce((number, group) => number + new Set(group.totals.map((total) => total.currency)).size, 0);
  assert.equal(await rows("By model"), pairs(summary.models));
  assert.equal(await rows("By partner"), pairs(summary.partners));
  const { name, content } = await downloaded(page, "Download (.xlsx)");
  assert.equal(name, "summary-2023-01-2025-12.xlsx");
  assert.deepEqual(content, await workbook("/summary?from=2023-01&to=2025-12&lang=en"));
});

test("the months by model and by partner, each as a chart and a table", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/?from=2023-01&to=2025-12" });
  const { totals } = (await api("/summary?from=2023-01&to=2025-12")).json;
  const currencies = new Set(totals.map((total) => total.currency));
  for (const [name, way] of [["Earned, by model", "model"], ["Earned, by partner", "partner"]]) {
    await page.getByRole("button", { name }).click();
    await idle(page);
    assert.ok((await page.evaluate(() => location.hash)).endsWith(`&chart=${way}`));
    assert.equal(await page.locator(".charts > .card").count(), currencies.size);
    await page.locator(".charts summary").first().click();
    assert.equal(await page.locator(".charts table").first().locator("tbody tr").count(), 36);
    // What the series come to in each month is what was earned in it.
    const sums = await page.evaluate(async ([currency, answer]) => {
      const { $use } = await import(document.querySelector("script[src]").src);
      const { byCurrency, minor } = $use("money.js");
      const earned = byCurrency(answer.totals).find((total) => total.currency === currency).earned;
      const cells = [...document.querySelectorAll(".charts table")[0].querySelectorAll("td")].map((cell) => cell.textContent);
      const units = cells.map((text) => BigInt(text.replace(/[^0-9\u2212]/g, "").replace("\u2212", "-")));
      return [units.reduce((sum, one) => sum + one, 0n) === minor(earned), cells.length];
    }, [byCurrency(totals)[0].currency, { totals }]);
    assert.equal(sums[0], true, String(sums));
  }
  await page.reload();
  await idle(page);
  assert.equal(await page.getByRole("button", { name: "Earned, by partner" }).getAttribute("aria-pressed"), "true");
});

test("the programme as known on a day", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/?from=2023-01&to=2025-12" });
  const partners = page.getByRole("table", { name: "By partner" });
  await partners.waitFor();
  const shown = await partners.innerText();
  const knownOn = async (day) => {
    await page.getByLabel("As known on").fill(day);
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.waitForFunction((day) => location.hash.endsWith(`as_of=${day}`), day);
    await idle(page);
  };
  await knownOn("2020-01-01");
  await page.getByText(/^As known on .*2020$/).waitFor();
  await page.getByText("Nothing was booked").first().waitFor();
  await knownOn("2099-12-31");
  assert.equal(await partners.innerText(), shown);
  const { name } = await downloaded(page, "Download (.xlsx)");
  assert.equal(name, "summary-2023-01-2025-12-known-on-2099-12-31.xlsx");
});

test("a partner is found by its name or id, while typing", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/partners" });
  await page.getByLabel("Search").pressSequentially(PARTNER_ID.toLowerCase());
  await page.waitForFunction((id) => location.hash.endsWith(`?q=${id}`), PARTNER_ID.toLowerCase());
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await page.getByRole("cell", { name: PARTNER_ID, exact: true }).waitFor();
  await go(page, "#/partners?q=nobody-is-called-this");
  await page.getByText("No partner has this").waitFor();
  await page.getByLabel("Search").fill("");
  await page.waitForFunction(() => location.hash === "#/partners");
});

test("registering, with a refusal at its field first, then changing", async (t) => {
  const id = fresh();
  const page = await opened(t, MANAGER, { address: "#/register" });
  await page.getByLabel("Partner id").fill(id);
  await page.getByLabel("Name").fill("Neuve & fils");
  await page.getByLabel("Model").selectOption({ label: "Independent integrator" });
  await page.getByLabel("First day in force").fill("2024-01-01");
  await page.getByLabel("Negotiated rate").fill("42,5");
  await page.getByRole("button", { name: "Register", exact: true }).click();
  const qualified = page.getByLabel("Technically qualified since");
  await page.getByText("An integrator must be qualified").waitFor();
  assert.equal(await qualified.getAttribute("aria-invalid"), "true");
  assert.equal(await qualified.evaluate((field) => field === document.activeElement), true);
  await qualified.fill("2023-06-01");
  await save(page, "Register");
  const registered = (await api(`/partners/${id}`)).json;
  assert.equal(registered.agreements[0].rate, "0.425");
  assert.equal(registered.agreements[0].technical_qualification.qualified_on, "2023-06-01");

  await go(page, `#/partners/${id}/edit`);
  await page.getByLabel("Last day in force").fill("2024-12-31");
  await page.getByRole("button", { name: "Add an agreement" }).click();
  const second = page.getByRole("group", { name: "Agreement 2" });
  await second.getByLabel("Model").selectOption({ label: "Affiliate" });
  await second.getByLabel("First day in force").fill("2025-01-01");
  await second.getByLabel("Structure and skills").check();
  await second.getByLabel("Segment conceded").fill("mairies");
  await second.getByLabel("Commercial potential").fill("100 000,50");
  await second.getByLabel("Currency").fill("XYZ");
  await second.getByLabel("Rate of the potential").fill("3.5");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await second.getByText("Please give a currency code").waitFor();
  await second.getByLabel("Currency").fill("EUR");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByLabel("Reason", { exact: true }).fill("it becomes an affiliate");
  await save(page, "Save, and change these amounts");
  const changed = (await api(`/partners/${id}`)).json;
  assert.equal(changed.agreements[0].ends_on, "2024-12-31");
  assert.deepEqual(changed.agreements[1].entry_fee, {
    segment: "mairies",
    commercial_potential: { amount: "100000.50", currency: "EUR" },
    rate: "0.035",
  });
});

test("nobody overwrites what they have not seen", async (t) => {
  const id = fresh();
  const put = async (name, headers) =>
    api(`/partners/${id}`, MANAGER, {
      method: "PUT",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ name, agreements: [] }),
    });
  const { etag } = await put("Before", { "If-None-Match": "*" });
  const page = await opened(t, MANAGER, { address: `#/partners/${id}/edit` });
  await put("Meanwhile", { "If-Match": etag });
  await page.getByLabel("Name").fill("Mine");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Someone else changed this partner").waitFor();
  await page.getByRole("button", { name: "Load what is registered now" }).click();
  await page.getByRole("heading", { level: 1, name: "Meanwhile" }).waitFor();
  await page.getByLabel("Name").fill("Mine after all");
  await save(page, "Save");
  assert.equal((await api(`/partners/${id}`)).json.name, "Mine after all");

  await go(page, "#/register");
  await page.getByLabel("Partner id").fill(id);
  await page.getByLabel("Name").fill("Another");
  await page.getByRole("button", { name: "Remove this agreement" }).click();
  await page.getByRole("button", { name: "Register", exact: true }).click();
  await page.getByText("is registered already").waitFor();
});

test("a script in a text stays text", async (t) => {
  const id = fresh();
  const name = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>`;
  const body = JSON.stringify({ name, agreements: [] });
  await api(`/partners/${id}`, MANAGER, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "If-None-Match": "*" },
    body,
  });
  const page = await opened(t, MANAGER);
  for (const address of [
    `#/partners/${id}`,
    `#/partners?q=${id}`,
    `#/partners/${id}/statement/2024-01`,
    `#/partners/${id}/edit`,
  ]) {
    await go(page, address);
    const shown = await page
      .locator("main")
      .evaluate((main) => main.textContent + [...main.querySelectorAll("input")].map((input) => input.value).join());
    assert.ok(shown.includes(name), `${address}: ${shown}`);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.notEqual(await page.title(), "run");
  }
});

test("choosing the effective claim, with a reason", async (t) => {
  const { items } = (await api("/attention?limit=500")).json;
  const disputed = items.find((item) => item.kind === "contradiction");
  if (!disputed) return t.skip("nothing is contradicted");
  const page = await opened(t, MANAGER, { address: "#/attention" });
  await page.getByRole("link", { name: "Choose the effective claim" }).first().waitFor();
  await go(page, `#/contracts/${disputed.contract_id}`);
  const reason = `Seen on paper, ${fresh()}`;
  await page.getByLabel("Claim 2").check();
  const form = page.locator("form", { has: page.getByRole("button", { name: "Record this choice" }) });
  await form.getByLabel("Reason", { exact: true }).fill(reason);
  await page.getByRole("button", { name: "Record this choice" }).click();
  await page.getByRole("button", { name: "Save, and change these amounts" }).click();
  await page.getByRole("region", { name: "Choices made" }).getByText(reason).waitFor();
  const { choices } = (await api(`/contracts/${disputed.contract_id}`)).json;
  assert.equal(choices.at(-1).reason, reason);
});

test("what if, side by side", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/what-if" });
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("Please change at least one").waitFor();
  await page.getByLabel("Rate, in %").fill("150");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("Please give a percentage").waitFor();
  await page.getByLabel("Rate, in %").fill("61.5");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("table", { name: "Lines that would differ" }).waitFor();
  await page.getByRole("table", { name: "Result" }).waitFor();
  await page.locator("tr.opens button").first().click();
  await page.getByRole("heading", { level: 3, name: "Under other terms" }).waitFor();
});

test("a partner that is not there can be registered", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/partners/P-999" });
  const register = page.getByRole("link", { name: "Register P-999" });
  assert.equal(await register.getAttribute("href"), "#/partners/P-999/edit");
});

test("an item is set aside with a reason, and its contract keeps it", async (t) => {
  const list = async () => (await api("/attention?limit=500")).json.items;
  const item = (await list()).find((one) => one.kind === "pending-no-agreement");
  assert.ok(item, "the sample has sales without an agreement");
  const page = await opened(t, MANAGER, { address: "#/attention" });
  const { causes } = (await api("/attention?limit=25")).json;
  await page.locator("[data-place=attention] .count").getByText(new RegExp(`^${causes.length}`)).waitFor();
  await page.getByLabel("Show").selectOption("pending-no-agreement");
  const card = page.locator(".cause").filter({ hasText: item.contract_id }).first();
  await card.getByText("Set aside").first().click();
  await card.getByRole("button", { name: "Set aside" }).click();
  assert.ok((await list()).some((one) => one.id === item.id), "not without a reason");
  for (const box of await card.getByRole("checkbox").all()) {
    if ((await box.getAttribute("value")) !== item.id) await box.uncheck();
  }
  const reason = `Agreed with the client, ${fresh()}`;
  await card.getByLabel("Reason").fill(reason);
  await card.getByRole("button", { name: "Set aside" }).click();
  await page.waitForFunction((id) => !document.querySelector(`a[href="#/contracts/${id}"]`), item.contract_id);
  assert.ok(!(await list()).some((one) => one.id === item.id));
  await go(page, `#/contracts/${item.contract_id}`);
  await page.getByText(reason).waitFor();
});

test("refused messages are shown apart from contracts", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/attention" });
  await page.getByLabel("Show").selectOption("messages");
  await page.getByText("Nothing needs attention.").waitFor();
});
