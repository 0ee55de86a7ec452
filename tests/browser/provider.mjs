// People and a machine of a real identity provider: invited, signed in, at work, signed out, revoked. .ci/provider starts what
// this needs; the people and the machine are those of infra/identity/keycloak-realm.json.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chromium } from "playwright-core";

const required = (name) => process.env[name] ?? assert.fail(`the environment variable ${name} is missing`);
const API = required("API_URL");
const ISSUER = required("ISSUER");
const INVITATION = required("INVITATION");
const TOKEN_ENDPOINT = `${ISSUER}/protocol/openid-connect/token`;
const PARTNER_ID = "P-002";
const FOREIGN_ID = "P-003";
/** The tokens live for 90 s, and are renewed after half of that. */
const RENEWAL = 80_000;
/** Revoking holds within a minute. */
const MINUTE = 60_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
});
after(() => browser.close());

/** A browser of one person. It keeps what must not be found anywhere, and where it could be. */
async function person(name) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 } });
  const found = { access: [], refresh: [], identity: [], codes: [], addresses: [], console: [], wrong: [], silent: 0, forms: 0 };
  context.on("page", (page) => {
    page.on("pageerror", (error) => found.wrong.push(error.stack));
    page.on("console", (message) => found.console.push(message.text()));
    page.on("request", (request) => {
      const { origin } = new URL(request.url());
      if (![API, new URL(ISSUER).origin].includes(origin)) found.wrong.push(`it asked ${origin}`);
    });
    page.on("framenavigated", (frame) => {
      found.addresses.push(frame.url());
      if (frame.url().startsWith(ISSUER)) found.forms += 1;
    });
    page.on("response", async (response) => {
      const { searchParams } = new URL(response.url());
      if (searchParams.get("prompt") === "none") found.silent += 1;
      if (searchParams.has("code")) found.codes.push(searchParams.get("code"));
      if (response.url() !== TOKEN_ENDPOINT || response.request().method() !== "POST" || !response.ok()) return;
      const tokens = await response.json();
      found.access.push(tokens.access_token);
      found.refresh.push(tokens.refresh_token);
      found.identity.push(tokens.id_token);
    });
  });
  const page = await context.newPage();
  return { name, context, page, found };
}

/** Nothing is loading any more, of the page and not of the provider. */
async function idle(page) {
  await page.waitForURL((url) => url.origin === API && url.search === "");
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

async function go(page, address) {
  await page.evaluate((address) => (location.hash = address), address);
  await idle(page);
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Fills in the provider's form, after a button of the page has led there. */
async function signIn({ name, page }, button) {
  await press(page, button);
  await page.locator("#username").fill(name);
  await page.locator("#password").fill(`${name}-password`);
  await page.locator("#kc-login").click();
  await idle(page);
}

async function api(path, token, options = {}) {
  const answer = await fetch(API + path, { ...options, headers: { Authorization: `Bearer ${token}`, "Accept-Language": "en" } });
  return { status: answer.status, text: await answer.text() };
}

const status = async (path, token) => (await api(path, token)).status;
const latest = ({ found }) => found.access.at(-1);
const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

/** What the browser keeps of a person: the entries of each tab's history, and its storages. */
async function kept({ context }) {
  const all = [];
  for (const page of context.pages()) {
    const session = await context.newCDPSession(page);
    const { entries } = await session.send("Page.getNavigationHistory");
    all.push(...entries.map(({ url }) => url));
    all.push(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, history.state, document.cookie, location.href])));
  }
  return all;
}

/** No token is where it does not belong, and neither is a code. */
async function leftNothing(someone) {
  const { access, refresh, identity, codes, addresses, console, wrong } = someone.found;
  assert.deepEqual(wrong, []);
  const own = addresses.filter((url) => url.startsWith(API) && new URL(url).search === "");
  const places = [...(await kept(someone)), ...own, ...console].join("\n");
  for (const secret of [...access, ...refresh, ...identity, ...codes]) assert.ok(!places.includes(secret), "a token or a code is kept");
  // Not even for a moment, whoever's address it is.
  for (const token of [...access, ...refresh, ...identity]) assert.ok(!addresses.join("\n").includes(token), "a token was in an address");
}

async function machineToken() {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "export", client_secret: "export-secret" });
  const answer = await fetch(TOKEN_ENDPOINT, { method: "POST", body });
  return (await answer.json()).access_token;
}

test("people and a machine of a real identity provider", async (t) => {
  const [marie, paul, anna] = await Promise.all(["marie", "paul", "anna"].map(person));
  let link;
  /** Each needs what those before it have done. */
  const step = async (name, work) => {
    await work().catch((error) => {
      error.message = `${name}: ${error.message}`;
      throw error;
    });
    t.diagnostic(name);
  };

  await step("the first manager comes by an invitation", async () => {
    await marie.page.goto(INVITATION);
    await heading(marie.page, "You are invited");
    await signIn(marie, "Sign in and accept");
    await marie.page.getByText("Welcome, Marie.").waitFor();
    await heading(marie.page, "The programme in figures");
    assert.equal(await status("/members", latest(marie)), 200);
  });

  await step("a manager invites a partner's member", async () => {
    const { page } = marie;
    await go(page, "#/members");
    await page.getByText("Invite somebody").click();
    const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Make the invitation" }) });
    const offered = page.waitForResponse((response) => response.url().includes("/partners?"));
    await form.getByLabel("Partner", { exact: true }).fill(PARTNER_ID);
    await offered;
    await form.locator(`datalist option[value*="${PARTNER_ID}"]`).first().waitFor({ state: "attached" });
    await form.getByLabel("Name").fill("Paul");
    await press(page, "Make the invitation");
    link = await page.getByLabel("Link of the invitation").inputValue();
    assert.ok(link.startsWith(`${API}/#/join/`), link);
  });

  await step("a partner's member sees its partner and no other", async () => {
    const { page } = paul;
    await page.goto(link);
    await heading(page, "You are invited");
    await signIn(paul, "Sign in and accept");
    await page.getByText("Welcome, Paul.").waitFor();
    const token = latest(paul);
    const { name } = JSON.parse((await api(`/partners/${PARTNER_ID}`, token)).text);
    await heading(page, name);
    for (const place of ["", "/entries", "/statement/2024-01"]) {
      await go(page, `#/partners/${FOREIGN_ID}${place}`);
      await page.getByText("Not found.", { exact: false }).first().waitFor();
    }
    assert.equal(await status(`/partners/${FOREIGN_ID}`, token), 404);
    assert.equal(await status("/summary", token), 403);
    assert.equal(await status("/members", token), 403);
  });

  await step("an invitation works once", async () => {
    await anna.page.goto(link);
    await signIn(anna, "Sign in and accept");
    await heading(anna.page, "This invitation does not work");
  });

  await step("a reload and a link in a new tab sign in silently", async () => {
    const { page, context, found } = paul;
    await go(page, "#/entries");
    const forms = found.forms;
    await page.reload();
    await heading(page, "Entries");
    await idle(page);
    const tab = await context.newPage();
    await tab.goto(`${API}/#/contracts`);
    await heading(tab, "Contracts");
    await idle(tab);
    assert.equal(new URL(tab.url()).hash, "#/contracts");
    assert.equal(found.forms, forms);
    assert.ok(found.silent >= 2);
    await leftNothing(paul);
    await tab.close();
  });

  await step("tokens are renewed while a form is half filled in", async () => {
    const { page, found } = marie;
    await go(page, "#/register");
    await page.getByLabel("Partner id").fill("B-renewed");
    await page.getByLabel("Name").fill("Renouvelé & fils");
    const [first, forms, number] = [latest(marie), found.forms, found.access.length];
    await page.waitForResponse(
      (response) => response.url() === TOKEN_ENDPOINT && response.request().postData()?.includes("grant_type=refresh_token"),
      { timeout: RENEWAL },
    );
    assert.equal(await page.getByLabel("Partner id").inputValue(), "B-renewed");
    await page.getByLabel("Model").selectOption({ label: "Referrer" });
    await page.getByLabel("First day in force").fill("2024-01-01");
    const sent = page.waitForRequest((request) => request.method() === "PUT" && request.url().endsWith("/partners/B-renewed"));
    await press(page, "Register");
    await page.getByText("Saved.", { exact: true }).waitFor();
    const used = (await sent).headers().authorization;
    assert.notEqual(used, `Bearer ${first}`);
    assert.equal(found.forms, forms);
    assert.ok(found.access.length > number);
    assert.equal(claims(latest(marie)).sub, claims(first).sub);
  });

  await step("a machine is refused until a manager enters it", async () => {
    const { page } = marie;
    const token = await machineToken();
    assert.equal(await status("/summary", token), 403);
    await go(page, "#/members");
    await page.getByText("Enter a machine").click();
    const form = page.locator("form").filter({ has: page.getByRole("button", { name: "Enter", exact: true }) });
    await form.getByLabel("Issuer").fill(claims(token).iss);
    await form.getByLabel("Subject").fill(claims(token).sub);
    await form.getByLabel("Role").selectOption({ label: "Accountant" });
    await form.getByLabel("Name").fill("Export");
    await press(page, "Enter");
    await page.getByRole("rowheader", { name: "Export", exact: true }).waitFor();
    assert.equal(await status("/summary", token), 200);
    assert.equal((await api("/partners/P-004", token, { method: "PUT", body: "{}" })).status, 403);
  });

  await step("whoever was never invited is told so, and nothing else", async () => {
    const { page } = anna;
    await page.goto(`${API}/`);
    await idle(page);
    await heading(page, "You are not a member");
    assert.equal(await page.getByRole("navigation").count(), 0);
    const token = latest(anna);
    const answers = await Promise.all(
      ["/me", "/summary", "/partners", `/partners/${PARTNER_ID}`, "/partners/nobody", "/members"].map((path) => api(path, token)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([403]));
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    await leftNothing(anna);
  });

  await step("revoking holds within a minute, in an open page too", async () => {
    const { page } = marie;
    await go(page, "#/");
    await go(page, "#/members");
    await page.getByRole("table", { name: "Members" }).getByRole("button", { name: "Paul", exact: true }).click();
    await press(page, "Revoke access");
    const answered = page.waitForResponse((response) => response.request().method() === "DELETE");
    await press(page, "Revoke the access");
    assert.equal((await answered).status(), 200);
    const until = Date.now() + MINUTE;
    for (let now = 0; now !== 403; ) {
      now = await status(`/partners/${PARTNER_ID}`, latest(paul));
      assert.ok(Date.now() < until, `after a minute the answer is ${now}`);
    }
    await paul.page.getByRole("link", { name: "Contracts" }).click();
    await paul.page.getByText("does not know you", { exact: false }).first().waitFor();
    await paul.page.reload();
    await idle(paul.page);
    await heading(paul.page, "You are not a member");
    await leftNothing(paul);
  });

  await step("signing out holds at the provider", async () => {
    const { page, context } = marie;
    const other = await context.newPage();
    await other.goto(`${API}/#/partners`);
    await heading(other, "Partners");
    await leftNothing(marie);
    await press(page, "Sign out");
    await idle(page);
    await heading(page, "Sign in");
    // Another tab of the same person follows.
    await heading(other, "Sign in");
    await other.close();
    // The last refresh token is worth nothing any more.
    const body = new URLSearchParams({ grant_type: "refresh_token", client_id: "all-in-web-page", refresh_token: marie.found.refresh.at(-1) });
    assert.equal((await fetch(TOKEN_ENDPOINT, { method: "POST", body })).status, 400);
    const again = await context.newPage();
    await again.goto(`${API}/#/members`);
    await idle(again);
    await heading(again, "Sign in");
    await press(again, "Sign in");
    await again.locator("#password").waitFor();
    await again.locator("#username").fill("marie");
    await again.locator("#password").fill("marie-password");
    await again.locator("#kc-login").click();
    await heading(again, "Members");
    await leftNothing(marie);
  });

  for (const { context } of [marie, paul, anna]) await context.close();
});
