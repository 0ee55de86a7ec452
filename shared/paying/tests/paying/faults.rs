//! A crash at any request, and writers side by side: each payment once, each transfer once, nothing paid twice.

use crate::world::*;
use ::payments::PaymentKind;
use fixtures::memory::MemoryStore;
use fixtures::troubled::{Faulty, Polite};
use ledger::Store;
use paying::PayingError;
use paying::batch::Fate;
use rules::Minor;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Waker};

const ALL: [&str; 2] = ["P-1", "P-2"];

async fn due_world() -> MemoryStore {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, "P-1", (FROM, 1), 100, "2026-05-01").await;
    invoice(&store, "P-2", (TO, 1), 700, "2026-05-01").await;
    store
}

/// All that is done to pay: by hand, by a batch, its fates, and what is taken back.
async fn pay<S: Store + Copy>(store: S) -> Result<(), PayingError> {
    let paying = paying(store);
    paying.record(&partner("P-1"), &out("hand", 200), &now()).await?;
    fill(store, "B", &now()).await?;
    paying.seal(&batch_id("B"), &now()).await?;
    paying.send(&batch_id("B"), &by(2, time(NOW))).await?;
    paying.record_fate(&transfer_id("B-0001"), &Fate::Executed { on: day(TODAY) }, &now()).await?;
    paying.record_fate(&transfer_id("B-0002"), &Fate::Rejected { reason: None }, &now()).await?;
    paying.record_fate(&transfer_id("B-0001"), &Fate::Returned { on: day("2026-06-17"), reason: None }, &now()).await?;
    paying.record(&partner("P-1"), &taken_back("back", "hand", 50), &now()).await?;
    Ok(())
}

#[tokio::test]
async fn a_crash_at_any_request_changes_nothing() {
    let before = due_world().await.dump();
    let whole = MemoryStore::of(before.clone());
    pay(&whole).await.unwrap();
    let expected = whole.dump();
    for fails in 1.. {
        let mut requests = 0;
        for is_applied in [false, true] {
            let table = MemoryStore::of(before.clone());
            let faulty = Faulty { table: &table, fails, is_applied, requests: AtomicUsize::new(0) };
            // The person asks again.
            if pay(&faulty).await.is_err() {
                pay(&faulty).await.unwrap();
            }
            let same = table.dump().len() == expected.len();
            assert!(same, "request {fails}, applied: {is_applied}");
            assert_eq!(open(&books(&table, "P-1").await, TO), [("1".to_owned(), 750)]);
            is_sound(&table, &ALL).await;
            requests = faulty.requests.into_inner();
        }
        if fails > requests {
            assert!(fails > 50, "{fails}");
            return;
        }
    }
}

/// Two of the same work side by side, over many interleavings.
async fn side_by_side<F, W>(work: W, check: impl AsyncFn(&MemoryStore, u64))
where
    F: Future<Output = ()>,
    W: Fn(&'static Polite<'static>, u8) -> F,
{
    let before = due_world().await.dump();
    for seed in 0..60 {
        // The work borrows the table for as long as it runs.
        let table: &'static MemoryStore = Box::leak(Box::new(MemoryStore::of(before.clone())));
        let polite: &'static Polite<'static> =
            Box::leak(Box::new(Polite { table, chance: Mutex::new(fastrand::Rng::with_seed(seed)) }));
        let (mut one, mut other) = (pin!(work(polite, 1)), pin!(work(polite, 2)));
        let (mut one_done, mut other_done) = (false, false);
        let mut turns = fastrand::Rng::with_seed(seed);
        let mut context = Context::from_waker(Waker::noop());
        while !(one_done && other_done) {
            if turns.bool() && !one_done {
                one_done = one.as_mut().poll(&mut context).is_ready();
            } else if !other_done {
                other_done = other.as_mut().poll(&mut context).is_ready();
            }
        }
        check(table, seed).await;
        is_sound(table, &ALL).await;
    }
}

#[tokio::test]
async fn two_set_offs_side_by_side_do_not_use_the_same_amount() {
    let set_off = |store: &'static Polite<'static>, n: u8| async move {
        let payment = payment(&format!("S{n}"), PaymentKind::SetOff, 100);
        let _refused = paying(store).record(&partner("P-1"), &payment, &by(n, time(NOW))).await;
    };
    side_by_side(set_off, async |table, seed| {
        let of = books(table, "P-1").await;
        assert_eq!((of.payments.len(), surplus(&of, FROM)), (1, 0), "seed {seed}");
    })
    .await;
}

#[tokio::test]
async fn the_same_payment_sent_twice_side_by_side_is_recorded_once() {
    let same = |store: &'static Polite<'static>, n: u8| async move {
        paying(store).record(&partner("P-1"), &out("A", 300), &by(n, time(NOW))).await.unwrap();
    };
    side_by_side(same, async |table, seed| {
        assert_eq!(books(table, "P-1").await.payments.len(), 1, "seed {seed}");
    })
    .await;
}

#[tokio::test]
async fn a_batch_and_a_payment_by_hand_side_by_side_pay_once() {
    let both = |store: &'static Polite<'static>, n: u8| async move {
        if n == 1 {
            fill(store, "B", &now()).await.unwrap();
        } else {
            let _refused = paying(store).record(&partner("P-1"), &out("A", 1000), &by(2, time(NOW))).await;
        }
    };
    side_by_side(both, async |table, seed| {
        let whole = whole(table, "B").await;
        let transferred = whole.transfers.iter().filter(|placed| placed.transfer.partner_id == partner("P-1"));
        let paid = books(table, "P-1").await.payments.len();
        assert_eq!(transferred.count() + paid, 1, "seed {seed}");
    })
    .await;
}

#[tokio::test]
async fn two_batches_filled_side_by_side_share_no_partner() {
    let fill = |store: &'static Polite<'static>, n: u8| async move {
        fill(store, if n == 1 { "A" } else { "B" }, &now()).await.unwrap();
    };
    side_by_side(fill, async |table, seed| {
        let (one, other) = (whole(table, "A").await, whole(table, "B").await);
        let sum = one.batch.sum.plus(other.batch.sum).unwrap();
        assert_eq!((one.transfers.len() + other.transfers.len(), sum), (2, Minor(1600)), "seed {seed}");
    })
    .await;
}

#[tokio::test]
async fn one_batch_filled_twice_side_by_side_has_each_partner_once() {
    let fill = |store: &'static Polite<'static>, n: u8| async move {
        fill(store, "A", &by(n, time(NOW))).await.unwrap();
    };
    side_by_side(fill, async |table, seed| {
        let batch = whole(table, "A").await;
        assert_eq!((batch.transfers.len(), batch.batch.sum), (2, Minor(1600)), "seed {seed}");
    })
    .await;
}

#[tokio::test]
async fn voiding_and_sending_side_by_side_do_not_both_succeed() {
    let both = |store: &'static Polite<'static>, n: u8| async move {
        let paying = paying(store);
        fill(store, "A", &now()).await.unwrap();
        paying.seal(&batch_id("A"), &now()).await.ok();
        let done = if n == 1 {
            paying.void(&batch_id("A"), &now()).await.map(drop)
        } else {
            paying.send(&batch_id("A"), &by(2, time(NOW))).await.map(drop)
        };
        assert!(matches!(done, Ok(()) | Err(PayingError::State { .. })), "{done:?}");
    };
    side_by_side(both, async |_, _| {}).await;
}
