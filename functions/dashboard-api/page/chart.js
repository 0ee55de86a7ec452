// Bars by month: series side by side or stacked, and the values of the month that is pointed at, touched or gone to.

import { fillsOf, keyOf } from "./chart-fills.js";
import { h, svg } from "./dom.js";
import { compact, month, monthName, moneyNode, moneyText, partOfMonth, thisMonth } from "./format.js";
import { minor, placesOf, sign } from "./money.js";
import { empty, link, table } from "./parts.js";
import { position, scaleOf } from "./scale.js";
import { stacked } from "./stacks.js";
import { t } from "./text.js";

const HEIGHT = 240;
const EDGE = { top: 18, bottom: 38, left: 52, right: 4 };

/**
 * `series`: `{ name, values }`, with an amount for each month, all of one currency. `isStacked`: on top of each other.
 * `to(month)` is where a month leads. What cannot be a chart is a sentence.
 */
export function monthChart(title, months, series, { isStacked = false, to = null } = {}) {
  if (series.every(({ values }) => values.every((value) => sign(value) === 0))) return empty(t("months.zero"));
  if (months.length === 1) return oneMonth(months[0], series, to);
  const chart = { title, months, series, isStacked, to, fills: fillsOf(), at: firstShown(months) };
  const place = h("div", {
    class: to ? "chart leads" : "chart",
    tabindex: "0",
    role: "slider",
    "aria-label": title,
    ...rangeOf(chart),
  });
  const reading = h("p", { class: "reading" });
  const go = (at) => {
    chart.at = Math.min(months.length - 1, Math.max(0, at));
    place.setAttribute("aria-valuenow", chart.at + 1);
    place.setAttribute("aria-valuetext", textOf(chart));
    for (const column of place.querySelectorAll(".column"))
      column.classList.toggle("at", Number(column.dataset.at) === chart.at);
    reading.replaceChildren(...readingOf(chart));
  };
  listen(place, chart, go);
  whenWide(place, (width) => {
    place.replaceChildren(drawing(chart, width));
    go(chart.at);
  });
  go(chart.at);
  return h("figure", { class: "figure" }, place, h("figcaption", {}, reading));
}

/** Draws for the width that there is, and again when that changes. */
function whenWide(place, draw) {
  let width = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const now = Math.floor(contentRect.width);
    if (now === width || now === 0) return;
    width = now;
    draw(width);
  }).observe(place);
}

const rangeOf = ({ months }) => ({
  "aria-valuemin": "1",
  "aria-valuemax": String(months.length),
  "aria-orientation": "horizontal",
});

/** The current month, or the last one of a period that is over. */
const firstShown = (months) => (months.includes(thisMonth()) ? months.indexOf(thisMonth()) : months.length - 1);

const STEPS = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -12,
  PageUp: 12,
  Home: -Infinity,
  End: Infinity,
};

/** A mouse shows a month by hovering and follows it by a press; a finger shows it; keys do both. */
function listen(place, chart, go) {
  // A finger that slides keeps the target it began at.
  const columnAt = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest(".column");
  const pointed = (event) => place.contains(columnAt(event)) && columnAt(event).dataset.at;
  const point = (event) => pointed(event) && go(Number(pointed(event)));
  const follow = () => chart.to && (location.hash = chart.to(chart.months[chart.at]));
  let touched = false;
  place.addEventListener("pointermove", point);
  place.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    point(event);
  });
  place.addEventListener("click", (event) => !touched && pointed(event) && follow());
  place.addEventListener("keydown", (event) => {
    if (event.key === "Enter") follow();
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    go(chart.at + STEPS[event.key]);
  });
}

/** The values of a month, for those who hear the chart. */
const textOf = ({ months, series, at }) =>
  `${month(months[at])}: ${series.map(({ name, values }) => `${name} ${moneyText(values[at])}`).join(", ")}`;

/** The same for those who see it, which is the legend too. */
const readingOf = ({ months, series, fills, isStacked, at, to }) => [
  h("strong", {}, month(months[at])),
  ...series.map(({ name, values }, nth) =>
    h("span", {}, keyOf(fills.of(nth)), name, " ", moneyNode(values[at], { class: "strong" })),
  ),
  ...(!isStacked && hasNegative(series) ? [h("span", {}, keyOf(fills.below), t("chart.below"))] : []),
  ...(to ? [link(to(months[at]), t("nav.statement"))] : []),
];

const hasNegative = (series) => series.some(({ values }) => values.some((value) => sign(value) < 0));

/** What one month comes to, which is no chart. */
const oneMonth = (key, series, to) =>
  h(
    "p",
    { class: "reading" },
    h("strong", {}, month(key)),
    series.map(({ name, values }) => h("span", {}, name, " ", moneyNode(values[0], { class: "strong" }))),
    to && link(to(key), t("nav.statement")),
  );

function drawing(chart, width) {
  const { title, months, series, fills } = chart;
  const columns = months.map((_, i) => barsOf(chart, i));
  const scale = scaleOf(columns.flat().flatMap(({ from, to }) => [from, to]));
  const inner = { width: width - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
  const y = (units) => EDGE.top + inner.height * (1 - position(units, scale));
  const column = inner.width / months.length;
  const places = placesOf(series[0].values[0]);
  return svg(
    "svg",
    {
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": `${title}. ${t("chart.table-below")}`,
    },
    fills.defs(),
    scale.ticks.map((tick) => gridLine(tick, y(tick), width, places)),
    months.map((key, i) => {
      const left = EDGE.left + column * i;
      return svg(
        "g",
        { class: "column", "data-at": i },
        svg("rect", {
          class: key > thisMonth() ? "ground later" : "ground",
          x: left,
          y: EDGE.top,
          width: column,
          height: inner.height + EDGE.bottom,
        }),
        columns[i].map((bar) => barNode(bar, { chart, left, column, y, places })),
        label(key, months, i, left + column / 2, column),
      );
    }),
    svg("line", { class: "axis", x1: EDGE.left, x2: width - EDGE.right, y1: y(0n), y2: y(0n) }),
    todayLine(months, column, inner.height),
  );
}

/** The bars of a month, from one amount to another. */
function barsOf({ series, isStacked }, i) {
  const units = series.map(({ values }) => minor(values[i]));
  const ends = isStacked ? stacked(units) : units.map((to) => ({ from: 0n, to }));
  return ends.map((end, nth) => ({ ...end, nth }));
}

function barNode({ from, to, nth }, { chart: { series, isStacked, fills }, left, column, y, places }) {
  if (from === to) return null;
  const side = isStacked ? 1 : series.length;
  const width = Math.max(2, Math.min(isStacked ? 34 : 22, (column * 0.72) / side));
  const x = left + column / 2 + (isStacked ? -0.5 : nth - side / 2) * width;
  const [top, bottom] = [y(from), y(to)].sort((a, b) => a - b);
  const below = !isStacked && to < 0n;
  const shape = { x: x + 0.5, y: top, width: width - 1, height: Math.max(1, bottom - top), rx: 1 };
  return [
    svg("rect", {
      class: below && nth > 0 ? "bar dashed" : "bar",
      ...shape,
      fill: below ? fills.below : fills.of(nth),
    }),
    below &&
      column > 40 &&
      svg(
        "text",
        { class: "tick", x: x + width / 2, y: bottom + 12, "text-anchor": "middle" },
        compact(Number(to) / 10 ** places),
      ),
  ];
}

const gridLine = (tick, y, width, places) => [
  svg("line", { class: "grid", x1: EDGE.left, x2: width - EDGE.right, y1: y, y2: y }),
  svg(
    "text",
    { class: "tick", x: EDGE.left - 8, y: y + 4, "text-anchor": "end" },
    compact(Number(tick) / 10 ** places),
  ),
];

/** Where today is, among the months. */
function todayLine(months, column, height) {
  const at = months.indexOf(thisMonth());
  if (at < 0) return null;
  const x = EDGE.left + column * (at + partOfMonth());
  const anchor = at < months.length / 2 ? "start" : "end";
  return [
    svg("line", { class: "today", x1: x, x2: x, y1: EDGE.top - 4, y2: EDGE.top + height }),
    svg("text", { class: "tick", x, y: EDGE.top - 7, "text-anchor": anchor }, t("chart.today")),
  ];
}

/** The current month is marked, later ones are slanted. */
function when(key) {
  if (key === thisMonth()) return "now";
  return key > thisMonth() ? "later" : "";
}

function label(key, months, i, x, column) {
  const year = key.slice(0, 4);
  const [before, after] = [months[i - 1], months[i + 1]].map((month) => month?.slice(0, 4));
  // A year of one narrow month would run into the next one.
  const named = year !== before && (column > 36 || after === undefined || after === year);
  const number = Number(key.slice(5));
  return [
    (column > 11 || number % 3 === 1) &&
      svg(
        "text",
        { class: `tick ${when(key)}`, x, y: HEIGHT - 20, "text-anchor": "middle" },
        monthName(number, column < 38 ? "narrow" : "short"),
      ),
    named && svg("text", { class: "tick year", x, y: HEIGHT - 4, "text-anchor": "middle" }, year),
  ];
}

/** The values of a chart as a table. */
export const seriesTable = (title, months, series) =>
  table(
    title,
    [
      { head: t("month"), label: true, cell: ({ key }) => month(key) },
      ...series.map(({ name, values }) => ({ head: name, number: true, cell: ({ i }) => moneyNode(values[i]) })),
    ],
    months.map((key, i) => ({ key, i })),
  );
