// The tokens of whoever is signed in. They are in the memory of this page alone: a reload, a new tab or a mailed link gets
// its own from the provider, which still knows the browser.

import { attempt, exchange, reasonOf, renewed, signOutForm } from "./provider.js";

const SECOND = 1000;
/** Tokens are renewed so long before they end, and whoever must sign in again is warned; at most half of their life. */
const AHEAD = 60 * SECOND;
const WARNING = 300 * SECOND;
/** A renewal that failed for want of a connection is tried again. */
const PAUSE = 15 * SECOND;
/** The state of an attempt in a window of its own begins so. */
const BESIDE = "beside.";
/** Of the session's storage. */
const KEY = "sign-in";
const JOIN = /^#\/join\/([^/?]+)$/;

const channel = new BroadcastChannel("sign-in");
/** `{ access, refresh, identity, subject, until, life }`, of which `refresh` may be missing; null: nobody is signed in. */
let tokens = null;
let problem = null;
let invitation = null;
let accepted = false;
let renewing = null;
let beside = null;
let timer = 0;
let tell = () => {};

/** Called with "soon" before the sign-in ends, "ended" when it has, and null when all is well again. */
export const onEnding = (callback) => (tell = callback);

/** Why nobody is signed in, as the name of a text, or null. */
export const signInProblem = () => problem;
export const isSignedIn = () => tokens !== null;

/**
 * Reads the answer of the provider or, without one, sets out to it once, silently: "away". The answer to an attempt never sets out
 * again, nor does a page whose last attempt brought none.
 */
export async function arrive(answer) {
  try {
    takeInvitation();
    const kept = take();
    // An answer that nobody waits for is an old one: somebody went back in the history.
    if (answer !== null && kept === null) return await go({ silent: true });
    if (answer !== null) await came(answer, kept);
    else if (invitation === null && kept === null) return await go({ silent: true });
    else stayed(kept);
  } catch (error) {
    // An error may carry what the provider answered, so it is not written to the console.
    problem = reasonOf(error);
  }
  return "here";
}

async function came(answer, kept) {
  if (kept?.state === undefined || kept.state !== answer.get("state")) {
    problem = "stale";
    return;
  }
  history.replaceState(kept.entry, "", kept.place);
  invitation = kept.invitation ?? null;
  accepted = invitation !== null;
  hold(await exchange(answer, kept));
}

/** The page was left for the provider, or signed out, and is back without an answer. */
function stayed(kept) {
  invitation ??= kept?.invitation ?? null;
  if (invitation !== null) keep({ invitation });
  if (kept?.place && location.hash === "") history.replaceState(kept.entry, "", kept.place);
  problem = kept?.out ? "signed-out" : null;
}

/**
 * What the tab keeps while it is at the provider: the state, with it the verifier, the nonce and the place to come back to. It
 * is taken once. What is still there when the page starts without an answer means that the last attempt led nowhere.
 */
const keep = (attempt) => sessionStorage.setItem(KEY, JSON.stringify(attempt));

function take() {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Sets out to the provider; the address of the page gives way to it, so that Back does not come by here. */
async function go({ silent }) {
  const { url, kept } = await attempt({ silent });
  keep({ ...kept, place: location.hash || "#/", entry: history.state, invitation });
  location.replace(url);
  return "away";
}

/** Signs in with the provider's own page. Gives whether the browser is on its way. */
export async function signIn() {
  try {
    return (await go({ silent: false })) === "away";
  } catch (error) {
    problem = reasonOf(error);
    return false;
  }
}

/** Here and at the provider; other tabs follow. */
export async function signOut() {
  channel.postMessage({ out: true });
  leave(await signOutForm(tokens?.identity).catch(() => null));
}

function leave(form) {
  hold(null);
  try {
    keep({ out: true, invitation });
  } catch {
    // Without storage there is nothing to mark, and no silent sign-in either.
  }
  history.replaceState(null, "", "/");
  if (form === null) location.reload();
  else send(form);
}

/** Leaves the page by a form. */
function send({ action, method, fields }) {
  const form = document.createElement("form");
  Object.assign(form, { action, method, hidden: true });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

/** The code of an invitation leaves the address, and so the browser's history, at once. Whether there was one. */
export function takeInvitation() {
  const [, code] = JOIN.exec(location.hash) ?? [];
  if (code === undefined) return false;
  history.replaceState(null, "", "#/");
  invitation = code;
  accepted = false;
  return true;
}

/** `{ code, accepted }`: accepted once its reader has said so. */
export const invited = () => (invitation === null ? null : { code: invitation, accepted });
export function acceptInvitation() {
  accepted = true;
}
export function forgetInvitation() {
  invitation = null;
  try {
    take();
  } catch {
    // Nothing is kept where nothing can be.
  }
}

/** The access token for a request, or null. */
export async function accessToken() {
  if (tokens?.refresh && untilEnd() < ahead(AHEAD)) await renew();
  return tokens?.access ?? null;
}

/** Whether there is another token than one that was refused. */
export async function renewedAfter(refused) {
  if (tokens === null) return false;
  if (tokens.access === refused && tokens.refresh) await renew();
  if (tokens.access !== refused) return true;
  tell("ended");
  return false;
}

/** The provider signed somebody in whom the API refuses. */
export function refuse() {
  hold(null);
  problem = "refused";
}

const untilEnd = () => tokens.until - Date.now();
const ahead = (time) => Math.min(time, tokens.life / 2);

function hold(given) {
  clearTimeout(timer);
  tokens = null;
  if (given === null) return;
  const life = given.seconds === null ? Infinity : given.seconds * SECOND;
  tokens = { ...given, life, until: Date.now() + life };
  problem = null;
  tell(null);
  watch();
}

/** Looks again when there is something to do: a clock may jump, and a machine may sleep. */
function watch() {
  clearTimeout(timer);
  if (tokens === null || tokens.life === Infinity) return;
  const left = untilEnd();
  if (tokens.refresh) {
    if (left <= ahead(AHEAD)) renew();
    else later(left - ahead(AHEAD));
  } else if (left <= 0) tell("ended");
  else if (left <= ahead(WARNING)) {
    tell("soon");
    later(left);
  } else later(left - ahead(WARNING));
}

const LONGEST = 60 * SECOND;
const later = (time) => (timer = setTimeout(watch, Math.min(time, LONGEST)));

/** One renewal at a time, since a refresh token may be good only once. */
function renew() {
  renewing ??= renewOnce().finally(() => (renewing = null));
  return renewing;
}

async function renewOnce() {
  const old = tokens;
  try {
    const given = await renewed(old);
    if (tokens === old) hold(given);
  } catch (error) {
    if (tokens !== old) return;
    clearTimeout(timer);
    if (reasonOf(error) === "unreachable" && untilEnd() > 0) {
      timer = setTimeout(watch, PAUSE);
      return;
    }
    delete tokens.refresh;
    watch();
  }
}

/**
 * Signs in again in a window of its own, so that what was typed here stays. That window hands back the provider's answer, which
 * is worth nothing without the verifier that never leaves this page. False: the browser opens no window.
 */
export async function signInBeside() {
  const other = open("", "_blank", "popup,width=520,height=680");
  if (other === null) return false;
  try {
    const { url, kept } = await attempt({ mark: BESIDE });
    beside = kept;
    other.location.replace(url);
  } catch (error) {
    other.close();
    throw error;
  }
  return true;
}

/** Whether this page is such a window; then its answer is handed on. */
export function answerBeside(answer) {
  if (!answer.get("state").startsWith(BESIDE)) return false;
  channel.postMessage({ answer: String(answer) });
  return true;
}

channel.addEventListener("message", async ({ data }) => {
  if (data.out && tokens !== null) leave(null);
  const answer = new URLSearchParams(data.answer);
  if (beside === null || answer.get("state") !== beside.state) return;
  const asked = beside;
  beside = null;
  try {
    const given = await exchange(answer, asked);
    // Somebody else has signed in: the page begins anew, as theirs.
    if (tokens !== null && given.subject !== tokens.subject) location.reload();
    else hold(given);
  } catch {
    tell("failed");
  }
});

addEventListener("visibilitychange", () => document.visibilityState === "visible" && renewing === null && watch());
