// A close that was made: its orders, its documents, what it carried and why.

import { get, path, put } from "/page/api.js";
import { h } from "/page/dom.js";
import { moment, moneyNode, month } from "/page/format.js";
import { partnerNames } from "/page/names.js";
import { isMonth } from "/page/months.js";
import { confirmed } from "/page/confirming.js";
import { empty, link, loaded, pairs, partnerLink, section, table, viewHeading } from "/page/parts.js";
import { t } from "/page/text.js";
import { beingMade, closingTabs, madeFrom, whenMade } from "./closes.js";
import { accountText, allOf, carriedLists, documentLists, partial } from "./papers.js";

/** After this long, in milliseconds, something kept the documents from being made. */
const LATE = 120_000;

export function view({ rest, signal }) {
  const closed = rest[0];
  const title = isMonth(closed) ? month(closed) : closed;
  return h(
    "div",
    {},
    closingTabs(null),
    viewHeading(title, { above: link("#/closing", t("closing.title")) }),
    loaded(
      () => get(path("closings", closed), {}, signal),
      (close, again) => {
        if (close.made === null) whenMade(close, signal, again);
        return [factsOf(close), close.made ? results(close, signal) : waiting(close, again)];
      },
    ),
  );
}

function factsOf({ at, cut, by, opens_all: opensAll, opens, final: finals, rates, cancel, made }) {
  const partners = (ids) => ids.length > 0 && ids.map((id, i) => [i > 0 && ", ", partnerLink(id)]);
  const rateTexts = Object.entries(rates).map(([currency, rate]) => t("orders.rate-is", { currency, rate }));
  return pairs([
    [t("closing.when"), moment(at)],
    [t("closing.by"), by],
    [t("closing.cut"), moment(cut)],
    [t("orders.final"), partners(finals)],
    [t("orders.opens"), opensAll ? t("orders.opens-all") : partners(opens)],
    [t("orders.rates"), rateTexts.join(", ")],
    [t("orders.cancel"), cancel.length > 0 && cancel.map(({ number, reason }) => h("div", {}, `${number}: ${reason}`))],
    [t("closing.opened-number"), made?.opened > 0 && String(made.opened)],
  ]);
}

/** Closed, but without its documents yet. */
function waiting(close, again) {
  const isLate = Date.now() - Date.parse(madeFrom(close)) > LATE;
  const { opens_all, opens, final: finals, rates, cancel } = close;
  const orders = { opens_all, opens, final: finals, rates, cancel };
  return h(
    "div",
    { class: "note" },
    h("p", {}, beingMade(close)),
    h("p", {}, t("closing.made-from", { moment: moment(madeFrom(close)) })),
    isLate &&
      confirmed({
        text: t("closing.begin-again"),
        question: t("closing.begin-again-why"),
        answer: t("closing.begin-again-yes"),
        work: () => put(path("closings", close.month), orders),
        done: again,
      }),
  );
}

const results = ({ month: closed, made }, signal) => [
  made.sums.length > 0 && section(t("closing.sums"), sumTable(made.sums)),
  loaded(
    () => Promise.all([allOf(closed, "documents", signal), allOf(closed, "carried", signal), partnerNames(signal)]),
    ([documents, carried, names]) => [
      section(
        t("closing.documents"),
        partial(documents),
        documents.list.length > 0
          ? documentLists(documents.list, names)
          : empty(t("closing.no-documents")),
      ),
      section(
        t("carried.title"),
        h("p", { class: "small" }, t("carried.text")),
        partial(carried),
        carried.list.length > 0 ? carriedLists(carried.list, names) : empty(t("carried.none")),
      ),
    ],
  ),
];

const sumTable = (sums) =>
  table(
    t("closing.sums"),
    [
      { head: t("closing.account"), label: true, cell: accountText },
      { head: t("document.net"), number: true, cell: ({ net }) => moneyNode(net) },
      { head: t("document.gross"), number: true, lead: "named", cell: ({ gross }) => moneyNode(gross) },
      { head: t("closing.carried-sum"), number: true, cell: ({ carried }) => moneyNode(carried) },
    ],
    sums,
    { hideCaption: true, stacked: true },
  );
