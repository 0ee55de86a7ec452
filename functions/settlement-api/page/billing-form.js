// The form for the next version of a billing identity.

import { put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { dateInput, field, input, onSend, outcomeNote, select } from "/page/fields.js";
import { today } from "/page/format.js";
import { plainAmount, writtenDecimal } from "/page/money.js";
import { language, t } from "/page/text.js";

const REGIMES = ["fr-vat", "fr-franchise", "eu", "outside-eu"];
const CURRENCIES = ["EUR", "CHF", "GBP", "USD", "JPY"];

/** Begins with the last version recorded. A masked IBAN that is sent back keeps the one on record. */
export function billingForm(to, { versions }, again, { isVendor = false } = {}) {
  const last = versions.at(-1) ?? {};
  const button = h("button", { class: "primary" }, t("billing.save"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    h("p", { class: "small" }, t("billing.form-text")),
    field(t("billing.from"), dateInput(today(), { name: "from", required: true }), { field: "from", help: t("billing.from-help") }),
    identityFields(last),
    !isVendor && [mandateFields(last.mandate), termFields(last), bankFields(last)],
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = () => put(`${to}/${versions.length + 1}`, { ...readIdentity(form), ...(isVendor ? {} : readTerms(form)) });
  onSend(form, button, outcome, send, () => {
    announce(t("register.saved"));
    again();
  });
  return form;
}

const group = (title, name, ...content) =>
  h("fieldset", { class: "card", "data-field": name }, h("legend", {}, title), h("span", { class: "field-error" }), content);

/** A text field with the name by which the API refuses it. */
const text = (name, value, { help = null, ...properties } = {}) =>
  field(t(`billing.${name}`), input({ name, value: value ?? "", spellcheck: "false", ...properties }), { field: name, help });

function identityFields(last) {
  const regimes = [["", t("billing.not-known")], ...REGIMES.map((name) => [name, t(`regime.${name}`)])];
  const regime = select(regimes, last.regime ?? "", { name: "regime" });
  return group(
    t("billing.company"),
    null,
    text("legal_name", last.legal_name, { autocomplete: "off" }),
    text("address", last.address, { help: t("billing.address-help") }),
    h(
      "div",
      { class: "grid" },
      text("country", last.country, { maxlength: "2", help: t("billing.country-help") }),
      field(t("billing.regime"), regime, { field: "regime" }),
      text("siren", last.siren, { inputmode: "numeric", help: t("billing.siren-help") }),
      text("vat_id", last.vat_id),
      text("legal_form", last.legal_form, { maxlength: "100", help: t("billing.legal-form-help") }),
      text("share_capital", last.share_capital, { maxlength: "100", help: t("billing.capital-help") }),
    ),
    text("registration", last.registration, { maxlength: "100", help: t("billing.registration-help") }),
  );
}

function mandateFields(mandate) {
  const dated = (name, value) => field(t(`billing.${name}`), dateInput(value, { name }), { field: `mandate.${name}` });
  const days = h("input", { type: "number", min: "1", max: "365", name: "days_to_contest", value: mandate?.days_to_contest ?? "" });
  return group(
    t("billing.mandate"),
    "mandate",
    h("p", { class: "help" }, t("billing.mandate-help")),
    h(
      "div",
      { class: "grid" },
      dated("signed_on", mandate?.signed_on),
      dated("ended_on", mandate?.ended_on),
      field(t("billing.days_to_contest"), days, { field: "mandate.days_to_contest", help: t("billing.contest-help") }),
    ),
  );
}

function termFields({ series, payment_days: days, minimums = {}, set_off: setOff }) {
  const payment = h("input", { type: "number", min: "1", max: "45", name: "payment_days", value: days ?? 30 });
  const currencies = [...new Set([...CURRENCIES, ...Object.keys(minimums)])];
  const least = (currency) =>
    field(currency, input({ "data-minimum": currency, inputmode: "decimal", value: writtenDecimal(minimums[currency] ?? "", language()) }), { field: `minimums.${currency}` });
  return group(
    t("billing.terms"),
    null,
    h(
      "div",
      { class: "grid" },
      text("series", series, { maxlength: "12", help: t("billing.series-help") }),
      field(t("billing.payment_days"), payment, { field: "payment_days", help: t("billing.payment-help") }),
    ),
    h(
      "div",
      { class: "field-group", role: "group", "aria-label": t("billing.minimums"), "data-field": "minimums" },
      h("p", { class: "group-title" }, t("billing.minimums")),
      h("p", { class: "help" }, t("billing.minimums-help")),
      h("span", { class: "field-error" }),
      h("div", { class: "grid minimums" }, currencies.map(least)),
    ),
    field(t("billing.set-off-agreed"), h("input", { type: "checkbox", name: "set_off", checked: setOff === true }), { field: "set_off", help: t("billing.set-off-help") }),
  );
}

const bankFields = ({ iban, account_holder: holder }) =>
  group(
    t("billing.bank"),
    null,
    h("p", { class: "help" }, t("billing.bank-help")),
    text("iban", iban, { help: iban ? t("billing.iban-kept") : null }),
    text("account_holder", holder),
  );

const valueIn = (form) => (name) => form.querySelector(`[name=${name}]`).value.trim() || null;

function readIdentity(form) {
  const value = valueIn(form);
  const names = ["legal_name", "address", "regime", "legal_form", "share_capital", "registration"];
  const compact = (name) => value(name)?.replace(/[\s.]/g, "").toUpperCase() ?? null;
  return {
    from: value("from") ?? "",
    ...Object.fromEntries(names.map((name) => [name, value(name)])),
    country: value("country")?.toUpperCase() ?? null,
    siren: compact("siren"),
    vat_id: compact("vat_id"),
  };
}

/** A number if it is one; otherwise what was typed, for the API to refuse. */
const whole = (text) => (text !== null && /^\d+$/.test(text) ? Number(text) : text);

function readTerms(form) {
  const value = valueIn(form);
  const mandate = { signed_on: value("signed_on") ?? "", ended_on: value("ended_on"), days_to_contest: whole(value("days_to_contest")) };
  const hasMandate = Object.values(mandate).some(Boolean);
  const minimums = [...form.querySelectorAll("[data-minimum]")].map(({ dataset, value }) => [dataset.minimum, plainAmount(value.trim(), dataset.minimum, language())]);
  return {
    mandate: hasMandate ? mandate : null,
    series: value("series"),
    payment_days: whole(value("payment_days")),
    minimums: Object.fromEntries(minimums.filter(([, amount]) => amount !== "")),
    set_off: form.querySelector("[name=set_off]").checked,
    iban: value("iban")?.replace(/\s/g, "") ?? null,
    account_holder: value("account_holder"),
  };
}
