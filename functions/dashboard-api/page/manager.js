// The whole programme in a period: by month, by model, by partner; and who is behind.

import { get, getAll } from "./api.js";
import { h } from "./dom.js";
import { dateInput, field, monthField } from "./fields.js";
import { addMonths, amountNode, moneyNode, month, thisMonth } from "./format.js";
import { amountKey, list } from "./list.js";
import { managerCharts } from "./manager-charts.js";
import { minimumList } from "./minimum-list.js";
import { byCurrency, kindsIn, sign } from "./money.js";
import {
  empty,
  knownOn,
  loaded,
  partnerLink,
  section,
  totalsTable,
  unreadableNote,
  viewHeading,
  workbookButton,
} from "./parts.js";
import { named, t } from "./text.js";

/** Items looked through for what waits, and causes shown. */
const WAITING = 25;
const CAUSES = 5;

export function view({ query, signal }) {
  const to = query.get("to") ?? thisMonth();
  const chosen = { from: query.get("from") ?? addMonths(to, -11), to, as_of: query.get("as_of") };
  const heading = viewHeading(t("manager.title"), {
    above:
      chosen.from === chosen.to
        ? month(chosen.from)
        : t("period.closed", { from: month(chosen.from), to: month(chosen.to) }),
  });
  return h(
    "div",
    {},
    heading,
    loaded(() => get("/attention", { limit: WAITING }, signal), waiting),
    periodPicker(chosen),
    loaded(
      () => get("/summary", chosen, signal),
      (summary) => {
        heading.say({ below: summary.as_of && knownOn(summary.as_of) });
        return [unreadableNote(summary), overview(summary, signal)];
      },
    ),
    section(
      t("behind.title"),
      h("p", { class: "small" }, t("behind.text")),
      loaded(() => getAll("/partners", { with: "minimum_sales" }, "partners", signal), minimumList),
    ),
  );
}

/** The causes that wait for a decision, with what depends on them. */
function waiting({ causes, next_cursor: more }) {
  if (causes.length === 0) return null;
  const rows = causes.slice(0, CAUSES);
  return h(
    "section",
    { class: "card waiting" },
    h("h2", {}, t("attention.first")),
    h(
      "ul",
      {},
      rows.map((cause) =>
        h(
          "li",
          {},
          h("strong", {}, named("attention", cause.kind)),
          cause.partner_id && [" · ", partnerLink(cause.partner_id, cause.partner_name ?? cause.partner_id)],
          cause.amounts.map((sum) => [" · ", moneyNode(sum)]),
        ),
      ),
    ),
    h("p", {}, h("a", { href: "#/attention" }, t("attention.all")), (more || causes.length > CAUSES) && " …"),
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
  const currencies = byCurrency(totals);
  return [
    h(
      "ul",
      { class: "cards balances" },
      currencies.map((total) =>
        h(
          "li",
          { class: "card", "data-currency": total.currency },
          h("h2", {}, total.currency),
          h("dl", {}, line(t("due.to-partners"), total.dueTo), line(t("due.from-partners"), total.dueFrom)),
        ),
      ),
    ),
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
      {
        id: "partner",
        head: t("partner"),
        label: true,
        cell: ({ id, name }) => partnerLink(id, name),
        sort: ({ name }) => name,
        text: ({ id, name }) => `${name} ${id}`,
      },
      { id: "currency", head: t("currency"), cell: ({ currency }) => currency, sort: ({ currency }) => currency },
      ...kindsIn(partners.flatMap(({ totals }) => totals)).map((kind) =>
        amount(kind, named("kinds", kind), ({ kinds }) => kinds[kind], { wide: "extra" }),
      ),
      amount("to", t("due.to"), ({ dueTo }) => dueTo, { lead: "named" }),
      amount("from", t("due.from"), ({ dueFrom }) => dueFrom),
    ],
  });
}

const line = (label, amount) =>
  h(
    "div",
    { class: sign(amount) === 0 ? "figure-line zero" : "figure-line" },
    h("dt", {}, label),
    h("dd", {}, moneyNode(amount)),
  );
