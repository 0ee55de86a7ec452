// An invoice from before this system that is still unpaid, recorded by a manager.

import { path, put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { dateInput, field, input, onSend, outcomeNote, select } from "/page/fields.js";
import { plainAmount } from "/page/money.js";
import { language, t } from "/page/text.js";

const CURRENCIES = ["EUR", "CHF", "GBP", "USD", "JPY"];
const DIRECTIONS = ["to-partner", "from-partner"];

const grid = (...fields) => h("div", { class: "grid" }, fields);

export function openingForm(partnerId, again) {
  const direction = select(DIRECTIONS.map((name) => [name, t(`direction.${name}`)]), null, { name: "direction" });
  const currency = select(CURRENCIES.map((code) => [code, code]), null, { name: "currency" });
  const number = input({ name: "number", maxlength: "35", spellcheck: "false", required: true });
  const [date, due] = ["date", "due"].map((name) => dateInput("", { name, required: true }));
  const [gross, open] = ["gross", "open"].map((name) => input({ name, inputmode: "decimal", required: true }));
  const button = h("button", { class: "primary" }, t("opening-items.send"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    h("p", {}, t("opening-items.form-text")),
    grid(
      field(t("closing.account"), direction, { field: "direction" }),
      field(t("currency"), currency, { field: "currency" }),
      field(t("document.number"), number, { field: "number", help: t("opening-items.number-help") }),
    ),
    grid(field(t("document.date"), date, { field: "date" }), field(t("document.due"), due, { field: "due" })),
    grid(field(t("document.gross"), gross, { field: "gross" }), field(t("opening-items.still-open"), open, { field: "open", help: t("opening-items.open-help") })),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const amountIn = ({ value }) => plainAmount(value, currency.value, language());
  const send = () =>
    put(path("partners", partnerId, "opening-items", currency.value, direction.value), {
      number: number.value.trim(),
      date: date.value,
      due: due.value,
      gross: amountIn(gross),
      open: amountIn(open),
    });
  onSend(form, button, outcome, send, () => {
    announce(t("received.done", { number: number.value }));
    again();
  });
  return h("details", { class: "card" }, h("summary", {}, t("opening-items.record")), form);
}
