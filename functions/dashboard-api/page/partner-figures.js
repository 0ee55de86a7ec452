// What a partner earned, is owed and owes, and what needs it.

import { get, path } from "./api.js";
import { contractsOf } from "./contracts.js";
import { shares } from "./dues.js";
import { h } from "./dom.js";
import { addMonths, moment, moneyNode, month, monthName, monthsBetween, thisMonth } from "./format.js";
import { byCurrency, inMonths, sign, sum } from "./money.js";
import { empty, link, loaded } from "./parts.js";
import { count, t } from "./text.js";

/** An answer is news for so many days. */
const NEWS = 30;
const DAY = 86_400_000;

export const lastYear = () => String(Number(thisMonth().slice(0, 4)) - 1);
export const january = (year) => `${year}-01`;

/** What was earned this month and this year, beside the same months of last year; what an affiliate passes on. */
export function earnings({ months }, own) {
  const now = thisMonth();
  const year = now.slice(0, 4);
  const past = months.filter((one) => one.month <= now);
  const totals = past.flatMap((one) => one.totals);
  if (totals.length === 0) return empty(t("months.none"));
  const passedOn = shares(past.filter((one) => one.month >= january(year)).flatMap((one) => one.totals));
  return h(
    "ul",
    { class: "cards earnings" },
    byCurrency(totals).map(({ currency, earned }) => {
      const of = (from, to) => sum(inMonths(monthsBetween(from, to), months, currency).map((one) => one.earned), earned);
      const lines = [
        [month(now), of(now, now)],
        [monthsOf(year), of(january(year), now)],
        [monthsOf(lastYear()), of(january(lastYear()), addMonths(now, -12))],
      ];
      const share = passedOn.find((one) => one.currency === currency);
      return h(
        "li",
        { class: "card", "data-currency": currency },
        h("h3", {}, currency),
        h("dl", {}, lines.map(figure)),
        share && sharesOf(share, t("shares.of-year", { year }), own),
      );
    }),
  );
}

/** The months of a year up to the current one. */
function monthsOf(year) {
  const last = Number(thisMonth().slice(5));
  if (last === 1) return month(january(year));
  return t("earnings.months", { from: monthName(1), to: monthName(last), year });
}

/** Invoiced, of that the partner's share, and the rest that it pays over. */
export const sharesOf = ({ invoiced, share, payOver }, title, own) =>
  h(
    "div",
    { class: "shares" },
    h("p", { class: "small" }, title),
    h(
      "dl",
      {},
      figure([t("shares.invoiced"), invoiced]),
      figure([t(own ? "shares.yours" : "shares.partners"), share]),
      figure([t("shares.pay-over"), payOver]),
    ),
  );

export const figure = ([label, amount]) =>
  h(
    "div",
    { class: sign(amount) === 0 ? "figure-line zero" : "figure-line" },
    h("dt", {}, label),
    h("dd", {}, moneyNode(amount)),
  );

export function balances(balances, own) {
  if (balances.length === 0) return empty(t("balances.none"));
  return [
    h(
      "ul",
      { class: "cards balances" },
      balances.map((balance) =>
        h(
          "li",
          { class: "card", "data-currency": balance.currency },
          h("h3", {}, balance.currency),
          h(
            "dl",
            {},
            figure([t(own ? "due.to-you" : "due.to"), balance.due_to_partner]),
            figure([t(own ? "due.by-you" : "due.from"), balance.due_from_partner]),
          ),
        ),
      ),
    ),
    h("p", { class: "small" }, t("balances.about")),
  ];
}

/** What needs the partner: sales that wait, a year that falls behind, answers to what it asked. Nothing, if nothing does. */
export function needs({ partnerId, base, session, signal }, { minimum_sales: years }) {
  const own = !session.seesAll;
  const asked = path("partners", partnerId, "inquiries");
  const read = () => Promise.all([contractsOf(partnerId, signal), get(asked, {}, signal)]);
  return loaded(read, ([{ contracts }, { inquiries }]) => {
    const pending = contracts.filter(({ status }) => status === "pending").length;
    const behind = years.filter(({ current, status }) => current && status === "behind");
    const answered = inquiries.filter(({ answer }) => answer && Date.now() - Date.parse(answer.at) < NEWS * DAY);
    const items = [
      pending > 0 && link(`${base}/contracts?status=pending`, count("needs.pending", pending)),
      ...behind.map(({ minimum, sales }) => count("needs.behind", minimum - sales)),
      ...(own ? answered : []).map(({ answer }) => link(`${base}/inquiries`, t("needs.answered", { moment: moment(answer.at) }))),
    ].filter(Boolean);
    if (items.length === 0) return null;
    return h(
      "section",
      { class: "card waiting" },
      h("h2", {}, t(own ? "needs.title" : "needs.of-partner")),
      h("ul", {}, items.map((item) => h("li", {}, item))),
    );
  });
}
