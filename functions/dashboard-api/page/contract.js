// One contract's history: what happened, what each annuity came to and why, what is open.

import { get, path } from "./api.js";
import { h } from "./dom.js";
import { day, dayNode, integer, moment, moneyNode } from "./format.js";
import { annuityName, annuityTitle, entryTable } from "./entry-table.js";
import { badge, empty, idNode, link, loaded, pairs, partnerLink, section, viewHeading } from "./parts.js";
import { claimPairs, keyName } from "./claims.js";
import { choosing } from "./choosing.js";
import { correcting } from "./correcting.js";
import { named, t } from "./text.js";

/** The order of what comes last on a day: after every term. */
const LAST = 1000;
const LISTS = ["annuities", "keys", "contradictions", "choices", "entries"];

export function view({ rest: [id], query, session, signal }) {
  const heading = viewHeading(idNode(id), { above: t("contract.title") });
  const read = () => known(id, session, () => whole(id, signal, (entries) => heading.say({ below: t("contract.reading", { n: entries }) })));
  return h(
    "div",
    {},
    heading,
    loaded(read, (contract, again) => {
      heading.say({ below: contract.isUnknown ? t("contract.unknown") : soldBy(contract, session) });
      if (contract.isUnknown) return correcting({ ...contract, partner_id: query.get("partner") ?? "" }, { read, again });
      return shown(contract, session, { read, again });
    }),
  );
}

/** A manager can state the sale of a contract that nobody reported. */
async function known(id, session, read) {
  try {
    return await read();
  } catch (error) {
    if (error.status !== 404 || !session.manages) throw error;
    return { contract_id: id, isUnknown: true, keys: [], annuities: [], choices: [] };
  }
}

/** Every page of a contract; most have one. `progress` is told how much has been read. */
async function whole(id, signal, progress) {
  const contract = await get(path("contracts", id), {}, signal);
  while (contract.next_cursor) {
    progress(integer(LISTS.reduce((sum, list) => sum + contract[list].length, 0)));
    const page = await get(path("contracts", id), { cursor: contract.next_cursor }, signal);
    for (const list of LISTS) contract[list].push(...page[list]);
    contract.next_cursor = page.next_cursor;
  }
  return contract;
}

function shown(contract, session, { read, again }) {
  const { contradictions, choices, no_longer_yours: left } = contract;
  return [
    left && h("div", { class: "note" }, h("p", {}, named("no-longer-yours", left))),
    contradictions.length > 0 &&
      section(t("contradictions.title"), contradictions.map(contradiction)),
    session.manages && choosing(contract, { read, again }),
    session.manages && correcting(contract, { read, again }),
    session.reports && h("p", {}, link(`#/inquiries?${new URLSearchParams({ contract: contract.contract_id })}`, t("inquiries.report-error"))),
    !left && section(t("history.title"), h("ol", { class: "timeline" }, events(contract).map(event))),
    choices.length > 0 && section(t("choices.title"), h("ol", { class: "timeline" }, choices.map(choice))),
    section(
      t("contract.entries"),
      contract.entries.length === 0
        ? empty(t("entries.none-contract"))
        : entryTable(t("contract.entries"), contract.entries, { contract: false, recorded: true }),
    ),
  ];
}

function soldBy({ sale, customer_name: name, no_longer_yours: left }, { seesAll }) {
  if (left) return null;
  if (!sale) return t("contract.no-sale");
  const partner = seesAll ? partnerLink(sale.partner_id) : null;
  return [
    t("contract.signed", { day: day(sale.signed_on), customer: client(sale.customer_id, name) }),
    partner && [" · ", t("contract.by"), " ", partner],
  ];
}

const client = (id, name) => (name ? `${name} (${id})` : id);

/** What happened, in the order of the days it bears on. */
function events({ sale, annuities, ended_on: end }) {
  const signed = sale
    ? [{ on: sale.signed_on, order: 0, title: t("event.sale"), what: named("instance", sale.instance) }]
    : [];
  const rest = annuities.flatMap((annuity) => [
    annuityEvent(annuity),
    ...annuity.adjustments.map((adjustment) => adjustmentEvent(adjustment, annuity)),
  ]);
  const ended = end
    ? [{ on: end, order: LAST, title: t("event.contract-end"), what: t("event.contract-end-text") }]
    : [];
  return [...signed, ...rest, ...ended].sort((a, b) => (a.on ?? "9999").localeCompare(b.on ?? "9999") || a.order - b.order);
}

const annuityEvent = ({ term, starts_on: on, annual_fee: fee, state, pending, line, attention, set_aside: aside, correction }) => ({
  on,
  order: term * 2,
  title: annuityTitle(term),
  fee,
  feeName: t("event.fee"),
  state,
  pending,
  line,
  notes: [correction, ...attention.filter((name) => !name.startsWith("pending-")).map((name) => named("attention", name)), ...aside.map(asideNote)].filter(Boolean),
});

const asideNote = ({ kind, at, reason }) =>
  t("attention.was", { what: named("attention", kind), moment: moment(at), reason });

const adjustmentEvent = ({ kind, id, issued_on: on, amount, line, without_line: why, correction }, { term }) => ({
  on,
  order: term * 2 + 1,
  title: t("about.adjustment", { kind: named("adjustment", kind), id }),
  what: [t("event.adjusted", { annuity: annuityName(term) }), why && h("span", { class: "explanation" }, ` · ${why}`)],
  fee: amount,
  feeName: t("event.amount"),
  line,
  notes: [correction].filter(Boolean),
});

function event({ on, title, what, fee, feeName, state, pending, line, notes = [] }) {
  return h(
    "li",
    {},
    h("p", { class: "when" }, on ? dayNode(on) : t("event.no-day")),
    h(
      "div",
      { class: "event" },
      h("h3", {}, title, " ", state && state !== "decided" && badge("state", state)),
      what && h("p", { class: "small" }, what),
      pairs(
        [
          [feeName, fee && moneyNode(fee)],
          [line && named("kind", line.kind), line && moneyNode(line.amount, { class: "strong" })],
          [t("entry.vendor-share"), line?.kind === "revenue-share" && moneyNode(line.vendor_share)],
        ].filter(([term, content]) => term && content),
      ),
      line && h("p", { class: "explanation" }, line.explanation),
      pending && h("p", { class: "note" }, pending.explanation),
      notes.map((note) => h("p", { class: "note" }, note)),
    ),
  );
}

function contradiction(one) {
  const differs = one.claims.map(claimPairs).map((pairs, _, all) =>
    pairs.map((pair, i) =>
      marked(
        pair,
        all.some((other) => text(other[i][1]) !== text(pair[1])),
      ),
    ),
  );
  return h(
    "div",
    { class: "contradiction" },
    h("h3", {}, keyName(one)),
    h(
      "ul",
      { class: "cards claims" },
      one.claims.map((_, i) =>
        h(
          "li",
          { class: "card" },
          h("h4", {}, t("claim.nth", { n: i + 1 }), " ", i + 1 === one.effective && badge("claim", "stands")),
          pairs(differs[i]),
        ),
      ),
    ),
    one.effective === null && h("p", { class: "small" }, t("claim.none-stands")),
  );
}

const text = (what) => (what instanceof Node ? what.textContent : what);

const marked = ([term, what], differs) => [
  term,
  differs && what
    ? h("strong", { class: "differs" }, what, h("span", { class: "hidden" }, ` (${t("claim.differs")})`))
    : what,
];

const choice = (one) =>
  h(
    "li",
    {},
    h("p", { class: "when" }, moment(one.chosen_at)),
    h(
      "div",
      { class: "event" },
      h("h3", {}, keyName(one)),
      h("p", {}, one.claim === null ? t("choice.none") : t("choice.this")),
      one.claim && pairs(claimPairs(one.claim)),
      h("p", { class: "explanation" }, t("choice.because", { reason: one.reason })),
    ),
  );
