// Lines as a list; each opens the entries that were appended for it.

import { h } from "./dom.js";
import { about, annuityName } from "./entry-table.js";
import { day, dayNode, moment, moneyNode } from "./format.js";
import { amountKey, list } from "./list.js";
import { sign } from "./money.js";
import { contractLink, pairs } from "./parts.js";
import { count, named, t } from "./text.js";

/** `clients`: the names of the clients that are known, by contract. */
export const lineList = (lines, clients) =>
  list({
    caption: t("entries.title"),
    rows: lines,
    order: "-booked",
    dims: (line) => line.cancelled,
    detail: appended,
    choices: [
      { id: "kind", label: t("entry.kind"), of: ({ latest }) => latest.kind, name: (kind) => named("kind", kind) },
      {
        id: "model",
        label: t("entry.model"),
        of: ({ latest }) => latest.model,
        name: (model) => named("model", model),
      },
    ],
    columns: [
      {
        id: "booked",
        head: t("entry.booked"),
        cell: ({ latest }) => dayNode(latest.booked_on),
        sort: ({ latest }) => [latest.booked_on, latest.recorded_at],
        text: ({ latest }) => `${day(latest.booked_on)} ${latest.booked_on}`,
      },
      {
        id: "what",
        head: t("entry.what"),
        label: true,
        cell: ({ latest, corrections }) => [
          h("span", { class: "what" }, about(latest)),
          corrections > 0 && [" ", h("span", { class: "badge" }, count("entries.corrected", corrections))],
        ],
        sort: ({ latest }) => about(latest),
        text: ({ latest }) => about(latest),
      },
      {
        id: "contract",
        head: t("entry.contract"),
        cell: ({ latest: { contract_id: id } }) =>
          id && [contractLink(id), clients.has(id) && h("span", { class: "small" }, ` ${clients.get(id)}`)],
        sort: ({ latest: { contract_id: id } }) => clients.get(id) ?? id,
        text: ({ latest: { contract_id: id } }) => `${id ?? ""} ${clients.get(id) ?? ""}`,
      },
      {
        id: "amount",
        head: t("entry.amount"),
        number: true,
        lead: true,
        cell: ({ amount }) => moneyNode(amount),
        sort: ({ amount }) => amountKey(amount),
        text: ({ amount }) => amount.amount,
        sum: ({ amount }) => amount,
      },
      lines.some(({ vendor_share: share }) => sign(share) !== 0) && {
        id: "share",
        head: t("entry.vendor-share"),
        number: true,
        wide: true,
        cell: ({ vendor_share: share }) => (sign(share) === 0 ? "–" : moneyNode(share)),
        sort: ({ vendor_share: share }) => amountKey(share),
        sum: ({ vendor_share: share }) => share,
      },
    ].filter(Boolean),
  });

/** The entries of a line, newest first: when, how much, why. */
function appended({ latest, entries, vendor_share: share }) {
  return h(
    "div",
    { class: "explained" },
    h(
      "ol",
      { class: "appended" },
      entries.map((entry) => appendedEntry(entry, entries.length > 1)),
    ),
    pairs([
      [t("entry.model"), named("model", latest.model)],
      [t("entry.vendor-share"), sign(share) !== 0 && moneyNode(share)],
      [t("entry.contract"), latest.contract_id && contractLink(latest.contract_id)],
      [t("annuity"), latest.cause_kind !== "annuity" && latest.term && annuityName(latest.term)],
    ]),
  );
}

const appendedEntry = (entry, several) =>
  h(
    "li",
    {},
    h(
      "p",
      { class: "appended-head" },
      h(
        "span",
        { class: "small" },
        t("entry.recorded-at", { moment: moment(entry.recorded_at) }),
        ` · ${named("reason", entry.reason)}`,
      ),
      several && moneyNode(entry.amount, { class: "strong" }),
    ),
    h("p", { class: "explanation" }, entry.explanation),
  );
