//! Properties over generated entries and closes.

use crate::world::{World, booking, day, identities, month, partner, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rules::label::StatedReason;
use rules::{Currency, Minor, Month};
use settlement::annex::annex;
use settlement::close::{Cancel, DELAY, Opening};
use settlement::lines::{Line, LineKey, earned, total};
use settlement::received::{OwnDocument, receive, receive_cancellation};
use settlement::sums::sums;
use settlement::*;
use std::collections::{BTreeMap, BTreeSet};

const MONTHS: [&str; 6] = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"];
/// The first moment at which each month may be closed.
const OVER: [&str; 6] = [
    "2026-01-31T23:15:00Z",
    "2026-02-28T23:15:00Z",
    "2026-03-31T22:15:00Z",
    "2026-04-30T22:15:00Z",
    "2026-05-31T22:15:00Z",
    "2026-06-30T22:15:00Z",
];

/// An entry: kind, month, day, amount, and the hours after its day until it was recorded.
type Made = (usize, usize, i8, i64, i64);

fn entries() -> impl Strategy<Value = Vec<Made>> {
    let late = prop_oneof![0_i64..48, 0_i64..4000];
    prop::collection::vec((0..4_usize, 0..6_usize, 1..=28_i8, -50_000..100_000_i64, late), 0..40)
}

fn entry((kind, month, day, amount, hours): Made) -> Booking {
    let posting = [
        ("P-1", "commission", "referrer", "EUR"),
        ("P-1", "commission", "affiliated-integrator", "EUR"),
        ("P-1", "revenue-share", "affiliate", "EUR"),
        ("P-1", "entry-fee", "affiliate", "EUR"),
    ][kind];
    let booked_on = format!("{}-{day:02}", MONTHS[month]);
    let mut entry = booking(posting, (amount, amount / 3), &booked_on, &format!("{booked_on}T10:00:00Z"));
    entry.recorded_at += SignedDuration::from_hours(hours);
    entry
}

/// The moments of the closes, by these delays in hours; the last one comes when everything is recorded.
fn closes(delays: &[i64]) -> Vec<Moment> {
    let mut at = Timestamp::MIN;
    let moment = |(index, hours): (usize, &i64)| {
        let earliest = time(OVER[index]).max(at.saturating_add(SignedDuration::from_secs(1)).unwrap());
        at = earliest + SignedDuration::from_hours(*hours);
        Moment::stored(month(MONTHS[index]), at, at - DELAY).unwrap()
    };
    let mut moments: Vec<Moment> = delays.iter().enumerate().map(moment).collect();
    let last = moments.len() - 1;
    let at = time("2027-06-01T00:00:00Z");
    moments[last] = Moment::stored(month(MONTHS[last]), at, at - DELAY).unwrap();
    moments
}

fn delays() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![Just(0_i64), 0_i64..2000], 6)
}

/// Plays closes from the month on with which the split begins.
fn play(entries: &[Made], moments: &[Moment], minimum: i64, change: impl Fn(usize, &World, &mut Close)) -> World {
    let mut world = identities(minimum);
    world.entries = entries.iter().map(|made| entry(*made)).collect();
    for (index, moment) in moments.iter().enumerate() {
        let mut close = Close::plain(*moment);
        change(index, &world, &mut close);
        world.close(&close).unwrap();
    }
    world
}

fn account(direction: Direction) -> Account {
    Account { partner_id: partner("P-1"), currency: Currency::EUR, direction }
}

fn documented<'a>(world: &'a World, account: &'a Account) -> impl Iterator<Item = &'a Document> {
    world.documents.iter().filter(move |document| document.account == *account)
}

fn documented_total(world: &World, account: &Account) -> i64 {
    documented(world, account).map(|document| document.amounts.net.0).sum()
}

fn carried_at(world: &World, account: &Account, month: Month) -> i64 {
    let here = world.carried.iter().filter(|carried| carried.account == *account && carried.close == month);
    here.map(|carried| carried.total.0).sum()
}

/// Adds up lines by key.
fn by_key<'a>(lines: impl IntoIterator<Item = &'a Line>) -> BTreeMap<LineKey, i64> {
    let mut sums = BTreeMap::new();
    for line in lines {
        *sums.entry(line.key).or_default() += line.amount.0;
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

const DIRECTIONS: [Direction; 2] = [Direction::ToPartner, Direction::FromPartner];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documented_and_carried_is_the_same_over_any_split(
        entries in entries(), delays in delays(), from in 0..5_usize, minimum in prop_oneof![Just(0_i64), 0..300_000_i64],
        finals in prop::collection::vec(any::<bool>(), 6),
    ) {
        let moments = closes(&delays);
        let finals = |index: usize, _: &World, close: &mut Close| {
            close.finals = finals[index].then(|| partner("P-1")).into_iter().collect();
        };
        let all = play(&entries, &moments, minimum, finals);
        let fewer = play(&entries, &moments[from..], minimum, |_, _, _| {});
        for direction in DIRECTIONS {
            let account = account(direction);
            let sum = |world: &World| documented_total(world, &account) + carried_at(world, &account, month(MONTHS[5]));
            prop_assert_eq!(sum(&all), sum(&fewer));
            let whole: i64 = all.entries.iter().filter_map(Booking::due).filter(|(due, _)| *due == direction).map(|(_, amount)| amount.0).sum();
            prop_assert_eq!(sum(&all), whole);
        }
    }

    #[test]
    fn documented_to_the_partner_never_shrinks(entries in entries(), delays in delays(), minimum in 0..200_000_i64) {
        let world = play(&entries, &closes(&delays), minimum, |_, _, _| {});
        for document in documented(&world, &account(Direction::ToPartner)) {
            prop_assert!(document.amounts.net.0 > 0 && document.amounts.net.0 >= minimum);
        }
        // Nothing is documented that was not earned at some cut, and at the end at least what is earned less what is carried.
        for direction in DIRECTIONS {
            let account = account(direction);
            let last = world.closes[5];
            let carried = carried_at(&world, &account, last.month());
            let earned: i64 = earned(&account, &world.entries, last.month(), last.cut()).unwrap().values().map(|sum| sum.0).sum();
            prop_assert!(documented_total(&world, &account) >= earned - carried.max(0));
        }
    }

    #[test]
    fn without_a_minimum_the_running_maximum_is_documented(entries in entries(), delays in delays()) {
        let world = play(&entries, &closes(&delays), 0, |_, _, _| {});
        for direction in DIRECTIONS {
            let account = account(direction);
            let mut most = 0;
            for close in &world.closes {
                let sums = earned(&account, &world.entries, close.month(), close.cut()).unwrap();
                most = most.max(sums.values().map(|sum| sum.0).sum());
                let by_then: i64 = documented(&world, &account)
                    .filter(|document| document.close.month() <= close.month())
                    .map(|document| document.amounts.net.0)
                    .sum();
                prop_assert_eq!(by_then, most);
            }
        }
    }

    #[test]
    fn an_annex_gives_the_lines_of_its_document_again(
        entries in entries(), delays in delays(), opening in any::<bool>(), cancels in prop::collection::vec(any::<u8>(), 6),
    ) {
        let world = play(&entries, &closes(&delays), 0, |index, world, close| {
            close.opening = if opening && index == 0 { Opening::All } else { Opening::None };
            close.finals = BTreeSet::from([partner("P-1")]);
            close.cancels = cancel_one(world, cancels[index]);
        });
        let records = world.records();
        for document in world.documents.iter().filter(|document| document.kind.cancels().is_none()) {
            let annex = annex(document, &records).unwrap();
            let entries: Vec<Line> = annex.entries.iter().map(|entry| line_of(entry)).collect();
            prop_assert_eq!(by_key(entries.iter().chain(&annex.due_again)), by_key(document.lines()));
        }
    }

    #[test]
    fn late_facts_in_any_order_change_no_issued_document(
        entries in entries(), delays in delays(), order in any::<u64>(), cancels in prop::collection::vec(any::<u8>(), 6),
    ) {
        let moments = closes(&delays);
        let rule = |index: usize, world: &World, close: &mut Close| close.cancels = cancel_one(world, cancels[index]);
        let all = play(&entries, &moments, 0, rule);
        for (index, moment) in moments.iter().enumerate() {
            // As if nothing after the cut had come yet, and the rest in another order.
            let mut known: Vec<Made> = entries.iter().copied().filter(|made| entry(*made).recorded_at <= moment.cut()).collect();
            shuffle(&mut known, order);
            let then = play(&known, &moments[..=index], 0, rule);
            let now: Vec<&Document> = all.documents.iter().filter(|document| document.close.month() <= moment.month()).collect();
            prop_assert_eq!(then.documents.iter().collect::<Vec<_>>(), now);
            prop_assert_eq!(&then.carried[..], &all.carried[..then.carried.len()]);
        }
    }

    #[test]
    fn a_close_played_again_is_the_same(
        entries in entries(), delays in delays(), opening in any::<bool>(), cancels in prop::collection::vec(any::<u8>(), 6),
    ) {
        let moments = closes(&delays);
        let mut closes = Vec::new();
        let mut made = Vec::new();
        let mut world = identities(0);
        world.entries = entries.iter().map(|made| entry(*made)).collect();
        for (index, moment) in moments.iter().enumerate() {
            let mut close = Close::plain(*moment);
            close.opening = if opening && index == 0 { Opening::All } else { Opening::None };
            close.cancels = cancel_one(&world, cancels[index]);
            made.push(world.close(&close).unwrap());
            closes.push(close);
        }
        for (close, made) in closes.iter().zip(&made) {
            prop_assert_eq!(&settle(close, &world.records()).unwrap(), made);
        }
    }

    #[test]
    fn the_sums_of_an_account_add_up_at_each_close(
        entries in entries(), delays in delays(), opening in any::<bool>(), minimum in prop_oneof![Just(0_i64), 0..300_000_i64],
        finals in prop::collection::vec(any::<bool>(), 6), cancels in prop::collection::vec(any::<u8>(), 6),
    ) {
        let world = play(&entries, &closes(&delays), minimum, |index, world, close| {
            close.opening = if opening && index == 0 { Opening::All } else { Opening::None };
            close.finals = finals[index].then(|| partner("P-1")).into_iter().collect();
            close.cancels = cancel_one(world, cancels[index]);
        });
        for close in &world.closes {
            for direction in DIRECTIONS {
                sums(&account(direction), close, &world.carried, &world.records()).unwrap();
            }
        }
        for document in &world.documents {
            let vat: i64 = document.amounts.vat.iter().map(|sum| sum.vat.0).sum();
            let net = total(document.lines()).unwrap();
            prop_assert_eq!(document.amounts.net, net);
            prop_assert_eq!(document.amounts.gross, Minor(net.0 + vat));
            prop_assert_eq!(document.due.is_some(), document.kind.is_invoice());
            prop_assert_eq!(net.0 > 0, document.kind.is_invoice());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_partners_own_documents_keep_the_sums_and_the_annexes(
        entries in entries(), delays in delays(), mandates in prop::collection::vec(any::<bool>(), 6),
        received in prop::collection::vec((any::<bool>(), 0..3_usize, any::<u8>(), any::<bool>()), 6),
    ) {
        let mut world = identities(0);
        world.entries = entries.iter().map(|made| entry(*made)).collect();
        for (moment, has_mandate) in closes(&delays).iter().zip(&mandates) {
            let recorded_at = moment.at().to_string();
            world.record("P-1", (&moment.day().to_string(), &recorded_at), |billing| {
                if !has_mandate {
                    billing["mandate"] = serde_json::Value::Null;
                }
            });
            world.close(&Close::plain(*moment)).unwrap();
            let (receives, back, cancels, first) = received[world.closes.len() - 1];
            for is_receiving in [first, !first] {
                // The second after the first, both before the next close.
                let at = moment.at() + SignedDuration::from_nanos(1 + i64::from(is_receiving != first));
                let made = if is_receiving { own_document(&world, receives, back, at) } else { own_cancellation(&world, cancels, at) };
                world.documents.extend(made);
            }
        }
        let records = world.records();
        for close in &world.closes {
            for direction in DIRECTIONS {
                sums(&account(direction), close, &world.carried, &records).unwrap();
            }
        }
        for document in world.documents.iter().filter(|document| document.kind.cancels().is_none()) {
            let annex = annex(document, &records).unwrap();
            let entries: Vec<Line> = annex.entries.iter().map(|entry| line_of(entry)).collect();
            prop_assert_eq!(by_key(entries.iter().chain(&annex.due_again)), by_key(document.lines()));
        }
    }
}

fn line_of(entry: &Booking) -> Line {
    let (_, amount) = entry.due().unwrap();
    Line { key: settlement::lines::key(entry), amount }
}

/// The partner's own invoice or credit note for one of the last closes, if one can be received.
fn own_document(world: &World, receives: bool, back: usize, at: Timestamp) -> Option<Document> {
    let close = world.closes.iter().rev().nth(back).filter(|_| receives)?;
    let account = account(Direction::ToPartner);
    let lines = world.records().lines(&account, close, &[]).unwrap();
    let taxed = world.records().taxed(&account, &lines, close)?;
    let vat = settlement::vat::vat(&taxed).unwrap().iter().map(|sum| ((sum.regime, sum.rate), sum.vat)).collect();
    let number = format!("{}", world.documents.len()).parse().unwrap();
    let own = OwnDocument { account, number, date: close.day(), lines, vat, recorded_at: at };
    receive(own, &Close::plain(*close), &world.records()).ok()
}

/// The partner's own credit note that cancels one of the invoices to it.
fn own_cancellation(world: &World, cancels: u8, at: Timestamp) -> Option<Document> {
    let account = account(Direction::ToPartner);
    let document = documented(world, &account).nth(usize::from(cancels % 16))?;
    let own = (format!("C{}", world.documents.len()).parse().unwrap(), document.date);
    receive_cancellation(&account, &document.number, own, at, &world.records()).ok()
}

/// Cancels an invoice of the vendor that is not cancelled, now and then.
fn cancel_one(world: &World, chosen: u8) -> Vec<Cancel> {
    let cancelled: Vec<_> = world.documents.iter().filter_map(|document| document.kind.cancels()).collect();
    let open: Vec<&Document> = world
        .documents
        .iter()
        .filter(|document| document.kind == DocumentKind::Invoice && !cancelled.contains(&&document.number))
        .collect();
    let reason: StatedReason = "Wrong".parse().unwrap();
    let chosen = if chosen.is_multiple_of(2) { open.get(usize::from(chosen) % open.len().max(1)) } else { None };
    chosen.map(|document| Cancel { number: document.number.clone(), reason }).into_iter().collect()
}

fn shuffle<T>(values: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for index in (1..values.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap() % (index + 1);
        values.swap(index, other);
    }
}

#[test]
fn the_first_moments_are_those_of_the_rule() {
    for (closed, at) in MONTHS.iter().zip(OVER) {
        assert!(may_be_closed(month(closed), time(at), DELAY, None).is_ok());
        let before = time(at) - SignedDuration::from_nanos(1);
        assert!(may_be_closed(month(closed), before, DELAY, None).is_err());
    }
    assert_eq!(day("2026-01-31"), month("2026-01").last());
}
