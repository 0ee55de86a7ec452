// A button that asks once more, in its place, before it does something that cannot be taken back.

import { h } from "./dom.js";
import { busy, outcomeNote } from "./fields.js";
import { t } from "./text.js";

/** `refused(problem)` gives words for a refusal, or false. */
export function confirmed({ text, question, answer, work, done, refused = () => false }) {
  const outcome = outcomeNote();
  const first = h("button", { type: "button", onclick: ask }, text);
  const yes = h("button", { type: "button", class: "primary", onclick: act }, answer);
  const no = h("button", { type: "button", onclick: back }, t("confirm.no"));
  const asked = h("div", { class: "confirming", role: "group", "aria-label": text, hidden: true }, h("p", {}, question), h("div", { class: "actions" }, yes, no), outcome);

  function ask() {
    first.hidden = true;
    asked.hidden = false;
    outcome.textContent = "";
    no.focus();
  }

  function back() {
    asked.hidden = true;
    first.hidden = false;
    first.focus();
  }

  async function act() {
    outcome.textContent = "";
    try {
      await busy(yes, work);
    } catch (error) {
      if (error.name !== "AbortError") outcome.textContent = refused(error) || `${t("problem.other")} ${error.message}`;
      return;
    }
    done();
  }

  return h("div", {}, first, asked);
}
