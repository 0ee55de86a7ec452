// What is done to an agreement as a whole: it ends on a day, another model follows it, it is withdrawn.

import { announce, freshId, h } from "./dom.js";
import { dateInput, field, select } from "./fields.js";
import { period, today } from "./format.js";
import { addDays } from "./months.js";
import { codes, named, t } from "./text.js";

const isInForce = ({ starts_on: from, ends_on: to }) => from !== undefined && from <= today() && (!to || today() <= to);

/**
 * The buttons of an agreement. `end(day)` fills its last day and gives the one before, `follow(agreement)` begins another, `remove()` withdraws it.
 * Only one that is in force ends or changes model; one that is registered is withdrawn in a second step.
 */
export function agreementActions(agreement, { end, follow, remove }) {
  const place = h("div", {});
  const buttons = [
    isInForce(agreement) && opener(place, "agreement.end", (close) => endFields(agreement, end, close)),
    isInForce(agreement) && opener(place, "agreement.change", (close) => changeFields(agreement, { end, follow }, close)),
    agreement.starts_on === undefined
      ? h("button", { type: "button", class: "plain", onclick: remove }, t("register.remove"))
      : opener(place, "register.remove", (close) => removeFields(agreement, remove, close)),
  ];
  return [h("div", { class: "actions" }, buttons), place];
}

/** A button that shows its step in a place, where one steps back, too. `content(close)` gives its fields and its work. */
function opener(place, text, content) {
  const button = h("button", { type: "button", class: "plain", onclick: open }, t(text));
  const close = () => {
    place.replaceChildren();
    button.focus();
  };
  function open() {
    const { shown, answer, work } = content(close);
    const error = h("p", { class: "field-error", role: "alert", id: freshId("error") });
    const act = () => {
      error.textContent = "";
      const wrong = work();
      if (wrong) error.textContent = t(wrong);
    };
    const yes = h("button", { type: "button", class: "primary", onclick: act }, t(answer));
    const no = h("button", { type: "button", onclick: close }, t("confirm.no"));
    const step = h(
      "div",
      { class: "confirming", role: "group", "aria-label": t(text) },
      shown,
      error,
      h("div", { class: "actions" }, yes, no),
    );
    // The keyboard's Enter does this step, not the whole form.
    step.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName === "BUTTON") return;
      event.preventDefault();
      act();
    });
    place.replaceChildren(step);
    (step.querySelector("input, select") ?? no).focus();
  }
  return button;
}

const TOO_EARLY = "agreement.day-too-early";

function endFields(agreement, end, close) {
  const last = dateInput("", {});
  const work = () => {
    if (!last.value || last.value < agreement.starts_on) return TOO_EARLY;
    end(last.value);
    announce(t("agreement.ended"));
    return close();
  };
  return { shown: field(t("agreement.end-day"), last), answer: "agreement.end-do", work };
}

/** The agreement that follows ends when this one would have ended. */
function changeFields(agreement, { end, follow }, close) {
  const first = dateInput("", {});
  const others = codes("model").filter((name) => name !== agreement.model);
  const model = select(
    others.map((name) => [name, named("model", name)]),
    others[0],
  );
  const work = () => {
    if (!first.value || first.value <= agreement.starts_on) return TOO_EARLY;
    const until = end(addDays(first.value, -1));
    close();
    follow({ model: model.value, starts_on: first.value, ends_on: until });
    return announce(t("agreement.changed"));
  };
  const fields = [field(t("agreement.change-day"), first), field(t("agreement.change-model"), model)];
  return { shown: h("div", { class: "grid" }, fields), answer: "agreement.change-do", work };
}

function removeFields(agreement, remove) {
  const values = { model: named("model", agreement.model), period: period(agreement.starts_on, agreement.ends_on) };
  return { shown: h("p", {}, t("register.remove-sure", values)), answer: "register.remove-do", work: remove };
}
