// What was known on a day: a slider over the days of the record, and the programme's sums as known on the chosen one.

import { amend } from "/page/address.js";
import { Problem, get } from "/page/api.js";
import { freshId, h } from "/page/dom.js";
import { addMonths, day, moneyNode, moneyText } from "/page/format.js";
import { byCurrency, minor } from "/page/money.js";
import { problemNote, section } from "/page/parts.js";
import { say, sayCount } from "./words.js";

/** Time for which the slider must rest, in milliseconds. */
const REST = 120;
const DAY = 86_400_000;
/** The most months that the API adds up at once. */
const MONTHS = 36;

const utc = (text) => Date.parse(`${text}T00:00:00Z`);
const dayAfter = (first, days) => new Date(utc(first) + days * DAY).toISOString().slice(0, 10);

/** The trial; `update` tells it the figures of now. */
export function days({ since, today, months }, asked, signal) {
  if (since === null || months === null) return nothing();
  const all = Math.round((utc(today) - utc(since)) / DAY);
  const place = asked === null ? all : Math.min(all, Math.max(0, Math.round((utc(asked) - utc(since)) / DAY)));
  const id = freshId("day");
  const slider = h("input", { type: "range", id, min: "0", max: String(all), step: "1" });
  slider.value = String(Number.isNaN(place) ? all : place);
  const chosen = h("output", { for: id });
  const figures = h("div", { class: "known", "aria-live": "polite" });
  let period = months;
  let now = null;
  let waiting = 0;
  let asking = new AbortController();

  function name() {
    const text = day(dayAfter(since, Number(slider.value)));
    chosen.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  }

  async function show() {
    const known = dayAfter(since, Number(slider.value));
    asking.abort();
    asking = new AbortController();
    amend({ day: known === today ? "" : known });
    figures.setAttribute("aria-busy", "true");
    try {
      const either = AbortSignal.any([signal, asking.signal]);
      const then = await sums(period, known, either);
      now = known === today ? then : (now ?? (await sums(period, today, either)));
      figures.replaceChildren(cards(then, now));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Problem)) console.error(error);
      figures.replaceChildren(problemNote(error, show));
    }
    figures.removeAttribute("aria-busy");
  }

  slider.addEventListener("input", () => {
    name();
    figures.setAttribute("aria-busy", "true");
    clearTimeout(waiting);
    waiting = setTimeout(show, REST);
  });
  name();
  show();
  const update = ({ months }) => {
    period = months;
    now = null;
    show();
  };
  const trial = section(
    say("days.title"),
    h("p", {}, say("days.text")),
    h(
      "div",
      { class: "days" },
      h("p", { class: "days-head" }, h("label", { for: id }, say("days.day")), " ", chosen),
      slider,
      h("p", { class: "small ends", "aria-hidden": "true" }, h("span", {}, day(since)), h("span", {}, day(today))),
    ),
    figures,
  );
  return Object.assign(trial, { update });
}

const nothing = () =>
  Object.assign(section(say("days.title"), h("p", { class: "empty" }, say("days.none"))), { update() {} });

/** The sums of all months by currency as known on a day. */
async function sums([first, last], known, signal) {
  const asked = [];
  for (let from = first; from <= last; from = addMonths(from, MONTHS)) {
    const end = addMonths(from, MONTHS - 1);
    asked.push(get("/summary", { from, to: end < last ? end : last, as_of: known }, signal));
  }
  return byCurrency((await Promise.all(asked)).flatMap(({ totals }) => totals));
}

function cards(then, last) {
  return h(
    "ul",
    { class: "cards balances" },
    last.map((now) => {
      const known = then.find(({ currency }) => currency === now.currency);
      return h(
        "li",
        { class: "card" },
        h("h3", {}, now.currency),
        known === undefined
          ? h("p", { class: "small" }, say("days.unknown"))
          : h(
              "dl",
              {},
              figure("days.to", known.dueTo, now.dueTo),
              figure("days.from", known.dueFrom, now.dueFrom),
            ),
        h("p", { class: "small" }, sayCount("days.entries", known?.entries ?? 0)),
      );
    }),
  );
}

const figure = (text, then, now) =>
  h(
    "div",
    { class: "figure-line" },
    h("dt", {}, say(text)),
    h("dd", {}, moneyNode(then)),
    minor(then) !== minor(now) && h("dd", { class: "now" }, say("days.today", { amount: moneyText(now) })),
  );
