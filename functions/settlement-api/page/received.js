// A partner's own invoice for what a close carried for want of a mandate, recorded by a manager.

import { path, put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { dateInput, field, input, monthField, onSend, outcomeNote, select } from "/page/fields.js";
import { moneyText, month, percent, today } from "/page/format.js";
import { plainAmount } from "/page/money.js";
import { codes, language, named, t } from "/page/text.js";
import { at, rowFields } from "./row-fields.js";

const KIND = "commission";
const REGIMES = ["fr-vat", "fr-franchise", "eu", "outside-eu"];
const RATES = ["0.2", "0.196", "0"];

export function receivedForm(partnerId, { currency, close, total }, again) {
  const number = input({ name: "number", maxlength: "35", spellcheck: "false", required: true });
  const date = dateInput(today(), { name: "date", required: true });
  const lines = rowFields({ name: "lines", title: t("received.lines"), add: t("received.add-line"), fields: () => lineFields(close), isBegun: true });
  const vat = rowFields({ name: "vat", title: t("document.vat"), add: t("received.add-vat"), fields: vatFields, isBegun: true });
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
      // A group without an amount has no VAT.
      vat: vat.all().map((row) => ({ regime: chosen(row, "regime"), rate: chosen(row, "rate"), amount: amountOf(row) })).filter(({ amount }) => amount !== ""),
    });
  onSend(form, button, outcome, send, () => {
    announce(t("received.done", { number: number.value }));
    again();
  });
  return h("details", { class: "card" }, h("summary", {}, t("received.title", { month: month(close), currency })), form);
}

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
