//! Scenarios: small worlds of few partners and few contracts, so that facts meet.

use super::Message;
use fixtures::pure::contract_of;
use ledger::choices::{Choice, Pick, Stated};
use rules::agreement::{Draft, EntryFee};
use rules::contract::Key;
use rules::{
    Adjustment, AdjustmentId, AdjustmentKind, Agreements, ContractEnd, ContractId, Day, Fact, Instance, Model, Money,
    PartnerId, Renewal, Sale, Term,
};
use std::collections::BTreeSet;

/// The messages of a scenario, in no particular order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scenario {
    /// The messages, each once; the simulator repeats and shuffles them.
    pub messages: Vec<Message>,
    /// The most writes of a transaction: few, so that not everything fits.
    pub max_writes: usize,
    /// The messages that come once all others are processed.
    pub late: Late,
}

/// The messages of a scenario that come once all others are processed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Late {
    /// No message.
    #[default]
    Nothing,
    /// All messages but registrations.
    AllButRegistrations,
    /// Half of the events, and the choices, which may be between claims of those. A handler that read the partners
    /// before their registrations, or between two of them, meets them again when no later message can correct its stale
    /// reads.
    HalfOfTheEvents,
}

impl Scenario {
    /// The scenario of a seed.
    pub fn of_seed(seed: u64) -> Scenario {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x5eed);
        match seed % 16 {
            0 => return Scenario::crowded(&mut random),
            1 => return Scenario::instances(&mut random),
            2 => return Scenario::entry_fees(&mut random),
            _ => {}
        }
        // A third of the scenarios have supplements and ends of contracts.
        let mut rare = fastrand::Rng::with_seed(seed ^ 0x4a4e);
        let mut by_managers = fastrand::Rng::with_seed(seed ^ 0x57a7);
        let often = if seed.is_multiple_of(3) { 90 } else { 0 };
        let contracts = random.u8(2..=5);
        let mut messages = Vec::new();
        for contract in 0..contracts {
            let partner = random.u8(0..2);
            let sale = random_sale(&mut random, contract, partner);
            for term in 2..=random.u8(1..=3) {
                messages.push(Message::Event(renewal(&mut random, &sale, term)));
            }
            for note in 0..random.u8(0..=2) {
                let term = random.u8(1..=2);
                let id = if rare.u8(..) < often { supplement_id(note) } else { credit_note_id(note) };
                messages.push(Message::Event(adjustment(&mut random, &sale, term, id)));
            }
            // Another day is a contradicting claim.
            if rare.u8(..) < often {
                messages.extend((0..rare.u8(1..=2)).map(|_| Message::Event(end(&mut rare, &sale))));
            }
            let mut choices = 0;
            if random.u8(..) < 70 {
                // Another fee, or another partner: a contradicting claim.
                let (partner, fee) = (random.u8(0..2), random.i64(1..1000));
                let customer_id = "another".parse().unwrap();
                let other =
                    Sale { annual_fee: money(fee), partner_id: partner_id(partner), customer_id, ..sale.clone() };
                messages.push(Message::Event(Fact::Sale(other)));
                choices = random.usize(0..=2);
                for number in 1..=choices {
                    messages.push(Message::Choose(Choice {
                        contract_id: sale.contract_id.clone(),
                        key: Key::Sale,
                        number,
                        claim: Pick::Recorded(*random.choice(&[None, Some(1), Some(2)]).unwrap()),
                        seen: random.usize(1..=2),
                        why: "typed wrong".to_owned(),
                    }));
                }
            }
            messages.extend(stated(&mut by_managers, &sale, choices).map(Message::Choose));
            messages.push(Message::Event(Fact::Sale(sale)));
        }
        for partner in 0..2 {
            for _ in 0..random.u8(1..=2) {
                messages.push(Message::Change(partner_id(partner), agreements(&mut random)));
            }
        }
        let max_writes = if random.bool() { 10 } else { 100 };
        let late = match random.u8(..) {
            0..64 => Late::AllButRegistrations,
            64..128 => Late::HalfOfTheEvents,
            128.. => Late::Nothing,
        };
        Scenario { messages, max_writes, late }
    }

    /// More sales of one partner than the list of its earliest holds, paid from about the last of those, with choices
    /// against some of the first ones.
    fn crowded(random: &mut fastrand::Rng) -> Scenario {
        let mut messages = Vec::new();
        for contract in 0..random.u8(12..=15) {
            let sale = Sale { instance: Instance::Customer, ..random_sale(random, contract, 0) };
            if contract < 2 {
                let customer_id = "another".parse().unwrap();
                let (partner_id, signed_on) = (partner_id(random.u8(0..2)), day(24, 9));
                let other = Sale { partner_id, signed_on, customer_id, ..sale.clone() };
                messages.push(Message::Event(Fact::Sale(other)));
                messages.push(Message::Choose(Choice {
                    contract_id: sale.contract_id.clone(),
                    key: Key::Sale,
                    number: 1,
                    claim: Pick::Recorded(*random.choice(&[None, Some(1), Some(2)]).unwrap()),
                    seen: random.usize(1..=2),
                    why: "twice".to_owned(),
                }));
            }
            messages.push(Message::Event(Fact::Sale(sale)));
        }
        // Half of them have been registered before, to be paid from an earlier sale: their list was shorter.
        let mut froms = vec![random.u8(10..=12)];
        froms.extend(random.bool().then(|| random.u8(1..=4)));
        for from in froms {
            let draft = Draft { from_sale: u64::from(from).try_into().ok(), ..draft(random, day(23, 1)) };
            messages.push(Message::Change(partner_id(0), Agreements::new(vec![draft.accept().unwrap()]).unwrap()));
        }
        let max_writes = if random.bool() { 20 } else { 100 };
        Scenario { messages, max_writes, late: if random.bool() { Late::AllButRegistrations } else { Late::Nothing } }
    }

    /// Instances of one partner, of which one has the discount.
    fn instances(random: &mut fastrand::Rng) -> Scenario {
        let mut messages = Vec::new();
        for contract in 0..3 {
            let sale = Sale { instance: Instance::Partner, ..random_sale(random, contract, 0) };
            messages.push(Message::Event(renewal(random, &sale, 2)));
            messages.push(Message::Event(adjustment(random, &sale, 1, credit_note_id(0))));
            messages.push(Message::Event(Fact::Sale(sale)));
        }
        let draft = Draft {
            model: Model::AffiliatedIntegrator,
            technical_qualification: Some(day(23, 1)),
            ..draft(random, day(23, 1))
        };
        let draft = Draft { support_structure: None, entry_fee: None, ..draft };
        messages.push(Message::Change(partner_id(0), Agreements::new(vec![draft.accept().unwrap()]).unwrap()));
        Scenario { messages, max_writes: 100, late: Late::AllButRegistrations }
    }

    /// One entry fee, changed repeatedly.
    fn entry_fees(random: &mut fastrand::Rng) -> Scenario {
        let change = |minor| {
            let entry_fee =
                EntryFee { segment: "s".into(), commercial_potential: money(minor), rate: "1".parse().unwrap() };
            let draft = Draft {
                support_structure: Some(true),
                entry_fee: Some(entry_fee),
                ..Draft::new(Model::Affiliate, day(23, 1))
            };
            Message::Change(partner_id(0), Agreements::new(vec![draft.accept().unwrap()]).unwrap())
        };
        let messages = (0..3).map(|_| change(random.i64(1..1000))).collect();
        Scenario { messages, max_writes: 100, late: Late::AllButRegistrations }
    }

    /// The partitions that a message may write: those of the partners that it names or that claim its contract, and of
    /// every contract that one of these partners claims.
    pub(super) fn concerned(&self, message: &Message) -> BTreeSet<String> {
        let claimants = |contracts: &BTreeSet<&ContractId>| -> BTreeSet<&PartnerId> {
            self.sales().filter(|sale| contracts.contains(&sale.contract_id)).map(|sale| &sale.partner_id).collect()
        };
        let claimed = |partners: &BTreeSet<&PartnerId>| -> BTreeSet<&ContractId> {
            self.sales().filter(|sale| partners.contains(&sale.partner_id)).map(|sale| &sale.contract_id).collect()
        };
        let (own, partners) = match message {
            Message::Totals(message) => {
                return message.months().map(|of| ledger::keys::totals_partition(&of.partner_id)).collect();
            }
            Message::Event(fact) => (Some(contract_of(fact)), claimants(&[contract_of(fact)].into())),
            Message::Choose(choice) => (Some(&choice.contract_id), claimants(&[&choice.contract_id].into())),
            Message::Change(partner, _) => (None, [partner].into()),
            Message::Restate(partner, ..) => {
                (None, claimants(&claimed(&[partner].into())).into_iter().chain([partner]).collect())
            }
        };
        let contracts = claimed(&partners).into_iter().chain(own).map(ledger::keys::contract_partition);
        let of_partner = |partner| [ledger::keys::partner_record(partner).pk, ledger::keys::fees_partition(partner)];
        contracts.chain(partners.iter().copied().flat_map(of_partner)).collect()
    }

    /// Whether every choice can be made: its earlier choices and its claims are present.
    pub(super) fn is_playable(&self) -> bool {
        let choices = || {
            self.messages.iter().filter_map(|message| match message {
                Message::Choose(choice) => Some(choice),
                Message::Event(_) | Message::Change(_, _) | Message::Restate(..) | Message::Totals(_) => None,
            })
        };
        choices().all(|choice| {
            let of_contract = |other: &&Choice| other.contract_id == choice.contract_id && other.key == choice.key;
            let before = choices().filter(of_contract).filter(|other| other.number < choice.number).count();
            let reported = self.messages.iter().filter(|message| match message {
                Message::Event(Fact::Sale(sale)) => sale.contract_id == choice.contract_id,
                Message::Event(_)
                | Message::Change(_, _)
                | Message::Choose(_)
                | Message::Restate(..)
                | Message::Totals(_) => false,
            });
            let claims = reported.count();
            let there = match choice.claim {
                Pick::Recorded(claim) => claims >= claim.unwrap_or(1),
                Pick::Stated(_) => true,
            };
            before + 1 == choice.number && there
        })
    }

    fn sales(&self) -> impl Iterator<Item = &Sale> {
        self.facts().filter_map(|fact| match fact {
            Fact::Sale(sale) => Some(sale),
            Fact::Renewal(_) | Fact::Adjustment(_) | Fact::ContractEnd(_) => None,
        })
    }

    /// The facts of the scenario, stated ones too.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.messages.iter().filter_map(|message| match message {
            Message::Event(fact) => Some(fact),
            Message::Choose(choice) => choice.claim.stated().map(|stated| &stated.fact),
            Message::Change(_, _) | Message::Restate(..) | Message::Totals(_) => None,
        })
    }
}

/// Six related events, and the registration of their partner: two sales, the later one displaced by the earlier, a
/// renewal, and credit notes for both years.
pub fn six_events() -> (Message, Vec<Message>) {
    let draft =
        Draft { technical_qualification: Some(day(23, 1)), ..Draft::new(Model::IndependentIntegrator, day(23, 1)) };
    let change = Message::Change(partner_id(0), Agreements::new(vec![draft.accept().unwrap()]).unwrap());
    let random = &mut fastrand::Rng::with_seed(6);
    let sale = |contract: &str, on: u8| Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: partner_id(0),
        customer_id: "K".parse().unwrap(),
        signed_on: day(24, on),
        annual_fee: money(120_001),
        instance: Instance::Customer,
    };
    let (late, early) = (sale("A", 2), sale("B", 1));
    let facts = [
        adjustment(random, &late, 1, credit_note_id(0)),
        adjustment(random, &late, 1, credit_note_id(1)),
        adjustment(random, &late, 2, credit_note_id(0)),
        renewal(random, &late, 2),
        Fact::Sale(late),
        Fact::Sale(early),
    ];
    (change, facts.into_iter().map(Message::Event).collect())
}

/// One message of each kind about one partner, all of them about few contracts, so that any two of them meet: a sale,
/// an earlier one, another claim of the first and a choice between the two, the partner's own instance, a renewal,
/// a credit note and a supplement, a change of agreements, a pass, and the contract's end.
pub fn one_of_each_kind() -> Vec<Message> {
    let random = &mut fastrand::Rng::with_seed(10);
    let sale = |contract, signed_on, annual_fee, instance| Sale {
        signed_on: day(24, signed_on),
        annual_fee: money(annual_fee),
        instance,
        ..random_sale(&mut fastrand::Rng::with_seed(1), contract, 0)
    };
    let late = sale(0, 2, 120_001, Instance::Customer);
    let claim = sale(0, 3, 99_999, Instance::Customer);
    let choice = Choice {
        contract_id: late.contract_id.clone(),
        key: Key::Sale,
        number: 1,
        claim: Pick::Recorded(Some(2)),
        seen: 2,
        why: "typed wrong".to_owned(),
    };
    let (change, _) = six_events();
    let end = end(random, &late);
    vec![
        change,
        Message::Restate(partner_id(0), None, None),
        Message::Event(renewal(random, &late, 2)),
        Message::Event(adjustment(random, &late, 1, credit_note_id(0))),
        Message::Event(adjustment(random, &late, 2, supplement_id(0))),
        Message::Event(Fact::Sale(sale(1, 1, 77_777, Instance::Customer))),
        Message::Event(Fact::Sale(sale(2, 1, 66_666, Instance::Partner))),
        Message::Event(Fact::Sale(late)),
        Message::Event(Fact::Sale(claim)),
        Message::Choose(choice),
        Message::Event(end),
    ]
}

/// All partners.
pub(super) fn partners() -> impl Iterator<Item = PartnerId> {
    (0..2).map(partner_id)
}

fn partner_id(n: u8) -> PartnerId {
    format!("P-{n}").parse().unwrap()
}

fn money(minor: i64) -> Money {
    Money::parse(&format!("{}.{:02}", minor / 100, minor % 100), "EUR".parse().unwrap()).unwrap()
}

fn day(year: u8, day: u8) -> Day {
    format!("20{year}-01-{day:02}").parse().unwrap()
}

fn random_sale(random: &mut fastrand::Rng, contract: u8, partner: u8) -> Sale {
    Sale {
        contract_id: format!("C-{contract}").parse().unwrap(),
        partner_id: partner_id(partner),
        customer_id: "K".parse().unwrap(),
        signed_on: day(24, random.u8(1..=4)),
        annual_fee: money(random.i64(1..1000)),
        instance: if random.u8(..) < 50 { Instance::Partner } else { Instance::Customer },
    }
}

fn renewal(random: &mut fastrand::Rng, sale: &Sale, term: u8) -> Fact {
    // Sometimes a renewal that starts too early to be effective.
    let year = if random.u8(..) < 20 { 23 } else { 23 + term };
    Fact::Renewal(Renewal {
        contract_id: sale.contract_id.clone(),
        term: Term::try_from(u64::from(term)).unwrap(),
        starts_on: day(year, random.u8(1..=4)),
        annual_fee: money(random.i64(1..1000)),
    })
}

fn credit_note_id(n: u8) -> AdjustmentId {
    AdjustmentKind::CreditNote.id(format!("N-{n}").parse().unwrap())
}

fn supplement_id(n: u8) -> AdjustmentId {
    AdjustmentKind::Supplement.id(format!("N-{n}").parse().unwrap())
}

fn end(random: &mut fastrand::Rng, sale: &Sale) -> Fact {
    Fact::ContractEnd(ContractEnd { contract_id: sale.contract_id.clone(), ended_on: day(26, random.u8(1..=2)) })
}

/// A claim that a manager states: a sale after some choices, or a renewal or a credit note that billing may not report at all.
fn stated(random: &mut fastrand::Rng, sale: &Sale, choices: usize) -> Option<Choice> {
    let (fact, choices) = match random.u8(0..8) {
        0 => (Fact::Sale(Sale { partner_id: partner_id(random.u8(0..2)), ..sale.clone() }), choices),
        1 => (
            Fact::Sale(Sale { annual_fee: money(random.i64(1..1000)), signed_on: day(24, 5), ..sale.clone() }),
            choices,
        ),
        2 => (renewal(random, sale, 2), 0),
        3 => (adjustment(random, sale, 1, credit_note_id(0)), 0),
        _ => return None,
    };
    Some(Choice {
        contract_id: sale.contract_id.clone(),
        key: Key::from(&fact),
        number: choices + 1,
        claim: Pick::Stated(Stated { fact, customer_name: None }),
        seen: random.usize(0..=2),
        why: "as it should be".to_owned(),
    })
}

fn adjustment(random: &mut fastrand::Rng, sale: &Sale, term: u8, id: AdjustmentId) -> Fact {
    Fact::Adjustment(Adjustment {
        contract_id: sale.contract_id.clone(),
        term: Term::try_from(u64::from(term)).unwrap(),
        id,
        // Two months that follow each other: they are added up together.
        issued_on: format!("2025-{:02}-{:02}", random.u8(1..=2), random.u8(1..=4)).parse().unwrap(),
        amount: money(random.i64(1..700)),
    })
}

fn agreements(random: &mut fastrand::Rng) -> Agreements {
    let early = draft(random, day(23, 1));
    let late = draft(random, day(25, 3));
    let chosen = match random.u8(0..5) {
        0 => vec![],
        1 => vec![late],
        2 => vec![Draft { ends_on: Some(day(24, 3)), ..early }],
        3 => vec![Draft { ends_on: Some(day(25, 2)), ..early }, late],
        _ => vec![early],
    };
    Agreements::new(chosen.into_iter().map(|draft| draft.accept().unwrap()).collect()).unwrap()
}

fn draft(random: &mut fastrand::Rng, starts_on: Day) -> Draft {
    let model = *random.choice(Model::ALL).unwrap();
    let affiliate = model == Model::Affiliate;
    let integrator = matches!(model, Model::AffiliatedIntegrator | Model::IndependentIntegrator);
    let entry_fee = EntryFee { segment: "s".into(), commercial_potential: money(999), rate: "0.5".parse().unwrap() };
    Draft {
        from_sale: Some(u64::from(random.u8(1..=3)).try_into().unwrap()),
        technical_qualification: integrator.then_some(starts_on),
        support_structure: affiliate.then_some(true),
        entry_fee: affiliate.then_some(entry_fee),
        ..Draft::new(model, starts_on)
    }
}
