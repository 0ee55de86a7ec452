// The orders for a close: final partners, rates, openings, cancellations.

import { announce, h } from "/page/dom.js";
import { field, input } from "/page/fields.js";
import { plainDecimal } from "/page/money.js";
import { language, t } from "/page/text.js";

const CURRENCIES = ["CHF", "GBP", "USD", "JPY"];

/** The fields; the first close may open all accounts. */
export function orderFields({ isFirst, names }) {
  const partners = h("datalist", { id: "closing-partners" }, [...names].map(([id, name]) => h("option", { value: id }, name)));
  const currencies = h("datalist", { id: "closing-currencies" }, CURRENCIES.map((value) => h("option", { value })));
  return [
    partners,
    currencies,
    isFirst && field(t("orders.opens-all"), h("input", { type: "checkbox", name: "opens_all" }), { field: "opens_all", help: t("orders.opens-all-help") }),
    rowsOf({ name: "final", title: t("orders.final"), help: t("orders.final-help"), add: t("orders.add-partner"), fields: partnerField }),
    rowsOf({ name: "rates", title: t("orders.rates"), help: t("orders.rates-help"), add: t("orders.add-rate"), fields: rateFields }),
    rowsOf({ name: "opens", title: t("orders.opens"), help: t("orders.opens-help"), add: t("orders.add-partner"), fields: partnerField }),
    rowsOf({ name: "cancel", title: t("orders.cancel"), help: t("orders.cancel-help"), add: t("orders.add-document"), fields: cancelFields }),
  ];
}

const partnerField = () => [[field(t("partner.id"), input({ "data-name": "partner", list: "closing-partners", spellcheck: "false" })), ""]];

const rateFields = () => {
  const currency = input({ "data-name": "currency", list: "closing-currencies", maxlength: "3", spellcheck: "false" });
  return [
    [field(t("currency"), currency), null],
    [field(t("orders.rate"), input({ "data-name": "rate", inputmode: "decimal" })), null],
  ];
};

const cancelFields = () => [
  [field(t("document.number"), input({ "data-name": "number", spellcheck: "false" })), ".number"],
  [field(t("orders.reason"), input({ "data-name": "reason", maxlength: "200" })), ".reason"],
];

/** Any number of rows of the same fields, numbered as the API counts them when it refuses one. */
function rowsOf({ name, title, help, add, fields }) {
  const list = h("div", { class: "order-rows" });
  const number = () =>
    [...list.children].forEach((row, i) => {
      row.setAttribute("aria-label", `${title} ${i + 1}`);
      for (const one of row.querySelectorAll("[data-path]")) one.dataset.field = `${name}[${i}]${one.dataset.path}`;
    });
  const more = () => {
    const row = rowOf(name, fields(), number);
    list.append(row);
    number();
    row.querySelector("input").focus();
  };
  return h(
    "fieldset",
    { class: "orders", "data-orders": name, "data-field": name },
    h("legend", {}, title),
    h("p", { class: "help" }, help),
    h("span", { class: "field-error" }),
    list,
    h("div", { class: "actions" }, h("button", { type: "button", onclick: more }, add)),
  );
}

function rowOf(name, fields, number) {
  for (const [one, path] of fields) if (path !== null) one.dataset.path = path;
  const remove = () => {
    const form = row.closest("form");
    row.remove();
    number();
    announce(t("orders.removed"));
    form.dispatchEvent(new Event("input"));
  };
  const row = h(
    "div",
    { class: "order-row", role: "group" },
    fields.map(([one]) => one),
    h("button", { type: "button", class: "plain", onclick: remove }, t("orders.remove")),
  );
  if (name === "rates") followCurrency(row);
  return row;
}

/** A rate is refused by the name of its currency. */
function followCurrency(row) {
  const [currency, rate] = row.querySelectorAll(".field");
  const follow = () => (rate.dataset.field = `rates.${valueOf(currency, "currency").toUpperCase()}`);
  currency.addEventListener("input", follow);
  follow();
}

const valueOf = (element, name) => element.querySelector(`[data-name=${name}]`).value.trim();

/** The orders as the API takes them. A row that is left empty is no order. */
export function readOrders(form) {
  const rows = (name) => [...form.querySelectorAll(`[data-orders=${name}] .order-row`)];
  const partners = (name) => rows(name).map((row) => valueOf(row, "partner")).filter(Boolean);
  const rates = rows("rates").map((row) => [valueOf(row, "currency").toUpperCase(), plainDecimal(valueOf(row, "rate"), language())]);
  const cancels = rows("cancel").map((row) => ({ number: valueOf(row, "number"), reason: valueOf(row, "reason") }));
  return {
    opens_all: form.querySelector("[name=opens_all]")?.checked ?? false,
    final: partners("final"),
    opens: partners("opens"),
    rates: Object.fromEntries(rates.filter(([currency, rate]) => currency || rate)),
    cancel: cancels.filter(({ number, reason }) => number || reason),
  };
}
