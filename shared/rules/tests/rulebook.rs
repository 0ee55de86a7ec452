//! The rulebook, section by section: facts in, lines out, with no storage. Then the sample worlds, and properties of
//! arbitrary facts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

use events::{cloud_event, registration};
use fixtures::pure::{balance_rows, facts, line_row, registry};
use proptest::prelude::*;
use rules::agreement::{Draft, EntryFee};
use rules::anomaly::anomalies;
use rules::balance::{Balances, balances};
use rules::contract::Key;
use rules::decision::Pending;
use rules::entry::entries_due;
use rules::fold::{by_id, fold, fold_contracts};
use rules::line::LineId;
use rules::plausible::{Implausible, implausible, is_implausible_beside};
use rules::programme::{FromSale, Language};
use rules::simulation::{Change, Who, cost, simulation};
use rules::totals::{Group, of_lines};
use rules::{
    Adjustment, AdjustmentKind, Agreement, Agreements, AnnuityId, Anomaly, Cause, Contract, ContractEnd, ContractId,
    Currency, Day, Entry, Fact, Instance, Kind, Line, Minor, Model, Money, Month, Partner, PartnerId, PostingKey,
    ProgrammeVersion, Rate, Renewal, Sale, Subject, Term, Totals,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use texts::explain;

fn money(amount: &str, currency: &str) -> Money {
    Money::parse(amount, currency.parse().unwrap()).unwrap()
}

fn term(text: &str) -> Term {
    text.parse::<u64>().unwrap().try_into().unwrap()
}

/// `<model> <starts_on>[..<ends_on>] [rate=…] [from_sale=…]`, its conditions met; an affiliate's entry fee is 2.5 % of
/// 100 000.10 EUR.
fn agreement(text: &str) -> Agreement {
    let mut words = text.split(' ');
    let (name, days) = (words.next().unwrap(), words.next().unwrap());
    let model: Model = name.parse().unwrap();
    let (starts_on, ends_on) = days.split_once("..").map_or((days, None), |(from, to)| (from, Some(to)));
    let negotiated: BTreeMap<_, _> = words.map(|word| word.split_once('=').unwrap()).collect();
    let affiliate = model == Model::Affiliate;
    let integrator = matches!(model, Model::AffiliatedIntegrator | Model::IndependentIntegrator);
    let draft = Draft {
        ends_on: ends_on.map(|day| day.parse().unwrap()),
        rate: negotiated.get("rate").map(|rate| rate.parse().unwrap()),
        from_sale: negotiated.get("from_sale").map(|number| number.parse::<u64>().unwrap().try_into().unwrap()),
        technical_qualification: integrator.then_some(Day::MIN),
        support_structure: affiliate.then_some(true),
        entry_fee: affiliate.then(|| EntryFee {
            segment: "mairies".into(),
            commercial_potential: money("100000.10", "EUR"),
            rate: "0.025".parse().unwrap(),
        }),
        ..Draft::new(model, starts_on.parse().unwrap())
    };
    draft.accept().unwrap()
}

/// `sale <contract> <signed_on> <fee>`, `instance` likewise, `renewal <contract> <term> <starts_on> <fee>`,
/// `note <contract> <term> <id> <issued_on> <amount>`, `supplement` likewise, `ended <contract> <ended_on>`; EUR, unless a currency ends it.
fn fact(text: &str) -> Fact {
    let mut words: Vec<&str> = text.split(' ').collect();
    let currency = words.pop_if(|last| last.bytes().all(|b| b.is_ascii_uppercase())).unwrap_or("EUR");
    let fee = |amount| Money::parse_fee(amount, currency.parse().unwrap()).unwrap();
    match words[..] {
        [kind @ ("sale" | "instance"), contract, signed_on, amount] => Fact::Sale(Sale {
            contract_id: contract.parse().unwrap(),
            partner_id: "P".parse().unwrap(),
            customer_id: "K".parse().unwrap(),
            signed_on: signed_on.parse().unwrap(),
            annual_fee: fee(amount),
            instance: if kind == "sale" { Instance::Customer } else { Instance::Partner },
        }),
        ["renewal", contract, number, starts_on, amount] => Fact::Renewal(Renewal {
            contract_id: contract.parse().unwrap(),
            term: term(number),
            starts_on: starts_on.parse().unwrap(),
            annual_fee: fee(amount),
        }),
        [kind @ ("note" | "supplement"), contract, number, id, issued_on, amount] => Fact::Adjustment(Adjustment {
            contract_id: contract.parse().unwrap(),
            term: term(number),
            id: match kind {
                "note" => AdjustmentKind::CreditNote.id(id.parse().unwrap()),
                _ => AdjustmentKind::Supplement.id(id.parse().unwrap()),
            },
            issued_on: issued_on.parse().unwrap(),
            amount: fee(amount),
        }),
        ["ended", contract, ended_on] => Fact::ContractEnd(ContractEnd {
            contract_id: contract.parse().unwrap(),
            ended_on: ended_on.parse().unwrap(),
        }),
        _ => panic!("{text}"),
    }
}

/// The day on which every fact is recorded.
const RECORDED_ON: jiff::civil::Date = jiff::civil::date(2030, 1, 1);

/// The agreements, facts and choices recorded so far.
#[derive(Default)]
struct Known {
    registry: BTreeMap<PartnerId, Agreements>,
    contracts: BTreeMap<ContractId, Contract>,
}

impl Known {
    /// Applies all inputs in order.
    fn after(said: &[&str]) -> Known {
        let mut known = Known::default();
        for text in said {
            known.hear(text);
        }
        known
    }

    /// Applies an input. `signed <agreement>; <agreement>…`: all of the partner's agreements; `choose <fact>` and
    /// `choose none for <fact>`: the effective claim of the fact's key; else a fact.
    fn hear(&mut self, text: &str) {
        if let Some(agreements) = text.strip_prefix("signed ") {
            let agreements = agreements.split("; ").filter(|text| *text != "nothing").map(agreement).collect();
            self.registry.insert("P".parse().unwrap(), Agreements::new(agreements).unwrap());
            return;
        }
        let chosen = text.strip_prefix("choose ");
        let none = text.strip_prefix("choose none for ");
        let fact = fact(none.or(chosen).unwrap_or(text));
        let Subject::Annuity(contract_id, _) = fact.subject();
        let contract = self.contracts.entry(contract_id.clone()).or_default();
        match chosen {
            Some(_) => contract.choose(&Key::from(&fact), none.is_none().then_some(fact)),
            None => drop(contract.add(fact)),
        }
    }

    fn lines(&self) -> Vec<Line> {
        fold_contracts(&self.contracts, &self.registry)
    }

    /// The attention list: each anomaly as text.
    fn attention(&self) -> Vec<String> {
        let agreements = self.registry.values().next().cloned().unwrap_or_default();
        let mut partner = Partner { agreements, ..Partner::default() };
        for sale in self.contracts.values().filter_map(Contract::sale) {
            partner.add(sale);
        }
        let annuities = self
            .contracts
            .iter()
            .flat_map(|(id, contract)| contract.terms().into_iter().map(move |term| (id, contract, term)));
        let rows = annuities.flat_map(|(id, contract, term)| {
            let anomalies = anomalies(contract, term, &partner, |_| Some(RECORDED_ON)).into_keys();
            anomalies.map(move |anomaly| format!("{id} {term}: {}", in_words(anomaly)))
        });
        rows.collect()
    }
}

fn in_words(anomaly: Anomaly) -> &'static str {
    match anomaly {
        Anomaly::Pending(Pending::NoAgreement) => "pending: no agreement",
        Anomaly::Pending(Pending::ContractNotSigned) => "pending: contract not signed",
        Anomaly::Pending(Pending::TermNotBilled) => "pending: term not billed",
        Anomaly::Void => "void",
        Anomaly::Contradiction => "contradiction",
        Anomaly::OverCredited => "over what is left",
        Anomaly::ForeignCurrency => "another currency",
        Anomaly::Implausible(Implausible::DocumentOnTwoTerms) => "odd: document on two terms",
        Anomaly::Implausible(Implausible::OffAnniversary) => "odd: far from the anniversary",
        Anomaly::Implausible(Implausible::Gap) => "odd: a gap before",
        Anomaly::Implausible(Implausible::CurrencyChanged) => "odd: currency changed",
        Anomaly::Implausible(Implausible::UnusualFee) => "odd: fee",
        Anomaly::Implausible(Implausible::DatedAhead) => "odd: dated ahead",
        Anomaly::Implausible(Implausible::AfterEnd) => "odd: after the end",
    }
}

fn which(id: &LineId) -> String {
    match id {
        LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause: Cause::Annuity } => {
            format!("{contract_id} {term}")
        }
        LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause: Cause::Adjustment(id) } => {
            format!("{contract_id} {term} {}", id.id)
        }
        LineId::EntryFee { partner_id, agreement } => format!("{partner_id} {agreement}"),
    }
}

/// The amount as text; the vendor's part follows a `+`.
fn parts(currency: Currency, amount: Minor, vendor_share: Minor) -> String {
    let amount = currency.decimal(amount);
    if vendor_share == Minor::ZERO { amount } else { format!("{amount} + {}", currency.decimal(vendor_share)) }
}

/// `A 1 N-1: referrer commission -6.00 EUR on 2024-02-01`.
fn booked(id: &LineId, posting: &PostingKey, amount: Minor, vendor_share: Minor) -> String {
    let PostingKey { kind, model, currency, booked_on, .. } = posting;
    let parts = parts(*currency, amount, vendor_share);
    format!("{}: {model} {kind} {parts} {currency} on {booked_on}", which(id))
}

/// Checks inputs against the expected lines, each with its reason, and then the anomalies.
fn check(said: &[&str], expected: &[&str]) {
    let known = Known::after(said);
    let rows = known.lines().into_iter().map(|line| {
        let reason = line.basis.decision.reason.as_str();
        format!("{}, {reason}", booked(&line.id, &line.posting, line.amount(), line.vendor_share()))
    });
    assert_eq!(rows.chain(known.attention()).collect::<Vec<_>>(), expected, "{said:#?}");
}

#[test]
fn the_agreement_in_force_on_the_day_of_signature_governs_for_life() {
    check(
        &[
            "signed referrer 2024-02-01..2024-02-29 rate=0.1; affiliated-integrator 2024-03-01 from_sale=1",
            "sale A 2024-01-31 100",
            "sale B 2024-02-01 100",
            "sale C 2024-02-29 100",
            "sale D 2024-03-01 100",
            "renewal C 2 2025-02-28 100",
        ],
        &[
            "B 1: referrer commission 10.00 EUR on 2024-02-01, sale-n-or-later",
            "C 1: referrer commission 10.00 EUR on 2024-02-29, sale-n-or-later",
            "C 2: referrer commission 0.00 EUR on 2025-02-28, paid-once",
            "D 1: affiliated-integrator commission 70.00 EUR on 2024-03-01, sale-n-or-later",
            "A 1: pending: no agreement",
        ],
    );
}

#[test]
fn what_is_pending_owes_nothing_until_the_missing_fact_arrives() {
    let mut said = vec!["note A 2 N 2024-01-01 10"];
    check(&said, &["A 2: pending: term not billed"]);
    said.push("renewal A 2 2025-01-01 100");
    check(&said, &["A 2: pending: contract not signed"]);
    said.push("sale A 2024-01-01 100");
    check(&said, &["A 1: pending: no agreement", "A 2: pending: no agreement"]);
    said.push("signed affiliate 2024-01-01");
    let decided = [
        "A 1: affiliate revenue-share 50.00 + 50.00 EUR on 2024-01-01, revenue-share",
        "A 2: affiliate revenue-share 50.00 + 50.00 EUR on 2025-01-01, revenue-share",
        "A 2 N: affiliate revenue-share -5.00 + -5.00 EUR on 2024-01-01, revenue-share",
        "P 2024-01-01: affiliate entry-fee 2500.00 EUR on 2024-01-01, entry-fee",
    ];
    check(&said, &decided);
    said.push("note A 3 M 2024-01-01 10");
    check(&said, &[&decided[..], &["A 3: pending: term not billed"]].concat());
    check(&["signed nothing", "instance I 2024-01-01 100"], &["I 1: pending: no agreement"]);
}

#[test]
fn one_partner_instance_is_discounted_while_an_agreement_grants_it() {
    let said = [
        "signed affiliated-integrator 2024-01-01..2025-12-31 rate=0.9; referrer 2026-01-01",
        "instance J 2024-03-01 100",
        "instance I 2024-03-01 100",
        "renewal I 2 2025-03-01 100",
        "renewal I 3 2026-03-01 100",
    ];
    check(
        &said,
        &[
            "I 1: affiliated-integrator instance-discount 50.00 EUR on 2024-03-01, instance-discount",
            "I 2: affiliated-integrator instance-discount 50.00 EUR on 2025-03-01, instance-discount",
            "I 3: affiliated-integrator instance-discount 0.00 EUR on 2026-03-01, instance-without-perk",
            "J 1: affiliated-integrator instance-discount 0.00 EUR on 2024-03-01, not-the-first-instance",
        ],
    );
    check(
        &[said[0], "instance K 2023-12-31 100", "instance I 2024-03-01 100"],
        &[
            "I 1: affiliated-integrator instance-discount 0.00 EUR on 2024-03-01, not-the-first-instance",
            "K 1: pending: no agreement",
        ],
    );
}

#[test]
fn an_affiliate_shares_every_fee_while_under_that_model() {
    check(
        &[
            "signed affiliate 2024-01-01..2024-12-31 rate=0.4; referrer 2025-01-01..2025-12-31; affiliate 2027-01-01 rate=0.6",
            "sale A 2024-12-31 100",
            "renewal A 2 2025-12-31 100",
            "renewal A 3 2026-12-31 100",
            "renewal A 4 2027-12-31 100.01",
        ],
        &[
            "A 1: affiliate revenue-share 40.00 + 60.00 EUR on 2024-12-31, revenue-share",
            "A 2: affiliate revenue-share 0.00 EUR on 2025-12-31, agreement-ended",
            "A 3: affiliate revenue-share 0.00 EUR on 2026-12-31, agreement-ended",
            "A 4: affiliate revenue-share 40.00 + 60.01 EUR on 2027-12-31, revenue-share",
            "P 2024-01-01: affiliate entry-fee 2500.00 EUR on 2024-01-01, entry-fee",
            "P 2027-01-01: affiliate entry-fee 2500.00 EUR on 2027-01-01, entry-fee",
        ],
    );
}

#[test]
fn rank_counts_every_customer_sale_pending_or_credited_by_day_then_contract() {
    check(
        &[
            "signed independent-integrator 2024-02-01 from_sale=3",
            "sale T-2 2024-02-01 100",
            "sale T-10 2024-02-01 100",
            "sale T-0 2024-01-31 100",
            "instance I 2024-02-01 100",
            "note T-10 1 N 2024-02-01 100",
        ],
        &[
            "I 1: independent-integrator instance-discount 50.00 EUR on 2024-02-01, instance-discount",
            "T-10 1: independent-integrator commission 0.00 EUR on 2024-02-01, before-sale-n",
            "T-10 1 N: independent-integrator commission 0.00 EUR on 2024-02-01, before-sale-n",
            "T-2 1: independent-integrator commission 50.00 EUR on 2024-02-01, sale-n-or-later",
            "T-0 1: pending: no agreement",
        ],
    );
}

#[test]
fn a_credit_note_takes_back_its_share_and_never_more_than_is_left() {
    let mut said = vec![
        "signed referrer 2024-01-01",
        "sale A 2024-01-01 100",
        "note A 1 M 2024-02-01 40",
        "note A 1 N 2023-12-01 60",
    ];
    let refunded = [
        "A 1: referrer commission 15.00 EUR on 2024-01-01, sale-n-or-later",
        "A 1 M: referrer commission -6.00 EUR on 2024-02-01, sale-n-or-later",
        "A 1 N: referrer commission -9.00 EUR on 2023-12-01, sale-n-or-later",
    ];
    check(&said, &refunded);
    said.push("note A 1 O 2024-02-02 1 CHF");
    check(&said, &[&refunded[..], &["A 1: another currency"]].concat());
    said.push("note A 1 P 2024-02-02 0.01");
    let over = "A 1 P: referrer commission 0.00 EUR on 2024-02-02, sale-n-or-later";
    check(&said, &[&refunded[..], &[over, "A 1: over what is left", "A 1: another currency"]].concat());
}

/// Checks the attention list alone.
fn check_attention(said: &[&str], expected: &[&str]) {
    assert_eq!(Known::after(&[&["signed referrer 2020-01-01"], said].concat()).attention(), expected, "{said:#?}");
}

#[test]
fn what_is_odd_and_still_counts_is_on_the_attention_list() {
    let sale = "sale A 2024-02-29 100";
    check_attention(
        &[sale, "renewal A 2 2025-02-28 100", "note A 1 N 2025-01-01 1", "note A 2 N 2025-03-01 1"],
        &["A 1: odd: document on two terms", "A 2: odd: document on two terms"],
    );
    check_attention(
        &[sale, "renewal A 2 2025-02-28 100", "note A 1 N 2025-01-01 1", "supplement A 2 N 2025-03-01 1"],
        &[],
    );
    // A year after the term before; 60 days more or less.
    check_attention(&[sale, "renewal A 2 2025-04-29 100", "renewal A 3 2026-06-28 100"], &[]);
    check_attention(&[sale, "renewal A 2 2024-12-30 100"], &[]);
    check_attention(&[sale, "renewal A 2 2025-04-30 100"], &["A 2: odd: far from the anniversary"]);
    check_attention(&[sale, "renewal A 2 2024-12-29 100"], &["A 2: odd: far from the anniversary"]);
    // Without the term before, the anniversary of the signature.
    check_attention(&["renewal A 3 2026-04-29 100", sale], &["A 3: odd: a gap before"]);
    check_attention(
        &["renewal A 3 2026-04-30 100", sale],
        &["A 3: odd: far from the anniversary", "A 3: odd: a gap before"],
    );
    check_attention(&["renewal A 3 2026-02-28 100", sale, "renewal A 2 2025-02-28 100"], &[]);
    check_attention(&[sale, "renewal A 2 2025-02-28 100 CHF"], &["A 2: odd: currency changed"]);
    // Over ten times, under a tenth; free years aside, and in one currency.
    check_attention(&[sale, "renewal A 2 2025-02-28 1000"], &[]);
    check_attention(&[sale, "renewal A 2 2025-02-28 10"], &[]);
    check_attention(&[sale, "renewal A 2 2025-02-28 1000.01"], &["A 2: odd: fee"]);
    check_attention(&[sale, "renewal A 2 2025-02-28 9.99"], &["A 2: odd: fee"]);
    check_attention(&[sale, "renewal A 2 2025-02-28 0", "renewal A 3 2026-02-28 1001"], &["A 3: odd: fee"]);
    check_attention(
        &["sale A 2024-02-29 0", "renewal A 2 2025-02-28 1", "renewal A 3 2026-02-28 11"],
        &["A 3: odd: fee"],
    );
    check_attention(
        &[sale, "renewal A 2 2025-02-28 5000 JPY", "renewal A 3 2026-02-28 1001"],
        &["A 2: odd: currency changed", "A 3: odd: fee"],
    );
    // 92 days after it was recorded.
    check_attention(&["sale A 2030-04-03 100", "note A 1 N 2030-04-03 1"], &[]);
    check_attention(&["sale A 2030-04-04 100"], &["A 1: odd: dated ahead"]);
    check_attention(&["sale A 2030-04-03 100", "supplement A 1 N 2030-04-04 1"], &["A 1: odd: dated ahead"]);
    check_attention(&[sale, "renewal A 2 2025-02-28 100", "ended A 2025-02-28"], &[]);
    check_attention(&["ended A 2025-02-27", "renewal A 2 2025-02-28 100", sale], &["A 2: odd: after the end"]);
    // From what is effective.
    let wrong = "renewal A 2 2025-02-28 99999";
    check_attention(&[sale, wrong, &format!("choose none for {wrong}")], &[]);
}

#[test]
fn what_a_sale_and_one_fact_show_is_what_the_whole_contract_shows() {
    let sale = "sale A 2024-02-29 100";
    let Fact::Sale(first) = fact(sale) else { panic!("{sale}") };
    for (text, expected) in [
        (sale, false),
        ("renewal A 2 2025-02-28 100", false),
        ("renewal A 2 2025-04-30 100", true),
        ("renewal A 2 2025-02-28 1000.01", true),
        ("renewal A 2 2025-02-28 100 CHF", true),
        ("renewal A 3 2026-02-28 100 CHF", true),
    ] {
        let mut contract = Contract::default();
        for known in [sale, text] {
            contract.add(fact(known));
        }
        let claimed = fact(text);
        let Subject::Annuity(_, term) = claimed.subject();
        assert_eq!(is_implausible_beside(&first, &fact(text), RECORDED_ON), expected, "{text}");
        assert_eq!(!implausible(&contract, term, |_| Some(RECORDED_ON)).is_empty(), expected, "{text}");
    }
    // What they do not show is left to a reader.
    assert!(!is_implausible_beside(&first, &fact("renewal A 3 2026-02-28 99999"), RECORDED_ON));
    let late = fact("sale A 2030-04-04 100");
    assert!(is_implausible_beside(late.sale().unwrap(), &late, RECORDED_ON));
}

/// Checks inputs against the expected balance of each currency: due to the partner and from it.
fn check_balances(said: &[&str], expected: &[(&str, i64, i64)]) {
    let lines = Known::after(said).lines();
    let balances: Vec<_> = balances(&lines).unwrap().into_values().flat_map(|Balances(balances)| balances).collect();
    let rows: Vec<_> = balances
        .iter()
        .map(|(currency, balance)| (currency.code(), balance.due_to_partner.0, balance.due_from_partner.0))
        .collect();
    assert_eq!(rows, expected, "{said:#?}");
}

#[test]
fn the_vendor_owes_commissions_the_partner_the_rest_of_a_fee_and_its_entry_fee() {
    check_balances(&["signed referrer 2024-01-01", "sale A 2024-01-01 100"], &[("EUR", 1_500, 0)]);
    let affiliate = "signed affiliate 2024-01-01 rate=0.4";
    check_balances(&[affiliate], &[("EUR", 0, 250_000)]);
    check_balances(&[affiliate, "sale A 2024-01-01 100 CHF"], &[("CHF", 0, 6_000), ("EUR", 0, 250_000)]);
    check_balances(&[affiliate, "instance A 2024-01-01 100 CHF"], &[("CHF", 0, 0), ("EUR", 0, 250_000)]);
}

/// The recorded entries of each line.
#[derive(Default)]
struct Ledger(BTreeMap<LineId, Vec<Entry>>);

impl Ledger {
    /// Appends the entries due, and returns them.
    fn post(&mut self, lines: Vec<Line>) -> Vec<(LineId, Entry)> {
        let lines = by_id(lines);
        let ids: BTreeSet<LineId> = self.0.keys().chain(lines.keys()).cloned().collect();
        let due = ids.into_iter().flat_map(|id| {
            let recorded = self.0.entry(id.clone()).or_default();
            let due = entries_due(lines.get(&id), &recorded.iter().collect::<Vec<_>>()).unwrap();
            recorded.extend(due.iter().cloned());
            due.into_iter().map(move |entry| (id.clone(), entry))
        });
        due.collect()
    }

    /// The sum of each line's entries; lines brought to zero count as absent.
    fn sums(&self) -> BTreeMap<(LineId, PostingKey), (i64, i64)> {
        let entries = self.0.iter().flat_map(|(id, entries)| entries.iter().map(move |entry| (id, entry)));
        sums(entries.map(|(id, entry)| ((id.clone(), entry.posting.clone()), (entry.amount, entry.vendor_share))))
    }
}

fn sums<K: Ord>(amounts: impl Iterator<Item = (K, (Minor, Minor))>) -> BTreeMap<K, (i64, i64)> {
    let mut sums: BTreeMap<K, (i64, i64)> = BTreeMap::new();
    for (key, (amount, vendor_share)) in amounts {
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + amount.0, sum.1 + vendor_share.0);
    }
    sums.retain(|_, sum| *sum != (0, 0));
    sums
}

/// Checks inputs against the entries that each appends.
fn check_ledger(said: &[&str], expected: &[&str]) {
    let (mut known, mut ledger) = (Known::default(), Ledger::default());
    let mut appended = Vec::new();
    for text in said {
        known.hear(text);
        appended.extend(ledger.post(known.lines()).into_iter().map(|(id, entry)| {
            let reversal = if entry.reversal.is_some() { ", reversal" } else { "" };
            booked(&id, &entry.posting, entry.amount, entry.vendor_share) + reversal
        }));
    }
    assert_eq!(appended, expected, "{said:#?}");
}

#[test]
fn the_rulebooks_example_of_a_late_sale() {
    let signed = "signed independent-integrator 2025-01-01";
    let (a, b) = ("sale A 2026-02-01 1200.01", "sale B 2026-01-01 999.99");
    let note = "note A 1 N 2026-03-01 600.00";
    check_ledger(
        &[signed, a, b, note],
        &[
            "A 1: independent-integrator commission 0.00 EUR on 2026-02-01",
            "A 1: independent-integrator commission 600.01 EUR on 2026-02-01",
            "B 1: independent-integrator commission 0.00 EUR on 2026-01-01",
            "A 1 N: independent-integrator commission -300.00 EUR on 2026-03-01",
        ],
    );
    check_ledger(
        &[signed, b, a, note],
        &[
            "B 1: independent-integrator commission 0.00 EUR on 2026-01-01",
            "A 1: independent-integrator commission 600.01 EUR on 2026-02-01",
            "A 1 N: independent-integrator commission -300.00 EUR on 2026-03-01",
        ],
    );
}

#[test]
fn a_posting_that_changes_is_reversed_whole_and_appended_whole() {
    check_ledger(
        &[
            "signed affiliate 2024-01-01 rate=0.4",
            "sale A 2024-01-01 100",
            "signed affiliate 2024-01-01 rate=0.6",
            "signed referrer 2024-01-01",
            "signed nothing",
            "signed affiliate 2024-01-01 rate=0.4",
        ],
        &[
            "P 2024-01-01: affiliate entry-fee 2500.00 EUR on 2024-01-01",
            "A 1: affiliate revenue-share 40.00 + 60.00 EUR on 2024-01-01",
            "A 1: affiliate revenue-share 20.00 + -20.00 EUR on 2024-01-01",
            "A 1: affiliate revenue-share -60.00 + -40.00 EUR on 2024-01-01, reversal",
            "A 1: referrer commission 15.00 EUR on 2024-01-01",
            "P 2024-01-01: affiliate entry-fee -2500.00 EUR on 2024-01-01, reversal",
            "A 1: referrer commission -15.00 EUR on 2024-01-01, reversal",
            "A 1: affiliate revenue-share 40.00 + 60.00 EUR on 2024-01-01",
            "P 2024-01-01: affiliate entry-fee 2500.00 EUR on 2024-01-01",
        ],
    );
}

#[test]
fn the_same_fact_again_has_no_effect() {
    check_ledger(
        &[
            "signed referrer 2024-01-01",
            "sale A 2024-01-01 100",
            "sale A 2024-01-01 100.00",
            "note A 1 N 2024-02-01 20",
            "note A 1 N 2024-02-01 20",
        ],
        &["A 1: referrer commission 15.00 EUR on 2024-01-01", "A 1 N: referrer commission -3.00 EUR on 2024-02-01"],
    );
}

#[test]
fn the_first_claim_stands_until_a_manager_chooses_another_or_none() {
    let signed = "signed referrer 2024-01-01";
    let of_sale = |amount: &str| format!("A 1: referrer commission {amount} EUR on 2024-01-01, sale-n-or-later");
    let mut said = vec![signed, "sale A 2024-01-01 100", "sale A 2024-01-01 200"];
    check(&said, &[&of_sale("15.00"), "A 1: contradiction"]);
    said.push("choose sale A 2024-01-01 200");
    check(&said, &[&of_sale("30.00")]);
    said.push("renewal A 2 2025-01-01 100");
    said.push("choose none for sale A 2024-01-01 100");
    check(&said, &["A 2: pending: contract not signed"]);
    said.push("choose sale A 2024-01-01 100");
    let renewed = "A 2: referrer commission 0.00 EUR on 2025-01-01, paid-once";
    check(&said, &[&of_sale("15.00"), renewed]);

    let note = |amount: &str| format!("A 1 N: referrer commission {amount} EUR on 2024-02-01, sale-n-or-later");
    said.extend(["note A 1 N 2024-02-01 20", "note A 1 N 2024-02-01 40"]);
    check(&said, &[&of_sale("15.00"), &note("-3.00"), renewed, "A 1: contradiction"]);
    said.push("choose note A 1 N 2024-02-01 40");
    check(&said, &[&of_sale("15.00"), &note("-6.00"), renewed]);
    said.push("choose none for note A 1 N 2024-02-01 40");
    check(&said, &[&of_sale("15.00"), renewed]);

    said.push("renewal A 2 2025-01-01 200");
    check(&said, &[&of_sale("15.00"), renewed, "A 2: contradiction"]);
    said.push("choose none for renewal A 2 2025-01-01 100");
    check(&said, &[&of_sale("15.00")]);
}

#[test]
fn a_claim_after_a_choice_contradicts_again_until_it_is_chosen() {
    let of_sale = "A 1: referrer commission 15.00 EUR on 2024-01-01, sale-n-or-later";
    let mut said = vec!["signed referrer 2024-01-01", "sale A 2024-01-01 1000"];
    said.push("choose none for sale A 2024-01-01 1000");
    check(&said, &[]);
    said.push("sale A 2024-01-01 100");
    check(&said, &["A 1: contradiction"]);
    said.push("sale A 2024-01-01 1000");
    check(&said, &["A 1: contradiction"]);
    said.push("choose sale A 2024-01-01 100");
    check(&said, &[of_sale]);

    let of_note = "A 1 N: referrer commission -3.00 EUR on 2024-02-01, sale-n-or-later";
    said.extend(["note A 1 N 2024-02-01 20", "note A 1 N 2024-02-01 30", "choose note A 1 N 2024-02-01 20"]);
    check(&said, &[of_sale, of_note]);
    said.push("note A 1 N 2024-02-01 40");
    check(&said, &[of_sale, of_note, "A 1: contradiction"]);
    said.push("choose note A 1 N 2024-02-01 20");
    check(&said, &[of_sale, of_note]);

    let renewed = "A 2: referrer commission 0.00 EUR on 2025-01-01, paid-once";
    said.extend(["renewal A 2 2025-01-01 100", "choose renewal A 2 2025-01-01 100", "renewal A 2 2025-01-01 200"]);
    check(&said, &[of_sale, of_note, renewed, "A 2: contradiction"]);
}

#[test]
fn a_free_year_is_a_year_and_a_free_first_year_a_sale_with_its_rank() {
    check(
        &["signed affiliate 2024-01-01", "sale A 2024-01-01 0", "renewal A 2 2025-01-01 500"],
        &[
            "A 1: affiliate revenue-share 0.00 EUR on 2024-01-01, revenue-share",
            "A 2: affiliate revenue-share 250.00 + 250.00 EUR on 2025-01-01, revenue-share",
            "P 2024-01-01: affiliate entry-fee 2500.00 EUR on 2024-01-01, entry-fee",
        ],
    );
    check(
        &["signed independent-integrator 2024-01-01", "sale A 2024-01-01 0", "sale B 2024-01-02 100"],
        &[
            "A 1: independent-integrator commission 0.00 EUR on 2024-01-01, before-sale-n",
            "B 1: independent-integrator commission 50.00 EUR on 2024-01-02, sale-n-or-later",
        ],
    );
}

#[test]
fn a_renewal_that_does_not_start_after_the_signature_never_stands() {
    let of_sale = "A 1: referrer commission 15.00 EUR on 2024-01-02, sale-n-or-later";
    let mut said = vec!["signed referrer 2024-01-01", "renewal A 2 2024-01-02 100", "note A 2 N 2025-02-01 10"];
    check(&said, &["A 2: pending: contract not signed"]);
    said.push("sale A 2024-01-02 100");
    check(&said, &[of_sale, "A 2: void"]);
    said.push("choose renewal A 2 2024-01-02 100");
    check(&said, &[of_sale, "A 2: void"]);
    said.pop();
    said.push("renewal A 2 2024-01-03 100");
    check(
        &said,
        &[
            of_sale,
            "A 2: referrer commission 0.00 EUR on 2024-01-03, paid-once",
            "A 2 N: referrer commission 0.00 EUR on 2025-02-01, paid-once",
            "A 2: contradiction",
            "A 2: odd: far from the anniversary",
        ],
    );
}

/// Checks inputs against the totals of the lines, by model, kind and currency.
fn check_totals(said: &[&str], expected: &[&str]) {
    let Totals(totals) = of_lines(&Known::after(said).lines()).unwrap();
    let rows = totals.into_iter().map(|(Group { kind, model, currency }, total)| {
        let parts = parts(currency, total.amount, total.vendor_share);
        format!("{model} {kind}: {} lines, {parts} {currency}", total.count)
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected, "{said:#?}");
}

#[test]
fn totals_are_apart_by_kind_model_and_currency() {
    check_totals(
        &[
            "signed affiliate 2024-01-01..2024-12-31; referrer 2025-01-01",
            "sale A 2024-01-01 100",
            "renewal A 2 2025-01-01 100",
            "sale B 2024-01-01 200.01",
            "note B 1 N 2024-02-01 100",
            "sale C 2024-01-01 10 CHF",
            "sale D 2025-01-01 100",
        ],
        &[
            "referrer commission: 1 lines, 15.00 EUR",
            "affiliate revenue-share: 1 lines, 5.00 + 5.00 CHF",
            "affiliate revenue-share: 4 lines, 100.01 + 100.00 EUR",
            "affiliate entry-fee: 1 lines, 2500.00 EUR",
        ],
    );
}

/// Checks inputs and a simulated change against the expected lines of each annuity, as they are and as simulated.
fn check_what_if(said: &[&str], who: &Who, change: Change, expected: &[&str]) {
    check_what_if_from(None, said, who, change, expected);
}

/// The same for terms that hold from a day on.
fn check_what_if_from(from: Option<&str>, said: &[&str], who: &Who, change: Change, expected: &[&str]) {
    let from = from.map(|day| day.parse().unwrap());
    let known = Known::after(said);
    let side = |line: Option<Line>| {
        line.map_or("nothing".to_owned(), |line| {
            let PostingKey { model, currency, .. } = line.posting;
            format!("{model} {}", parts(currency, line.amount(), line.vendor_share()))
        })
    };
    let rows = simulation(&known.contracts, &known.registry, who, change, from)
        .into_iter()
        .map(|(id, (today, then))| format!("{}: {} -> {}", which(&id), side(today), side(then)));
    assert_eq!(rows.collect::<Vec<_>>(), expected, "{who:?} {change:?}");
}

#[test]
fn what_if_is_the_same_facts_under_other_terms() {
    let said = [
        "signed referrer 2024-01-01..2024-12-31 rate=0.2; independent-integrator 2025-01-01 from_sale=1",
        "sale A 2024-01-01 100",
        "sale B 2025-01-01 100",
    ];
    let unchanged =
        ["A 1: referrer 20.00 -> referrer 20.00", "B 1: independent-integrator 50.00 -> independent-integrator 50.00"];
    let rate = |rate: &str| Change { rate: Some(rate.parse().unwrap()), ..Change::default() };
    let model = |model| Change { model: Some(model), ..Change::default() };
    let everyone = Who::Programme(ProgrammeVersion::V2013_11_16);
    let partner = |id: &str| Who::PartnerId(id.parse().unwrap());
    let referrers = Who::Model(Model::Referrer);
    check_what_if(&said, &everyone, Change::default(), &unchanged);
    check_what_if(&said, &partner("Q"), rate("1"), &unchanged);
    check_what_if(&said, &referrers, rate("0.3"), &["A 1: referrer 20.00 -> referrer 30.00", unchanged[1]]);
    check_what_if(
        &said,
        &everyone,
        rate("1"),
        &[
            "A 1: referrer 20.00 -> referrer 100.00",
            "B 1: independent-integrator 50.00 -> independent-integrator 100.00",
        ],
    );
    let from_sale_2 = Change { from_sale: Some(2.try_into().unwrap()), ..Change::default() };
    check_what_if(&said, &partner("P"), from_sale_2, &["A 1: referrer 20.00 -> referrer 0.00", unchanged[1]]);
    check_what_if(
        &said,
        &everyone,
        model(Model::Referrer),
        &[unchanged[0], "B 1: independent-integrator 50.00 -> referrer 15.00"],
    );
    for (other, amount) in [
        (Model::Affiliate, "affiliate 50.00 + 50.00"),
        (Model::AffiliatedIntegrator, "affiliated-integrator 0.00"),
        (Model::IndependentIntegrator, "independent-integrator 0.00"),
    ] {
        let a = format!("A 1: referrer 20.00 -> {amount}");
        check_what_if(&said, &referrers, model(other), &[&a, unchanged[1]]);
    }
}

#[test]
fn what_if_from_a_day_on_leaves_the_years_before_it_with_their_adjustments() {
    let said = [
        "signed affiliate 2023-01-01",
        "sale A 2023-06-01 100",
        "renewal A 2 2024-06-01 100",
        "note A 1 N 2024-07-01 10",
        "note A 2 M 2024-08-01 10",
        "sale B 2024-05-31 200",
    ];
    let change = Change { rate: "0.6".parse().ok(), ..Change::default() };
    let everyone = Who::Model(Model::Affiliate);
    let before = [
        "A 1: affiliate 50.00 + 50.00 -> affiliate 50.00 + 50.00",
        "A 1 N: affiliate -5.00 + -5.00 -> affiliate -5.00 + -5.00",
    ];
    let renewed = [
        "A 2: affiliate 50.00 + 50.00 -> affiliate 60.00 + 40.00",
        "A 2 M: affiliate -5.00 + -5.00 -> affiliate -6.00 + -4.00",
    ];
    let (kept, changed) = (
        "B 1: affiliate 100.00 + 100.00 -> affiliate 100.00 + 100.00",
        "B 1: affiliate 100.00 + 100.00 -> affiliate 120.00 + 80.00",
    );
    let check = |from, last| {
        let expected = [&before[..], &renewed[..], &[last]].concat();
        check_what_if_from(Some(from), &said, &everyone, change, &expected);
    };
    check("2024-06-01", kept);
    check("2024-05-31", changed);
}

#[test]
fn what_if_costs_what_is_booked_in_a_period_as_simulated_less_today() {
    let known = Known::after(&[
        "signed affiliate 2023-01-01..2024-12-31; referrer 2025-01-01",
        "sale A 2024-01-01 100",
        "renewal A 2 2024-12-31 100",
        "sale B 2025-01-01 100",
    ]);
    let change = Change { rate: "0.6".parse().ok(), ..Change::default() };
    let who = Who::PartnerId("P".parse().unwrap());
    let pairs = simulation(&known.contracts, &known.registry, &who, change, None);
    let check = |first: &str, last: &str, expected: (i64, i64)| {
        let cost = cost(pairs.values(), (first.parse().unwrap(), last.parse().unwrap())).unwrap();
        let euros = cost.0.get(&Currency::EUR).copied().unwrap_or_default();
        assert_eq!((euros.due_to_partner.0, euros.due_from_partner.0), expected, "{first} {last}");
    };
    check("2024-01-01", "2025-01-01", (4_500, -2_000));
    check("2024-01-02", "2025-01-01", (4_500, -1_000));
    check("2024-01-01", "2024-12-31", (0, -2_000));
    check("2023-01-01", "2023-12-31", (0, 0));
}

/// Checks inputs against the explanation of the first line owed.
fn check_explained(said: &[&str], language: Language, expected: &str) {
    let lines = Known::after(said).lines();
    let line = lines.first().unwrap();
    let words = explain::line(line, language);
    assert_eq!(words.replace(['\u{a0}', '\u{202f}'], " "), expected, "{said:#?}");
}

#[test]
fn an_amount_says_what_happened_how_it_is_computed_and_why() {
    check_explained(
        &["signed affiliate 2024-01-01 rate=0.333333", "sale A 2024-02-29 1234.56"],
        Language::En,
        "The client pays 1,234.56 EUR for the year; the partner keeps 411.52 EUR and passes 823.04 EUR on to all-in-web. \
         33.3333% × 1,234.56 EUR = 411.52 EUR, rounded half away from zero (affiliate agreement of 2024-01-01, negotiated \
         rate, programme of 2013-11-16).",
    );
    check_explained(
        &["signed referrer 2024-01-01", "instance I 2024-02-29 1200"],
        Language::Fr,
        "Pas de remise sur l’instance du partenaire : aucun accord qui y donne droit n’était en vigueur au début de l’année. \
         Accord prescripteur du 01/01/2024, programme du 16/11/2013.",
    );
    check_explained(
        &["signed affiliated-integrator 2024-01-01 rate=0.9", "instance I 2024-02-29 1200"],
        Language::En,
        "The partner’s own instance costs 1,200.00 EUR for the year; a discount of 600.00 EUR is deducted from its invoice. \
         50% × 1,200.00 EUR = 600.00 EUR, rounded half away from zero (affiliated integrator agreement of 2024-01-01, \
         programme of 2013-11-16).",
    );
    check_explained(
        &["signed independent-integrator 2024-01-01", "sale A 2024-02-29 1200"],
        Language::Fr,
        "Pas de commission : le programme paie à partir de la 2ᵉ vente. Accord intégrateur indépendant du 01/01/2024, \
         programme du 16/11/2013.",
    );
    check_explained(
        &["signed affiliate 2024-01-01"],
        Language::En,
        "The partner owes an entry fee of 2,500.00 EUR, for a commercial potential of 100,000.10 EUR. 2.5% × 100,000.10 EUR \
         = 2,500.00 EUR, rounded half away from zero (affiliate agreement of 2024-01-01, programme of 2013-11-16).",
    );
}

/// Checks that a written value reads back the same, and that an invalid one is refused.
fn check_text<T: DeserializeOwned + Serialize>(good: &Value, bad: &Value) {
    for json in good.as_array().unwrap() {
        let value: T = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&value).unwrap(), *json);
    }
    for json in bad.as_array().unwrap() {
        assert!(serde_json::from_value::<T>(json.clone()).is_err(), "{json}");
    }
}

#[test]
fn values_read_back_as_they_are_written() {
    check_text::<ContractId>(&json!(["C-1"]), &json!(["C#1", 1]));
    check_text::<Day>(&json!(["2024-02-29"]), &json!(["2023-02-29", 20_240_229]));
    check_text::<Month>(&json!(["2024-02"]), &json!(["2024-13", "2024-02-01", 202_402]));
    check_text::<Term>(&json!([1, 99]), &json!([0, 100, "1"]));
    check_text::<FromSale>(&json!([1, 12]), &json!([0, 13, "1"]));
    check_text::<Currency>(&json!(["EUR", "JPY"]), &json!(["eur", 978]));
    check_text::<Rate>(&json!(["0", "0.333333", "1"]), &json!(["1.1", 1]));
}

/// Checks a folder of `tests/data` against the result of an independent implementation.
fn check_world(folder: &str) {
    let read = |name: &str| {
        std::fs::read_to_string(format!("{}/../../tests/data/{folder}{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    let rows = |name: &str| read(name).lines().skip(1).map(str::to_owned).collect::<BTreeSet<_>>();
    let partners: BTreeMap<PartnerId, Box<RawValue>> = serde_json::from_str(&read("partners.json")).unwrap();
    let agreements = |body: &str| registration::parse(body, &Agreements::default()).unwrap().agreements;
    let registry = partners.iter().map(|(id, body)| (id.clone(), agreements(body.get()))).collect();
    let fact = |body: &str| cloud_event::parse(body, cloud_event::type_of(body).unwrap()).unwrap().fact;
    let lines = fold(read("events.jsonl").lines().map(fact), &registry);
    assert_eq!(lines.iter().filter_map(line_row).collect::<BTreeSet<_>>(), rows("expected-lines.csv"));
    assert_eq!(balance_rows(&balances(&lines).unwrap()), rows("expected-balances.csv"));
}

#[test]
fn the_sample_world_folds_to_the_expected_lines() {
    check_world("");
}

#[test]
fn the_edges_fold_to_the_expected_lines() {
    check_world("edges/");
}

#[test]
fn the_world_of_supplements_folds_to_the_expected_lines() {
    check_world("supplements/");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neither_order_nor_number_of_arrival_matters(
        (facts, arrived) in facts().prop_flat_map(|facts| {
            let arrived = facts.iter().chain(facts.iter().step_by(2)).cloned().collect::<Vec<_>>();
            (Just(facts), Just(arrived).prop_shuffle())
        })
    ) {
        prop_assert_eq!(fold(arrived, &registry()), fold(facts, &registry()));
    }

    #[test]
    fn the_totals_of_parts_add_up_to_those_of_the_whole(facts in facts(), at: prop::sample::Index) {
        let lines = fold(facts, &registry());
        let (some, others) = lines.split_at(at.index(lines.len()));
        let mut sum = of_lines(some).unwrap();
        sum.add_all(&of_lines(others).unwrap()).unwrap();
        prop_assert_eq!(sum, of_lines(&lines).unwrap());
    }

    /// Agreements are registered between the facts, and withdrawn at the end.
    #[test]
    fn entries_add_up_to_the_lines_whatever_came_when(
        facts in facts().prop_map(Just).prop_flat_map(Strategy::prop_shuffle),
        registered_after in 0..60_usize,
    ) {
        let mut ledger = Ledger::default();
        for known in (0..=facts.len()).step_by(10) {
            let registry = if known < registered_after { BTreeMap::new() } else { registry() };
            let owed = fold(facts.iter().take(known).cloned(), &registry);
            ledger.post(owed.clone());
            prop_assert_eq!(ledger.post(owed.clone()), []);
            let owed = owed.into_iter().map(|line| {
                let amounts = (line.amount(), line.vendor_share());
                ((line.id, line.posting), amounts)
            });
            prop_assert_eq!(ledger.sums(), sums(owed));
        }
        ledger.post(Vec::new());
        prop_assert_eq!(ledger.sums(), BTreeMap::new());
    }

    #[test]
    fn parts_add_up_and_a_full_refund_gives_zero(facts in facts()) {
        let fees: BTreeMap<_, _> = facts.iter().filter_map(|fact| match fact {
            Fact::Sale(sale) => Some(((sale.contract_id.clone(), Term::FIRST), sale.annual_fee)),
            Fact::Renewal(renewal) => Some(((renewal.contract_id.clone(), renewal.term), renewal.annual_fee)),
            Fact::Adjustment(_) | Fact::ContractEnd(_) => None,
        }).collect();
        // Over the fee and its supplements.
        let mut whole: BTreeMap<_, i64> = fees.iter().map(|(key, fee)| (key.clone(), fee.minor().0)).collect();
        for fact in &facts {
            if let Fact::Adjustment(one) = fact && one.id.kind == AdjustmentKind::Supplement {
                *whole.entry((one.contract_id.clone(), one.term)).or_default() += one.amount.minor().0;
            }
        }
        let refunds = whole.iter().map(|((contract_id, term), whole)| Fact::Adjustment(Adjustment {
            contract_id: contract_id.clone(), term: *term, id: AdjustmentKind::CreditNote.id("all".parse().unwrap()),
            issued_on: Day::MAX, amount: Money::new(Minor(*whole), Currency::EUR).unwrap(),
        }));
        for line in fold(facts.clone(), &registry()) {
            if let (Kind::RevenueShare, LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause: Cause::Annuity }) = (line.posting.kind, &line.id)
                && line.basis.decision.reason == rules::decision::Reason::RevenueShare
            {
                let fee = fees[&(contract_id.clone(), *term)].minor();
                prop_assert_eq!(line.amount().0 + line.vendor_share().0, fee.0);
            }
        }
        let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for line in fold(facts.iter().cloned().chain(refunds), &registry()) {
            if let LineId::Annuity { annuity: AnnuityId { contract_id, term }, .. } = &line.id {
                let sum = sums.entry((contract_id.clone(), *term)).or_default();
                sum.0 += line.amount().0;
                sum.1 += line.vendor_share().0;
            }
        }
        for (annuity, sum) in sums {
            prop_assert_eq!(sum, (0, 0), "{:?}", annuity);
        }
    }
}
