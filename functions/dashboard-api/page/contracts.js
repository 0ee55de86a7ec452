// A partner's contracts: every sale with its client, its status and the reason, pending ones too.

import { getAll, path } from "./api.js";
import { h } from "./dom.js";
import { field, input } from "./fields.js";
import { day, integer, moneyNode } from "./format.js";
import { amountKey, list } from "./list.js";
import { sum } from "./money.js";
import { badge, empty, idNode, link, loaded, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { named, t } from "./text.js";

const LIMIT = 500;
/** At most this many pages of contracts are brought together. */
const PAGES = 10;

/** Every contract of a partner, newest first. */
export async function contractsOf(partnerId, signal, { pages = PAGES, q = "" } = {}) {
  const parameters = { limit: LIMIT, q };
  const { list, ...rest } = await getAll(path("partners", partnerId, "contracts"), parameters, "contracts", signal, pages);
  return { contracts: list.reverse(), ...rest };
}

/** The names of clients by contract. */
export const clientsOf = (contracts) =>
  new Map(contracts.filter(({ customer_name: name }) => name).map(({ contract_id: id, customer_name: name }) => [id, name]));

export function view(where) {
  const { partnerId, base, signal } = where;
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("contracts.title"), { above: where.ofPartner ? idNode(partnerId) : null, below: t("contracts.text") }),
    loaded(
      () => contractsOf(partnerId, signal),
      (all) => (all.complete ? found(all, true) : searchedByApi(where)),
    ),
    where.session.manages && missing(where),
    h("p", {}, link(`${base}/inquiries`, t(where.session.seesAll ? "inquiries.of-partner" : where.session.reports ? "inquiries.report" : "nav.inquiries"))),
  );
}

/** Opens the form that states the sale of a contract that billing did not report. */
function missing({ partnerId }) {
  const id = input({ name: "missing", required: true, spellcheck: "false" });
  const open = (event) => {
    event.preventDefault();
    location.hash = `#/contracts/${encodeURIComponent(id.value.trim())}?${new URLSearchParams({ partner: partnerId })}`;
  };
  return h(
    "details",
    { class: "card" },
    h("summary", {}, t("contracts.missing")),
    h("form", { class: "form", onsubmit: open }, field(t("contracts.id"), id), h("div", { class: "actions" }, h("button", {}, t("contracts.missing-go")))),
  );
}

const found = ({ contracts, complete, ...rest }, hasAll, q = "") => [
  unreadableNote(rest),
  !complete && h("p", { class: "note" }, t("contracts.incomplete", { n: integer(contracts.length) })),
  contracts.length === 0 ? empty(t(q ? "list.none" : "contracts.none")) : contractList(contracts, hasAll),
];

/** More contracts than are brought together: the API searches among all. */
async function searchedByApi({ partnerId, query, signal }) {
  const { searched } = await import("./searched.js");
  return searched({
    wanted: query.get("q") ?? "",
    label: t("list.search"),
    help: t("contracts.search-help"),
    read: (q, signal) => contractsOf(partnerId, signal, { q }),
    render: (some, q) => found(some, false, q),
    signal,
  });
}

const contractList = (contracts, hasAll) =>
  list({
    caption: t("contracts.title"),
    rows: contracts.map(rowOf),
    searched: hasAll,
    help: t("contracts.search-help"),
    choices: [
      {
        id: "status",
        label: t("status"),
        of: ({ status }) => status,
        name: (status) => named("contract-status", status),
      },
    ],
    columns: [
      {
        id: "client",
        head: t("claim.customer"),
        label: true,
        cell: ({ id, client }) => link(`#/contracts/${encodeURIComponent(id)}`, client ?? id),
        sort: ({ id, client }) => client ?? id,
        text: ({ id, client, customer }) => `${client ?? ""} ${id} ${customer ?? ""}`,
      },
      { id: "id", head: t("entry.contract"), wide: "extra", cell: ({ id }) => idNode(id), sort: ({ id }) => id },
      { id: "signed", head: t("claim.signed-on"), cell: ({ signed }) => signed && day(signed), sort: ({ signed }) => signed },
      {
        id: "status",
        head: t("status"),
        cell: ({ status, reason, ended }) => [
          badge("contract-status", status),
          reason && h("div", { class: "small" }, reason),
          ended && h("div", { class: "small" }, t("contracts.ended", { day: day(ended) })),
        ],
        sort: ({ status }) => named("contract-status", status),
        text: ({ reason }) => reason ?? "",
      },
      {
        id: "fee",
        head: t("event.fee"),
        number: true,
        wide: true,
        cell: ({ fee }) => fee && moneyNode(fee),
        sort: ({ fee }) => fee && amountKey(fee),
      },
      {
        id: "amount",
        head: t("contracts.amount"),
        number: true,
        lead: true,
        cell: ({ amount }) => (amount ? moneyNode(amount) : "–"),
        sort: ({ amount }) => amount && amountKey(amount),
      },
    ],
  });

/** What a row shows of a contract. A contract has one currency, but for mistakes, which its own page shows. */
function rowOf({ contract_id: id, sale, customer_name: name, ended_on: ended, no_longer_yours: left, status, latest, totals }) {
  return {
    id,
    client: name ?? sale?.customer_id,
    customer: sale?.customer_id,
    signed: sale?.signed_on,
    fee: sale?.annual_fee,
    status,
    reason: reasonOf(latest, left),
    ended,
    amount: amountOf(totals),
  };
}

function reasonOf(latest, left) {
  if (left) return named("left", left);
  if (latest?.waits_for) return named("waits-for", latest.waits_for);
  return latest?.reason && named("reason", latest.reason);
}

/** Nothing, as long as nothing was booked. */
function amountOf(totals) {
  if (totals.length === 0) return null;
  const like = totals[0].amount;
  const own = totals.filter(({ currency }) => currency === like.currency);
  return sum(
    own.map(({ amount }) => amount),
    like,
  );
}
