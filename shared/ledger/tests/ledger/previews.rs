//! Previews (RULEBOOK §9): over random changes of random worlds, what a preview says is what the change and its passes append.

use crate::ledger_in_memory::{Booked, block_on, booked, register, restate, take_in, without_zeros};
use fastrand::Rng;
use fixtures::memory::MemoryStore;
use fixtures::pure::{contract_of, facts, registry};
use jiff::Timestamp;
use ledger::Ledger;
use ledger::choices::{Choice, ChoiceResult, Pick, Stated};
use ledger::preview::{ChangedContract, Previewed};
use ledger::recorded::{Origin, Trigger};
use proptest::prelude::*;
use rules::agreement::{Draft, EntryFee};
use rules::contract::Key;
use rules::{Agreements, ContractId, Day, Fact, Model, Money, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// The most contracts that these previews read.
const MOST: usize = 100;

fn partner(random: &mut Rng) -> PartnerId {
    format!("P-{}", random.u8(0..4)).parse().unwrap()
}

fn euros(random: &mut Rng) -> Money {
    let (whole, cents) = (random.u32(1..4_000), random.u8(0..100));
    Money::parse(&format!("{whole}.{cents:02}"), "EUR".parse().unwrap()).unwrap()
}

fn day(random: &mut Rng, year: u16) -> Day {
    format!("{year}-{:02}-{:02}", random.u8(1..=12), random.u8(1..=28)).parse().unwrap()
}

/// Up to two agreements under any models and terms, with and without an end.
fn agreements(random: &mut Rng) -> Agreements {
    let drafts = (0..random.u16(0..3)).map(|n| {
        let model = Model::ALL[random.usize(..Model::ALL.len())];
        let starts_on = day(random, 2018 + 3 * n);
        let is_integrator = matches!(model, Model::AffiliatedIntegrator | Model::IndependentIntegrator);
        let ended = n == 0 || random.bool();
        Draft {
            ends_on: ended.then(|| day(random, 2020 + 2 * n)),
            rate: random.bool().then(|| format!("0.{:03}", random.u16(1..1000)).parse().unwrap()),
            from_sale: random.bool().then(|| random.u64(1..5).try_into().unwrap()),
            technical_qualification: is_integrator.then_some(starts_on),
            support_structure: (model == Model::Affiliate).then_some(true),
            entry_fee: (model == Model::Affiliate).then(|| EntryFee {
                segment: "s".to_owned(),
                commercial_potential: euros(random),
                rate: "0.02".parse().unwrap(),
            }),
            ..Draft::new(model, starts_on)
        }
    });
    let accepted = drafts.map(|draft| draft.accept().unwrap()).collect();
    Agreements::new(accepted).unwrap()
}

/// Another claim of the key of a fact.
fn otherwise(fact: &Fact, random: &mut Rng) -> Fact {
    let mut fact = fact.clone();
    match &mut fact {
        Fact::Sale(sale) => match random.u8(0..3) {
            0 => sale.partner_id = partner(random),
            1 => sale.signed_on = day(random, 2020),
            _ => sale.annual_fee = euros(random),
        },
        Fact::Renewal(renewal) => renewal.annual_fee = euros(random),
        Fact::Adjustment(adjustment) => adjustment.amount = euros(random),
        Fact::ContractEnd(end) => end.ended_on = day(random, 2023),
    }
    fact
}

/// A ledger with a world, some of whose facts contradict each other and some of whose contradictions are resolved.
struct World<'a> {
    ledger: Ledger<&'a MemoryStore>,
    facts: Vec<Fact>,
    /// The partners' agreements; one that is not registered has none.
    partners: BTreeMap<PartnerId, Agreements>,
}

impl<'a> World<'a> {
    async fn new(store: &'a MemoryStore, mut facts: Vec<Fact>, random: &mut Rng) -> World<'a> {
        let ledger = Ledger::new(store);
        register(&ledger, &registry()).await;
        for at in 0..facts.len() {
            if random.bool() {
                facts.push(otherwise(&facts[at], random));
            }
        }
        random.shuffle(&mut facts);
        take_in(&ledger, &facts, 7).await;
        let mut partners = registry();
        partners.insert("P-3".parse().unwrap(), Agreements::default());
        let world = World { ledger, facts, partners };
        for _ in 0..random.u8(0..5) {
            let choice = world.choice(random).await;
            world.choose(&choice).await;
        }
        world
    }

    async fn booked(&self) -> Booked {
        booked(&self.ledger, &self.facts, &self.partners).await
    }

    async fn choice(&self, random: &mut Rng) -> Choice {
        let fact = &self.facts[random.usize(..self.facts.len())];
        let (contract_id, key) = (contract_of(fact).clone(), Key::from(fact));
        let contract = self.ledger.contract(&contract_id).await.unwrap().contract();
        let seen = contract.claims(&key).len();
        let claim = match random.u8(0..2) {
            0 => Pick::Recorded(Some(random.usize(0..=seen)).filter(|claim| *claim > 0)),
            _ => Pick::Stated(Stated { fact: otherwise(fact, random), customer_name: None }),
        };
        Choice { number: contract.next_choice(&key), contract_id, key, claim, seen, why: "typed wrong".to_owned() }
    }

    async fn preview(&self, choice: &Choice) -> Previewed {
        let now = self.ledger.contract(&choice.contract_id).await.unwrap();
        let changed = choice.made_in(&now.contract());
        let contract = ChangedContract { id: choice.contract_id.clone(), now, changed };
        self.ledger.preview_contract(contract, MOST).await.unwrap().unwrap()
    }

    /// Makes a choice, and the passes that follow it.
    async fn choose(&self, choice: &Choice) {
        let origin = Origin { at: Timestamp::UNIX_EPOCH, because: &Trigger::Choice(choice.number) };
        assert_eq!(self.ledger.choose(choice, origin).await.unwrap(), ChoiceResult::Now);
        let contract = self.ledger.contract(&choice.contract_id).await.unwrap().contract();
        let partners: BTreeSet<&PartnerId> = contract.sale_claims().map(|sale| &sale.partner_id).collect();
        for partner_id in partners {
            restate(&self.ledger, partner_id).await;
        }
    }
}

/// The differences between what was booked before and after.
fn appended(before: Booked, after: Booked) -> Booked {
    let mut sums = after;
    for (at, (amount, share)) in before {
        let sum = sums.entry(at).or_default();
        *sum = (sum.0 - amount, sum.1 - share);
    }
    without_zeros(sums)
}

/// The entries that a preview says are appended.
fn said(previewed: &Previewed) -> Booked {
    assert!(previewed.unreadable.is_empty(), "{:?}", previewed.unreadable);
    let mut sums = Booked::new();
    for change in &previewed.changes {
        for entry in &change.entries {
            let sum = sums.entry((change.id.clone(), entry.posting.clone())).or_default();
            *sum = (sum.0 + entry.amount.0, sum.1 + entry.vendor_share.0);
        }
    }
    without_zeros(sums)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_registration_appends_what_its_preview_says(facts in facts(), seed: u64) {
        let (store, mut random) = (MemoryStore::default(), Rng::with_seed(seed));
        block_on(async {
            let world = World::new(&store, facts, &mut random).await;
            let (id, agreements) = (partner(&mut random), agreements(&mut random));
            let (items, before) = (store.dump(), world.booked().await);
            let previewed = world.ledger.preview_registration(&id, agreements.clone(), MOST).await.unwrap().unwrap();
            prop_assert_eq!(items, store.dump(), "a preview writes nothing");
            register(&world.ledger, &[(id, agreements)].into()).await;
            prop_assert_eq!(said(&previewed), appended(before, world.booked().await));
            Ok(())
        })?;
    }

    #[test]
    fn a_choice_appends_what_its_preview_says(facts in facts(), seed: u64) {
        let (store, mut random) = (MemoryStore::default(), Rng::with_seed(seed));
        block_on(async {
            let world = World::new(&store, facts, &mut random).await;
            let choice = world.choice(&mut random).await;
            let (items, before) = (store.dump(), world.booked().await);
            let previewed = world.preview(&choice).await;
            prop_assert_eq!(items, store.dump(), "a preview writes nothing");
            world.choose(&choice).await;
            prop_assert_eq!(said(&previewed), appended(before, world.booked().await));
            Ok(())
        })?;
    }
}

/// A sale of P-0 at 1,000 EUR.
fn sale(contract: &str) -> Fact {
    Fact::Sale(rules::Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: "P-0".parse().unwrap(),
        customer_id: "K".parse().unwrap(),
        signed_on: "2024-01-01".parse().unwrap(),
        annual_fee: Money::parse("1000", "EUR".parse().unwrap()).unwrap(),
        instance: rules::Instance::Customer,
    })
}

/// A line is shown as it is booked now, whatever was booked and reversed before.
#[test]
fn a_line_before_a_change_is_what_its_entries_add_up_to() {
    let under = |model: Model, rate: &str| {
        let draft = Draft { rate: Some(rate.parse().unwrap()), from_sale: Some(1.try_into().unwrap()), ..draft(model) };
        Agreements::new(vec![draft.accept().unwrap()]).unwrap()
    };
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let id: PartnerId = "P-0".parse().unwrap();
    let check = async |agreements: &Agreements, before: Option<i64>, after: Option<i64>, entries: &[i64]| {
        let previewed = ledger.preview_registration(&id, agreements.clone(), MOST).await.unwrap().unwrap();
        let change = previewed.changes.first().unwrap();
        assert_eq!(change.before.as_ref().map(|booked| booked.amount.0), before);
        assert_eq!(change.after.as_ref().map(|line| line.amount().0), after);
        assert_eq!(change.entries.iter().map(|entry| entry.amount.0).collect::<Vec<_>>(), entries);
        register(&ledger, &[(id.clone(), agreements.clone())].into()).await;
        assert!(ledger.preview_registration(&id, agreements.clone(), MOST).await.unwrap().unwrap().changes.is_empty());
    };
    block_on(async {
        take_in(&ledger, &[sale("C")], 1).await;
        check(&under(Model::Referrer, "0.1"), None, Some(10_000), &[10_000]).await;
        check(&under(Model::Referrer, "0.2"), Some(10_000), Some(20_000), &[10_000]).await;
        check(&under(Model::AffiliatedIntegrator, "0.5"), Some(20_000), Some(50_000), &[-20_000, 50_000]).await;
        check(&Agreements::default(), Some(50_000), None, &[-50_000]).await;
        check(&under(Model::Referrer, "0.3"), None, Some(30_000), &[30_000]).await;
    });
}

fn draft(model: Model) -> Draft {
    let starts_on = "2024-01-01".parse().unwrap();
    let qualified = (model == Model::AffiliatedIntegrator).then_some(starts_on);
    Draft { technical_qualification: qualified, ..Draft::new(model, starts_on) }
}

#[test]
fn a_preview_of_more_contracts_than_its_bound_is_refused_and_one_that_cannot_be_read_is_named() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let id: PartnerId = "P-0".parse().unwrap();
    block_on(async {
        take_in(&ledger, &["A", "B", "C"].map(sale), 3).await;
        let referrer = fixtures::pure::referrer();
        let lines = async |most| {
            let previewed = ledger.preview_registration(&id, referrer.clone(), most).await.unwrap()?;
            Some((previewed.changes.len(), previewed.unreadable.iter().map(ToString::to_string).collect::<String>()))
        };
        assert_eq!(lines(2).await, None);
        assert_eq!(lines(3).await, Some((3, String::new())));
        store.damage("CONTRACT#B", "TERM#01", "f");
        let (count, unreadable) = lines(3).await.unwrap();
        assert_eq!(count, 2);
        assert!(unreadable.contains("CONTRACT#B"), "{unreadable}");
        let contract: ContractId = "A".parse().unwrap();
        let now = ledger.contract(&contract).await.unwrap();
        let changed = now.contract();
        let of_partner = ledger.preview_contract(ChangedContract { id: contract, now, changed }, 2).await.unwrap();
        assert!(of_partner.is_none());
    });
}
