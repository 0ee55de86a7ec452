// Where one partner stands: what it is owed and owes, month by month, its sales against the minimum, its agreements.

import { get, path } from "./api.js";
import { monthChart } from "./chart.js";
import { h } from "./dom.js";
import { addMonths, day, elapsed, integer, moment, moneyNode, month, monthsBetween, percent, period, thisMonth } from "./format.js";
import { byCurrency, inMonths, sign, sum } from "./money.js";
import { badge, empty, link, loaded, pairs, section, table, totalsTable, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { count, inLanguage, named, t } from "./text.js";

/** How many months are shown up to the current one; later ones only if they have anything. */
const SHOWN = 12;

export function view(where) {
  const { partnerId, session, signal } = where;
  const own = !session.admin;
  const partner = get(path("partners", partnerId), {}, signal);
  const months = { from: january(lastYear()), to: addMonths(thisMonth(), 5) };
  const summary = get(path("partners", partnerId, "summary"), months, signal);
  // Both may fail while nobody waits yet; each place below says so itself.
  for (const asked of [partner, summary]) asked.catch(() => {});
  const heading = viewHeading(partnerId, { above: own ? t("partner.yours") : t("partner") });
  return h(
    "div",
    {},
    partnerTabs(where),
    heading,
    loaded(
      () => partner,
      (partner) => [
        heading.say({ title: partner.name, above: own ? t("partner.yours") : partnerId }),
        unreadableNote(partner),
        section(
          t(own ? "earnings.yours" : "earnings.title"),
          loaded(() => summary, earnings),
        ),
        section(t("balances.title"), balances(partner.balances, own)),
        section(
          t("months.title"),
          loaded(
            () => summary,
            (summary) => [unreadableNote(summary), monthly(summary, own)],
          ),
        ),
        minimumSales(partner.minimum_sales),
        section(t("agreements.title"), agreements(partner.agreements)),
        section(t("perks.title"), perks(partner)),
      ],
    ),
  );
}

const lastYear = () => String(Number(thisMonth().slice(0, 4)) - 1);
const january = (year) => `${year}-01`;

/** What was earned this month and this year, beside the same months of last year. */
function earnings({ months }) {
  const now = thisMonth();
  const year = now.slice(0, 4);
  const totals = months.filter((one) => one.month <= now).flatMap((one) => one.totals);
  if (totals.length === 0) return empty(t("months.none"));
  const sums = byCurrency(totals).map(({ currency, earned }) => {
    const of = (from, to) => sum(inMonths(monthsBetween(from, to), months, currency).map((one) => one.earned), earned);
    return {
      currency,
      lines: [
        [month(now), of(now, now)],
        [t("earnings.year", { year }), of(january(year), now)],
        [t("earnings.last-year", { year: lastYear() }), of(january(lastYear()), addMonths(now, -12))],
      ],
    };
  });
  return h(
    "ul",
    { class: "cards earnings" },
    sums.map(({ currency, lines }) =>
      h("li", { class: "card", "data-currency": currency }, h("h3", {}, currency), h("dl", {}, lines.map(figure))),
    ),
  );
}

const figure = ([label, amount]) =>
  h(
    "div",
    { class: sign(amount) === 0 ? "figure-line zero" : "figure-line" },
    h("dt", {}, label),
    h("dd", {}, moneyNode(amount)),
  );

function balances(balances, own) {
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

/** One chart for each currency, over the same months, and the same numbers as a table. */
function monthly(summary, own) {
  const first = addMonths(thisMonth(), 1 - SHOWN);
  const months = summary.months.filter((one) => one.month >= first);
  if (months.length === 0) return empty(t("months.none"));
  const last = months.at(-1).month;
  const keys = monthsBetween(first, last > thisMonth() ? last : thisMonth());
  const totals = months.flatMap((one) => one.totals);
  const base = own ? "#" : `#/partners/${encodeURIComponent(summary.partner_id)}`;
  const statement = (key) => `${base}/statement/${key}`;
  const charts = byCurrency(totals).map(({ currency }) => chartOf(currency, keys, months, own, statement));
  const groups = months.map((one) => ({ label: monthLink(one.month, statement), totals: one.totals }));
  return [
    h("div", { class: "charts" }, charts),
    h(
      "details",
      {},
      h("summary", {}, t("months.table")),
      totalsTable(t("months.caption"), t("month"), groups, { total: totals, own }),
    ),
  ];
}

function chartOf(currency, keys, months, own, statement) {
  const totals = inMonths(keys, months, currency);
  const series = [
    { name: t(own ? "earned.you" : "earned"), values: totals.map((total) => total.earned) },
    { name: t(own ? "due.by-you" : "due.from"), values: totals.map((total) => total.dueFrom) },
  ];
  const used = series.filter(({ values }) => values.some((value) => sign(value) !== 0));
  const title = t("months.chart", { currency });
  return h(
    "div",
    { class: "card" },
    h("h3", {}, currency),
    used.length === 0 ? empty(t("months.zero")) : monthChart(title, keys, used, { to: statement }),
  );
}

function monthLink(key, statement) {
  const later = key > thisMonth();
  return h("span", {}, link(statement(key), month(key)), later && ` (${t("months.later")})`);
}

function minimumSales(years) {
  if (years.length === 0) return null;
  const current = years.filter((year) => year.current);
  const past = years.filter((year) => !year.current).reverse();
  return section(
    t("minimum.title"),
    current.map(progress),
    current.length === 0 && empty(t("minimum.none-now")),
    past.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, t("minimum.other-years")),
        table(
          t("minimum.caption"),
          [
            { head: t("minimum.year"), label: true, cell: (year) => period(year.from, year.to) },
            { head: t("minimum.sales"), number: true, cell: (year) => integer(year.sales) },
            { head: t("minimum.asked"), number: true, cell: (year) => integer(year.minimum) },
            {
              head: t("status"),
              cell: ({ status, set_aside: aside }) => [
                badge("status", status),
                aside && h("p", { class: "small" }, t("aside.was", { moment: moment(aside.at), reason: aside.reason })),
              ],
            },
          ],
          past,
        ),
      ),
  );
}

function progress(year) {
  const left = year.minimum - year.sales;
  const over = elapsed(year.from, year.to);
  return h(
    "div",
    { class: "card progress" },
    h(
      "p",
      { class: "progress-head" },
      h("strong", {}, t("minimum.of", { sales: integer(year.sales), minimum: integer(year.minimum) })),
      badge("status", year.status),
    ),
    h("meter", {
      min: 0,
      max: Math.max(1, year.minimum),
      value: String(Math.min(year.sales, year.minimum)),
      "aria-label": t("minimum.title"),
    }),
    h(
      "p",
      { class: "small" },
      t("minimum.period", { period: period(year.from, year.to), over: percent(over / 100) }),
      " ",
      left > 0 ? count("minimum.left", left) : t("minimum.reached"),
    ),
  );
}

function agreements(agreements) {
  if (agreements.length === 0) return empty(t("agreements.none"));
  return h(
    "ul",
    { class: "cards" },
    [...agreements].reverse().map((agreement) => {
      const { entry_fee: fee, technical_qualification: qualification } = agreement;
      return h(
        "li",
        { class: "card" },
        h("h3", {}, named("model", agreement.model)),
        h("p", { class: "small" }, period(agreement.starts_on, agreement.ends_on)),
        pairs([
          [t("agreement.rate"), agreement.rate && percent(agreement.rate)],
          [t("agreement.from-sale"), agreement.from_sale && integer(agreement.from_sale)],
          [t("agreement.qualified-on"), qualification && day(qualification.qualified_on)],
          [t("agreement.support"), agreement.support_structure && t("yes")],
          [t("agreement.entry-fee"), fee && t("agreement.fee-of", { rate: percent(fee.rate), segment: fee.segment })],
          [t("agreement.potential"), fee && moneyNode(fee.commercial_potential)],
          [t("agreement.programme"), day(agreement.programme)],
        ]),
      );
    }),
  );
}

const perks = ({ perks }) =>
  perks.length === 0
    ? [empty(t("perks.none")), h("p", {}, link("#/programme", t("perks.programme")))]
    : [
        h(
          "ul",
          { class: "ticks" },
          perks.map((perk) => h("li", {}, inLanguage(perk.text))),
        ),
        h("p", {}, link("#/programme", t("perks.programme"))),
      ];
