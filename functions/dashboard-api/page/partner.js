// Where one partner stands: what it is owed and owes, month by month, its sales against the minimum, its agreements.

import { get, path } from "./api.js";
import { monthChart } from "./chart.js";
import { h } from "./dom.js";
import { addMonths, month, monthsBetween, thisMonth } from "./format.js";
import { byCurrency, inMonths, sign } from "./money.js";
import { balances, earnings, january, lastYear, needs } from "./partner-figures.js";
import { agreements, minimumSales, perks } from "./partner-terms.js";
import { empty, idNode, link, loaded, section, totalsTable, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

/** How many months are shown up to the current one; later ones only if they have anything. */
const SHOWN = 12;

export function view(where) {
  const { partnerId, session, signal } = where;
  const own = !session.seesAll;
  const months = { from: january(lastYear()), to: addMonths(thisMonth(), 5) };
  const summary = get(path("partners", partnerId, "summary"), months, signal);
  // It may fail while nobody waits yet; the places below say so themselves.
  summary.catch(() => {});
  const heading = viewHeading(idNode(partnerId), { above: own ? t("partner.yours") : t("partner") });
  return h(
    "div",
    {},
    partnerTabs(where),
    heading,
    loaded(
      () => get(path("partners", partnerId), {}, signal),
      (partner, again) => [
        heading.say({ title: partner.name, above: own ? t("partner.yours") : idNode(partnerId) }),
        unreadableNote(partner),
        section(
          t(own ? "earnings.yours" : "earnings.title"),
          loaded(
            () => summary,
            (summary) => earnings(summary, own),
          ),
        ),
        needs(where, partner),
        session.seesAll && partnerFile(where),
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
        section(t("perks.title"), perks(partner, session, again)),
      ],
    ),
  );
}

/** Contacts and a note, which partners never see, nor load. */
const partnerFile = (where) =>
  loaded(
    () => import("./partner-file.js"),
    ({ partnerFile }) => partnerFile(where),
  );

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
