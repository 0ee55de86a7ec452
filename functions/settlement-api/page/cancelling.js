// A partner's own credit note that cancels an invoice to it, recorded by a manager.

import { path, put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { dateInput, field, input, onSend, outcomeNote, select } from "/page/fields.js";
import { moneyText, month, today } from "/page/format.js";
import { t } from "/page/text.js";

const INVOICES = ["self-billed-invoice", "received-invoice"];

/** The form, if the partner has an invoice that can be cancelled. */
export function cancellingForm(partnerId, documents, again) {
  const invoices = documents.filter((one) => INVOICES.includes(one.kind) && !documents.some((other) => other.cancels === one.number && other.currency === one.currency));
  return invoices.length > 0 && formFor(partnerId, invoices, again);
}

function formFor(partnerId, invoices, again) {
  const options = invoices.map((one, i) => [String(i), `${one.number}, ${moneyText(one.gross)}, ${month(one.close)}`]);
  const invoice = select(options, null, { name: "invoice" });
  const number = input({ name: "number", maxlength: "35", spellcheck: "false", required: true });
  const date = dateInput(today(), { name: "date", required: true });
  const button = h("button", { class: "primary" }, t("cancelling.send"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    h("p", {}, t("cancelling.text")),
    field(t("cancelling.invoice"), invoice),
    h("div", { class: "grid" }, field(t("cancelling.number"), number, { field: "number" }), field(t("document.date"), date, { field: "date" })),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = () => put(addressOf(partnerId, invoices[Number(invoice.value)]), { number: number.value.trim(), date: date.value });
  onSend(form, button, outcome, send, () => {
    announce(t("cancelling.done", { number: number.value }));
    again();
  });
  return h("details", { class: "card" }, h("summary", {}, t("cancelling.title")), form);
}

/** A partner's own invoice is named by its close, since its number may have any characters. */
const addressOf = (partnerId, { is_ours: isOurs, number, currency, close }) =>
  isOurs ? path("documents", number, "cancellation") : path("partners", partnerId, "received", currency, close, "cancellation");
