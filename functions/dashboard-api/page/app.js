// The page once its styles are there: who it is, and the view that the address asks for.

import { Problem, get, onRefused, put } from "./api.js";
import { announce } from "./dom.js";
import { loadMoreViews } from "./more-views.js";
import { greetingNote, markEnding } from "./notices.js";
import { problemNote, titleOf } from "./parts.js";
import { route } from "./routes.js";
import { keepScroll, restoreScroll } from "./scroll.js";
import { admit, session, stopViewing, viewedId } from "./session.js";
import { markPlace, shell } from "./shell.js";
import { firstLanguage, speak, t } from "./text.js";
import { forgetInvitation, invited, isSignedIn, onEnding, refuse, signOut, takeInvitation } from "./tokens.js";
import { onViewing } from "./viewing.js";
import { countWaiting } from "./waiting.js";

let shown = { abort() {} };
/** Shown instead of a view: `(signal) => element`. */
let alone = null;
let greets = false;

export async function start() {
  await speak(firstLanguage());
  keepScroll();
  onEnding(markEnding);
  onViewing(() => render(true));
  onRefused(askAgain);
  addEventListener("hashchange", moved);
  await enter();
}

function moved() {
  if (takeInvitation()) enter();
  else if (!alone) show(document.querySelector("main"), true);
  else if (isSignedIn()) forget();
}

/** Finds out who it is. */
async function enter() {
  const invitation = invited();
  alone = null;
  try {
    if (invitation !== null && !(invitation.accepted && isSignedIn())) alone = await joinView();
    else if (!isSignedIn()) alone = await signInView();
    else await Promise.all([recognize(invitation), loadMoreViews().catch(() => {})]);
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    alone = await viewOfRefusal(error, invitation);
  }
  await render(false);
}

let asking = false;

/** Whether it is still who it was; otherwise what is shown is theirs no longer. */
async function askAgain() {
  if (asking || alone) return;
  asking = true;
  try {
    await get("/me");
  } catch (error) {
    if (error.status !== 403 && error.status !== 404) return;
    if (viewedId() !== null) stopViewing();
    await enter();
  } finally {
    asking = false;
  }
}

async function recognize(invitation) {
  admit(invitation === null ? await get("/me") : await put("/me/invitation", { code: invitation.code }));
  greets = invitation !== null;
  forgetInvitation();
}

const joinView = async () => (await import("./join.js")).joinView({ enter, leave: forget });
const signInView = async () => (await import("./sign-in.js")).signInView();

/** Someone is signed in, but is not a member, or did not become one. */
async function viewOfRefusal(error, invitation) {
  if (error.status === 401) {
    refuse();
    return signInView();
  }
  if (invitation !== null) return (await import("./join.js")).refusedView(error, { again: enter, leave: forget });
  if (error.status === 403) return (await import("./sign-in.js")).strangerView();
  return () => problemNote(error, enter);
}

/** Whoever goes on without the invitation does so as who they are. */
function forget() {
  forgetInvitation();
  if (isSignedIn()) enter();
  else location.reload();
}

/** Everything anew: after signing in, in another language, or as somebody else. */
async function render(moveFocus) {
  shown.abort();
  const main = shell(alone ? null : session(), { render: () => render(false), leave: signOut });
  if (alone) {
    main.replaceChildren(alone());
    document.title = titleOf(main.querySelector("h1")?.textContent ?? t("brand"));
    main.querySelector("h1")?.focus({ preventScroll: true });
    return;
  }
  countWaiting();
  await show(main, moveFocus);
}

/** The view of the address; the one shown before stops what it still loads. */
async function show(main, moveFocus) {
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  const now = session();
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
  if (greets) main.prepend(greetingNote(now));
  greets = false;
  const heading = main.querySelector("h1");
  document.title = titleOf(heading?.textContent ?? t("brand"));
  restoreScroll();
  if (!moveFocus) return;
  heading?.focus({ preventScroll: true });
  announce(heading?.textContent ?? "");
}
