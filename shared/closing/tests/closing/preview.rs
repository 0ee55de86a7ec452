//! Previews.

use crate::world::{
    COMMISSION, SHARE, account, book, close_and_make, closing, documents, entry, month, register, time, world,
};
use closing::closes::Said;
use closing::preview::Look;
use rules::Month;
use settlement::Direction;
use settlement::close::CloseError;

#[tokio::test]
async fn a_preview_is_the_close_and_writes_nothing() {
    let ids: Vec<String> = (10..70).map(|n| format!("P-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let store = world(&ids[..50]).await;
    for id in &ids[50..] {
        // Without a billing identity.
        register(&store, id).await;
    }
    let booked = |id: &&str, kind| entry(id, kind, 10_000, "2026-01-10", "2026-01-10T08:00:00Z");
    let mut entries: Vec<_> = ids.iter().flat_map(|id| [booked(id, COMMISSION), booked(id, SHARE)]).collect();
    // A second document in the partner's own series.
    entries.push(booked(&"P-11", COMMISSION));
    entries.last_mut().unwrap().posting.currency = "CHF".parse().unwrap();
    let said = Said { rates: [("CHF".parse().unwrap(), "1.07".parse().unwrap())].into(), ..Said::default() };
    book(&store, &entries).await;
    let before = store.dump();
    let (of, at): (Month, _) = (month("2026-01"), time("2026-02-02T08:00:00Z"));
    let (mut made, mut carried, mut place) = (Vec::new(), Vec::new(), None);
    loop {
        let part = closing(&store).preview(of, &said, at, place).await.unwrap();
        let incomplete = part.attention.iter().filter(|look| matches!(look, Look::Incomplete { .. })).count();
        assert_eq!(incomplete, part.carried.len());
        made.extend(part.documents);
        carried.extend(part.carried);
        place = part.next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(store.dump(), before);
    let early = closing(&store).preview(of, &said, time("2026-01-20T08:00:00Z"), None).await.unwrap();
    assert!(matches!(early.attention[0], Look::Refused(CloseError::TooEarly { .. })));
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &said).await;
    assert_eq!((made.len(), carried.len()), (101, 20));
    assert!(documents(&store, "2026-01").await == made);
    assert!(closing(&store).carried_at(of, 100, None).await.unwrap().list == carried);
}

#[tokio::test]
async fn an_account_that_stays_negative_is_looked_at() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", COMMISSION, -100, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    let looks = async |of: &str, at: &str| {
        let preview = closing(&store).preview(month(of), &Said::default(), time(at), None).await.unwrap();
        preview.attention.contains(&Look::StaysNegative(account("P-1", Direction::ToPartner)))
    };
    for (of, at, expected) in [
        ("2026-01", "2026-02-02T08:00:00Z", false),
        ("2026-02", "2026-03-02T08:00:00Z", false),
        ("2026-03", "2026-04-02T08:00:00Z", true),
    ] {
        assert_eq!(looks(of, at).await, expected, "{of}");
        close_and_make(&store, of, at, &Said::default()).await;
    }
}
