// The orders for a close: final partners, rates, openings, cancellations.

import { h } from "/page/dom.js";
import { field, input } from "/page/fields.js";
import { plainDecimal } from "/page/money.js";
import { language, t } from "/page/text.js";
import { at, rowFields } from "./row-fields.js";

const CURRENCIES = ["CHF", "GBP", "USD", "JPY"];

/** `{ fields, read() }`; `read` gives the orders as the API takes them. The first close may open all accounts. */
export function ordersOf({ isFirst, names }) {
  const all = isFirst ? h("input", { type: "checkbox", name: "opens_all" }) : null;
  const finals = rowFields({ name: "final", title: t("orders.final"), help: t("orders.final-help"), add: t("orders.add-partner"), fields: partnerField });
  const rates = rowFields({ name: "rates", title: t("orders.rates"), help: t("orders.rates-help"), add: t("orders.add-rate"), fields: rateFields });
  const opens = rowFields({ name: "opens", title: t("orders.opens"), help: t("orders.opens-help"), add: t("orders.add-partner"), fields: partnerField });
  const cancel = rowFields({ name: "cancel", title: t("orders.cancel"), help: t("orders.cancel-help"), add: t("orders.add-document"), fields: cancelFields });
  return {
    fields: [
      h("datalist", { id: "closing-partners" }, [...names].map(([id, name]) => h("option", { value: id }, name))),
      h("datalist", { id: "closing-currencies" }, CURRENCIES.map((value) => h("option", { value }))),
      all && field(t("orders.opens-all"), all, { field: "opens_all", help: t("orders.opens-all-help") }),
      [finals, rates, opens, cancel].map(({ element }) => element),
    ],
    read: () => ({
      opens_all: all?.checked ?? false,
      final: partnersIn(finals),
      opens: partnersIn(opens),
      rates: Object.fromEntries(typedIn(rates, ["currency", "rate"]).map(([currency, rate]) => [currency.toUpperCase(), plainDecimal(rate, language())])),
      cancel: typedIn(cancel, ["number", "reason"]).map(([number, reason]) => ({ number, reason })),
    }),
  };
}

const partnerField = () => field(t("partner.id"), input({ "data-name": "partner", list: "closing-partners", spellcheck: "false" }));

/** A rate is refused by the name of its currency. */
function rateFields() {
  const currency = input({ "data-name": "currency", list: "closing-currencies", maxlength: "3", spellcheck: "false" });
  const rate = field(t("orders.rate"), input({ "data-name": "rate", inputmode: "decimal" }));
  const follow = () => (rate.dataset.field = `rates.${currency.value.trim().toUpperCase()}`);
  currency.addEventListener("input", follow);
  follow();
  return [field(t("currency"), currency), rate];
}

const cancelFields = () => [
  at(".number", field(t("document.number"), input({ "data-name": "number", spellcheck: "false" }))),
  at(".reason", field(t("orders.reason"), input({ "data-name": "reason", maxlength: "200" }))),
];

/** What was typed in each row, but for rows that were left empty. */
function typedIn(rows, names) {
  const typed = rows.all().map((row) => names.map((name) => row.querySelector(`[data-name=${name}]`).value.trim()));
  return typed.filter((values) => values.some(Boolean));
}

const partnersIn = (rows) => typedIn(rows, ["partner"]).flat();
