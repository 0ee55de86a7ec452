// Members and invitations, the page seen as another member, what an accountant sees, partner files and search.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNTANT, API, MANAGER, PARTNER, PARTNER_ID, api, choose, go, idle, opened } from "./support.mjs";

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const button = (page, name) => page.getByRole("button", { name, exact: true });
const nameOf = async (id) => (await api(`/partners/${id}`)).json.name;
/** A name that no earlier run gave. */
const fresh = (name) => `${name} ${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

/** The buttons of a view that change something. */
const changing = async (page) => (await page.locator("main button.primary").allTextContents()).filter((name) => name !== "Print");

/** Makes an invitation in the page, as a manager does, and gives its link. */
async function invite(page, { role, partner = null, name }) {
  const form = page.locator("details").filter({ hasText: "Invite somebody" });
  await form.locator("summary").click();
  await form.getByLabel("Role").selectOption({ label: role });
  if (partner !== null) {
    await form.getByLabel("Partner", { exact: true }).pressSequentially(partner.toLowerCase());
    const option = form.locator(`datalist option[value$="(${partner})"]`);
    await option.waitFor({ state: "attached" });
    await form.getByLabel("Partner", { exact: true }).fill(await option.getAttribute("value"));
  }
  await form.getByLabel("Name").fill(name);
  await button(page, "Make the invitation").click();
  return page.getByLabel("Link of the invitation").inputValue();
}

/** Opens a link as somebody, in a browser of their own. */
async function accept(page, link, subject) {
  await page.goto("about:blank");
  await page.goto(link);
  await button(page, "Sign in and accept").click();
  await choose(page, subject);
}

/** Opens a row of a list by its name. */
async function open(page, table, name) {
  await page.getByRole("table", { name: table }).getByRole("button", { name, exact: true }).click();
}

test("invited, a member, revoked: each is told so", async (t) => {
  const manager = await opened(t, MANAGER, { address: "#/members" });
  const [name, subject] = [fresh("Nadia"), fresh("nadia")];
  const link = await invite(manager, { role: "Partner’s member", partner: PARTNER_ID, name });
  const mail = new URL(await manager.getByRole("link", { name: "Write an e-mail" }).getAttribute("href"));
  assert.equal(mail.protocol, "mailto:");
  assert.ok(new URLSearchParams(mail.search).get("body").includes(link));
  await manager.getByRole("table", { name: "Invitations" }).getByRole("button", { name }).waitFor();

  const invited = await opened(t, null);
  await invited.goto("about:blank");
  await invited.goto(link);
  await heading(invited, "You are invited");
  assert.equal(invited.url(), `${API}/#/`, "the code has left the address");
  await invited.reload();
  await heading(invited, "You are invited");
  await button(invited, "Sign in and accept").click();
  await choose(invited, subject);
  await invited.getByText(`Welcome, ${name}.`).waitFor();
  await heading(invited, await nameOf(PARTNER_ID));
  assert.equal(await invited.evaluate(() => sessionStorage.length), 0);
  await go(invited, "#/contracts");
  await idle(invited);

  // The link works once.
  const other = await opened(t, null);
  await accept(other, link, fresh("other"));
  await other.getByText("was used already").waitFor();
  // For whoever used it, it leads to the page.
  await invited.goto("about:blank");
  await invited.goto(link);
  await button(invited, "Sign in and accept").click();
  await invited.getByText(`Welcome, ${name}.`).waitFor();
  await go(manager, `#/partners/${PARTNER_ID}/members`);
  await open(manager, "Members", name);
  await button(manager, "Revoke access").click();
  await button(manager, "Leave it").click();
  await button(manager, "Revoke access").click();
  await button(manager, "Revoke the access").click();
  await manager.getByText(/revoked on/).first().waitFor();
  // The open page shows nothing more, and neither does a new one.
  await go(invited, "#/contracts");
  await go(invited, "#/entries");
  await heading(invited, "You are not a member");
  await invited.goto("about:blank");
  await invited.goto(`${API}/#/contracts`);
  await heading(invited, "You are not a member");
});

test("an invitation is sent again, and revoked: its old links do not work", async (t) => {
  const manager = await opened(t, MANAGER, { address: "#/members" });
  const name = fresh("Paul");
  const first = await invite(manager, { role: "Accountant", name });
  await open(manager, "Invitations", name);
  await button(manager, "Send again").click();
  const links = manager.getByLabel("Link of the invitation");
  await links.nth(1).waitFor();
  const second = await links.nth(1).inputValue();
  assert.notEqual(second, first);
  const invited = await opened(t, null);
  await accept(invited, first, fresh("paul"));
  await invited.getByText("There is no such invitation").waitFor();
  await button(manager, "Revoke the invitation").click();
  await button(manager, "Revoke it").click();
  await manager.getByRole("row", { name }).getByText("Revoked").waitFor();
  await invited.goto("about:blank");
  await invited.goto(second);
  await button(invited, "Sign in and accept").click();
  await invited.getByText("There is no such invitation").waitFor();
});

test("a member is not invited twice, and the last manager stays", async (t) => {
  const manager = await opened(t, MANAGER, { address: "#/members" });
  const link = await invite(manager, { role: "Accountant", name: fresh("Twice") });
  await manager.evaluate((link) => (location.href = link), link);
  await button(manager, "Accept the invitation").click();
  await manager.getByText("You are a member already").waitFor();
  await button(manager, "To the overview").click();
  await heading(manager, "The programme in figures");
  const { members } = (await api("/members?limit=500")).json;
  const managers = members.filter(({ role, revoked_at: at }) => role === "manager" && at === null);
  if (managers.length > 1) return t.skip("there are several managers");
  await go(manager, "#/members");
  await open(manager, "Members", managers[0].name);
  await button(manager, "Revoke access").click();
  await button(manager, "Revoke the access").click();
  await manager.getByText("The last manager cannot be revoked.").waitFor();
});

test("a machine is entered by issuer and subject, with a refusal at its field first", async (t) => {
  const page = await opened(t, MANAGER, { address: "#/members" });
  const form = page.locator("details").filter({ hasText: "Enter a machine" });
  await form.locator("summary").click();
  await form.getByLabel("Role").selectOption({ label: "Accountant" });
  await form.getByLabel("Subject").fill("nightly-export");
  await form.getByLabel("Name").fill("Nightly export");
  await form.getByLabel("Issuer").fill("not an address");
  await button(page, "Enter").click();
  await page.waitForFunction(() => document.querySelector("[name=issuer]").getAttribute("aria-invalid") === "true");
  const issuer = `https://login.example/${Date.now()}/`;
  await form.getByLabel("Issuer").fill(issuer);
  await button(page, "Enter").click();
  await page.waitForFunction(() => document.querySelector("[name=issuer]").value === "");
  const { members } = (await api("/members?limit=500")).json;
  assert.equal(members.find((member) => member.issuer === issuer).role, "accountant");
});

test("a manager sees the page as a partner's member does, read only, until they stop", async (t) => {
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/members` });
  const { members } = (await api(`/members?partner_id=${PARTNER_ID}`)).json;
  const { id, name } = members.find(({ revoked_at: at }) => at === null);
  await open(page, "Members", name);
  const asked = [];
  await button(page, `See the page as ${name}`).click();
  await page.getByText(`You see the page as ${name}, read only.`).waitFor();
  await heading(page, await nameOf(PARTNER_ID));
  page.on("request", (request) => {
    if (request.resourceType() === "fetch" && !request.url().includes("/page/")) asked.push([request.method(), request.headers()["view-as"]]);
  });
  for (const address of ["#/contracts", "#/inquiries", "#/statement", "#/programme"]) {
    await go(page, address);
    await page.getByText(`You see the page as ${name}, read only.`).waitFor();
    assert.deepEqual(await changing(page), [], address);
  }
  assert.ok(asked.length > 3 && asked.every(([method, as]) => method === "GET" && as === id), JSON.stringify(asked));
  await go(page, "#/members");
  await heading(page, "Nothing here");
  await button(page, "Stop").click();
  await heading(page, "Members");
  assert.equal(await page.getByText("read only").count(), 0);
  // It is in the memory of the page alone.
  await page.reload();
  await heading(page, "Members");
});

test("an accountant sees what a manager sees, and changes nothing", async (t) => {
  const page = await opened(t, ACCOUNTANT);
  await heading(page, "The programme in figures");
  assert.equal(await page.getByRole("link", { name: "Register a partner" }).count(), 0);
  for (const address of ["#/", "#/partners", "#/attention", "#/members", `#/partners/${PARTNER_ID}`, `#/partners/${PARTNER_ID}/members`, `#/partners/${PARTNER_ID}/inquiries`]) {
    await go(page, address);
    assert.deepEqual(await changing(page), [], address);
  }
  for (const address of ["#/register", `#/partners/${PARTNER_ID}/edit`]) {
    await go(page, address);
    await heading(page, "Nothing here");
  }
});

test("contacts and a note are kept for those who see all partners, and a partner is found by a contact", async (t) => {
  const manager = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}` });
  const contact = fresh("Zoé Martin");
  const file = manager.getByRole("region", { name: "Contacts and note" });
  await file.getByText("Change contacts and note").click();
  const before = await file.locator("fieldset").count();
  await button(manager, "Add a contact").click();
  await button(manager, "Save").click();
  await file.getByText("Please give a name").waitFor();
  const added = file.getByRole("group", { name: `Contact ${before + 1}` });
  await added.getByLabel("Name").fill(contact);
  await added.getByLabel("Function").fill("gérante");
  await added.getByLabel("E-mail").fill("zoe@example.com");
  await added.getByLabel("Telephone").fill("+33 1 23 45 67 89");
  await file.getByLabel("Note", { exact: true }).fill("Calls on Mondays.");
  await button(manager, "Save").click();
  await file.getByRole("heading", { name: contact }).waitFor();
  await file.getByText("Calls on Mondays.").first().waitFor();

  await go(manager, "#/partners");
  const words = contact.normalize("NFD").replace(/\p{M}/gu, "").toUpperCase().split(" ").reverse().join(" ");
  await manager.getByLabel("Search").fill(words);
  await manager.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1 && !document.querySelector("[aria-busy=true]"));
  await manager.getByRole("cell", { name: PARTNER_ID, exact: true }).waitFor();

  const accountant = await opened(t, ACCOUNTANT, { address: `#/partners/${PARTNER_ID}` });
  await accountant.getByRole("heading", { name: contact }).waitFor();
  assert.equal(await accountant.getByText("Change contacts and note").count(), 0);

  const partner = await opened(t, PARTNER);
  const asked = [];
  partner.on("request", (request) => asked.push(request.url()));
  await partner.reload();
  await idle(partner);
  assert.equal((await partner.locator("body").innerText()).includes(contact), false);
  assert.equal(asked.some((url) => url.includes("/file")), false);
});

test("a contract opens by its exact id from anywhere, and one partner's are found by a part", async (t) => {
  const { contracts } = (await api(`/partners/${PARTNER_ID}/contracts?limit=500`)).json;
  const { contract_id: id, sale } = contracts.find(({ sale }) => sale);
  for (const token of [MANAGER, PARTNER]) {
    const page = await opened(t, token, { address: "#/programme" });
    await page.getByRole("search", { name: "Open a contract" }).getByLabel("Contract id").fill(` ${id} `);
    await page.keyboard.press("Enter");
    await heading(page, id);
    await idle(page);
  }
  const page = await opened(t, MANAGER, { address: `#/partners/${PARTNER_ID}/contracts` });
  if (contracts.length < 8) return;
  await page.getByLabel("Search").fill(sale.customer_id.slice(1).toLowerCase());
  await page.locator("main tbody").getByRole("cell", { name: id, exact: true }).waitFor();
});
