// What was claimed of a contract: a sale, a renewal, a credit note; once, or several times over.

import { day, moneyNode } from "./format.js";
import { annuityName, annuityTitle } from "./entry-table.js";
import { named, t } from "./text.js";

/** What a claim is about: a credit note, a renewal, or the sale. */
export function keyName({ term, credit_note_id: note }) {
  if (note) return t("key.credit-note", { id: note, annuity: annuityName(term) });
  return term === 1 ? t("key.sale") : annuityTitle(term);
}

/** What a claim says. */
export const claimPairs = (claim) => [
  [t("claim.partner"), claim.partner_id],
  [t("claim.customer"), claim.customer_id],
  [t("claim.signed-on"), claim.signed_on && day(claim.signed_on)],
  [t("claim.starts-on"), claim.starts_on && day(claim.starts_on)],
  [t("claim.issued-on"), claim.issued_on && day(claim.issued_on)],
  [t("event.fee"), claim.annual_fee && moneyNode(claim.annual_fee)],
  [t("event.credited"), claim.amount && moneyNode(claim.amount)],
  [t("claim.instance"), claim.instance && named("instance", claim.instance)],
];
