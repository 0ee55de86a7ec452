//! Closes that are refused or repeated, late facts, openings of single partners, and credit notes.

use crate::world::{
    COMMISSION, SHARE, account, book, close_and_make, closing, documents, entry, final_of, month, on, partner, pass,
    reasons, world,
};
use closing::ClosingError;
use closing::closes::{Outcome, Said};
use fixtures::memory::MemoryStore;
use settlement::cancel::CancelError;
use settlement::close::{Cancel, CloseError, Opening};
use settlement::number::Number;
use settlement::settle::SettleError;
use settlement::{Direction, DocumentKind, Reason};

async fn try_close(store: &MemoryStore, of: &str, at: &str, said: &Said) -> Result<Outcome, ClosingError> {
    closing(store).close(month(of), said, &on(at)).await
}

#[tokio::test]
async fn a_month_is_closed_once_and_in_order() {
    let store = world(&["P-1"]).await;
    let early = try_close(&store, "2026-01", "2026-01-31T23:10:00Z", &Said::default()).await;
    assert!(matches!(early, Err(ClosingError::Close(CloseError::TooEarly { .. }))), "{early:?}");
    let first = try_close(&store, "2026-01", "2026-02-02T08:00:00Z", &final_of("P-1")).await.unwrap();
    let Outcome::Closed(stored) = first else { panic!("{first:?}") };
    let not_made = try_close(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    assert!(matches!(not_made, Err(ClosingError::Close(CloseError::NotMade { .. }))), "{not_made:?}");
    let again = try_close(&store, "2026-01", "2026-02-03T08:00:00Z", &final_of("P-1")).await.unwrap();
    assert_eq!(again, Outcome::Already(stored.clone()));
    let other = try_close(&store, "2026-01", "2026-02-03T08:00:00Z", &Said::default()).await.unwrap();
    assert_eq!(other, Outcome::Other(stored));
    pass(&store, month("2026-01")).await;
    let skipped = try_close(&store, "2026-03", "2026-04-02T08:00:00Z", &Said::default()).await;
    assert!(matches!(skipped, Err(ClosingError::Close(CloseError::OutOfOrder { .. }))), "{skipped:?}");
    let before = try_close(&store, "2025-12", "2026-04-02T08:00:00Z", &Said::default()).await;
    assert!(matches!(before, Err(ClosingError::Close(CloseError::Closed { .. }))), "{before:?}");
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    assert_eq!(closing(&store).closes().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_late_fact_changes_no_issued_byte() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let issued = closing(&store).papers(&partner("P-1")).await.unwrap().documents;
    let bytes: Vec<_> = store.dump().into_iter().filter(|item| item["pk"].as_s().unwrap() == "ACCOUNT#P-1").collect();
    // One fact at the cut, which was late for the pass, and one after it.
    book(&store, &[entry("P-1", COMMISSION, 500, "2026-01-11", "2026-02-02T07:45:00Z")]).await;
    book(&store, &[entry("P-1", COMMISSION, -200, "2026-01-12", "2026-02-02T07:46:00Z")]).await;
    pass(&store, month("2026-01")).await;
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    let now = store.dump();
    assert!(bytes.iter().all(|item| now.contains(item)));
    let papers = closing(&store).papers(&partner("P-1")).await.unwrap();
    assert_eq!(papers.documents[0], issued[0]);
    let next = &documents(&store, "2026-02").await[0];
    let line = next.amounts.lines[0];
    assert_eq!((line.line.key.month, line.line.amount.0, line.is_adjustment), (month("2026-01"), 300, true));
    let settlement::number::Number::Given(number) = &next.number else { panic!("{}", next.number) };
    assert_eq!((number.to_string().as_str(), number.place()), ("AF-P1-000002", 2));
    assert_eq!(closing(&store).document(number).await.unwrap().as_ref(), Some(next));
}

#[tokio::test]
async fn what_is_booked_and_taken_back_around_a_cut_counts_as_it_was_at_the_cut() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    // The month total is what it was, and was another at the cut.
    book(&store, &[entry("P-1", COMMISSION, 700, "2026-01-10", "2026-02-20T08:00:00Z")]).await;
    book(&store, &[entry("P-1", COMMISSION, -700, "2026-01-10", "2026-03-02T07:50:00Z")]).await;
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    assert_eq!(documents(&store, "2026-02").await[0].amounts.net.0, 700);
    close_and_make(&store, "2026-03", "2026-04-02T08:00:00Z", &Said::default()).await;
    assert_eq!(reasons(&store, "2026-03").await, [(Reason::Negative, -700)]);
}

#[tokio::test]
async fn the_vendor_s_credit_note_names_what_it_credits() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", SHARE, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let invoice = documents(&store, "2026-01").await.remove(0);
    book(&store, &[entry("P-1", SHARE, -4_000, "2026-01-20", "2026-02-10T08:00:00Z")]).await;
    book(&store, &[entry("P-1", ("entry-fee", "affiliate"), 100, "2026-02-20", "2026-02-20T08:00:00Z")]).await;
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    assert_eq!(reasons(&store, "2026-02").await, [(Reason::Negative, -3_900)]);
    close_and_make(&store, "2026-03", "2026-04-02T08:00:00Z", &final_of("P-1")).await;
    let note = documents(&store, "2026-03").await.remove(0);
    let names = vec![settlement::document::Named::Document(invoice.number)];
    assert_eq!((note.kind, note.amounts.net.0), (DocumentKind::CreditNote { names }, -3_900));
}

#[tokio::test]
async fn a_partner_brought_in_later_is_opened_before_its_first_document() {
    let store = world(&["P-1", "P-2"]).await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    book(&store, &[entry("P-2", COMMISSION, 3_000, "2025-07-10", "2026-02-10T08:00:00Z")]).await;
    let open = |id: &str| Said { opening: Opening::Partners([partner(id)].into()), ..Said::default() };
    let all = Said { opening: Opening::All, ..Said::default() };
    let late = try_close(&store, "2026-02", "2026-03-02T08:00:00Z", &all).await;
    assert!(matches!(late, Err(ClosingError::Settle(SettleError::LateOpening))), "{late:?}");
    let late = try_close(&store, "2026-02", "2026-03-02T08:00:00Z", &open("P-1")).await;
    assert!(matches!(late, Err(ClosingError::Settle(SettleError::OpenedTooLate { .. }))), "{late:?}");
    let made = close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &open("P-2")).await;
    assert_eq!((made.documents, made.carried, made.opened), (0, 0, 1));
    let (settled, items) = closing(&store).opening(&account("P-2", Direction::ToPartner)).await.unwrap();
    assert_eq!((settled.unwrap().lines[0].amount.0, items.len()), (3_000, 0));
    let again = try_close(&store, "2026-03", "2026-04-02T08:00:00Z", &open("P-2")).await;
    assert!(matches!(again, Err(ClosingError::Settle(SettleError::OpenedTooLate { .. }))), "{again:?}");
    close_and_make(&store, "2026-03", "2026-04-02T08:00:00Z", &Said::default()).await;
    assert_eq!((documents(&store, "2026-03").await.len(), reasons(&store, "2026-03").await.len()), (0, 0));
}

#[tokio::test]
async fn a_credit_note_names_nothing_that_is_cancelled() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", SHARE, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let invoice = documents(&store, "2026-01").await.remove(0);
    book(&store, &[entry("P-1", SHARE, -12_000, "2026-01-20", "2026-02-10T08:00:00Z")]).await;
    let cancels = vec![Cancel { number: invoice.number, reason: "Wrong client".parse().unwrap() }];
    let said = Said { cancels, ..final_of("P-1") };
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &said).await;
    close_and_make(&store, "2026-03", "2026-04-02T08:00:00Z", &final_of("P-1")).await;
    for of in ["2026-02", "2026-03"] {
        assert_eq!(reasons(&store, of).await, [(Reason::NothingToCredit, -2_000)], "{of}");
    }
    let again = try_close(&store, "2026-04", "2026-05-02T08:00:00Z", &said).await;
    assert!(matches!(again, Err(ClosingError::Settle(SettleError::Cancel(CancelError::Twice(_))))), "{again:?}");
    let unknown = Cancel { number: Number::Given("FP-000009".parse().unwrap()), reason: "?".parse().unwrap() };
    let said = Said { cancels: vec![unknown], ..Said::default() };
    let unknown = try_close(&store, "2026-04", "2026-05-02T08:00:00Z", &said).await;
    assert!(matches!(unknown, Err(ClosingError::Settle(SettleError::Cancel(CancelError::Unknown(_))))), "{unknown:?}");
}
