//! The rules against the sample worlds without any storage, and what holds of any facts.

use harness::world::{World, balance_rows, line_row};
use proptest::prelude::*;
use rules::agreement::{Draft, EntryFee};
use rules::fold::{balances, fold};
use rules::line::LineId;
use rules::{
    Agreements, CreditNote, Currency, Day, Fact, Instance, Line, Model, Money, PartnerId, Renewal, Sale, Term,
};
use std::collections::{BTreeMap, BTreeSet};

fn check(world: &World) {
    let lines = fold(world.facts(), &world.registry());
    let rows: BTreeSet<String> = lines.iter().filter_map(line_row).collect();
    assert_eq!(rows, world.expected_lines);
    assert_eq!(balance_rows(&balances(&lines).unwrap()), world.expected_balances);
}

#[test]
fn the_sample_world_folds_to_the_expected_lines() {
    check(&World::sample());
}

#[test]
fn the_edges_fold_to_the_expected_lines() {
    check(&World::edges());
}

fn day(n: u16) -> Day {
    format!("{}-{:02}-{:02}", 2020 + n / 336, n / 28 % 12 + 1, n % 28 + 1).parse().unwrap()
}

fn money(minor: i64, currency: &str) -> Money {
    let currency: Currency = currency.parse().unwrap();
    Money::parse(&currency.decimal(rules::Minor(minor)), currency).unwrap()
}

fn partner(n: u8) -> PartnerId {
    format!("P-{n}").parse().unwrap()
}

/// One partner of each model, with negotiated terms here and there.
pub(crate) fn registry() -> BTreeMap<PartnerId, Agreements> {
    let draft = |model, starts_on, ends_on: Option<u16>| Draft {
        model,
        starts_on: day(starts_on),
        ends_on: ends_on.map(day),
        programme: None,
        rate: None,
        from_sale: None,
        technical_qualification: None,
        support_structure: None,
        entry_fee: None,
    };
    let affiliate = |starts_on, ends_on| Draft {
        support_structure: Some(true),
        entry_fee: Some(EntryFee {
            segment: "s".into(),
            commercial_potential: money(1_234_567, "EUR"),
            rate: "0.035".parse().unwrap(),
        }),
        ..draft(Model::Affiliate, starts_on, ends_on)
    };
    let integrator =
        |model, starts_on, ends_on| Draft { technical_qualification: Some(day(0)), ..draft(model, starts_on, ends_on) };
    let all = [
        vec![affiliate(50, Some(300)), Draft { rate: Some("0.333333".parse().unwrap()), ..affiliate(400, None) }],
        vec![integrator(Model::AffiliatedIntegrator, 30, None)],
        vec![
            integrator(Model::IndependentIntegrator, 0, Some(500)),
            Draft { from_sale: Some(3.try_into().unwrap()), ..draft(Model::Referrer, 501, None) },
        ],
    ];
    let registered = all.into_iter().zip(0..).map(|(drafts, n)| {
        let agreements = drafts.into_iter().map(|draft| draft.accept().unwrap()).collect();
        (partner(n), Agreements::new(agreements).unwrap())
    });
    registered.collect()
}

/// Facts of few partners and contracts, so that they meet: no two contradict each other.
pub(crate) fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let contract = (0..4_u8, 0..600_u16, 1..500_000_i64, prop::bool::weighted(0.2), any::<[bool; 6]>(), 1..400_000_i64);
    prop::collection::vec(contract, 1..20).prop_map(|contracts| {
        let facts = contracts.into_iter().enumerate().flat_map(|(i, (seller, signed, fee, own, there, credited))| {
            let contract_id = || format!("C-{i}").parse().unwrap();
            let term = |n: u64| Term::try_from(n).unwrap();
            let renewal = |n: u16| {
                let (starts_on, annual_fee) = (day(signed + 336 * (n - 1)), money(fee + i64::from(n), "EUR"));
                Fact::Renewal(Renewal { contract_id: contract_id(), term: term(n.into()), starts_on, annual_fee })
            };
            let note = |id: &str, n: u64, currency: &str| {
                let credit_note_id = id.parse().unwrap();
                let (issued_on, amount) = (day(signed + 40), money(credited, currency));
                Fact::CreditNote(CreditNote {
                    contract_id: contract_id(),
                    term: term(n),
                    credit_note_id,
                    issued_on,
                    amount,
                })
            };
            let sale = Fact::Sale(Sale {
                contract_id: contract_id(),
                partner_id: partner(seller),
                customer_id: format!("K-{i}").parse().unwrap(),
                signed_on: day(signed),
                annual_fee: money(fee, "EUR"),
                instance: if own { Instance::Partner } else { Instance::Customer },
            });
            let all =
                [sale, renewal(2), renewal(3), note("N-1", 1, "EUR"), note("N-2", 1, "EUR"), note("N-3", 2, "CHF")];
            all.into_iter()
                .zip(there)
                .filter(|(fact, there)| *there || matches!(fact, Fact::Sale(_)))
                .map(|(fact, _)| fact)
        });
        facts.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neither_order_nor_number_of_arrival_matters(facts in facts(), seed: u64) {
        let mut shuffled: Vec<Fact> = facts.iter().chain(facts.iter().step_by(2)).cloned().collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert_eq!(fold(shuffled, &registry()), fold(facts, &registry()));
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
            if let (rules::Kind::RevenueShare, rules::Cause::Annuity, LineId::Annuity { contract_id, term, .. }) = (line.posting.kind, cause(&line), &line.id)
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

fn cause(line: &Line) -> rules::Cause {
    match &line.id {
        LineId::Annuity { cause, .. } => cause.clone(),
        LineId::EntryFee { .. } => rules::Cause::Annuity,
    }
}
