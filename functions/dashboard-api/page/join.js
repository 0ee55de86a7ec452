// Accepting an invitation.

import { get } from "./api.js";
import { h } from "./dom.js";
import { problemNote } from "./parts.js";
import { t } from "./text.js";
import { signInButton } from "./sign-in.js";
import { acceptInvitation, forgetInvitation, isSignedIn, signInProblem, signOut } from "./tokens.js";

/** Why an invitation is not accepted, by the status of the refusal; whether its reader is a member tells the rest. */
const REASONS = { 404: "unknown", 410: "expired" };

/** What the link is, before anything happens. */
export const joinView =
  ({ enter, leave }) =>
  () => {
    const problem = signInProblem();
    const accept = () => {
      acceptInvitation();
      enter();
    };
    return h(
      "div",
      { class: "sign-in" },
      h("h1", { tabindex: "-1" }, t("join.title")),
      problem && h("div", { class: "note bad", role: "alert" }, h("p", {}, t(`sign-in.${problem}`))),
      h("p", { class: "lead" }, t(isSignedIn() ? "join.text-signed-in" : "join.text")),
      isSignedIn()
        ? h("p", { class: "actions" }, h("button", { type: "button", class: "primary", onclick: accept }, t("join.accept")))
        : signInButton(t("join.go")),
      h("p", { class: "actions" }, h("button", { type: "button", class: "plain", onclick: leave }, t("join.leave"))),
    );
  };

export async function refusedView(error, { again, leave }) {
  const reason = error.status === 409 ? ((await isMember()) ? "member-already" : "used") : REASONS[error.status];
  return () => {
    if (reason === undefined) return problemNote(error, again);
    const other = () => {
      // Another account may accept it only if nobody has.
      if (reason !== "member-already") forgetInvitation();
      signOut();
    };
    return h(
      "div",
      { class: "sign-in" },
      h("h1", { tabindex: "-1" }, t("join.refused")),
      h("div", { class: "note bad", role: "alert" }, h("p", {}, t(`join.${reason}`))),
      h(
        "p",
        { class: "actions" },
        reason === "member-already" && h("button", { type: "button", class: "primary", onclick: leave }, t("join.on")),
        h("button", { type: "button", onclick: other }, t("stranger.other")),
      ),
    );
  };
}

const isMember = () =>
  get("/me").then(
    () => true,
    () => false,
  );
