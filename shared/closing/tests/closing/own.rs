//! Partners' own documents, opening items, and contests.

use crate::faults::polite;
use crate::world::{
    COMMISSION, FIRST, SHARE, account, billing_version, book, by, close, close_and_make, closing, entry, month, on,
    partner, pass, reasons, register, time, vendor_version, world,
};
use closing::ClosingError;
use closing::check::check;
use closing::closes::Said;
use closing::contests::Outcome as Contested;
use closing::openings::Outcome as OpenedItem;
use closing::received::Outcome;
use fixtures::memory::MemoryStore;
use jiff::Timestamp;
use rules::people::MemberName;
use rules::{Currency, Minor, Money};
use serde_json::Value;
use settlement::contest::Answer;
use settlement::country::Regime;
use settlement::document::Named;
use settlement::number::Number;
use settlement::opening::OpeningItem;
use settlement::received::{OwnDocument, ReceivedError};
use settlement::{Direction, DocumentKind, Reason};
use std::collections::BTreeMap;

/// A partner without a mandate, to whom 100 EUR were carried in January.
pub(crate) async fn without_mandate() -> MemoryStore {
    let store = MemoryStore::default();
    register(&store, "P-1").await;
    let mut version = billing_version("P1");
    version["mandate"] = Value::Null;
    let closing = closing(&store);
    closing.record_vendor(1, serde_json::from_value(vendor_version()).unwrap(), &on(FIRST)).await.unwrap();
    closing.record_billing(&partner("P-1"), 1, serde_json::from_value(version).unwrap(), &on(FIRST)).await.unwrap();
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    store
}

pub(crate) fn own(number: &str, amount: i64, recorded_at: &str) -> OwnDocument {
    let key = settlement::lines::LineKey {
        month: month("2026-01"),
        kind: COMMISSION.0.parse().unwrap(),
        model: COMMISSION.1.parse().unwrap(),
    };
    OwnDocument {
        account: account("P-1", Direction::ToPartner),
        number: number.parse().unwrap(),
        date: "2026-02-05".parse().unwrap(),
        lines: vec![settlement::lines::Line { key, amount: Minor(amount) }],
        vat: BTreeMap::from([((Regime::FrVat, "0.2".parse().unwrap()), Minor(amount / 5))]),
        recorded_at: time(recorded_at),
    }
}

#[tokio::test]
async fn a_partner_s_own_invoice_settles_what_was_carried() {
    let store = without_mandate().await;
    let closing = closing(&store);
    assert_eq!(reasons(&store, "2026-01").await, [(Reason::NoMandate, 10_000)]);
    let wrong = closing
        .receive(&own("F-7", 9_999, "2026-02-06T08:00:00Z"), month("2026-01"), &on("2026-02-06T08:00:00Z"))
        .await;
    assert!(matches!(wrong, Err(ClosingError::Received(ReceivedError::AnotherLine { .. }))), "{wrong:?}");
    let early = closing
        .receive(&own("F-7", 10_000, "2026-02-06T08:00:00Z"), month("2026-02"), &on("2026-02-06T08:00:00Z"))
        .await;
    assert!(matches!(early, Err(ClosingError::NotClosed { .. })), "{early:?}");
    // What came after the cut is in the next one.
    book(&store, &[entry("P-1", COMMISSION, 1_000, "2026-01-20", "2026-02-05T08:00:00Z")]).await;
    let received = closing
        .receive(&own("F-7", 10_000, "2026-02-06T08:00:00Z"), month("2026-01"), &on("2026-02-06T08:00:00Z"))
        .await
        .unwrap();
    let Outcome::Recorded(document) = received else { panic!("{received:?}") };
    assert_eq!((&document.kind, document.amounts.gross.0), (&DocumentKind::ReceivedInvoice, 12_000));
    let before = store.dump();
    let again = closing
        .receive(&own("F-7", 10_000, "2026-02-07T08:00:00Z"), month("2026-01"), &on("2026-02-07T08:00:00Z"))
        .await
        .unwrap();
    assert_eq!(again, Outcome::Already(document.clone()));
    let other = OwnDocument { date: "2026-02-06".parse().unwrap(), ..own("F-7", 10_000, "2026-02-07T08:00:00Z") };
    let other = closing.receive(&other, month("2026-01"), &on("2026-02-07T08:00:00Z")).await.unwrap();
    assert_eq!(other, Outcome::Other(document.clone()));
    let second = closing
        .receive(&own("F-8", 10_000, "2026-02-07T08:00:00Z"), month("2026-01"), &on("2026-02-07T08:00:00Z"))
        .await;
    assert!(matches!(second, Err(ClosingError::Received(ReceivedError::Documented { .. }))), "{second:?}");
    assert!(store.dump() == before);
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    assert_eq!(reasons(&store, "2026-02").await, [(Reason::NoMandate, 1_000)]);
    assert!(closing.papers(&partner("P-1")).await.unwrap().documents == [*document]);
}

#[tokio::test]
async fn a_partner_s_own_cancellation_brings_the_lines_back() {
    let store = without_mandate().await;
    let closing = closing(&store);
    closing
        .receive(&own("F-7", 10_000, "2026-02-06T08:00:00Z"), month("2026-01"), &on("2026-02-06T08:00:00Z"))
        .await
        .unwrap();
    let account = account("P-1", Direction::ToPartner);
    let (of, own) = (Number::Own("F-7".parse().unwrap()), ("A-1".parse().unwrap(), "2026-02-10".parse().unwrap()));
    for n in 0..2 {
        let at = on("2026-02-10T08:00:00Z");
        let cancelled = closing.receive_cancellation(&account, &of, own.clone(), &at).await.unwrap();
        assert_eq!(matches!(cancelled, Outcome::Recorded(_)), n == 0);
    }
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    assert_eq!(reasons(&store, "2026-02").await, [(Reason::NoMandate, 10_000)]);
    assert_eq!(closing.papers(&partner("P-1")).await.unwrap().documents.len(), 2);
}

fn opening_item(account: settlement::Account, number: &str, at: Timestamp) -> OpeningItem {
    let gross = Money::new(Minor(100), account.currency).unwrap();
    let days = ("2025-12-01".parse().unwrap(), "2025-12-31".parse().unwrap());
    OpeningItem::new(account, number.parse().unwrap(), days, (gross, gross), at).unwrap()
}

#[tokio::test]
async fn a_number_serves_once() {
    let store = without_mandate().await;
    let closing = closing(&store);
    let (january, at) = (month("2026-01"), on("2026-02-06T08:00:00Z"));
    closing.receive(&own("F-7", 10_000, "2026-02-06T08:00:00Z"), january, &at).await.unwrap();
    book(&store, &[entry("P-1", COMMISSION, 5_000, "2026-02-10", "2026-02-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &Said::default()).await;
    let before = store.dump();
    let taken = |error: ClosingError| match error {
        ClosingError::Received(ReceivedError::NumberTaken(number)) => number.to_string(),
        other => panic!("{other:?}"),
    };
    let at = on("2026-03-06T08:00:00Z");
    let mut second = own("F-7", 5_000, "2026-03-06T08:00:00Z");
    second.lines[0].key.month = month("2026-02");
    assert_eq!(taken(closing.receive(&second, month("2026-02"), &at).await.unwrap_err()), "F-7");
    let account = account("P-1", Direction::ToPartner);
    let numbered = |number: &str| (number.parse().unwrap(), "2026-03-05".parse().unwrap());
    let of = Number::Own("F-7".parse().unwrap());
    let cancelled = closing.receive_cancellation(&account, &of, numbered("F-7"), &at).await;
    assert_eq!(taken(cancelled.unwrap_err()), "F-7");
    let item = |direction, currency: Currency, number: &str| {
        opening_item(settlement::Account { direction, currency, ..account.clone() }, number, at.at)
    };
    for currency in ["EUR", "CHF"] {
        let of = item(Direction::ToPartner, currency.parse().unwrap(), "F-7");
        assert_eq!(taken(closing.record_opening_item(&of, &at).await.unwrap_err()), "F-7");
    }
    assert!(store.dump() == before);
    // The numbers of the other direction are the vendor's.
    let of = item(Direction::FromPartner, Currency::EUR, "F-7");
    assert_eq!(closing.record_opening_item(&of, &at).await.unwrap(), OpenedItem::Recorded);
    // An opening item that is there keeps its number, too.
    let of = item(Direction::ToPartner, "CHF".parse().unwrap(), "F-8");
    assert_eq!(closing.record_opening_item(&of, &at).await.unwrap(), OpenedItem::Recorded);
    second.number = "F-8".parse().unwrap();
    assert_eq!(taken(closing.receive(&second, month("2026-02"), &at).await.unwrap_err()), "F-8");
    let again = closing.receive(&own("F-7", 10_000, "2026-03-06T08:00:00Z"), january, &at).await.unwrap();
    assert!(matches!(again, Outcome::Already(_)), "{again:?}");
    second.number = "F-9".parse().unwrap();
    assert!(matches!(closing.receive(&second, month("2026-02"), &at).await.unwrap(), Outcome::Recorded(_)));
}

#[tokio::test]
async fn of_two_papers_recorded_at_the_same_moment_one_has_the_number() {
    let at = on("2026-02-06T08:00:00Z");
    let item = opening_item(account("P-1", Direction::ToPartner), "F-7", at.at);
    let mut kept = [0, 0];
    for seed in 0..60 {
        let table = without_mandate().await;
        let (one, other) = (polite(&table, seed), polite(&table, seed + 1000));
        let document = own("F-7", 10_000, "2026-02-06T08:00:00Z");
        let (one, other) = (closing(&one), closing(&other));
        let (received, opened) =
            tokio::join!(one.receive(&document, month("2026-01"), &at), other.record_opening_item(&item, &at));
        let has_number = [received.is_ok(), opened.is_ok()];
        assert!(has_number[0] != has_number[1], "seed {seed}: {received:?}, {opened:?}");
        kept[usize::from(has_number[1])] += 1;
    }
    assert!(kept.iter().all(|times| *times > 0), "{kept:?}");
}

#[tokio::test]
async fn no_own_document_comes_while_documents_are_made() {
    let store = without_mandate().await;
    close(&store, month("2026-02"), &Said::default(), time("2026-03-02T08:00:00Z")).await;
    let received = closing(&store)
        .receive(&own("F-7", 10_000, "2026-03-02T08:01:00Z"), month("2026-01"), &on("2026-03-02T08:01:00Z"))
        .await;
    assert!(matches!(received, Err(ClosingError::BeingMade { .. })), "{received:?}");
    pass(&store, month("2026-02")).await;
    let before = closing(&store)
        .receive(&own("F-7", 10_000, "2026-03-02T07:59:00Z"), month("2026-01"), &on("2026-03-02T07:59:00Z"))
        .await;
    assert!(matches!(before, Err(ClosingError::NotSince { .. })), "{before:?}");
    // The lines carried in January are still those.
    closing(&store)
        .receive(&own("F-7", 10_000, "2026-03-02T09:00:00Z"), month("2026-01"), &on("2026-03-02T09:00:00Z"))
        .await
        .unwrap();
    close_and_make(&store, "2026-03", "2026-04-02T08:00:00Z", &Said::default()).await;
    assert_eq!(reasons(&store, "2026-03").await, []);
}

#[tokio::test]
async fn an_opening_item_is_recorded_once() {
    let store = without_mandate().await;
    let eur = |minor| Money::new(Minor(minor), Currency::EUR).unwrap();
    let item = |open, at| {
        let days = ("2025-12-01".parse().unwrap(), "2025-12-31".parse().unwrap());
        let account = account("P-1", Direction::FromPartner);
        OpeningItem::new(account, "2025#7".parse().unwrap(), days, (eur(12_000), eur(open)), time(at)).unwrap()
    };
    let closing = closing(&store);
    let first = item(2_000, "2026-02-06T08:00:00Z");
    assert_eq!(closing.record_opening_item(&first, &by(first.recorded_at())).await.unwrap(), OpenedItem::Recorded);
    let again = item(2_000, "2026-02-07T08:00:00Z");
    assert_eq!(closing.record_opening_item(&again, &by(again.recorded_at())).await.unwrap(), OpenedItem::Already);
    let other = item(3_000, "2026-02-07T08:00:00Z");
    assert_eq!(closing.record_opening_item(&other, &by(other.recorded_at())).await.unwrap(), OpenedItem::Other);
    let (_, items) = closing.opening(&account("P-1", Direction::FromPartner)).await.unwrap();
    assert_eq!(items, [first]);
}

#[tokio::test]
async fn a_credit_note_of_what_an_opening_settled_names_the_opening_items() {
    let store = crate::world::world(&["P-1"]).await;
    book(&store, &[entry("P-1", SHARE, 10_000, "2025-11-10", "2025-11-10T08:00:00Z")]).await;
    let opening = Said { opening: settlement::close::Opening::All, ..Said::default() };
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &opening).await;
    let account = account("P-1", Direction::FromPartner);
    let gross = Money::new(Minor(12_000), Currency::EUR).unwrap();
    let item = |number: &str, due: &str| {
        let days = ("2025-12-01".parse().unwrap(), due.parse().unwrap());
        OpeningItem::new(account.clone(), number.parse().unwrap(), days, (gross, gross), time("2026-02-03T08:00:00Z"))
    };
    for (number, due) in [("10", "2026-01-01"), ("9", "2026-01-01"), ("11", "2025-12-31")] {
        closing(&store).record_opening_item(&item(number, due).unwrap(), &on("2026-02-03T08:00:00Z")).await.unwrap();
    }
    book(&store, &[entry("P-1", SHARE, -4_000, "2025-11-10", "2026-02-10T08:00:00Z")]).await;
    let finals = Said { finals: [partner("P-1")].into(), ..Said::default() };
    close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &finals).await;
    let note = closing(&store).documents_at(month("2026-02"), 10, None).await.unwrap().list.remove(0);
    let names = ["11", "9", "10"].map(|number| Named::OpeningItem(number.parse().unwrap())).to_vec();
    assert_eq!((note.kind, note.amounts.net.0), (DocumentKind::CreditNote { names }, -4_000));
}

#[tokio::test]
async fn a_contest_is_open_until_it_is_settled() {
    let store = crate::world::world(&["P-1"]).await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let (closing, number) = (closing(&store), "AF-P1-000001".parse().unwrap());
    let why = |text: &str| (None, text.parse().unwrap());
    let at = on("2026-02-10T08:00:00Z");
    for (n, text, expected) in [
        (1, "Too little", Contested::Recorded),
        (1, "Too little", Contested::Already),
        (1, "Too much", Contested::Other),
        (2, "Too much", Contested::Recorded),
    ] {
        assert_eq!(closing.contest(&number, n, why(text), &at).await.unwrap(), expected, "{n} {text}");
    }
    // Repeated after the days of the mandate it is what it was.
    let late = on("2026-03-10T08:00:00Z");
    for (n, text, expected) in [(1, "Too little", Contested::Already), (3, "Late", Contested::Message)] {
        assert_eq!(closing.contest(&number, n, why(text), &late).await.unwrap(), expected, "{n} {text}");
    }
    let unknown = closing.contest(&"AF-P1-000002".parse().unwrap(), 1, why("?"), &at).await;
    assert!(matches!(unknown, Err(ClosingError::NoDocument(_))), "{unknown:?}");
    let answered = on("2026-02-12T08:00:00Z");
    for (n, text, expected) in [
        (1, "As agreed.\nSee the annex.", Contested::Recorded),
        (1, "As agreed.\nSee the annex.", Contested::Already),
        (1, "It is cancelled.", Contested::Other),
        (3, "As agreed.", Contested::NoContest),
    ] {
        let settled = closing.settle_contest(&number, n, &text.parse().unwrap(), &answered).await.unwrap();
        assert_eq!(settled, expected, "{n} {text}");
    }
    let contests = closing.papers(&partner("P-1")).await.unwrap().contests;
    let settled: Vec<_> = contests.iter().map(|contest| (contest.n, contest.contest.settled_at())).collect();
    assert_eq!(settled, [(1, Some(answered.at)), (2, None)]);
    let contest = &contests[0].contest;
    let name: MemberName = "Mme Roux".parse().unwrap();
    let text = "As agreed.\nSee the annex.".parse().unwrap();
    assert_eq!((&contest.by, &contest.answer), (&name, &Some(Answer { text, by: name.clone(), at: answered.at })));
    // The one without an answer is in the list of all, with its document.
    let open = closing.open_contests(10, None).await.unwrap();
    let listed: Vec<_> = open.list.iter().map(|one| (one.contest.n, one.document.number.to_string())).collect();
    assert_eq!((listed, open.next), (vec![(2, "AF-P1-000001".to_owned())], None));
    let wrong: Vec<_> = store.dump().iter().filter_map(|item| check(item)?.err()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn open_contests_come_by_pages_the_oldest_first() {
    let store = world(&["P-1", "P-2"]).await;
    let of = |id| entry(id, COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z");
    book(&store, &[of("P-1"), of("P-2")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    let closing = closing(&store);
    for (number, n, day) in [("AF-P2-000001", 1, 4), ("AF-P1-000001", 1, 5), ("AF-P2-000001", 2, 3)] {
        let why = (None, "Wrong".parse().unwrap());
        let at = on(&format!("2026-02-{day:02}T08:00:00Z"));
        closing.contest(&number.parse().unwrap(), n, why, &at).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let part = closing.open_contests(1, after).await.unwrap();
        seen.extend(part.list.into_iter().map(|one| (one.document.number.to_string(), one.contest.n)));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    let expected = [("AF-P2-000001", 2), ("AF-P2-000001", 1), ("AF-P1-000001", 1)];
    assert_eq!(seen, expected.map(|(number, n)| (number.to_owned(), n)));
}
