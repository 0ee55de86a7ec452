// What was claimed of a contract: a sale, a renewal, a credit note; once, or several times over.

import { day, moneyNode } from "./format.js";
import { annuityName, annuityTitle } from "./entry-table.js";
import { named, t } from "./text.js";

/** What a claim is about: a credit note, a renewal, or the sale. */
export function keyName({ term, credit_note_id: note }) {
  if (note) return t("key.credit-note", { id: note, annuity: annuityName(term) });
  return term === 1 ? t("key.sale") : annuityTitle(term);
}

export const sameKey = (one, other) =>
  one.term === other.term && (one.credit_note_id ?? null) === (other.credit_note_id ?? null);

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

/** Which claim stands, counted from 1; null: none. */
export function standing({ term, credit_note_id: note, claims }, { sale, annuities }) {
  const annuity = annuities.find((annuity) => annuity.term === term);
  const index = claims.findIndex((claim) => {
    if (note)
      return annuity?.credit_notes.some(
        (one) => one.credit_note_id === note && one.issued_on === claim.issued_on && same(one.credited, claim.amount),
      );
    if (term > 1) return annuity?.starts_on === claim.starts_on && same(annuity?.annual_fee, claim.annual_fee);
    return (
      sale !== null && Object.keys(claim).every((name) => JSON.stringify(claim[name]) === JSON.stringify(sale[name]))
    );
  });
  return index < 0 ? null : index + 1;
}

const same = (one, other) => one?.amount === other?.amount && one?.currency === other?.currency;

/** Everything that was claimed and can be chosen: `{ term, credit_note_id, claims, made }`. */
export function keysOf({ sale, annuities, contradictions, choices }) {
  const known = annuities.flatMap(({ term, starts_on: billed, credit_notes: notes }) => [
    ...((term === 1 ? sale : billed) ? [{ term, credit_note_id: null }] : []),
    ...notes.map((note) => ({ term, credit_note_id: note.credit_note_id })),
  ]);
  const all = [...contradictions, ...known, ...choices];
  const keys = all.filter((key, i) => all.findIndex((other) => sameKey(key, other)) === i);
  return keys.map(({ term, credit_note_id }) => ({
    term,
    credit_note_id,
    claims: contradictions.find((one) => sameKey(one, { term, credit_note_id }))?.claims.length ?? 1,
    made: choices.filter((one) => sameKey(one, { term, credit_note_id })).length,
  }));
}
