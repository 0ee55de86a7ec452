// The dialogue with the identity provider: authorization code with PKCE. oauth4webapi checks each answer.

import { config } from "./config.js";
import * as oauth from "./oauth4webapi.js";

/** Seconds by which the clocks of this machine and of the provider may differ. */
const TOLERANCE = 60;
const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];
/** Answers to a silent attempt that mean: not without a word of its user. */
const NOT_SILENT = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

const home = () => `${location.origin}/`;

/** Nobody can sign in on this page. */
class NotSetUp extends Error {}

let asked = null;

/** The provider as it describes itself; asked once, unless that fails. */
function provider() {
  asked ??= discover().catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

async function discover() {
  const { sign_in: settings } = config();
  if (!settings) throw new NotSetUp();
  const issuer = new URL(settings.issuer);
  const isLoopback = issuer.protocol === "http:" && LOOPBACK.includes(issuer.hostname);
  const options = { [oauth.allowInsecureRequests]: isLoopback };
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  const client = { client_id: settings.client_id, [oauth.clockTolerance]: TOLERANCE };
  return { server, client, settings, options };
}

/** Where to sign in, and what must be known of it to read the answer. */
export async function attempt({ silent = false, mark = "" } = {}) {
  const { server, client, settings } = await provider();
  const state = mark + oauth.generateRandomState();
  const [verifier, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomNonce()];
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: home(),
    scope: settings.scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    audience: settings.audience,
    prompt: silent ? "none" : null,
  };
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value);
  return { url, kept: { state, verifier, nonce } };
}

/** The tokens for an answer of the provider to an attempt. */
export async function exchange(answer, { state, verifier, nonce }) {
  const { server, client, options } = await provider();
  const checked = oauth.validateAuthResponse(server, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), checked, home(), verifier, options);
  const demands = { expectedNonce: nonce, requireIdToken: true };
  return tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response, demands));
}

/** New tokens for those of before. */
export async function renewed({ refresh, subject, identity }) {
  const { server, client, options } = await provider();
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, options);
  return { refresh, subject, identity, ...tokensOf(await oauth.processRefreshTokenResponse(server, client, response)) };
}

function tokensOf(answer) {
  const subject = oauth.getValidatedIdTokenClaims(answer)?.sub;
  return {
    access: answer.access_token,
    seconds: answer.expires_in ?? null,
    ...(answer.refresh_token && { refresh: answer.refresh_token }),
    ...(answer.id_token && { identity: answer.id_token }),
    ...(subject && { subject }),
  };
}

/**
 * The form by which the provider signs out and leads back (RP-Initiated Logout 1.0); null: it does not say. By the ID token it knows
 * whom the page signs out: without it Keycloak asks, and Okta refuses. A form keeps it out of addresses and of the history. Cognito
 * and Entra ID take addresses alone, and need no ID token; Cognito has a name of its own for the way back.
 */
export async function signOutForm(identity) {
  const { server, client } = await provider();
  if (!server.end_session_endpoint) return null;
  const host = new URL(server.issuer).hostname;
  const action = server.end_session_endpoint;
  const fields = { client_id: client.client_id };
  if (host.startsWith("cognito-idp.")) return { action, method: "get", fields: { ...fields, logout_uri: home() } };
  fields.post_logout_redirect_uri = home();
  if (!identity || host === "login.microsoftonline.com") return { action, method: "get", fields };
  return { action, method: "post", fields: { ...fields, id_token_hint: identity } };
}

/** What went wrong, as the name of a text; null: nothing did, but nobody is signed in. */
export function reasonOf(error) {
  if (error instanceof NotSetUp) return "not-set-up";
  if (error instanceof oauth.AuthorizationResponseError) return reasonOfCode(error.error);
  if (error instanceof oauth.ResponseBodyError) return error.error === "invalid_grant" ? "stale" : reasonOfCode(error.error);
  if (error instanceof DOMException && ["SecurityError", "QuotaExceededError"].includes(error.name)) return "storage";
  switch (error.code) {
    case oauth.JWT_TIMESTAMP_CHECK:
      return "clock";
    case oauth.INVALID_RESPONSE:
    case oauth.JWT_CLAIM_COMPARISON:
    case oauth.JSON_ATTRIBUTE_COMPARISON:
      return "wrong-answer";
    default:
      return "unreachable";
  }
}

function reasonOfCode(code) {
  if (NOT_SILENT.includes(code)) return null;
  if (code === "access_denied") return "denied";
  return ["server_error", "temporarily_unavailable"].includes(code) ? "provider" : "refused-page";
}
