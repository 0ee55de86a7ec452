// Closing a month: what to look at first, what it would make, the orders for it, and the step that is never undone.

import { get, path, post, put } from "/page/api.js";
import { announce, h } from "/page/dom.js";
import { busy, clearErrors, placeError } from "/page/fields.js";
import { moment, moneyText, month } from "/page/format.js";
import { isMonth } from "/page/months.js";
import { partnerNames } from "/page/names.js";
import { confirmed } from "/page/confirming.js";
import { empty, link, loaded, problemNote, section, viewHeading } from "/page/parts.js";
import { count, t } from "/page/text.js";
import { attentionList } from "./attention.js";
import { closingTabs } from "./closes.js";
import { ordersOf } from "./orders.js";
import { carriedLists, documentLists, openedLists, sumsOf } from "./papers.js";

export function view({ rest, signal }) {
  const month_ = rest[0];
  const title = t("close.title", { month: isMonth(month_) ? month(month_) : month_ });
  return h(
    "div",
    {},
    closingTabs(null),
    viewHeading(title, { above: link("#/closing", t("closing.title")), below: t("close.text") }),
    loaded(
      () => Promise.all([get("/closings", {}, signal), partnerNames(signal)]),
      ([{ closings, next }, names]) => {
        if (closings.some((close) => close.month === month_)) return alreadyClosed(month_);
        const from = next?.month === month_ ? next.from : null;
        return preparation({ month: month_, isFirst: next === null, from, names, signal });
      },
    ),
  );
}

const alreadyClosed = (closed) =>
  h("div", { class: "note" }, h("p", {}, t("close.already")), h("p", {}, link(`#/closing/${closed}`, t("close.show", { month: month(closed) }))));

/** The orders, what a close would make by them, and the close itself. */
function preparation(closing) {
  const button = h("button", {}, t("close.again"));
  const wanted = ordersOf(closing);
  const form = h("form", { class: "form wide-form", novalidate: true }, wanted.fields, h("div", { class: "actions" }, button));
  const options = h("details", { class: "card order-card" }, h("summary", {}, t("orders.title")), h("p", { class: "small" }, t("orders.text")), form);
  const place = h("div", { class: "loaded" });
  const refuse = (error) => {
    if (!placeError(form, error)) return false;
    options.open = true;
    return t("close.see-orders");
  };
  const show = async () => {
    clearErrors(form);
    const orders = wanted.read();
    place.setAttribute("aria-busy", "true");
    if (!place.hasChildNodes()) place.append(h("p", { class: "empty" }, t("loading")));
    try {
      const preview = await previewOf(closing, orders);
      place.replaceChildren(...shown(preview, { ...closing, orders, refuse }));
      announce(t("close.previewed", { documents: count("close.documents", preview.documents.length), carried: count("close.carried", preview.carried.length) }));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (refuse(error)) place.replaceChildren();
      else place.replaceChildren(problemNote(error, show));
    } finally {
      place.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(button, show);
  });
  // What is closed is what was previewed.
  form.addEventListener("input", () => place.querySelector(".final-step")?.replaceChildren(h("p", {}, t("close.changed"))));
  show();
  return [options, place];
}

/** All pages of a preview, as one. */
async function previewOf({ month, signal }, orders) {
  const whole = { documents: [], carried: [], opened: [], attention: [] };
  let cursor = null;
  do {
    signal.throwIfAborted();
    const to = path("closings", month, "preview");
    const part = await post(cursor === null ? to : `${to}?${new URLSearchParams({ cursor })}`, orders);
    for (const name of Object.keys(whole)) whole[name].push(...part[name]);
    cursor = part.next_cursor;
  } while (cursor);
  signal.throwIfAborted();
  return whole;
}

function shown(preview, closing) {
  const { documents, carried, opened, attention } = preview;
  const { names } = closing;
  const refused = attention.find((look) => look.kind === "refused");
  return [
    refused && h("div", { class: "note bad" }, h("p", {}, h("strong", {}, t("close.refused"))), h("p", {}, whyNot(refused, closing))),
    attention.length > (refused ? 1 : 0) && section(t("look.title"), attentionList(attention, names)),
    section(t("close.would"), resultLine(preview)),
    opened.length > 0 && section(t("opened.title"), h("p", { class: "small" }, t("opened.text")), openedLists(opened, names)),
    section(
      t("closing.documents"),
      documents.length > 0
        ? [h("p", { class: "small" }, t("close.numbers")), documentLists(documents, names, { preview: true })]
        : empty(t("close.no-documents")),
    ),
    section(
      t("carried.title"),
      h("p", { class: "small" }, t("carried.text")),
      carried.length > 0 ? carriedLists(carried, names) : empty(t("carried.none")),
    ),
    !refused && finalStep(preview, closing),
  ].filter(Boolean);
}

/** Too early, it says until when in the page's own way. */
const whyNot = ({ why }, { from }) => (from !== null && Date.parse(from) > Date.now() ? t("closing.not-before", { moment: moment(from) }) : why);

/** What a close would make, in one card for each direction. */
function resultLine({ documents, carried, opened }) {
  const facts = [
    count("close.documents", documents.length),
    count("close.carried", carried.length),
    opened.length > 0 && count("close.opened", opened.length),
  ].filter(Boolean);
  const sums = ["to-partner", "from-partner"].flatMap((direction) => {
    const own = documents.filter((document) => document.direction === direction);
    return own.length > 0 ? [[direction, sumsOf(own, (document) => document.gross)]] : [];
  });
  return [
    h("p", { class: "close-result" }, facts.join(" · ")),
    sums.length > 0 &&
      h(
        "dl",
        { class: "pairs" },
        sums.map(([direction, list]) =>
          h("div", {}, h("dt", {}, t("close.gross-of", { account: t(`direction.${direction}`) })), list.map((money) => h("dd", { class: "strong money" }, moneyText(money)))),
        ),
      ),
  ].filter(Boolean);
}

/** Closing asks once more, since it is never undone. */
function finalStep({ documents }, { month: closed, orders, refuse }) {
  const name = month(closed);
  return h(
    "div",
    { class: "final-step card" },
    h("h2", {}, t("close.title", { month: name })),
    h("p", {}, t("close.as-of", { moment: moment(new Date().toISOString()) })),
    confirmed({
      text: t("close.button", { month: name }),
      question: [h("strong", {}, t("close.never-undone")), " ", count("close.sure", documents.length)],
      answer: t("close.yes", { month: name }),
      work: () => put(path("closings", closed), orders),
      done: () => {
        announce(t("close.done", { month: name }));
        location.hash = "#/closing";
      },
      refused: (error) => refuse(error) || error.message,
    }),
  );
}
