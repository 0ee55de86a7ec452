// For whoever is not signed in, or no longer, and for those whom the programme does not know.

import { h } from "./dom.js";
import { t } from "./text.js";
import { signIn, signInProblem, signOut } from "./tokens.js";

/** Problems that trying again does not mend. */
const FINAL = ["not-set-up"];
/** What is said without alarm. */
const CALM = ["signed-out"];

export const signInView = () => () => {
  const problem = signInProblem();
  return h(
    "div",
    { class: "sign-in" },
    h("h1", { tabindex: "-1" }, t("sign-in.title")),
    problem && problemOf(problem),
    h("p", { class: "lead" }, t("sign-in.text")),
    !FINAL.includes(problem) && signInButton(t(problem && !CALM.includes(problem) ? "sign-in.again" : "sign-in.go")),
  );
};

const problemOf = (problem) =>
  h(
    "div",
    CALM.includes(problem) ? { class: "note", role: "status" } : { class: "note bad", role: "alert" },
    h("p", {}, t(`sign-in.${problem}`)),
  );

/** Leads to the provider; what keeps it from that is said beside the button. */
export function signInButton(text) {
  const outcome = h("p", { class: "field-error", role: "alert" });
  const go = async () => {
    outcome.textContent = "";
    if (!(await signIn())) outcome.textContent = t(`sign-in.${signInProblem()}`);
  };
  return h("div", {}, h("p", { class: "actions" }, h("button", { type: "button", class: "primary", onclick: go }, text)), outcome);
}

/** Signed in, but not a member: told so, and nothing else. */
export const strangerView = () => () =>
  h(
    "div",
    { class: "sign-in" },
    h("h1", { tabindex: "-1" }, t("stranger.title")),
    h("p", { class: "lead" }, t("stranger.text")),
    h("p", { class: "actions" }, h("button", { type: "button", class: "primary", onclick: signOut }, t("stranger.other"))),
  );
