// A manager's choice of what stands.

import { put } from "./api.js";
import { keyName } from "./claims.js";
import { announce, h } from "./dom.js";
import { busy, clearErrors, field, input, placeError, select } from "./fields.js";
import { asked, carriedOut, moves, previewOf } from "./preview.js";
import { t } from "./text.js";

const ATTEMPTS = 20;
const NONE = "none";

/** Open when claims contradict each other that no choice has resolved; otherwise at hand, to set a wrong one aside. */
export function choosing(contract, { read, again }) {
  const keys = contract.keys.filter((key) => key.next_choice);
  if (keys.length === 0) return null;
  const open = keys.some((key) => key.open);
  const form = choiceForm({ ...contract, keys }, { read, again });
  return h(
    "details",
    { class: "card choosing", open },
    h("summary", {}, t(open ? "choosing.contradiction" : "choosing.title")),
    h("p", { class: "small" }, t("choosing.text")),
    form,
  );
}

function choiceForm(contract, { read, again }) {
  const { keys } = contract;
  const first = Math.max(
    keys.findIndex((key) => key.open),
    0,
  );
  const what = select(
    keys.map((key, i) => [String(i), keyName(key)]),
    String(first),
    { name: "key", onchange: () => offer() },
  );
  const claims = h("fieldset", { class: "field", "data-field": "claim" });
  const reason = input({ name: "reason", maxlength: "200", required: true });
  const button = h("button", { class: "primary" }, t("choosing.send"));
  const outcome = h("p", { class: "field-error", role: "alert" });
  const before = h("div", {});
  const offer = () => claims.replaceChildren(...claimOptions(keys[Number(what.value)]));
  const form = h(
    "form",
    { class: "form" },
    field(t("choosing.what"), what),
    claims,
    field(t("choosing.reason"), reason, { field: "reason", help: t("choosing.reason-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const whole = h("div", {}, form, before);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const key = keys[Number(what.value)];
    const chosen = new FormData(form).get("claim");
    send(
      { form, button, outcome, before },
      contract,
      key,
      { claim: chosen === NONE ? null : Number(chosen), seen: key.claims, reason: reason.value },
      { read, again },
    );
  });
  offer();
  return whole;
}

function claimOptions(key) {
  const several = key.claims > 1;
  const option = (value, text) =>
    h(
      "label",
      { class: "radio" },
      h("input", { type: "radio", name: "claim", value, required: true }),
      h("span", {}, text),
    );
  const numbers = Array.from({ length: key.claims }, (_, i) => i + 1);
  const text = (n) =>
    (several ? t("claim.nth", { n }) : t("claim.only")) + (several && n === key.effective ? ` (${t("claim.stands-now")})` : "");
  return [
    h("legend", {}, t("choosing.which")),
    ...numbers.map((n) => option(String(n), text(n))),
    option(NONE, t("choosing.none")),
    h("span", { class: "field-error" }),
  ];
}

async function send({ form, button, outcome, before }, contract, key, body, { read, again }) {
  clearErrors(form);
  outcome.textContent = "";
  try {
    const preview = await busy(button, () => previewOf(key.next_choice.path, body, { place: before }));
    if (moves(preview) && (await asked(before, preview, { form })) === null) return button.focus();
    await busy(button, async () => {
      await put(carriedOut(key.next_choice.path, preview), body);
      announce(t("choosing.accepted"));
      await taken(read, contract.choices.length);
    });
    await again();
    announce(t("choosing.done"));
  } catch (error) {
    if (error.name !== "AbortError" && !placeError(form, error))
      outcome.textContent = `${t("problem.other")} ${error.message}`;
  }
}

/** The ledger follows a choice a moment later: it is read until it has. */
export async function taken(read, before) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { choices } = await read();
    if (choices.length > before) return;
    await new Promise((resolve) => setTimeout(resolve, 200 + 100 * attempt));
  }
}
