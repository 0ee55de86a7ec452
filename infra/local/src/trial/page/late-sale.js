// A sale that comes late: the balance before, the event on the queue, the balance after, and the lines that moved.

import { Problem, get, getAll, path, post } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { changeNode, day, dayNode, moneyNode, moneyText } from "/page/format.js";
import { minor, sign, sum } from "/page/money.js";
import { loaded, problemNote, section } from "/page/parts.js";
import { say, seconds } from "./words.js";

/** Time between two looks and until they end, and of the counting, in milliseconds. */
const GLANCE = 200;
const PATIENCE = 20_000;
const COUNTING = 1200;

/** What was sent last, kept while the page speaks another language. */
let last = null;

/** The trial; `booked` is called after each sale. */
export function lateSale({ seller }, signal, booked) {
  if (seller === null) return section(say("late.title"), h("p", { class: "empty" }, say("late.nobody")));
  return section(
    say("late.title"),
    h("p", {}, say("late.text")),
    loaded(() => look(seller, signal), (before) => trial(seller, before, signal, booked)),
  );
}

/** The partner's balances and entries as they are now. */
async function look({ partner_id: id }, signal) {
  const [{ balances }, { list: entries }] = await Promise.all([
    get(path("partners", id), {}, signal),
    getAll(path("partners", id, "entries"), { limit: "500" }, "entries", signal),
  ]);
  return { balances, entries };
}

function trial(seller, first, signal, booked) {
  let known = first;
  const figures = h("dl", { class: "figures" });
  const story = h("div", { class: "outcome" });
  const button = h("button", { type: "button", class: "primary", onclick: () => send() }, say("late.start"));
  show(figures, seller, known.balances, known.balances);
  if (last !== null) tell(story, last, known.entries);

  async function send() {
    button.disabled = true;
    story.replaceChildren();
    try {
      const sale = await post("/try/late-sale");
      const started = performance.now();
      story.append(sent(sale));
      const after = await awaited(seller, sale, known, signal);
      if (after === null) {
        story.append(h("p", { class: "note bad" }, say("late.slow", { seconds: seconds(PATIENCE / 1000) })));
      } else {
        const before = new Set(known.entries.map(name));
        const moved = after.entries.map(name).filter((one) => !before.has(one));
        last = { sale, moved, took: (performance.now() - started) / 1000 };
        show(figures, seller, known.balances, after.balances);
        known = after;
        tell(story, last, after.entries);
        announce(story.textContent);
        booked();
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Problem)) console.error(error);
      story.append(problemNote(error));
    }
    button.disabled = false;
  }

  return [figures, h("p", { class: "actions" }, button), story];
}

/** Asks until the sale is booked and its month is added up; null when that takes too long. */
async function awaited(seller, sale, known, signal) {
  const before = new Set(known.entries.map(name));
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, GLANCE));
    const now = await look(seller, signal);
    const fresh = now.entries.filter((entry) => !before.has(name(entry)));
    const booked = fresh.some((entry) => entry.contract_id === sale.contract_id);
    if (booked && addsUp(known.balances, fresh, now.balances)) return now;
  }
  return null;
}

/** What an entry changes of each balance, as the rules have it. */
const DUE = {
  due_to_partner: { commission: "amount" },
  due_from_partner: { "revenue-share": "vendor_share", "entry-fee": "amount" },
};

/** Whether the balances have moved by the new entries: a month's sum follows its entries. */
const addsUp = (before, fresh, after) =>
  after.every((balance) =>
    Object.entries(DUE).every(([field, kinds]) => {
      const now = balance[field];
      const old = before.find((one) => one.currency === balance.currency)?.[field];
      const moved = fresh.map((entry) => entry[kinds[entry.kind]]);
      const own = [old, ...moved].filter((amount) => amount?.currency === balance.currency);
      return minor(now) === minor(sum(own, now));
    }),
  );

/** An entry, whatever the language of its explanation. */
const name = ({ explanation, ...entry }) => JSON.stringify(entry);

/** The balances that are not zero, each counting from what it was. */
function show(place, seller, before, after) {
  const lines = after.flatMap((balance) =>
    [
      ["late.to", "due_to_partner"],
      ["late.from", "due_from_partner"],
    ].map(([text, field]) => ({
      text: say(text, seller),
      from: before.find((one) => one.currency === balance.currency)?.[field] ?? sum([], balance[field]),
      to: balance[field],
    })),
  );
  const shown = lines.filter(({ from, to }) => sign(from) !== 0 || sign(to) !== 0);
  place.replaceChildren(
    ...shown.map(({ text, from, to }) => {
      const figure = h("dd", {});
      count(figure, from, to);
      return h("div", { class: "figure-line" }, h("dt", {}, text), figure);
    }),
  );
}

function count(place, from, to) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || minor(from) === minor(to);
  if (still) return place.replaceChildren(moneyNode(to));
  const started = performance.now();
  const step = (now) => {
    const part = Math.min(1, (now - started) / COUNTING);
    const eased = BigInt(Math.round((1 - (1 - part) ** 3) * 10_000));
    const units = minor(from) + ((minor(to) - minor(from)) * eased) / 10_000n;
    const at = sum([{ amount: String(units) }], to);
    place.replaceChildren(moneyNode(part === 1 ? to : at));
    if (part < 1 && place.isConnected) requestAnimationFrame(step);
  };
  place.replaceChildren(moneyNode(from));
  place.classList.add("moved");
  requestAnimationFrame(step);
}

const sent = (sale) =>
  h(
    "p",
    {},
    say("late.sent", {
      contract: sale.contract_id,
      customer: sale.customer_name,
      day: day(sale.signed_on),
      fee: moneyText(sale.annual_fee),
    }),
  );

/** What was sent, and the lines that moved because of it. */
function tell(place, { sale, moved, took }, entries) {
  const lines = entries.filter((entry) => moved.includes(name(entry)));
  place.replaceChildren(
    sent(sale),
    h("p", {}, say("late.booked", { seconds: seconds(took) })),
    h("ul", { class: "moves" }, lines.map((entry) => line(entry, sale))),
  );
}

const line = (entry, sale) =>
  h(
    "li",
    { class: "card move" },
    h(
      "p",
      { class: "move-head" },
      dayNode(entry.booked_on),
      h("span", { class: "badge" }, say(entry.contract_id === sale.contract_id ? "late.new" : "late.moved")),
      h("span", {}, changeNode(entry.amount), " ", h("span", { class: "currency" }, entry.amount.currency)),
    ),
    h("p", {}, entry.explanation),
    entry.contract_id &&
      h(
        "p",
        {},
        h(
          "a",
          { href: `#/contracts/${encodeURIComponent(entry.contract_id)}` },
          say("late.contract", { contract: entry.contract_id }),
        ),
      ),
  );
