// Who comes in, and who does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ADMIN,
  API,
  EXPIRED,
  FOREIGN_ID,
  PARTNER,
  PARTNER_ID,
  RENEWED,
  api,
  go,
  opened,
  idle,
} from "./support.mjs";

/** A token that nobody signed, which only the page would take. */
const unsigned = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.AAAA`;

/** Follows a link in a page that is open already. */
const follow = (page, token) => page.evaluate((token) => (location.hash = `token=${token}`), token);
const stored = (page) => page.evaluate(() => JSON.stringify(Object.values(sessionStorage)));

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
  await idle(page);
});

test("a link for somebody else signs nobody in unasked", async (t) => {
  const page = await opened(t, PARTNER);
  const { name } = (await api(`/partners/${PARTNER_ID}`, PARTNER)).json;
  const asked = async (token) => {
    await follow(page, token);
    await page.getByRole("heading", { level: 1, name: "Sign in as somebody else?" }).waitFor();
    assert.equal(new URL(page.url()).hash, "#/");
    assert.equal(await stored(page), JSON.stringify([PARTNER]));
    assert.equal((await page.content()).includes(token), false);
  };
  await asked(ADMIN);
  await page.getByText(`signed in as partner ${PARTNER_ID}. The link that you opened is for partner manager`).waitFor();
  await page.getByRole("button", { name: `Stay partner ${PARTNER_ID}` }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  assert.equal(await stored(page), JSON.stringify([PARTNER]));
  // Whoever goes elsewhere, or opens the page anew, stays as well.
  await asked(unsigned({ scope: "partner", partner_id: FOREIGN_ID }));
  await page.getByRole("link", { name: "Contracts" }).click();
  await page.getByRole("heading", { level: 1, name: "Contracts" }).waitFor();
  await asked(ADMIN);
  await page.reload();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await asked(ADMIN);
  await page.getByRole("button", { name: "Sign in as partner manager" }).click();
  await page.getByRole("heading", { level: 1, name: "The programme in figures" }).waitFor();
  assert.equal(await stored(page), JSON.stringify([ADMIN]));
});

test("a new link of the same partner renews, and a useless one changes nothing", async (t) => {
  const page = await opened(t, PARTNER);
  const { name } = (await api(`/partners/${PARTNER_ID}`, PARTNER)).json;
  for (const useless of [EXPIRED, "nonsense", ""]) {
    await follow(page, useless);
    await page.waitForFunction(() => location.hash === "#/");
    await page.getByRole("heading", { level: 1, name }).waitFor();
    assert.equal(await stored(page), JSON.stringify([PARTNER]));
  }
  await follow(page, RENEWED);
  await page.waitForFunction((token) => sessionStorage.getItem("token") === token, RENEWED);
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await idle(page);
});

test("scopes are read from scope or scp, a text or a list", async (t) => {
  const page = await opened(t, null);
  const read = (claims) =>
    page.evaluate(async (token) => {
      const { session } = await import("/page/session.js");
      sessionStorage.setItem("token", token);
      return session();
    }, unsigned(claims));
  for (const scopes of [{ scope: "openid admin" }, { scope: ["admin"] }, { scp: "admin" }, { scp: ["openid", "admin"] }]) {
    assert.deepEqual(await read(scopes), { admin: true, partnerId: null }, JSON.stringify(scopes));
  }
  for (const scopes of [{ scope: "partner", scp: "admin" }, { scp: ["partner"] }, { scp: "administrator" }]) {
    const expected = { admin: false, partnerId: "P-1" };
    assert.deepEqual(await read({ ...scopes, partner_id: "P-1" }), expected, JSON.stringify(scopes));
  }
  await page.evaluate(() => sessionStorage.clear());
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
