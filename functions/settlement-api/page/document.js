// A document: its lines, VAT and parties, the entries behind it, and where a contest stands.

import { get, path } from "/page/api.js";
import { h } from "/page/dom.js";
import { day, dayNode, moment, moneyNode, month } from "/page/format.js";
import { contractLink, empty, link, loaded, pairs, partnerLink, section, table, viewHeading } from "/page/parts.js";
import { partnerTabs } from "/page/partner-tabs.js";
import { count, named, t } from "/page/text.js";
import { identityPairs } from "./identities.js";
import { contestsOf } from "./contests.js";
import { documentAddress, documentButtons, lineTable, maybeDay, vatText } from "./papers.js";

export function view(where) {
  const { base, rest, session, signal } = where;
  const number = rest[0];
  const heading = viewHeading(number, { above: link(`${base}/documents`, t("nav.documents")) });
  return h(
    "div",
    {},
    partnerTabs(where),
    heading,
    loaded(
      () => get(path("documents", number), {}, signal),
      (document, again) => [
        heading.say({ below: t(`document-kind.${document.kind}`) }),
        documentButtons(document),
        facts(document, base, session),
        section(t("document.lines"), lineTable(document, { hideCaption: true }), h("h3", { class: "direction" }, t("document.vat")), vatTable(document)),
        contestsOf(document, session, again),
        section(t("document.parties"), parties(document)),
        annex(document, signal),
      ],
    ),
  );
}

function facts(document, base, { seesAll }) {
  const { partner_id: id, close, date, due, direction, cancels, credits, reason, in_eur: inEur, made_at: made } = document;
  const numbered = (number) => link(documentAddress(base, number), number);
  return pairs([
    [t("document.gross"), h("strong", {}, moneyNode(document.gross))],
    [t("document.date"), day(date)],
    [t("document.due"), maybeDay(due)],
    [t("document.close"), seesAll ? link(`#/closing/${close}`, month(close)) : month(close)],
    [t("partner"), seesAll && partnerLink(id)],
    [t("closing.account"), t(`direction.${direction}`)],
    [t("document.cancels"), cancels && numbered(cancels)],
    [t("document.credits"), credits.length > 0 && credits.map((number, i) => [i > 0 && ", ", numbered(number)])],
    [t("orders.reason"), reason],
    [t("document.eur-rate"), inEur?.rate],
    [t("document.eur-vat"), inEur && moneyNode(inEur.vat)],
    [t("document.made"), moment(made)],
  ]);
}

/** The VAT of each regime and rate, then what it all comes to. */
function vatTable({ vat_sums: sums, net, vat, gross, number }) {
  const foot = [
    { label: t("total"), base: net, vat },
    { label: t("document.gross"), vat: gross },
  ];
  return table(
    t("document.vat-of", { number }),
    [
      { head: t("document.vat-rate"), label: true, cell: (row) => row.label ?? vatText(row) },
      { head: t("document.base"), number: true, cell: (row) => row.base && moneyNode(row.base) },
      { head: t("document.vat"), number: true, lead: true, cell: (row) => moneyNode(row.vat) },
    ],
    sums,
    { foot, hideCaption: true, stacked: true },
  );
}

const parties = ({ vendor, partner }) =>
  h(
    "div",
    { class: "cards parties" },
    [
      [t("document.vendor"), vendor],
      [t("partner"), partner],
    ].map(([title, identity]) =>
      h("section", { class: "card" }, h("h3", {}, title), identity ? identityPairs(identity) : empty(t("document.no-party"))),
    ),
  );

/** The entries that the lines add up, once somebody asks for them. */
function annex({ number }, signal) {
  const place = h("div", {});
  const details = h("details", { class: "annex" }, h("summary", {}, t("annex.title")), h("p", { class: "small" }, t("annex.text")), place);
  details.addEventListener("toggle", () => {
    if (!details.open || place.hasChildNodes()) return;
    place.append(loaded(() => get(path("documents", number, "annex"), {}, signal), annexTables));
  });
  return details;
}

const annexTables = ({ entries, due_again: dueAgain }) => [
  entries.length === 0 && dueAgain.length === 0 && empty(t("annex.none")),
  entries.length > 0 && [h("p", { class: "small" }, count("list.rows", entries.length)), entryTable(entries)],
  dueAgain.length > 0 && table(t("annex.due-again"), lineColumns((line) => month(line.month), t("document.for-month")), dueAgain, { stacked: true }),
];

const lineColumns = (first, head) => [
  { head, label: true, cell: first },
  { head: t("document.what"), cell: ({ kind, model }) => `${named("kind", kind)}, ${named("model", model)}` },
  { head: t("annex.amount"), number: true, lead: true, cell: ({ amount }) => moneyNode(amount) },
];

const entryTable = (entries) => {
  const [date, what, amount] = lineColumns((entry) => dayNode(entry.booked_on), t("annex.booked"));
  const recorded = { head: t("annex.recorded"), wide: true, cell: (entry) => moment(entry.recorded_at) };
  const contract = { head: t("entry.contract"), cell: ({ contract_id: id }) => (id ? contractLink(id) : "–") };
  return table(t("annex.title"), [date, contract, what, recorded, amount], entries, { hideCaption: true, stacked: true });
};
