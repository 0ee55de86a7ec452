//! Previews (RULEBOOK §9): over random changes of random worlds, what a preview says is what the change and its passes append.

use crate::ledger_in_memory::{Booked, block_on, booked, record_agreements, register, restate, take_in, without_zeros};
use fastrand::Rng;
use fixtures::memory::MemoryStore;
use fixtures::pure::{contract_of, facts, registry};
use jiff::Timestamp;
use ledger::Ledger;
use ledger::choices::{Choice, ChoiceResult, Pick, Stated};
use ledger::journal::Moved;
use ledger::preview::{ChangedContract, MAX_LINES, Previewed, Proposed};
use ledger::preview_steps::{PreviewId, Progress, Question, Stepped};
use ledger::recorded::{Origin, Trigger};
use proptest::prelude::*;
use rules::agreement::{Draft, EntryFee};
use rules::contract::Key;
use rules::preview::Change;
use rules::totals::Group;
use rules::{Agreements, ContractId, Day, Fact, Model, Money, Month, PartnerId, PostingKey};
use std::collections::BTreeMap;

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

    /// A preview, which is the same at once and in steps.
    async fn preview(&self, store: &MemoryStore, question: &Question) -> Previewed {
        let proposed = self.ledger.proposed(question).await.unwrap().unwrap();
        let items = store.dump();
        let previewed = self.ledger.preview(&proposed, MOST).await.unwrap().unwrap();
        assert_eq!(items, store.dump(), "a preview writes nothing");
        let copy = MemoryStore::of(items);
        let stepped = stepped(&Ledger::new(&copy), question).await.unwrap();
        assert_eq!((stepped.lines, stepped.entries), (previewed.lines, previewed.entries));
        assert_eq!((&stepped.sums, &stepped.unreadable), (&previewed.sums, &previewed.unreadable));
        let sorted = |mut lines: Vec<Change>| {
            lines.sort_by(|a, b| a.id.cmp(&b.id));
            lines
        };
        if previewed.lines <= MAX_LINES {
            assert_eq!(sorted(stepped.largest), sorted(previewed.largest.clone()));
        }
        previewed
    }

    /// Makes a choice, and the passes that follow it; gives what the last passes say that it moved.
    async fn choose(&self, choice: &Choice) -> ByMonth {
        let before = self.ledger.contract(&choice.contract_id).await.unwrap().contract();
        let act = choice.act(&before, choice.judge(&before).1);
        let because = Trigger::Choice(choice.number, Some(act.clone()));
        let origin = Origin { at: Timestamp::UNIX_EPOCH, because: &because };
        assert_eq!(self.ledger.choose(choice, origin).await.unwrap(), ChoiceResult::Now);
        assert!(self.ledger.carried_out_at(&choice.contract_id, &act).await.unwrap().is_some());
        for partner_id in choice.partners(&before) {
            self.ledger.restate_all(&partner_id, None, origin).await.unwrap();
        }
        let mut moved = ByMonth::new();
        for partner_id in choice.partners(&before) {
            moved.extend(summed(&self.ledger.restate_all(&partner_id, None, origin).await.unwrap().unwrap()));
        }
        moved
    }
}

/// The number of index rows in a step of these previews.
const ROWS: usize = 3;

/// A preview made in the background.
async fn stepped(ledger: &Ledger<&MemoryStore>, question: &Question) -> Option<Previewed> {
    let id = PreviewId::of(question, Timestamp::UNIX_EPOCH);
    let mut next = Progress::new(id.clone(), question.clone());
    loop {
        let proposed = ledger.proposed(question).await.unwrap().unwrap();
        let kept = ledger.preview_kept(&id, question, &proposed).await.unwrap();
        // As the queue carries it.
        let sent = serde_json::to_string(&next).unwrap();
        match ledger.preview_step(serde_json::from_str(&sent).unwrap(), ROWS, Timestamp::UNIX_EPOCH).await.unwrap() {
            Stepped::Next(progress) => {
                assert!(kept.is_none());
                next = *progress;
            }
            Stepped::Done => return ledger.preview_kept(&id, question, &proposed).await.unwrap(),
            Stepped::Moot => return None,
        }
    }
}

/// Amounts and vendor's shares by partner, month and group.
type ByMonth = BTreeMap<(PartnerId, Month, Group), (i64, i64)>;

/// Compares a preview with what was appended: all sums, and the lines, if it lists them all.
fn compare(previewed: &Previewed, appended: Booked) -> Result<(), TestCaseError> {
    if previewed.lines <= MAX_LINES {
        prop_assert_eq!(said(previewed), appended.clone());
    }
    prop_assert_eq!(summed(&previewed.sums), by_month(appended));
    Ok(())
}

fn summed(moved: &Moved) -> ByMonth {
    let mut sums = ByMonth::new();
    for (of, totals) in moved {
        sums.extend(
            totals.that_move().0.into_iter().map(|(group, total)| {
                ((of.partner_id.clone(), of.month, group), (total.amount.0, total.vendor_share.0))
            }),
        );
    }
    sums
}

fn by_month(booked: Booked) -> ByMonth {
    let mut sums = ByMonth::new();
    for ((_, posting), (amount, share)) in booked {
        let PostingKey { partner_id, kind, model, currency, booked_on } = posting;
        let sum = sums.entry((partner_id, booked_on.into(), Group { kind, model, currency })).or_default();
        *sum = (sum.0 + amount, sum.1 + share);
    }
    sums.retain(|_, sums| *sums != (0, 0));
    sums
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
    assert_eq!(previewed.largest.len(), previewed.lines.min(MAX_LINES));
    let mut sums = Booked::new();
    for change in &previewed.largest {
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
            let (before, question) = (world.booked().await, Question::of_registration(id.clone(), agreements.clone()));
            let previewed = world.preview(&store, &question).await;
            register(&world.ledger, &[(id, agreements)].into()).await;
            compare(&previewed, appended(before, world.booked().await))
        })?;
    }

    #[test]
    fn a_preview_is_without_what_an_earlier_registration_still_books(facts in facts(), seed: u64) {
        let (store, mut random) = (MemoryStore::default(), Rng::with_seed(seed));
        block_on(async {
            let world = World::new(&store, facts, &mut random).await;
            let earlier = (partner(&mut random), agreements(&mut random));
            record_agreements(&world.ledger, &earlier.0, &earlier.1).await;
            let others = partner(&mut random);
            let id = if random.bool() { earlier.0.clone() } else { others };
            let agreements = agreements(&mut random);
            let question = Question::of_registration(id.clone(), agreements.clone());
            let previewed = world.preview(&store, &question).await;
            let pending = world.booked().await;
            restate(&world.ledger, &earlier.0).await;
            let before = world.booked().await;
            prop_assert!(previewed.being_booked > 0 || id != earlier.0 || pending == before);
            register(&world.ledger, &[(id, agreements)].into()).await;
            compare(&previewed, appended(before, world.booked().await))
        })?;
    }

    #[test]
    fn a_preview_of_a_choice_is_without_what_a_registration_still_books(facts in facts(), seed: u64) {
        let (store, mut random) = (MemoryStore::default(), Rng::with_seed(seed));
        block_on(async {
            let world = World::new(&store, facts, &mut random).await;
            let earlier = (partner(&mut random), agreements(&mut random));
            record_agreements(&world.ledger, &earlier.0, &earlier.1).await;
            let choice = world.choice(&mut random).await;
            let previewed = world.preview(&store, &Question::Choice(choice.clone())).await;
            restate(&world.ledger, &earlier.0).await;
            let before = world.booked().await;
            world.choose(&choice).await;
            compare(&previewed, appended(before, world.booked().await))
        })?;
    }

    #[test]
    fn a_choice_appends_what_its_preview_says(facts in facts(), seed: u64) {
        let (store, mut random) = (MemoryStore::default(), Rng::with_seed(seed));
        block_on(async {
            let world = World::new(&store, facts, &mut random).await;
            let choice = world.choice(&mut random).await;
            let before = world.booked().await;
            let previewed = world.preview(&store, &Question::Choice(choice.clone())).await;
            let moved = world.choose(&choice).await;
            compare(&previewed, appended(before, world.booked().await))?;
            prop_assert_eq!(moved, summed(&previewed.sums), "the journal's figure, once the passes have ended");
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

/// The preview of a registration.
async fn preview(
    ledger: &Ledger<&MemoryStore>,
    id: &PartnerId,
    agreements: &Agreements,
    most: usize,
) -> Option<Previewed> {
    let (partner_id, agreements) = (id.clone(), agreements.clone());
    ledger.preview(&Proposed::Registration { partner_id, agreements }, most).await.unwrap()
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
        let previewed = preview(&ledger, &id, agreements, MOST).await.unwrap();
        let change = previewed.largest.first().unwrap();
        assert_eq!(change.before.as_ref().map(|booked| booked.amount.0), before);
        assert_eq!(change.after.as_ref().map(|line| line.amount().0), after);
        assert_eq!(change.entries.iter().map(|entry| entry.amount.0).collect::<Vec<_>>(), entries);
        register(&ledger, &[(id.clone(), agreements.clone())].into()).await;
        assert_eq!(preview(&ledger, &id, agreements, MOST).await.unwrap().lines, 0);
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
            let previewed = preview(&ledger, &id, &referrer, most).await?;
            Some((previewed.lines, previewed.unreadable.into_iter().collect::<String>()))
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
        let proposed = Proposed::Contract(ChangedContract { id: contract, now, changed });
        assert!(ledger.preview(&proposed, 2).await.unwrap().is_none());
        // In steps there is no such bound.
        let question = Question::of_registration(id.clone(), referrer.clone());
        let previewed = stepped(&ledger, &question).await.unwrap();
        assert_eq!((previewed.lines, previewed.unreadable.into_iter().collect::<String>()), (count, unreadable));
    });
}
