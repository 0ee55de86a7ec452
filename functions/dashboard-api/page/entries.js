// What was booked for a partner in a period, page by page.

import { get, path } from "./api.js";
import { h } from "./dom.js";
import { entryTable } from "./entry-table.js";
import { dateInput, field } from "./fields.js";
import { empty, loaded, pager, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

const LIMIT = 25;

export function view(where) {
  const { partnerId, base, query, signal } = where;
  const filters = { from: query.get("from"), to: query.get("to") };
  const list = h("div", {});
  const bar = pager(show);
  function show(cursor) {
    const load = () => get(path("partners", partnerId, "entries"), { ...filters, limit: LIMIT, cursor }, signal);
    list.replaceChildren(
      loaded(load, (page) => {
        bar.goesOn(page.next_cursor);
        return [
          unreadableNote(page),
          page.entries.length === 0 ? empty(t("entries.none")) : entryTable(t("entries.title"), page.entries),
        ];
      }),
    );
  }
  show();
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("entries.title"), { above: where.ofPartner ? partnerId : null, below: t("entries.text") }),
    periodForm(`${base}/entries`, filters),
    list,
    bar,
  );
}

/** A period to filter by; the address keeps it. */
export function periodForm(address, { from, to }) {
  const [first, last] = [dateInput(from, { name: "from" }), dateInput(to, { name: "to" })];
  const filter = (event) => {
    event.preventDefault();
    const chosen = Object.entries({ from: first.value, to: last.value }).filter(([, value]) => value);
    location.hash = `${address}?${new URLSearchParams(chosen)}`;
  };
  return h(
    "form",
    { class: "filters", onsubmit: filter },
    field(t("filter.from"), first),
    field(t("filter.to"), last),
    h(
      "div",
      { class: "actions" },
      h("button", {}, t("filter.apply")),
      (from || to) && h("a", { class: "quiet-link", href: address }, t("filter.clear")),
    ),
  );
}
