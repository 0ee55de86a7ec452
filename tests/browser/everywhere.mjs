// What holds on every view.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { API, MANAGER, PARTNER, opened, screenshot, idle, views } from "./support.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const all = await views();

for (const colorScheme of ["light", "dark"]) {
  test(`nothing that axe finds, ${colorScheme}`, async (t) => {
    for (const { name, address, token } of all) {
      await t.test(name, async (t) => {
        const page = await opened(t, token, { address, colorScheme, reducedMotion: "reduce" });
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]),
          [],
        );
        await screenshot(page, `${name}-${colorScheme}`);
      });
    }
  });
}

/** A small phone, a phone, twice as large letters on a desk, a tablet, a desk, a wide desk. */
const WIDTHS = [320, 390, 640, 820, 1280, 1920];

test("no view scrolls sideways, and none breaks what French and figures keep together", async (t) => {
  for (const { name, address, token } of all) {
    await t.test(name, async (t) => {
      const page = await opened(t, token, { address, locale: "fr-FR", viewport: { width: WIDTHS[0], height: 740 } });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 740 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${over} px too wide at ${width}`);
        if (width === 390) await screenshot(page, `${name}-phone`);
        if (width === 1920) await screenshot(page, `${name}-wide`);
      }
      const text = (await page.locator("main").innerText()).replace(/[\u00a0\u202f]/g, "_");
      assert.deepEqual(text.match(/.{0,20}( [;!?%»]|[^\d\w-]-\d).{0,20}/g) ?? [], [], "a space or a hyphen of a typewriter");
      assert.deepEqual(await page.locator(".money").filter({ hasText: "-" }).allTextContents(), []);
    });
  }
});

test("the heads of a long list stay in sight", async (t) => {
  const page = await opened(t, all.find((view) => view.name === "partners").token, {
    address: "#/partners",
    viewport: { width: 1280, height: 300 },
  });
  await page.locator("tbody tr").last().scrollIntoViewIfNeeded();
  assert.ok((await page.evaluate(() => scrollY)) > 100);
  assert.equal(Math.round((await page.locator(".list thead th").first().boundingBox()).y), 0);
});

test("the keyboard reaches the content and the way around", async (t) => {
  const page = await opened(t, PARTNER);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.getByRole("link", { name: "Entries" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    () => document.activeElement.tagName === "H1" && document.activeElement.textContent === "Entries",
  );
});

test("the overview is there within a second", async (t) => {
  const page = await opened(t, PARTNER);
  const took = [];
  // The best of some, since the machine may be at other work.
  for (let i = 0; i < 5; i += 1) {
    await page.reload({ waitUntil: "commit" });
    took.push(
      await (
        await page.waitForFunction(() => document.querySelector(".balances") && performance.now(), null, {
          polling: "raf",
        })
      ).jsonValue(),
    );
  }
  t.diagnostic(`${took.map(Math.round).join(", ")} ms`);
  assert.ok(Math.min(...took) < 1000, String(took));
});

test("all of the page weighs at most 350 kB, and the library that signs in 100 kB", async (t) => {
  const sizes = new Map();
  for (const token of [PARTNER, MANAGER]) {
    const page = await opened(t, token);
    const paths = new Set();
    page.on("response", (response) => {
      const { origin, pathname } = new URL(response.url());
      if (origin === new URL(API).origin && (pathname === "/" || pathname.startsWith("/page/"))) paths.add(pathname);
    });
    for (const { address } of all.filter((view) => view.token === token)) {
      await page.goto("about:blank");
      await page.goto(`${API}/${address}`);
      await idle(page);
    }
    // Asked for again, since the browser has them already and is told so.
    for (const path of paths) sizes.set(path, (await (await page.request.get(API + path)).body()).length);
  }
  const library = sizes.get("/page/oauth4webapi.js");
  const own = [...sizes.values()].reduce((sum, size) => sum + size, 0) - library;
  t.diagnostic(`${sizes.size} files, ${own} bytes and ${library}`);
  assert.ok(sizes.size > 10 && own <= 350_000 && library <= 100_000, `${own} bytes and ${library}`);
});

test("signing in silently asks for little of the page twice", async (t) => {
  const page = await opened(t, PARTNER);
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto("about:blank");
  await page.goto(`${API}/`);
  await idle(page);
  // Up to the provider, the page is what leads there.
  const before = asked.slice(0, asked.indexOf("/identity/authorize"));
  t.diagnostic(`${asked.length} requests, ${before.length} of them before the provider`);
  assert.ok(before.length <= 10, before.join());
  assert.deepEqual(before.filter((path) => path.endsWith(".css")), []);
});
