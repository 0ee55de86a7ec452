// How many causes and inquiries wait for a manager, beside the link to them.

import { get } from "./api.js";
import { h } from "./dom.js";
import { count } from "./text.js";

const LIMIT = 25;

/** Counts anew. The number is a courtesy: if it cannot be read, there is none. */
export async function countWaiting() {
  const link = document.querySelector("[data-place=attention]");
  if (!link) return;
  const read = ["/attention", "/inquiries"].map((list) => get(list, { limit: LIMIT }));
  const [listed, asked] = await Promise.all(read).catch(() => []);
  link.querySelector(".count")?.remove();
  const waits = (listed?.causes.length ?? 0) + (asked?.inquiries.length ?? 0);
  if (waits === 0) return;
  const number = `${waits}${listed.next_cursor || asked.next_cursor ? "+" : ""}`;
  link.append(h("span", { class: "count", title: count("attention.waiting", waits) }, number));
}
