// How the series of a chart are told apart: by patterns, and not only by colour.

import { freshId, svg } from "./dom.js";

const line = (x1, y1, x2, y2) => ["line", { class: "fill-line", x1, y1, x2, y2 }];

/** Size, turn, and what is drawn on the ground, for as many series as a chart has at most; then for what is below zero. */
const FILLS = [
  { size: 4, ground: "fill-solid" },
  { size: 5, turn: 45, drawn: line(0, 0, 0, 5) },
  { size: 6, drawn: ["circle", { class: "fill-dot", cx: 3, cy: 3, r: 1.8 }] },
  { size: 4, ground: "fill-pale" },
  { size: 6, turn: -45, drawn: line(0, 0, 0, 6) },
  { size: 4 },
];
const BELOW = { size: 4, drawn: line(0, 2, 4, 2) };

/** Ids of the fills of one chart: `of(nth)`, `below`; `defs()` draws them. */
export function fillsOf() {
  const prefix = freshId("fill");
  const name = (nth) => `${prefix}-${nth}`;
  return {
    of: (nth) => `url(#${name(nth)})`,
    below: `url(#${name("below")})`,
    defs: () =>
      svg(
        "defs",
        {},
        FILLS.map((fill, nth) => pattern(name(nth), fill)),
        pattern(name("below"), BELOW),
      ),
  };
}

const pattern = (id, { size, ground = "fill-ground", turn = 0, drawn = null }) =>
  svg(
    "pattern",
    { id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
    svg("rect", { class: ground, width: size, height: size }),
    drawn && svg(...drawn),
  );

/** What a fill stands for, beside its name. */
export const keyOf = (fill) =>
  svg(
    "svg",
    { class: "key", width: 14, height: 14, viewBox: "0 0 14 14", "aria-hidden": "true" },
    svg("rect", { class: "bar", x: 0.5, y: 0.5, width: 13, height: 13, rx: 2, fill }),
  );
