//! Fuzzes the parser: any message is read or refused, without a panic, and each refusal has a field and a reason.

#![no_main]

use events::{EventType, Refusal, choice, cloud_event, registration};
use libfuzzer_sys::fuzz_target;
use rules::Agreements;

fn named(refusal: Option<Refusal>) {
    if let Some(refusal) = refusal {
        assert!(!refusal.field.is_empty() && !refusal.reason.fr.is_empty() && !refusal.reason.en.is_empty(), "{refusal:?}");
    }
}

fuzz_target!(|body: &str| {
    for event_type in EventType::ALL {
        named(cloud_event::parse(body, event_type).err());
    }
    named(registration::parse(body, &Agreements::default()).err());
    named(choice::parse(body).err());
});
