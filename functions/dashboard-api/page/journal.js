// What people did: who, when, why, before and after, and what it moved.

import { getAll } from "./api.js";
import { actList } from "./act-list.js";
import { h } from "./dom.js";
import { dateInput, field } from "./fields.js";
import { partnerNames } from "./names.js";
import { empty, fileButton, loaded, unreadableNote, viewHeading } from "./parts.js";
import { t } from "./text.js";

const LIMIT = 200;
const PAGES = 5;

export function view({ signal, query }) {
  const period = { from: query.get("from") ?? "", to: query.get("to") ?? "" };
  const read = async () => {
    const [found, names] = await Promise.all([
      getAll("/journal", { ...period, limit: LIMIT }, "acts", signal, PAGES),
      partnerNames(signal),
    ]);
    return { ...found, names };
  };
  return h(
    "div",
    {},
    viewHeading(t("journal.title"), { below: t("journal.text") }),
    days(period),
    loaded(read, ({ list: acts, complete, names, ...rest }) => [
      unreadableNote(rest),
      !complete && h("p", { class: "note" }, t("journal.more", { n: String(acts.length) })),
      acts.length === 0 ? empty(t("journal.none")) : actList(acts, names),
    ]),
  );
}

/** The days whose acts are shown, in the address; and all of them as a file. */
function days({ from, to }) {
  const [first, last] = [dateInput(from, { name: "from" }), dateInput(to, { name: "to" })];
  const show = (event) => {
    event.preventDefault();
    const given = Object.entries({ from: first.value, to: last.value }).filter(([, value]) => value);
    location.hash = given.length > 0 ? `#/journal?${new URLSearchParams(given)}` : "#/journal";
  };
  return h(
    "form",
    { class: "filters", onsubmit: show },
    field(t("journal.from"), first),
    field(t("journal.to"), last),
    h("button", {}, t("journal.show")),
    fileButton("/journal", { from, to }, "text/csv", t("journal.file")),
  );
}
