//! Worlds of any size, the same for the same seed, and what the rules say they add up to.

use crate::pure::{balance_rows, line_row};
use crate::world::{World, event};
use events::EventType::{AnnualRenewal, CreditNote, SaleSigned};
use fastrand::Rng;
use jiff::civil::{Date, date};
use local::input::{Event, Partner};
use rules::balance::balances;
use rules::fold::fold;
use serde_json::{Value, json};

/// How large a world is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Registered partners, of all four models.
    pub partners: usize,
    /// Contracts, each of a partner; some for more than one year, some credited.
    pub contracts: usize,
}

impl World {
    /// A world made up from a seed. What it adds up to is what the whole-set fold of the rules says.
    pub fn generated(seed: u64, size: Size) -> World {
        let mut random = Rng::with_seed(seed);
        let partners = (0..size.partners).map(|n| partner(&mut random, n)).collect();
        let mut events = Vec::new();
        for contract in 0..size.contracts {
            events.extend(contract_events(&mut random, contract, size.partners));
        }
        let mut world = World { partners, events, ..World::default() };
        let lines = fold(world.facts(), &world.registry());
        world.expected_lines = lines.iter().filter_map(line_row).collect();
        world.expected_balances = balances(&lines).map(|balances| balance_rows(&balances)).unwrap_or_default();
        world
    }
}

fn partner(random: &mut Rng, n: usize) -> Partner {
    let models = ["affiliate", "affiliated-integrator", "independent-integrator", "referrer"];
    let model = models[n % models.len()];
    let starts_on = day(random, date(2021, 1, 1), 700);
    let mut agreement = json!({ "model": model, "starts_on": starts_on });
    match model {
        "affiliate" => {
            agreement["support_structure"] = json!(true);
            agreement["entry_fee"] = json!({
                "segment": "generated", "rate": "0.02",
                "commercial_potential": money(random.u32(1_000_000..50_000_000), "EUR"),
            });
        }
        "referrer" => {}
        _ => agreement["technical_qualification"] = json!({ "qualified_on": starts_on }),
    }
    if random.u8(..) < 40 {
        agreement["rate"] = json!(format!("0.{:03}", random.u16(1..1000)));
    }
    if random.u8(..) < 40 {
        agreement["from_sale"] = json!(random.u8(1..=12));
    }
    if random.u8(..) < 40 {
        agreement["ends_on"] = json!(day(random, date(2023, 6, 1), 700));
    }
    let body = json!({ "name": format!("Generated partner {n}"), "agreements": [agreement] });
    Partner { id: partner_id(n).parse().expect("a partner id"), body: body.to_string() }
}

fn contract_events(random: &mut Rng, n: usize, partners: usize) -> Vec<Event> {
    let contract_id = format!("G-{n}");
    let signed_on = day(random, date(2022, 1, 1), 1000);
    let currency = if random.u8(..) < 20 { "CHF" } else { "EUR" };
    let fee = |random: &mut Rng| money(random.u32(10_000..900_000), currency);
    let mut sale = json!({
        "contract_id": contract_id, "partner_id": partner_id(random.usize(..partners)), "customer_id": format!("K-{n}"),
        "signed_on": signed_on, "annual_fee": fee(random),
    });
    if random.u8(..) < 6 {
        sale["instance"] = json!("partner");
    }
    let mut events = vec![event(SaleSigned, &format!("g-{n}-1"), &sale)];
    let years = random.i16(1..=3);
    for year in 1..years {
        let renewal = json!({
            "contract_id": contract_id, "term": year + 1, "annual_fee": fee(random),
            "starts_on": signed_on.saturating_add(jiff::Span::new().years(year)),
        });
        events.push(event(AnnualRenewal, &format!("g-{n}-{}", year + 1), &renewal));
    }
    if random.u8(..) < 25 {
        let credit_note = json!({
            "contract_id": contract_id, "term": random.i16(1..=years), "credit_note_id": format!("N-{n}"),
            "issued_on": day(random, signed_on, 300), "amount": money(random.u32(100..20_000), currency),
        });
        events.push(event(CreditNote, &format!("g-{n}-n"), &credit_note));
    }
    events
}

fn partner_id(n: usize) -> String {
    format!("G-{n:04}")
}

fn money(minor: u32, currency: &str) -> Value {
    json!({ "amount": format!("{}.{:02}", minor / 100, minor % 100), "currency": currency })
}

/// A day up to so many days after another.
fn day(random: &mut Rng, first: Date, days: i32) -> Date {
    first.saturating_add(jiff::Span::new().days(random.i32(0..days)))
}
