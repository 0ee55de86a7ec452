// How many causes wait for a manager, beside the link to them.

import { get } from "./api.js";
import { h } from "./dom.js";
import { count } from "./text.js";

const LIMIT = 25;

/** Counts anew. The number is a courtesy: if it cannot be read, there is none. */
export async function countWaiting() {
  const link = document.querySelector("[data-place=attention]");
  if (!link) return;
  const page = await get("/attention", { limit: LIMIT }).catch(() => null);
  link.querySelector(".count")?.remove();
  if (!page || page.causes.length === 0) return;
  const number = `${page.causes.length}${page.next_cursor ? "+" : ""}`;
  link.append(h("span", { class: "count", title: count("attention.waiting", page.causes.length) }, number));
}
