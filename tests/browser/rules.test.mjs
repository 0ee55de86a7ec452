// The page's rules: data in, data out. They need no browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compared } from "../../functions/dashboard-api/page/differences.js";
import * as dues from "../../functions/dashboard-api/page/dues.js";
import { linesOf } from "../../functions/dashboard-api/page/lines.js";
import * as money from "../../functions/dashboard-api/page/money.js";
import * as months from "../../functions/dashboard-api/page/months.js";
import { noteOf } from "../../functions/dashboard-api/page/notes.js";
import { proposedId, wrongOf } from "../../functions/dashboard-api/page/registering.js";
import { finder, order, pageOf, plain, sorted } from "../../functions/dashboard-api/page/rows.js";
import { position, scaleOf } from "../../functions/dashboard-api/page/scale.js";
import { greatest, stacked, withRest } from "../../functions/dashboard-api/page/stacks.js";

const eur = (amount) => ({ amount, currency: "EUR" });
const jpy = (amount) => ({ amount, currency: "JPY" });

/** Cases: arguments, then what comes out. */
const check = (name, rule, cases) =>
  test(name, () => {
    for (const [given, expected] of cases) assert.deepEqual(rule(...given), expected, JSON.stringify(given, shown));
  });
const shown = (_, value) => (typeof value === "bigint" ? `${value}n` : value);

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
  const [money, zero] = [
    { amount, currency },
    { amount: currency === "JPY" ? "0" : "0.00", currency },
  ];
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
  assert.deepEqual(
    [inEuros.currency, inEuros.entries, inEuros.dueTo, inEuros.dueFrom],
    ["EUR", 3, eur("10.25"), eur("3.50")],
  );
  assert.deepEqual([inEuros.kinds.commission, inEuros.kinds["entry-fee"]], [eur("10.25"), eur("3.50")]);
  assert.deepEqual([inYen.currency, inYen.dueTo], ["JPY", jpy("500")]);
  assert.deepEqual(money.kindsIn(totals), ["commission", "entry-fee"]);
});

test("months without entries are months of zero", () => {
  const booked = [
    { month: "2024-03", totals: [total("EUR", "commission", "10.00", "to"), total("JPY", "commission", "7", "to")] },
  ];
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

check("an amount may bear the sign of its currency, and of no other", money.plainAmount, [
  [["250 000,00 €", "EUR", "fr"], "250000.00"],
  [["€250,000.00", "EUR", "en"], "250000.00"],
  [["250\u202f000,5\u00a0EUR", "EUR", "fr"], "250000.5"],
  [["CHF 12", "CHF", "en"], "12"],
  [["$ 12", "CAD", "en"], "12"],
  [["12 £", "EUR", "fr"], "12 £"],
  [["12 usd", "EUR", "fr"], "12 usd"],
  [["", "EUR", "fr"], ""],
]);

check("a number is written as the language writes it", money.writtenDecimal, [
  [["223246.28", "fr"], "223\u202f246,28"],
  [["223246.28", "en"], "223,246.28"],
  [["3.5", "fr"], "3,5"],
  [["1000000", "en"], "1,000,000"],
  [["12.125000", "en"], "12.125000"],
  [["-1200.50", "fr"], "-1\u202f200,50"],
  [["", "fr"], ""],
]);

test("what is written is read again as it was", () => {
  for (const number of ["0.07", "3.5", "12.125", "999", "1000", "223246.28", "1234567.001"])
    for (const language of ["en", "fr"])
      assert.equal(money.plainDecimal(money.writtenDecimal(number, language), language), number, `${number} ${language}`);
});

check("an entry fee is rounded half away from zero, to the currency's minor unit", money.entryFee, [
  [[eur("223246.28"), "0.035"], eur("7813.62")],
  [[eur("0.50"), "0.01"], eur("0.01")],
  [[eur("0.49"), "0.01"], eur("0.00")],
  [[eur("100000.5"), "1"], eur("100000.50")],
  [[jpy("250"), "0.01"], jpy("3")],
  [[{ amount: "1.5", currency: "TND" }, "0.001"], { amount: "0.002", currency: "TND" }],
  [[eur("9999999999999.99"), "0.999999"], eur("9999989999999.99")],
  [[eur("1.005"), "0.01"], null],
  [[jpy("1.5"), "0.01"], null],
  [[eur("12 £"), "0.01"], null],
  [[eur("12"), ""], null],
  [[{ amount: "12", currency: "EU" }, "0.01"], null],
]);

check("an id is proposed from a name", proposedId, [
  [["Neuve & fils"], "Neuve-fils"],
  [["  Éditions Œuvre d’Été (2024) "], "Editions-OEuvre-d-Ete-2024"],
  [["Straße 7 Ðø"], "Strasse-7-o"],
  [["— ??"], ""],
  [["a".repeat(63) + " b"], "a".repeat(63)],
]);

/** What differs of each agreement, by its first day. */
const differences = (side, other) =>
  compared(side, other).map(({ agreement, differs }) => [agreement.starts_on, differs && [...differs]]);
const one = { model: "referrer", starts_on: "2024-01-01", entry_fee: { segment: "a" } };
check("what differs between versions of agreements", differences, [
  [[[one], [structuredClone(one)]], [["2024-01-01", []]]],
  [[[one], [{ ...one, rate: "0.1", entry_fee: { segment: "b" } }]], [["2024-01-01", ["entry_fee", "rate"]]]],
  [[[one], [{ ...one, model: "affiliate" }]], [["2024-01-01", ["model"]]]],
  [[[one], [{ ...one, starts_on: "2024-02-01" }]], [["2024-01-01", ["starts_on"]]]],
  [[[one], [{ ...one, model: "affiliate", starts_on: "2024-02-01" }]], [["2024-01-01", null]]],
  [[[one, { ...one, starts_on: "2025-01-01" }], [{ ...one, starts_on: "2025-01-01" }]], [["2024-01-01", null], ["2025-01-01", []]]],
  [[[one], []], [["2024-01-01", null]]],
]);

const agreed = (more) => ({ model: "referrer", starts_on: "2024-01-01", ...more });
const registering = (...agreements) => [{ id: "P-1", name: "Neuve", agreements }];
const at = (field, more) => ({ field: `agreements[0].${field}`, ...more });
const fee = { segment: "mairies", commercial_potential: eur("100000.50"), rate: "0.035" };
check("everything that is wrong in a registration is found at once", wrongOf, [
  [registering(agreed(), agreed({ starts_on: "2020-01-01", ends_on: "2023-12-31" })), []],
  [registering(agreed({ entry_fee: fee, rate: "0.125", from_sale: 12, ends_on: "2024-01-01" })), []],
  [registering(), []],
  [[{ id: "", name: "", agreements: [] }], [{ field: "name" }, { field: "id" }]],
  [[{ id: "a b", name: "x".repeat(201), agreements: [] }], [{ field: "name" }, { field: "id" }]],
  [
    registering(agreed({ starts_on: "", rate: "ten", from_sale: 13 })),
    [at("starts_on"), at("rate"), at("from_sale")],
  ],
  [registering(agreed({ ends_on: "2023-12-31" })), [at("ends_on")]],
  [registering(agreed({ ends_on: "?" })), [at("ends_on", { key: "register.no-day" })]],
  [registering(agreed({ rate: "1.5" })), [at("rate")]],
  [registering(agreed({ rate: "0.1234567" })), [at("rate")]],
  [
    registering(agreed({ entry_fee: { segment: "", commercial_potential: { amount: "12 £", currency: "EU" }, rate: "" } })),
    ["segment", "commercial_potential.amount", "commercial_potential.currency", "rate"].map((name) => at(`entry_fee.${name}`)),
  ],
  [
    registering(agreed({ ends_on: "2024-06-30" }), agreed({ starts_on: "2025-01-01" }), agreed({ starts_on: "2024-06-30" })),
    [
      { field: "agreements[2].starts_on", key: "register.overlap", values: { n: 1, m: 3 } },
      { field: "agreements[2].starts_on", key: "register.overlap", values: { n: 2, m: 3 } },
    ],
  ],
]);

check("days are added across months and years", months.addDays, [
  [["2024-02-28", 2], "2024-03-01"],
  [["2024-01-01", -1], "2023-12-31"],
  [["2024-03-31", -1], "2024-03-30"],
]);

check("months are added across years", months.addMonths, [
  [["2024-11", 3], "2025-02"],
  [["2024-01", -1], "2023-12"],
  [["2024-06", 0], "2024-06"],
  [["2024-06", -30], "2021-12"],
]);

check("every month from one to another", months.monthsBetween, [
  [
    ["2024-11", "2025-02"],
    ["2024-11", "2024-12", "2025-01", "2025-02"],
  ],
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

const entry = (amount, recorded_at, more = {}) => ({
  contract_id: "C-1",
  term: 1,
  cause_kind: "annuity",
  cause: "annuity",
  kind: "commission",
  model: "referrer",
  booked_on: "2024-03-01",
  recorded_at,
  amount: eur(amount),
  vendor_share: eur("0.00"),
  ...more,
});
/** What a row of entries shows: `model kind amount share` of the present, how often corrected, whether nothing is left. */
const folded = (...entries) =>
  linesOf(entries).map(({ latest, amount, vendor_share: share, corrections, cancelled }) => {
    const present = `${latest.model} ${latest.kind} ${amount.amount} ${share.amount} ${amount.currency}`;
    return `${present}${corrections ? ` corrected ${corrections}` : ""}${cancelled ? " cancelled" : ""}`;
  });
const integrator = { kind: "revenue-share", model: "affiliate" };

check("entries of one cause are one line with its present value", folded, [
  [[entry("10.00", "1")], ["referrer commission 10.00 0.00 EUR"]],
  [[entry("10.00", "1"), entry("-2.50", "2")], ["referrer commission 7.50 0.00 EUR corrected 1"]],
  [
    [entry("0.00", "1"), entry("8.00", "2"), entry("-8.00", "3")],
    ["referrer commission 0.00 0.00 EUR corrected 2 cancelled"],
  ],
  [[entry("0.00", "1")], ["referrer commission 0.00 0.00 EUR"]],
  // Another model: taken from one and booked to the other at once, whichever comes first.
  [
    [entry("10.00", "1"), entry("-10.00", "2"), entry("25.00", "2", { ...integrator, vendor_share: eur("25.00") })],
    ["affiliate revenue-share 25.00 25.00 EUR corrected 1"],
  ],
  [
    [entry("25.00", "2", integrator), entry("-10.00", "2"), entry("10.00", "1")],
    ["affiliate revenue-share 25.00 0.00 EUR corrected 1"],
  ],
  // Nothing but zeros: the newest names it.
  [
    [entry("0.00", "1"), entry("0.00", "2", integrator)],
    ["affiliate revenue-share 0.00 0.00 EUR corrected 1 cancelled"],
  ],
  // The vendor's share is summed apart.
  [
    [entry("5.00", "1", { vendor_share: eur("5.00") }), entry("-5.00", "2", { vendor_share: eur("-1.00") })],
    ["referrer commission 0.00 4.00 EUR corrected 1"],
  ],
]);

check("other causes, terms, contracts and currencies are other lines", (...entries) => linesOf(entries).length, [
  [[entry("1.00", "1"), entry("1.00", "2", { term: 2 })], 2],
  [[entry("1.00", "1"), entry("1.00", "2", { contract_id: "C-2" })], 2],
  [[entry("1.00", "1"), entry("-1.00", "2", { cause_kind: "credit-note", cause: "A-1" })], 2],
  [
    [
      entry("1.00", "1"),
      entry("-1.00", "2", { cause_kind: "credit-note", cause: "A-2" }),
      entry("-1.00", "3", { cause_kind: "credit-note", cause: "A-1" }),
    ],
    3,
  ],
  [[entry("1.00", "1"), entry("1", "2", { amount: jpy("1"), vendor_share: jpy("0") })], 2],
  [[], 0],
]);

test("lines and their entries come newest first", () => {
  const lines = linesOf([
    entry("1.00", "1"),
    entry("2.00", "2", { term: 2, booked_on: "2025-03-01" }),
    entry("3.00", "3"),
    entry("4.00", "4", { contract_id: "C-2" }),
  ]);
  assert.deepEqual(
    lines.map((line) => line.entries.map((one) => one.amount.amount)),
    [["2.00"], ["4.00"], ["3.00", "1.00"]],
  );
});

const found = (query, ...texts) => texts.filter((text) => finder(query)(plain(text)));

check("a search knows no accents, no case and no order", found, [
  [["lefevre", "Cabinet Lefèvre", "Le Fort"], ["Cabinet Lefèvre"]],
  [["BEZIERS", "Béziers Web"], ["Béziers Web"]],
  [["web  béziers", "Béziers Web", "Web"], ["Béziers Web"]],
  [["coeur", "Cœur de ville"], ["Cœur de ville"]],
  [["l'atelier", "L’atelier"], ["L’atelier"]],
  [["1 200", "1\u202f200,50"], ["1\u202f200,50"]],
  [["", "all"], ["all"]],
  [["nobody", "Béziers Web"], []],
]);

const texts = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

check("keys have an order, and nothing comes last", (a, b, down) => Math.sign(order(a, b, texts, down)), [
  [["a", "b"], -1],
  [["a", "b", true], 1],
  [[2n, 10n], -1],
  [[null, 1], 1],
  [[null, 1, true], 1],
  [[1, null, true], -1],
  [
    [
      ["EUR", 5n],
      ["EUR", 4n],
    ],
    1,
  ],
  [
    [
      ["CHF", 5n],
      ["EUR", 4n],
    ],
    -1,
  ],
  [
    [
      ["EUR", 4n],
      ["EUR", 4n],
    ],
    0,
  ],
]);

test("equal rows stay as they were, up and down", () => {
  const rows = ["b1", "a1", "b2", "a2"];
  assert.deepEqual(
    sorted(rows, (row) => row[0], texts, false),
    ["a1", "a2", "b1", "b2"],
  );
  assert.deepEqual(
    sorted(rows, (row) => row[0], texts, true),
    ["b1", "b2", "a1", "a2"],
  );
});

check("a page that is not there is the nearest one", (number) => pageOf([1, 2, 3, 4, 5], number, 2), [
  [[1], { page: 1, pages: 3, first: 0, rows: [1, 2] }],
  [[3], { page: 3, pages: 3, first: 4, rows: [5] }],
  [[9], { page: 3, pages: 3, first: 4, rows: [5] }],
  [[0], { page: 1, pages: 3, first: 0, rows: [1, 2] }],
  [[NaN], { page: 1, pages: 3, first: 0, rows: [1, 2] }],
]);

const series = (key, ...amounts) => ({ key, values: amounts.map(eur) });

check("the greatest series keep their own, the rest is one", greatest, [
  [
    [[series("a", "1.00", "0.00"), series("b", "2.00", "3.00")], 5],
    [series("b", "2.00", "3.00"), series("a", "1.00", "0.00")],
  ],
  [
    [
      [
        series("a", "1.00", "0.50"),
        series("b", "-9.00", "3.00"),
        series("c", "2.00", "2.00"),
        series("d", "0.10", "0.20"),
      ],
      2,
    ],
    [series("b", "-9.00", "3.00"), series("c", "2.00", "2.00"), series(null, "1.10", "0.70")],
  ],
  [[[series("a", "0.00", "0.00")], 5], []],
]);

check("what series leave of the totals is the rest", (totals, ...known) => withRest(totals.map(eur), known), [
  [
    [["5.00", "-1.00"], series("a", "4.00", "0.00")],
    [series("a", "4.00", "0.00"), series(null, "1.00", "-1.00")],
  ],
  [[["5.00", "1.00"], series("a", "5.00", "1.00")], [series("a", "5.00", "1.00")]],
  [[["5.00", "1.00"]], [series(null, "5.00", "1.00")]],
]);

check("a stack grows from zero both ways", stacked, [
  [
    [[5n, -2n, 3n, -1n]],
    [
      { from: 0n, to: 5n },
      { from: 0n, to: -2n },
      { from: 5n, to: 8n },
      { from: -2n, to: -3n },
    ],
  ],
  [[[]], []],
]);

test("what was earned stands apart from what was taken back, partner by partner", () => {
  const partners = [
    { totals: [total("EUR", "commission", "10.00", "to"), total("EUR", "commission", "-2.00", "to")] },
    { totals: [total("EUR", "commission", "-5.00", "to"), total("JPY", "commission", "500", "to")] },
    { totals: [] },
  ];
  assert.deepEqual(dues.earnedApart(partners), [
    { currency: "EUR", plus: eur("8.00"), minus: eur("-5.00") },
    { currency: "JPY", plus: jpy("500"), minus: jpy("0") },
  ]);
});

test("what partners are owed stands apart from what they owe", () => {
  const balance = (to, from) => ({ currency: "EUR", due_to_partner: eur(to), due_from_partner: eur(from) });
  const partners = [{ balances: [balance("10.00", "0.00")] }, { balances: [balance("-4.00", "7.00")] }, {}];
  assert.deepEqual(dues.owedApart(partners), [
    {
      currency: "EUR",
      to: { plus: eur("10.00"), minus: eur("-4.00") },
      from: { plus: eur("7.00"), minus: eur("0.00") },
    },
  ]);
});

test("an affiliate invoices, keeps its share and pays over the rest", () => {
  const share = { ...total("EUR", "revenue-share", "40.00", "none"), vendor_share: eur("60.00") };
  assert.deepEqual(dues.shares([share, share, total("EUR", "entry-fee", "9.00", "from")]), [
    { currency: "EUR", invoiced: eur("200.00"), share: eur("80.00"), payOver: eur("120.00") },
  ]);
  assert.deepEqual(dues.shares([total("EUR", "commission", "9.00", "to")]), []);
});

test("changes begin with the greatest, and currencies stay apart", () => {
  const of = (id, ...totals) => ({ partner_id: id, name: null, totals });
  const now = [
    of("A", total("EUR", "commission", "10.00", "to")),
    of("B", total("EUR", "commission", "3.00", "to"), total("CHF", "commission", "1.00", "to")),
    of("C", total("EUR", "commission", "7.00", "to")),
  ];
  const before = [of("A", total("EUR", "commission", "9.00", "to")), of("B", total("EUR", "commission", "8.00", "to"))];
  const found = dues.changes(now, [...before, of("C", total("EUR", "commission", "7.00", "to"))]);
  assert.deepEqual(
    found.map(({ id, by }) => [id, by.amount, by.currency]),
    [
      ["B", "1.00", "CHF"],
      ["B", "-5.00", "EUR"],
      ["A", "1.00", "EUR"],
    ],
  );
});

const contract = (signed_on, more = {}) => ({ sale: { signed_on }, status: "earning", ended_on: null, ...more });
check("the next annuity is expected on the next anniversary of a contract that earns", dues.nextAnnuity, [
  [[[contract("2024-03-01"), contract("2025-12-05")], "2026-11-26"], "2026-12-05"],
  [[[contract("2024-11-26")], "2026-11-26"], "2027-11-26"],
  [[[contract("2024-02-29")], "2026-01-01"], "2026-02-28"],
  [[[contract("2024-02-29")], "2027-03-01"], "2028-02-29"],
  [
    [[contract("2024-12-01", { ended_on: "2026-11-30" }), contract("2024-12-02", { status: "nothing" })], "2026-11-26"],
    null,
  ],
  [[[{ ...contract("2024-12-01"), sale: null }], "2026-11-26"], null],
]);

check("what is pasted becomes a note", noteOf, [
  [["Mairie de Gap\t03/11/2026\t2 400 €\r\n"], "Mairie de Gap 03/11/2026 2 400 €"],
  [["one\u2028two\rthree"], "one\ntwo\nthree"],
  [["❤\ufe0f e\u0301\u200b\u00ad"], "❤ é"],
  [[" \n "], ""],
]);

check("a month of the address is one that the API takes", months.isMonth, [
  [["2026-01"], true],
  [["2026-13"], false],
  [["2026-00"], false],
  [["1999-12"], false],
  [[null], false],
  [["x"], false],
]);
