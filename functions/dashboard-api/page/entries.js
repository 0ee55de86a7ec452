// What was booked for a partner in a period: a row for each line, with the entries behind it.

import { addressWith, inAddress } from "./address.js";
import { getAll, path } from "./api.js";
import { clientsOf, contractsOf } from "./contracts.js";
import { h } from "./dom.js";
import { lineList } from "./line-list.js";
import { dateInput, field } from "./fields.js";
import { integer } from "./format.js";
import { linesOf } from "./lines.js";
import { empty, idNode, loaded, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

const LIMIT = 500;
/** At most this many pages of entries are brought together. */
const PAGES = 10;
/** Names of clients are looked up in so many pages of contracts; without them, ids are shown. */
const NAMES = 1;

export function view(where) {
  const { partnerId, base, query, signal } = where;
  const filters = { from: query.get("from"), to: query.get("to") };
  const entries = path("partners", partnerId, "entries");
  const load = () =>
    Promise.all([
      getAll(entries, { ...filters, limit: LIMIT }, "entries", signal, PAGES),
      contractsOf(partnerId, signal, { pages: NAMES }).then(({ contracts }) => clientsOf(contracts), () => new Map()),
    ]);
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("entries.title"), { above: where.ofPartner ? idNode(partnerId) : null, below: t("entries.text") }),
    periodForm(`${base}/entries`, filters),
    loaded(load, ([{ list, complete, ...rest }, clients]) => [
      unreadableNote(rest),
      !complete && h("div", { class: "note" }, h("p", {}, t("entries.incomplete", { n: integer(list.length) }))),
      list.length === 0 ? empty(t("entries.none")) : lineList(linesOf(list), clients),
    ]),
  );
}

/** A period to filter by; the address keeps it, with what it has already. */
export function periodForm(address, { from, to }) {
  const [first, last] = [dateInput(from, { name: "from" }), dateInput(to, { name: "to" })];
  const go = (days) =>
    (location.hash = addressWith(
      address,
      new URLSearchParams({ ...Object.fromEntries(inAddress()), page: "", ...days }),
    ));
  const filter = (event) => {
    event.preventDefault();
    go({ from: first.value, to: last.value });
  };
  const clear = (event) => {
    event.preventDefault();
    go({ from: "", to: "" });
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
      (from || to) && h("a", { class: "quiet-link", href: address, onclick: clear }, t("filter.clear")),
    ),
  );
}
