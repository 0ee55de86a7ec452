// What a chart draws and says, of amounts that were never in a ledger.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MANAGER, opened } from "./support.mjs";

const NOW = new Date().toISOString().slice(0, 7);
/** So many months, the last of which is so many after this one. */
const months = (number, after) =>
  Array.from({ length: number }, (_, i) => {
    const at = Number(NOW.slice(0, 4)) * 12 + Number(NOW.slice(5)) - 1 + after - number + 1 + i;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
  });

/** A page that shows a chart of such amounts in euros, by series. */
async function drawn(t, keys, series, options = {}) {
  const page = await opened(t, MANAGER, { address: "#/programme" });
  await page.evaluate(
    async ([keys, series, options]) => {
      const { $use } = await import(document.querySelector("script[src]").src);
      const { monthChart } = $use("chart.js");
      const named = Object.entries(series).map(([name, amounts]) => ({
        name,
        values: amounts.map((amount) => ({ amount, currency: "EUR" })),
      }));
      document.querySelector("main").replaceChildren(monthChart("Amounts", keys, named, options));
    },
    [keys, series, options],
  );
  return page;
}

const fills = (page) =>
  page
    .locator(".chart .bar")
    .evaluateAll((bars) => bars.map((bar) => bar.getAttribute("fill").replace(/.*-(\w+)\)$/, "$1")));
const text = async (page) => (await page.locator("main").innerText()).replace(/[\s\u00a0]+/g, " ");

test("today is marked, and later months are shaded", async (t) => {
  const page = await drawn(t, months(6, 2), { Earned: ["1.00", "2.00", "3.00", "4.00", "5.00", "6.00"] });
  await page.locator(".chart svg").waitFor();
  assert.equal(await page.locator(".chart .later.ground").count(), 2);
  assert.equal(await page.locator(".chart line.today").count(), 1);
  assert.match(await text(page), /Earned 4\.00 EUR/, "it begins with this month");
});

test("what is below zero has a pattern of its own, and says so", async (t) => {
  const page = await drawn(t, months(3, 0), { Due: ["5.00", "-2.00", "0.00"], Owed: ["0.00", "-1.00", "1.00"] });
  await page.locator(".chart svg").waitFor();
  assert.deepEqual(await fills(page), ["0", "below", "below", "1"]);
  assert.match(await text(page), /Below zero/);
  await page.getByRole("slider").press("ArrowLeft");
  assert.match(
    await page.getByRole("slider").getAttribute("aria-valuetext"),
    /Due \u22122\.00\u00a0EUR, Owed \u22121\.00\u00a0EUR/,
  );
});

test("a stack has a pattern for each series", async (t) => {
  const page = await drawn(t, months(2, 0), { A: ["5.00", "1.00"], B: ["1.00", "-1.00"] }, { isStacked: true });
  await page.locator(".chart svg").waitFor();
  assert.deepEqual(await fills(page), ["0", "1", "0", "1"]);
  const boxes = await page
    .locator(".chart .bar")
    .evaluateAll((bars) => bars.map((bar) => ({ y: bar.getBBox().y, height: bar.getBBox().height })));
  assert.ok(boxes[1].y + boxes[1].height <= boxes[0].y + 1, "on top of each other");
  assert.ok(boxes[3].y >= boxes[2].y + boxes[2].height - 1, "below zero");
});

test("one month is a sentence, and so are zeros alone", async (t) => {
  const one = await drawn(t, ["2024-03"], { Due: ["5.00"], Owed: ["0.00"] });
  assert.equal(await one.locator("svg.chart, .chart").count(), 0);
  assert.equal(await text(one), "March 2024 Due 5.00 EUR Owed 0.00 EUR");
  const zeros = await drawn(t, months(12, 0), { Due: Array(12).fill("0.00") });
  assert.equal(await zeros.locator(".chart").count(), 0);
  assert.equal(await text(zeros), "Only entries of zero.");
});

test("a finger that slides shows each month it passes", async (t) => {
  const page = await drawn(t, months(4, 0), { Due: ["1.00", "2.00", "3.00", "4.00"] });
  await page.locator(".chart svg").waitFor();
  const shown = await page.evaluate(() => {
    const columns = [...document.querySelectorAll(".column .ground")].map((column) => column.getBoundingClientRect());
    const chart = document.querySelector(".chart");
    return columns.map(({ x, y, width, height }) => {
      const at = { clientX: x + width / 2, clientY: y + height / 2, pointerType: "touch", bubbles: true };
      chart.firstChild.dispatchEvent(new PointerEvent("pointermove", at));
      return chart.getAttribute("aria-valuenow");
    });
  });
  assert.deepEqual(shown, ["1", "2", "3", "4"]);
});
