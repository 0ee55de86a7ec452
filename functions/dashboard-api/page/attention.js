// What needs a person, by cause, contracts first: what to do about it, and setting it aside.

import { get, path, put } from "./api.js";
import { claimPairs, keyName } from "./claims.js";
import { announce, h } from "./dom.js";
import { annuityTitle } from "./entry-table.js";
import { field, input, onSend, outcomeNote, select } from "./fields.js";
import { integer, moment, moneyNode } from "./format.js";
import { contractLink, empty, link, loaded, pager, pairs, partnerLink, section, table, viewHeading } from "./parts.js";
import { inquiryCard } from "./inquiry-card.js";
import { codes, count, named, t } from "./text.js";
import { countWaiting } from "./waiting.js";

const LIMIT = 100;
/** The most pages of the list that are looked through for one that has something to show. */
const PAGES = 10;
const ATTEMPTS = 20;
const PARTS = ["contracts", "messages"];

export function view({ session, signal }) {
  const list = h("div", {});
  let bar = pager(show);
  let at;
  const kinds = codes("attention").map((kind) => [kind, named("attention", kind)]);
  const filter = select(
    [["", t("attention.part.all")], ...PARTS.map((part) => [part, t(`attention.part.${part}`)]), ...kinds],
    "",
    {
      name: "filter",
      onchange: () => {
        const again = pager(show);
        bar.replaceWith(again);
        bar = again;
        show();
      },
    },
  );
  const read = (cursor) => {
    const { value } = filter;
    return get("/attention", { limit: LIMIT, cursor, [PARTS.includes(value) ? "of" : "kind"]: value }, signal);
  };
  function show(cursor) {
    at = cursor;
    list.replaceChildren(
      loaded(
        () => firstShown(read, cursor),
        (page) => {
          bar.goesOn(page.next_cursor);
          if (page.causes.length === 0) return empty(t("attention.none"));
          return page.causes.map((cause, i) =>
            causeCard(
              cause,
              page.items.filter((item) => item.cause === i),
              session.manages ? { read: () => read(at), again: () => show(at) } : null,
            ),
          );
        },
      ),
    );
  }
  show();
  const inquiries = loaded(
    () => get("/inquiries", { limit: LIMIT }, signal),
    ({ inquiries, next_cursor: more }, again) => {
      if (inquiries.length === 0) return null;
      const answered = session.manages
        ? () => {
            countWaiting();
            again();
          }
        : null;
      return section(
        t("inquiries.waiting"),
        inquiries.map((inquiry) => inquiryCard(inquiry, { answered, names: true })),
        more && h("p", { class: "small" }, t("inquiries.more")),
      );
    },
  );
  const heading = viewHeading(t("nav.attention"), { below: t("attention.text") });
  return h("div", {}, heading, inquiries, h("div", { class: "filters" }, field(t("attention.part"), filter)), list, bar);
}

/** A page of the list from a place on; pages without an item of the kind are passed over. */
async function firstShown(read, cursor) {
  let page = await read(cursor);
  for (let n = 1; n < PAGES && page.items.length === 0 && page.next_cursor; n += 1) page = await read(page.next_cursor);
  return page;
}

/** `list` says how to read and show it again, for those who decide; null for others. */
function causeCard(cause, items, list) {
  const partner = cause.partner_id;
  return h(
    "section",
    { class: "card cause" },
    h("h2", {}, named("attention", cause.kind)),
    h("p", {}, cause.what_to_do),
    pairs([
      [t("partner"), partner && partnerLink(partner, cause.partner_name ?? partner)],
      [t("attention.contracts"), cause.contracts > 0 && integer(cause.contracts)],
      [t("attention.amounts"), cause.amounts.length > 0 && cause.amounts.map((sum) => h("div", {}, moneyNode(sum)))],
      [t("attention.function"), cause.function && named("function", cause.function)],
      [t("attention.field"), cause.field],
      [t("attention.reason"), cause.reason],
    ]),
    cause.kind === "pending-no-agreement" &&
      partner &&
      list !== null &&
      h(
        "p",
        {},
        link(`#/partners/${encodeURIComponent(partner)}/edit`, t("attention.agreements", { id: cause.partner_name ?? partner })),
      ),
    itemTable(cause, items),
    list !== null && asideForm(items, list),
  );
}

function itemTable(cause, items) {
  const ofContracts = items.some((item) => item.contract_id);
  const columns = ofContracts
    ? [
        { head: t("entry.contract"), label: true, cell: contractCell },
        { head: t("annuity"), cell: ({ term }) => term && annuityTitle(term) },
        { head: t("event.amount"), number: true, cell: ({ amount }) => amount && moneyNode(amount) },
        { head: t("attention.since"), wide: true, cell: ({ since }) => since && moment(since) },
      ]
    : [
        { head: t(cause.kind === "unreadable" ? "attention.key" : "attention.message"), label: true, cell: nameOf },
        { head: t("attention.since"), cell: ({ since }) => since && moment(since) },
      ];
  const waits = cause.kind.startsWith("pending-") || !ofContracts;
  return table(named("attention", cause.kind), columns, items, { hideCaption: true, below: waits ? null : itemDetail });
}

const contractCell = ({ contract_id: id, customer_name: name }) => [
  id && contractLink(id),
  name && h("div", { class: "small" }, name),
];

const nameOf = (item) => item.message_id ?? item.key ?? "";

/** The facts that show an anomaly, and where to choose between them. What waits shows itself. */
function itemDetail({ kind, contract_id: contract, contradicting, facts, key }) {
  return [
    contradicting.length > 0 && h("p", { class: "small" }, contradicting.map(keyName).join(", ")),
    key && h("p", { class: "small" }, key),
    facts.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, count("attention.facts", facts.length)),
        facts.map((fact) => pairs(claimPairs(fact))),
      ),
    kind === "contradiction" && h("p", {}, link(`#/contracts/${encodeURIComponent(contract)}`, t("attention.choose"))),
  ].filter(Boolean);
}

/** Sets items of a cause aside, all of them unless some are left out. */
function asideForm(items, { read, again }) {
  const boxes = items.map((item) => h("input", { type: "checkbox", name: "item", value: item.id, checked: true }));
  const reason = input({ name: "reason", maxlength: "200", required: true });
  const button = h("button", { class: "primary" }, t("attention.aside"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form" },
    items.length > 1 &&
      h(
        "fieldset",
        { class: "field" },
        h("legend", {}, t("attention.which")),
        h("div", { class: "choices" }, items.map((item, i) => h("label", { class: "radio" }, boxes[i], h("span", {}, titleOf(item))))),
      ),
    field(t("aside.reason"), reason, { field: "reason", help: t("attention.aside-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = async () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    if (chosen.length === 0) {
      outcome.textContent = t("attention.which-none");
      return false;
    }
    for (const id of chosen) await put(path("attention", id, "set-aside"), { reason: reason.value.trim() });
    await gone(read, chosen);
  };
  onSend(form, button, outcome, send, () => {
    announce(t("attention.aside-done"));
    countWaiting();
    again();
  });
  return h("details", {}, h("summary", {}, t("aside.open")), form);
}

const titleOf = (item) =>
  item.contract_id ? `${item.contract_id}${item.term ? ` · ${annuityTitle(item.term)}` : ""}` : nameOf(item);

/** The ledger sets aside a moment later: the list is read until it has. */
async function gone(read, ids) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { items } = await read();
    if (!items.some((item) => ids.includes(item.id))) return;
    await new Promise((resolve) => setTimeout(resolve, 200 + 100 * attempt));
  }
}
