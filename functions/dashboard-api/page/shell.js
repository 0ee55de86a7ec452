// What surrounds every view: the brand, the way around, the language, who is signed in.

import { h } from "./dom.js";
import { LANGUAGES, chooseLanguage, language, t } from "./text.js";

const PARTNER = [
  ["#/", "nav.overview", ""],
  ["#/entries", "nav.entries", "entries"],
  ["#/contracts", "nav.contracts", "contracts"],
  ["#/statement", "nav.statement", "statement"],
  ["#/inquiries", "nav.inquiries", "inquiries"],
  ["#/programme", "nav.programme", "programme"],
];
const ADMIN = [
  ["#/", "nav.manager", ""],
  ["#/partners", "nav.partners", "partners"],
  ["#/attention", "nav.attention", "attention"],
  ["#/register", "nav.register", "register"],
  ["#/what-if", "nav.what-if", "what-if"],
  ["#/programme", "nav.programme", "programme"],
];

/** The page around `<main>`; `session` is null when nobody is signed in. */
export function shell(session, { render, leave }) {
  const main = h("main", { id: "main", tabindex: "-1" });
  const skip = h(
    "a",
    {
      class: "skip",
      href: "#main",
      onclick: (event) => {
        event.preventDefault();
        main.focus();
      },
    },
    t("skip"),
  );
  document.body.replaceChildren(
    skip,
    h("div", { class: session ? "page" : "page alone" }, header(session, { render, leave }), main),
    h("div", { id: "announcements", class: "hidden", "aria-live": "polite" }),
  );
  return main;
}

function header(session, { render, leave }) {
  const menu = h(
    "div",
    { class: "menu", id: "menu" },
    session && navigation(session),
    settings(session, render, leave),
  );
  const toggle = h(
    "button",
    { type: "button", class: "menu-button quiet", "aria-expanded": "false", "aria-controls": "menu" },
    t("menu"),
  );
  toggle.addEventListener("click", () => {
    const open = menu.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  });
  return h(
    "header",
    { class: "side" },
    h(
      "div",
      { class: "brand-row" },
      h(
        "a",
        { class: "brand", href: "#/" },
        h("span", { class: "brand-name" }, "all-in-web"),
        h("span", { class: "brand-what" }, t("brand")),
      ),
      session && toggle,
    ),
    menu,
  );
}

function navigation({ admin }) {
  const places = admin ? ADMIN : PARTNER;
  const list = h(
    "ul",
    {},
    places.map(([to, text, place]) => h("li", {}, h("a", { href: to, "data-place": place }, t(text)))),
  );
  if (admin) linkToTrials(list);
  return h("nav", { "aria-label": t("nav.main") }, list);
}

/** The page of trials, where there is one. */
async function linkToTrials(list) {
  const answer = await fetch("/config.json").catch(() => null);
  const config = answer?.ok ? await answer.json().catch(() => ({})) : {};
  if (/^\/\w/.test(config.try_url ?? "")) list.append(h("li", {}, h("a", { href: config.try_url }, t("nav.try"))));
}

/** A button for each language; `render` shows the page again in the chosen one. */
export const languageButtons = (render) =>
  Object.entries(LANGUAGES).map(([name, text]) =>
    h(
      "button",
      {
        type: "button",
        lang: name,
        class: "plain",
        "aria-pressed": String(name === language()),
        onclick: async () => {
          await chooseLanguage(name);
          render();
          document.querySelector(`.languages [lang=${name}]`).focus();
        },
      },
      text,
    ),
  );

function settings(session, render, leave) {
  return h(
    "div",
    { class: "settings" },
    h("div", { class: "languages", role: "group", "aria-label": t("language") }, languageButtons(render)),
    session &&
      h(
        "p",
        { class: "who" },
        session.admin ? t("who.admin") : [t("who.partner"), h("br"), h("strong", {}, session.partnerId)],
      ),
    session && h("button", { type: "button", class: "plain", onclick: leave }, t("sign-out")),
  );
}

/** Marks where the visitor is, and closes the menu of a phone. */
export function markPlace({ place, ofPartner }) {
  const current = ofPartner ? "partners" : place;
  for (const link of document.querySelectorAll("[data-place]")) {
    if (link.dataset.place === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.querySelector(".menu")?.classList.remove("open");
  document.querySelector(".menu-button")?.setAttribute("aria-expanded", "false");
}
