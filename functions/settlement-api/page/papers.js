// What the views of closing share: accounts, documents and what is carried, in lists.

import { file, getAll, path } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { day, moneyNode, month, percent } from "/page/format.js";
import { amountKey, list } from "/page/list.js";
import { currenciesOf, sum } from "/page/money.js";
import { badge, fileButton, link, partnerLink, table } from "/page/parts.js";
import { count, language, named, t } from "/page/text.js";

const LIMIT = 500;
const PAGES = 20;
/** As many adjusted months as a row of a list shows. */
const MONTHS = 3;
/** In a page to print: its style, and its policy, which admits that style alone. */
const STYLE = /<style>(.*?)<\/style>/s;
const POLICY = /<meta http-equiv[^>]*>/;

/** Every page of a list of a close, up to 10,000 rows. */
export const allOf = (closed, name, signal) => getAll(path("closings", closed, name), { limit: LIMIT }, name, signal, PAGES);

export const accountText = ({ direction }) => t(`direction.${direction}`);

/** The address of a document: below its partner for those who see them all. */
export const documentAddress = (base, number) => `${base}/documents/${encodeURIComponent(number)}`;

const baseOf = ({ partner_id: id }) => `#/partners/${encodeURIComponent(id)}`;

/** A document that was numbered here, by its number. */
export const ownDocumentLink = (document, base = baseOf(document)) => link(documentAddress(base, document.number), document.number);

/** A document by its number; one from elsewhere has no page here. */
export const documentLink = (document, base = baseOf(document)) =>
  document.is_ours ? ownDocumentLink(document, base) : document.number;

/** That a list has more rows than are shown. */
export const partial = ({ complete }) => !complete && h("div", { class: "note" }, h("p", {}, t("closing.partial")));

/** Of the lines of a document or an account: what is of its month, and what adjusts each earlier one. */
export function partsOf({ lines, net }) {
  const sumOf = (some) =>
    sum(
      some.map((line) => line.amount),
      net,
    );
  const earlier = lines.filter((line) => line.is_adjustment);
  const months = [...new Set(earlier.map((line) => line.month))].sort();
  return {
    own: sumOf(lines.filter((line) => !line.is_adjustment)),
    adjusted: sumOf(earlier),
    adjustments: months.map((month) => ({ month, amount: sumOf(earlier.filter((line) => line.month === month)) })),
  };
}

export const partnerColumn = (names) => {
  const nameOf = ({ partner_id: id }) => names.get(id) ?? id;
  return {
    id: "partner",
    head: t("partner"),
    label: true,
    cell: (row) => partnerLink(row.partner_id, nameOf(row)),
    sort: nameOf,
    text: (row) => `${nameOf(row)} ${row.partner_id}`,
  };
};

const moneyColumn = (id, head, of, more = {}) => ({
  id,
  head,
  number: true,
  cell: (row) => moneyNode(of(row)),
  sort: (row) => amountKey(of(row)),
  sum: of,
  ...more,
});

export const kindChoice = () => ({ id: "kind", label: t("document.kind"), of: (row) => row.kind, name: (kind) => t(`document-kind.${kind}`) });
const reasonChoice = () => ({ id: "reason", label: t("carried.reason"), of: (row) => row.reason, name: (reason) => t(`carried.${reason}`) });

/** A list for each direction, which are never added up together. */
const byDirection = (rows, caption, listOf) =>
  ["to-partner", "from-partner"].flatMap((direction) => {
    const own = rows.filter((row) => row.direction === direction);
    const title = t(`direction.${direction}`);
    return own.length === 0 ? [] : [h("h3", { class: "direction" }, title), listOf(own, { name: direction, caption: `${caption}: ${title}` })];
  });

/** Documents of many partners; in a preview each row opens its lines. */
export function documentLists(documents, names, { preview = false } = {}) {
  const number = (row) => (preview ? row.number : documentLink(row));
  const listOf = (own, { name, caption }) =>
    list({
      name: `documents-${name}`,
      caption,
      rows: own.map((document) => ({ ...document, parts: partsOf(document) })),
      choices: [kindChoice()],
      columns: [
        { id: "number", head: t("document.number"), cell: (row) => numberCell(number(row), row), sort: (row) => row.number, text: (row) => row.number },
        partnerColumn(names),
        moneyColumn("own", t("document.of-month"), (row) => row.parts.own, { wide: "extra" }),
        moneyColumn("adjusted", t("document.adjustments"), (row) => row.parts.adjusted, { cell: adjustedCell, wide: "extra" }),
        moneyColumn("net", t("document.net"), (row) => row.net),
        moneyColumn("vat", t("document.vat"), (row) => row.vat, { wide: "extra" }),
        moneyColumn("gross", t("document.gross"), (row) => row.gross, { lead: true }),
      ],
      detail: preview ? (row) => lineTable(row) : null,
    });
  return byDirection(documents, t("closing.documents"), listOf);
}

export const numberCell = (number, { kind }) => h("span", {}, number, h("br"), h("span", { class: "small" }, t(`document-kind.${kind}`)));

/** The last months that are adjusted, by month, and how many more there are: the lines have them all. */
function adjustedCell({ parts: { adjustments } }) {
  const shown = adjustments.slice(-MONTHS).toReversed();
  const more = adjustments.length - shown.length;
  return h(
    "ul",
    { class: "adjustments" },
    shown.map(({ month: of, amount }) => h("li", {}, h("span", { class: "small" }, month(of)), " ", moneyNode(amount))),
    more > 0 && h("li", { class: "small" }, count("document.more-months", more)),
  );
}

/** The lines of a document, with what each is for. */
export function lineTable({ lines, net, number }, { hideCaption = false } = {}) {
  const columns = [
    { head: t("document.for-month"), label: true, cell: (line) => line.label ?? month(line.month) },
    { head: t("document.what"), cell: (line) => line.kind && `${named("kind", line.kind)}, ${named("model", line.model)}` },
    { head: t("document.nature"), wide: true, cell: (line) => line.kind && t(line.is_adjustment ? "document.adjustment" : "document.new") },
    { head: t("document.vat-rate"), wide: true, cell: (line) => line.rate && vatText(line) },
    { head: t("document.net"), number: true, lead: true, cell: (line) => moneyNode(line.amount) },
  ];
  const options = { hideCaption, foot: [{ label: t("document.net"), amount: net }], stacked: true };
  return table(t("document.lines-of", { number }), columns, lines, options);
}

export const vatText = ({ regime, rate }) => `${percent(rate)} (${t(`regime-short.${regime}`)})`;

/** What is carried, each with its reason; what each reason means is said once above. */
export function carriedLists(carried, names) {
  const reasons = [...new Set(carried.map((one) => one.reason))];
  const listOf = (own, { name, caption }) =>
    list({
      name: `carried-${name}`,
      caption,
      rows: own,
      choices: [reasonChoice()],
      columns: [
        partnerColumn(names),
        { id: "reason", head: t("carried.reason"), cell: (row) => badge("carried", row.reason), sort: (row) => row.reason },
        moneyColumn("total", t("carried.total"), (row) => row.total, { lead: true }),
      ],
    });
  return [
    reasonNotes(reasons, (reason) => carried.filter((one) => one.reason === reason).length),
    byDirection(carried, t("carried.title"), listOf),
  ];
}

/** Each reason with one sentence about it. */
export const reasonNotes = (reasons, countOf = null, own = false) =>
  h(
    "dl",
    { class: "reasons" },
    reasons.map((reason) =>
      h(
        "div",
        {},
        h("dt", {}, badge("carried", reason), countOf && h("span", { class: "small" }, ` × ${countOf(reason)}`)),
        h("dd", {}, t(`${own ? "carried-why-own" : "carried-why"}.${reason}`)),
      ),
    ),
  );

/** Accounts that a close opens, with what counts as settled elsewhere. */
export const openedLists = (opened, names) =>
  byDirection(opened, t("opened.title"), (own, { name, caption }) =>
    list({
      name: `opened-${name}`,
      caption,
      rows: own,
      columns: [partnerColumn(names), moneyColumn("total", t("opened.total"), ({ lines }) => totalOf(lines), { lead: true })],
    }),
  );

const totalOf = (lines) =>
  sum(
    lines.map((line) => line.amount),
    lines[0].amount,
  );

/** The sums of rows by currency: `12,00 EUR, 3,00 CHF`. */
export const sumsOf = (rows, of) =>
  currenciesOf(rows.map((row) => of(row))).map((currency) => {
    const own = rows.map(of).filter((money) => money.currency === currency);
    return sum(own, own[0]);
  });

/** The buttons of a document: to print it, and its XML. */
export const documentButtons = ({ number, cancels, has_xml: hasXml }) =>
  h(
    "div",
    { class: "actions no-print" },
    printButton(number),
    !cancels && printButton(number, { with: "annex", label: t("document.print-annex") }),
    hasXml && fileButton(path("documents", number), { format: "xml" }, "application/xml", t("document.xml")),
  );

/** Opens the document as a page to print, in a tab of its own. */
export function printButton(number, { with: more = null, label = t("print"), ...properties } = {}) {
  const failure = h("span", { class: "field-error", role: "alert" });
  const show = async () => {
    failure.textContent = "";
    // While the press is fresh, or the browser takes the tab for an intrusion.
    const tab = open("", "_blank");
    try {
      const parameters = { format: "html", lang: language(), ...(more && { with: more }) };
      const { content } = await file(path("documents", number), parameters, "text/html");
      fill(tab, await content.text());
      announce(t("document.printed", { number }));
    } catch (error) {
      tab?.close();
      failure.textContent = error.message;
    }
  };
  const button = h("button", { type: "button", class: "quiet", onclick: show, ...properties }, label);
  return h("span", { class: "with-error" }, button, failure);
}

/**
 * Writes a page into a tab. The tab has the policy of this page, which admits no style within a page; so the style of the
 * document comes as a style sheet of its own.
 */
function fill(tab, text) {
  const [, css] = STYLE.exec(text);
  tab.document.open();
  tab.document.write(text.replace(STYLE, "").replace(POLICY, ""));
  tab.document.close();
  const sheet = new tab.CSSStyleSheet();
  sheet.replaceSync(css);
  tab.document.adoptedStyleSheets = [sheet];
}

/** Names of fields within a sentence: `address, SIREN`. */
export const fieldNames = (fields) => [...new Set(fields)].map((field) => inSentence(t(`billing.${field}`))).join(", ");

const inSentence = (text) => (/^\p{Lu}{2}/u.test(text) ? text : text[0].toLowerCase() + text.slice(1));

/** A day that may be missing. */
export const maybeDay = (text) => (text ? day(text) : null);
