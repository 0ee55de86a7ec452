// Entries of the ledger folded into lines: nothing in the ledger is edited, so a line's present value is their sum.

import { sign, sum } from "./money.js";

/**
 * An entry as the API gives it, as far as folding reads it.
 * @typedef {{
 *   contract_id: string | null, term: number | null, cause_kind: string, cause: string,
 *   kind: string, model: string, booked_on: string, recorded_at: string,
 *   amount: import("./money.js").Money, vendor_share: import("./money.js").Money,
 * }} Entry
 */

/**
 * What one cause of one contract comes to in one currency. Kind, model, day and words are those of `latest`.
 * @template {Entry} E
 * @typedef {{
 *   latest: E, amount: import("./money.js").Money, vendor_share: import("./money.js").Money,
 *   entries: E[], corrections: number, cancelled: boolean,
 * }} Line
 */

/**
 * The lines of one partner's entries, newest first, each with its entries newest first.
 * @template {Entry} E
 * @param {E[]} entries
 * @returns {Line<E>[]}
 */
export function linesOf(entries) {
  /** @type {Map<string, E[]>} */
  const groups = new Map();
  for (const entry of entries) {
    const key = JSON.stringify([entry.cause_kind, entry.cause, entry.contract_id, entry.term, entry.amount.currency]);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].map(lineOf).sort(newerLine);
}

/**
 * @template {Entry} E
 * @param {E[]} group
 * @returns {Line<E>}
 */
function lineOf(group) {
  // A change of model takes from one and books to another at once: what still has an amount is the newer of them.
  const rank = new Map(group.map((entry) => [entry, isZero(totalOf(group.filter(isBookedAs(entry)))) ? 0 : 1]));
  const entries = [...group].sort(
    (one, other) => newer(one.recorded_at, other.recorded_at) || (rank.get(other) ?? 0) - (rank.get(one) ?? 0),
  );
  const total = totalOf(entries);
  const corrections = new Set(entries.map((entry) => entry.recorded_at)).size - 1;
  return {
    latest: entries.find((entry) => !isZero(entry)) ?? entries[0],
    ...total,
    entries,
    corrections,
    cancelled: corrections > 0 && isZero(total),
  };
}

/** @typedef {Pick<Entry, "amount" | "vendor_share">} Amounts */

/**
 * @param {Amounts[]} entries of one currency
 * @returns {Amounts}
 */
const totalOf = (entries) => ({
  amount: sum(
    entries.map((entry) => entry.amount),
    entries[0].amount,
  ),
  vendor_share: sum(
    entries.map((entry) => entry.vendor_share),
    entries[0].vendor_share,
  ),
});

/** @param {Entry} entry */
const isBookedAs = (entry) => (/** @type {Entry} */ other) => other.kind === entry.kind && other.model === entry.model;

/** @param {Amounts} amounts */
const isZero = ({ amount, vendor_share: share }) => sign(amount) === 0 && sign(share) === 0;

/**
 * @param {string} one
 * @param {string} other
 */
const newer = (one, other) => other.localeCompare(one);

/**
 * @param {Line<Entry>} one
 * @param {Line<Entry>} other
 */
const newerLine = ({ latest: one }, { latest: other }) =>
  newer(one.booked_on, other.booked_on) || newer(one.recorded_at, other.recorded_at);
