// Requests to the API. What goes wrong is thrown as a Problem.

import { viewedId } from "./session.js";
import { language, t } from "./text.js";
import { accessToken, renewedAfter } from "./tokens.js";

export class Problem extends Error {
  constructor(status, detail, { field = null } = {}) {
    super(detail);
    this.status = status;
    this.field = field;
  }
}

export async function get(path, parameters = {}, signal) {
  const answer = await request("GET", withParameters(path, parameters), { signal });
  return answer.json();
}

/** What was read, with the ETag that a change of it must name. */
export async function getTagged(path, signal) {
  const answer = await request("GET", path, { signal });
  return { etag: answer.headers.get("ETag"), data: await answer.json() };
}

export async function put(path, body, headers = {}) {
  const answer = await request("PUT", path, { body, headers });
  return answer.json();
}

export async function post(path, body) {
  const answer = await request("POST", path, { body });
  return answer.json();
}

/** A resource is gone, or does no longer hold. */
export const remove = (path) => request("DELETE", path);

const WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** The file of a path, a workbook if nothing else is asked for, in the page's language, with the name that the API gives it. */
export async function file(path, parameters, type = WORKBOOK) {
  const answer = await request("GET", withParameters(path, parameters), { headers: { Accept: type } });
  const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"));
  return { name, content: await answer.blob() };
}

/** Every page of a list, up to a number of pages; `complete` says whether that was all, `unreadable_count` what is missing. */
export async function getAll(path, parameters, name, signal, pages = 20) {
  const list = [];
  let cursor;
  let unreadable = 0;
  for (let page = 0; page < pages; page += 1) {
    const part = await get(path, { ...parameters, cursor }, signal);
    list.push(...part[name]);
    unreadable += part.unreadable_count;
    cursor = part.next_cursor;
    if (!cursor) return { list, complete: true, unreadable_count: unreadable };
  }
  return { list, complete: false, unreadable_count: unreadable };
}

/** Joins segments of a path, ids included. */
export const path = (...segments) => `/${segments.map((segment) => encodeURIComponent(segment)).join("/")}`;

function withParameters(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Called when the API refuses what a role was shown: it may have been revoked meanwhile. */
let refused = () => {};
export const onRefused = (callback) => (refused = callback);

async function request(method, url, options = {}) {
  if (viewedId() !== null && method !== "GET") throw new Problem(403, t("viewing.read-only"));
  const token = await accessToken();
  let answer = await send(method, url, token, options);
  if (answer.status === 401 && (await renewedAfter(token))) answer = await send(method, url, await accessToken(), options);
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const mayBeRevoked = answer.status === 403 || (answer.status === 404 && viewedId() !== null);
  if (mayBeRevoked && !url.startsWith("/me")) refused();
  throw new Problem(answer.status, problem.detail ?? problem.message ?? answer.statusText, problem);
}

const send = (method, url, token, { body, headers = {}, signal }) =>
  fetch(url, {
    method,
    signal,
    cache: "no-store",
    headers: {
      Accept: "application/json",
      "Accept-Language": language(),
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(viewedId() === null ? {} : { "View-As": viewedId() }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error) => {
    throw error.name === "AbortError" ? error : new Problem(0, error.message);
  });
