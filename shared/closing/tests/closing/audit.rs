//! The audit of what is stored.

use crate::world::{COMMISSION, billing_version, book, close_and_make, closing, entry, on, partner, time, world};
use closing::audit::Finding;
use closing::closes::Said;

#[tokio::test]
async fn the_audit_finds_what_does_not_add_up() {
    let store = world(&["P-1"]).await;
    book(&store, &[entry("P-1", COMMISSION, 10_000, "2026-01-10", "2026-01-10T08:00:00Z")]).await;
    close_and_make(&store, "2026-01", "2026-02-02T08:00:00Z", &Said::default()).await;
    assert_eq!(closing(&store).audit(&partner("P-1")).await.unwrap(), []);
    book(&store, &[entry("P-1", COMMISSION, 1, "2026-01-11", "2026-01-11T08:00:00Z")]).await;
    let found = closing(&store).audit(&partner("P-1")).await.unwrap();
    assert!(matches!(found.as_slice(), [Finding::Close { .. }]), "{found:?}");
    let mut version = billing_version("P1");
    for (field, value) in [("regime", "fr-franchise"), ("recorded_at", "2026-02-10T08:00:00Z")] {
        version[field] = value.into();
    }
    let version = serde_json::from_value(version).unwrap();
    closing(&store).record_billing(&partner("P-1"), 2, version, &on("2026-02-10T08:00:00Z")).await.unwrap();
    let moved = async |at| closing(&store).moved_regimes(&partner("P-1"), time(at)).await.unwrap().len();
    assert_eq!((moved("2026-02-09T08:00:00Z").await, moved("2026-02-10T08:00:00Z").await), (0, 1));
}
