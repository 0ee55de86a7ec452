// A partner's statement of a month: on the screen, on paper, and as a file.

import { get, path } from "./api.js";
import { contractsOf } from "./contracts.js";
import { h } from "./dom.js";
import { nextAnnuity, shares } from "./dues.js";
import { entriesNumber, entryTable } from "./entry-table.js";
import { dateInput, field, monthField } from "./fields.js";
import { addMonths, day, month, moment, thisMonth, today } from "./format.js";
import { isMonth } from "./months.js";
import { sharesOf } from "./partner-figures.js";
import { empty, knownOn, loaded, section, totalsTable, unreadableNote, viewHeading, workbookButton } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { named, t } from "./text.js";

export function view(where) {
  const { partnerId, base, rest, query, signal } = where;
  const shown = isMonth(rest[0]) ? rest[0] : addMonths(thisMonth(), -1);
  const parameters = { month: shown, as_of: query.get("as_of"), since: query.get("since") };
  const load = () => get(path("partners", partnerId, "statement"), parameters, signal);
  const heading = viewHeading(month(shown), { above: t("nav.statement") });
  return h(
    "div",
    { class: "statement" },
    partnerTabs(where),
    heading,
    controls(base, shown, parameters, partnerId),
    loaded(load, (statement) => [
      heading.say({
        above: t("statement.of", { name: statement.name, id: statement.partner_id }),
        below: knownOn(statement.as_of),
      }),
      unreadableNote(statement),
      ...content(statement, where),
      h("p", { class: "small paper-only" }, t("statement.printed", { moment: moment(new Date().toISOString()) })),
    ]),
  );
}

function content({ entries, totals, earlier, earlier_totals: earlierTotals, since, month: shown }, where) {
  const own = !where.session.seesAll;
  return [
    section(
      t("statement.totals"),
      totals.length === 0
        ? [empty(t("statement.none")), shown >= thisMonth() && expected(where)]
        : totalsTable(t("statement.totals"), t("statement.model"), models(totals), {
            hideCaption: true,
            total: totals,
            own,
          }),
      shares(totals).map((share) => sharesOf(share, t("shares.of-month", { currency: share.currency }), own)),
    ),
    section(
      t("statement.entries"),
      h("p", { class: "small" }, entriesNumber(entries)),
      entries.length > 0 && entryTable(t("statement.entries"), entries, { always: true }),
    ),
    since &&
      section(
        t("statement.earlier"),
        h("p", { class: "small" }, t("statement.since", { day: day(since) }), " ", entriesNumber(earlier)),
        earlier.length > 0 && [
          totalsTable(t("statement.earlier-totals"), t("statement.model"), models(earlierTotals), {
            total: earlierTotals,
            own,
          }),
          entryTable(t("statement.earlier"), earlier, { always: true }),
        ],
      ),
  ];
}

/** When the next annuity is expected, for a month that has nothing yet. */
const expected = ({ partnerId, signal }) =>
  loaded(
    () => contractsOf(partnerId, signal),
    ({ contracts }) => {
      const next = nextAnnuity(contracts, today());
      return next && h("p", {}, t("statement.expected", { day: day(next) }));
    },
  );

function controls(base, shown, parameters, partnerId) {
  const picked = monthField(t("statement.month"), shown, () => go());
  const asOf = dateInput(parameters.as_of, { name: "as_of" });
  const since = dateInput(parameters.since, { name: "since" });
  const address = (month) => {
    const days = Object.entries({ as_of: asOf.value, since: since.value }).filter(([, value]) => value);
    return `${base}/statement/${month}${days.length ? `?${new URLSearchParams(days)}` : ""}`;
  };
  const go = (event) => {
    event?.preventDefault();
    location.hash = address(picked.read());
  };
  const step = (number, text) => h("a", { class: "button", href: address(addMonths(shown, number)) }, text);
  return h(
    "form",
    { class: "filters no-print", onsubmit: go },
    picked,
    h(
      "div",
      { class: "actions" },
      step(-1, t("statement.before")),
      step(1, t("statement.after")),
    ),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "primary", onclick: () => print() }, t("print")),
      workbookButton(path("partners", partnerId, "statement"), parameters),
    ),
    h(
      "details",
      { class: "options", open: Boolean(parameters.as_of || parameters.since) },
      h("summary", {}, t("statement.options")),
      h(
        "div",
        { class: "filters" },
        field(t("filter.known-on"), asOf, { optional: true }),
        field(t("statement.earlier-since"), since, { optional: true }),
        h("div", { class: "actions" }, h("button", {}, t("filter.apply"))),
      ),
    ),
  );
}

/** Totals by model. */
const models = (totals) =>
  [...new Set(totals.map((total) => total.model))].map((model) => ({
    label: named("model", model),
    totals: totals.filter((total) => total.model === model),
  }));
