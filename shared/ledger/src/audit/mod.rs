//! A whole table held against the rules, a partition at a time: every line computed again beside what its entries add up
//! to, every list, mark, place in an index and total beside what the facts make of it, every item beside its hash. What
//! cannot be read is named, and the rest is looked at all the same.
//!
//! Two passes: [`Survey`] takes from each partition the little that others depend on (of a partner, its record and its
//! earliest sales), [`Inspection`] then judges each partition by itself. Neither keeps a partition, so that a table of any
//! size can stream through both. [`mend`] repairs what can be derived.

mod finding;
mod inspection;
pub mod mend;
mod survey;

pub use finding::Finding;
pub use inspection::Inspection;
pub use survey::Survey;

use crate::item::key;
use crate::store::Item;
use std::collections::BTreeMap;

/// What a table comes to.
#[derive(Debug, Default)]
pub struct Audit {
    /// How many lines are owed.
    pub lines: usize,
    /// Each thing that is not as it should be.
    pub findings: Vec<Finding>,
}

/// Holds all items of a table against the rules.
pub fn audit(items: Vec<Item>) -> Audit {
    let mut partitions: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in items {
        partitions.entry(key(&item).pk).or_default().push(item);
    }
    let mut survey = Survey::default();
    for (partition, items) in &partitions {
        survey.take(partition, items);
    }
    let mut inspection = Inspection::new(survey);
    for (partition, items) in partitions {
        inspection.take(&partition, items);
    }
    inspection.end()
}
