// Billing identities as they are read.

import { h } from "/page/dom.js";
import { amountText, day } from "/page/format.js";
import { pairs } from "/page/parts.js";
import { count, t } from "/page/text.js";

/** Name, address, numbers; of a partner also its terms. */
export function identityPairs(identity) {
  const { legal_name: name, address, country, siren, vat_id: vatId, regime } = identity;
  const { legal_form: form, share_capital: capital, registration } = identity;
  return pairs([
    [t("billing.legal_name"), name],
    [t("billing.legal_form"), form],
    [t("billing.share_capital"), capital],
    [t("billing.registration"), registration],
    [t("billing.address"), address],
    [t("billing.country"), country],
    [t("billing.siren"), siren],
    [t("billing.vat_id"), vatId],
    [t("billing.regime"), regime && t(`regime.${regime}`)],
    ...("payment_days" in identity ? termPairs(identity) : []),
  ]);
}

function termPairs({ mandate, series, payment_days: days, minimums, set_off: setOff, iban, account_holder: holder }) {
  const least = Object.entries(minimums).map(([currency, amount]) => `${amountText({ amount })}\u00a0${currency}`);
  return [
    [t("billing.mandate"), mandate ? mandateText(mandate) : t("billing.no-mandate")],
    [t("billing.series"), series],
    [t("billing.payment_days"), count("billing.days", days)],
    [t("billing.minimums"), least.join(", ")],
    [t("billing.set_off"), t(setOff ? "billing.agreed" : "billing.not-agreed")],
    [t("billing.iban"), iban && h("span", { class: "id" }, iban)],
    [t("billing.account_holder"), holder],
  ];
}

function mandateText({ signed_on: signed, ended_on: ended, days_to_contest: days }) {
  return [
    t(ended ? "billing.mandate-ended" : "billing.mandate-since", { from: day(signed), to: ended && day(ended) }),
    days !== null && h("span", { class: "small" }, `, ${count("billing.contest-days", days)}`),
  ];
}
