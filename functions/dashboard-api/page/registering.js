// What of a registration can be checked while it is typed, before the API judges the rest.

/**
 * An agreement as it is sent, whatever was typed. A day or a number that is none is there as `?`.
 * @typedef {{
 *   starts_on?: string, ends_on?: string, rate?: string, from_sale?: number | string,
 *   technical_qualification?: { qualified_on: string },
 *   entry_fee?: { segment: string, commercial_potential: { amount: string, currency: string }, rate: string },
 * }} Agreement
 *
 * Something wrong at a field, as the API names it. Without a key, the field's own hint says it.
 * @typedef {{ field: string, key?: string, values?: Record<string, number> }} Wrong
 */

/** Letters that do not come apart into a letter and its accent. */
const LETTERS = new Map(
  Object.entries({ œ: "oe", Œ: "OE", æ: "ae", Æ: "AE", ß: "ss", ø: "o", Ø: "O", ł: "l", Ł: "L", đ: "d", Đ: "D" }),
);
const LONGEST = 64;

/**
 * An id made of a name: letters without accents, digits and dashes. Empty: the name has none of them.
 * @param {string} name
 */
export const proposedId = (name) =>
  name
    .replace(/[œŒæÆßøØłŁđĐ]/g, (letter) => LETTERS.get(letter) ?? "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, LONGEST)
    .replace(/-$/, "");

const isDay = (/** @type {string | undefined} */ text) => /^20\d{2}-\d{2}-\d{2}$/.test(text ?? "");
const isRate = (/** @type {string} */ text) => /^(0(\.\d{1,6})?|1)$/.test(text);

/**
 * Everything that is wrong, in the order of the form.
 * @param {{ id: string, name: string, agreements: Agreement[] }} registration
 * @returns {Wrong[]}
 */
export function wrongOf({ id, name, agreements }) {
  return [
    ...wrongIf(name === "" || [...name].length > 200, "name"),
    ...wrongIf(!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id), "id"),
    ...agreements.flatMap((agreement, i) => [
      ...wrongInAgreement(agreement, `agreements[${i}]`),
      ...agreements.slice(0, i).flatMap((earlier, j) =>
        overlap(agreement, earlier)
          ? [{ field: `agreements[${i}].starts_on`, key: "register.overlap", values: { n: j + 1, m: i + 1 } }]
          : [],
      ),
    ]),
  ];
}

/** @type {(is: boolean, field: string, key?: string) => Wrong[]} */
const wrongIf = (is, field, key) => (is ? [key === undefined ? { field } : { field, key }] : []);

const NO_DAY = "register.no-day";

/** @type {(agreement: Agreement, at: string) => Wrong[]} */
function wrongInAgreement(agreement, at) {
  const { starts_on: from, ends_on: to, rate, from_sale: sale, technical_qualification: qualified, entry_fee: fee } = agreement;
  return [
    ...wrongIf(!isDay(from), `${at}.starts_on`),
    ...wrongIf(to !== undefined && !isDay(to), `${at}.ends_on`, NO_DAY),
    ...wrongIf(isDay(from) && isDay(to) && String(to) < String(from), `${at}.ends_on`),
    ...wrongIf(rate !== undefined && !isRate(rate), `${at}.rate`),
    ...wrongIf(sale !== undefined && !/^([1-9]|1[0-2])$/.test(String(sale)), `${at}.from_sale`),
    ...wrongIf(
      qualified !== undefined && !isDay(qualified.qualified_on),
      `${at}.technical_qualification.qualified_on`,
      NO_DAY,
    ),
    ...(fee ? wrongInFee(fee, `${at}.entry_fee`) : []),
  ];
}

/** @type {(fee: NonNullable<Agreement["entry_fee"]>, at: string) => Wrong[]} */
const wrongInFee = ({ segment, commercial_potential: potential, rate }, at) => [
  ...wrongIf(segment === "", `${at}.segment`),
  ...wrongIf(!/^\d+(\.\d+)?$/.test(potential.amount) || /^[0.]+$/.test(potential.amount), `${at}.commercial_potential.amount`),
  ...wrongIf(!/^[A-Z]{3}$/.test(potential.currency), `${at}.commercial_potential.currency`),
  ...wrongIf(!isRate(rate), `${at}.rate`),
];

/** Both days count. What is no period overlaps nothing. */
const overlap = (/** @type {Agreement} */ one, /** @type {Agreement} */ other) => {
  const [first, second] = [one, other].map(periodOf);
  return first !== null && second !== null && first.from <= second.to && second.from <= first.to;
};

/** @type {(agreement: Agreement) => { from: string, to: string } | null} */
function periodOf({ starts_on: from, ends_on: to = "2099-12-31" }) {
  return from !== undefined && isDay(from) && isDay(to) && from <= to ? { from, to } : null;
}
