//! Versions of billing identities: recorded once under their numbers, and series that are one partner's for ever.

use crate::world::{FIRST, billing_version, by, closing, on, partner, vendor_version, world};
use closing::ClosingError;
use closing::billing::Outcome;
use fixtures::memory::MemoryStore;
use serde_json::{Value, json};
use settlement::versions::SeriesError;
use settlement::{Billing, Version};

async fn record(store: &MemoryStore, id: &str, n: u32, version: Value) -> Result<Outcome, ClosingError> {
    let version: Version<Billing> = serde_json::from_value(version).unwrap();
    closing(store).record_billing(&partner(id), n, version.clone(), &by(version.recorded_at)).await
}

fn changed(field: &str, value: Value) -> Value {
    let mut version = billing_version("P1");
    version[field] = value;
    version
}

#[tokio::test]
async fn a_version_is_recorded_once_under_its_number() {
    let store = world(&["P-1"]).await;
    let before = store.dump();
    // Known by its content, whenever it is sent again.
    let again = changed("recorded_at", json!("2026-01-01T00:00:00Z"));
    assert_eq!(record(&store, "P-1", 1, again).await.unwrap(), Outcome::Already);
    assert_eq!(record(&store, "P-1", 1, changed("payment_days", json!(10))).await.unwrap(), Outcome::Other);
    let next = Outcome::NotNext { next: 2 };
    for n in [0, 3] {
        assert_eq!(record(&store, "P-1", n, changed("payment_days", json!(10))).await.unwrap(), next);
    }
    assert_eq!(store.dump(), before);
    // A clock that is behind the one before does not make the older version hold.
    let behind = changed("recorded_at", json!("2019-01-01T00:00:00Z"));
    assert_eq!(record(&store, "P-1", 2, behind).await.unwrap(), Outcome::Recorded);
    let versions = closing(&store).billing(&partner("P-1")).await.unwrap().0;
    assert_eq!(versions.len(), 2);
    assert!(versions[0].recorded_at <= versions[1].recorded_at);
    let vendor = serde_json::from_value(vendor_version()).unwrap();
    assert_eq!(closing(&store).record_vendor(1, vendor, &on(FIRST)).await.unwrap(), Outcome::Already);
}

#[tokio::test]
async fn every_field_reads_back_as_recorded() {
    let store = world(&["P-1"]).await;
    let mut version = billing_version("P1");
    for (field, value) in [
        ("iban", json!("FR1420041010050500013M02606")),
        ("account_holder", json!("Partner SARL")),
        ("minimum_minor", json!({"EUR": 5000, "JPY": 0})),
        ("set_off", json!(true)),
        ("payment_days", json!(45)),
        ("mandate", json!({"signed_on": "2020-01-01", "ended_on": "2030-01-01", "days_to_contest": 15})),
    ] {
        version[field] = value;
    }
    record(&store, "P-1", 2, version.clone()).await.unwrap();
    let expected: Version<Billing> = serde_json::from_value(version).unwrap();
    assert_eq!(closing(&store).billing(&partner("P-1")).await.unwrap().0[1], expected);
}

#[tokio::test]
async fn a_series_is_one_partner_s_for_ever() {
    let store = world(&["P-1", "P-2"]).await;
    let changed = record(&store, "P-1", 2, billing_version("OTHER")).await;
    assert!(matches!(changed, Err(ClosingError::Series(SeriesError::Changed { .. }))), "{changed:?}");
    let taken = record(&store, "P-3", 1, billing_version("P1")).await;
    assert!(matches!(taken, Err(ClosingError::Series(SeriesError::Taken { .. }))), "{taken:?}");
    let mut without = billing_version("P1");
    without["series"] = Value::Null;
    assert_eq!(record(&store, "P-3", 1, without).await.unwrap(), Outcome::Recorded);
    assert_eq!(record(&store, "P-3", 2, billing_version("P3")).await.unwrap(), Outcome::Recorded);
    assert_eq!(closing(&store).owner(&"P3".parse().unwrap()).await.unwrap(), Some(partner("P-3")));
    assert_eq!(closing(&store).owner(&"P4".parse().unwrap()).await.unwrap(), None);
}
