//! What the rules' own tests share with the others: facts and agreements at random, lines as rows. It needs nothing but
//! the rules: `shared/rules/tests` has this file as a module of its own, so that it need not link everything else.

use proptest::prelude::*;
use rules::agreement::{Draft, EntryFee};
use rules::balance::Balances;
use rules::line::LineId;
use rules::{
    Agreements, Cause, CreditNote, Currency, Day, Fact, Instance, Line, Minor, Model, Money, PartnerId, Posting,
    Renewal, Sale, Term,
};
use std::collections::{BTreeMap, BTreeSet};

/// A line as a row of `expected-lines.csv`; none for an entry fee.
pub fn line_row(line: &Line) -> Option<String> {
    let LineId::Annuity { contract_id, term, cause } = &line.id else { return None };
    let cause = match cause {
        Cause::Annuity => "annuity".to_owned(),
        Cause::CreditNote(note) => note.to_string(),
    };
    let Posting { partner_id, kind, model: _, currency, booked_on } = &line.posting;
    let (amount, vendor_share) = (line.amount().0, line.vendor_share().0);
    Some(format!("{partner_id},{contract_id},{term},{cause},{kind},{booked_on},{amount},{vendor_share},{currency}"))
}

/// Balances as rows of `expected-balances.csv`.
pub fn balance_rows(balances: &BTreeMap<PartnerId, Balances>) -> BTreeSet<String> {
    let rows = balances.iter().flat_map(|(partner, balances)| {
        balances.0.iter().map(move |(currency, balance)| {
            format!("{partner},{currency},{},{}", balance.due_to_partner.0, balance.due_from_partner.0)
        })
    });
    rows.collect()
}

fn day(n: u16) -> Day {
    format!("{}-{:02}-{:02}", 2020 + n / 336, n / 28 % 12 + 1, n % 28 + 1).parse().unwrap()
}

fn money(minor: i64, currency: &str) -> Money {
    let currency: Currency = currency.parse().unwrap();
    Money::parse_fee(&currency.decimal(Minor(minor)), currency).unwrap()
}

fn partner(n: u8) -> PartnerId {
    format!("P-{n}").parse().unwrap()
}

/// One partner of each model, with negotiated terms here and there.
pub fn registry() -> BTreeMap<PartnerId, Agreements> {
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
pub fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let contract = (0..4_u8, 0..600_u16, 0..500_000_i64, prop::bool::weighted(0.2), any::<[bool; 6]>(), 1..400_000_i64);
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
