// What is earned and what is owed: what is above zero apart from what is below, and an affiliate's money.

import { byCurrency, currenciesOf, difference, minor, sum } from "./money.js";

/**
 * @typedef {import("./money.js").Money} Money
 * @typedef {import("./money.js").Total} Total
 * @typedef {{ currency: string, due_to_partner: Money, due_from_partner: Money }} Balance
 * @typedef {{ plus: Money, minus: Money }} Apart
 */

/**
 * The sum of the amounts above zero, and of those below. All are of the currency of `like`.
 * @param {Money[]} amounts
 * @param {Money} like
 * @returns {Apart}
 */
export const apart = (amounts, like) => ({
  plus: sum(
    amounts.filter((amount) => minor(amount) > 0n),
    like,
  ),
  minus: sum(
    amounts.filter((amount) => minor(amount) < 0n),
    like,
  ),
});

/**
 * What each partner earned, added up by currency: partners who earned something apart from those from whom more was taken
 * back than they earned.
 * @param {{ totals: Total[] }[]} partners
 */
export function earnedApart(partners) {
  const all = partners.flatMap(({ totals }) => earned(totals));
  return currenciesOf(all).map((currency) => ({ currency, ...apartIn(all, currency) }));
}

/**
 * What partners are owed and owe, added up by currency.
 * @param {{ balances?: Balance[] }[]} partners
 */
export function owedApart(partners) {
  const balances = partners.flatMap((partner) => partner.balances ?? []);
  return currenciesOf(balances.map((balance) => balance.due_to_partner)).map((currency) => ({
    currency,
    to: apartIn(
      balances.map((balance) => balance.due_to_partner),
      currency,
    ),
    from: apartIn(
      balances.map((balance) => balance.due_from_partner),
      currency,
    ),
  }));
}

/**
 * What an affiliate invoiced, its share of that, and what is left to pay over, by currency.
 * @param {Total[]} totals
 */
export function shares(totals) {
  const own = totals.filter((total) => total.kind === "revenue-share");
  return currenciesOf(own.map((total) => total.amount)).map((currency) => {
    const of = own.filter((total) => total.currency === currency);
    const [share, payOver] = [of.map((total) => total.amount), of.map((total) => total.vendor_share)];
    const like = share[0];
    return { currency, invoiced: sum([...share, ...payOver], like), share: sum(share, like), payOver: sum(payOver, like) };
  });
}

/**
 * How what partners earned has changed, the greatest change of each currency first. A partner that is in one list only
 * counts as nothing in the other; one that is in a list several times counts in all.
 * @param {{ partner_id: string, name: string | null, totals: Total[] }[]} now
 * @param {{ partner_id: string, name: string | null, totals: Total[] }[]} before
 */
export function changes(now, before) {
  const all = new Map([...before, ...now].map(({ partner_id: id, name }) => [id, name ?? id]));
  /** @type {(id: string, list: { partner_id: string, totals: Total[] }[]) => Money[]} */
  const of = (id, list) => earned(list.filter((one) => one.partner_id === id).flatMap((one) => one.totals));
  const changed = [...all].flatMap(([id, name]) => {
    const [is, was] = [of(id, now), of(id, before)];
    return currenciesOf([...is, ...was]).map((currency) => {
      const [one, other] = [is, was].map((list) => list.filter((amount) => amount.currency === currency));
      const like = [...one, ...other][0];
      return { id, name, currency, by: difference(sum(one, like), sum(other, like)) };
    });
  });
  return changed
    .filter(({ by }) => minor(by) !== 0n)
    .sort((a, b) => a.currency.localeCompare(b.currency) || Number(size(b.by) - size(a.by)));
}

/**
 * The day on which the next annuity of these contracts is expected: an anniversary of a signature after today, of a contract
 * that earns something and has not ended.
 * @param {{ sale: { signed_on: string } | null, status: string, ended_on: string | null }[]} contracts
 * @param {string} today
 */
export function nextAnnuity(contracts, today) {
  const days = contracts
    .filter(({ sale, status, ended_on: end }) => sale && status === "earning" && !end)
    .map(({ sale }) => nextAnniversary(/** @type {{ signed_on: string }} */ (sale).signed_on, today));
  return days.sort()[0] ?? null;
}

/**
 * The first anniversary of a day that comes after today. The one of a 29 February is the 28th in other years.
 * @param {string} day
 * @param {string} today
 */
function nextAnniversary(day, today) {
  /** @param {number} year */
  const inYear = (year) => (day.endsWith("-02-29") && !isLeap(year) ? `${year}-02-28` : `${year}${day.slice(4)}`);
  const year = Number(today.slice(0, 4));
  return inYear(year) > today ? inYear(year) : inYear(year + 1);
}

const isLeap = (/** @type {number} */ year) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** @param {Money} amount */
const size = (amount) => (minor(amount) < 0n ? -minor(amount) : minor(amount));

/**
 * What a partner's totals earned, an amount for each currency.
 * @param {Total[]} totals
 */
const earned = (totals) => byCurrency(totals).map((total) => total.earned);

/**
 * @param {Money[]} amounts
 * @param {string} currency
 */
function apartIn(amounts, currency) {
  const own = amounts.filter((amount) => amount.currency === currency);
  return apart(own, own[0]);
}
