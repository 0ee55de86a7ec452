// The closes that were made, and the month that comes next.

import { get } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { monthField } from "/page/fields.js";
import { addMonths, moment, moneyNode, month, thisMonth } from "/page/format.js";
import { empty, labelCell, link, loaded, section, table, viewHeading } from "/page/parts.js";
import { count, t } from "/page/text.js";
import { accountText } from "./papers.js";

const REFRESH = 2000;
/** As many contests as are counted. */
const COUNTED = 100;

export function view({ signal }) {
  return h(
    "div",
    {},
    closingTabs(""),
    viewHeading(t("closing.title"), { below: t("closing.text") }),
    loaded(
      () => Promise.all([get("/closings", {}, signal), get("/contests", { limit: COUNTED }, signal)]),
      ([{ closings, next }, waiting], again) => {
        const making = closings.find((close) => close.made === null);
        if (making) whenMade(making, signal, again);
        return [
          waitingNote(waiting),
          section(t("closing.next"), next ? nextCard(next, making) : firstCard()),
          section(t("closing.closed"), closings.length > 0 ? closesTable(closings) : empty(t("closing.none"))),
        ];
      },
    ),
  );
}

/** That contests wait for an answer, with the way to them. */
const waitingNote = ({ contests, next_cursor: more }) =>
  contests.length > 0 &&
  h(
    "div",
    { class: "note bad" },
    h("p", {}, h("strong", {}, more ? t("open-contests.many", { n: COUNTED }) : count("open-contests.wait", contests.length)), " ", link("#/closing/contests", t("open-contests.see"))),
  );

/** The way around closing. */
export function closingTabs(current) {
  const tab = ([place, text]) =>
    h("li", {}, h("a", { href: place ? `#/closing/${place}` : "#/closing", "aria-current": place === current ? "page" : null }, t(text)));
  const tabs = [
    ["", "closing.closes"],
    ["contests", "contests.title"],
    ["vendor", "closing.vendor"],
  ];
  return h("nav", { class: "tabs", "aria-label": t("nav.closing") }, h("ul", {}, tabs.map(tab)));
}

/** Asks until the documents of a close are made. */
export function whenMade({ month: closed }, signal, done) {
  const ask = async () => {
    if (signal.aborted) return;
    const close = await get(`/closings/${closed}`, {}, signal).catch(() => null);
    if (signal.aborted) return;
    if (close?.made) {
      announce(t("closing.is-made", { month: month(closed) }));
      done();
    } else {
      setTimeout(ask, REFRESH);
    }
  };
  setTimeout(ask, REFRESH);
}

/** The moment from which the documents of a close are made: whoever was writing at its cut has ended. */
export const madeFrom = ({ at, cut }) => new Date(2 * Date.parse(at) - Date.parse(cut)).toISOString();

const closeAddress = (month) => `#/closing/${month}/close`;

function nextCard({ month: next, from }, making) {
  const isEarly = from !== null && Date.parse(from) > Date.now();
  return h(
    "div",
    { class: "card next-close" },
    h("h3", {}, month(next)),
    h("p", {}, isEarly ? t("closing.not-before", { moment: moment(from) }) : making ? t("closing.after-made", { month: month(making.month) }) : t("closing.possible")),
    h("div", { class: "actions" }, h("a", { class: isEarly || making ? "button" : "button main-button", href: closeAddress(next) }, t(isEarly || making ? "closing.preview" : "closing.prepare", { month: month(next) }))),
  );
}

/** Before the first close, any month may be it. */
function firstCard() {
  const picked = monthField(t("closing.first-month"), addMonths(thisMonth(), -1));
  const go = (event) => {
    event.preventDefault();
    location.hash = closeAddress(picked.read());
  };
  return h(
    "form",
    { class: "card form", onsubmit: go },
    h("p", {}, t("closing.first")),
    picked,
    h("div", { class: "actions" }, h("button", { class: "primary" }, t("closing.go"))),
  );
}

/** A row for each currency and direction of a close. */
function closesTable(closings) {
  const rows = closings.flatMap((close) => {
    const sums = close.made?.sums.length ? close.made.sums : [null];
    return sums.map((sum, i) => ({ close, sum, continues: i > 0, label: link(`#/closing/${close.month}`, month(close.month)) }));
  });
  const once = (cell) => (row) => (row.continues ? null : cell(row.close));
  const number = (name) => once(({ made }) => made && made[name]);
  const money = (name) => ({ sum }) => sum && moneyNode(sum[name]);
  return table(
    t("closing.closed"),
    [
      { head: t("month"), label: true, cell: labelCell },
      { head: t("closing.when"), wide: true, cell: once(closedBy) },
      { head: t("closing.documents"), number: true, wide: true, cell: number("documents") },
      { head: t("closing.carried"), number: true, wide: true, cell: number("carried") },
      { head: t("closing.account"), cell: accountCell },
      { head: t("document.net"), number: true, wide: "extra", cell: money("net") },
      { head: t("document.gross"), number: true, lead: "named", cell: money("gross") },
      { head: t("closing.carried-sum"), number: true, wide: "extra", cell: money("carried") },
    ],
    rows,
    { hideCaption: true, stacked: true },
  );
}

const closedBy = ({ at, by }) => [h("time", { datetime: at }, moment(at)), h("br"), h("span", { class: "small" }, by)];

function accountCell({ close, sum }) {
  if (sum) return accountText(sum);
  if (close.made === null) return beingMade(close);
  return close.made.opened > 0 ? count("closing.opened", close.made.opened) : t("closing.empty");
}

/** That the documents are being made. */
export const beingMade = (close) =>
  h("span", { class: "badge making" }, h("span", { class: "sign", "aria-hidden": "true" }), t(Date.parse(madeFrom(close)) > Date.now() ? "closing.soon" : "closing.making"));
