//! Annuities that were being decided again at the cut.

use crate::world::{COMMISSION, book, close_and_make, documents, entry, final_of, partner, reasons, time, world};
use closing::closes::Said;
use fixtures::memory::MemoryStore;
use fixtures::occasion::{operator, registered};
use fixtures::pure::referrer;
use ledger::Ledger;
use ledger::journal::{Moved, Occasion};
use ledger::passes::EndedPasses;
use ledger::recorded::PassesOf;
use settlement::Reason;

/// The moment of a registration, and that at which its passes ended.
type Registration = (&'static str, Option<&'static str>);

/// Registers other agreements of `P-1`, with the version that they get.
async fn register_again(store: &MemoryStore, at: &str) -> PassesOf {
    let ledger = Ledger::new(store);
    let record = ledger.partner_record(&partner("P-1")).await.unwrap();
    let version = record.agreements_version + 1;
    let occasion = Occasion { at: time(at), ..operator() };
    ledger.register(record, registered(at, referrer()), &occasion, None).await.unwrap().unwrap();
    PassesOf::Registration(version)
}

async fn end(store: &MemoryStore, of: PassesOf, at: &str) {
    let ended = EndedPasses { partner_id: partner("P-1"), of, at: time(at), moved: Moved::new() };
    Ledger::new(store).end_passes(&ended).await.unwrap();
}

#[tokio::test]
async fn annuities_that_were_being_decided_again_at_the_cut_wait_unless_they_are_final() {
    let (early, late) = ("2026-02-02T07:30:00Z", "2026-02-02T07:46:00Z");
    // Registrations with the end of their passes, and whether these were under way at the cut, 07:45.
    let cases: [(&[Registration], bool); 7] = [
        (&[(early, None)], true),
        (&[(early, Some(late))], true),
        (&[(early, Some("2026-02-02T07:45:00Z"))], false),
        (&[(early, None), ("2026-02-02T07:31:00Z", Some("2026-02-02T07:40:00Z"))], false),
        (&[(early, Some("2026-02-02T07:40:00Z")), (late, None)], false),
        (&[(early, None), (late, Some("2026-02-02T07:50:00Z"))], true),
        (&[("2026-02-01T07:44:00Z", None)], false),
    ];
    for (registrations, is_under_way) in cases {
        let store = world(&["P-1"]).await;
        book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
        for (at, ended) in registrations {
            let of = register_again(&store, at).await;
            if let Some(ended) = ended {
                end(&store, of, ended).await;
            }
        }
        let made = close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
        assert_eq!(made.carried == 1, is_under_way, "{registrations:?}");
        if is_under_way {
            assert_eq!(reasons(&store, "2026-01").await, [(Reason::BeingRecomputed, 10_000)]);
            register_again(&store, "2026-03-02T07:00:00Z").await;
            close_and_make(&store, "2026-02", "2026-03-02T08:00:00Z", &final_of("P-1")).await;
            assert_eq!(documents(&store, "2026-02").await[0].amounts.net.0, 10_000);
        }
    }
}
