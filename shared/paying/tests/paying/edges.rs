//! The edge cases of SETTLEMENT.md, 4.9, that concern paying.

use crate::world::*;
use ::payments::{Amount, NotPayable, Payment, PaymentKind, Sum};
use fixtures::memory::MemoryStore;
use ledger::Store;
use ledger::item::hash;
use ledger::store::{Item, Write};
use paying::PayingError;
use paying::batch::Fate;
use paying::fates::Outcome;
use paying::record;
use rules::{Currency, Minor};
use serde_json::json;

const ID: &str = "P-1";

fn executed(on: &str) -> Fate {
    Fate::Executed { on: day(on) }
}

fn rejected() -> Fate {
    Fate::Rejected { reason: Some("AC04".parse().unwrap()) }
}

fn returned(on: &str) -> Fate {
    Fate::Returned { on: day(on), reason: None }
}

async fn fate(store: &MemoryStore, id: &str, fate: &Fate) -> Result<Outcome, PayingError> {
    paying(store).record_fate(&transfer_id(id), fate, &now()).await
}

async fn payable(store: &MemoryStore) -> ::payments::payable::Payable {
    let of = books(store, ID).await;
    paying(store).due(&of, day(TODAY), (time(NOW), of.under_way.is_some())).await.unwrap().payable
}

/// Books an entry of a commission in a month, as the ledger writes it, and adds the month up.
async fn entry(store: &MemoryStore, contract: &str, amount: i64, booked_on: &str) {
    let decision = json!({
        "ag": "2020-01-01", "pv": "2013-11-16", "mo": "referrer", "k": "commission", "ra": "0.5", "re": "paid-once",
    });
    let stored = json!({
        "a": amount, "s": amount, "c": "EUR", "d": booked_on, "b": {"d": decision, "b0": 0, "b1": 0},
    });
    let sk = "TERM#01#A#1";
    let mut item: Item = serde_dynamo::to_item(json!({
        "pk": format!("CONTRACT#{contract}"), "sk": sk, "gpk": format!("PARTNER#{ID}"),
        "gsk": format!("{booked_on}#{contract}#{sk}"), "e": stored, "at": NOW,
    }))
    .unwrap();
    hash(&mut item);
    store.transact(vec![Write::Insert(item)]).await.unwrap();
    let month = day(booked_on).into();
    let of = ledger::totals::PartnerMonth { partner_id: partner(ID), month };
    ledger::Ledger::new(store).refresh_totals(&of, jiff::Timestamp::UNIX_EPOCH).await.unwrap();
}

#[tokio::test]
async fn executed_is_a_payment_and_what_was_set_off_another() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, ID, (FROM, 1), 300, "2026-06-09").await;
    // What is due on the day itself is not overdue.
    invoice(&store, ID, (FROM, 2), 300, TODAY).await;
    let sent = send(&store, "B").await;
    assert_eq!((sent.transfers[0].transfer.amount, sent.transfers[0].transfer.set_off), (Minor(700), Minor(300)));
    assert_eq!(open(&books(&store, ID).await, TO), [("1".to_owned(), 1000)], "nothing is assumed after silence");
    assert_eq!(fate(&store, "B-0001", &executed("2026-06-11")).await.unwrap(), Outcome::Recorded);
    let of = books(&store, ID).await;
    assert_eq!((open(&of, TO), of.under_way.clone()), (vec![("1".to_owned(), 0)], None));
    assert_eq!(open(&of, FROM), [("1".to_owned(), 0), ("2".to_owned(), 300)]);
    assert_eq!(of.payments.len(), 2);
    // Once: the same again has no effect, another fate is refused and names the known one.
    assert_eq!(fate(&store, "B-0001", &executed("2026-06-11")).await.unwrap(), Outcome::Already);
    for other in [executed("2026-06-12"), rejected()] {
        assert!(
            matches!(fate(&store, "B-0001", &other).await.unwrap(), Outcome::Other(known) if known.fate == executed("2026-06-11"))
        );
    }
    assert_eq!(books(&store, ID).await.payments.len(), 2);
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn the_bank_rejects_one_transfer() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    send(&store, "B").await;
    assert_eq!(fate(&store, "B-0001", &rejected()).await.unwrap(), Outcome::Recorded);
    let of = books(&store, ID).await;
    assert_eq!((open(&of, TO), of.under_way, of.payments.len()), (vec![("1".to_owned(), 1000)], None, 0));
    assert!(matches!(fate(&store, "B-0001", &returned(TODAY)).await, Err(PayingError::NotExecuted(_))));
    let next = send(&store, "C").await;
    assert_eq!(next.transfers[0].id.to_string(), "C-0001", "a new end-to-end id");
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn a_return_after_a_week_opens_the_documents_again() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    send(&store, "B").await;
    assert!(matches!(fate(&store, "B-0001", &returned("2026-06-18")).await, Err(PayingError::NotExecuted(_))));
    fate(&store, "B-0001", &executed("2026-06-11")).await.unwrap();
    assert_eq!(fate(&store, "B-0001", &returned("2026-06-18")).await.unwrap(), Outcome::Recorded);
    assert_eq!(fate(&store, "B-0001", &returned("2026-06-18")).await.unwrap(), Outcome::Already);
    let of = books(&store, ID).await;
    assert_eq!((open(&of, TO), surplus(&of, TO)), (vec![("1".to_owned(), 1000)], 0));
    assert_eq!(send(&store, "C").await.transfers[0].transfer.amount, Minor(1000));
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn a_return_takes_back_what_is_left_of_the_transfer_and_pays_nothing_else_again() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    let paying = paying(&store);
    // A payment that names nothing pays the first document; its rest waits.
    paying.record(&partner(ID), &out("A", 400), &now()).await.unwrap();
    send(&store, "B").await;
    fate(&store, "B-0001", &executed("2026-06-11")).await.unwrap();
    invoice(&store, ID, (TO, 2), 500, "2026-04-01").await;
    paying.record(&partner(ID), &taken_back("C", "transfer/B-0001", 100), &now()).await.unwrap();
    fate(&store, "B-0001", &returned("2026-06-18")).await.unwrap();
    let of = books(&store, ID).await;
    // The unnamed payment stays on the document that it paid, although another is due earlier now.
    assert_eq!(open(&of, TO), [("1".to_owned(), 600), ("2".to_owned(), 500)]);
    let back = of.payments.last().unwrap();
    assert_eq!(back.payment.sum, euros(500));
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn a_contested_document_is_neither_paid_nor_set_off() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, ID, (TO, 2), 500, "2026-05-01").await;
    invoice(&store, ID, (FROM, 1), 300, "2026-05-01").await;
    contest(&store, ID, (TO, 1)).await;
    contest(&store, ID, (FROM, 1)).await;
    let sent = send(&store, "B").await;
    assert_eq!((sent.transfers[0].transfer.amount, sent.transfers[0].transfer.set_off), (Minor(500), Minor(0)));
    fate(&store, "B-0001", &executed(TODAY)).await.unwrap();
    let of = books(&store, ID).await;
    assert_eq!(open(&of, TO), [("1".to_owned(), 1000), ("2".to_owned(), 0)]);
    assert_eq!(open(&of, FROM), [("1".to_owned(), 300)]);
    answer(&store, ID, (TO, 1)).await;
    assert_eq!(payable(&store).await.due, Minor(1000));
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn a_contest_after_sending_keeps_what_is_executed_as_a_surplus() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    send(&store, "B").await;
    contest(&store, ID, (TO, 1)).await;
    fate(&store, "B-0001", &executed(TODAY)).await.unwrap();
    let of = books(&store, ID).await;
    assert_eq!((open(&of, TO), surplus(&of, TO)), (vec![("1".to_owned(), 1000)], 1000));
    answer(&store, ID, (TO, 1)).await;
    let of = books(&store, ID).await;
    assert_eq!((open(&of, TO), surplus(&of, TO)), (vec![("1".to_owned(), 0)], 0));
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn a_refund_between_document_and_payment_is_retained_with_its_vat() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    entry(&store, "C-1", -250, "2026-06-02").await;
    entry(&store, "C-2", -999, "2026-06-11").await;
    let found = payable(&store).await;
    assert_eq!(
        (found.due, found.retained),
        (Minor(1000), Minor(300)),
        "250 and 20 % of it; what is booked later waits"
    );
    assert_eq!(send(&store, "B").await.transfers[0].transfer.amount, Minor(700));
}

#[tokio::test]
async fn a_negative_month_retains_everything() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    entry(&store, "C-1", -2000, "2026-05-02").await;
    let found = payable(&store).await;
    assert_eq!((found.retained, found.transfer), (Minor(2400), Err(vec![NotPayable::NothingDue])));
    fill(&store, "B", &now()).await.unwrap();
    assert_eq!(whole(&store, "B").await.left_out.len(), 1);
}

#[tokio::test]
async fn another_currency_is_paid_by_hand_with_its_eur_and_never_by_transfer() {
    let store = world(&[ID]).await;
    let chf: Currency = "CHF".parse().unwrap();
    let of = books(&store, ID).await;
    let due = paying(&store).due_in(&of, chf, day(TODAY), (time(NOW), false)).await.unwrap();
    assert_eq!(due.payable.transfer, Err(vec![NotPayable::OtherCurrency, NotPayable::NothingDue]));
    let [amount, eur] = [1000, 1070].map(|minor| Amount::try_from(Minor(minor)).unwrap());
    let sum = Sum::new(amount, chf, Some(eur)).unwrap();
    let by_hand = Payment { sum, ..out("A", 1) };
    let recorded = paying(&store).record(&partner(ID), &by_hand, &now()).await.unwrap();
    assert_eq!(recorded, record::Outcome::Recorded);
    assert_eq!(books(&store, ID).await.books.payment(&by_hand.id), Some(&by_hand));
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn an_iban_changed_between_batch_and_execution() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    fill(&store, "A", &now()).await.unwrap();
    paying(&store).seal(&batch_id("A"), &now()).await.unwrap();
    identity(&store, ID, 2, &by(3, time(NOW)), |version| version["iban"] = OTHER_IBAN.into()).await;
    // What is sealed keeps its IBAN. It is not sent: who would send it is warned; it is made void, and another is filled.
    assert_eq!(whole(&store, "A").await.transfers[0].transfer.iban.whole(), IBAN);
    assert_eq!(paying(&store).new_ibans(&whole(&store, "A").await, time(NOW)).await.unwrap().len(), 1);
    paying(&store).void(&batch_id("A"), &now()).await.unwrap();
    let sent = send(&store, "B").await;
    assert_eq!(sent.transfers[0].transfer.iban.whole(), OTHER_IBAN);
}

#[tokio::test]
async fn a_partner_withdrawn_with_a_debt_pays_or_it_is_written_off() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (FROM, 1), 1000, "2026-05-01").await;
    let paying = paying(&store);
    for payment in [
        payment("in", PaymentKind::In { names: None }, 400),
        payment("off", PaymentKind::WriteOff { direction: FROM, names: None }, 600),
    ] {
        paying.record(&partner(ID), &payment, &now()).await.unwrap();
    }
    assert_eq!(open(&books(&store, ID).await, FROM), [("1".to_owned(), 0)]);
    is_sound(&store, &[ID]).await;
}
