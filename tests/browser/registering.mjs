// Registering a partner: everything wrong at once, amounts as people write them, agreements that end or are followed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MANAGER, api, go, opened, screenshot } from "./support.mjs";

const fresh = () => Date.now().toString(36);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const registered = async (id) => (await api(`/partners/${id}`)).json.agreements;
const put = (id, agreements) =>
  api(`/partners/${id}`, MANAGER, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "If-None-Match": "*" },
    body: JSON.stringify({ name: "Registered", agreements }),
  });

test("an id follows the name until somebody writes one", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/register" });
  const [id, name] = [page.getByLabel("Partner id"), page.getByLabel("Name")];
  await name.fill("Éditions Neuve & fils");
  assert.equal(await id.inputValue(), "Editions-Neuve-fils");
  await id.fill("E-1");
  await name.fill("Another");
  assert.equal(await id.inputValue(), "E-1");
  await id.fill("");
  await name.fill("A third");
  assert.equal(await id.inputValue(), "A-third");
});

test("everything that is wrong is said at once, and nothing is asked of the API", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/register" });
  let asked = 0;
  page.on("request", (request) => (asked += request.method() === "PUT" ? 1 : 0));
  await page.getByLabel("Negotiated rate").fill("ten");
  await button(page, "Add an agreement").click();
  for (const [n, from, to] of [["1", "2024-01-01", "2024-06-30"], ["2", "2024-06-30", ""]]) {
    const agreement = page.getByRole("group", { name: `Agreement ${n}` });
    await agreement.getByLabel("First day in force").fill(from);
    await agreement.getByLabel("Last day in force").fill(to);
  }
  await button(page, "Register").click();
  for (const text of ["Please give a name", "An id starts with", "Please give a percentage", "Agreements 1 and 2 overlap."])
    await page.getByText(text).waitFor();
  assert.equal(await page.locator("[aria-invalid=true]").count(), 4);
  assert.equal(await page.getByLabel("Name").evaluate((field) => field === document.activeElement), true);
  assert.equal(asked, 0);
  await screenshot(page, "register-wrong");
});

test("an entry fee is computed as it is typed, in French, and shown again as written", async (t) => {
  const id = `F-${fresh()}`;
  const page = await opened(t, MANAGER, { address: "#/register", locale: "fr-FR" });
  await page.getByLabel("Nom").fill("Neuve");
  await page.getByLabel("Identifiant du partenaire").fill(id);
  const fromSale = page.getByLabel("Payé à partir de la vente");
  assert.equal(await fromSale.isVisible(), true);
  await page.getByLabel("Modèle").selectOption("affiliate");
  assert.equal(await fromSale.isVisible(), false);
  await page.getByLabel("Premier jour en vigueur").fill("2024-01-01");
  await page.getByLabel("Structure et compétence").check();
  await page.getByLabel("Segment concédé").fill("mairies");
  await page.getByLabel("Taux du potentiel").fill("3,5");
  const potential = page.getByLabel("Potentiel commercial");
  await potential.fill("223 246,28 £");
  assert.equal(await page.locator("output").textContent(), "", "another currency is no amount of this one");
  await potential.fill("223 246,28 €");
  assert.match(await page.locator("output").textContent(), /7.813,62.EUR/u);
  await button(page, "Enregistrer").click();
  // The entry fee is owed at once: that is looked at first.
  await button(page, "Enregistrer et modifier ces montants").click();
  await page.getByText("Enregistré.", { exact: true }).waitFor();
  assert.deepEqual((await registered(id))[0].entry_fee, {
    segment: "mairies",
    commercial_potential: { amount: "223246.28", currency: "EUR" },
    rate: "0.035",
  });
  await go(page, `#/partners/${id}/edit`);
  assert.equal(await potential.inputValue(), "223\u202f246,28");
  assert.equal(await page.getByLabel("Taux du potentiel").inputValue(), "3,5");
  await screenshot(page, "register-fee");
});

test("an agreement in force ends on a day", async (t) => {
  const id = `E-${fresh()}`;
  await put(id, [{ model: "referrer", starts_on: "2024-01-01" }]);
  const page = await opened(t, MANAGER, { address: `#/partners/${id}/edit` });
  await button(page, "End on a day").click();
  await page.getByLabel("Ends after this day").fill("2023-12-31");
  await button(page, "End").click();
  await page.getByText("Please give a day that the agreement lasts to.").waitFor();
  await page.getByLabel("Ends after this day").fill("2099-06-30");
  await button(page, "End").click();
  await button(page, "Save").click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.equal((await registered(id))[0].ends_on, "2099-06-30");
});

test("another model follows on a day, up to where the first would have ended", async (t) => {
  const id = `M-${fresh()}`;
  const past = { model: "referrer", starts_on: "2020-01-01", ends_on: "2020-12-31" };
  await put(id, [past, { model: "referrer", starts_on: "2024-01-01", ends_on: "2099-12-31" }]);
  const page = await opened(t, MANAGER, { address: `#/partners/${id}/edit` });
  assert.equal(await button(page, "Change model on a day").count(), 1, "only the one in force");
  await button(page, "Change model on a day").click();
  await page.getByLabel("From this day on").fill("2090-03-01");
  await page.getByLabel("The next model").selectOption("independent-integrator");
  await screenshot(page, "register-change");
  await button(page, "Change").click();
  const next = page.getByRole("group", { name: "Agreement 3" });
  await next.getByLabel("Technically qualified since").fill("2023-06-01");
  await button(page, "Save").click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  const found = (await registered(id)).map(({ model, starts_on: from, ends_on: to }) => [model, from, to]);
  assert.deepEqual(found.slice(1), [
    ["referrer", "2024-01-01", "2090-02-28"],
    ["independent-integrator", "2090-03-01", "2099-12-31"],
  ]);
});
