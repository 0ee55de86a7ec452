// A partner's documents: what was made, what is carried and why, and invoices from before.

import { get, path } from "/page/api.js";
import { h } from "/page/dom.js";
import { day, moneyNode, month } from "/page/format.js";
import { amountKey, list } from "/page/list.js";
import { badge, empty, idNode, loaded, section, table, viewHeading } from "/page/parts.js";
import { partnerTabs } from "/page/partner-tabs.js";
import { t } from "/page/text.js";
import { cancellingForm } from "./cancelling.js";
import { openingForm } from "./opening-form.js";
import { documentLink, printButton, reasonNotes } from "./papers.js";
import { receivedForm } from "./received.js";

export function view(where) {
  const { partnerId, session, signal } = where;
  const own = !session.seesAll;
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("account.title"), { above: own ? null : idNode(partnerId), below: own ? t("account.text") : t("account.text-manager") }),
    loaded(
      () => get(path("partners", partnerId, "account"), {}, signal),
      (account, again) => [
        section(
          t("account.documents"),
          account.documents.length > 0 ? documentsOf(account, where) : empty(t("account.none")),
          records(session) && cancellingForm(partnerId, account.documents, again),
        ),
        carriedSection(account, where, again),
        openingItems(account.opening_items, own, records(session) && openingForm(partnerId, again)),
      ],
    ),
  );
}

/** Managers and accountants record what comes from elsewhere. */
const records = ({ asksWhatIf }) => asksWhatIf;

const directionText = (row, own) => t(`${own ? "own-direction" : "direction"}.${row.direction}`);

function documentsOf({ documents, contests }, { base, session }) {
  const own = !session.seesAll;
  const contested = (row) => contests.filter((contest) => contest.number === row.number).some((contest) => contest.answer === null);
  const settled = (row) => contests.some((contest) => contest.number === row.number);
  const state = (row) => (contested(row) ? badge("contest", "open") : settled(row) && badge("contest", "settled"));
  const kind = (row) => t(`document-kind.${row.kind}`);
  return list({
    caption: t("account.documents"),
    rows: documents,
    choices: [{ id: "kind", label: t("document.kind"), of: (row) => row.kind, name: (name) => t(`document-kind.${name}`) }],
    columns: [
      { id: "number", head: t("document.number"), label: true, cell: (row) => documentLink(row, base), sort: (row) => row.number, text: (row) => `${row.number} ${kind(row)}` },
      { head: t("document.kind"), cell: (row) => [kind(row), " ", state(row), row.cancels && h("span", { class: "small cancels" }, `${t("document.cancels")} ${row.cancels}`)] },
      { id: "close", head: t("document.close"), wide: true, cell: (row) => month(row.close), sort: (row) => row.close },
      { head: t("closing.account"), wide: "extra", cell: (row) => directionText(row, own) },
      { id: "due", head: t("document.due"), wide: true, cell: (row) => row.due && day(row.due), sort: (row) => row.due },
      { id: "net", head: t("document.net"), number: true, wide: "extra", cell: (row) => moneyNode(row.net), sort: (row) => amountKey(row.net) },
      { id: "gross", head: t("document.gross"), number: true, lead: true, cell: (row) => moneyNode(row.gross), sort: (row) => amountKey(row.gross) },
      { head: t("print"), cell: (row) => row.is_ours && printButton(row.number, { "aria-label": t("account.print", { number: row.number }) }) },
    ],
  });
}

const accountKey = ({ currency, direction }) => `${direction} ${currency}`;

/** Of each account what is carried now: what its last close carried, unless a document came with it or since. */
function carriedNow({ carried, documents }) {
  const last = new Map();
  for (const one of carried) if (!last.has(accountKey(one))) last.set(accountKey(one), one);
  const isDocumented = (one) => documents.some((document) => accountKey(document) === accountKey(one) && document.close >= one.close);
  return [...last.values()].filter((one) => !isDocumented(one));
}

function carriedSection(account, { session, partnerId }, again) {
  const own = !session.seesAll;
  const now = carriedNow(account);
  const before = account.carried.filter((one) => !now.includes(one));
  const awaited = records(session) ? now.filter((one) => one.reason === "no-mandate") : [];
  return section(
    t("carried.title"),
    h("p", { class: "small" }, t(own ? "carried.text-own" : "carried.text")),
    now.length === 0
      ? empty(t("carried.none-now"))
      : [carriedTable(t("carried.now"), now, own), reasonNotes([...new Set(now.map((one) => one.reason))], null, own)],
    awaited.map((carried) => receivedForm(partnerId, carried, again)),
    before.length > 0 && h("details", {}, h("summary", {}, t("carried.before")), carriedTable(t("carried.before"), before, own)),
  );
}

const carriedTable = (caption, rows, own) =>
  table(
    caption,
    [
      { head: t("document.close"), label: true, cell: (row) => month(row.close) },
      { head: t("closing.account"), cell: (row) => directionText(row, own) },
      { head: t("carried.reason"), cell: (row) => badge("carried", row.reason) },
      { head: t("carried.total"), number: true, lead: true, cell: (row) => moneyNode(row.total) },
    ],
    rows,
    { hideCaption: true, stacked: true },
  );

/** Invoices from before, and the form that records one. */
const openingItems = (items, own, form) =>
  (items.length > 0 || form) &&
  section(
    t("opening-items.title"),
    h("p", { class: "small" }, t("opening-items.text")),
    items.length > 0 ? itemTable(items, own) : empty(t("opening-items.none")),
    form,
  );

const itemTable = (items, own) =>
  table(
    t("opening-items.title"),
    [
      { head: t("document.number"), label: true, cell: (row) => row.number },
      { head: t("closing.account"), cell: (row) => directionText(row, own) },
      { head: t("document.date"), wide: true, cell: (row) => day(row.date) },
      { head: t("document.due"), cell: (row) => day(row.due) },
      { head: t("document.gross"), number: true, wide: true, cell: (row) => moneyNode(row.gross) },
      { head: t("opening-items.open"), number: true, lead: true, cell: (row) => moneyNode(row.open) },
    ],
    items,
    { hideCaption: true, stacked: true },
  );
