// Starts the page, for managers alone; the server checks the token of each request anyway.

import { get, onRefused } from "/page/api.js";
import { h } from "/page/dom.js";
import { loaded, titleOf } from "/page/parts.js";
import { offer, session, takeTokenFromLink } from "/page/session.js";
import { languageButtons } from "/page/shell.js";
import { offerView } from "/page/sign-in.js";
import { firstLanguage, language, speak, t } from "/page/text.js";
import { days } from "./days.js";
import { lateSale } from "./late-sale.js";
import { replay } from "./replay.js";
import { say } from "./words.js";

let shown = new AbortController();

/** Everything anew: at the start, in another language, or after signing in. */
function render() {
  shown.abort();
  shown = new AbortController();
  const now = session();
  document.title = titleOf(say("title"));
  const main = h("main", { id: "main", tabindex: "-1" });
  document.body.replaceChildren(
    h("div", { class: "page alone trial" }, header(), main),
    h("div", { id: "announcements", class: "hidden", "aria-live": "polite" }),
  );
  if (now !== null && offer() !== null) main.append(offerView(now, offer(), render));
  else if (now?.admin) main.append(...trials(shown.signal));
  else main.append(...forManagers());
}

const header = () =>
  h(
    "header",
    { class: "side" },
    h(
      "a",
      { class: "brand", href: "/" },
      h("span", { class: "brand-name" }, "all-in-web"),
      h("span", { class: "brand-what" }, say("back")),
    ),
    h(
      "div",
      { class: "settings languages", role: "group", "aria-label": t("language") },
      languageButtons(render),
    ),
  );

const figures = (signal) => get("/try/figures", {}, signal);

const trials = (signal) => [
  h("h1", { tabindex: "-1" }, say("title")),
  h("p", { class: "lead" }, say("lead")),
  loaded(
    () => figures(signal),
    (first) => {
      const others = [replay(first, signal), days(first, signal)];
      const booked = async () => {
        const now = await figures(signal).catch(() => null);
        if (now !== null) others.forEach((trial) => trial.update(now));
      };
      const [again, known] = others;
      return [again, lateSale(first, signal, booked), known];
    },
  ),
];

const forManagers = () => [
  h("h1", { tabindex: "-1" }, say("managers.title")),
  h("p", { class: "lead" }, say("managers.text")),
  h("p", { class: "actions" }, h("a", { class: "button", href: "/" }, say("managers.go"))),
];

addEventListener("hashchange", () => takeTokenFromLink() && render());
onRefused(render);
await speak(firstLanguage());
if (takeTokenFromLink()) history.replaceState(null, "", location.pathname);
render();
