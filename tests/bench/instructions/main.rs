//! What the instruction counts of the benchmark are taken of: `instructions rules|event COUNT` decides COUNT sales in the
//! steady state, with or without reading each of them from its event first. Two runs that differ in COUNT alone differ by
//! the instructions of the events between.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on says so")]

use events::{EventType, cloud_event};
use harness::counted::{agreements, partner, sale, sale_event};
use rules::decision::{Annuity, decide};
use rules::line::annuity_lines;
use rules::{Fact, Line, Partner, PartnerId, Sale, Term};
use std::hint::black_box;

/// How many different sales there are.
const SALES: usize = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count: usize = arguments.get(2).and_then(|count| count.parse().ok()).unwrap();
    let sales: Vec<Sale> = (0..SALES).map(|n| sale(partner(0), n, "2026-01-01")).collect();
    let bodies: Vec<String> = sales.iter().map(|sale| sale_event(sale, &"e".repeat(64)).body).collect();
    let partner = a_partner_with_a_history();
    let reads_events = arguments.get(1).is_some_and(|what| what == "event");
    for (sale, body) in sales.iter().zip(&bodies).cycle().take(count) {
        if reads_events {
            let event = cloud_event::parse(black_box(body), EventType::SaleSigned).unwrap();
            black_box(line(&only_sale(event.fact), &partner));
        } else {
            black_box(line(black_box(sale), &partner));
        }
    }
}

/// What the steady path asks the rules: the decision of a first annuity, and its line.
fn line(sale: &Sale, partner: &Partner) -> Line {
    let annuity = Annuity { sale, term: Term::FIRST, starts_on: sale.signed_on };
    let decision = decide(annuity, partner).unwrap();
    let of = (&sale.contract_id, Term::FIRST);
    annuity_lines(&sale.partner_id, of, (sale.signed_on, sale.annual_fee), &decision, []).into_iter().next().unwrap()
}

fn only_sale(fact: Fact) -> Sale {
    match fact {
        Fact::Sale(sale) => sale,
        Fact::Renewal(_) | Fact::CreditNote(_) => unreachable!("it is a sale"),
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
