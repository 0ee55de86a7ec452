// What was claimed of a contract; once, or several times over.

import { day, moneyNode } from "./format.js";
import { annuityName, annuityTitle } from "./entry-table.js";
import { named, t } from "./text.js";

/** What a claim is about: the sale, a renewal, an adjustment, or the contract's end. */
export function keyName({ fact, term, id }) {
  if (id) return t("key.adjustment", { kind: named("adjustment", fact), id, annuity: annuityName(term) });
  if (fact === "contract-end") return t("event.contract-end");
  return term === 1 ? t("key.sale") : annuityTitle(term);
}

/** What a claim says. */
export const claimPairs = (claim) => [
  [t("claim.partner"), claim.partner_id],
  [t("claim.customer"), claim.customer_id],
  [t("claim.signed-on"), claim.signed_on && day(claim.signed_on)],
  [t("claim.starts-on"), claim.starts_on && day(claim.starts_on)],
  [t("claim.issued-on"), claim.issued_on && day(claim.issued_on)],
  [t("claim.ended-on"), claim.ended_on && day(claim.ended_on)],
  [t("event.fee"), claim.annual_fee && moneyNode(claim.annual_fee)],
  [t("event.amount"), claim.amount && moneyNode(claim.amount)],
  [t("claim.instance"), claim.instance && named("instance", claim.instance)],
];
