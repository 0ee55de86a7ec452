// The programme by month: what is due, or what was earned by model or by partner. Each currency has a chart of its own.

import { amend, inAddress } from "./address.js";
import { get, path } from "./api.js";
import { monthChart, seriesTable } from "./chart.js";
import { h } from "./dom.js";
import { month, monthsBetween } from "./format.js";
import { byCurrency, inMonths } from "./money.js";
import { loaded, totalsTable } from "./parts.js";
import { greatest, withRest } from "./stacks.js";
import { named, t } from "./text.js";

/** So many models or partners have a series of their own. */
const MOST = 5;
const WAYS = ["sum", "model", "partner"];

/** From a summary as the API gives it; the address keeps the way it is shown. */
export function managerCharts(summary, signal) {
  const asked = inAddress().get("chart");
  const place = h("div", {});
  const show = (way) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === way));
    place.replaceChildren(
      loaded(
        async () => draw[way](),
        (charts) => charts,
      ),
    );
  };
  const draw = {
    sum: () => [chartsOf(summary, dueSeries), totals(summary)],
    model: () => chartsOf(summary, byModel, { isStacked: true }),
    partner: async () => {
      const months = await greatestPartners(summary, signal);
      return chartsOf(summary, (summary, keys, currency) => byPartner(summary, keys, currency, months), {
        isStacked: true,
      });
    },
  };
  const buttons = WAYS.map((way) =>
    h(
      "button",
      {
        type: "button",
        value: way,
        onclick: () => {
          amend({ chart: way === "sum" ? "" : way });
          show(way);
        },
      },
      t(`chart.by.${way}`),
    ),
  );
  show(WAYS.includes(asked) ? asked : "sum");
  return [h("div", { class: "switch", role: "group", "aria-label": t("chart.show") }, buttons), place];
}

function chartsOf(summary, seriesOf, { isStacked = false } = {}) {
  const keys = monthsBetween(summary.from, summary.to);
  const charts = byCurrency(summary.totals).map(({ currency }) => {
    const title = t("months.chart", { currency });
    const series = seriesOf(summary, keys, currency);
    return h(
      "div",
      { class: "card" },
      h("h3", {}, currency),
      monthChart(title, keys, series, { isStacked }),
      isStacked && h("details", {}, h("summary", {}, t("months.table")), seriesTable(title, keys, series)),
    );
  });
  return h("div", { class: "charts" }, charts);
}

function dueSeries({ months }, keys, currency) {
  const totals = inMonths(keys, months, currency);
  return [
    { name: t("due.to-partners"), values: totals.map((total) => total.dueTo) },
    { name: t("due.from-partners"), values: totals.map((total) => total.dueFrom) },
  ];
}

const totals = ({ months, totals }) =>
  h(
    "details",
    {},
    h("summary", {}, t("months.table")),
    totalsTable(
      t("manager.months"),
      t("month"),
      months.map((one) => ({ label: month(one.month), totals: one.totals })),
      { total: totals },
    ),
  );

const earned = (keys, months, currency) => inMonths(keys, months, currency).map((total) => total.earned);

function byModel({ months, totals }, keys, currency) {
  const models = [...new Set(totals.filter((total) => total.currency === currency).map((total) => total.model))];
  const series = models.map((model) => {
    const own = months.map((one) => ({ ...one, totals: one.totals.filter((total) => total.model === model) }));
    return { key: model, values: earned(keys, own, currency) };
  });
  return greatest(series, MOST).map(({ key, values }) => ({
    name: key === null ? t("chart.others") : named("model", key),
    values,
  }));
}

/** The partners that earned most, in each currency of a period. */
function best({ partners }, currency) {
  const sums = partners.flatMap((partner) =>
    byCurrency(partner.totals)
      .filter((total) => total.currency === currency)
      .map(({ earned }) => ({ key: partner.partner_id, values: [earned] })),
  );
  return greatest(sums, MOST)
    .filter(({ key }) => key !== null)
    .map(({ key }) => key);
}

/** The months of those partners; the summary of the programme has its months as a whole. */
async function greatestPartners(summary, signal) {
  const { from, to, as_of } = summary;
  const ids = new Set(byCurrency(summary.totals).flatMap(({ currency }) => best(summary, currency)));
  const asked = [...ids].map(async (id) => [
    id,
    (await get(path("partners", id, "summary"), { from, to, as_of }, signal)).months,
  ]);
  return new Map(await Promise.all(asked));
}

function byPartner(summary, keys, currency, months) {
  const names = new Map(summary.partners.map((one) => [one.partner_id, one.name ?? one.partner_id]));
  const series = best(summary, currency).map((id) => ({ key: id, values: earned(keys, months.get(id), currency) }));
  return withRest(earned(keys, summary.months, currency), series).map(({ key, values }) => ({
    name: key === null ? t("chart.others") : names.get(key),
    values,
  }));
}
