//! What the tests share: sample worlds with what they add up to, a running stack, a store in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on says so"
)]

pub mod counted;
pub mod generator;
pub mod memory;
pub mod pure;
pub mod running;
pub mod simulator;
pub mod watched;
pub mod world;

use aws_sdk_dynamodb::types::AttributeValue;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder of the programs, built once.
pub fn binaries() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| local::binaries::built().expect("the programs can be built")).clone()
}

/// The size of an item as DynamoDB counts it, in bytes: names and values; 1 for each element, 3 for each list or map;
/// a number at its upper bound.
pub fn size_of(item: &ledger::store::Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::M(fields) => {
            3 + fields.iter().map(|(name, value)| 1 + name.len() + size_of_value(value)).sum::<usize>()
        }
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size_of_value(value)).sum::<usize>(),
        other => unreachable!("the ledger stores no {other:?}"),
    }
}
