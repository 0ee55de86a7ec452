// The browser, the API beside it, and what every test does with them.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";
import { chromium } from "playwright-core";

const required = (name) => process.env[name] ?? assert.fail(`the environment variable ${name} is missing`);

export const API = required("API_URL").replace(/\/$/, "");
export const MANAGER = required("MANAGER_TOKEN");
export const ACCOUNTANT = required("ACCOUNTANT_TOKEN");
export const PARTNER = required("PARTNER_TOKEN");
/** A token that is good, of nobody that the programme knows. */
export const STRANGER = required("STRANGER_TOKEN");
export const PARTNER_ID = required("PARTNER_ID");
export const FOREIGN_ID = required("FOREIGN_ID");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
after(() => browser.close());

/** The subject that a token names: whom to be at the provider. */
export const subjectOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")).sub;

/** Chooses whom to be, on the provider's page of people. */
export async function choose(page, subject) {
  const known = page.locator(`button[name=subject][value="${subject}"]`);
  if (await known.count()) return known.click();
  await page.locator("input[name=subject]").fill(subject);
  await page.locator("form:has(input[name=subject]) button").click();
}

/**
 * A page of its own browser, whose provider knows the bearer of a token if one is given. It fails on whatever the page got
 * wrong. `before` is told of the page before it opens.
 */
export async function opened(t, token, { address = "#/", before = async () => {}, ...options } = {}) {
  const context = await browser.newContext({
    locale: "en-GB",
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on(
    "console",
    (message) =>
      message.type() === "error" && !message.text().startsWith("Failed to load resource") && wrong.push(message.text()),
  );
  page.on(
    "request",
    (request) =>
      !/^(blob:|data:)/.test(request.url()) &&
      new URL(request.url()).origin !== new URL(API).origin &&
      wrong.push(`it asked ${request.url()}`),
  );
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  if (token) await context.request.post(`${API}/identity/`, { form: { subject: subjectOf(token) }, maxRedirects: 0 });
  await before(page);
  await page.goto(`${API}/${address}`);
  await idle(page);
  return page;
}

/** Nothing is loading any more. */
export async function idle(page) {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
}

export async function go(page, address) {
  const before = await page.locator("main > *").first().elementHandle();
  const here = await page.evaluate(() => location.hash);
  await page.evaluate((address) => (location.hash = address), address);
  if (here !== address) await page.waitForFunction((before) => !before.isConnected, before);
  await idle(page);
}

/** What the API says, to hold the page against. */
export async function api(path, token = MANAGER, { method = "GET", headers = {}, body } = {}) {
  const answer = await fetch(API + path, {
    method,
    body,
    headers: { Authorization: `Bearer ${token}`, "Accept-Language": "en", ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, etag: answer.headers.get("etag"), json: text ? JSON.parse(text) : null };
}

/** The workbook of a path. */
export async function workbook(path, token = MANAGER) {
  const Accept = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const answer = await fetch(API + path, { headers: { Authorization: `Bearer ${token}`, Accept } });
  return Buffer.from(await answer.arrayBuffer());
}

/** The file that a button gives, and its name. */
export async function downloaded(page, name) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

/** As the page writes it in English. */
export function money({ amount, currency }) {
  const places = amount.split(".")[1]?.length ?? 0;
  const number = new Intl.NumberFormat("en-GB", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  }).format(amount);
  return `${number.replace("-", "\u2212")}\u00a0${currency}`;
}

export async function screenshot(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Every view, for each role and for those who have none, with ids that there are. */
export async function views() {
  const { entries } = (await api(`/partners/${PARTNER_ID}/entries?limit=500`, PARTNER)).json;
  const contract = entries.find((entry) => entry.contract_id)?.contract_id;
  const { items } = (await api("/attention?limit=500")).json;
  const disputed = items.find((item) => item.kind === "contradiction") ?? items.find((item) => item.contract_id);
  const month = entries[0].booked_on.slice(0, 7);
  const ofPartner = [
    ["overview", "#/"],
    ["entries", "#/entries"],
    ["entries-found", "#/entries?q=annuity&sort=amount"],
    ["contracts", "#/contracts"],
    ["contract", `#/contracts/${contract}`],
    ["statement", `#/statement/${month}?since=2000-01-01`],
    ["inquiries", "#/inquiries"],
    ["programme", "#/programme"],
    ["nothing", "#/nothing-here"],
  ];
  const ofManager = [
    ["manager", "#/"],
    ["manager-models", "#/?from=2023-01&to=2025-12&chart=model"],
    ["manager-partners", "#/?from=2023-01&to=2025-12&chart=partner&partners.sort=partner"],
    ["manager-month", `#/?from=${month}&to=${month}`],
    ["partners", "#/partners"],
    ["partner", `#/partners/${PARTNER_ID}`],
    ["partner-edit", `#/partners/${PARTNER_ID}/edit`],
    ["attention", "#/attention"],
    ["attention-contract", `#/contracts/${disputed?.contract_id ?? contract}`],
    ["register", "#/register"],
    ["what-if", "#/what-if"],
    ["members", "#/members"],
    ["partner-members", `#/partners/${PARTNER_ID}/members`],
    ["journal", "#/journal"],
    ["partner-versions", `#/partners/${PARTNER_ID}/versions`],
  ];
  const ofAccountant = [
    ["accountant", "#/"],
    ["accountant-partner", `#/partners/${PARTNER_ID}`],
    ["accountant-attention", "#/attention"],
    ["accountant-members", "#/members"],
    ["accountant-journal", "#/journal"],
  ];
  return [
    ...ofPartner.map(([name, address]) => ({ name, address, token: PARTNER })),
    ...ofManager.map(([name, address]) => ({ name, address, token: MANAGER })),
    ...ofAccountant.map(([name, address]) => ({ name, address, token: ACCOUNTANT })),
    { name: "stranger", address: "#/", token: STRANGER },
    { name: "sign-in", address: "#/", token: null },
    { name: "invited", address: "#/join/no-such-code", token: null },
  ];
}
