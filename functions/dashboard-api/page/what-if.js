// What it would come to under other terms, next to today's result. Nothing is stored.

import { addressWith, amend } from "./address.js";
import { get, post } from "./api.js";
import { announce, h } from "./dom.js";
import { aboutCause, annuityTitle } from "./entry-table.js";
import { busy, clearErrors, dateInput, field, input, placeError, select } from "./fields.js";
import { amountNode, changeNode, day, integer, moneyNode, percent, period } from "./format.js";
import { byCurrency, difference, fractionOfPercent, percentOfFraction, sign, sum, writtenDecimal } from "./money.js";
import { partnerNames } from "./names.js";
import {
  contractLink,
  empty,
  labelCell,
  link,
  pairs,
  partnerLink,
  problemNote,
  section,
  table,
  unreadableNote,
  viewHeading,
} from "./parts.js";
import { codes, count, language, named, t } from "./text.js";

/** Of the lines that differ this many are shown at first. */
const SHOWN = 25;

/** What the address keeps of a question; a rate is a fraction there, as the API takes it. */
const ASKED = ["who", "of", "rate", "from_sale", "model", "from"];

export function view({ signal, query, session }) {
  const results = h("div", { class: "results" });
  const versions = get("/programme", {}, signal).then(({ versions }) => versions.map(({ version }) => version));
  versions.catch(() => {});
  return h(
    "div",
    {},
    viewHeading(t("nav.what-if"), { below: t("what-if.text") }),
    simulationForm(versions, results, { asked: Object.fromEntries(ASKED.map((name) => [name, query.get(name) ?? ""])), session }),
    results,
  );
}

/** The form, as the address fills it: `asked` has its question, which is answered at once. */
function simulationForm(versions, results, { asked, session }) {
  const who = select(
    [
      ["partner_id", t("what-if.one-partner")],
      ["model", t("what-if.one-model")],
      ["programme", t("what-if.programme")],
    ],
    asked.who || "programme",
    { name: "who" },
  );
  const whom = h("div", {});
  const rate = input({
    name: "rate",
    inputmode: "decimal",
    value: asked.rate ? writtenDecimal(percentOfFraction(asked.rate), language()) : "",
  });
  const fromSale = h("input", { type: "number", name: "from_sale", min: "1", max: "12", value: asked.from_sale });
  const from = dateInput(asked.from, { name: "from" });
  const models = [["", t("what-if.as-it-is")], ...codes("model").map((name) => [name, named("model", name)])];
  const model = select(models, asked.model, { name: "model" });
  const button = h("button", { class: "primary" }, t("what-if.send"));
  const form = h(
    "form",
    { class: "form wide-form", novalidate: true },
    h(
      "fieldset",
      { class: "card", "data-field": "who" },
      h("legend", {}, t("what-if.who")),
      h("div", { class: "grid" }, field(t("what-if.for"), who), whom),
      h("span", { class: "field-error" }),
    ),
    h(
      "fieldset",
      { class: "card", "data-field": "terms" },
      h("legend", {}, t("what-if.terms")),
      h("p", { class: "small" }, t("what-if.terms-help")),
      h(
        "div",
        { class: "grid" },
        field(t("what-if.rate"), rate, { field: "terms.rate" }),
        field(t("agreement.from-sale"), fromSale, { field: "terms.from_sale" }),
        field(t("agreement.model"), model, { field: "terms.model" }),
        field(t("what-if.from"), from, { field: "from", help: t("what-if.from-help") }),
      ),
      h("span", { class: "field-error" }),
    ),
    h("div", { class: "actions" }, button),
  );
  const show = (of) => busy(button, async () => whom.replaceChildren(await target(who.value, versions, of)));
  who.addEventListener("change", () => show(""));
  const send = () => {
    const terms = {
      rate: rate.value.trim() ? fractionOfPercent(rate.value, language()) : undefined,
      from_sale: fromSale.value ? Number(fromSale.value) : undefined,
      model: model.value || undefined,
    };
    const of = whom.querySelector("input, select").value.trim();
    const body = { who: { [who.value]: of }, terms, from: from.value || undefined };
    amend({ who: who.value, of, ...terms, from: body.from });
    simulate(form, button, results, body, session);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  show(asked.of).then(() => asked.of && send());
  return form;
}

async function target(who, versions, of) {
  if (who === "model")
    return field(t("agreement.model"), select(codes("model").map((name) => [name, named("model", name)]), of || undefined), {
      field: "who.model",
    });
  if (who === "partner_id") return field(t("partner.id"), input({ name: "partner_id", value: of }), { field: "who.partner_id" });
  const known = await versions.catch(() => ["2013-11-16"]);
  return field(t("agreement.programme"), select(known.map((version) => [version, day(version)]), of || undefined), {
    field: "who.programme",
  });
}

async function simulate(form, button, results, body, session) {
  clearErrors(form);
  results.replaceChildren(h("p", { class: "loading" }, t("what-if.running")));
  try {
    const [simulation, names] = await busy(button, () => Promise.all([post("/simulations", body), partnerNames()]));
    results.replaceChildren(...[unreadableNote(simulation), ...shown(simulation, names, session)].filter(Boolean));
    announce(t("what-if.done"));
  } catch (error) {
    results.replaceChildren();
    if (!placeError(form, error)) results.replaceChildren(problemNote(error));
  }
}

function shown(simulation, names, session) {
  const { today, simulated, partners, lines, lines_changed: changed } = simulation;
  // Said above the result, so that its print has them, too.
  const question = h("p", {}, questionInWords(simulation, names));
  if (changed === 0) return [section(t("what-if.result"), question, empty(t("what-if.same")))];
  const change = ({ partner_id: id }) =>
    session.manages && h("div", { class: "small" }, link(changeOf(id, simulation), t("what-if.change")));
  return [
    section(
      t("what-if.result"),
      question,
      yearlyCost(simulation.yearly_cost),
      h("p", { class: "small" }, t("what-if.no-fees")),
      comparisonTable(t("what-if.result"), t("what-if.for"), [{ label: t("what-if.all"), today, simulated }]),
    ),
    section(
      t("manager.partners"),
      comparisonTable(
        t("manager.partners"),
        t("partner"),
        partners.map((one) => ({ label: h("span", {}, partnerLink(one.partner_id, names.get(one.partner_id)), change(one)), ...one })),
      ),
    ),
    section(
      t("what-if.lines"),
      h(
        "p",
        { class: "small" },
        count("what-if.changed", changed),
        lines.length < changed && ` ${t("what-if.first", { n: integer(lines.length) })}`,
      ),
      shortened(lines),
    ),
  ];
}

/** Whose agreements, under which terms, and from when. */
function questionInWords({ who, terms, from }, names) {
  const { partner_id: id, model, programme } = who;
  const whose = id ? `${names.get(id) ?? id} (${id})` : model ? named("model", model) : `${t("agreement.programme")} ${day(programme)}`;
  const parts = [
    terms.rate && `${t("agreement.rate")} ${percent(terms.rate)}`,
    terms.from_sale && `${t("agreement.from-sale")} ${integer(terms.from_sale)}`,
    terms.model && `${t("agreement.model")} ${named("model", terms.model)}`,
    from ? t("what-if.since", { day: day(from) }) : t("what-if.always"),
  ];
  return [h("strong", {}, whose), " · ", parts.filter(Boolean).join(" · ")];
}

function yearlyCost({ from, to, differences }) {
  const moved = differences.filter((row) => sign(row.due_to_partner) !== 0 || sign(row.due_from_partner) !== 0);
  if (moved.length === 0) return h("p", {}, t("what-if.no-cost", { period: period(from, to) }));
  return table(
    t("what-if.cost", { period: period(from, to) }),
    [
      { head: t("currency"), label: true, cell: (row) => row.currency },
      { head: t("due.to"), number: true, cell: (row) => changeNode(row.due_to_partner) },
      { head: t("due.from"), number: true, cell: (row) => changeNode(row.due_from_partner) },
    ],
    moved,
  );
}

/** The form of a partner's agreements, with these terms filled in. */
const changeOf = (id, { terms, from }) =>
  addressWith(`#/partners/${encodeURIComponent(id)}/edit`, Object.entries({ ...terms, from }));

/** For each group and currency: both sides of both results, and what they differ by. */
function comparisonTable(caption, head, groups) {
  const rows = groups.flatMap(compared);
  const cells = (field) => [
    { head: t(`what-if.${field}-today`), number: true, cell: (row) => amountNode(row[field].today) },
    { head: t(`what-if.${field}-simulated`), number: true, cell: (row) => amountNode(row[field].simulated) },
    {
      head: t("what-if.difference"),
      number: true,
      cell: (row) => changeNode(difference(row[field].simulated, row[field].today)),
    },
  ];
  return table(
    caption,
    [
      { head, label: true, cell: labelCell },
      { head: t("currency"), cell: (row) => row.currency },
      ...cells("dueTo"),
      ...cells("dueFrom"),
    ],
    rows,
    { hideCaption: true },
  );
}

function compared({ label, today, simulated }) {
  const [now, then] = [byCurrency(today), byCurrency(simulated)];
  return [...new Set([...now, ...then].map(({ currency }) => currency))].sort().map((currency, i) => {
    const [before, after] = [now, then].map((totals) => totals.find((total) => total.currency === currency));
    const both = (field) => {
      const zero = sum([], (before ?? after)[field]);
      return { today: before?.[field] ?? zero, simulated: after?.[field] ?? zero };
    };
    return { label, currency, continues: i > 0, dueTo: both("dueTo"), dueFrom: both("dueFrom") };
  });
}

/** The first lines, and the rest on demand. */
function shortened(lines) {
  const place = h("div", {}, linesTable(lines.slice(0, SHOWN)));
  if (lines.length > SHOWN)
    place.append(
      h(
        "p",
        {},
        h(
          "button",
          { type: "button", onclick: () => place.replaceChildren(linesTable(lines)) },
          t("what-if.all-lines", { n: integer(lines.length) }),
        ),
      ),
    );
  return place;
}

function linesTable(lines) {
  const amount = (line) => (line ? moneyNode(line.amount) : t("what-if.no-line"));
  return table(
    t("what-if.lines"),
    [
      { head: t("entry.what"), cell: what },
      { head: t("entry.contract"), wide: true, cell: ({ contract_id: id }) => (id ? contractLink(id) : "–") },
      { head: t("what-if.today"), number: true, cell: ({ today }) => amount(today) },
      { head: t("what-if.simulated"), number: true, cell: ({ simulated }) => amount(simulated) },
    ],
    lines,
    { hideCaption: true, detail: bothExplained },
  );
}

const what = ({ term, cause_kind: causeKind, cause }) =>
  causeKind === "annuity" ? annuityTitle(term) : aboutCause(causeKind, cause);

function bothExplained({ today, simulated }) {
  const side = (name, line) =>
    h(
      "div",
      {},
      h("h3", {}, name),
      line
        ? [
            h("p", { class: "explanation" }, line.explanation),
            pairs([
              [t("entry.model"), named("model", line.model)],
              [t("entry.reason"), named("reason", line.reason)],
              [t("entry.vendor-share"), moneyNode(line.vendor_share)],
            ]),
          ]
        : h("p", {}, t("what-if.no-line")),
    );
  return h(
    "div",
    { class: "explained sides" },
    side(t("what-if.today"), today),
    side(t("what-if.simulated"), simulated),
  );
}
