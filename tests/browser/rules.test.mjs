// The page's rules: data in, data out. They need no browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as money from "../../functions/dashboard-api/page/money.js";
import * as months from "../../functions/dashboard-api/page/months.js";
import { position, scaleOf } from "../../functions/dashboard-api/page/scale.js";

const eur = (amount) => ({ amount, currency: "EUR" });
const jpy = (amount) => ({ amount, currency: "JPY" });

/** Cases: arguments, then what comes out. */
const check = (name, rule, cases) =>
  test(name, () => {
    for (const [given, expected] of cases) assert.deepEqual(rule(...given), expected, JSON.stringify(given, plain));
  });
const plain = (_, value) => (typeof value === "bigint" ? `${value}n` : value);

check("amounts of one currency are added in minor units", money.sum, [
  [[[eur("0.10"), eur("0.20")], eur("0.00")], eur("0.30")],
  [[[eur("1.05"), eur("-1.10")], eur("0.00")], eur("-0.05")],
  [[[eur("90071992547409.93"), eur("0.01")], eur("0.00")], eur("90071992547409.94")],
  [[[jpy("5"), jpy("-8")], jpy("0")], jpy("-3")],
  [[[], eur("7.00")], eur("0.00")],
]);

check("a difference keeps its sign", money.difference, [
  [[eur("1.00"), eur("1.01")], eur("-0.01")],
  [[eur("-0.50"), eur("-0.50")], eur("0.00")],
]);

const total = (currency, kind, amount, due) => {
  const [money, zero] = [{ amount, currency }, { amount: currency === "JPY" ? "0" : "0.00", currency }];
  return {
    kind,
    model: "referrer",
    currency,
    entries: 1,
    amount: money,
    earned: money,
    vendor_share: zero,
    due_to_partner: due === "to" ? money : zero,
    due_from_partner: due === "from" ? money : zero,
  };
};

test("totals come together by currency, and currencies are never added", () => {
  const totals = [
    total("JPY", "commission", "500", "to"),
    total("EUR", "commission", "10.00", "to"),
    total("EUR", "entry-fee", "3.50", "from"),
    total("EUR", "commission", "0.25", "to"),
  ];
  const [inEuros, inYen, ...more] = money.byCurrency(totals);
  assert.deepEqual(more, []);
  assert.deepEqual([inEuros.currency, inEuros.entries, inEuros.dueTo, inEuros.dueFrom], ["EUR", 3, eur("10.25"), eur("3.50")]);
  assert.deepEqual([inEuros.kinds.commission, inEuros.kinds["entry-fee"]], [eur("10.25"), eur("3.50")]);
  assert.deepEqual([inYen.currency, inYen.dueTo], ["JPY", jpy("500")]);
  assert.deepEqual(money.kindsIn(totals), ["commission", "entry-fee"]);
});

test("months without entries are months of zero", () => {
  const booked = [{ month: "2024-03", totals: [total("EUR", "commission", "10.00", "to"), total("JPY", "commission", "7", "to")] }];
  const earned = money.inMonths(["2024-02", "2024-03"], booked, "EUR").map((one) => one.earned);
  assert.deepEqual(earned, [eur("0.00"), eur("10.00")]);
});

check("numbers are read as the language writes them", money.plainDecimal, [
  [["12,000", "en"], "12000"],
  [["1,200.50", "en"], "1200.50"],
  [["1200.50", "en"], "1200.50"],
  [["100 000,50", "en"], "100000.50"],
  [["1,2,3", "en"], "1,2,3"],
  [["12,000", "fr"], "12.000"],
  [["1 200,50", "fr"], "1200.50"],
  [["1\u202f200,50", "fr"], "1200.50"],
  [["1.200,50", "fr"], "1.200,50"],
]);

check("per cent is a fraction, by its digits", money.fractionOfPercent, [
  [["12,5 %", "fr"], "0.125"],
  [["100", "en"], "1"],
  [["0.07", "en"], "0.0007"],
  [["150", "en"], "1.5"],
  [["ten", "en"], "ten"],
]);

check("and back", money.percentOfFraction, [
  [["0.125"], "12.5"],
  [["1"], "100"],
  [["0.0007"], "0.07"],
]);

check("months are added across years", months.addMonths, [
  [["2024-11", 3], "2025-02"],
  [["2024-01", -1], "2023-12"],
  [["2024-06", 0], "2024-06"],
  [["2024-06", -30], "2021-12"],
]);

check("every month from one to another", months.monthsBetween, [
  [["2024-11", "2025-02"], ["2024-11", "2024-12", "2025-01", "2025-02"]],
  [["2024-11", "2024-11"], ["2024-11"]],
  [["2024-11", "2024-10"], []],
]);

check("how much of a period is over", months.elapsed, [
  [["2024-01-01", "2024-12-31", "2023-06-01"], 0],
  [["2024-01-01", "2024-12-31", "2024-01-01"], 0],
  [["2024-01-01", "2024-12-31", "2024-07-02"], 50],
  [["2024-01-01", "2024-12-31", "2026-01-01"], 100],
]);

check("a scale has round steps, and holds zero and every amount", scaleOf, [
  [[[120n, 340n]], { low: 0n, high: 400n, ticks: [0n, 100n, 200n, 300n, 400n] }],
  [[[-150n, 700n]], { low: -500n, high: 1000n, ticks: [-500n, 0n, 500n, 1000n] }],
  [[[-90n, -20n]], { low: -100n, high: 0n, ticks: [-100n, -50n, 0n] }],
  [[[400n]], { low: 0n, high: 400n, ticks: [0n, 200n, 400n] }],
  [[[0n]], { low: 0n, high: 1n, ticks: [0n, 1n] }],
]);

check("a position is a part of the scale", position, [
  [[0n, { low: -100n, high: 300n }], 0.25],
  [[300n, { low: -100n, high: 300n }], 1],
]);
