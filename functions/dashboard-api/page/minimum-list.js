// Who is behind on the minimum of sales, and which years were missed; a missed one can be set aside.

import { path, put } from "./api.js";
import { announce, h } from "./dom.js";
import { field, input, onSend, outcomeNote } from "./fields.js";
import { integer, period } from "./format.js";
import { list } from "./list.js";
import { badge, empty, link, partnerColumn, unreadableNote } from "./parts.js";
import { named, t } from "./text.js";

/** From partners as listed with their minimum of sales; `again` reads them anew, null: whoever looks sets nothing aside. */
export function minimumList({ list: partners, complete, ...rest }, again) {
  const late = partners.flatMap(yearsOf);
  return [
    unreadableNote(rest),
    !complete && h("p", { class: "note" }, t("behind.incomplete")),
    late.length === 0 ? empty(t("behind.none")) : lateTable(late, again),
    h("p", {}, link("#/partners", t("behind.all"))),
  ];
}

/** The years of a partner that somebody should look at: the current one, if it is behind, and the missed ones. */
const yearsOf = ({ partner_id: id, name, minimum_sales: current, missed = [] }) =>
  [...missed, ...(current?.status === "behind" ? [current] : [])].map((year) => ({ id, name, year }));

const lateTable = (late, again) =>
  list({
    name: "behind",
    caption: t("behind.title"),
    rows: late,
    choices: [
      { id: "status", label: t("status"), of: ({ year }) => year.status, name: (status) => named("status", status) },
    ],
    columns: [
      partnerColumn(),
      {
        id: "sales",
        head: t("minimum.sales"),
        number: true,
        lead: true,
        cell: ({ year }) => [
          t("minimum.short", { sales: integer(year.sales), minimum: integer(year.minimum) }),
          year.current && h("div", { class: "small" }, t("minimum.expected", { n: integer(year.expected) })),
        ],
        sort: ({ year }) => year.sales - year.minimum,
      },
      {
        id: "year",
        head: t("minimum.year"),
        cell: ({ year }) => period(year.from, year.to),
        sort: ({ year }) => year.from,
        text: ({ year }) => period(year.from, year.to),
      },
      {
        id: "status",
        head: t("status"),
        cell: ({ year }) => badge("status", year.status),
        sort: ({ year }) => year.status,
      },
      again !== null && {
        head: t("aside.title"),
        cell: (row) => (row.year.status === "missed" ? asideForm(row, again) : t("aside.running")),
      },
    ].filter(Boolean),
  });

function asideForm({ id, year }, again) {
  const reason = input({ name: "reason", maxlength: "200", required: true });
  const button = h("button", { class: "primary" }, t("aside.send"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form" },
    field(t("aside.reason"), reason, { field: "reason", help: t("aside.reason-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const of = path("partners", id, "agreements", year.agreement, "years", year.number, "set-aside");
  onSend(form, button, outcome, () => put(of, { reason: reason.value.trim() }), () => {
    announce(t("aside.done"));
    return again();
  });
  return h("details", {}, h("summary", {}, t("aside.open")), form);
}
