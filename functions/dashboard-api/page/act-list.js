// Acts as a list; each opens what it changed.

import { h } from "./dom.js";
import { keyName } from "./claims.js";
import { changeNode, day, moment, month, moneyText, percent, period } from "./format.js";
import { list } from "./list.js";
import { contractLink, pairs, partnerLink, table } from "./parts.js";
import { named, t } from "./text.js";

/** `names` are those of the partners. */
export const actList = (acts, names) =>
  list({
    name: "journal",
    caption: t("journal.title"),
    rows: acts,
    detail: (act) => detail(act),
    help: t("journal.search-help"),
    choices: [
      { id: "kind", label: t("journal.kind"), of: ({ change }) => change.kind, name: (kind) => t(`act.${kind}`) },
      { id: "by", label: t("journal.by"), of: author, name: (name) => name },
    ],
    columns: [
      { id: "at", head: t("journal.at"), label: true, cell: ({ at }) => moment(at), sort: ({ at }) => at },
      { id: "by", head: t("journal.by"), cell: author, sort: author, text: author },
      { id: "act", head: t("journal.act"), lead: true, cell: what, sort: ({ change }) => change.kind, text: words },
      {
        id: "partner",
        head: t("partner"),
        wide: true,
        cell: ({ partners }) => partners.map((id) => h("div", {}, partnerLink(id, names.get(id)))),
        sort: ({ partners: [id] }) => id && (names.get(id) ?? id),
        text: ({ partners }) => partners.map((id) => `${id} ${names.get(id) ?? ""}`).join(" "),
      },
      { id: "reason", head: t("journal.reason"), wide: true, cell: ({ reason }) => reason ?? "", sort: ({ reason }) => reason, text: ({ reason }) => reason ?? "" },
    ],
  });

export const author = ({ by }) => by?.name ?? t("journal.operator");

const words = ({ change }) => [t(`act.${change.kind}`), change.contract_id, change.name, change.item].filter(Boolean).join(" ");

/** What was done, in a few words. */
function what({ change }) {
  const { kind } = change;
  if (kind === "registration") return t(change.before === null ? "act.registered" : "act.registration");
  if (kind === "choice") return [t(change.stated ? "act.stated" : "act.choice"), " ", contractLink(change.contract_id)];
  if (kind === "invitation" || kind === "member") return t(`act.${kind}.${change.step}`, { name: change.name, role: named("role", change.role) });
  if (kind === "perk") return t(change.taken ? "act.perk.taken" : "act.perk.taken-back", { perk: t(`perks.name.${change.perk}`), day: day(change.day) });
  if (kind === "year-set-aside") return t("act.year", { sales: String(change.sales), minimum: String(change.minimum) });
  return t(`act.${kind}`);
}

function detail({ change, reason, foreseen, moved }) {
  return h(
    "div",
    { class: "explained" },
    pairs([[t("journal.reason"), reason]]),
    change.kind === "registration" && sides(change, registeredPairs),
    change.kind === "choice" && sides(change, claimAsPairs),
    change.kind === "choice" && h("p", { class: "small" }, keyName(change.key)),
    change.kind === "item-set-aside" && h("p", { class: "small" }, change.item),
    movedTable(moved ?? foreseen, moved === null),
  );
}

/** Before and after, beside each other. */
const sides = ({ before, after }, shown) =>
  h(
    "div",
    { class: "grid" },
    [
      ["journal.before", before],
      ["journal.after", after],
    ].map(([head, side]) => h("div", { class: "card" }, h("h3", {}, t(head)), side === null ? h("p", {}, t("journal.nothing")) : shown(side))),
  );

/** Name and agreements; also of a version of the history. */
export const registeredPairs = ({ name, agreements }) => [
  pairs([[t("partner.name"), name]]),
  agreements.length === 0 && h("p", {}, t("agreements.none")),
  h("ul", {}, agreements.map((one) => h("li", {}, agreementLine(one)))),
];

function agreementLine({ model, starts_on: from, ends_on: to, rate, from_sale: sale, entry_fee: fee }) {
  const terms = [
    rate && percent(rate),
    sale && `${t("agreement.from-sale")} ${sale}`,
    fee && `${t("agreement.entry-fee")} ${percent(fee.rate)} × ${moneyText(fee.commercial_potential)}`,
  ];
  return [h("strong", {}, named("model", model)), ", ", [period(from, to), ...terms.filter(Boolean)].join(", ")];
}

const claimAsPairs = (claim) =>
  pairs([
    [t("partner"), claim.partner_id && partnerLink(claim.partner_id)],
    [t("journal.client"), claim.customer_id],
    [t("journal.day"), day(claim.signed_on ?? claim.starts_on ?? claim.issued_on ?? claim.ended_on)],
    [t("journal.amount"), (claim.annual_fee ?? claim.amount) && moneyText(claim.annual_fee ?? claim.amount)],
  ]);

/** What an act moved, or was going to move. */
function movedTable(months, isForeseen) {
  if (months === null) return null;
  if (months.length === 0) return h("p", { class: "small" }, t("journal.moved-nothing"));
  const rows = months.flatMap(({ partner_id: partner, month: of, totals }) => totals.map((total) => ({ partner, of, total })));
  const caption = t(isForeseen ? "journal.foreseen" : "journal.moved");
  return table(
    caption,
    [
      { head: t("preview.month"), label: true, cell: ({ of }) => month(of) },
      { head: t("partner"), wide: true, cell: ({ partner }) => partnerLink(partner) },
      { head: t("preview.kind"), cell: ({ total }) => named("kind", total.kind) },
      { head: t("preview.amount"), number: true, lead: "named", cell: ({ total }) => [changeNode(total.amount), "\u00a0", total.currency] },
    ],
    rows,
    { stacked: true },
  );
}
