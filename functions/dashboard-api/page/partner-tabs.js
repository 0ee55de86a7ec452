// The way around one partner's views for those who see every partner; a partner has them in the main navigation.

import { h } from "./dom.js";
import { tabsOf } from "./more-views.js";
import { t } from "./text.js";

const TABS = [
  ["", "nav.overview"],
  ["entries", "nav.entries"],
  ["contracts", "nav.contracts"],
  ["statement", "nav.statement"],
  ["inquiries", "nav.inquiries"],
  ["members", "nav.members"],
  ["versions", "nav.versions"],
];
const FOR_MANAGERS = [["edit", "nav.edit"]];

export function partnerTabs({ ofPartner, session, partnerId, base, place }) {
  if (!ofPartner || !session.seesAll) return null;
  const tabs = [...TABS, ...tabsOf(session), ...(session.manages ? FOR_MANAGERS : [])].map(([name, text]) =>
    h(
      "li",
      {},
      h("a", { href: name ? `${base}/${name}` : base, "aria-current": name === place ? "page" : null }, t(text)),
    ),
  );
  return h("nav", { class: "tabs", "aria-label": t("nav.partner", { id: partnerId }) }, h("ul", {}, tabs));
}
