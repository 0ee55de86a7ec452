//! Scenarios: small worlds of three partners, of which two or three months are closed within an hour or two, while facts arrive.

use super::Message;
use super::handler::partners;
use crate::world::{FIRST, account, closing, month, on, partner, time, varied, vendor_version};
use closing::closes::Said;
use fastrand::Rng;
use fixtures::memory::MemoryStore;
use fixtures::occasion::{manager, registered};
use ledger::choices::{Choice, Pick};
use ledger::store::Item;
use ledger::{Ledger, ReportedFact};
use rules::agreement::{Draft, EntryFee};
use rules::contract::Key;
use rules::{
    Adjustment, AdjustmentKind, Agreements, ContractEnd, Day, Fact, Instance, Model, Money, Month, Renewal, Sale, Term,
};
use settlement::Direction;
use settlement::close::Opening;
use settlement::opening::OpeningItem;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

/// Messages, each with the second at which it comes, in a world.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// One of the worlds.
    world: usize,
    /// The second at which it begins: before midnight in Paris, at the end of the last month that is closed.
    pub(super) begins: i64,
    /// The messages, each once; the simulator repeats some.
    pub(crate) messages: Vec<(i64, Message)>,
}

const WORLDS: usize = 8;

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn of_seed(seed: u64) -> Scenario {
        let mut random = Rng::with_seed(seed ^ 0x5eed);
        let begins = time("2026-02-28T22:10:00Z").as_second();
        let mut scenario = Scenario { world: random.usize(0..WORLDS), begins, messages: Vec::new() };
        let months: Vec<Month> = ["2025-12", "2026-01", "2026-02"].map(month)[random.usize(0..2)..].to_vec();
        let closes = scenario.closes(&mut random, &months);
        for contract in 0..random.u8(2..=4) {
            let facts = facts(&mut random, contract);
            scenario.extend(&mut random, &closes, facts.into_iter().map(Message::Event));
        }
        let contract = format!("B-{}", random.u8(0..5));
        let known = adjustment(&mut random, &contract, "N-9");
        scenario.extend(&mut random, &closes, [Message::Event(known)]);
        if random.u8(..) < 90 {
            let id = random.choice(partners()).unwrap();
            let agreements = agreements(&mut random, id.as_str());
            scenario.extend(&mut random, &closes, [Message::Register(id, agreements)]);
        }
        if random.u8(..) < 60 {
            let contradiction = contradiction(&mut random);
            scenario.extend(&mut random, &closes, contradiction);
        }
        for id in partners() {
            for n in 2..2 + random.u32(0..=1) {
                let version = Box::new(serde_json::from_value(varied(&mut random, id.as_str())).unwrap());
                scenario.extend(&mut random, &closes, [Message::Identity(id.clone(), n, version)]);
            }
        }
        let papers = papers(&mut random, &months);
        scenario.extend(&mut random, &closes, papers);
        scenario
    }

    /// Closes of months in order; gives their seconds.
    fn closes(&mut self, random: &mut Rng, months: &[Month]) -> Vec<i64> {
        let mut at = self.begins + random.i64(0..1_800);
        let mut closes = Vec::new();
        for (n, month) in months.iter().enumerate() {
            let said = said(random, n == 0);
            self.messages.push((at, Message::Close { month: *month, said, cancels: n > 0 && random.u8(..) < 90 }));
            closes.push(at);
            // Sooner than the pass begins, or once it has ended.
            at += if random.bool() { random.i64(0..900) } else { random.i64(1_000..2_400) };
        }
        closes
    }

    /// Adds messages, most of them about the time of a close or of its cut.
    fn extend(&mut self, random: &mut Rng, closes: &[i64], messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            let close = *random.choice(closes).unwrap();
            let due = match random.u8(0..4) {
                0 => close - 900 + random.i64(-400..100),
                1 => close + random.i64(-300..1_200),
                2 => close + random.i64(900..3_000),
                _ => self.begins + random.i64(0..5_000),
            };
            self.messages.push((due.max(self.begins), message));
        }
    }

    /// The items of its world.
    pub(super) fn world(&self) -> &'static [Arc<Item>] {
        static ALL: OnceLock<Vec<Vec<Arc<Item>>>> = OnceLock::new();
        &ALL.get_or_init(|| (0..WORLDS).map(|n| world(u64::try_from(n).unwrap())).collect())[self.world]
    }

    /// The months that are closed, in order.
    pub(super) fn closed(&self) -> Vec<Month> {
        let month = |message: &Message| if let Message::Close { month, .. } = message { Some(*month) } else { None };
        self.messages.iter().filter_map(|(_, message)| month(message)).collect()
    }
}

/// The result of a future that never waits.
pub(super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("a table in memory answers at once"),
    }
}

/// A world long before the first close: partners with agreements and identities, and contracts in two currencies.
fn world(seed: u64) -> Vec<Arc<Item>> {
    let (store, mut random) = (MemoryStore::default(), Rng::with_seed(seed ^ 0x0107));
    let (ledger, closing, at) = (Ledger::new(&store), closing(&store), time("2026-02-20T08:00:00Z"));
    at_once(closing.record_vendor(1, serde_json::from_value(vendor_version()).unwrap(), &on(FIRST))).unwrap();
    for id in partners() {
        let record = at_once(ledger.partner_record(&id)).unwrap();
        let registered = registered(id.as_str(), agreements(&mut random, id.as_str()));
        at_once(ledger.register(record, registered, &manager(at, "signed"), None)).unwrap();
        let version = serde_json::from_value(varied(&mut random, id.as_str())).unwrap();
        at_once(closing.record_billing(&id, 1, version, &on(FIRST))).unwrap();
    }
    let sold = ["P-1", "P-1", "P-10", "P-2", "P-2"].into_iter().enumerate();
    let sales = sold.map(|(n, id)| sale(&mut random, &format!("B-{n}"), id, if n == 1 { "CHF" } else { "EUR" }));
    let facts: Vec<ReportedFact> = sales.map(|sale| ReportedFact::new(Fact::Sale(sale), "event")).collect();
    let is_recorded = at_once(ledger.record(&facts, at)).into_iter().all(|recorded| recorded.is_ok());
    assert!(is_recorded);
    for id in partners() {
        for month in at_once(ledger.months_of(&id)).unwrap() {
            at_once(ledger.refresh_totals(&month, at)).unwrap();
        }
    }
    store.dump().into_iter().map(Arc::new).collect()
}

/// A manager's orders.
fn said(random: &mut Rng, is_first: bool) -> Said {
    let mut said = Said::default();
    if random.u8(0..4) > 0 {
        said.rates.insert("CHF".parse().unwrap(), "1.0735".parse().unwrap());
    }
    said.finals = partners().into_iter().filter(|_| random.u8(0..3) == 0).collect();
    said.opening = match random.u8(0..6) {
        0 if is_first => Opening::All,
        1 => Opening::Partners([random.choice(partners()).unwrap()].into()),
        _ => Opening::None,
    };
    said
}

fn day(random: &mut Rng) -> Day {
    let month = random.choice(["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]).unwrap();
    format!("{month}-{:02}", random.u8(1..=28)).parse().unwrap()
}

fn money(minor: i64, currency: &str) -> Money {
    Money::parse(&format!("{}.{:02}", minor / 100, minor % 100), currency.parse().unwrap()).unwrap()
}

fn sale(random: &mut Rng, contract: &str, id: &str, currency: &str) -> Sale {
    Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: partner(id),
        customer_id: "K".parse().unwrap(),
        signed_on: day(random),
        annual_fee: money(random.i64(1_000..90_000), currency),
        instance: Instance::Customer,
    }
}

/// A sale, and what else becomes known of its contract.
fn facts(random: &mut Rng, contract: u8) -> Vec<Fact> {
    let id = random.choice(partners()).unwrap();
    let contract = format!("C-{contract}");
    let currency = if random.u8(0..5) == 0 { "CHF" } else { "EUR" };
    let sale = sale(random, &contract, id.as_str(), currency);
    let mut facts = Vec::new();
    match random.u8(0..8) {
        0 | 1 => facts.push(adjustment(random, &contract, "N-1")),
        2 => facts.push(Fact::Renewal(Renewal {
            contract_id: sale.contract_id.clone(),
            term: Term::try_from(2).unwrap(),
            starts_on: day(random),
            annual_fee: money(random.i64(1_000..90_000), "EUR"),
        })),
        3 => {
            let ended_on = day(random);
            facts.push(Fact::ContractEnd(ContractEnd { contract_id: sale.contract_id.clone(), ended_on }));
        }
        _ => {}
    }
    facts.push(Fact::Sale(sale));
    facts
}

/// A credit note for a first year, or a supplement.
fn adjustment(random: &mut Rng, contract: &str, id: &str) -> Fact {
    let kind = if random.u8(0..4) == 0 { AdjustmentKind::Supplement } else { AdjustmentKind::CreditNote };
    Fact::Adjustment(Adjustment {
        contract_id: contract.parse().unwrap(),
        term: Term::FIRST,
        id: kind.id(id.parse().unwrap()),
        issued_on: day(random),
        amount: money(random.i64(1_000..60_000), "EUR"),
    })
}

/// Another claim of a sale, and a choice between the two.
fn contradiction(random: &mut Rng) -> [Message; 2] {
    let contract = format!("B-{}", random.u8(0..5));
    let id = random.choice(partners()).unwrap();
    let other = Sale { customer_id: "another".parse().unwrap(), ..sale(random, &contract, id.as_str(), "EUR") };
    let choice = Choice {
        contract_id: other.contract_id.clone(),
        key: Key::Sale,
        number: 1,
        claim: Pick::Recorded(*random.choice(&[None, Some(1), Some(2)]).unwrap()),
        seen: 2,
        why: "typed wrong".to_owned(),
    };
    [Message::Event(Fact::Sale(other)), Message::Choose(choice)]
}

/// Partners' own documents, and invoices from before.
fn papers(random: &mut Rng, months: &[Month]) -> Vec<Message> {
    let mut papers = Vec::new();
    for (n, id) in partners().into_iter().enumerate() {
        let number = |what: &str| format!("{what} {n}").parse().unwrap();
        if random.u8(..) < 70 {
            papers.push(Message::Own(id.clone(), *random.choice(months).unwrap(), number("F")));
        }
        if random.u8(..) < 40 {
            papers.push(Message::OwnCancellation(id.clone(), number("A")));
        }
        if random.u8(..) < 20 {
            papers.push(Message::Contest(id.clone()));
        }
        if random.u8(..) < 20 {
            let account = account(id.as_str(), Direction::FromPartner);
            let days = ("2025-10-01".parse().unwrap(), "2025-11-01".parse().unwrap());
            let (gross, at) = (money(12_000, "EUR"), time("2026-02-28T22:00:00Z"));
            papers
                .push(Message::OpeningItem(OpeningItem::new(account, number("O"), days, (gross, gross), at).unwrap()));
        }
    }
    papers
}

/// Agreements of a partner: one earns commissions, the others owe shares or earn as integrators.
fn agreements(random: &mut Rng, id: &str) -> Agreements {
    let starts_on = "2025-11-01".parse().unwrap();
    let model = match (id, random.u8(0..4)) {
        ("P-1", 0..=2) | (_, 3) => Model::Referrer,
        ("P-2", _) => Model::Affiliate,
        (_, _) => Model::IndependentIntegrator,
    };
    let draft = Draft {
        from_sale: Some(random.u64(1..=2).try_into().unwrap()),
        rate: Some(random.choice(["0.1", "0.25", "0.5"]).unwrap().parse().unwrap()),
        ..Draft::new(model, starts_on)
    };
    let entry_fee =
        EntryFee { segment: "s".into(), commercial_potential: money(9_999, "EUR"), rate: "0.5".parse().unwrap() };
    let (affiliate, integrator) = (model == Model::Affiliate, model == Model::IndependentIntegrator);
    let draft = Draft {
        support_structure: affiliate.then_some(true),
        entry_fee: affiliate.then_some(entry_fee),
        technical_qualification: integrator.then_some(starts_on),
        ..draft
    };
    Agreements::new(vec![draft.accept().unwrap()]).unwrap()
}
