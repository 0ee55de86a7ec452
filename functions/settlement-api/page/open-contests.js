// Everyone's contests that wait for an answer.

import { getAll } from "/page/api.js";
import { h } from "/page/dom.js";
import { moment, moneyNode } from "/page/format.js";
import { amountKey, list } from "/page/list.js";
import { partnerNames } from "/page/names.js";
import { empty, loaded, viewHeading } from "/page/parts.js";
import { t } from "/page/text.js";
import { closingTabs } from "./closes.js";
import { lineText } from "./contests.js";
import { kindChoice, numberCell, ownDocumentLink, partnerColumn, partial } from "./papers.js";

export function view({ session, signal }) {
  return h(
    "div",
    {},
    closingTabs("contests"),
    viewHeading(t("open-contests.title"), { below: t(session.manages ? "open-contests.text" : "open-contests.text-reads") }),
    loaded(
      () => Promise.all([getAll("/contests", { limit: 500 }, "contests", signal), partnerNames(signal)]),
      ([contests, names]) => [partial(contests), contests.list.length > 0 ? contestList(contests.list, names) : empty(t("open-contests.none"))],
    ),
  );
}

const contestList = (contests, names) =>
  list({
    caption: t("open-contests.title"),
    rows: contests,
    choices: [kindChoice()],
    columns: [
      { id: "number", head: t("document.number"), cell: (row) => numberCell(ownDocumentLink(row), row), sort: (row) => row.number, text: (row) => row.number },
      partnerColumn(names),
      { id: "at", head: t("open-contests.since"), cell: sinceCell, sort: (row) => row.at, text: (row) => row.by },
      { head: t("contests.reason"), cell: reasonCell, text: (row) => row.reason },
      { id: "gross", head: t("document.gross"), number: true, lead: true, cell: (row) => moneyNode(row.gross), sort: (row) => amountKey(row.gross) },
    ],
  });

const sinceCell = ({ at, by }) => h("span", {}, h("time", { datetime: at }, moment(at)), h("br"), h("span", { class: "small" }, by));

const reasonCell = ({ reason, line }) => h("span", { class: "reason" }, reason, line && [h("br"), h("span", { class: "small" }, lineText(line))]);
