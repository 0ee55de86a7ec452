// Money is added in whole minor units, never in binary fractions.

import { language } from "./text.js";

const decimals = (amount) => amount.split(".")[1]?.length ?? 0;
export const minor = ({ amount }) => BigInt(amount.replace(".", ""));

/** So many minor units, with the decimals and the currency of `like`. */
function money(units, like) {
  const places = decimals(like.amount);
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const sign = units < 0n ? "-" : "";
  return { amount: sign + (places ? `${whole}.${digits.slice(-places)}` : whole), currency: like.currency };
}

/** The sum of amounts of one currency, which `like` names. */
export const sum = (amounts, like) =>
  money(
    amounts.reduce((total, amount) => total + minor(amount), 0n),
    like,
  );
export const difference = (amount, less) => money(minor(amount) - minor(less), amount);
export const sign = (amount) => (minor(amount) > 0n ? 1 : minor(amount) < 0n ? -1 : 0);

const KINDS = ["commission", "revenue-share", "entry-fee", "instance-discount"];

/** Totals as the API gives them, brought together by currency, which is never added to another. */
export function byCurrency(totals) {
  const currencies = [...new Set(totals.map((total) => total.currency))].sort();
  return currencies.map((currency) => {
    const own = totals.filter((total) => total.currency === currency);
    const like = own[0].amount;
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

/** The totals of one currency in each of these months, zero where there are none, from months as the API gives them. */
export function inMonths(keys, months, currency) {
  const totals = months.map((one) => [one.month, byCurrency(one.totals).find((total) => total.currency === currency)]);
  const known = new Map(totals.filter(([, total]) => total));
  const [like] = known.values();
  const nothing = sum([], like.earned);
  const zero = { earned: nothing, dueTo: nothing, dueFrom: nothing };
  return keys.map((key) => known.get(key) ?? zero);
}

/** The kinds that occur, in the order in which they are shown. */
export const kindsIn = (totals) => KINDS.filter((kind) => totals.some((total) => total.kind === kind));

/**
 * What people type as a number, as the API writes it: `1 200,50` or `1,200.50`. In English `12,000` is twelve thousand, in
 * French twelve. What is no such number stays as it is, for the API to refuse.
 */
export function plainDecimal(text) {
  const compact = text.replace(/[\s\u00a0\u202f]/g, "");
  const inThousands = language() === "en" && /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(compact);
  if (inThousands) return compact.replaceAll(",", "");
  return /^-?\d+,\d+$/.test(compact) ? compact.replace(",", ".") : compact;
}

/** `12.5` per cent is the fraction `0.125`, by its digits. */
export function fractionOfPercent(text) {
  const plain = plainDecimal(text.replace("%", ""));
  if (!/^\d+(\.\d+)?$/.test(plain)) return plain;
  const [whole, fraction = ""] = plain.split(".");
  const digits = whole.padStart(3, "0");
  const decimal = `${digits.slice(0, -2).replace(/^0+(?=\d)/, "")}.${digits.slice(-2)}${fraction}`;
  return decimal.replace(/0+$/, "").replace(/\.$/, "");
}

/** The fraction `0.125` is `12.5` per cent, by its digits. */
export function percentOfFraction(text) {
  const [whole, fraction = ""] = text.split(".");
  const digits = fraction.padEnd(2, "0");
  const percent = `${whole}${digits.slice(0, 2)}.${digits.slice(2)}`.replace(/^0+(?=\d)/, "");
  return percent.replace(/0+$/, "").replace(/\.$/, "");
}
