// The fields of one agreement.

import { h } from "./dom.js";
import { dateInput, field, input, select } from "./fields.js";
import { moneyText } from "./format.js";
import { entryFee, fractionOfPercent, percentOfFraction, plainAmount, writtenDecimal } from "./money.js";
import { codes, language, named, t } from "./text.js";

const CURRENCIES = ["EUR", "CHF", "GBP", "USD", "JPY"];
const INTEGRATORS = ["affiliated-integrator", "independent-integrator"];
/** Models that pay for every year: none of their sales is the first one paid. */
const RECURRING = ["affiliate"];

/** A fieldset; `renumber(i)` says which of the registration's agreements it is. `actions` are buttons at its end. */
export function agreementFields(agreement, actions) {
  const model = select(
    codes("model").map((name) => [name, named("model", name)]),
    agreement.model,
    { "data-name": "model" },
  );
  const legend = h("legend", {});
  const evidence = h("div", { class: "evidence" });
  const fromSale = place(
    ".from_sale",
    field(
      t("agreement.from-sale"),
      h("input", { type: "number", min: "1", max: "12", "data-name": "from_sale", value: agreement.from_sale ?? "" }),
      { help: t("agreement.from-sale-help") },
    ),
  );
  const fieldset = h(
    "fieldset",
    { class: "agreement card" },
    legend,
    h(
      "div",
      { class: "grid" },
      place(".model", field(t("agreement.model"), model)),
      place(
        ".starts_on",
        field(t("agreement.starts-on"), dateInput(agreement.starts_on, { "data-name": "starts_on", required: true })),
      ),
      place(
        ".ends_on",
        field(t("agreement.ends-on"), dateInput(agreement.ends_on, { "data-name": "ends_on" }), {
          help: t("agreement.ends-on-help"),
        }),
      ),
      place(
        ".rate",
        field(t("agreement.rate-percent"), percentInput(agreement.rate, "rate"), { help: t("agreement.rate-help") }),
      ),
      fromSale,
      place(
        ".programme",
        field(
          t("agreement.programme"),
          input({ "data-name": "programme", value: agreement.programme ?? "", placeholder: "2013-11-16" }),
          { help: t("agreement.programme-help") },
        ),
      ),
    ),
    evidence,
    h("span", { class: "field-error" }),
    actions,
  );
  const show = () => {
    // What is recorded already stays, so that saving again changes nothing.
    const isRecorded = model.value === agreement.model && agreement.from_sale !== undefined;
    fromSale.hidden = RECURRING.includes(model.value) && !isRecorded;
    evidence.replaceChildren(...evidenceFields(model.value, agreement));
    fieldset.renumber(Number(fieldset.dataset.number ?? 0));
  };
  fieldset.renumber = (i) => {
    fieldset.dataset.number = i;
    fieldset.dataset.field = `agreements[${i}]`;
    legend.textContent = t("agreement.nth", { n: i + 1 });
    for (const one of fieldset.querySelectorAll("[data-path]"))
      one.dataset.field = `agreements[${i}]${one.dataset.path}`;
  };
  model.addEventListener("change", show);
  show();
  return fieldset;
}

function place(path, element) {
  element.dataset.path = path;
  return element;
}

const percentInput = (fraction, name) =>
  input({ inputmode: "decimal", "data-name": name, value: fraction ? writtenDecimal(percentOfFraction(fraction), language()) : "" });

/** What shows that the model's conditions are met. */
function evidenceFields(model, agreement) {
  if (model === "affiliate") return affiliateFields(agreement);
  if (!INTEGRATORS.includes(model)) return [];
  const qualified = dateInput(agreement.technical_qualification?.qualified_on, { "data-name": "qualified_on" });
  return [
    h(
      "div",
      { class: "grid" },
      place(
        ".technical_qualification",
        h(
          "div",
          { class: "field-group" },
          place(
            ".technical_qualification.qualified_on",
            field(t("agreement.qualified-on"), qualified, { help: t("agreement.qualified-help") }),
          ),
        ),
      ),
    ),
  ];
}

function affiliateFields({ support_structure: support, entry_fee: fee }) {
  const checkbox = h("input", { type: "checkbox", "data-name": "support_structure", checked: support === true });
  return [place(".support_structure", field(t("agreement.support"), checkbox)), place(".entry_fee", feeFields(fee))];
}

/** The parts of an entry fee, and what they come to as they are typed. */
function feeFields(fee) {
  const money = fee?.commercial_potential;
  const currencies = [...new Set([...CURRENCIES, money?.currency].filter(Boolean))];
  const list = h(
    "datalist",
    { id: "currencies" },
    currencies.map((value) => h("option", { value })),
  );
  const segment = input({ "data-name": "segment", value: fee?.segment ?? "" });
  const amount = input({ inputmode: "decimal", "data-name": "amount", value: writtenDecimal(money?.amount ?? "", language()) });
  const currency = input({
    "data-name": "currency",
    value: money?.currency ?? "EUR",
    list: "currencies",
    maxlength: "3",
    size: "4",
  });
  const sum = h("output", {});
  const group = h(
    "div",
    { class: "field-group" },
    h("p", { class: "group-title" }, t("agreement.entry-fee")),
    h("span", { class: "field-error" }),
    h(
      "div",
      { class: "grid" },
      place(".entry_fee.segment", field(t("agreement.segment"), segment)),
      place(".entry_fee.commercial_potential.amount", field(t("agreement.potential"), amount)),
      place(".entry_fee.commercial_potential.currency", field(t("currency"), currency)),
      place(".entry_fee.rate", field(t("agreement.fee-rate"), percentInput(fee?.rate, "fee_rate"))),
    ),
    sum,
    list,
  );
  const compute = () => {
    const typed = readEntryFee(valuesIn(group));
    const due = typed && entryFee(typed.commercial_potential, typed.rate);
    sum.value = due ? t("agreement.fee-is", { amount: moneyText(due) }) : "";
  };
  group.addEventListener("input", compute);
  compute();
  return group;
}

/** An agreement as the API takes it. What is left empty is left out, and what is wrong stays, to be refused. */
export function readAgreement(fieldset) {
  const value = valuesIn(fieldset);
  const whole = value("from_sale");
  return {
    model: value("model"),
    starts_on: value("starts_on") ?? "",
    ends_on: value("ends_on"),
    programme: value("programme"),
    rate: percentIn(value("rate")),
    from_sale: whole && (/^\d+$/.test(whole) ? Number(whole) : whole),
    technical_qualification: value("qualified_on") && { qualified_on: value("qualified_on") },
    support_structure: fieldset.querySelector("[data-name=support_structure]")?.checked || undefined,
    entry_fee: readEntryFee(value),
  };
}

/** What was typed under a name. Of half a day or number a browser gives nothing, which would read as left empty: `?`. */
const valuesIn = (element) => (name) => {
  const control = element.querySelector(`[data-name=${name}]`);
  if (!control || control.closest("[hidden]")) return undefined;
  return control.validity.badInput ? "?" : control.value.trim() || undefined;
};

const percentIn = (typed) => typed && fractionOfPercent(typed, language());

function readEntryFee(value) {
  const [segment, amount, rate] = [value("segment"), value("amount"), percentIn(value("fee_rate"))];
  if (!segment && !amount && !rate) return undefined;
  const currency = (value("currency") ?? "").toUpperCase();
  const money = { amount: plainAmount(amount ?? "", currency, language()), currency };
  return { segment: segment ?? "", commercial_potential: money, rate: rate ?? "" };
}
