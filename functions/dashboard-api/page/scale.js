// The vertical scale of a chart. Only positions of pixels become binary numbers.

/** @typedef {{ low: bigint, high: bigint, ticks: bigint[] }} Scale */

/**
 * Round numbers that hold all amounts, in minor units, and zero.
 * @param {bigint[]} units
 * @returns {Scale}
 */
export function scaleOf(units) {
  const least = units.reduce((low, one) => (one < low ? one : low), 0n);
  const most = units.reduce((high, one) => (one > high ? one : high), 0n);
  const step = roundStep((most - least) / 4n + 1n);
  const low = least === 0n ? 0n : (least / step - (least % step === 0n ? 0n : 1n)) * step;
  const high = (most / step + (most % step === 0n && (most !== 0n || least !== 0n) ? 0n : 1n)) * step;
  const ticks = [];
  for (let tick = low; tick <= high; tick += step) ticks.push(tick);
  return { low, high, ticks };
}

/**
 * The least of 1, 2, 5, 10, 20, 50 … that is no less.
 * @param {bigint} least
 */
function roundStep(least) {
  const power = 10n ** BigInt(String(least).length - 1);
  return [1n, 2n, 5n].map((times) => times * power).find((step) => step >= least) ?? 10n * power;
}

/**
 * Where an amount lies between the ends of a scale, from 0 to 1.
 * @param {bigint} units
 * @param {Scale} scale
 */
export const position = (units, { low, high }) => Number(((units - low) * 10_000n) / (high - low)) / 10_000;
