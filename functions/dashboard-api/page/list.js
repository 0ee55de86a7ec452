// Any long list: searched while typing, filtered, sorted, by pages, with sums of what is found. The address keeps it.
//
//   list({ name, caption, columns, rows, choices, order, none, detail, dims, searched, help })
//
// `columns` are those of a table (parts.js), and more:
//   `id`           names the column in the address; needed to sort by it
//   `sort(row)`    key to sort by: a text, a number, a bigint, null for nothing, or several of them as an array
//   `text(row)`    what is searched
//   `sum(row)`     an amount, summed at the foot for each currency; all amounts of a row are of one
// An amount's key is `amountKey(money)`, which keeps currencies apart. `choices` are `{ id, label, of(row), name(value) }`:
// a field that filters by the text that `of` gives. `order` is the first order, as the address writes it: `"amount"`, or
// `"-amount"` for descending; without it rows stay as given. `none` is said when nothing is found. `detail(row)` is what a
// row opens; `dims(row)` says which rows are pale. `name` tells lists of one view apart in the address. `searched` is false for
// rows that the API has searched already: the list has no search of its own then. `help` says what its search finds.

import { amend, inAddress } from "./address.js";
import { announce, h } from "./dom.js";
import { field, select } from "./fields.js";
import { integer, moneyNode } from "./format.js";
import { currenciesOf, minor, sum } from "./money.js";
import { classes, empty, role, tableRow } from "./parts.js";
import { finder, pageOf, plain, sorted } from "./rows.js";
import { count, locale, t } from "./text.js";

const PAGE = 50;
/** Fewer rows than this need no search. */
const FEW = 8;
const QUIET = 500;

export const amountKey = (money) => [money.currency, minor(money)];

export function list(options) {
  const state = stateOf(options);
  const find = findingIn(options);
  const shown = frame(options, state, change);
  const say = later(() => shown.element.isConnected && announce(shown.range.textContent));

  function change(changes) {
    Object.assign(state.now, { page: 1 }, changes);
    show();
    state.keep();
    say();
  }

  function show() {
    const found = find(state.now);
    const page = pageOf(found, state.now.page, PAGE);
    state.now.page = page.page;
    shown.fill(found, page, state.now.sort);
  }

  show();
  return shown.element;
}

/** What is searched, chosen and sorted, and the page: as the address has it, which keeps what is not as at first. */
function stateOf({ name = "", choices = [], order = "", searched = true }) {
  const key = (id) => (name ? `${name}.${id}` : id);
  const given = inAddress();
  const chosen = choices.map(({ id }) => [id, given.get(key(id)) ?? ""]);
  const now = {
    ...(searched && { q: given.get(key("q")) ?? "" }),
    sort: given.get(key("sort")) ?? order,
    page: Number(given.get(key("page")) ?? 1),
    ...Object.fromEntries(chosen),
  };
  const first = { sort: order, page: 1 };
  const keep = () =>
    amend(
      Object.fromEntries(Object.entries(now).map(([id, value]) => [key(id), value === first[id] ? "" : String(value)])),
    );
  return { now, key, keep };
}

/** Gives the rows of a state, in its order. Orders and searched texts are made once. */
function findingIn({ rows, columns, choices = [] }) {
  const texts = new Intl.Collator(locale(), { numeric: true, sensitivity: "base" });
  const searched = searchedTexts(columns);
  let ordered = { sort: null, rows };
  return (now) => {
    if (ordered.sort !== now.sort) ordered = { sort: now.sort, rows: inOrder(rows, columns, now.sort, texts.compare) };
    const isChosen = (row) => choices.every(({ id, of }) => !now[id] || of(row) === now[id]);
    const chosen = ordered.rows.filter(isChosen);
    const { q = "" } = now;
    const isFound = finder(q);
    return q.trim() === "" ? chosen : chosen.filter((row) => isFound(searched(row)));
  };
}

function searchedTexts(columns) {
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

/** Does it once nothing has asked for it for a while. */
function later(work) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, QUIET);
  };
}

/** What a list is made of; `fill` shows a page of what was found. */
function frame(options, state, change) {
  const { caption, columns, rows, none = null, detail = null, dims = () => false } = options;
  const heads = headsOf(columns, (id) => change({ sort: turned(columns, state.now.sort, id) }));
  const [body, foot] = ["tbody", "tfoot"].map((name) => h(name, role("rowgroup")));
  const head = h("thead", role("rowgroup"), h("tr", role("row"), heads.cells));
  const table = h("table", role("table"), h("caption", { class: "hidden" }, caption), head, body, foot);
  const range = h("p", { class: "small found", hidden: rows.length < FEW });
  const nothing = empty(none ?? t("list.none"));
  const bar = pages((step) => {
    change({ page: state.now.page + step });
    element.scrollIntoView({ block: "start" });
  });
  const element = h(
    "div",
    { class: "list stacked" },
    tools(options, state, change),
    range,
    nothing,
    table,
    bar.element,
  );
  const sorting = element.querySelector(".sorting select");
  const fill = (found, page, sort) => {
    heads.mark(sort);
    if (sorting) sorting.value = sort;
    body.replaceChildren(...page.rows.flatMap((row) => tableRow(columns, row, { detail, dimmed: dims(row) })));
    foot.replaceChildren(...sums(columns, found));
    bar.mark(page);
    nothing.hidden = found.length > 0;
    table.hidden = found.length === 0;
    range.textContent = rangeText(found.length, rows.length, page);
  };
  return { element, range, fill };
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

function tools({ caption, rows, columns, choices = [], searched = true, help = null }, { now, key }, change) {
  const filtered = now.q || choices.some(({ id }) => now[id]);
  const named = (id) => ({ name: key(id), onchange: (event) => change({ [id]: event.target.value }) });
  const text = h("input", {
    type: "search",
    name: key("q"),
    value: now.q,
    autocomplete: "off",
    oninput: (event) => change({ q: event.target.value }),
  });
  const sortable = columns.filter((column) => column.sort);
  return h(
    "div",
    { class: "filters tools", role: searched ? "search" : null, "aria-label": searched && caption, hidden: rows.length < FEW && !filtered },
    searched && columns.some((column) => column.text) && field(t("list.search"), text, { help }),
    choices.map((choice) => choiceField(choice, rows, now[choice.id], named(choice.id))),
    sortable.length > 0 &&
      h("div", { class: "sorting" }, field(t("list.sort"), sortField(sortable, now.sort, named("sort")))),
  );
}

function choiceField({ label, of, name }, rows, chosen, properties) {
  const values = [...new Set([...rows.map(of), chosen])].filter(Boolean);
  if (values.length < 2 && !chosen) return null;
  const options = values.map((value) => [value, name(value)]);
  options.sort(([, one], [, other]) => one.localeCompare(other, locale()));
  return field(label, select([["", t("list.all")], ...options], chosen, properties));
}

/** Where a phone has no heads to press. */
function sortField(columns, sort, properties) {
  const options = columns.flatMap(({ id, head }) => [
    [id, `${head} ↑`],
    [`-${id}`, `${head} ↓`],
  ]);
  return select(sort === "" ? [["", "–"], ...options] : options, sort, properties);
}

/** A row for each currency, with the sums of all rows that were found. */
function sums(columns, found) {
  const summed = columns.filter((column) => column.sum);
  if (summed.length === 0 || found.length < 2) return [];
  return currenciesOf(found.map((row) => summed[0].sum(row))).map((currency) => {
    const own = found.filter((row) => summed[0].sum(row).currency === currency);
    const [like] = own;
    const total = (column) => moneyNode(sum(own.map(column.sum), column.sum(like)));
    const cells = columns.map((column) => ({
      ...column,
      cell: () => (column.sum ? total(column) : column.label ? t("total") : null),
    }));
    return tableRow(cells, like);
  });
}

function rangeText(found, all, { first, rows }) {
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
