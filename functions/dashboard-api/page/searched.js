// A list that the API searches while its reader types; the address keeps what was typed.

import { amend } from "./address.js";
import { h } from "./dom.js";
import { field } from "./fields.js";
import { loaded } from "./parts.js";

/** How long the typing must rest, in milliseconds. */
const REST = 200;

/** `read(q, signal)` asks the API; `render(answer, q)` shows what it found. */
export function searched({ wanted, label, help, read, render, signal }) {
  const text = h("input", { type: "search", name: "q", value: wanted, autocomplete: "off", spellcheck: "false" });
  const place = h("div", {});
  let timer = 0;
  let asking = new AbortController();
  const show = () => {
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const q = text.value.trim();
    const either = AbortSignal.any([signal, asking.signal]);
    const found = loaded(() => read(q, either), (answer) => render(answer, q));
    place.replaceChildren(found);
  };
  text.addEventListener("input", () => {
    amend({ q: text.value.trim() });
    clearTimeout(timer);
    place.firstChild.setAttribute("aria-busy", "true");
    timer = setTimeout(show, REST);
  });
  const send = (event) => {
    event.preventDefault();
    show();
  };
  show();
  return h("div", {}, h("form", { class: "filters searching", role: "search", onsubmit: send }, field(label, text, { help })), place);
}
