// What surrounds every view: the brand, the way around, the language, who is signed in.

import { config } from "./config.js";
import { h } from "./dom.js";
import { field, input } from "./fields.js";
import { menuOf } from "./more-views.js";
import { belongsTo, notices } from "./notices.js";
import { LANGUAGES, chooseLanguage, language, t } from "./text.js";

const PARTNER = [
  ["#/", "nav.overview", ""],
  ["#/entries", "nav.entries", "entries"],
  ["#/contracts", "nav.contracts", "contracts"],
  ["#/statement", "nav.statement", "statement"],
  ["#/inquiries", "nav.inquiries", "inquiries"],
  ["#/programme", "nav.programme", "programme"],
];
const ALL = [
  ["#/", "nav.manager", ""],
  ["#/partners", "nav.partners", "partners"],
  ["#/attention", "nav.attention", "attention"],
  ["#/register", "nav.register", "register"],
  ["#/what-if", "nav.what-if", "what-if"],
  ["#/members", "nav.members", "members"],
  ["#/journal", "nav.journal", "journal"],
  ["#/programme", "nav.programme", "programme"],
];
/** Of these, what not everyone who sees them all may do. */
const MAY = { register: "manages", "what-if": "asksWhatIf" };

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
    h(
      "div",
      { class: session ? "page" : "page alone" },
      header(session, { render, leave }),
      session ? h("div", {}, notices(session), main) : main,
    ),
    h("div", { id: "announcements", class: "hidden", "aria-live": "polite" }),
  );
  return main;
}

function header(session, { render, leave }) {
  const menu = h(
    "div",
    { class: "menu", id: "menu" },
    session && h("div", {}, navigation(session), contractFinder()),
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

function navigation(session) {
  const places = session.seesAll ? ALL.filter(([, , place]) => !(place in MAY) || session[MAY[place]]) : PARTNER;
  const list = h(
    "ul",
    {},
    places.toSpliced(-1, 0, ...menuOf(session)).map(([to, text, place]) => h("li", {}, h("a", { href: to, "data-place": place }, t(text)))),
  );
  if (session.manages) linkToTrials(list);
  return h("nav", { "aria-label": t("nav.main") }, list);
}

/** The page of trials, where there is one. */
function linkToTrials(list) {
  const { try_url: there } = config();
  if (there) list.append(h("li", {}, h("a", { href: "#/try", "data-place": "try" }, t("nav.try"))));
}

/** Opens a contract by its exact id, from anywhere. */
function contractFinder() {
  const id = input({ name: "contract", type: "search", required: true, spellcheck: "false" });
  const open = (event) => {
    event.preventDefault();
    location.hash = `#/contracts/${encodeURIComponent(id.value.trim())}`;
    id.value = "";
  };
  return h(
    "form",
    { class: "contract-finder", role: "search", "aria-label": t("contracts.open-by-id"), onsubmit: open },
    field(t("contracts.id"), id),
    h("button", {}, t("contracts.open")),
  );
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
        h("strong", {}, session.viewedBy ?? session.name),
        h("br"),
        session.viewedBy === null ? belongsTo(session) : t("role.manager"),
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
