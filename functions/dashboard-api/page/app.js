// Starts the page, and shows the view that the address asks for.

import { onRefused } from "./api.js";
import { announce } from "./dom.js";
import { problemNote, titleOf } from "./parts.js";
import { route } from "./routes.js";
import { keepScroll, restoreScroll } from "./scroll.js";
import { offer, session, signOut, takeTokenFromLink } from "./session.js";
import { markPlace, shell } from "./shell.js";
import { firstLanguage, speak, t } from "./text.js";
import { countWaiting } from "./waiting.js";

let shown = { abort() {} };

/** Everything anew: after signing in or out, or in another language. */
async function render() {
  const now = session();
  const main = shell(now, { render, leave });
  if (now === null) {
    shown.abort();
    const { signInView } = await import("./sign-in.js");
    main.replaceChildren(signInView(render));
    document.title = titleOf(t("sign-in.title"));
  } else if (offer() !== null) {
    shown.abort();
    const { offerView } = await import("./sign-in.js");
    main.replaceChildren(offerView(now, offer(), render));
    document.title = titleOf(t("offer.title"));
    main.querySelector("h1").focus({ preventScroll: true });
  } else {
    countWaiting();
    await show(now, main, false);
  }
}

/** The view of the address; the one shown before stops what it still loads. */
async function show(now, main, moveFocus) {
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  const where = route(location.hash, now);
  const from = location.hash;
  markPlace(where);
  try {
    const { view } = await where.load();
    if (signal.aborted || location.hash !== from) return;
    main.replaceChildren(view({ ...where, session: now, signal }));
  } catch (error) {
    console.error(error);
    main.replaceChildren(problemNote(error));
  }
  const heading = main.querySelector("h1");
  document.title = titleOf(heading?.textContent ?? t("brand"));
  restoreScroll();
  if (!moveFocus) return;
  heading?.focus({ preventScroll: true });
  announce(heading?.textContent ?? "");
}

function leave() {
  signOut();
  history.replaceState(null, "", "#/");
  render();
}

keepScroll();
onRefused(() => render());
await speak(firstLanguage());
addEventListener("hashchange", async () => {
  const isLink = takeTokenFromLink();
  const now = session();
  if (isLink || now === null) await render();
  else await show(now, document.querySelector("main"), true);
});

takeTokenFromLink();
await render();
