// For whoever is not signed in, or no longer.

import { h } from "./dom.js";
import { field, input } from "./fields.js";
import { answerOffer, signIn, signInProblem } from "./session.js";
import { t } from "./text.js";

export function signInView(render) {
  const problem = signInProblem();
  const button = h("p", {});
  signInButton(button);
  return h(
    "div",
    { class: "sign-in" },
    h("h1", { tabindex: "-1" }, t("sign-in.title")),
    problem && h("div", { class: "note bad", role: "alert" }, h("p", {}, t(`sign-in.${problem}`))),
    h("p", { class: "lead" }, t("sign-in.text")),
    button,
    tokenForm(render),
  );
}

/** For whoever is signed in, and has followed a link for somebody else. */
export function offerView(now, other, render) {
  const answer = (follow) => () => {
    answerOffer(follow);
    render();
  };
  const button = (name, follow, text) =>
    h("button", { type: "button", class: name, onclick: answer(follow) }, text);
  return h(
    "div",
    { class: "sign-in" },
    h("h1", { tabindex: "-1" }, t("offer.title")),
    h("p", { class: "lead" }, t("offer.text", { now: nameOf(now), other: nameOf(other) })),
    h("p", {}, t("offer.warning")),
    h(
      "div",
      { class: "actions" },
      button("primary", false, t("offer.stay", { now: nameOf(now) })),
      button(null, true, t("offer.follow", { other: nameOf(other) })),
    ),
  );
}

const nameOf = ({ admin, partnerId }) =>
  admin ? t("offer.admin") : partnerId === null ? t("offer.nobody") : t("offer.partner", { id: partnerId });

/** Shown when a sign-in page is configured. */
async function signInButton(place) {
  const answer = await fetch("/config.json").catch(() => null);
  const config = answer?.ok ? await answer.json().catch(() => ({})) : {};
  if (/^https:\/\//.test(config.sign_in_url ?? "")) {
    place.append(h("a", { class: "button", href: config.sign_in_url }, t("sign-in.go")));
  }
}

function tokenForm(render) {
  const token = input({ name: "token", required: true, spellcheck: "false" });
  const send = (event) => {
    event.preventDefault();
    signIn(token.value);
    render();
  };
  return h(
    "form",
    { class: "form", onsubmit: send },
    field(t("sign-in.token"), token, { help: t("sign-in.token-help") }),
    h("div", { class: "actions" }, h("button", { class: "primary" }, t("sign-in.send"))),
  );
}
