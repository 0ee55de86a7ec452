// What a request would move, shown before it is made.

import { put } from "./api.js";
import { announce, h } from "./dom.js";
import { aboutCause, annuityTitle } from "./entry-table.js";
import { field, input } from "./fields.js";
import { changeNode, month } from "./format.js";
import { contractLink, labelCell, table, unreadableNote } from "./parts.js";
import { count, named, t } from "./text.js";

/** How long a preview that is made in the background is waited for: ten minutes. */
const PAUSE = 2000;
const ATTEMPTS = 300;

/**
 * What a request would move. Of many contracts it is computed in the background: `place` says so, and offers not to wait. Then,
 * or if it takes too long, what it moves is unknown.
 */
export async function previewOf(path, body, { headers, place }) {
  const first = await put(`${path}?preview=true`, body, headers);
  if (!isUnderWay(first)) return first;
  const id = first.previewed;
  let isWaiting = true;
  let stop;
  const stopped = new Promise((resolve) => (stop = resolve));
  const skip = h("button", { type: "button", onclick: () => ((isWaiting = false), stop()) }, t("preview.do-not-wait"));
  place.replaceChildren(h("div", { class: "note", role: "status" }, h("p", {}, t("preview.under-way")), h("div", { class: "actions" }, skip)));
  try {
    for (let attempt = 0; isWaiting && attempt < ATTEMPTS && place.isConnected; attempt += 1) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, PAUSE)), stopped]);
      const made = isWaiting ? await put(`${path}?preview=true&previewed=${id}`, body, headers) : first;
      if (!isUnderWay(made)) return { ...made, previewed: id };
    }
    return { isUnknown: true, changes: [] };
  } finally {
    place.replaceChildren();
  }
}

const isUnderWay = (answer) => answer.changes === undefined;

/** The path that carries out what was looked at: the journal keeps the amounts of a preview that was made in the background. */
export const carriedOut = (path, { previewed }) => (previewed ? `${path}?previewed=${previewed}` : path);

/** Whether anything would be appended that is not zero, or may be. */
export const moves = ({ changes, isUnknown }) => changes.length > 0 || isUnknown === true;

/** The sums by partner and currency, the months behind them, and the largest changes. */
export function previewCard(preview) {
  if (preview.isUnknown) return h("div", { class: "note bad" }, h("p", {}, h("strong", {}, t("preview.unknown"))));
  const { lines_changed: lines, past_months: past, being_booked: unbooked, to_carry_out: waiting, unregistered, totals, changes, largest } = preview;
  return h(
    "div",
    { class: "card preview" },
    h("h3", {}, t("preview.title")),
    lines === 0 && h("p", {}, t("preview.nothing")),
    lines > 0 && h("p", {}, count("preview.lines", lines), changes.length > 0 && [" ", spanOf(changes)], past > 0 && [" ", h("strong", {}, count("preview.past", past))]),
    unregistered && h("p", { class: "note bad" }, t("preview.unregistered", { partner: unregistered })),
    unbooked > 0 && h("p", { class: "note" }, t("preview.being-booked")),
    waiting > 0 && h("p", { class: "note" }, t("preview.to-carry-out")),
    unreadableNote(preview),
    totals.length > 0 && table(
      t("preview.balances"),
      [
        { head: t("preview.partner"), label: true, cell: labelCell },
        { head: t("currency"), cell: (row) => row.currency },
        { head: t("due.to"), number: true, lead: "named", cell: (row) => changeNode(row.due_to_partner) },
        { head: t("due.from"), number: true, cell: (row) => changeNode(row.due_from_partner) },
      ],
      totals.map((row, i) => ({ ...row, label: nameOf(row), continues: i > 0 && totals[i - 1].partner_id === row.partner_id })),
      { stacked: true, hideCaption: true },
    ),
    changes.length > 0 && h("details", {}, h("summary", {}, t("preview.months")), monthTable(changes)),
    largest.length > 0 && h("details", {}, h("summary", {}, t("preview.largest")), largestTable(largest)),
  );
}

/** The first and the last month that would change. */
function spanOf(changes) {
  const months = changes.map((row) => row.month).sort();
  const [from, to] = [month(months[0]), month(months.at(-1))];
  return t(from === to ? "preview.month-alone" : "preview.span", { from, to });
}

const nameOf = ({ partner_id: id, partner_name: name }) => (name ? `${name} (${id})` : id);

const monthTable = (changes) =>
  table(
    t("preview.months"),
    [
      { head: t("preview.month"), label: true, cell: (row) => month(row.month) },
      { head: t("preview.partner"), wide: true, cell: nameOf },
      { head: t("preview.kind"), cell: (row) => named("kind", row.kind) },
      { head: t("preview.amount"), number: true, lead: "named", cell: (row) => [changeNode(row.amount), "\u00a0", row.amount.currency] },
    ],
    changes,
    { stacked: true, hideCaption: true },
  );

const largestTable = (lines) =>
  table(
    t("preview.largest"),
    [
      { head: t("preview.what"), label: true, cell: titleOf },
      { head: t("preview.change"), number: true, lead: "named", cell: (row) => row.differences.map(({ amount }) => h("div", {}, changeNode(amount))) },
      { head: t("preview.why"), wide: true, cell: (row) => row.after?.explanation ?? t("preview.no-longer") },
    ],
    lines,
    { stacked: true, hideCaption: true },
  );

const titleOf = ({ contract_id: contract, term, cause_kind: kind, cause }) => [
  contract && [contractLink(contract), " · "],
  kind === "annuity" ? annuityTitle(term) : aboutCause(kind, cause),
];

/**
 * Shows in `place` what a request would move, and asks whether to make it. `reason`: a reason is asked for too. Until then
 * `form`, which the request was read from, stays as it is. Gives the reason, or null after *Back*.
 */
export function asked(place, preview, { form: origin, reason = false }) {
  origin.inert = true;
  return new Promise((answer) => {
    const why = input({ name: "reason", maxlength: "200", required: true });
    const go = h("button", { class: "primary" }, t(moves(preview) ? "preview.go" : "preview.go-on"));
    const back = h("button", { type: "button" }, t("preview.back"));
    const end = (given) => {
      origin.inert = false;
      place.replaceChildren();
      answer(given);
    };
    back.addEventListener("click", () => end(null));
    const form = h(
      "form",
      {
        class: "form",
        onsubmit: (event) => {
          event.preventDefault();
          end(reason ? why.value.trim() : "");
        },
      },
      previewCard(preview),
      reason && field(t("preview.reason"), why, { field: "reason", help: t("preview.reason-help") }),
      h("div", { class: "actions" }, go, back),
    );
    place.replaceChildren(form);
    (reason ? why : go).focus();
    announce(t("preview.title"));
  });
}
