// Who comes in, and who does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADMIN, API, EXPIRED, FOREIGN_ID, PARTNER, PARTNER_ID, api, go, opened, settled } from "./support.mjs";

test("a sign-in link brings a partner in, and its token does not stay in the address", async (t) => {
  const page = await opened(t, PARTNER);
  assert.equal(new URL(page.url()).hash, "#/");
  const { name } = (await api(`/partners/${PARTNER_ID}`, PARTNER)).json;
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.reload();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("a pasted link brings in as well", async (t) => {
  const page = await opened(t, null);
  await page.getByLabel("Sign-in link or token").fill(`${API}/#token=${ADMIN}`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "The programme in figures" }).waitFor();
  await settled(page);
});

test("who is not, or no longer, signed in is told why", async (t) => {
  const expired = await opened(t, EXPIRED);
  await expired.getByRole("alert").getByText("has expired").waitFor();
  const forged = await opened(t, `${PARTNER.split(".").slice(0, 2).join(".")}.AAAA`);
  await forged.getByRole("alert").getByText("not, or no longer, accepted").waitFor();
  await forged.getByLabel("Sign-in link or token").fill("nonsense");
  await forged.getByRole("button", { name: "Sign in" }).click();
  await forged.getByRole("alert").getByText("not a sign-in link").waitFor();
});

test("another partner's pages are not found, as those of nobody", async (t) => {
  const page = await opened(t, PARTNER);
  for (const id of [FOREIGN_ID, "nobody-has-this-id"]) {
    for (const place of ["", "/entries", "/statement/2024-01"]) {
      await go(page, `#/partners/${id}${place}`);
      await page.getByText("Not found.", { exact: false }).first().waitFor();
    }
  }
  await go(page, "#/attention");
  await page.getByRole("heading", { level: 1, name: "Nothing here" }).waitFor();
});

test("French or English, as the browser prefers and as chosen", async (t) => {
  const page = await opened(t, PARTNER, { locale: "fr-FR" });
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.getByRole("heading", { level: 2, name: "Soldes" }).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { level: 2, name: "Balances" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { level: 2, name: "Balances" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});
