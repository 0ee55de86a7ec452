//! A bank's file read in does the same as entering by hand, twice the same.

use crate::world::*;
use bank::movement::{BankText, Fate, Movement, Subject};
use bank::reconcile::Unmatched;
use fixtures::memory::MemoryStore;
use paying::bank_files::Entered;
use rules::{Currency, Minor, Money};

const ALL: [&str; 2] = ["P-1", "P-2"];

fn text(text: &str) -> Option<BankText> {
    BankText::new(text)
}

fn movement(subject: Subject, fate: Fate, minor: i64) -> Movement {
    let amount = Some(Money::new(Minor(minor), Currency::EUR).unwrap());
    Movement {
        place: bank::read(NOTHING.as_bytes()).unwrap().movements.remove(0).place,
        subject,
        fate,
        amount,
        reference: None,
        remittance: None,
    }
}

/// A file with one movement, of which only the place is used.
const NOTHING: &str = r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>B</OrgnlMsgId><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"#;

fn of(id: &str) -> Subject {
    Subject::Transfer(text(id).unwrap())
}

async fn sent() -> MemoryStore {
    let store = world(&ALL).await;
    invoice(&store, "P-1", (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, "P-2", (TO, 1), 700, "2026-05-01").await;
    invoice(&store, "P-2", (FROM, 301), 700, "2026-07-01").await;
    send(&store, "B").await;
    store
}

#[tokio::test]
async fn a_file_does_the_same_as_entering_by_hand_and_twice_the_same() {
    let store = sent().await;
    let by_hand = MemoryStore::of(store.dump());
    let executed = movement(of("B-0001"), Fate::Executed { on: Some(day(TODAY)) }, 1000);
    let rejected = movement(of("B-0002"), Fate::Rejected { reason: text("AC04") }, 700);
    let entered = paying(&store).enter(&[executed.clone(), rejected.clone()], &now()).await.unwrap();
    assert!(
        entered.iter().all(|entered| matches!(entered, Entered::Recorded(facts) if facts.len() == 1)),
        "{entered:?}"
    );
    let paying_by_hand = paying(&by_hand);
    let (executed_by_hand, rejected_by_hand) = (
        paying::batch::Fate::Executed { on: day(TODAY) },
        paying::batch::Fate::Rejected { reason: Some("AC04".parse().unwrap()) },
    );
    paying_by_hand.record_fate(&transfer_id("B-0001"), &executed_by_hand, &now()).await.unwrap();
    paying_by_hand.record_fate(&transfer_id("B-0002"), &rejected_by_hand, &now()).await.unwrap();
    assert!(store.dump() == by_hand.dump());
    let again = paying(&store).enter(&[executed, rejected], &now()).await.unwrap();
    assert_eq!(again, [Entered::Unmatched(Unmatched::Recorded), Entered::Unmatched(Unmatched::Recorded)]);
    assert!(store.dump() == by_hand.dump());
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn money_that_came_in_is_recorded_once_by_the_banks_reference() {
    let store = sent().await;
    let received = |reference: &str| Movement {
        remittance: text("INVOICE 301"),
        reference: text(reference),
        ..movement(Subject::Unnamed, Fate::Received { on: Some(day(TODAY)) }, 700)
    };
    let entered = paying(&store).enter(&[received("X1")], &now()).await.unwrap();
    assert!(matches!(entered.as_slice(), [Entered::Recorded(facts)] if facts.len() == 1), "{entered:?}");
    assert_eq!(open(&books(&store, "P-2").await, FROM), [("301".to_owned(), 0)]);
    let again = paying(&store).enter(&[received("X1")], &now()).await.unwrap();
    assert_eq!(again, [Entered::Unmatched(Unmatched::Recorded)]);
    assert_eq!(books(&store, "P-2").await.payments.len(), 1);
    is_sound(&store, &ALL).await;
}

#[tokio::test]
async fn money_without_a_reference_of_the_bank_is_not_recorded() {
    let store = sent().await;
    let before = store.dump();
    let received = Movement {
        remittance: text("INVOICE 301"),
        ..movement(Subject::Unnamed, Fate::Received { on: Some(day(TODAY)) }, 700)
    };
    let entered = paying(&store).enter(&[received], &now()).await.unwrap();
    assert!(matches!(entered.as_slice(), [Entered::NoReference(_)]), "{entered:?}");
    assert!(store.dump() == before);
}
