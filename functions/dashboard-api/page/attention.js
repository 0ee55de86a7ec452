// What needs a person, contracts first, and what to do about it.

import { get } from "./api.js";
import { h } from "./dom.js";
import { field, select } from "./fields.js";
import { keyName } from "./claims.js";
import { annuityTitle } from "./entry-table.js";
import { moment } from "./format.js";
import { contractLink, empty, link, loaded, pager, pairs, partnerLink, viewHeading } from "./parts.js";
import { named, t } from "./text.js";

const LIMIT = 25;

const PARTS = ["all", "contracts", "messages"];

export function view({ signal }) {
  const list = h("div", {});
  let bar = pager(show);
  const part = select(
    PARTS.map((name) => [name, t(`attention.part.${name}`)]),
    "all",
    {
      name: "part",
      onchange: () => {
        const again = pager(show);
        bar.replaceWith(again);
        bar = again;
        show();
      },
    },
  );
  function show(cursor) {
    list.replaceChildren(
      loaded(
        () => get("/attention", { limit: LIMIT, cursor, of: part.value === "all" ? undefined : part.value }, signal),
        (page) => {
          bar.goesOn(page.next_cursor);
          return page.items.length === 0
            ? empty(t("attention.none"))
            : h("ul", { class: "items" }, page.items.map(item));
        },
      ),
    );
  }
  show();
  const heading = viewHeading(t("nav.attention"), { below: t("attention.text") });
  return h("div", {}, heading, field(t("attention.part"), part), list, bar);
}

function item(one) {
  return h(
    "li",
    { class: "item" },
    h("h2", {}, named("attention", one.kind)),
    h("p", {}, one.what_to_do),
    pairs([
      [t("entry.contract"), one.contract_id && contractLink(one.contract_id)],
      [t("annuity"), one.term && annuityTitle(one.term)],
      [t("choosing.what"), one.contradicting?.length > 0 && one.contradicting.map(keyName).join(", ")],
      [t("partner"), one.partner_id && partnerLink(one.partner_id)],
      [t("attention.function"), one.function && named("function", one.function)],
      [t("attention.field"), one.field],
      [t("attention.reason"), one.reason],
      [t("attention.message"), one.message_id],
      [t("attention.key"), one.key],
      [t("entry.recorded"), moment(one.recorded_at)],
    ]),
    action(one),
  );
}

/** Where to do what there is to do, if it is on this page. */
function action({ kind, contract_id: contract, partner_id: partner }) {
  if (kind === "pending-no-agreement" && partner)
    return h(
      "p",
      {},
      link(`#/partners/${encodeURIComponent(partner)}/edit`, t("attention.agreements", { id: partner })),
    );
  if (contract)
    return h(
      "p",
      {},
      link(
        `#/contracts/${encodeURIComponent(contract)}`,
        t(kind === "contradiction" ? "attention.choose" : "attention.look"),
      ),
    );
  return null;
}
