//! Program of which `bench` counts the instructions: `decisions rules 1000`, `decisions event 1000`. It decides sales
//! in the steady state, with or without reading each from its event first. Two runs that differ only in their number
//! differ by the instructions of the sales between.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a program of a test that cannot go on says so")]

use events::{EventType, cloud_event};
use fixtures::events::event_of;
use fixtures::largest::{agreements, partner, sale};
use rules::decision::{Annuity, decide};
use rules::line::annuity_lines;
use rules::{AnnuityId, Fact, Line, Partner, PartnerId, Sale, Term};
use std::hint::black_box;

/// Number of different sales.
const SALES: usize = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (work, count) = match arguments.as_slice() {
        [work, count] => (work.as_str(), count.parse().unwrap()),
        _ => panic!("what to do, and with how many sales"),
    };
    let sales: Vec<Sale> = (0..SALES).map(|n| sale(partner(0), n, "2026-01-01")).collect();
    let bodies: Vec<String> =
        sales.iter().map(|sale| event_of(&Fact::Sale(sale.clone()), &"e".repeat(64)).body).collect();
    let partner = a_partner_with_a_history();
    for (sale, body) in sales.iter().zip(&bodies).cycle().take(count) {
        match work {
            "rules" => black_box(line(black_box(sale), &partner)),
            "event" => {
                let event = cloud_event::parse(black_box(body), EventType::SaleSigned).unwrap();
                black_box(line(&only_sale(event.fact), &partner))
            }
            other => panic!("there is no work {other}"),
        };
    }
}

/// Decides a first annuity and makes its line, as the steady path does.
fn line(sale: &Sale, partner: &Partner) -> Line {
    let annuity = Annuity { sale, term: Term::FIRST, starts_on: sale.signed_on };
    let decision = decide(annuity, partner).unwrap();
    let of = AnnuityId { contract_id: sale.contract_id.clone(), term: Term::FIRST };
    annuity_lines(&sale.partner_id, of, (sale.signed_on, sale.annual_fee), &decision, []).into_iter().next().unwrap()
}

fn only_sale(fact: Fact) -> Sale {
    match fact {
        Fact::Sale(sale) => sale,
        Fact::Renewal(_) | Fact::Adjustment(_) | Fact::ContractEnd(_) => unreachable!("it is a sale"),
    }
}

fn a_partner_with_a_history() -> Partner {
    let id: PartnerId = partner(0);
    let mut partner = Partner { agreements: agreements(), ..Partner::default() };
    for early in 0..11 {
        partner.add(&sale(id.clone(), 1000 + early, "2024-01-01"));
    }
    partner
}
