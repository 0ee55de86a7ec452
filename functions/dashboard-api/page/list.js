// Any long list: found in while typing, filtered, sorted, by pages, with sums of what is found. The address keeps it all.
//
//   list({ name, caption, columns, rows, choices, order, none, detail, dims })
//
// `columns` are those of a table (parts.js), and more:
//   `id`           names the column in the address; needed to sort by it
//   `sort(row)`    key to sort by: a text, a number, a bigint, null for nothing, or several of them as an array
//   `text(row)`    what is searched
//   `sum(row)`     an amount, summed at the foot for each currency
// An amount's key is `amountKey(money)`, which keeps currencies apart. `choices` are `{ id, label, of(row), name(value) }`: a
// field that filters by what `of` gives. `order` is the first order, as the address writes it: `"amount"`, or `"-amount"` for
// descending; without it rows stay as given. `none` is said when nothing is found. `detail(row)` is what a row opens;
// `dims(row)` says which rows are pale. `name` tells lists of one view apart in the address.

import { amend, inAddress } from "./address.js";
import { announce, h } from "./dom.js";
import { field, select } from "./fields.js";
import { integer, moneyNode } from "./format.js";
import { minor, sum } from "./money.js";
import { classes, empty, role, tableRow } from "./parts.js";
import { finder, pageOf, plain, sorted } from "./rows.js";
import { count, locale, t } from "./text.js";

const PAGE = 50;
/** Fewer rows than this need no search. */
const FEW = 8;
const QUIET = 500;

export const amountKey = (money) => [money.currency, minor(money)];

export function list({
  name = "",
  caption,
  columns,
  rows,
  choices = [],
  order = "",
  none = null,
  detail = null,
  dims = () => false,
}) {
  const key = (id) => (name ? `${name}.${id}` : id);
  const texts = new Intl.Collator(locale(), { numeric: true, sensitivity: "base" });
  const given = inAddress();
  const state = {
    q: given.get(key("q")) ?? "",
    sort: given.get(key("sort")) ?? order,
    page: Number(given.get(key("page")) ?? 1),
    ...Object.fromEntries(choices.map(({ id }) => [id, given.get(key(id)) ?? ""])),
  };
  const searched = searchedTexts(rows, columns);
  let ordered = null;
  const heads = headsOf(columns, (id) => change({ sort: turned(columns, state.sort, id) }));
  const body = h("tbody", role("rowgroup"));
  const foot = h("tfoot", role("rowgroup"));
  const number = h("p", { class: "small found" });
  const nothing = empty(none ?? t("list.none"));
  const bar = pages((step) => {
    change({ page: state.page + step });
    place.scrollIntoView({ block: "start" });
  });
  const table = h(
    "table",
    role("table"),
    h("caption", { class: "hidden" }, caption),
    h("thead", role("rowgroup"), h("tr", role("row"), heads.cells)),
    body,
    foot,
  );
  const place = h(
    "div",
    { class: "list stacked" },
    tools({ rows, columns, choices, state, key, change }),
    number,
    nothing,
    table,
    bar.element,
  );

  function change(changes) {
    Object.assign(state, { page: 1 }, changes);
    if ("sort" in changes) ordered = null;
    show();
    amend({
      [key("q")]: state.q,
      [key("sort")]: state.sort === order ? "" : state.sort,
      [key("page")]: state.page === 1 ? "" : String(state.page),
      ...Object.fromEntries(choices.map(({ id }) => [key(id), state[id]])),
    });
    say();
  }

  function show() {
    ordered ??= inOrder(rows, columns, state.sort, texts.compare);
    const finds = finder(state.q);
    const found = ordered.filter(
      (row) =>
        choices.every(({ id, of }) => !state[id] || of(row) === state[id]) && (!state.q.trim() || finds(searched(row))),
    );
    const shown = pageOf(found, state.page, PAGE);
    state.page = shown.page;
    heads.mark(state.sort);
    body.replaceChildren(...shown.rows.flatMap((row) => tableRow(columns, row, { detail, dimmed: dims(row) })));
    foot.replaceChildren(...sums(columns, found));
    bar.mark(shown);
    nothing.hidden = found.length > 0;
    table.hidden = found.length === 0;
    number.hidden = rows.length < FEW;
    number.textContent = range(found.length, rows.length, shown);
  }

  let timer = 0;
  /** Who hears the page is told what was found, once the typing has stopped. */
  function say() {
    clearTimeout(timer);
    timer = setTimeout(() => place.isConnected && announce(number.textContent), QUIET);
  }

  show();
  return place;
}

/** The searched text of a row, made once. */
function searchedTexts(rows, columns) {
  const searched = columns.filter((column) => column.text);
  const known = new Map();
  return (row) => {
    if (!known.has(row)) known.set(row, plain(searched.map((column) => column.text(row)).join(" ")));
    return known.get(row);
  };
}

/** Which column an order names, and whether it descends. */
const read = (sort) => ({ id: sort.replace(/^-/, ""), descending: sort.startsWith("-") });

function inOrder(rows, columns, sort, texts) {
  const { id, descending } = read(sort);
  const column = columns.find((column) => column.sort && column.id === id);
  return column ? sorted(rows, column.sort, texts, descending) : rows;
}

/** The order after a press on a head: numbers begin with the greatest, and a second press turns it round. */
function turned(columns, sort, id) {
  const now = read(sort);
  const descending = now.id === id ? !now.descending : Boolean(columns.find((column) => column.id === id).number);
  return `${descending ? "-" : ""}${id}`;
}

function headsOf(columns, press) {
  const cells = columns.map((column) =>
    h(
      "th",
      { ...role("columnheader"), scope: "col", class: classes(column) },
      column.sort
        ? h("button", { type: "button", class: "sort", onclick: () => press(column.id) }, column.head)
        : column.head,
    ),
  );
  const mark = (sort) => {
    const { id, descending } = read(sort);
    columns.forEach((column, i) => {
      if (column.sort && column.id === id) cells[i].setAttribute("aria-sort", descending ? "descending" : "ascending");
      else cells[i].removeAttribute("aria-sort");
    });
  };
  return { cells, mark };
}

function tools({ rows, columns, choices, state, key, change }) {
  const filtered = state.q || choices.some(({ id }) => state[id]);
  const text = h("input", {
    type: "search",
    name: key("q"),
    value: state.q,
    autocomplete: "off",
    oninput: (event) => change({ q: event.target.value }),
  });
  const chosen = choices.map((choice) => choiceField(choice, rows, state, key, change)).filter(Boolean);
  const sorting = columns.filter((column) => column.sort);
  return h(
    "div",
    { class: "filters tools", role: "search", hidden: rows.length < FEW && !filtered },
    columns.some((column) => column.text) && field(t("list.search"), text),
    chosen,
    sorting.length > 0 && h("div", { class: "sorting" }, field(t("list.sort"), sortField(sorting, state, key, change))),
  );
}

function choiceField({ id, label, of, name }, rows, state, key, change) {
  const values = [...new Set(rows.map(of))].filter(Boolean);
  if (values.length < 2 && !state[id]) return null;
  const options = values
    .map((value) => [value, name(value)])
    .sort(([, one], [, other]) => one.localeCompare(other, locale()));
  const onchange = (event) => change({ [id]: event.target.value });
  return field(label, select([["", t("list.all")], ...options], state[id], { name: key(id), onchange }));
}

/** Where a phone has no heads to press. */
function sortField(columns, state, key, change) {
  const options = columns.flatMap(({ id, head }) => [
    [id, `${head} ↑`],
    [`-${id}`, `${head} ↓`],
  ]);
  const asGiven = state.sort === "" ? [["", "–"]] : [];
  return select([...asGiven, ...options], state.sort, {
    name: key("sort"),
    onchange: (event) => change({ sort: event.target.value }),
  });
}

/** A row for each currency, with the sums of all rows that were found. */
function sums(columns, found) {
  const summed = columns.filter((column) => column.sum);
  if (summed.length === 0 || found.length < 2) return [];
  const currencies = new Map(found.map((row) => [summed[0].sum(row).currency, row]));
  return [...currencies]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([currency, like]) => {
      const own = found.filter((row) => summed[0].sum(row).currency === currency);
      const total = (column) => moneyNode(sum(own.map(column.sum), column.sum(like)));
      const cells = columns.map((column) => ({
        ...column,
        cell: () => (column.sum ? total(column) : column.label ? t("total") : null),
      }));
      return tableRow(cells, like);
    });
}

function range(found, all, { first, rows }) {
  const numbers = {
    first: integer(first + 1),
    last: integer(first + rows.length),
    n: integer(found),
    all: integer(all),
  };
  if (found === 0) return "";
  if (found > rows.length) return t(found < all ? "list.range-of-found" : "list.range", numbers);
  return found < all ? t("list.found", numbers) : count("list.rows", all);
}

function pages(turn) {
  const previous = h("button", { type: "button", onclick: () => turn(-1) }, t("page.previous"));
  const next = h("button", { type: "button", onclick: () => turn(1) }, t("page.next"));
  const number = h("span", { class: "page-number" });
  const element = h("nav", { class: "pager", "aria-label": t("page.pages") }, previous, number, next);
  const mark = ({ page, pages }) => {
    element.hidden = pages === 1;
    previous.disabled = page === 1;
    next.disabled = page === pages;
    number.textContent = t("list.page", { n: integer(page), pages: integer(pages) });
  };
  return { element, mark };
}
