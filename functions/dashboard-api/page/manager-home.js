// What a manager looks for first: what waits, what was earned, what is owed, and what has changed.

import { get } from "./api.js";
import { changes, earnedApart, owedApart } from "./dues.js";
import { h } from "./dom.js";
import { addMonths, changeNode, day, integer, moneyNode, month, thisMonth, today } from "./format.js";
import { sign } from "./money.js";
import { figure } from "./partner-figures.js";
import { link, loaded, partnerLink, section } from "./parts.js";
import { count, named, t } from "./text.js";

/** Items looked through for what waits, and causes shown. */
const WAITING = 25;
const CAUSES = 5;
/** Days looked back for what has changed, changes shown, and the most partners for which it is computed. */
const BACK = 7;
const CHANGES = 6;
const MOST = 200;
/** The most months of one summary. */
const WINDOW = 36;

/** What to do in a programme without partners. */
export const firstSteps = () =>
  h(
    "section",
    { class: "card waiting" },
    h("h2", {}, t("first.title")),
    h("ol", {}, [
      h("li", {}, link("#/register", t("first.register")), h("div", { class: "small" }, t("first.register-text"))),
      h("li", {}, t("first.billing"), h("div", { class: "small" }, t("first.billing-text"))),
      h("li", {}, link("#/attention", t("first.check")), h("div", { class: "small" }, t("first.check-text"))),
    ]),
  );

/** The causes that wait for a decision, with what depends on them, and the inquiries without an answer. */
export function waiting(signal) {
  const read = () => Promise.all(["/attention", "/inquiries"].map((list) => get(list, { limit: WAITING }, signal)));
  return loaded(read, ([{ causes, next_cursor: more }, { inquiries: asked, next_cursor: moreAsked }]) => {
    if (causes.length === 0 && asked.length === 0) return null;
    return h(
      "section",
      { class: "card waiting" },
      h("h2", {}, t("attention.first")),
      h(
        "ul",
        {},
        asked.length > 0 &&
          h("li", {}, h("strong", {}, moreAsked ? t("inquiries.open.more", { n: integer(asked.length) }) : count("inquiries.open", asked.length)), " · ", partnersOf(asked)),
        causes.slice(0, CAUSES).map((cause) => h("li", {}, causeLine(cause))),
      ),
      h("p", {}, h("a", { href: "#/attention" }, t("attention.all")), (more || causes.length > CAUSES) && " …"),
    );
  });
}

const partnersOf = (asked) => [...new Set(asked.map(({ partner_id: id, partner_name: name }) => name ?? id))].join(", ");

const causeLine = (cause) => [
  h("strong", {}, named("attention", cause.kind)),
  cause.partner_id && [" · ", partnerLink(cause.partner_id, cause.partner_name ?? cause.partner_id)],
  cause.amounts.map((sum) => [" · ", moneyNode(sum)]),
];

/** What was earned in the period, and what is owed at its end: two figures, and what is below zero stands apart. */
export function home({ partners }, listed, { from, to, as_of: asOf }) {
  const earned = earnedApart(partners);
  const title = from === to ? t("home.earned-in", { month: month(from) }) : t("home.earned");
  return h(
    "div",
    { class: "home" },
    earned.length > 0 &&
      section(
        title,
        cards(earned, ({ plus, minus }) => [
          [t("home.earned-by"), plus],
          sign(minus) !== 0 && [t("home.taken-back"), minus],
        ]),
      ),
    asOf && h("p", { class: "small" }, t("home.no-balances")),
    !asOf &&
      loaded(
        () => listed,
        ({ list, complete }) => {
          const owed = owedApart(list);
          if (owed.length === 0) return null;
          return section(
            t("home.owed-at", { month: month(to) }),
            cards(owed, ({ to: ours, from: theirs }) => [
              [t("due.to-partners"), ours.plus],
              sign(ours.minus) !== 0 && [t("home.over"), ours.minus],
              [t("due.from-partners"), theirs.plus],
              sign(theirs.minus) !== 0 && [t("home.over-from"), theirs.minus],
            ]),
            h("p", { class: "small" }, t("home.payments"), !complete && ` ${t("behind.incomplete")}`),
          );
        },
      ),
  );
}

const cards = (sums, lines) =>
  h(
    "ul",
    { class: "cards balances" },
    sums.map((one) =>
      h(
        "li",
        { class: "card", "data-currency": one.currency },
        h("h3", {}, one.currency),
        h("dl", {}, lines(one).filter(Boolean).map(figure)),
      ),
    ),
  );

/** How what partners earned differs from what was known a week ago, whatever the period that is shown. */
export function changed({ partners }, { as_of: asOf }, signal) {
  if (asOf || partners.length === 0) return null;
  const since = new Date(Date.parse(today()) - BACK * 86_400_000).toISOString().slice(0, 10);
  const windows = [
    { from: addMonths(thisMonth(), 5 - 2 * WINDOW + 1), to: addMonths(thisMonth(), 5 - WINDOW) },
    { from: addMonths(thisMonth(), 5 - WINDOW + 1), to: addMonths(thisMonth(), 5) },
  ];
  const partnersIn = async (window, more) => (await get("/summary", { ...window, ...more }, signal)).partners;
  const all = async (more) => (await Promise.all(windows.map((window) => partnersIn(window, more)))).flat();
  const read = async () => {
    if (partners.length > MOST) return null;
    const [now, before] = await Promise.all([all({}), all({ as_of: since })]);
    return changes(now, before);
  };
  return section(
    t("changed.title", { day: day(since) }),
    loaded(read, (found) => {
      if (found === null) return h("p", { class: "small" }, t("changed.too-many", { n: integer(MOST) }));
      return [
        h("p", { class: "small" }, t("changed.text", { from: month(windows[0].from), to: month(windows[1].to) })),
        found.length === 0 ? h("p", { class: "empty" }, t("changed.none")) : changeList(found.slice(0, CHANGES)),
        found.length > CHANGES && h("p", { class: "small" }, count("changed.more", found.length - CHANGES)),
      ];
    }),
  );
}

const changeList = (found) =>
  h(
    "ul",
    { class: "changes" },
    found.map(({ id, name, by }) =>
      h(
        "li",
        {},
        partnerLink(id, name),
        h("span", {}, changeNode(by), "\u00a0", h("span", { class: "currency" }, by.currency)),
      ),
    ),
  );
