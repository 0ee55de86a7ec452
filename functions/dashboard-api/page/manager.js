// The whole programme in a period: by month, by model, by partner; and who is behind.

import { get, getAll } from "./api.js";
import { h } from "./dom.js";
import { dateInput, field, monthField } from "./fields.js";
import { addMonths, amountNode, month, thisMonth } from "./format.js";
import { amountKey, list } from "./list.js";
import { managerCharts } from "./manager-charts.js";
import { changed, firstSteps, home, waiting } from "./manager-home.js";
import { isMonth } from "./months.js";
import { minimumList } from "./minimum-list.js";
import { byCurrency, kindsIn, sign } from "./money.js";
import {
  empty,
  knownOn,
  loaded,
  partnerColumn,
  section,
  totalsTable,
  unreadableNote,
  viewHeading,
  workbookButton,
} from "./parts.js";
import { named, t } from "./text.js";

const LIMIT = 500;
/** At most this many pages of partners are looked at. */
const PAGES = 10;

export function view({ query, session, signal }) {
  const asked = (name) => (isMonth(query.get(name)) ? query.get(name) : null);
  const to = asked("to") ?? thisMonth();
  const chosen = { from: asked("from") ?? addMonths(to, -11), to, as_of: query.get("as_of") };
  const heading = viewHeading(t("manager.title"), {
    above:
      chosen.from === chosen.to
        ? month(chosen.from)
        : t("period.closed", { from: month(chosen.from), to: month(chosen.to) }),
  });
  const summary = get("/summary", chosen, signal);
  const listed = { with: "minimum_sales,balances", until: to, limit: LIMIT };
  const partners = getAll("/partners", listed, "partners", signal, PAGES);
  // They may fail while nobody waits yet; each place below says so itself.
  for (const asked of [summary, partners]) asked.catch(() => {});
  return h(
    "div",
    {},
    heading,
    loaded(() => partners, ({ list }) => (list.length === 0 && session.manages ? firstSteps() : null)),
    waiting(signal),
    periodPicker(chosen),
    loaded(
      () => summary,
      (summary) => {
        heading.say({ below: summary.as_of && knownOn(summary.as_of) });
        return [unreadableNote(summary), home(summary, partners, chosen), changed(summary, chosen, signal), overview(summary, signal)];
      },
    ),
    section(
      t("behind.title"),
      h("p", { class: "small" }, t("behind.text")),
      behind(partners, session, () => getAll("/partners", { ...listed }, "partners", signal, PAGES)),
    ),
  );
}

/** The years that fall behind; read anew once one was set aside. */
function behind(partners, session, readAgain) {
  let read = () => partners;
  return loaded(
    () => read(),
    (found, again) => {
      read = readAgain;
      return minimumList(found, session.manages ? again : null);
    },
  );
}

function periodPicker(chosen) {
  const [from, to] = [monthField(t("filter.from"), chosen.from), monthField(t("filter.to"), chosen.to)];
  const asOf = dateInput(chosen.as_of, { name: "as_of" });
  const address = (from, to) => `#/?from=${from}&to=${to}${asOf.value && `&as_of=${asOf.value}`}`;
  const go = (event) => {
    event.preventDefault();
    location.hash = address(from.read(), to.read());
  };
  const now = thisMonth();
  const quick = [
    ["quick.month", now, now],
    ["quick.last-month", addMonths(now, -1), addMonths(now, -1)],
    ["quick.year", addMonths(now, -11), now],
    ["quick.three-years", addMonths(now, -35), now],
  ];
  return h(
    "form",
    { class: "filters", onsubmit: go },
    from,
    to,
    field(t("filter.known-on"), asOf, { optional: true }),
    h(
      "div",
      { class: "actions" },
      h("button", {}, t("filter.apply")),
      workbookButton("/summary", chosen),
    ),
    h(
      "ul",
      { class: "quick" },
      quick.map(([text, from, to]) =>
        h(
          "li",
          {},
          h(
            "a",
            {
              href: address(from, to),
              "aria-current": chosen.from === from && chosen.to === to ? "true" : null,
            },
            t(text),
          ),
        ),
      ),
    ),
  );
}

function overview(summary, signal) {
  const { totals, models, partners } = summary;
  if (totals.length === 0) return empty(t("months.none"));
  return [
    section(t("manager.months"), managerCharts(summary, signal)),
    section(
      t("manager.models"),
      totalsTable(
        t("manager.models"),
        t("entry.model"),
        models.map((one) => ({ label: named("model", one.model), totals: one.totals })),
        { total: totals, hideCaption: true },
      ),
    ),
    section(t("manager.partners"), partnersTable(partners)),
  ];
}

/** A row for each partner and currency. */
function partnersTable(partners) {
  const amount = (id, head, of, more) => ({
    id,
    head,
    number: true,
    cell: (row) => amountNode(of(row)),
    sort: (row) => amountKey(of(row)),
    sum: of,
    ...more,
  });
  return list({
    name: "partners",
    caption: t("manager.partners"),
    rows: partners.flatMap(({ partner_id: id, name, totals }) =>
      byCurrency(totals).map((total) => ({ ...total, id, name: name ?? id })),
    ),
    order: "-to",
    dims: ({ dueTo, dueFrom }) => sign(dueTo) === 0 && sign(dueFrom) === 0,
    choices: [{ id: "currency", label: t("currency"), of: ({ currency }) => currency, name: (currency) => currency }],
    columns: [
      partnerColumn(),
      { id: "currency", head: t("currency"), cell: ({ currency }) => currency, sort: ({ currency }) => currency },
      ...kindsIn(partners.flatMap(({ totals }) => totals)).map((kind) =>
        amount(kind, named("kinds", kind), ({ kinds }) => kinds[kind], { wide: "extra" }),
      ),
      amount("to", t("due.to"), ({ dueTo }) => dueTo, { lead: "named" }),
      amount("from", t("due.from"), ({ dueFrom }) => dueFrom),
    ],
  });
}
