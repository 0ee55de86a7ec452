// Form fields, and the refusals that belong to them.

import { freshId, h } from "./dom.js";
import { monthName } from "./format.js";
import { hint } from "./parts.js";
import { t } from "./text.js";

/** A labelled control. `field` is the name by which the API refuses it. */
export function field(label, control, { field = null, help = null, optional = false } = {}) {
  const id = freshId("field");
  control.id = id;
  const helpText = help && h("span", { class: "help", id: `${id}-help` }, help);
  if (helpText) control.setAttribute("aria-describedby", helpText.id);
  const error = h("span", { class: "field-error", id: `${id}-error` });
  const marked = h("label", { for: id }, label, optional && h("span", { class: "optional" }, ` ${t("optional")}`));
  const checkbox = control.type === "checkbox";
  return h(
    "div",
    { class: checkbox ? "field check" : "field", "data-field": field },
    checkbox ? [control, marked] : [marked, control],
    helpText,
    error,
  );
}

export const input = (properties) => h("input", { type: "text", autocomplete: "off", ...properties });
export const dateInput = (value, properties = {}) =>
  h("input", { type: "date", min: "2000-01-01", max: "2099-12-31", value: value ?? "", ...properties });

/** Options: `[value, text]`. */
export function select(options, value, properties = {}) {
  const list = options.map(([value, text]) => h("option", { value }, text));
  const element = h("select", properties, list);
  element.value = value ?? options[0]?.[0] ?? "";
  return element;
}

/** A month, in two fields that every browser has. `read()` gives `2024-03`. */
export function monthField(label, value, change = () => {}) {
  const months = Array.from({ length: 12 }, (_, i) => [String(i + 1).padStart(2, "0"), monthName(i + 1)]);
  const month = select(months, value.slice(5), { "aria-label": `${label}: ${t("month")}`, onchange: () => change() });
  const year = h("input", {
    type: "number",
    min: "2000",
    max: "2099",
    value: value.slice(0, 4),
    "aria-label": `${label}: ${t("year")}`,
    onchange: () => change(),
  });
  const element = h("fieldset", { class: "field month" }, h("legend", {}, label), month, year);
  element.read = () => `${year.value}-${month.value}`;
  return element;
}

export function clearErrors(form) {
  for (const error of form.querySelectorAll(".field-error")) error.textContent = "";
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** Shows everything that is wrong, each at its field; the first is where one goes on. */
export const placeAll = (form, problems) => problems.toReversed().forEach((problem) => placeError(form, problem));

/** Shows a refusal at the field it names, or at the nearest one around it; false: the form has none of them. */
export function placeError(form, problem) {
  for (let name = problem.field ?? ""; name !== ""; name = name.replace(/(^|\.|(?=\[))[^.[]*$/, "")) {
    const place = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (place) {
      showError(place, problem);
      return true;
    }
  }
  return false;
}

function showError(place, problem) {
  const error = [...place.querySelectorAll(".field-error")].find((error) => error.closest("[data-field]") === place);
  // The API's own words begin with the name of the field, which is none of people's business.
  error.replaceChildren(problem.text ?? hint(problem.field) ?? problem.message.replace(problem.field, "").trim());
  error.id ||= freshId("error");
  const control = place.querySelector("input, select, textarea, button");
  control.setAttribute("aria-invalid", "true");
  const described = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)).add(error.id);
  control.setAttribute("aria-describedby", [...described].join(" "));
  // Who hears the page hears the refusal with the field.
  control.focus();
}

/** The place where a form says what went wrong with all of it. */
export const outcomeNote = () => h("p", { class: "field-error", role: "alert" });

/**
 * Does `work` when a form is sent, and `done` when it has succeeded. A refusal is shown at its field, or in `outcome`. `work`
 * gives false if it did nothing and has said why.
 */
export function onSend(form, button, outcome, work, done) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearErrors(form);
    outcome.textContent = "";
    try {
      if ((await busy(button, work)) !== false) await done();
    } catch (error) {
      if (error.name !== "AbortError" && !placeError(form, error))
        outcome.textContent = `${t("problem.other")} ${error.message}`;
    }
  });
}

/** Keeps a form from being sent twice, and says what is going on. */
export async function busy(button, work) {
  const hadFocus = button.contains(document.activeElement);
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.disabled = false;
    // A browser takes the focus from what is disabled.
    if (hadFocus && document.activeElement === document.body) button.focus();
    button.removeAttribute("aria-busy");
  }
}
