//! The capacity units of a close: bounded, and the same for the first close and the hundred-and-twentieth.

use crate::stores::{Counting, Halves};
use crate::world::{COMMISSION, SHARE, book, close, closing, entry, on, pass, time, world};
use closing::closes::Said;
use fixtures::memory::MemoryStore;
use rules::Month;
use std::sync::Mutex;

/// The units of closes of a partner with a document in each direction, in halves: an entry of each kind in the month itself, and
/// an adjustment of three months before.
async fn cost(store: &MemoryStore, closes: &[usize]) -> Vec<Halves> {
    let mut month: Month = "2020-01".parse().unwrap();
    let mut adjusted = std::collections::VecDeque::from([month; 3]);
    let mut costs = Vec::new();
    for n in 1..=*closes.iter().max().unwrap() {
        let next = month.next().unwrap();
        let recorded = format!("{}T06:00:00Z", month.last());
        let earlier = adjusted.pop_front().unwrap();
        adjusted.push_back(month);
        let of = |kind, amount, month: Month| entry("P-1", kind, amount, &month.first().to_string(), &recorded);
        book(store, &[of(COMMISSION, 50_000, month), of(SHARE, 70_000, month)]).await;
        book(store, &[of(COMMISSION, -100, earlier), of(SHARE, 100, earlier)]).await;
        close(store, month, &Said::default(), time(&format!("{}T03:00:00Z", next.first()))).await;
        let counting = Counting { table: store, halves: Mutex::default() };
        let made = pass(&counting, month).await;
        assert_eq!((made.documents, made.carried), (2, 0));
        if closes.contains(&n) {
            costs.push(*counting.halves.lock().unwrap());
        }
        month = next;
    }
    costs
}

#[tokio::test]
async fn a_document_costs_the_same_at_the_first_close_and_at_the_last() {
    let store = world(&["P-1"]).await;
    let costs = cost(&store, &[1, 2, 13, 60, 120]).await;
    let (first, last) = (costs[0], costs[4]);
    for cost in &costs {
        // Of two documents, with the steps of the pass around them.
        assert!(cost.read <= 2 * 2 * 8, "{costs:?}");
    }
    // The third is of a January, with lines of two years.
    let written: Vec<usize> = costs.iter().map(|cost| cost.written.div_ceil(2 * 2)).collect();
    assert_eq!(written, [11, 11, 11, 11, 11], "{costs:?}");
    // What grows are the month totals and the sums of the years, a query each, by a few units in ten years.
    assert!(last.written == first.written && last.read <= first.read + 2 * 8, "{costs:?}");
}

#[tokio::test]
async fn a_document_of_three_years_of_adjustments_is_one_transaction() {
    let store = world(&["P-1"]).await;
    let mut month: Month = "2020-01".parse().unwrap();
    let mut entries = Vec::new();
    for _ in 0..36 {
        let booked_on = month.first().to_string();
        entries.push(entry("P-1", COMMISSION, 50_000, &booked_on, "2023-01-02T08:00:00Z"));
        month = month.next().unwrap();
    }
    book(&store, &entries).await;
    let month = "2022-12".parse().unwrap();
    close(&store, month, &Said::default(), time("2023-01-03T08:00:00Z")).await;
    let counting = Counting { table: &store, halves: Mutex::default() };
    assert_eq!(pass(&counting, month).await.documents, 1);
    let cost = *counting.halves.lock().unwrap();
    assert!(cost.written == 2 * 15 && cost.read <= 2 * 12, "{cost:?}");
}

#[tokio::test]
async fn a_document_and_its_contests_are_read_without_the_others() {
    let store = world(&["P-1"]).await;
    cost(&store, &[60]).await;
    let number = "AF-P1-000030".parse().unwrap();
    let (reason, at) = ("Too little".parse().unwrap(), on("2022-07-02T08:00:00Z"));
    closing(&store).contest(&number, 7, (None, reason), &at).await.unwrap();
    assert_eq!(closing(&store).papers(&"P-1".parse().unwrap()).await.unwrap().documents.len(), 120);
    let counting = Counting { table: &store, halves: Mutex::default() };
    assert!(closing(&counting).document(&number).await.unwrap().is_some());
    let contests = closing(&counting).contests(&number).await.unwrap();
    assert_eq!(contests.iter().map(|contest| contest.n).collect::<Vec<_>>(), [7]);
    assert_eq!(*counting.halves.lock().unwrap(), Halves { read: 2 * 4, written: 0 });
    let next = "AF-P1-000031".parse().unwrap();
    assert_eq!(closing(&store).contests(&next).await.unwrap(), []);
}
