//! The rules against the sample worlds, and what holds of any facts: no storage, nothing but the rules.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test that cannot go on says so")]

#[path = "../../../tests/harness/pure.rs"]
pub mod pure;

use events::{cloud_event, registration};
use proptest::prelude::*;
use pure::{balance_rows, facts, line_row, registry};
use rules::fold::{balances, fold};
use rules::line::LineId;
use rules::{Agreements, Cause, CreditNote, Day, Fact, Kind, PartnerId, Term};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// A folder of `tests/data` in, what an independent implementation says of it out.
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
    fn parts_add_up_and_a_full_refund_gives_zero(facts in facts()) {
        let fees: BTreeMap<_, _> = facts.iter().filter_map(|fact| match fact {
            Fact::Sale(sale) => Some(((sale.contract_id.clone(), Term::FIRST), sale.annual_fee)),
            Fact::Renewal(renewal) => Some(((renewal.contract_id.clone(), renewal.term), renewal.annual_fee)),
            Fact::CreditNote(_) => None,
        }).collect();
        let refunds = fees.iter().map(|((contract_id, term), fee)| Fact::CreditNote(CreditNote {
            contract_id: contract_id.clone(), term: *term, credit_note_id: "all".parse().unwrap(),
            issued_on: Day::MAX, amount: *fee,
        }));
        for line in fold(facts.clone(), &registry()) {
            if let (Kind::RevenueShare, LineId::Annuity { contract_id, term, cause: Cause::Annuity }) = (line.posting.kind, &line.id)
                && line.basis.decision.reason == rules::decision::Reason::RevenueShare
            {
                let fee = fees[&(contract_id.clone(), *term)].minor();
                prop_assert_eq!(line.amount().0 + line.vendor_share().0, fee.0);
            }
        }
        let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for line in fold(facts.iter().cloned().chain(refunds), &registry()) {
            if let LineId::Annuity { contract_id, term, .. } = &line.id {
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
