// A manager's correction: what a sale, a renewal, a supplement or a credit note should be, from what it is.

import { path, put } from "./api.js";
import { keyName } from "./claims.js";
import { taken } from "./choosing.js";
import { announce, h } from "./dom.js";
import { busy, clearErrors, dateInput, field, input, outcomeNote, placeError, select } from "./fields.js";
import { amountText } from "./format.js";
import { plainDecimal } from "./money.js";
import { asked, carriedOut, previewOf } from "./preview.js";
import { language, t } from "./text.js";

const ADJUSTMENTS = ["credit-note", "supplement"];

export function correcting(contract, { read, again }) {
  const subjects = subjectsOf(contract);
  if (subjects.length === 0) return null;
  const before = h("div", {});
  const { isUnknown = false } = contract;
  return h(
    "details",
    { class: "card choosing", open: isUnknown },
    h("summary", {}, t(isUnknown ? "correcting.title-unknown" : "correcting.title")),
    h("p", { class: "small" }, t(isUnknown ? "correcting.text-unknown" : "correcting.text")),
    form(contract, subjects, before, { read, again }),
    before,
  );
}

/** What can be stated: what is claimed, a sale that is missing, the next year, and a document of any year. `now` is what it is today. */
function subjectsOf({ contract_id: id, keys, sale, annuities, customer_name: name, partner_id: partner }) {
  const known = keys
    .filter(({ fact, next_choice: next }) => fact !== "contract-end" && next)
    .map((key) => ({ ...key, text: keyName(key), to: key.next_choice.path.replace("/choices/", "/stated/"), seen: key.claims, now: nowOf(key, { sale, annuities, name }) }));
  if (!keys.some(({ fact }) => fact === "sale")) {
    known.unshift({ fact: "sale", text: t("correcting.new-sale"), seen: 0, to: path("contracts", id, "terms", "1", "stated", "1"), now: { partner_id: partner } });
  }
  const [last] = annuities.map(({ term }) => term).sort((a, b) => b - a);
  if (!last) return known;
  const fresh = (fact, term) => ({ fact, term, seen: 0, now: {} });
  const renewal = last < 99 ? [{ ...fresh("renewal", last + 1), text: t("correcting.new-renewal", { n: String(last + 1) }), to: path("contracts", id, "terms", String(last + 1), "stated", "1") }] : [];
  const documents = ADJUSTMENTS.map((fact) => ({ ...fresh(fact, last), text: t(`correcting.new-${fact}`), contract: id }));
  return [...known, ...renewal, ...documents];
}

function nowOf({ fact, term, id }, { sale, annuities, name }) {
  if (fact === "sale") return sale ? { ...sale, customer_name: name } : {};
  const annuity = annuities.find((one) => one.term === term);
  if (fact === "renewal") return annuity ?? {};
  return annuity?.adjustments.find((one) => one.kind === fact && one.id === id) ?? {};
}

function form(contract, subjects, before, { read, again }) {
  const what = select(subjects.map(({ text }, i) => [String(i), text]), "0", { name: "subject", onchange: () => offer() });
  const fields = h("div", { class: "grid" });
  const reason = input({ name: "reason", maxlength: "200", required: true });
  const button = h("button", { class: "primary" }, t("correcting.send"));
  const outcome = outcomeNote();
  const subject = () => subjects[Number(what.value)];
  const offer = () => fields.replaceChildren(...fieldsOf(subject()));
  const element = h(
    "form",
    { class: "form", novalidate: true },
    field(t("choosing.what"), what),
    fields,
    field(t("choosing.reason"), reason, { field: "reason", help: t("choosing.reason-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearErrors(element);
    outcome.textContent = "";
    const { to, body } = stated(subject(), new FormData(element));
    try {
      const preview = await busy(button, () => previewOf(to, body, { place: before }));
      if ((await asked(before, preview, { form: element })) === null) return button.focus();
      await busy(button, async () => {
        await put(carriedOut(to, preview), body);
        announce(t("choosing.accepted"));
        await taken(read, contract.choices.length);
      });
      await again();
      announce(t("choosing.done"));
    } catch (error) {
      if (error.name !== "AbortError" && !placeError(element, error)) outcome.textContent = `${t("problem.other")} ${error.message}`;
    }
  });
  offer();
  return element;
}

function fieldsOf({ fact, contract, term, now }) {
  const text = (name, value = now[name] ?? "") => field(t(`correcting.${name}`), input({ name, value, spellcheck: "false" }), { field: name });
  const on = (name) => field(t(`correcting.${name}`), dateInput(now[name], { name }), { field: name });
  const money = (name) => [
    field(t(`correcting.${name}`), input({ name, inputmode: "decimal", value: now[name] ? amountText(now[name]) : "" }), { field: `${name}.amount` }),
    field(t("currency"), input({ name: "currency", maxlength: "3", value: now[name]?.currency ?? "EUR" }), { field: `${name}.currency` }),
  ];
  if (fact === "sale") return [text("partner_id"), text("customer_id"), text("customer_name"), on("signed_on"), ...money("annual_fee")];
  if (fact === "renewal") return [on("starts_on"), ...money("annual_fee")];
  const own = contract ? [text("adjustment", ""), field(t("correcting.term"), h("input", { type: "number", name: "term", min: "1", max: "99", value: String(term) }), { field: "term" })] : [];
  return [...own, on("issued_on"), ...money("amount")];
}

/** The path and the body by which the API is told. */
function stated({ fact, to, seen, contract, now }, form) {
  const value = (name) => form.get(name)?.trim() || undefined;
  const amount = (name) => ({ amount: plainDecimal(value(name) ?? "", language()), currency: (value("currency") ?? "").toUpperCase() });
  const common = { seen, reason: value("reason") ?? "" };
  if (fact === "sale") {
    const [partner, customer, name] = ["partner_id", "customer_id", "customer_name"].map(value);
    const { instance } = now;
    return { to, body: { partner_id: partner, customer_id: customer, customer_name: name, signed_on: value("signed_on"), annual_fee: amount("annual_fee"), instance, ...common } };
  }
  if (fact === "renewal") return { to, body: { starts_on: value("starts_on"), annual_fee: amount("annual_fee"), ...common } };
  const of = contract ? path("contracts", contract, "terms", value("term") ?? "1", `${fact}s`, value("adjustment") ?? "-", "stated", "1") : to;
  return { to: of, body: { issued_on: value("issued_on"), amount: amount("amount"), ...common } };
}
