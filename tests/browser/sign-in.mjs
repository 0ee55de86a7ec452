// Who comes in, and who does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { API, FOREIGN_ID, MANAGER, PARTNER, PARTNER_ID, STRANGER, api, choose, go, idle, opened, subjectOf } from "./support.mjs";

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const nameOf = async (id) => (await api(`/partners/${id}`)).json.name;
const signInView = (page) => heading(page, "Sign in");
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** How often the page sets out to the provider. */
function attempts(page) {
  const urls = [];
  page.on("request", (request) => request.url().includes("/identity/authorize") && urls.push(new URL(request.url())));
  return urls;
}

/** Answers for the provider, which the browser's next attempt brings back. */
const answered = (page, answer) =>
  page.route("**/identity/authorize?*", (route) => {
    const { searchParams: asked } = new URL(route.request().url());
    const back = new URLSearchParams({ state: asked.get("state"), iss: `${API}/identity`, ...answer });
    return route.fulfill({ status: 303, headers: { location: `${API}/?${back}` } });
  });

/** Everything that a browser keeps of the page, and where it is. */
const kept = (page) =>
  page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, location.href, history.state, document.cookie]));

test("whoever is nobody yet chooses at the provider, comes back to where they were, and leaves no trace", async (t) => {
  const page = await opened(t, null, { address: `#/partners/${PARTNER_ID}/contracts` });
  await signInView(page);
  const asked = attempts(page);
  const tokens = [];
  page.on("response", async (answer) => {
    if (answer.url().endsWith("/identity/token")) tokens.push(await answer.json());
  });
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await button(page, "Sign in").click();
  await choose(page, subjectOf(MANAGER));
  await heading(page, "Contracts");
  await idle(page);
  assert.equal(page.url(), `${API}/#/partners/${PARTNER_ID}/contracts`);
  const [{ searchParams }] = asked;
  assert.deepEqual([searchParams.get("code_challenge_method"), searchParams.get("response_type"), searchParams.get("prompt")], ["S256", "code", null]);
  assert.equal(tokens.length, 1);
  const traces = (await kept(page)) + said.join();
  for (const secret of [tokens[0].access_token, tokens[0].id_token, tokens[0].refresh_token, searchParams.get("state")])
    assert.equal(traces.includes(secret), false);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("going back, to the provider's old answer, leads on to the page", async (t) => {
  const page = await opened(t, null);
  const name = await nameOf(PARTNER_ID);
  await signInView(page);
  await button(page, "Sign in").click();
  await choose(page, subjectOf(PARTNER));
  await heading(page, name);
  await page.goBack();
  await heading(page, name);
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("a reload, a second tab and a mailed link sign in silently", async (t) => {
  const page = await opened(t, PARTNER);
  const name = await nameOf(PARTNER_ID);
  await heading(page, name);
  await page.reload();
  await heading(page, name);
  const second = await page.context().newPage();
  const asked = attempts(second);
  await second.goto(`${API}/#/entries?sort=amount`);
  await heading(second, "Entries");
  assert.equal(second.url(), `${API}/#/entries?sort=amount`);
  assert.deepEqual(asked.map(({ searchParams }) => searchParams.get("prompt")), ["none"]);
  // A page is one place in the browser's history, whatever it took to sign in.
  assert.equal(await second.evaluate(() => history.length), 2);
});

test("signing out ends the provider's session, in every tab", async (t) => {
  const page = await opened(t, PARTNER);
  const second = await page.context().newPage();
  await second.goto(`${API}/#/contracts`);
  await heading(second, "Contracts");
  const addresses = [];
  page.on("request", (request) => addresses.push(request.url()));
  await button(page, "Sign out").click();
  for (const tab of [page, second]) {
    await tab.getByText("You are signed out of this page.").waitFor();
    await signInView(tab);
  }
  await page.reload();
  await signInView(page);
  assert.equal(await page.getByRole("alert").count(), 0);
  // The ID token that says whom to sign out goes in a form.
  assert.ok(addresses.some((address) => address.startsWith(`${API}/identity/logout`)));
  assert.ok(!addresses.some((address) => address.includes("id_token")), addresses.join("\n"));
  await button(page, "Sign in").click();
  await page.locator("input[name=subject]").waitFor();
});

const REFUSALS = [
  ["that was cancelled", { error: "access_denied" }, /refused or cancelled/],
  ["at a provider that is unable", { error: "server_error" }, /cannot answer just now/],
  ["at a provider that does not know the page", { error: "unauthorized_client" }, /does not accept this page/],
  ["with a code that is none", { code: "none" }, /no longer valid/],
  ["by another provider", { code: "none", iss: "https://evil.example" }, /does not fit this page/],
  ["that was another one", { code: "none", state: "another" }, /no longer valid/],
];

for (const [name, answer, text] of REFUSALS) {
  test(`a sign-in ${name} is told in words, once, and tried again when asked`, async (t) => {
    const page = await opened(t, null);
    await page.context().request.post(`${API}/identity/`, { form: { subject: subjectOf(MANAGER) }, maxRedirects: 0 });
    const asked = attempts(page);
    await answered(page, answer);
    await page.goto("about:blank");
    await page.goto(`${API}/#/members`);
    await page.getByRole("alert").getByText(text).waitFor();
    assert.equal(new URL(page.url()).search, "");
    await page.unroute("**/identity/authorize?*");
    await page.waitForLoadState("networkidle");
    assert.equal(asked.length, 1);
    await button(page, "Try again").click();
    // Where an answer belongs to no attempt, nobody knows the place to come back to.
    await heading(page, answer.state ? "The programme in figures" : "Members");
    await idle(page);
    assert.equal(asked.length, 2);
  });
}

test("redirects never go round in circles", async (t) => {
  const page = await opened(t, null);
  const asked = attempts(page);
  // A provider that leads back without any answer.
  await page.route("**/identity/authorize?*", (route) => route.fulfill({ status: 303, headers: { location: `${API}/` } }));
  await page.goto("about:blank");
  await page.goto(`${API}/#/members`);
  await signInView(page);
  await page.waitForLoadState("networkidle");
  assert.equal(asked.length, 1);
  assert.equal(page.url(), `${API}/#/members`);
  // An API that refuses whomever the provider signs in.
  await page.unroute("**/identity/authorize?*");
  await page.context().request.post(`${API}/identity/`, { form: { subject: subjectOf(MANAGER) }, maxRedirects: 0 });
  await page.route("**/me", (route) => route.fulfill({ status: 401, json: { message: "Unauthorized" } }));
  await page.reload();
  await page.getByText("does not accept this sign-in").waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(asked.length, 2);
});

test("an answer that nobody asked for is not used", async (t) => {
  const forged = `${API}/?code=stolen&state=forged#/contracts`;
  const nobody = await opened(t, null);
  const sent = [];
  for (const page of [nobody, await opened(t, PARTNER)]) {
    page.on("request", (request) => request.url().endsWith("/identity/token") && sent.push(request.postData()));
    await page.goto("about:blank");
    await page.goto(forged);
    if (page === nobody) await signInView(page);
    else await heading(page, "Contracts");
    assert.equal(new URL(page.url()).search, "");
  }
  assert.ok(!sent.some((form) => form.includes("stolen")), sent.join("\n"));
});

test("a link with a token signs nobody in", async (t) => {
  const page = await opened(t, null);
  for (const name of ["token", "access_token"]) {
    await page.goto("about:blank");
    await page.goto(`${API}/#${name}=${MANAGER}`);
    await signInView(page);
  }
});

test("a browser that keeps nothing, a wrong clock and a provider that is away are told in words", async (t) => {
  const blocked = await opened(t, null);
  await blocked.addInitScript(() => {
    const refuse = () => {
      throw new DOMException("blocked", "SecurityError");
    };
    for (const name of ["sessionStorage", "localStorage"]) Object.defineProperty(window, name, { get: refuse });
  });
  await blocked.reload();
  await blocked.getByRole("alert").getByText("keeps nothing for this page").waitFor();

  const late = await opened(t, null);
  await late.context().request.post(`${API}/identity/`, { form: { subject: subjectOf(MANAGER) }, maxRedirects: 0 });
  await late.clock.install({ time: Date.now() + 30 * 86_400_000 });
  await late.reload();
  await late.getByRole("alert").getByText("set the clock of this computer").waitFor();

  const away = await opened(t, null);
  await away.route("**/.well-known/openid-configuration", (route) => route.abort());
  await away.reload();
  await away.getByRole("alert").getByText("cannot be reached").waitFor();
});

/** The provider's answers with tokens that live so many seconds; `refresh` says whether they can be renewed. */
const living = (page, seconds, refresh) =>
  page.route("**/identity/token", async (route) => {
    const answer = await route.fetch();
    const { refresh_token: token, ...json } = await answer.json();
    await route.fulfill({ response: answer, json: { ...json, expires_in: seconds, ...(refresh && { refresh_token: token }) } });
  });

const exchanges = (page) => {
  const grants = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/identity/token")) grants.push(new URLSearchParams(request.postData()).get("grant_type"));
  });
  return grants;
};

test("a sign-in is renewed before it ends, and once for a request that is refused", async (t) => {
  const page = await opened(t, MANAGER);
  await page.clock.install();
  // So short that the provider's own tokens, which last longer, are good by the clock of the page too.
  await living(page, 120, true);
  const grants = exchanges(page);
  await page.reload();
  await heading(page, "The programme in figures");
  await idle(page);
  assert.deepEqual(grants, ["authorization_code"]);
  const [, renewal] = await Promise.all([page.clock.runFor("01:05"), page.waitForResponse("**/identity/token")]);
  await renewal.finished();
  assert.deepEqual(grants.splice(0), ["authorization_code", "refresh_token"]);

  let refused = 0;
  await page.route("**/members?*", async (route) => {
    refused += 1;
    return refused === 1 ? route.fulfill({ status: 401, json: { message: "Unauthorized" } }) : route.fallback();
  });
  await go(page, "#/members");
  await page.getByRole("table", { name: "Members" }).waitFor();
  assert.deepEqual(grants, ["refresh_token"]);
  assert.equal(await page.getByRole("alert").filter({ hasText: "sign-in" }).count(), 0);
});

test("without renewal its user is warned in time, signs in beside, and loses no form", async (t) => {
  const page = await opened(t, MANAGER);
  await page.clock.install();
  await living(page, 300, false);
  await page.reload();
  await heading(page, "The programme in figures");
  await go(page, "#/register");
  await page.getByLabel("Partner id").fill("half-filled");
  await page.clock.runFor("01:30");
  assert.equal(await page.getByText("ends in a few minutes").count(), 0);
  await page.clock.runFor("01:30");
  await page.getByText("ends in a few minutes").waitFor();
  await page.clock.runFor("02:30");
  await page.getByText("Your sign-in has ended.").waitFor();
  const again = async () => {
    const [beside] = await Promise.all([page.waitForEvent("popup"), button(page, "Sign in again").click()]);
    return beside;
  };
  const beside = await again();
  if (!beside.isClosed()) await beside.waitForEvent("close");
  await page.getByText("Your sign-in has ended.").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Partner id").inputValue(), "half-filled");
  await go(page, "#/members");
  await page.getByRole("table", { name: "Members" }).waitFor();
});

test("a stranger is told so, and nothing else", async (t) => {
  const page = await opened(t, STRANGER, { address: `#/partners/${PARTNER_ID}` });
  await heading(page, "You are not a member");
  assert.equal(await page.getByRole("navigation").count(), 0);
  await button(page, "Use another account").click();
  await signInView(page);
  await button(page, "Sign in").click();
  await choose(page, subjectOf(MANAGER));
  await heading(page, "The programme in figures");
  await idle(page);
});

test("another partner's pages are not found, as those of nobody", async (t) => {
  const page = await opened(t, PARTNER);
  for (const id of [FOREIGN_ID, "nobody-has-this-id"]) {
    for (const place of ["", "/entries", "/statement/2024-01"]) {
      await go(page, `#/partners/${id}${place}`);
      await page.getByText("Not found.", { exact: false }).first().waitFor();
    }
  }
  for (const address of ["#/attention", "#/members", "#/register", `#/partners/${PARTNER_ID}/members`, `#/partners/${PARTNER_ID}/edit`]) {
    await go(page, address);
    await heading(page, "Nothing here");
  }
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
