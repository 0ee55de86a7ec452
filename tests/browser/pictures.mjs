// Takes a picture of each view of the demo, in French, on a desk and on a phone, for people to look at:
//
//   cargo run -- --no-open
//   node pictures.mjs http://127.0.0.1:8080 [FOLDER]

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [api, folder = "pictures"] = process.argv.slice(2);
if (!api) throw new Error("give the address of the page");

const VIEWS = [
  ["overview", "partner", "#/"],
  ["entries", "partner", "#/entries"],
  ["contracts", "partner", "#/contracts"],
  ["contract", "partner", "#/contracts/C-0306"],
  ["statement", "partner", "#/statement"],
  ["inquiries", "partner", "#/inquiries"],
  ["programme", "partner", "#/programme"],
  ["manager", "manager", "#/"],
  ["partners", "manager", "#/partners"],
  ["affiliate", "manager", "#/partners/atelier-du-midi"],
  ["agreements", "manager", "#/partners/cabinet-lefevre/edit"],
  ["attention", "manager", "#/attention"],
  ["contradiction", "manager", "#/contracts/C-0306"],
  ["register", "manager", "#/register"],
  ["what-if", "manager", "#/what-if"],
  ["members", "manager", "#/members"],
  ["accountant", "accountant", "#/"],
  ["stranger", "somebody", "#/"],
  ["sign-in", null, "#/"],
];
const SIZES = [
  ["desk", { width: 1280, height: 900 }],
  ["phone", { width: 390, height: 844 }],
];
/** A picture of a long view ends here. */
const MOST = 1800;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
await mkdir(folder, { recursive: true });

/** As whom the browser is known to the provider; null: as nobody. */
async function picture(file, subject, address, viewport, locale) {
  const context = await browser.newContext({ viewport, locale });
  const page = await context.newPage();
  if (subject) await context.request.post(`${api}/identity/`, { form: { subject }, maxRedirects: 0 });
  await page.goto(`${api}/${address}`);
  await page.locator("h1").first().waitFor();
  await page.waitForTimeout(300);
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  const height = Math.min(MOST, await page.evaluate(() => document.documentElement.scrollHeight));
  const clip = { x: 0, y: 0, width: viewport.width, height };
  await page.screenshot({ path: join(folder, file), fullPage: true, clip });
  await context.close();
}

for (const [size, viewport] of SIZES)
  for (const [name, subject, address] of VIEWS)
    await picture(`${name}-${size}.png`, subject, address, viewport, "fr-FR");
// The one that the README shows.
await picture("overview.png", "partner", "#/", { width: 1280, height: 900 }, "en-GB");
await browser.close();
