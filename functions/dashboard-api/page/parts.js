// What several views are made of.

import { Problem, file } from "./api.js";
import { announce, freshId, h } from "./dom.js";
import { byCurrency, kindsIn } from "./money.js";
import { amountNode, day } from "./format.js";
import { session } from "./session.js";
import { count, maybe, named, t } from "./text.js";

/** The heading of a view is there at once, so that it can be gone to; `say` completes it from what was loaded. */
export function viewHeading(title, { above = null, below = null } = {}) {
  const parts = {
    above: h("p", { class: "eyebrow" }),
    title: h("h1", { tabindex: "-1" }),
    below: h("p", { class: "lead" }),
  };
  const heading = h("div", { class: "view-head" }, parts.above, parts.title, parts.below);
  heading.say = (texts) => {
    for (const [name, text] of Object.entries(texts))
      parts[name].replaceChildren(...[text].flat(Infinity).filter(Boolean));
    if (heading.isConnected) document.title = titleOf(parts.title.textContent);
  };
  heading.say({ above, title, below });
  return heading;
}

export const titleOf = (text) => `${text} · all-in-web`;

export function section(title, ...content) {
  const id = freshId("section");
  return h("section", { class: "section", "aria-labelledby": id }, h("h2", { id }, title), ...content);
}

/** A place for what is still to come: it says that it loads, then shows the answer or what went wrong. */
export function loaded(load, render) {
  const place = h("div", { class: "loaded" });
  const run = async () => {
    place.setAttribute("aria-busy", "true");
    if (!place.hasChildNodes()) place.append(skeleton());
    try {
      const data = await load();
      // Who was inside what is replaced goes on from there.
      const wasInside = place.contains(document.activeElement);
      place.replaceChildren(...[await render(data, run)].flat(Infinity).filter(Boolean));
      if (wasInside) {
        place.setAttribute("tabindex", "-1");
        place.focus({ preventScroll: true });
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Problem)) console.error(error);
      place.replaceChildren(problemNote(error, run));
    }
    place.removeAttribute("aria-busy");
  };
  run();
  return place;
}

const skeleton = () =>
  h(
    "div",
    { class: "loading" },
    h("span", { class: "hidden" }, t("loading")),
    Array.from({ length: 3 }, () => h("span", { class: "bone" })),
  );

const problemKey = (status) => {
  if (status === 0) return "problem.network";
  if (status === 401 || status === 403 || status === 404) return `problem.${status}`;
  return status >= 500 || status === 429 ? "problem.later" : "problem.other";
};

/** Where to go from what is not there; a manager can register a partner that is not. */
function waysOn() {
  const partner = /^#\/partners\/([^/?]+)$/.exec(location.hash);
  return [
    link("#/", t("not-found.back")),
    partner &&
      session()?.manages && [
        " · ",
        link(`${location.hash}/edit`, t("not-found.register", { id: decodeURIComponent(partner[1]) })),
      ],
  ];
}

export function problemNote(error, again) {
  const known = error instanceof Problem;
  announce(t(known ? problemKey(error.status) : "problem.page"));
  return h(
    "div",
    { class: "note bad" },
    h("p", {}, h("strong", {}, t(known ? problemKey(error.status) : "problem.page"))),
    known && ![0, 401, 404].includes(error.status) && h("p", { class: "detail" }, (error.field && hint(error.field)) ?? error.message),
    known && error.status === 404 && h("p", {}, waysOn()),
    again &&
      known &&
      error.status !== 404 &&
      error.status !== 403 &&
      h("button", { type: "button", onclick: again }, t("problem.again")),
  );
}

/** That an answer is without something, if it is. */
export const unreadableNote = ({ unreadable_count: n = 0 }) =>
  n > 0 && h("div", { class: "note bad" }, h("p", {}, h("strong", {}, count("unreadable", n))));

export const empty = (text) => h("p", { class: "empty" }, text);

/**
 * A table. Columns: `{ head, cell(row), number, wide, label, lead }`: numbers stand right, wide ones disappear where there
 * is little room, `"extra"` ones before that, and the column marked `label` names the row. `detail(row)` is what a row opens;
 * `below(row)` stands under it at all times. A `stacked` table shows each row in two lines on a phone: the label and what is
 * marked `lead`, `"named"` with its head, then the rest.
 */
export function table(caption, columns, rows, options = {}) {
  const { foot = [], hideCaption = false, detail = null, below = null, stacked = false } = options;
  const heads = columns.map((column) =>
    h("th", { ...role("columnheader"), scope: "col", class: classes(column) }, column.head),
  );
  const bodies = rows.map((row) => tableRow(columns, row, { detail, below }));
  const feet = foot.map((row) => tableRow(columns, row));
  return h(
    "div",
    { class: stacked ? "scroll stacked" : "scroll", tabindex: "0", role: "group", "aria-label": caption },
    h(
      "table",
      role("table"),
      h("caption", { class: hideCaption ? "hidden" : null }, caption),
      h("thead", role("rowgroup"), h("tr", role("row"), heads)),
      h("tbody", role("rowgroup"), bodies),
      feet.length > 0 && h("tfoot", role("rowgroup"), feet),
    ),
  );
}

/** What a part of a table is, said again since a phone shows it as something else. */
export const role = (name) => ({ role: name });

export const classes = ({ number, wide, lead, label }) =>
  [
    number && "number",
    wide && "wide",
    wide === "extra" && "extra",
    lead && "lead-cell",
    lead === "named" && "named",
    label && "label-cell",
  ]
    .filter(Boolean)
    .join(" ") || null;

export function tableRow(columns, row, { detail = null, below = null, dimmed = false } = {}) {
  const kind = [row.continues && "continues", dimmed && "dimmed"].filter(Boolean).join(" ") || null;
  const cells = columns.map((column) => {
    const content = column.cell(row);
    const properties = { class: classes(column), "data-head": column.head };
    return column.label
      ? h("th", { ...properties, ...role("rowheader"), scope: "row" }, content)
      : h("td", { ...properties, ...role("cell") }, content);
  });
  if (below !== null)
    return [
      h("tr", { ...role("row"), class: "explained-row" }, cells),
      h(
        "tr",
        { ...role("row"), class: "below-row" },
        h("td", { ...role("cell"), colspan: columns.length }, below(row)),
      ),
    ];
  if (detail === null) return h("tr", { ...role("row"), class: kind }, cells);
  return disclosedRow(cells, kind, () => detail(row));
}

/** A row whose first cell is a button that opens a row below it. */
function disclosedRow(cells, kind, detail) {
  const id = freshId("detail");
  const [first] = cells;
  const button = h("button", { type: "button", class: "disclose", "aria-expanded": "false" }, ...first.childNodes);
  first.replaceChildren(button);
  const row = h("tr", { ...role("row"), class: kind ? `opens ${kind}` : "opens" }, cells);
  const place = h("td", { ...role("cell"), colspan: cells.length });
  const below = h("tr", { ...role("row"), id, class: "detail-row", hidden: true }, place);
  const toggle = () => {
    const open = below.hidden;
    if (open && !place.hasChildNodes()) place.append(detail());
    below.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) button.setAttribute("aria-controls", id);
  };
  row.addEventListener("click", (event) => {
    if (!event.target.closest("a") && !getSelection().toString()) toggle();
  });
  return [row, below];
}

/** Totals as rows, one for each group and currency; groups: `{ label, totals }`. */
export function totalsTable(caption, head, groups, options = {}) {
  const all = groups.flatMap((group) => group.totals);
  const rows = groups.flatMap(byCurrencyRows);
  const kinds = kindsIn(all).map((kind) => ({
    head: named("kinds", kind),
    number: true,
    cell: (row) => amountNode(row.kinds[kind]),
  }));
  const columns = [
    { head, label: true, cell: labelCell },
    { head: t("currency"), cell: (row) => row.currency },
    ...kinds,
    {
      head: t(options.own ? "due.to-you" : "due.to"),
      number: true,
      lead: "named",
      cell: (row) => amountNode(row.dueTo, { class: "strong" }),
    },
    {
      head: t(options.own ? "due.by-you" : "due.from"),
      number: true,
      cell: (row) => amountNode(row.dueFrom, { class: "strong" }),
    },
  ];
  const foot = options.total ? byCurrencyRows({ label: t("total"), totals: options.total }) : [];
  return table(caption, columns, rows, { ...options, foot, stacked: true });
}

/** A row for each currency; those after the first continue it. */
const byCurrencyRows = ({ label, totals }) =>
  byCurrency(totals).map((total, i) => ({ ...total, label, continues: i > 0 }));

/** The label stands once; for those who hear the table, on every row. */
export function labelCell({ label, continues }) {
  if (!continues) return label;
  return h("span", { class: "hidden" }, label instanceof Node ? label.textContent : label);
}

/** Previous and next, with the cursors kept in memory. `show(cursor)` gives the next page's cursor. */
export function pager(show) {
  const cursors = [undefined];
  const previous = h("button", { type: "button", onclick: () => turn(-1) }, t("page.previous"));
  const next = h("button", { type: "button", onclick: () => turn(1) }, t("page.next"));
  const number = h("span", { class: "page-number" });
  const bar = h("nav", { class: "pager", "aria-label": t("page.pages"), hidden: true }, previous, number, next);
  let at = 0;
  const turn = (step) => {
    at += step;
    show(cursors[at]);
  };
  /** Tells where the list goes on. */
  bar.goesOn = (cursor) => {
    cursors.length = at + 1;
    if (cursor) cursors.push(cursor);
    previous.disabled = at === 0;
    next.disabled = !cursor;
    number.textContent = t("page.number", { n: at + 1 });
    bar.hidden = at === 0 && !cursor;
    if (!bar.hidden) announce(number.textContent);
  };
  return bar;
}

export const workbookButton = (path, parameters) => fileButton(path, parameters, undefined, t("workbook.download"));

/** A button that downloads a path as a file of a type. The token travels in a header, which a plain link cannot do. */
export function fileButton(path, parameters, type, text) {
  const failure = h("span", { class: "field-error", role: "alert" });
  const download = async () => {
    failure.textContent = "";
    try {
      const { name, content } = await file(path, parameters, type);
      const url = URL.createObjectURL(content);
      h("a", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      announce(t("workbook.done", { name }));
    } catch (error) {
      failure.textContent = `${t("workbook.failed")} ${error.message}`;
    }
  };
  return h(
    "span",
    { class: "with-error" },
    h("button", { type: "button", class: "quiet", onclick: download }, text),
    failure,
  );
}

/** As of when the ledger is shown: `asOf` is a day, or null for now. */
export const knownOn = (asOf) => (asOf ? t("known.on", { day: day(asOf) }) : t("known.now"));

/** A column of a list that names a partner; rows have its `id` and its `name`. */
export const partnerColumn = () => ({
  id: "partner",
  head: t("partner"),
  label: true,
  cell: ({ id, name }) => partnerLink(id, name),
  sort: ({ name }) => name,
  text: ({ id, name }) => `${name} ${id}`,
});

/** An id as people see it: as it is written, and it may break where there is little room. */
export const idNode = (id) => h("span", { class: "id" }, id);

/** A status in words, with a sign that does not need colour. */
export const badge = (group, name) =>
  h(
    "span",
    { class: `badge ${group}-${name}` },
    h("span", { class: "sign", "aria-hidden": "true" }),
    named(group, name),
  );

/** Pairs of a term and its description; empty ones are left out. */
export const pairs = (list, properties = {}) =>
  h(
    "dl",
    { class: "pairs", ...properties },
    list
      .filter(([, what]) => what !== null && what !== undefined && what !== "" && what !== false)
      .map(([term, what]) => h("div", {}, h("dt", {}, term), h("dd", {}, what))),
  );

export const link = (to, ...text) => h("a", { href: to }, ...text);
export const contractLink = (id) => link(`#/contracts/${encodeURIComponent(id)}`, id);
export const partnerLink = (id, name = id) => link(`#/partners/${encodeURIComponent(id)}`, name);

/** What an error of a field means, if the page has words for it. */
export const hint = (field) => maybe(`hint.${field.replace(/\[\d+\]/g, "")}`);
