// What people did: who, when, why, before and after, and what it moved.

import { getAll } from "./api.js";
import { actList } from "./act-list.js";
import { addressWith } from "./address.js";
import { freshId, h } from "./dom.js";
import { dateInput, field, input, select } from "./fields.js";
import { memberNames, partnerNames } from "./names.js";
import { empty, fileButton, link, loaded, unreadableNote, viewHeading } from "./parts.js";
import { t } from "./text.js";

const PLACE = "#/journal";
const LIMIT = 200;
const PAGES = 5;
/** What the API is asked for, as the address has it. */
const ASKED = ["partner_id", "by", "from", "to"];

export function view({ signal, query }) {
  const wanted = Object.fromEntries(ASKED.map((name) => [name, query.get(name) ?? ""]));
  const steps = Math.max(1, Number.parseInt(query.get("steps") ?? "", 10) || 1);
  const partners = partnerNames(signal);
  const read = async () => {
    const acts = getAll("/journal", { ...wanted, limit: LIMIT }, "acts", signal, PAGES * steps);
    const [found, names] = await Promise.all([acts, partners]);
    return { ...found, names };
  };
  return h(
    "div",
    {},
    viewHeading(t("journal.title"), { below: t("journal.text") }),
    filters(wanted, { partners, members: memberNames(signal) }),
    loaded(read, ({ list: acts, complete, names, ...rest }) => [
      unreadableNote(rest),
      acts.length === 0 ? empty(t("journal.none")) : actList(acts, names),
      !complete &&
        h(
          "p",
          { class: "note" },
          t("journal.more", { n: String(acts.length) }),
          " ",
          link(addressWith(PLACE, Object.entries({ ...wanted, steps: String(steps + 1) })), t("journal.older")),
        ),
    ]),
  );
}

/** Which acts are shown, in the address; and all of them as a file. */
function filters(wanted, names) {
  const controls = {
    partner_id: partnerInput(wanted.partner_id),
    by: memberSelect(wanted.by, names.members),
    from: dateInput(wanted.from, { name: "from" }),
    to: dateInput(wanted.to, { name: "to" }),
  };
  const show = (event) => {
    event.preventDefault();
    location.hash = addressWith(PLACE, Object.entries(controls).map(([name, { value }]) => [name, value.trim()]));
  };
  const options = h("datalist", { id: freshId("partners") });
  controls.partner_id.setAttribute("list", options.id);
  filled(names.partners, ([id, name]) => options.append(h("option", { value: id }, `${name} (${id})`)));
  return h(
    "form",
    { class: "filters", onsubmit: show },
    field(t("partner.id"), controls.partner_id),
    options,
    field(t("journal.by"), controls.by),
    field(t("journal.from"), controls.from),
    field(t("journal.to"), controls.to),
    h("button", {}, t("journal.show")),
    fileButton("/journal", wanted, "text/csv", t("journal.file")),
  );
}

const partnerInput = (value) => input({ name: "partner_id", value, spellcheck: "false" });

/** Everyone, and the members once their names are there. */
function memberSelect(value, members) {
  const element = select([["", t("list.all")], ...(value ? [[value, value]] : [])], value, { name: "by" });
  filled(members, ([id, name]) => {
    if (id === value) element.querySelector(`[value="${CSS.escape(id)}"]`).textContent = name;
    else element.append(h("option", { value: id }, name));
  });
  return element;
}

/** Names are a courtesy: without them a filter still takes ids. */
const filled = (names, add) =>
  names.then(
    (known) => [...known].forEach(add),
    () => {},
  );
