// All partners, to find one.

import { getAll } from "./api.js";
import { h } from "./dom.js";
import { integer, moneyNode } from "./format.js";
import { amountKey, list } from "./list.js";
import { badge, empty, link, loaded, partnerLink, unreadableNote, viewHeading } from "./parts.js";
import { searched } from "./searched.js";
import { named, t } from "./text.js";

const LIMIT = 500;
/** At most this many pages of partners are brought together. The API searches among all, and in their contacts. */
const PAGES = 10;

export function view({ query, session, signal }) {
  const found = searched({
    wanted: query.get("q") ?? "",
    label: t("partners.search"),
    help: t("partners.search-help"),
    read: (q, signal) =>
      getAll("/partners", { q, with: "minimum_sales,balances", limit: LIMIT }, "partners", signal, PAGES),
    render: ({ list: partners, complete, ...rest }, wanted) => [
      unreadableNote(rest),
      !complete && h("p", { class: "note" }, t("partners.incomplete", { n: integer(partners.length) })),
      partners.length === 0 ? empty(t(wanted ? "partners.none-found" : "partners.none")) : partnerList(partners),
    ],
    signal,
  });
  return h(
    "div",
    {},
    viewHeading(t("nav.partners")),
    found,
    session.manages && h("p", {}, link("#/register", t("nav.register"))),
  );
}

const partnerList = (partners) =>
  list({
    caption: t("nav.partners"),
    rows: partners,
    searched: false,
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

const modelName = (model) => (model === "none" ? t("partner.no-model") : named("model", model));
