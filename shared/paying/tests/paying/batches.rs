//! Batches: who is in and who is not, sealing, the file, the second person, voiding.

use crate::world::*;
use ::payments::NotPayable;
use paying::batch::{State, Why};
use paying::batches::Filling;
use paying::{Caution, Paying, PayingError};
use rules::Minor;
use settlement::close::DELAY;

const ALL: [&str; 3] = ["P-1", "P-2", "P-3"];

#[tokio::test]
async fn a_batch_says_who_is_in_and_who_is_not_and_why() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, "P-1", (TO, 2), 500, "2026-09-01").await;
    invoice(&store, "P-2", (TO, 1), 700, "2026-05-01").await;
    identity(&store, "P-2", 2, &by(9, time(FIRST)), |version| version["iban"] = serde_json::Value::Null).await;
    let batch = fill(&store, "2026-06", &now()).await.unwrap();
    assert_eq!((batch.count, batch.sum, batch.state), (1, Minor(1000), State::Filled));
    let whole = whole(&store, "2026-06").await;
    assert_eq!(whole.transfers[0].id.to_string(), "2026-06-0001");
    assert_eq!(whole.transfers[0].transfer.documents.len(), 1);
    let out: Vec<(&str, &[Why])> =
        whole.left_out.iter().map(|out| (out.partner_id.as_str(), out.why.as_slice())).collect();
    assert_eq!(out, [("P-2", &[Why::NotPayable(NotPayable::NoSepaIban)][..])]);
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn two_batches_never_pay_one_partner() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    let first = fill(&store, "B", &now()).await.unwrap();
    // A double click asks for the same batch again.
    assert_eq!(fill(&store, "B", &now()).await.unwrap(), first);
    let second = fill(&store, "C", &now()).await.unwrap();
    assert_eq!(second.count, 0);
    let out = &whole(&store, "C").await.left_out;
    assert_eq!(out[0].why, [Why::NotPayable(NotPayable::TransferUnderWay)]);
    let other = paying::batch::Order { on: day("2026-06-11"), ..order() };
    let filled = paying(&store).fill(&batch_id("B"), &other, &now()).await.unwrap();
    assert!(matches!(filled, Filling::Other(known) if *known == first));
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn the_file_has_the_same_bytes_each_time() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    fill(&store, "B", &now()).await.unwrap();
    let paying = paying(&store);
    assert!(matches!(paying.file(&batch_id("B")).await, Err(PayingError::State { .. })));
    paying.seal(&batch_id("B"), &now()).await.unwrap();
    let file = paying.file(&batch_id("B")).await.unwrap();
    for part in [
        "<MsgId>B</MsgId>",
        "<EndToEndId>B-0001</EndToEndId>",
        "<InstdAmt Ccy=\"EUR\">10.00</InstdAmt>",
        "Societe Cote",
    ] {
        assert!(file.contains(part), "{part}: {file}");
    }
    paying.send(&batch_id("B"), &by(2, time("2026-06-10T09:00:00Z"))).await.unwrap();
    identity(&store, "P-1", 2, &now(), |version| version["iban"] = OTHER_IBAN.into()).await;
    assert_eq!(paying.file(&batch_id("B")).await.unwrap(), file);
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn sealing_refuses_a_batch_that_would_differ() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    let before = store.dump();
    for what in ["invoice", "contest", "another partner", "iban"] {
        let store = fixtures::memory::MemoryStore::of(before.clone());
        fill(&store, "B", &now()).await.unwrap();
        match what {
            "invoice" => invoice(&store, "P-1", (TO, 2), 1, "2026-05-01").await,
            "contest" => contest(&store, "P-1", (TO, 1)).await,
            "another partner" => invoice(&store, "P-2", (TO, 1), 1, "2026-05-01").await,
            _ => identity(&store, "P-1", 2, &now(), |version| version["iban"] = OTHER_IBAN.into()).await,
        }
        let sealed = paying(&store).seal(&batch_id("B"), &now()).await;
        assert!(matches!(sealed, Err(PayingError::Stale { .. })), "{what}: {sealed:?}");
        is_sound(&store, &ALL).await;
    }
}

#[tokio::test]
async fn a_second_person_sends_what_the_first_sealed() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    fill(&store, "B", &now()).await.unwrap();
    let strict = paying(&store);
    let caution = Caution { needs_second_person: false, ..Caution::default() };
    let lenient = Paying::new(closing::Closing::new(&store, DELAY), caution);
    assert!(matches!(strict.send(&batch_id("B"), &now()).await, Err(PayingError::State { .. })));
    strict.seal(&batch_id("B"), &now()).await.unwrap();
    let alone = strict.send(&batch_id("B"), &now()).await;
    assert!(matches!(alone, Err(PayingError::SecondPerson { is_new_iban: false })), "{alone:?}");
    assert!(matches!(lenient.send(&batch_id("B"), &now()).await.unwrap().state, State::Sent(..)));
    // Sent once: asked again by anybody, it stays as it is.
    let again = strict.send(&batch_id("B"), &by(3, time(NOW))).await.unwrap();
    assert!(matches!(again.state, State::Sent(_, sent) if sent.name.as_str() == "M1"));
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn an_iban_changed_lately_needs_a_second_person_who_did_not_change_it() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    let lately = time("2026-06-01T08:00:00Z");
    identity(&store, "P-1", 2, &by(2, lately), |version| version["iban"] = OTHER_IBAN.into()).await;
    fill(&store, "B", &now()).await.unwrap();
    let caution = Caution { needs_second_person: false, ..Caution::default() };
    let lenient = Paying::new(closing::Closing::new(&store, DELAY), caution);
    lenient.seal(&batch_id("B"), &now()).await.unwrap();
    for member in [1, 2] {
        let sent = lenient.send(&batch_id("B"), &by(member, time(NOW))).await;
        assert!(matches!(sent, Err(PayingError::SecondPerson { is_new_iban: true })), "{member}: {sent:?}");
    }
    // Ten days after the change, the first may.
    let later = fixtures::memory::MemoryStore::of(store.dump());
    let lenient_later = Paying::new(closing::Closing::new(&later, DELAY), caution);
    assert!(lenient_later.send(&batch_id("B"), &by(1, time("2026-06-11T08:00:00Z"))).await.is_ok());
    assert!(lenient.send(&batch_id("B"), &by(3, time(NOW))).await.is_ok());
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn a_batch_is_void_before_it_is_sent_and_never_after() {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    let paying = paying(&store);
    fill(&store, "A", &now()).await.unwrap();
    paying.seal(&batch_id("A"), &now()).await.unwrap();
    assert!(is_void(&paying.void(&batch_id("A"), &now()).await.unwrap()));
    assert!(is_void(&fill(&store, "A", &now()).await.unwrap()), "it is filled no more");
    assert!(matches!(paying.send(&batch_id("A"), &by(2, time(NOW))).await, Err(PayingError::State { .. })));
    let sent = send(&store, "B").await;
    assert_eq!(sent.batch.count, 1, "its partner is free");
    assert!(matches!(paying.void(&batch_id("B"), &now()).await, Err(PayingError::State { .. })));
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn a_batch_is_executed_today_or_later() {
    let store = world(&ALL).await;
    let late = by(1, time("2026-06-10T22:00:00Z"));
    let refused = paying(&store).fill(&batch_id("B"), &order(), &late).await;
    assert!(matches!(refused, Err(PayingError::PastDay(_))), "in Paris it is the day after: {refused:?}");
}
