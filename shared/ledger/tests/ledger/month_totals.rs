//! Month totals: which months are announced, what a batch of the totals queue does, and how sales are counted.

use fixtures::memory::MemoryStore;
use fixtures::occasion::{choose as choose_as_manager, operator, registered};
use fixtures::pure::referrer;
use fixtures::watched::Watched;
use jiff::Timestamp;
use ledger::bookings::{Announce, Booking};
use ledger::choices::{Choice, ChoiceResult, Pick};
use ledger::months::Months;
use ledger::recorded::{Origin, Trigger};
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use ledger::totals_queue::{Delay, TotalsMessage};
use ledger::{Ledger, ReportedFact};
use rules::contract::Key;
use rules::{ContractId, Fact, Instance, Money, PartnerId, Sale};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The announcements that wait in the totals queue.
#[derive(Debug, Clone, Default)]
struct Queue(Arc<Mutex<Vec<TotalsMessage>>>);

impl Queue {
    fn take(&self) -> Vec<TotalsMessage> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The months announced since the last call, as text.
    fn months(&self) -> Vec<String> {
        names(self.take().iter().flat_map(TotalsMessage::months))
    }
}

impl Announce for Queue {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        self.0.lock().unwrap().extend(TotalsMessage::announcements(months));
        Ok(())
    }

    fn after(&self, _: Vec<Booking>) {}
}

struct World {
    store: MemoryStore,
    queue: Queue,
}

impl World {
    async fn new(store: MemoryStore, partners: &[&str]) -> World {
        let world = World { store, queue: Queue::default() };
        for id in partners {
            let record = world.ledger().partner_record(&partner(id)).await.unwrap();
            world.ledger().register(record, registered(id, referrer()), &operator(), None).await.unwrap().unwrap();
        }
        world
    }

    fn ledger(&self) -> Ledger<&MemoryStore, Queue> {
        Ledger::announcing(&self.store, self.queue.clone())
    }

    async fn record(&self, facts: &[Fact]) {
        let facts: Vec<ReportedFact> = facts.iter().map(|fact| ReportedFact::new(fact.clone(), "e")).collect();
        for outcome in self.ledger().record(&facts, seconds(0)).await {
            outcome.unwrap();
        }
    }

    async fn choose(&self, contract: &str, number: usize, claim: Option<usize>, seen: usize) {
        let choice = Choice {
            contract_id: contract.parse().unwrap(),
            key: Key::Sale,
            number,
            claim: Pick::Recorded(claim),
            seen,
            why: "typed wrong".to_owned(),
        };
        let origin = Origin { at: seconds(0), because: &Trigger::Choice(number, None) };
        assert_eq!(choose_as_manager(&self.ledger(), &choice, origin).await.unwrap(), ChoiceResult::Now);
    }

    /// Processes the queue at a time until nothing but confirmations waits, and returns those.
    async fn process(&self, at: i64) -> Vec<String> {
        let (mut messages, mut confirm) = (self.queue.take(), Vec::new());
        while !messages.is_empty() {
            let batch = self.ledger().process_totals(&messages, seconds(at)).await.unwrap();
            assert!(batch.failed.is_empty(), "{:?}", batch.failed);
            messages.clear();
            for (message, delay) in batch.send {
                match delay {
                    Delay::Confirm => confirm.extend(names(message.months())),
                    Delay::None => messages.push(as_sent(&message)),
                    Delay::Seconds(_) => unreachable!("no month is that long"),
                }
            }
        }
        confirm
    }

    async fn months(&self, id: &str) -> Months {
        self.ledger().totals_of_partner(&partner(id)).await.unwrap()
    }

    async fn sales(&self, id: &str) -> String {
        let days = self.months(id).await.signed_on();
        days.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// A message after the way through the queue.
fn as_sent(message: &TotalsMessage) -> TotalsMessage {
    serde_json::from_str(&serde_json::to_string(message).unwrap()).unwrap()
}

fn names<'a>(months: impl Iterator<Item = &'a PartnerMonth>) -> Vec<String> {
    months.map(|of| format!("{} {}", of.partner_id, of.month)).collect()
}

fn seconds(at: i64) -> Timestamp {
    Timestamp::from_second(1_795_694_400 + at).unwrap()
}

fn partner(id: &str) -> PartnerId {
    id.parse().unwrap()
}

fn sale(contract: &str, partner_id: &str, signed_on: &str) -> Fact {
    Fact::Sale(Sale {
        contract_id: contract.parse().unwrap(),
        partner_id: partner(partner_id),
        customer_id: "K".parse().unwrap(),
        signed_on: signed_on.parse().unwrap(),
        annual_fee: Money::parse("100.00", "EUR".parse().unwrap()).unwrap(),
        instance: Instance::Customer,
    })
}

#[tokio::test]
async fn sales_are_counted_where_they_were_signed_wherever_a_choice_moved_them() {
    let world = World::new(MemoryStore::default(), &["P-1", "P-2"]).await;
    for (contract, day) in [("A", "2021-05-01"), ("B", "2025-05-01"), ("C", "2025-06-01"), ("D", "2021-07-01")] {
        world.record(&[sale(contract, "P-1", day)]).await;
    }
    let Fact::Sale(own) = sale("E", "P-1", "2025-06-02") else { unreachable!() };
    world.record(&[Fact::Sale(Sale { instance: Instance::Partner, ..own })]).await;
    world.process(0).await;
    assert_eq!(world.sales("P-1").await, "2021-05-01 2021-07-01 2025-05-01 2025-06-01");
    // B was signed earlier, D later; C is another partner's.
    for (contract, day, of) in [("B", "2021-05-02", "P-1"), ("D", "2025-07-01", "P-1"), ("C", "2025-06-01", "P-2")] {
        world.record(&[sale(contract, of, day)]).await;
        world.choose(contract, 1, Some(2), 2).await;
    }
    world.process(0).await;
    assert_eq!(world.sales("P-1").await, "2021-05-01 2021-05-02 2025-07-01");
    assert_eq!(world.sales("P-2").await, "2025-06-01");
    // D is signed as claimed first, after all; nothing of C is effective.
    world.choose("D", 2, Some(1), 2).await;
    world.choose("C", 2, None, 2).await;
    world.process(0).await;
    assert_eq!(world.sales("P-1").await, "2021-05-01 2021-05-02 2021-07-01");
    assert_eq!(world.sales("P-2").await, "");
}

#[tokio::test]
async fn every_month_whose_entries_or_sales_change_is_announced() {
    let world = World::new(MemoryStore::default(), &["P-1"]).await;
    let check = |expected: &[&str]| assert_eq!(world.queue.months(), expected);
    world.record(&[sale("A", "P-1", "2025-05-01"), sale("B", "P-1", "2025-06-01")]).await;
    check(&["P-1 2025-05", "P-1 2025-06"]);
    // Only the write shows that a fact was recorded before.
    world.record(&[sale("A", "P-1", "2025-05-01")]).await;
    check(&["P-1 2025-05"]);
    // Nothing is booked for a partner that is not registered, and its sale counts.
    world.record(&[sale("C", "P-2", "2025-05-01")]).await;
    check(&["P-2 2025-05"]);
    // A claim that contradicts is announced likewise, and changes nothing; a choice changes both months.
    world.record(&[sale("C", "P-2", "2025-07-01")]).await;
    check(&["P-2 2025-07"]);
    world.choose("C", 1, Some(2), 2).await;
    check(&["P-2 2025-05", "P-2 2025-07"]);
    world.choose("C", 2, Some(2), 2).await;
    check(&["P-2 2025-07"]);
    world.choose("C", 3, None, 2).await;
    check(&["P-2 2025-07"]);
}

#[tokio::test]
async fn a_batch_adds_up_each_month_once_and_asks_for_a_confirmation() {
    let world = World::new(MemoryStore::default(), &["P-1"]).await;
    for n in 0..3 {
        world.record(&[sale(&format!("A-{n}"), "P-1", "2025-05-01")]).await;
    }
    world.record(&[sale("B", "P-1", "2025-06-01")]).await;
    let messages = world.queue.take();
    assert_eq!(messages.len(), 4);
    let batch = world.ledger().process_totals(&messages, seconds(0)).await.unwrap();
    let changed: Vec<(String, bool)> =
        batch.added_up.iter().map(|(of, changed)| (of.month.to_string(), *changed)).collect();
    assert_eq!(changed, [("2025-05".to_owned(), true), ("2025-06".to_owned(), true)]);
    let [(confirm, Delay::Confirm)] = batch.send.as_slice() else { panic!("{:?}", batch.send) };
    assert_eq!(names(confirm.months()), ["P-1 2025-05", "P-1 2025-06"]);
    // A confirmation changes nothing here, and asks for nothing.
    let batch = world.ledger().process_totals(&[as_sent(confirm)], seconds(900)).await.unwrap();
    assert_eq!(batch.added_up.values().collect::<Vec<_>>(), [&false, &false]);
    assert!(batch.send.is_empty(), "{:?}", batch.send);
}

#[tokio::test]
async fn successive_months_are_read_together_and_a_month_that_fails_fails_alone() {
    let world = World::new(MemoryStore::default(), &["P-1", "P-2"]).await;
    for (id, months) in [("P-1", &[1, 2, 3, 5, 6][..]), ("P-2", &[2])] {
        for month in months {
            let (contract, day) = (format!("{id}-{month}"), format!("2025-{month:02}-28"));
            world.record(&[sale(&contract, id, &day)]).await;
        }
    }
    let messages = world.queue.take();
    let table = Watched::of(MemoryStore::of(world.store.dump()));
    table.table.damage("CONTRACT#P-1-2", "TERM#01", "e");
    let batch = Ledger::new(&table).process_totals(&messages, seconds(0)).await.unwrap();
    let reads = table.requests().into_iter().filter(|request| request.starts_with("index"));
    assert_eq!(reads.collect::<Vec<_>>(), ["index PARTNER#P-1", "index PARTNER#P-1", "index PARTNER#P-2"]);
    assert_eq!(names(batch.failed.keys()), ["P-1 2025-02"]);
    assert_eq!(
        names(batch.added_up.keys()),
        ["P-1 2025-01", "P-1 2025-03", "P-1 2025-05", "P-1 2025-06", "P-2 2025-02"]
    );
    let months = Ledger::new(&table).totals_of_partner(&partner("P-1")).await.unwrap();
    let counts =
        months.totals.iter().map(|(month, totals)| (month.to_string(), totals.0.values().next().unwrap().count));
    let expected = ["2025-01", "2025-03", "2025-05", "2025-06"].map(|month| (month.to_owned(), 1));
    assert_eq!(counts.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_long_month_is_added_up_in_steps() {
    let world = World::new(MemoryStore::default().in_steps_of(4), &["P-1"]).await;
    let facts: Vec<Fact> = (0..10).map(|n| sale(&format!("C-{n}"), "P-1", &format!("2025-05-{:02}", n + 1))).collect();
    world.record(&facts).await;
    let confirmed = world.process(0).await;
    assert!(confirmed.len() == 2 && confirmed.iter().all(|of| of == "P-1 2025-05"), "{confirmed:?}");
    let months = world.months("P-1").await;
    let total = months.totals.values().next().unwrap().0.values().next().unwrap();
    assert_eq!((total.count, months.signed_on().len()), (10, 10));
    let once = World { store: MemoryStore::of(world.store.dump()), queue: Queue::default() };
    let of = PartnerMonth { partner_id: partner("P-1"), month: "2025-05".parse().unwrap() };
    once.ledger().refresh_totals(&of, seconds(0)).await.unwrap();
    assert_eq!(once.store.dump(), world.store.dump());

    // A sum that was overtaken while it was under way begins again.
    let begun = world.ledger().process_totals(&TotalsMessage::announcements(&[of.clone()].into()), seconds(0)).await;
    let go_on = begun.unwrap().send.into_iter().find_map(|(message, delay)| (delay == Delay::None).then_some(message));
    world.record(&[sale("C-99", "P-1", "2025-05-01")]).await;
    world.process(0).await;
    let mut message = go_on.unwrap();
    for _ in 0..2 {
        let batch = world.ledger().process_totals(&[as_sent(&message)], seconds(0)).await.unwrap();
        message = batch.send.into_iter().find_map(|(next, delay)| (delay == Delay::None).then_some(next)).unwrap();
    }
    assert_eq!(message, TotalsMessage::Announced { months: [of].into() });
    let months = world.months("P-1").await;
    assert_eq!(months.signed_on().len(), 11);
}

#[tokio::test]
async fn a_long_month_pauses_before_it_is_added_up_again() {
    let world = World::new(MemoryStore::default(), &["P-1"]).await;
    let ids = (0..2_500).map(|n| format!("C-{n}").parse::<ContractId>().unwrap());
    let facts: Vec<Fact> = ids.map(|id| sale(id.as_str(), "P-1", "2025-05-01")).collect();
    for some in facts.chunks(100) {
        world.record(some).await;
    }
    world.process(0).await;
    let of = PartnerMonth { partner_id: partner("P-1"), month: "2025-05".parse().unwrap() };
    let check = async |message: TotalsMessage, at: i64, expected: Option<u32>| {
        let batch = world.ledger().process_totals(&[message], seconds(at)).await.unwrap();
        let paused = batch.send.iter().find_map(|(message, delay)| match delay {
            Delay::Seconds(seconds) => Some((message.clone(), *seconds)),
            Delay::None | Delay::Confirm => None,
        });
        let again = TotalsMessage::Announced { months: [of.clone()].into() };
        assert_eq!(paused, expected.map(|seconds| (again, seconds)), "at {at}");
        assert_eq!(batch.added_up.len(), usize::from(expected.is_none()));
    };
    let announced = || TotalsMessage::Announced { months: [of.clone()].into() };
    let confirm = || TotalsMessage::Confirm { months: [of.clone()].into() };
    check(announced(), 0, Some(2)).await;
    check(announced(), 1, Some(1)).await;
    check(announced(), 2, None).await;
    check(confirm(), 0, None).await;
}

#[tokio::test]
async fn a_batch_adds_up_five_hundred_months_and_asks_for_the_others_again() {
    let world = World::new(MemoryStore::default(), &[]).await;
    let month =
        |n: usize| PartnerMonth { partner_id: partner(&format!("P-{n:03}")), month: "2025-05".parse().unwrap() };
    let announced = TotalsMessage::Announced { months: (0..400).map(month).collect() };
    let confirm = TotalsMessage::Confirm { months: (300..700).map(month).collect() };
    let batch = world.ledger().process_totals(&[announced, confirm], seconds(0)).await.unwrap();
    assert_eq!(batch.added_up.len(), 500);
    let sent: Vec<(&TotalsMessage, Delay)> = batch.send.iter().map(|(message, delay)| (message, *delay)).collect();
    let rest = TotalsMessage::Confirm { months: (500..700).map(month).collect() };
    let confirmation = TotalsMessage::Confirm { months: (0..400).map(month).collect() };
    assert_eq!(sent, [(&rest, Delay::None), (&confirmation, Delay::Confirm)]);
    let announced = TotalsMessage::Announced { months: (0..600).map(month).collect() };
    let batch = world.ledger().process_totals(&[announced], seconds(0)).await.unwrap();
    let rest = TotalsMessage::Announced { months: (500..600).map(month).collect() };
    assert_eq!(batch.send.first(), Some(&(rest, Delay::None)));
}
