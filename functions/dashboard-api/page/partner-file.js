// The file of a partner: its contacts and a note, for managers and accountants alone.

import { getTagged, path, put } from "./api.js";
import { announce, h } from "./dom.js";
import { field, input, onSend, outcomeNote } from "./fields.js";
import { noteOf } from "./notes.js";
import { empty, loaded, pairs, section } from "./parts.js";
import { t } from "./text.js";

const FIELDS = [
  ["name", "text"],
  ["function", "text"],
  ["email", "email"],
  ["telephone", "tel"],
];

export function partnerFile({ partnerId, session, signal }) {
  const of = path("partners", partnerId, "file");
  return section(
    t("file.title"),
    loaded(
      () => getTagged(of, signal),
      ({ data, etag }, again) => [shown(data), session.manages && editing(of, data, etag, again)],
    ),
  );
}

const shown = ({ contacts, note }) => [
  contacts.length === 0 && note === null && empty(t("file.none")),
  contacts.length > 0 && h("ul", { class: "cards contacts" }, contacts.map(contactCard)),
  note && h("p", { class: "words file-note" }, note),
];

const contactCard = ({ name, function: does, email, telephone }) =>
  h(
    "li",
    { class: "card" },
    h("h3", {}, name),
    pairs([
      [t("contact.function"), does],
      [t("contact.email"), email && h("a", { href: `mailto:${encodeURIComponent(email).replace("%40", "@")}` }, email)],
      [t("contact.telephone"), telephone && h("a", { href: `tel:${telephone.replace(/[^\d+]/g, "")}` }, telephone)],
    ]),
  );

function editing(of, { contacts, note }, etag, again) {
  const list = h("div", { class: "agreements", "data-field": "contacts" }, h("span", { class: "field-error" }));
  const text = h("textarea", { name: "note", rows: "4", maxlength: "1000" });
  text.value = note ?? "";
  const button = h("button", { class: "primary" }, t("register.save"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    list,
    h("div", { class: "actions" }, h("button", { type: "button", onclick: () => add(list).querySelector("input").focus() }, t("contact.add"))),
    field(t("file.note"), text, { field: "note", help: t("file.note-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  for (const contact of contacts) add(list, contact);
  const send = () =>
    put(
      of,
      { contacts: [...list.querySelectorAll(":scope > fieldset")].map(readContact), note: noteOf(text.value) || null },
      etag ? { "If-Match": etag } : { "If-None-Match": "*" },
    ).catch((error) => {
      if (error.status === 412) error.message = t("file.stale");
      throw error;
    });
  onSend(form, button, outcome, send, () => {
    announce(t("register.saved"));
    again();
  });
  return h("details", {}, h("summary", {}, t("file.edit")), form);
}

/** The fields of one more contact; numbered as the API counts them when it refuses one. */
function add(list, contact = {}) {
  const number = () =>
    [...list.querySelectorAll(":scope > fieldset")].forEach((fields, i) => {
      fields.querySelector("legend").textContent = t("contact.nth", { n: i + 1 });
      for (const one of fields.querySelectorAll("[data-field]")) one.dataset.field = `contacts[${i}].${one.dataset.name}`;
    });
  const remove = () => {
    fields.remove();
    number();
    announce(t("contact.removed"));
  };
  const fields = h(
    "fieldset",
    { class: "card" },
    h("legend", {}),
    h(
      "div",
      { class: "grid" },
      FIELDS.map(([name, type]) => {
        const one = field(t(`contact.${name}`), input({ type, name, value: contact[name] ?? "" }), { field: name });
        one.dataset.name = name;
        return one;
      }),
    ),
    h("div", { class: "actions" }, h("button", { type: "button", class: "plain", onclick: remove }, t("contact.remove"))),
  );
  list.append(fields);
  number();
  return fields;
}

/** What is left empty is null, but for the name, which is for the API to refuse. */
const readContact = (fields) =>
  Object.fromEntries(
    FIELDS.map(([name]) => {
      const text = fields.querySelector(`[name=${name}]`).value.trim();
      return [name, text === "" && name !== "name" ? null : text];
    }),
  );
