// Everything again, shuffled and doubled: the server does it, this shows how far it is and what came of it.

import { Problem, get, post } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { integer, moneyNode } from "/page/format.js";
import { problemNote, section, table } from "/page/parts.js";
import { say, seconds } from "./words.js";

/** Time between two looks, in milliseconds. */
const GLANCE = 150;

/** The trial; `update` tells it the figures of now. */
export function replay(figures, signal) {
  const button = h("button", { type: "button", class: "primary", onclick: () => start() });
  const outcome = h("div", { class: "outcome" });
  const bar = h("progress", { "aria-label": say("replay.title") });
  const where = h("p", { class: "small" });
  const update = ({ facts }) => (button.textContent = say("replay.start", { n: integer(facts) }));

  async function start() {
    await follow(() => post("/try/replay"));
    announce(outcome.textContent);
  }

  /** Shows a replay until it ends; `first` is how to ask for it at first. */
  async function follow(first) {
    button.disabled = true;
    try {
      let state = await first();
      while (state.state === "running") {
        progress(state);
        await new Promise((resolve) => setTimeout(resolve, GLANCE));
        state = await get("/try/replay", {}, signal);
      }
      if (state.state !== "none") outcome.replaceChildren(...(state.state === "done" ? done(state) : failed(state)));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Problem)) console.error(error);
      outcome.replaceChildren(problemNote(error));
    }
    button.disabled = false;
  }

  function progress({ done, of, seed }) {
    if (of === 0) bar.removeAttribute("value");
    else Object.assign(bar, { max: of, value: done });
    where.textContent =
      of === 0
        ? say("replay.preparing")
        : say("replay.running", { done: integer(done), of: integer(of), seed });
    if (!bar.isConnected) outcome.replaceChildren(bar, where);
  }

  update(figures);
  follow(() => get("/try/replay", {}, signal));
  const place = section(
    say("replay.title"),
    h("p", {}, say("replay.text")),
    h("p", { class: "small" }, say("replay.order"), " ", say("replay.table")),
    h("p", { class: "actions" }, button),
    outcome,
  );
  return Object.assign(place, { update });
}

function done({ facts, same, partners, seed, milliseconds, differences }) {
  const text = say(differences.length === 0 ? "replay.same" : "replay.differs", {
    n: integer(facts),
    same: integer(same),
    partners: integer(partners),
  });
  return [
    h(
      "div",
      { class: differences.length === 0 ? "note good" : "note bad" },
      h("p", {}, h("strong", {}, text)),
      marks(same, partners),
      h("p", { class: "small" }, say("replay.how", { seed, seconds: seconds(milliseconds / 1000) })),
    ),
    differences.length > 0 && differenceTable(differences),
  ].filter(Boolean);
}

/** A mark for each partner; the text above says the same. */
const marks = (same, partners) =>
  h(
    "p",
    { class: "marks", "aria-hidden": "true" },
    Array.from({ length: partners }, (_, n) => h("span", { class: n < same ? "same" : "other" }, n < same ? "✓" : "×")),
  );

function differenceTable(differences) {
  const due = ({ to_partner: to, from_partner: from }) => [
    h("span", { class: "due" }, moneyNode(to), " ", say("replay.to")),
    h("span", { class: "due" }, moneyNode(from), " ", say("replay.from")),
  ];
  return table(
    say("replay.title"),
    [
      { head: say("replay.partner"), label: true, cell: (row) => row.name ?? row.partner_id },
      { head: say("replay.live"), cell: (row) => due(row.live) },
      { head: say("replay.again"), cell: (row) => due(row.replayed) },
    ],
    differences,
    { hideCaption: true },
  );
}

const failed = ({ reason }) => [h("div", { class: "note bad" }, h("p", {}, say("replay.failed", { reason })))];
