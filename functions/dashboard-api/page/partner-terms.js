// A partner's sales against the minimum, its agreements and its perks.

import { Problem, path, put } from "./api.js";
import { announce, h } from "./dom.js";
import { busy, clearErrors, dateInput, field, placeError } from "./fields.js";
import { day, elapsed, integer, moment, moneyNode, percent, period, today } from "./format.js";
import { badge, contractLink, empty, link, pairs, section, table } from "./parts.js";
import { count, inLanguage, named, t } from "./text.js";

export function minimumSales(years) {
  if (years.length === 0) return null;
  const current = years.filter((year) => year.current);
  const past = years.filter((year) => !year.current).reverse();
  return section(
    t("minimum.title"),
    current.map(progress),
    current.length === 0 && empty(t("minimum.none-now")),
    past.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, t("minimum.other-years")),
        table(
          t("minimum.caption"),
          [
            { head: t("minimum.year"), label: true, cell: (year) => period(year.from, year.to) },
            { head: t("minimum.sales"), number: true, cell: (year) => integer(year.sales) },
            { head: t("minimum.asked"), number: true, cell: (year) => integer(year.minimum) },
            {
              head: t("status"),
              cell: ({ status, set_aside: aside }) => [
                badge("status", status),
                aside && h("p", { class: "small" }, t("aside.was", { moment: moment(aside.at), reason: aside.reason })),
              ],
            },
          ],
          past,
        ),
      ),
  );
}

function progress(year) {
  const left = year.minimum - year.sales;
  const over = elapsed(year.from, year.to);
  return h(
    "div",
    { class: "card progress" },
    h(
      "p",
      { class: "progress-head" },
      h("strong", {}, t("minimum.of", { sales: integer(year.sales), minimum: integer(year.minimum) })),
      badge("status", year.status),
    ),
    h("meter", {
      min: 0,
      max: Math.max(1, year.minimum),
      value: String(Math.min(year.sales, year.minimum)),
      "aria-label": t("minimum.title"),
    }),
    h(
      "p",
      { class: "small" },
      t("minimum.period", { period: period(year.from, year.to), over: percent(over / 100) }),
      " ",
      left > 0 ? [t("minimum.expected", { n: integer(year.expected) }), " ", count("minimum.left", left)] : t("minimum.reached"),
      " ",
      t("minimum.no-amount"),
    ),
  );
}

export function agreements(agreements) {
  if (agreements.length === 0) return empty(t("agreements.none"));
  return h(
    "ul",
    { class: "cards" },
    [...agreements].reverse().map((agreement) => {
      const { entry_fee: fee, technical_qualification: qualification } = agreement;
      return h(
        "li",
        { class: "card" },
        h("h3", {}, named("model", agreement.model)),
        h("p", { class: "small" }, period(agreement.starts_on, agreement.ends_on)),
        pairs([
          [t("agreement.rate"), agreement.rate && percent(agreement.rate)],
          [t("agreement.from-sale"), agreement.from_sale && integer(agreement.from_sale)],
          [t("agreement.qualified-on"), qualification && day(qualification.qualified_on)],
          [t("agreement.support"), agreement.support_structure && t("yes")],
          [t("agreement.entry-fee"), fee && t("agreement.fee-of", { rate: percent(fee.rate), segment: fee.segment })],
          [t("agreement.potential"), fee && moneyNode(fee.commercial_potential)],
          [t("agreement.programme"), day(agreement.programme)],
        ]),
      );
    }),
  );
}

/** The perks that are taken on a day. */
const DATED = ["technical-training", "seminars"];

/** Each perk as a state: taken, and when, or not yet. */
export function perks({ partner_id: partner, perks }, { manages }, again) {
  const programme = h("p", {}, link("#/programme", t("perks.programme")));
  if (perks.length === 0) return [empty(t("perks.none")), programme];
  return [
    h(
      "ul",
      { class: "ticks" },
      perks.map((perk) => h("li", { class: isTaken(perk) ? "taken" : "open" }, inLanguage(perk.text), perkState(perk))),
    ),
    manages && perkForm(partner, perks.filter(({ perk }) => DATED.includes(perk)), again),
    programme,
  ];
}

const isTaken = ({ perk, taken_on: days, contract_id: contract, per_year: asked }) => {
  if (perk === "technical-team-access") return true;
  return perk === "seminars" ? thisYear(days).length >= asked : days.length > 0 || contract !== null;
};

const thisYear = (days) => days.filter((one) => one.startsWith(today().slice(0, 4)));

function perkState({ perk, taken_on: days, contract_id: contract, per_year: asked }) {
  const said = () => {
    if (perk === "technical-team-access") return t("perks.open");
    if (perk === "partner-instance") return contract ? [t("perks.instance"), " ", contractLink(contract)] : t("perks.no-instance");
    const dates = days.map(day).join(", ");
    if (perk !== "seminars") return dates ? t("perks.taken", { days: dates }) : t("perks.not-yet");
    const now = thisYear(days);
    const number = t("perks.seminars", { n: integer(now.length), asked: integer(asked) });
    const before = days.filter((one) => !now.includes(one));
    return [
      now.length > 0 ? `${number} (${now.map(day).join(", ")})` : number,
      before.length > 0 && ` · ${t("perks.before", { days: before.map(day).join(", ") })}`,
    ];
  };
  return h("div", { class: "small" }, said());
}

/** A manager enters a day on which a perk was taken, or takes an entered day back. */
function perkForm(partner, dated, again) {
  const on = dateInput(today(), { name: "day", required: true });
  const outcome = h("p", { class: "field-error", role: "alert" });
  const record = async (button, perk, day, taken) => {
    outcome.textContent = "";
    clearErrors(form);
    try {
      await busy(button, () => put(path("partners", partner, "perks", perk, "days", day), { taken }));
      announce(t("perks.recorded"));
      again();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!placeError(form, error)) outcome.textContent = `${t("problem.other")} ${error.message}`;
    }
  };
  const button = (text, what) =>
    h("button", { type: "button", onclick: (event) => record(event.currentTarget, ...what()) }, text);
  const form = h(
    "form",
    { class: "form", onsubmit: (event) => event.preventDefault() },
    field(t("perks.day"), on, { field: "day" }),
    h(
      "div",
      { class: "actions" },
      dated.map(({ perk }) => button(t(`perks.record.${perk}`), () => [perk, on.value, true])),
    ),
    dated.map(({ perk, taken_on: days }) =>
      days.map((one) =>
        h("p", { class: "small" }, button(t("perks.take-back", { perk: t(`perks.name.${perk}`), day: day(one) }), () => [perk, one, false])),
      ),
    ),
    outcome,
  );
  return dated.length > 0 && h("details", {}, h("summary", {}, t("perks.record")), form);
}
