// The partner models, cell by cell.

import { get, path } from "./api.js";
import { h } from "./dom.js";
import { day, percent, today } from "./format.js";
import { loaded, viewHeading } from "./parts.js";
import { inLanguage, t } from "./text.js";

const CELLS = [
  "services_delivered_by",
  "services_invoiced_by",
  "recurring_contract_held_by",
  "support_by",
  "new_versions_by",
];

export function view({ session, signal }) {
  return h(
    "div",
    {},
    viewHeading(t("programme.title"), { below: t("programme.text") }),
    loaded(
      async () => ({ programme: await get("/programme", {}, signal), own: await ownModels(session, signal) }),
      ({ programme, own }) => programme.versions.map((version) => versionOf(version, own)),
    ),
  );
}

/** The latest of a partner's own agreements of each model, which it looks for first. */
async function ownModels({ seesAll, partnerId }, signal) {
  if (seesAll) return new Map();
  const { agreements } = await get(path("partners", partnerId), {}, signal);
  return new Map(agreements.map((agreement) => [agreement.model, agreement]));
}

const versionOf = ({ version, models }, own) =>
  h(
    "section",
    { "aria-label": t("programme.version", { day: day(version) }) },
    h("p", { class: "small" }, t("programme.version", { day: day(version) })),
    h(
      "div",
      { class: "models" },
      models.map((model) => modelOf(model, own.get(model.model))),
    ),
  );

function modelOf(model, own) {
  return h(
    "article",
    { class: own ? "model own" : "model" },
    h("h2", {}, inLanguage(model.name), own && h("span", { class: "badge own-model" }, t(`programme.${whenOf(own)}`))),
    own && negotiated(own),
    h("p", {}, inLanguage(model.principle)),
    cell(t("programme.earnings"), earnings(model.earnings), "earnings"),
    cell(t("programme.conditions"), list(model.conditions, t("programme.no-conditions"))),
    CELLS.map((name) => cell(t(`programme.${name.replaceAll("_", "-")}`), inLanguage(model[name].text))),
    cell(t("programme.perks"), list(model.perks, t("programme.no-perks"))),
  );
}

/** Whether an agreement is in force, has ended or begins later. */
function whenOf({ starts_on: start, ends_on: end }) {
  if (start > today()) return "own-later";
  return end && end < today() ? "own-before" : "own";
}

/** What an agreement says otherwise than the programme. */
const negotiated = ({ rate, from_sale: fromSale }) => {
  const terms = [rate && percent(rate), fromSale && t("programme.from-sale", { n: fromSale })].filter(Boolean);
  return terms.length > 0 && h("p", { class: "small" }, t("programme.negotiated", { terms: terms.join(", ") }));
};

const cell = (name, content, kind = null) =>
  h("div", { class: kind ? `cell ${kind}` : "cell" }, h("h3", {}, name), h("div", {}, content));

const list = (items, none) =>
  items.length === 0
    ? none
    : h(
        "ul",
        {},
        items.map((item) => h("li", {}, inLanguage(item.text))),
      );

function earnings({ rate, from_sale: fromSale, text }) {
  return [
    h("p", { class: "big" }, percent(rate)),
    h("p", {}, inLanguage(text), fromSale ? `, ${t("programme.from-sale", { n: fromSale })}` : ""),
  ];
}
