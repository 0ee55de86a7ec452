//! The audit: checks a whole table against the rules, partition by partition. It computes every line again and compares
//! it with the sum of its entries; it compares every list, mark, index key and total with the facts, and every item
//! with its hash. It reports unreadable items and checks the rest.
//!
//! Two passes: [`Survey`] extracts from each partition the little that others depend on (a partner's record and its
//! earliest sales), [`Inspection`] then checks each partition by itself. Neither keeps a partition, so a table of any
//! size can stream through both. [`mend`] repairs derived values.

mod finding;
mod inspection;
mod journal;
pub mod mend;
mod survey;

pub use finding::Finding;
pub use inspection::Inspection;
pub use survey::Survey;

use crate::item::key;
use crate::store::Item;
use std::collections::BTreeMap;

/// The result of an audit.
#[derive(Debug, Default)]
pub struct Audit {
    /// The number of lines owed.
    pub lines: usize,
    /// All findings.
    pub findings: Vec<Finding>,
}

/// Audits all items of a table.
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
