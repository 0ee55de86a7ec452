// All partners, to search.

import { get } from "./api.js";
import { h } from "./dom.js";
import { field } from "./fields.js";
import { integer } from "./format.js";
import { badge, empty, link, loaded, pager, partnerLink, table, unreadableNote, viewHeading } from "./parts.js";
import { named, t } from "./text.js";

const LIMIT = 50;

export function view({ query, signal }) {
  const wanted = query.get("q") ?? "";
  const list = h("div", {});
  const bar = pager(show);
  function show(cursor) {
    const load = () => get("/partners", { q: wanted, with: "minimum_sales", limit: LIMIT, cursor }, signal);
    list.replaceChildren(
      loaded(load, (page) => {
        bar.goesOn(page.next_cursor);
        return [
          unreadableNote(page),
          page.partners.length === 0
            ? empty(t(wanted ? "partners.none-found" : "partners.none"))
            : partnerTable(page.partners),
        ];
      }),
    );
  }
  show();
  return h(
    "div",
    {},
    viewHeading(t("nav.partners")),
    search(wanted),
    list,
    bar,
    h("p", {}, link("#/register", t("nav.register"))),
  );
}

function search(wanted) {
  const text = h("input", { type: "search", name: "q", value: wanted, autocomplete: "off" });
  const go = (event) => {
    event.preventDefault();
    location.hash = text.value.trim() ? `#/partners?${new URLSearchParams({ q: text.value.trim() })}` : "#/partners";
  };
  return h(
    "form",
    { class: "filters", role: "search", onsubmit: go },
    field(t("partners.search"), text),
    h("div", { class: "actions" }, h("button", {}, t("partners.find"))),
  );
}

const partnerTable = (partners) =>
  table(
    t("nav.partners"),
    [
      { head: t("partner.name"), label: true, cell: (one) => partnerLink(one.partner_id, one.name) },
      { head: t("partner.id"), cell: (one) => one.partner_id },
      {
        head: t("partner.model"),
        wide: true,
        cell: (one) => (one.model ? named("model", one.model) : t("partner.no-model")),
      },
      {
        head: t("minimum.title"),
        cell: ({ minimum_sales: year }) =>
          year
            ? [
                t("minimum.short", { sales: integer(year.sales), minimum: integer(year.minimum) }),
                " ",
                badge("status", year.status),
              ]
            : "–",
      },
    ],
    partners,
    { hideCaption: true },
  );
