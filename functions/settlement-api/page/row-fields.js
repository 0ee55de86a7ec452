// Any number of rows of the same fields in a form.

import { announce, h } from "/page/dom.js";
import { t } from "/page/text.js";

/**
 * A fieldset; its rows are numbered as the API counts them when it refuses one. `fields()` gives the fields of a row, each
 * marked by `at` if the API refuses it by a name of its own. `all()` gives the rows. `isBegun`: one row is there at once.
 */
export function rowFields({ name, title, help = null, add, fields, isBegun = false }) {
  const list = h("div", { class: "row-list" });
  const all = () => [...list.children];
  const number = () =>
    all().forEach((row, i) => {
      row.setAttribute("aria-label", `${title} ${i + 1}`);
      row.dataset.field = `${name}[${i}]`;
      for (const one of row.querySelectorAll("[data-path]")) one.dataset.field = `${name}[${i}]${one.dataset.path}`;
    });
  const more = () => {
    const remove = h("button", { type: "button", class: "plain", onclick: () => removed(row, number) }, t("rows.remove"));
    const row = h("div", { class: "row-fields", role: "group" }, fields(), remove, h("span", { class: "field-error" }));
    list.append(row);
    number();
    return row;
  };
  if (isBegun) more();
  const button = h("button", { type: "button", onclick: () => more().querySelector("select, input").focus() }, add);
  const element = h(
    "fieldset",
    { class: "rows", "data-field": name },
    h("legend", {}, title),
    help && h("p", { class: "help" }, help),
    h("span", { class: "field-error" }),
    list,
    h("div", { class: "actions" }, button),
  );
  return { element, all };
}

/** Marks a field by its name within its row: `.amount`. */
export function at(path, element) {
  element.dataset.path = path;
  return element;
}

function removed(row, number) {
  const form = row.closest("form");
  row.remove();
  number();
  announce(t("rows.removed"));
  form.dispatchEvent(new Event("input"));
}
