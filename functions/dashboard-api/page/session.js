// Who is signed in. The token lives as long as the browser's tab.

const KEY = "token";
let problem = null;
/** The token of a link for somebody else than is signed in, until it is answered whether to follow it. */
let offered = null;

/**
 * A sign-in link carries the token in its fragment, which no server sees; it does not stay in the address bar. Whether
 * there was one. Whoever is signed in stays so until they say otherwise, since anybody can send them a link.
 */
export function takeTokenFromLink() {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get("token") ?? given.get("access_token");
  offered = null;
  if (token === null) return false;
  history.replaceState(null, "", `${location.pathname}#/`);
  const now = session();
  const claims = claimsOf(token);
  if (now === null || (isGood(claims) && isSame(now, whoOf(claims)))) signIn(token);
  else if (isGood(claims)) offered = token;
  return true;
}

/** Whom a link would sign in instead: as a session, or null. */
export const offer = () => (offered === null ? null : whoOf(claimsOf(offered)));

export function answerOffer(follow) {
  const token = offered;
  offered = null;
  if (follow && token !== null) signIn(token);
}

export function signIn(text) {
  const token = text
    .trim()
    .replace(/^.*#(?:.*&)?(?:access_)?token=/, "")
    .replace(/&.*$/, "");
  const claims = claimsOf(token);
  problem = isGood(claims) ? null : claims === null ? "unreadable" : "expired";
  if (problem === null) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  return problem === null;
}

export function signOut(why = null) {
  problem = why;
  offered = null;
  sessionStorage.removeItem(KEY);
}

export const token = () => sessionStorage.getItem(KEY);

/** Why nobody is signed in, if there is more to say than that. */
export const signInProblem = () => problem;

/** `{ admin, partnerId }`, or null. The API decides what each may see; this decides only what is offered. */
export function session() {
  const claims = claimsOf(token() ?? "");
  if (claims === null) return null;
  if (expired(claims)) {
    signOut("expired");
    return null;
  }
  return whoOf(claims);
}

/** Some providers say `scp` for `scope`, or give a list. */
function whoOf(claims) {
  const scopes = [claims.scope ?? claims.scp ?? ""].flat().join(" ").split(" ");
  return { admin: scopes.includes("admin"), partnerId: claims.partner_id ?? null };
}

const isSame = (one, other) => one.admin === other.admin && one.partnerId === other.partnerId;

const isGood = (claims) => claims !== null && !expired(claims);

const expired = (claims) => typeof claims.exp === "number" && claims.exp * 1000 <= Date.now();

function claimsOf(token) {
  try {
    const base64 = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" ? claims : null;
  } catch {
    return null;
  }
}
