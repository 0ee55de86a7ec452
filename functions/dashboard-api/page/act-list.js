// Acts as a list; each opens what it changed.

import { h } from "./dom.js";
import { keyName } from "./claims.js";
import { compared } from "./differences.js";
import { changeNode, day, integer, moment, month, moneyText, percent, period } from "./format.js";
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
    choices: [{ id: "kind", label: t("journal.kind"), of: kindOf, name: (kind) => t(`act.${kind}`) }],
    columns: [
      { id: "act", head: t("journal.act"), label: true, cell: (act) => h("span", { class: "act" }, what(act, names), !act.carried_out && [" ", h("span", { class: "badge" }, t("journal.not-carried-out"))]), sort: kindOf, text: (act) => what(act, names) },
      { id: "at", head: t("journal.at"), lead: true, cell: ({ at }) => moment(at), sort: ({ at }) => at },
      { id: "by", head: t("journal.by"), cell: author, sort: author, text: author },
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

/** The steps of settlement are kinds of their own. */
const kindOf = ({ change: { kind, step } }) => (kind === "settlement" ? `settlement.${step}` : kind);

export const author = ({ by }) => by?.name ?? t("journal.operator");

function choiceOf({ stated, before }) {
  if (!stated) return "act.choice-of";
  return before === null ? "act.first-stated-of" : "act.stated-of";
}

/** What was done, in a few words. */
function what({ change, partners: [id] }, names) {
  const { kind, contract_id: contract } = change;
  const partner = names.get(id) ?? id;
  if (kind === "registration") return t(change.before === null ? "act.registered-of" : "act.registration-of", { partner });
  if (kind === "choice") return t(choiceOf(change), { key: keyName(change.key), contract });
  if (kind === "item-set-aside" && change.item.startsWith("anomaly~")) return t("act.item-of", { contract: change.item.split("~")[1] });
  if (kind === "invitation" || kind === "member") return t(`act.${kind}.${change.step}`, { name: change.name, role: named("role", change.role) });
  if (kind === "perk") return t(change.taken ? "act.perk.taken" : "act.perk.taken-back", { perk: t(`perks.name.${change.perk}`), day: day(change.day) });
  if (kind === "year-set-aside") return t("act.year", { sales: String(change.sales), minimum: String(change.minimum) });
  if (kind === "settlement") return t("act.about", { act: t(`act.settlement.${change.step}`), name: change.step === "close" ? month(change.subject[0]) : change.subject[0] });
  return t(`act.${kind}`);
}

function detail({ change, partners, reason, carried_out: isDone, foreseen, moved }) {
  return h(
    "div",
    { class: "explained" },
    !isDone && h("p", { class: "note" }, t("journal.not-carried-out-why")),
    pairs([
      [t("journal.reason"), reason],
      [t("partner"), partners.length > 0 && partners.flatMap((id, i) => [i > 0 && ", ", partnerLink(id)])],
      [t("entry.contract"), change.contract_id && contractLink(change.contract_id)],
    ]),
    change.kind === "registration" && sides(change, registeredPairs),
    change.kind === "choice" && sides(change, claimAsPairs),
    change.kind === "item-set-aside" && h("p", { class: "small" }, change.item),
    change.kind === "settlement" && h("p", { class: "small" }, change.subject.join(" · ")),
    movedTable(moved ?? foreseen, moved === null),
  );
}

/** Before and after, beside each other; each marks what the other has not. */
const sides = ({ before, after }, shown) =>
  h(
    "div",
    { class: "grid" },
    [
      ["journal.before", before, after],
      ["journal.after", after, before],
    ].map(([head, side, other]) =>
      h("div", { class: "card" }, h("h3", {}, t(head)), side === null ? h("p", {}, t("journal.nothing")) : shown(side, other)),
    ),
  );

/** Name and agreements; also of a version of the history. What differs from `other` is marked; null: nothing is compared. */
export function registeredPairs({ name, agreements }, other) {
  const lines = other ? compared(agreements, other.agreements) : agreements.map((agreement) => ({ agreement, differs: new Set() }));
  return [
    pairs([[t("partner.name"), marked(name, other && other.name !== name)]]),
    agreements.length === 0 && h("p", {}, marked(t("agreements.none"), other && other.agreements.length > 0)),
    h("ul", {}, lines.map((line) => h("li", {}, agreementLine(line)))),
  ];
}

/** The agreements of `before` that are no more. */
export const withdrawn = ({ agreements }, before) =>
  compared(before.agreements, agreements)
    .filter(({ differs }) => differs === null)
    .map(({ agreement }) => h("li", {}, `${t("versions.withdrawn")} `, h("del", {}, agreementLine({ agreement, differs: new Set() }))));

const marked = (text, differs) =>
  differs && text ? h("strong", { class: "differs" }, text, h("span", { class: "hidden" }, ` (${t("claim.differs")})`)) : text;

/** An agreement in a line; `differs` names its fields that are marked, null marks it whole. */
function agreementLine({ agreement, differs }) {
  const { model, starts_on: from, ends_on: to, rate, from_sale: sale, entry_fee: fee, programme } = agreement;
  const { technical_qualification: qualified, support_structure: support } = agreement;
  const terms = [
    [["starts_on", "ends_on"], period(from, to)],
    [["rate"], rate && `${t("agreement.rate")} ${percent(rate)}`],
    [["from_sale"], sale && `${t("agreement.from-sale")} ${integer(sale)}`],
    [["technical_qualification"], qualified && `${t("agreement.qualified-on")} ${day(qualified.qualified_on)}`],
    [["support_structure"], support && t("agreement.support")],
    [["entry_fee"], fee && `${t("agreement.entry-fee")} ${percent(fee.rate)} × ${moneyText(fee.commercial_potential)} (${fee.segment})`],
    [["programme"], differs?.has("programme") && programme && `${t("agreement.programme")} ${day(programme)}`],
  ].filter(([, text]) => text);
  const isMarked = (names) => differs !== null && names.some((name) => differs.has(name));
  const line = [
    h("strong", {}, marked(named("model", model), isMarked(["model"]))),
    ...terms.map(([names, text]) => [", ", marked(text, isMarked(names))]),
  ];
  return differs === null ? marked(line, true) : line;
}

const claimAsPairs = (claim, other) => {
  const rows = [claim, other].map((one) => one && claimRows(one));
  return pairs(rows[0].map(([head, text, shown], i) => [head, marked(shown ?? text, rows[1] !== null && rows[1][i][1] !== text)]));
};

const claimRows = (claim) => {
  const money = claim.annual_fee ?? claim.amount;
  return [
    [t("partner"), claim.partner_id, claim.partner_id && partnerLink(claim.partner_id)],
    [t("journal.client"), claim.customer_id],
    [t("journal.day"), day(claim.signed_on ?? claim.starts_on ?? claim.issued_on ?? claim.ended_on)],
    [t("journal.amount"), money && moneyText(money)],
  ];
};

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
