// All partners, to find one.

import { getAll } from "./api.js";
import { h } from "./dom.js";
import { field, input } from "./fields.js";
import { integer, moneyNode } from "./format.js";
import { amountKey, list } from "./list.js";
import { badge, empty, link, loaded, partnerLink, unreadableNote, viewHeading } from "./parts.js";
import { named, t } from "./text.js";

const LIMIT = 500;
/** At most this many pages of partners are brought together; beyond them the API searches. */
const PAGES = 10;

export function view({ query, signal }) {
  const wanted = query.get("named") ?? "";
  const load = () =>
    getAll("/partners", { q: wanted, with: "minimum_sales,balances", limit: LIMIT }, "partners", signal, PAGES);
  return h(
    "div",
    {},
    viewHeading(t("nav.partners")),
    loaded(load, ({ list: partners, complete, ...rest }) => [
      unreadableNote(rest),
      (!complete || wanted) && search(wanted, partners.length),
      partners.length === 0 ? empty(t(wanted ? "partners.none-found" : "partners.none")) : partnerList(partners),
    ]),
    contractFinder(),
    h("p", {}, link("#/register", t("nav.register"))),
  );
}

/** Among more partners than are shown. */
function search(wanted, shown) {
  const text = h("input", { type: "search", name: "named", value: wanted, autocomplete: "off" });
  const go = (event) => {
    event.preventDefault();
    location.hash = text.value.trim()
      ? `#/partners?${new URLSearchParams({ named: text.value.trim() })}`
      : "#/partners";
  };
  return [
    h("p", { class: "note" }, t("partners.incomplete", { n: integer(shown) })),
    h(
      "form",
      { class: "filters", onsubmit: go },
      field(t("partners.search"), text),
      h("div", { class: "actions" }, h("button", {}, t("partners.find"))),
    ),
  ];
}

const partnerList = (partners) =>
  list({
    caption: t("nav.partners"),
    rows: partners,
    order: "name",
    none: t("partners.none-found"),
    choices: [
      { id: "model", label: t("partner.model"), of: ({ model }) => model ?? "none", name: modelName },
      {
        id: "status",
        label: t("minimum.title"),
        of: ({ minimum_sales: year }) => year?.status,
        name: (status) => named("status", status),
      },
    ],
    columns: [
      {
        id: "name",
        head: t("partner.name"),
        label: true,
        cell: (one) => partnerLink(one.partner_id, one.name),
        sort: (one) => one.name,
        text: (one) => one.name,
      },
      {
        id: "id",
        head: t("partner.id"),
        wide: "extra",
        cell: (one) => h("span", { class: "id" }, one.partner_id),
        sort: (one) => one.partner_id,
        text: (one) => one.partner_id,
      },
      {
        id: "model",
        head: t("partner.model"),
        wide: true,
        cell: ({ model }) => modelName(model ?? "none"),
        sort: ({ model }) => model && modelName(model),
        text: ({ model }) => modelName(model ?? "none"),
      },
      {
        id: "minimum",
        head: t("minimum.title"),
        cell: ({ minimum_sales: year }) =>
          year && [
            h(
              "span",
              { class: "day" },
              t("minimum.short", { sales: integer(year.sales), minimum: integer(year.minimum) }),
            ),
            " ",
            badge("status", year.status),
          ],
        sort: ({ minimum_sales: year }) => year && [year.status, year.minimum - year.sales],
        text: ({ minimum_sales: year }) => (year ? named("status", year.status) : ""),
      },
      owed("to", t("due.to"), "due_to_partner", { lead: "named" }),
      owed("from", t("due.from"), "due_from_partner", { wide: "extra" }),
    ],
  });

/** The balances of a partner, one below the other; sorted by the first one. */
const owed = (id, head, of, more) => ({
  id,
  head,
  number: true,
  cell: ({ balances: [first, ...more] }) =>
    first && [moneyNode(first[of]), more.map((balance) => h("div", {}, moneyNode(balance[of])))],
  sort: ({ balances: [first] }) => first && amountKey(first[of]),
  ...more,
});

/** Opens a contract by its id. */
function contractFinder() {
  const id = input({ name: "contract", required: true, spellcheck: "false" });
  const open = (event) => {
    event.preventDefault();
    location.hash = `#/contracts/${encodeURIComponent(id.value.trim())}`;
  };
  return h(
    "form",
    { class: "filters", onsubmit: open },
    field(t("contracts.id"), id),
    h("div", { class: "actions" }, h("button", {}, t("contracts.open"))),
  );
}

const modelName = (model) => (model === "none" ? t("partner.no-model") : named("model", model));
