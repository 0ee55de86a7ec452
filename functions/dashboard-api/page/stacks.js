// Series of a stacked chart: amounts of one currency, month by month.

import { difference, minor, sum } from "./money.js";

/**
 * `key` is null for the rest.
 * @typedef {{ key: string | null, values: import("./money.js").Money[] }} Series
 */

/**
 * The greatest series, and the rest as one. Series of zero are left out.
 * @param {Series[]} series
 * @param {number} most
 * @returns {Series[]}
 */
export function greatest(series, most) {
  const known = series.map((one) => ({ one, size: sizeOf(one) })).filter(({ size }) => size > 0n);
  known.sort((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0));
  const shown = known.slice(0, most).map(({ one }) => one);
  const others = known.slice(most).map(({ one }) => one);
  return others.length === 0 ? shown : [...shown, { key: null, values: added(others) }];
}

/**
 * These series, and what they leave of the totals.
 * @param {import("./money.js").Money[]} totals
 * @param {Series[]} series
 * @returns {Series[]}
 */
export function withRest(totals, series) {
  const known = series.length === 0 ? null : added(series);
  const rest = { key: null, values: totals.map((total, i) => (known ? difference(total, known[i]) : total)) };
  return sizeOf(rest) === 0n ? series : [...series, rest];
}

/** @param {Series[]} series */
const added = (series) =>
  series[0].values.map((like, i) =>
    sum(
      series.map(({ values }) => values[i]),
      like,
    ),
  );

/** @param {Series} series */
const sizeOf = ({ values }) => values.map(minor).reduce((size, units) => size + (units < 0n ? -units : units), 0n);

/**
 * Where each series lies in a stack: what is positive upwards from zero, what is negative downwards.
 * @param {bigint[]} units
 * @returns {{ from: bigint, to: bigint }[]}
 */
export function stacked(units) {
  let [up, down] = [0n, 0n];
  return units.map((one) => {
    const from = one < 0n ? down : up;
    if (one < 0n) down += one;
    else up += one;
    return { from, to: from + one };
  });
}
