// Bars by month: two series, side by side, told apart by a pattern and not only by colour.

import { freshId, h, svg } from "./dom.js";
import { compact, month, monthName, moneyText, thisMonth } from "./format.js";
import { minor, placesOf } from "./money.js";
import { position, scaleOf } from "./scale.js";
import { t } from "./text.js";

const HEIGHT = 240;
const EDGE = { top: 12, bottom: 38, left: 52, right: 4 };

/**
 * `series`: `{ name, values }`, with an amount for each month, all of one currency. It is drawn for the width that
 * there is, and again when that changes.
 */
export function monthChart(title, months, series) {
  const place = h("div", { class: "chart" });
  const figure = h("figure", { class: "figure" }, h("figcaption", {}, legend(series)), place);
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const now = Math.floor(contentRect.width);
    if (now === width || now === 0) return;
    width = now;
    place.replaceChildren(drawing(title, months, series, width));
  }).observe(place);
  return figure;
}

const legend = (series) =>
  h(
    "ul",
    { class: "legend" },
    series.map(({ name }, i) => h("li", {}, h("span", { class: `key series-${i}`, "aria-hidden": "true" }), name)),
  );

function drawing(title, months, series, width) {
  const amounts = series.flatMap(({ values }) => values);
  const scale = scaleOf(amounts.map(minor));
  const places = placesOf(amounts[0]);
  const inner = { width: width - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
  const y = (units) => EDGE.top + inner.height * (1 - position(units, scale));
  const column = inner.width / months.length;
  const hatch = freshId("hatch");
  const name = freshId("chart");
  return svg(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-labelledby": name },
    svg("title", { id: name }, `${title}. ${t("chart.table-below")}`),
    svg("defs", {}, pattern(hatch)),
    scale.ticks.map((tick) => gridLine(tick, y(tick), width, places)),
    months.map((key, i) => {
      const left = EDGE.left + column * i;
      return [
        key > thisMonth() && svg("rect", { class: "later", x: left, y: EDGE.top, width: column, height: inner.height }),
        series.map((one, nth) => bar(key, one, one.values[i], nth, { left, column, count: series.length, y, hatch })),
        label(key, months, i, left + column / 2, column),
      ];
    }),
  );
}

function bar(key, { name }, amount, nth, { left, column, count, y, hatch }) {
  const units = minor(amount);
  if (units === 0n) return null;
  const width = Math.max(2, Math.min(22, (column * 0.72) / count));
  const x = left + column / 2 + (nth - count / 2) * width;
  const [top, bottom] = units > 0n ? [y(units), y(0n)] : [y(0n), y(units)];
  const shape = { x: x + 0.5, y: top, width: width - 1, height: Math.max(1, bottom - top), rx: 1 };
  const fill = nth === 0 ? {} : { fill: `url(#${hatch})` };
  return svg(
    "rect",
    { class: `bar series-${nth}`, ...shape, ...fill },
    svg("title", {}, `${month(key)}, ${name}: ${moneyText(amount)}`),
  );
}

function gridLine(tick, y, width, places) {
  const zero = tick === 0n;
  return [
    svg("line", { class: zero ? "axis" : "grid", x1: EDGE.left, x2: width - EDGE.right, y1: y, y2: y }),
    svg(
      "text",
      { class: "tick", x: EDGE.left - 8, y: y + 4, "text-anchor": "end" },
      compact(Number(tick) / 10 ** places),
    ),
  ];
}

/** The current month is marked, later ones are dimmed. */
function when(key) {
  if (key === thisMonth()) return "now";
  return key > thisMonth() ? "later" : "";
}

function label(key, months, i, x, column) {
  const year = key.slice(0, 4);
  const [before, after] = [months[i - 1], months[i + 1]].map((month) => month?.slice(0, 4));
  // A year of one narrow month would run into the next one.
  const named = year !== before && (column > 36 || after === undefined || after === year);
  return [
    svg(
      "text",
      { class: `tick ${when(key)}`, x, y: HEIGHT - 20, "text-anchor": "middle" },
      monthName(Number(key.slice(5)), column < 38 ? "narrow" : "short"),
    ),
    named && svg("text", { class: "tick year", x, y: HEIGHT - 4, "text-anchor": "middle" }, year),
  ];
}

const pattern = (id) =>
  svg(
    "pattern",
    { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { class: "hatch-ground", width: 5, height: 5 }),
    svg("line", { class: "hatch-line", x1: 0, x2: 0, y1: 0, y2: 5 }),
  );
