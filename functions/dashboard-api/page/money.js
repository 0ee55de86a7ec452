// Money is added in whole minor units, never in binary fractions.

/**
 * An amount as the API writes it: `1200.50`, with all decimals of its currency.
 * @typedef {{ amount: string, currency: string }} Money
 *
 * A total as the API gives it, of one kind, model and currency.
 * @typedef {{
 *   kind: string, model: string, currency: string, entries: number,
 *   amount: Money, earned: Money, vendor_share: Money, due_to_partner: Money, due_from_partner: Money,
 * }} Total
 *
 * What totals of one currency come to.
 * @typedef {{
 *   currency: string, entries: number, kinds: Record<string, Money>, earned: Money, dueTo: Money, dueFrom: Money,
 * }} CurrencySum
 */

/** @param {string} amount */
const decimals = (amount) => amount.split(".")[1]?.length ?? 0;

/**
 * The decimals of an amount's currency.
 * @param {Money} money
 */
export const placesOf = ({ amount }) => decimals(amount);

/** @param {Money} money */
export const minor = ({ amount }) => BigInt(amount.replace(".", ""));

/**
 * So many minor units, with the decimals and the currency of `like`.
 * @param {bigint} units
 * @param {Money} like
 * @returns {Money}
 */
function money(units, like) {
  const places = decimals(like.amount);
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const sign = units < 0n ? "-" : "";
  return { amount: sign + (places ? `${whole}.${digits.slice(-places)}` : whole), currency: like.currency };
}

/**
 * The sum of amounts of one currency, which `like` names.
 * @param {Money[]} amounts
 * @param {Money} like
 */
export const sum = (amounts, like) =>
  money(
    amounts.reduce((total, amount) => total + minor(amount), 0n),
    like,
  );

/**
 * @param {Money} amount
 * @param {Money} less
 */
export const difference = (amount, less) => money(minor(amount) - minor(less), amount);

/** @param {Money} amount */
export const sign = (amount) => (minor(amount) > 0n ? 1 : minor(amount) < 0n ? -1 : 0);

const KINDS = ["commission", "revenue-share", "entry-fee", "instance-discount"];

/**
 * The currencies that occur, the most frequent first.
 * @param {{ currency: string }[]} list
 */
export function currenciesOf(list) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { currency } of list) times.set(currency, (times.get(currency) ?? 0) + 1);
  return [...times].sort(([one, n], [other, m]) => m - n || one.localeCompare(other)).map(([currency]) => currency);
}

/**
 * Totals brought together by currency, which is never added to another.
 * @param {Total[]} totals
 * @returns {CurrencySum[]}
 */
export function byCurrency(totals) {
  return currenciesOf(totals).map((currency) => {
    const own = totals.filter((total) => total.currency === currency);
    const like = own[0].amount;
    /** @type {(kinds: string[], field: "amount" | "earned" | "due_to_partner" | "due_from_partner") => Money} */
    const of = (kinds, field) =>
      sum(
        own.filter((total) => kinds.includes(total.kind)).map((total) => total[field]),
        like,
      );
    return {
      currency,
      entries: own.reduce((number, total) => number + total.entries, 0),
      kinds: Object.fromEntries(KINDS.map((kind) => [kind, of([kind], "amount")])),
      earned: of(KINDS, "earned"),
      dueTo: of(KINDS, "due_to_partner"),
      dueFrom: of(KINDS, "due_from_partner"),
    };
  });
}

/**
 * The totals of one currency in each of these months, zero where there are none. Some month has that currency.
 * @param {string[]} keys
 * @param {{ month: string, totals: Total[] }[]} months
 * @param {string} currency
 * @returns {Pick<CurrencySum, "earned" | "dueTo" | "dueFrom">[]}
 */
export function inMonths(keys, months, currency) {
  /** @type {Map<string, CurrencySum>} */
  const known = new Map();
  for (const one of months) {
    const total = byCurrency(one.totals).find((total) => total.currency === currency);
    if (total) known.set(one.month, total);
  }
  const [like] = known.values();
  const nothing = sum([], like.earned);
  const zero = { earned: nothing, dueTo: nothing, dueFrom: nothing };
  return keys.map((key) => known.get(key) ?? zero);
}

/**
 * The kinds that occur, in the order in which they are shown.
 * @param {Total[]} totals
 */
export const kindsIn = (totals) => KINDS.filter((kind) => totals.some((total) => total.kind === kind));

/**
 * What people type as a number, as the API writes it: `1 200,50` or `1,200.50`. In English `12,000` is twelve thousand, in
 * French twelve. What is no such number stays as it is, for the API to refuse.
 * @param {string} text
 * @param {string} language
 */
export function plainDecimal(text, language) {
  const compact = text.replace(/[\s\u00a0\u202f]/g, "");
  const inThousands = language === "en" && /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(compact);
  if (inThousands) return compact.replaceAll(",", "");
  return /^-?\d+,\d+$/.test(compact) ? compact.replace(",", ".") : compact;
}

/**
 * `12.5` per cent is the fraction `0.125`, by its digits.
 * @param {string} text
 * @param {string} language
 */
export function fractionOfPercent(text, language) {
  const plain = plainDecimal(text.replace("%", ""), language);
  if (!/^\d+(\.\d+)?$/.test(plain)) return plain;
  const [whole, fraction = ""] = plain.split(".");
  const digits = whole.padStart(3, "0");
  const decimal = `${digits.slice(0, -2).replace(/^0+(?=\d)/, "")}.${digits.slice(-2)}${fraction}`;
  return decimal.replace(/0+$/, "").replace(/\.$/, "");
}

/**
 * The fraction `0.125` is `12.5` per cent, by its digits.
 * @param {string} text
 */
export function percentOfFraction(text) {
  const [whole, fraction = ""] = text.split(".");
  const digits = fraction.padEnd(2, "0");
  const percent = `${whole}${digits.slice(0, 2)}.${digits.slice(2)}`.replace(/^0+(?=\d)/, "");
  return percent.replace(/0+$/, "").replace(/\.$/, "");
}

/** What a sign before or after an amount may stand for. A code of letters stands for itself. */
const SIGNS = new Map([
  ["€", ["EUR"]],
  ["£", ["GBP"]],
  ["$", ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]],
  ["¥", ["JPY", "CNY"]],
]);

/**
 * What people type as an amount of a currency, as the API writes it: `250 000,00 €`. An amount of another currency stays as
 * it is, for the page to refuse.
 * @param {string} text
 * @param {string} currency
 * @param {string} language
 */
export function plainAmount(text, currency, language) {
  const [, before, number, after] = /^\s*(\p{Sc}|\p{L}{3})?(.*?)(\p{Sc}|\p{L}{3})?\s*$/su.exec(text) ?? [];
  const signs = [before, after].filter((sign) => sign !== undefined);
  const fits = signs.every((sign) => (SIGNS.get(sign) ?? [sign.toUpperCase()]).includes(currency));
  return fits ? plainDecimal(number ?? "", language) : text;
}

/**
 * A number of the API as people of a language write it, by its digits: `223246.28` is `223 246,28`.
 * @param {string} text
 * @param {string} language
 */
export function writtenDecimal(text, language) {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [whole, fraction] = text.split(".");
  const [between, point] = language === "fr" ? ["\u202f", ","] : [",", "."];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, between);
  return fraction === undefined ? grouped : `${grouped}${point}${fraction}`;
}

/** The decimals of currencies that have not two (ISO 4217). */
const DECIMALS = new Map([
  ..."BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((code) => /** @type {const} */ ([code, 0])),
  ..."BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => /** @type {const} */ ([code, 3])),
  ..."CLF UYW".split(" ").map((code) => /** @type {const} */ ([code, 4])),
]);

/**
 * `round(rate × potential)`, half away from zero, to the currency's minor unit; null: one of them is no number yet.
 * @param {Money} potential
 * @param {string} rate
 * @returns {Money | null}
 */
export function entryFee({ amount, currency }, rate) {
  const places = DECIMALS.get(currency) ?? 2;
  const isWhole = /^\d+(\.\d+)?$/;
  if (!/^[A-Z]{3}$/.test(currency) || !isWhole.test(amount) || !isWhole.test(rate) || decimals(amount) > places) return null;
  const like = { amount: places ? `0.${"0".repeat(places)}` : "0", currency };
  const potential = minor({ amount, currency }) * 10n ** BigInt(places - decimals(amount));
  const scale = 10n ** BigInt(decimals(rate));
  return money((2n * potential * minor({ amount: rate, currency }) + scale) / (2n * scale), like);
}
