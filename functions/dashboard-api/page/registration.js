// Registering a partner with its agreements, and changing one.

import { Problem, getAll, getTagged, path, put } from "./api.js";
import { agreementActions } from "./agreement-actions.js";
import { agreementFields, readAgreement } from "./agreement-form.js";
import { announce, h } from "./dom.js";
import { busy, clearErrors, field, input, placeAll, placeError } from "./fields.js";
import { addDays } from "./months.js";
import { loaded, partnerLink, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { asked, carriedOut, moves, previewOf } from "./preview.js";
import { proposedId, wrongOf } from "./registering.js";
import { t } from "./text.js";

/** The versions of a partner's agreements that are read at once. */
const VERSIONS = 200;

export function view(where) {
  const { ofPartner, partnerId, signal, query } = where;
  if (!ofPartner)
    return h(
      "div",
      {},
      viewHeading(t("register.title"), { below: t("register.text") }),
      registrationForm({ id: query.get("id") ?? "" }),
    );
  const read = async () => {
    try {
      const { etag, data } = await getTagged(path("partners", partnerId), signal);
      const registered = { ...data, ...(await earlier(partnerId, query.get("version"), signal)) };
      return { id: partnerId, etag, ...registered, agreements: underTerms(registered.agreements, query) };
    } catch (error) {
      // Sales may name a partner that is not registered yet.
      if (error instanceof Problem && error.status === 404) return { id: partnerId };
      throw error;
    }
  };
  const heading = viewHeading(partnerId, { above: t("register.edit"), below: t("register.text") });
  return h(
    "div",
    {},
    partnerTabs(where),
    heading,
    loaded(read, (partner, again) => [
      heading.say({ title: partner.name ?? partnerId, above: t(partner.etag ? "register.edit" : "register.title") }),
      registrationForm(partner, again),
    ]),
  );
}

/** Name and agreements of an earlier version, if one is asked for. */
async function earlier(id, version, signal) {
  if (version === null) return {};
  const { list } = await getAll(path("partners", id, "history"), { limit: VERSIONS }, "versions", signal);
  const found = list.find((one) => String(one.version) === version);
  return found ? { name: found.registered.name, agreements: found.registered.agreements } : {};
}

/** The agreements with the terms of the address on the last one; from a day on, on another one that follows it. */
function underTerms(agreements, query) {
  const [rate, sale, model, from] = ["rate", "from_sale", "model", "from"].map((name) => query.get(name) || undefined);
  const last = agreements.at(-1);
  if (last === undefined || (rate ?? sale ?? model) === undefined) return agreements;
  const terms = { rate, from_sale: sale && Number(sale), model };
  const changed = { ...last, ...Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)) };
  if (from === undefined || from <= last.starts_on) return [...agreements.slice(0, -1), changed];
  const { programme: _, ...next } = { ...changed, starts_on: from };
  return [...agreements.slice(0, -1), { ...last, ends_on: addDays(from, -1) }, next];
}

function registrationForm(partner, again) {
  const known = partner.etag !== undefined;
  const id = input({ name: "partner_id", value: partner.id, required: true, readonly: known, spellcheck: "false" });
  const name = input({ name: "name", value: partner.name ?? "", required: true });
  if (!known && !partner.id) propose(id, name);
  const list = h("div", { class: "agreements", "data-field": "agreements" }, h("span", { class: "field-error" }));
  const button = h("button", { class: "primary" }, t(known ? "register.save" : "register.send"));
  const outcome = h("div", { class: "outcome", role: "status" });
  const addOne = () => add(list).querySelector("select").focus();
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    field(t("partner.name"), name, { field: "name" }),
    field(t("partner.id"), id, { field: "id", help: known ? null : t("register.id-help") }),
    h("h2", {}, t("agreements.title")),
    list,
    h("div", { class: "actions" }, h("button", { type: "button", onclick: addOne }, t("register.add"))),
    h("div", { class: "actions" }, button),
  );
  // Beside the form, since what is asked before saving is a form of its own.
  const whole = h("div", {}, form, outcome);
  for (const agreement of partner.agreements ?? [{ model: "referrer" }]) add(list, agreement);
  let { etag } = partner;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearErrors(form);
    outcome.replaceChildren();
    try {
      const registration = {
        name: name.value.trim(),
        agreements: [...list.querySelectorAll(":scope > fieldset")].map(readAgreement),
      };
      const wrong = wrongOf({ id: id.value.trim(), ...registration });
      if (wrong.length > 0) return placeAll(form, wrong.map(inWords));
      const to = path("partners", id.value.trim());
      const headers = etag ? { "If-Match": etag } : { "If-None-Match": "*" };
      const preview = await busy(button, () => previewOf(to, registration, { headers, place: outcome }));
      const isAsked = moves(preview) || list.dataset.withdrawn !== undefined;
      const reason = isAsked ? await asked(outcome, preview, { form, reason: known && moves(preview) }) : "";
      if (reason === null) return button.focus();
      if (reason !== "") registration.reason = reason;
      await busy(button, () => put(carriedOut(to, preview), registration, headers));
      // The next change must name the version that this one made.
      if (etag) ({ etag } = await getTagged(to));
      delete list.dataset.withdrawn;
      outcome.replaceChildren(saved(id.value.trim()));
    } catch (error) {
      if (error.name === "AbortError" || placeError(form, error)) return;
      outcome.replaceChildren(refused(error, known ? reload(again) : openOther(id.value.trim()), known));
    }
  });
  return whole;
}

/** Until somebody writes an id, it follows the name. */
function propose(id, name) {
  let isOwn = false;
  id.addEventListener("input", () => (isOwn = id.value !== ""));
  name.addEventListener("input", () => isOwn || (id.value = proposedId(name.value)));
}

const inWords = ({ field, key, values }) => ({ field, text: key && t(key, values) });

/** Appends an agreement's fields. They are numbered as the API counts them when it refuses one. */
function add(list, agreement = { model: "referrer" }) {
  const number = () => [...list.querySelectorAll(":scope > fieldset")].forEach((fields, i) => fields.renumber(i));
  const end = (day) => {
    const last = fields.querySelector("[data-name=ends_on]");
    const before = last.value;
    last.value = day;
    return before;
  };
  const follow = (next) => add(list, next).querySelector("select").focus();
  const remove = () => {
    fields.remove();
    number();
    // What is registered is not withdrawn without a look at what that moves.
    if (agreement.starts_on !== undefined) list.dataset.withdrawn = "";
    announce(t("register.removed"));
  };
  const fields = agreementFields(agreement, agreementActions(agreement, { end, follow, remove }));
  list.append(fields);
  number();
  return fields;
}

const saved = (id) =>
  h(
    "div",
    { class: "note good" },
    h("p", {}, h("strong", {}, t("register.saved"))),
    h("p", {}, t("register.follows"), " ", partnerLink(id, t("register.see", { id }))),
  );

/** Someone else was first, or something else went wrong. */
function refused(error, way, known) {
  const stale = error.status === 412 || error.status === 428;
  const text = stale ? t(known ? "register.stale" : "register.exists") : t("problem.other");
  const detail = h("p", {}, error.message);
  return h("div", { class: "note bad" }, h("p", {}, h("strong", {}, text)), stale ? way : detail);
}

const reload = (again) => h("button", { type: "button", onclick: again }, t("register.reload"));
const openOther = (id) => h("a", { href: `#/partners/${encodeURIComponent(id)}/edit` }, t("register.open", { id }));
