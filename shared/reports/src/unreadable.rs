//! The items of the ledger that could not be read, and are left out of a report.

use ledger::LedgerError;
use std::collections::BTreeSet;

/// The keys of unreadable items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable(BTreeSet<String>);

impl Unreadable {
    /// Adds keys; each is logged once.
    pub fn add(&mut self, keys: impl IntoIterator<Item = String>) {
        for key in keys {
            if self.0.insert(key.clone()) {
                tracing::error!(key, "an item cannot be read: answers are without it; compare it with a backup");
            }
        }
    }

    /// The value read; none if it is damaged, of a later release, or overflows, and so is skipped.
    pub fn pass_over<T>(&mut self, read: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
        match read.map_err(LedgerError::contained) {
            Ok(read) => Ok(Some(read)),
            Err(Ok(key)) => {
                self.add([key]);
                Ok(None)
            }
            Err(Err(error)) => Err(error),
        }
    }

    /// Adds the unreadable items of another part of the report.
    pub fn merge(&mut self, other: Unreadable) {
        self.0.extend(other.0);
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no item was unreadable.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::money::Overflow;

    #[test]
    fn damage_is_passed_over_and_a_table_that_does_not_answer_is_not() {
        let mut unreadable = Unreadable::default();
        assert_eq!(unreadable.pass_over(Ok(7)).ok().flatten(), Some(7));
        let damaged = LedgerError::Damaged { key: "A 1".to_owned(), why: "" };
        let overflow = LedgerError::Overflow { what: "B".to_owned(), source: Overflow };
        assert!(matches!(unreadable.pass_over::<u8>(Err(damaged)), Ok(None)));
        assert!(matches!(unreadable.pass_over::<u8>(Err(overflow)), Ok(None)));
        assert_eq!(unreadable.keys().collect::<Vec<_>>(), ["A 1", "B"]);
        let contended = LedgerError::Contended { what: "C".to_owned(), attempts: 1 };
        assert!(unreadable.pass_over::<u8>(Err(contended)).is_err());
    }
}
