//! What of the ledger could not be read and is left out of an answer: named to a manager; counted for a partner, since a key
//! may tell what is said for managers (how often a contract was claimed, or chosen about).

use crate::access::Caller;
use crate::openapi_schemas::with;
use ledger::LedgerError;
use rules::programme::Language;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The keys of what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unreadable(BTreeSet<String>);

impl Unreadable {
    /// Takes note of keys; each is logged once.
    pub(crate) fn add(&mut self, keys: impl IntoIterator<Item = String>) {
        for key in keys {
            if self.0.insert(key.clone()) {
                tracing::error!(key, "an item cannot be read: answers are without it; compare it with a backup");
            }
        }
    }

    /// What was read; none if it is damaged, of a later release, or cannot be added up, and so is passed over.
    pub(crate) fn pass_over<T>(&mut self, read: Result<T, LedgerError>) -> Result<Option<T>, LedgerError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(
                LedgerError::Damaged { key, why: _ }
                | LedgerError::Unknown { key }
                | LedgerError::Overflow { what: key, source: _ },
            ) => {
                self.add([key]);
                Ok(None)
            }
            Err(error @ (LedgerError::Store(_) | LedgerError::Contended { .. })) => Err(error),
        }
    }

    /// What another part of the answer is without, too.
    pub(crate) fn merge(&mut self, other: Unreadable) {
        self.0.extend(other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys that this caller may know.
    pub(crate) fn keys_for(&self, caller: &Caller) -> Vec<&str> {
        match caller {
            Caller::Admin => self.0.iter().map(String::as_str).collect(),
            Caller::Partner(_) => Vec::new(),
        }
    }

    /// An answer that says what it is without.
    pub(crate) fn told(&self, answer: Value, caller: &Caller) -> Value {
        let answer = with(answer, "unreadable", json!(self.keys_for(caller)));
        with(answer, "unreadable_count", json!(self.len()))
    }

    /// The same in words, if there is anything.
    pub(crate) fn note(&self, caller: &Caller, language: Language) -> Option<String> {
        let keys = self.keys_for(caller).join(", ");
        let (n, keys) = (self.len(), if keys.is_empty() { keys } else { format!(" ({keys})") });
        let note = match (n, language) {
            (0, _) => return None,
            (1, Language::Fr) => format!("1 élément n'a pu être lu ; les montants peuvent être incomplets{keys}"),
            (_, Language::Fr) => format!("{n} éléments n'ont pu être lus ; les montants peuvent être incomplets{keys}"),
            (1, Language::En) => format!("1 item could not be read; amounts may be incomplete{keys}"),
            (_, Language::En) => format!("{n} items could not be read; amounts may be incomplete{keys}"),
        };
        Some(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::money::Overflow;

    #[test]
    fn keys_are_told_to_managers_and_counted_for_partners() {
        let mut unreadable = Unreadable::default();
        let partner = Caller::Partner("P-1".parse().unwrap_or_else(|_| unreachable!()));
        assert_eq!(unreadable.note(&partner, Language::Fr), None);
        assert_eq!(unreadable.told(json!({}), &partner), json!({ "unreadable": [], "unreadable_count": 0 }));
        unreadable.add(["B 2", "A 1", "B 2"].map(str::to_owned));
        assert_eq!(
            unreadable.told(json!({}), &Caller::Admin),
            json!({ "unreadable": ["A 1", "B 2"], "unreadable_count": 2 })
        );
        assert_eq!(unreadable.told(json!({}), &partner), json!({ "unreadable": [], "unreadable_count": 2 }));
        let said = |caller| unreadable.note(caller, Language::En).unwrap();
        assert_eq!(said(&Caller::Admin), "2 items could not be read; amounts may be incomplete (A 1, B 2)");
        assert_eq!(said(&partner), "2 items could not be read; amounts may be incomplete");
    }

    #[test]
    fn damage_is_passed_over_and_a_table_that_does_not_answer_is_not() {
        let mut unreadable = Unreadable::default();
        assert_eq!(unreadable.pass_over(Ok(7)).unwrap(), Some(7));
        let damaged = LedgerError::Damaged { key: "A 1".to_owned(), why: "" };
        let overflow = LedgerError::Overflow { what: "B".to_owned(), source: Overflow };
        assert_eq!(unreadable.pass_over::<u8>(Err(damaged)).unwrap(), None);
        assert_eq!(unreadable.pass_over::<u8>(Err(overflow)).unwrap(), None);
        assert_eq!(unreadable.keys_for(&Caller::Admin), ["A 1", "B"]);
        let contended = LedgerError::Contended { what: "C".to_owned(), attempts: 1 };
        assert!(unreadable.pass_over::<u8>(Err(contended)).is_err());
    }
}
