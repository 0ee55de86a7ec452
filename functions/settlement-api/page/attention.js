// What to look at before a month is closed.

import { h } from "/page/dom.js";
import { link, partnerLink } from "/page/parts.js";
import { t } from "/page/text.js";
import { fieldNames } from "./papers.js";

/** What each kind means, with the partners that it concerns. */
export function attentionList(attention, names) {
  const nameOf = (id) => names.get(id) ?? id;
  return h(
    "ul",
    { class: "looks" },
    vendorLook(attention),
    partnerLooks(attention, nameOf),
    ["being-recomputed", "stays-negative"].map((kind) => simpleLook(kind, attention, nameOf)),
  );
}

const fieldsOf = (lacking) => fieldNames(lacking.map(({ field }) => field));

/** What the vendor lacks concerns every document, and is said once. */
function vendorLook(attention) {
  const lacking = attention.flatMap((look) => look.lacking).filter(({ side }) => side === "vendor");
  return (
    lacking.length > 0 &&
    h("li", { class: "card" }, h("h3", {}, t("look.vendor")), h("p", {}, t("look.lacks", { fields: fieldsOf(lacking) })), h("p", {}, link("#/closing/vendor", t("look.vendor-form"))))
  );
}

function partnerLooks(attention, nameOf) {
  const lackingOf = new Map();
  for (const { kind, partner_id: id, lacking } of attention)
    if (kind === "incomplete") lackingOf.set(id, [...(lackingOf.get(id) ?? []), ...lacking.filter(({ side }) => side === "partner")]);
  const rows = [...lackingOf].filter(([, lacking]) => lacking.length > 0);
  return (
    rows.length > 0 &&
    h(
      "li",
      { class: "card" },
      h("h3", {}, t("look.incomplete")),
      h("p", {}, t("look.incomplete-text")),
      h(
        "ul",
        { class: "look-list" },
        rows.map(([id, lacking]) =>
          h("li", {}, link(`#/partners/${encodeURIComponent(id)}/billing`, nameOf(id)), h("span", { class: "small" }, ` ${t("look.lacks", { fields: fieldsOf(lacking) })}`)),
        ),
      ),
    )
  );
}

function simpleLook(kind, attention, nameOf) {
  const looks = attention.filter((look) => look.kind === kind);
  const account = ({ currency, direction }) => currency && h("span", { class: "small" }, ` ${currency}, ${t(`direction.${direction}`)}`);
  return (
    looks.length > 0 &&
    h(
      "li",
      { class: "card" },
      h("h3", {}, t(`look.${kind}`)),
      h("p", {}, t(`look.${kind}-text`)),
      h(
        "ul",
        { class: "look-list" },
        looks.map((look) => h("li", {}, partnerLink(look.partner_id, nameOf(look.partner_id)), account(look))),
      ),
    )
  );
}
