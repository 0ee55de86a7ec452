// What is said above every view: that the sign-in ends, that the page is seen as somebody else's; and a greeting.

import { h } from "./dom.js";
import { named, t } from "./text.js";
import { signInBeside } from "./tokens.js";
import { stop } from "./viewing.js";

let ending = null;

/** The place of the notices in the page. */
export const notices = (session) =>
  h("div", { class: "notices" }, session.viewedBy !== null && viewingNote(session), h("div", { id: "ending" }, endingNote()));

/** Says that the sign-in ends "soon", has "ended", or that signing in again has "failed"; null: nothing to say. */
export function markEnding(how) {
  ending = how;
  document.querySelector("#ending")?.replaceChildren(...[endingNote()].filter(Boolean));
}

function endingNote() {
  if (ending === null) return null;
  const outcome = h("p", { class: "field-error", role: "alert" });
  const go = async () => {
    outcome.textContent = "";
    const opened = await signInBeside().catch(() => null);
    if (opened === null) markEnding("failed");
    else if (!opened) outcome.textContent = t("ending.blocked");
  };
  return h(
    "div",
    { class: "note bad", role: "alert" },
    h("p", {}, h("strong", {}, t(`ending.${ending}`)), " ", t("ending.stays")),
    h("button", { type: "button", onclick: go }, t("ending.go")),
    outcome,
  );
}

const viewingNote = (session) =>
  h(
    "div",
    { class: "viewing", role: "region", "aria-label": t("viewing.title") },
    h("p", {}, t("viewing.text", { name: session.name }), " ", h("span", { class: "small" }, belongsTo(session))),
    h("button", { type: "button", onclick: stop }, t("viewing.stop")),
  );

/** A role, and whose member it is. */
export const belongsTo = ({ role, partnerName, partnerId }) =>
  role === "partner" ? `${t("role.partner")} · ${partnerName ?? partnerId}` : named("role", role);

export const greetingNote = (session) =>
  h(
    "div",
    { class: "note good", role: "status" },
    h("p", {}, h("strong", {}, t("join.welcome", { name: session.name }))),
    h("p", {}, t(`join.welcome.${session.role}`, { partner: session.partnerName ?? session.partnerId })),
  );
