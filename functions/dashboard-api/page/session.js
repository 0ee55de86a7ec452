// Who is signed in. The token lives as long as the browser's tab.

const KEY = "token";
let problem = null;

/** A sign-in link carries the token in its fragment, which no server sees; it does not stay in the address bar. */
export function takeTokenFromLink() {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get("token") ?? given.get("access_token");
  if (token === null) return false;
  history.replaceState(null, "", `${location.pathname}#/`);
  return signIn(token);
}

export function signIn(text) {
  const token = text
    .trim()
    .replace(/^.*#(?:.*&)?(?:access_)?token=/, "")
    .replace(/&.*$/, "");
  const claims = claimsOf(token);
  problem = claims === null ? "unreadable" : expired(claims) ? "expired" : null;
  if (problem === null) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  return problem === null;
}

export function signOut(why = null) {
  problem = why;
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
  const scopes = String(claims.scope ?? "").split(" ");
  return { admin: scopes.includes("admin"), partnerId: claims.partner_id ?? null };
}

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
