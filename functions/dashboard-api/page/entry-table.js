// Entries as a table; each opens its explanation.

import { h } from "./dom.js";
import { day, dayNode, moment, moneyNode } from "./format.js";
import { sign } from "./money.js";
import { contractLink, pairs, table } from "./parts.js";
import { count, named, t } from "./text.js";

/** What an entry is about, in words. */
export function about({ kind, cause_kind: causeKind, cause, term }) {
  if (causeKind === "annuity") return t("about.annuity", { kind: named("kind", kind), annuity: annuityName(term) });
  return aboutCause(causeKind, cause);
}

/** An entry fee or an adjustment, in words. */
export const aboutCause = (causeKind, cause) =>
  causeKind === "entry-fee"
    ? t("about.entry-fee", { day: day(cause) })
    : t("about.adjustment", { kind: named("adjustment", causeKind), id: cause });

export const annuityName = (term) => (term === 1 ? t("annuity.first") : t("annuity.nth", { n: term }));
export const annuityTitle = (term) => annuityName(term).replace(/^./, (letter) => letter.toUpperCase());

/** `always`: the explanation stands below each entry, for paper. */
export function entryTable(caption, entries, { contract = true, always = false, foot = [], recorded = false } = {}) {
  const what = (entry) => [
    h("span", { class: "what" }, about(entry)),
    always && contract && entry.contract_id && [" · ", contractLink(entry.contract_id)],
  ];
  const columns = [
    { head: t("entry.booked"), cell: (entry) => dayNode(entry.booked_on) },
    { head: t("entry.what"), label: true, cell: what },
    contract &&
      !always && {
        head: t("entry.contract"),
        wide: true,
        cell: (entry) => (entry.contract_id ? contractLink(entry.contract_id) : "–"),
      },
    recorded && { head: t("entry.recorded"), wide: true, cell: (entry) => moment(entry.recorded_at) },
    { head: t("entry.amount"), number: true, lead: true, cell: (entry) => moneyNode(entry.amount) },
    {
      head: t("entry.vendor-share"),
      number: true,
      wide: true,
      cell: (entry) => (sign(entry.vendor_share) === 0 ? "–" : moneyNode(entry.vendor_share)),
    },
  ].filter(Boolean);
  return table(caption, columns, entries, {
    detail: always ? null : (entry) => explained(entry, contract),
    below: always ? (entry) => h("p", { class: "explanation" }, entry.explanation) : null,
    foot,
    hideCaption: true,
    stacked: true,
  });
}

/** Why an entry is what it is. */
const explained = (entry, contract) =>
  h(
    "div",
    { class: "explained" },
    h("p", { class: "explanation" }, entry.explanation),
    pairs([
      [t("entry.reason"), named("reason", entry.reason)],
      [t("entry.model"), named("model", entry.model)],
      [t("entry.vendor-share"), moneyNode(entry.vendor_share)],
      [t("entry.recorded"), moment(entry.recorded_at)],
      [t("entry.contract"), contract && entry.contract_id && contractLink(entry.contract_id)],
    ]),
  );

export const entriesNumber = (entries) => count("entries", entries.length);
