// A partner's own invoice for what a close carried for want of a mandate, recorded by a manager.

import { path, put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { dateInput, field, input, onSend, outcomeNote, select } from "/page/fields.js";
import { moneyText, month, percent, today } from "/page/format.js";
import { monthField } from "/page/fields.js";
import { plainAmount } from "/page/money.js";
import { codes, language, named, t } from "/page/text.js";

const KIND = "commission";
const REGIMES = ["fr-vat", "fr-franchise", "eu", "outside-eu"];
const RATES = ["0.2", "0"];

export function receivedForm(partnerId, { currency, close, total }, again) {
  const number = input({ name: "number", maxlength: "35", spellcheck: "false", required: true });
  const date = dateInput(today(), { name: "date", required: true });
  const lines = rows(t("received.lines"), "lines", () => lineFields(close), t("received.add-line"));
  const vat = rows(t("document.vat"), "vat", vatFields, t("received.add-vat"));
  const button = h("button", { class: "primary" }, t("received.send"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    h("p", {}, t("received.text", { month: month(close), amount: moneyText(total) })),
    h("div", { class: "grid" }, field(t("document.number"), number, { field: "number" }), field(t("document.date"), date, { field: "date" })),
    lines.element,
    vat.element,
    h("div", { class: "actions" }, button),
    outcome,
  );
  const amountOf = (row) => plainAmount(row.querySelector("[data-name=amount]").value, currency, language());
  const chosen = (row, name) => row.querySelector(`[data-name=${name}]`).value;
  const send = () =>
    put(path("partners", partnerId, "received", currency, close), {
      number: number.value.trim(),
      date: date.value,
      lines: lines.all().map((row) => ({ month: row.querySelector(".month").read(), kind: KIND, model: chosen(row, "model"), amount: amountOf(row) })),
      vat: vat.all().map((row) => ({ regime: chosen(row, "regime"), rate: chosen(row, "rate"), amount: amountOf(row) })),
    });
  onSend(form, button, outcome, send, () => {
    announce(t("received.done", { number: number.value }));
    again();
  });
  return h("details", { class: "card" }, h("summary", {}, t("received.title", { month: month(close), currency })), form);
}

/** Rows of fields, of which the first is there at once. */
function rows(title, name, fields, add) {
  const list = h("div", { class: "order-rows" });
  const all = () => [...list.children];
  const number = () =>
    all().forEach((row, i) => {
      row.setAttribute("aria-label", `${title} ${i + 1}`);
      row.dataset.field = `${name}[${i}]`;
      for (const one of row.querySelectorAll("[data-path]")) one.dataset.field = `${name}[${i}]${one.dataset.path}`;
    });
  const more = () => {
    const remove = h("button", { type: "button", class: "plain", onclick: () => (row.remove(), number()) }, t("orders.remove"));
    const row = h("div", { class: "order-row", role: "group" }, fields(), remove, h("span", { class: "field-error" }));
    list.append(row);
    number();
    return row;
  };
  more();
  const button = h("button", { type: "button", onclick: () => more().querySelector("select, input").focus() }, add);
  const element = h(
    "fieldset",
    { class: "orders", "data-field": name },
    h("legend", {}, title),
    h("span", { class: "field-error" }),
    list,
    h("div", { class: "actions" }, button),
  );
  return { element, all };
}

const at = (path, element) => {
  element.dataset.path = path;
  return element;
};

const amountField = () => at(".amount", field(t("annex.amount"), input({ "data-name": "amount", inputmode: "decimal" })));

const lineFields = (close) => [
  at(".month", monthField(t("document.for-month"), close)),
  at(".model", field(t("statement.model"), select(codes("model").map((name) => [name, named("model", name)]), null, { "data-name": "model" }))),
  amountField(),
];

const vatFields = () => [
  at(".regime", field(t("billing.regime"), select(REGIMES.map((name) => [name, t(`regime-short.${name}`)]), null, { "data-name": "regime" }))),
  at(".rate", field(t("document.vat-rate"), select(RATES.map((rate) => [rate, percent(rate)]), null, { "data-name": "rate" }))),
  amountField(),
];
