// A partner's contracts in a period: what each came to.

import { getAll, path } from "./api.js";
import { h } from "./dom.js";
import { periodForm } from "./entries.js";
import { field, input } from "./fields.js";
import { addMonths, day, integer, moneyNode, thisMonth } from "./format.js";
import { sum } from "./money.js";
import { contractLink, empty, loaded, table, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

/** At most this many pages of entries are brought together. */
const PAGES = 10;

export function view(where) {
  const { partnerId, base, query, signal } = where;
  const asked = query.has("from") || query.has("to");
  const filters = asked
    ? { from: query.get("from"), to: query.get("to") }
    : { from: `${addMonths(thisMonth(), -23)}-01`, to: null };
  const load = () =>
    getAll(path("partners", partnerId, "entries"), { ...filters, limit: 500 }, "entries", signal, PAGES);
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("contracts.title"), { above: where.ofPartner ? partnerId : null, below: t("contracts.text") }),
    finder(),
    periodForm(`${base}/contracts`, filters),
    loaded(load, ({ list, complete, ...rest }) => [
      unreadableNote(rest),
      !complete && h("div", { class: "note" }, h("p", {}, t("contracts.incomplete"))),
      contracts(list),
    ]),
  );
}

function finder() {
  const id = input({ name: "contract", required: true });
  const open = (event) => {
    event.preventDefault();
    location.hash = `#/contracts/${encodeURIComponent(id.value.trim())}`;
  };
  return h(
    "form",
    { class: "filters", onsubmit: open },
    field(t("contracts.id"), id),
    h("div", { class: "actions" }, h("button", {}, t("contracts.open"))),
  );
}

function contracts(entries) {
  const groups = grouped(entries.filter((entry) => entry.contract_id));
  if (groups.size === 0) return empty(t("entries.none"));
  const rows = [...groups.values()].map((own) => ({
    id: own[0].contract_id,
    first: own[0].booked_on,
    last: own.at(-1).booked_on,
    entries: own.length,
    amount: sum(
      own.map((entry) => entry.amount),
      own[0].amount,
    ),
    vendorShare: sum(
      own.map((entry) => entry.vendor_share),
      own[0].amount,
    ),
  }));
  rows.sort((a, b) => b.last.localeCompare(a.last) || a.id.localeCompare(b.id));
  return table(
    t("contracts.title"),
    [
      { head: t("entry.contract"), label: true, cell: (row) => contractLink(row.id) },
      { head: t("contracts.first"), wide: true, cell: (row) => day(row.first) },
      { head: t("contracts.last"), cell: (row) => day(row.last) },
      { head: t("contracts.entries"), number: true, wide: true, cell: (row) => integer(row.entries) },
      { head: t("entry.amount"), number: true, cell: (row) => moneyNode(row.amount) },
      { head: t("entry.vendor-share"), number: true, wide: true, cell: (row) => moneyNode(row.vendorShare) },
    ],
    rows,
    { hideCaption: true },
  );
}

/** By contract, and by currency should a contract have several. */
function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) {
    const key = `${entry.contract_id} ${entry.amount.currency}`;
    groups.get(key)?.push(entry) ?? groups.set(key, [entry]);
  }
  return groups;
}
