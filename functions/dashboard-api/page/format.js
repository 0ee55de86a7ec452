// Money, days and shares as people read them. Amounts go to Intl as decimal strings, which it formats digit by digit.

import { h } from "./dom.js";
import { elapsed as elapsedOn } from "./months.js";
import { locale, t } from "./text.js";

export { addMonths, monthsBetween } from "./months.js";

const PLACE = "Europe/Paris";

/** With the sign that is as wide as a digit. */
const withMinus = (text) => text.replace("-", "\u2212");

export function amountText({ amount }) {
  const places = amount.split(".")[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale(), { minimumFractionDigits: places, maximumFractionDigits: places });
  return withMinus(format.format(amount));
}

export const moneyText = (money) => `${amountText(money)}\u00a0${money.currency}`;

const moneyClass = (money, more = "") => `money ${more} ${/^[-0.]*$/.test(money.amount) ? "zero" : ""}`.trim();

export const moneyNode = (money, properties = {}) =>
  h(
    "span",
    { class: moneyClass(money, properties.class) },
    amountText(money),
    "\u00a0",
    h("span", { class: "currency" }, money.currency),
  );

/** Without its currency, where a column beside it names that. */
export const amountNode = (money, properties = {}) =>
  h("span", { class: moneyClass(money, properties.class) }, amountText(money));

/** With its sign, for a difference. */
export const changeNode = (money) => h("strong", { class: moneyClass(money) }, changeText(money));

const changeText = (money) => (/^-|^[0.]*$/.test(money.amount) ? "" : "+") + amountText(money);

export const compact = (number) =>
  withMinus(new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 }).format(number));

export const integer = (number) => withMinus(new Intl.NumberFormat(locale()).format(number));

export const percent = (fraction) =>
  new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 4 }).format(fraction);

const utc = (text) => new Date(`${text}T00:00:00Z`);
const dated = (date, options) =>
  ordinal(new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options }).format(date));
/** French counts the first day of a month: 1ᵉʳ. */
const ordinal = (text) => (locale() === "fr-FR" ? text.replace(/^1(?= \D)/, "1ᵉʳ") : text);

export const day = (text) => dated(utc(text), { day: "numeric", month: "short", year: "numeric" });
export const month = (text) => dated(utc(`${text}-01`), { month: "long", year: "numeric" });
export const monthName = (number, width = "long") => dated(new Date(Date.UTC(2000, number - 1, 1)), { month: width });
export const moment = (text) => dated(new Date(text), { timeZone: PLACE, dateStyle: "medium", timeStyle: "short" });

export const period = (from, to) =>
  to ? t("period.closed", { from: day(from), to: day(to) }) : t("period.open", { from: day(from) });

export const dayNode = (text) => h("time", { datetime: text, class: "day" }, day(text));

/** The vendor's calendar day. */
export const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: PLACE }).format(new Date());
export const thisMonth = () => today().slice(0, 7);

/** How much of the current month is over, from 0 to 1. */
export function partOfMonth() {
  const now = today();
  return (Number(now.slice(8)) - 0.5) / new Date(Date.UTC(now.slice(0, 4), now.slice(5, 7), 0)).getUTCDate();
}

/** How much of a period is over today, in hundredths. */
export const elapsed = (from, to) => elapsedOn(from, to, today());
