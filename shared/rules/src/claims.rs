//! Claims (§5) of one key, in the order they were recorded. The first eligible claim is effective, until a manager
//! chooses another, or none.

use serde::{Deserialize, Serialize};

/// The most claims of one key from billing.
pub const MAX_CLAIMS: usize = 100;
/// The most claims of one key that managers can state.
pub const MAX_STATED: usize = 100;
/// The most choices that one key can have.
pub const MAX_CHOICES: usize = 100;

/// The source of a claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// An event from billing.
    #[default]
    Billing,
    /// A manager, who stated it.
    Manager,
}

impl Source {
    /// The most claims of one key from this source.
    pub fn most(self) -> usize {
        match self {
            Source::Billing => MAX_CLAIMS,
            Source::Manager => MAX_STATED,
        }
    }
}

/// All claims and choices of one key; the claims differ from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims<T> {
    all: Vec<T>,
    /// The source of each claim.
    sources: Vec<Source>,
    choices: Vec<Choice<T>>,
}

/// A choice of the effective claim. It resolves the claims that it saw, and no later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<T> {
    /// The effective claim; none: no claim is effective.
    pub claim: Option<T>,
    /// The number of claims recorded when the choice was made.
    pub seen: usize,
}

/// The result of adding a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimResult {
    /// The first claim of the key.
    First,
    /// A repeated claim: no effect.
    Duplicate,
    /// A claim that differs: a contradicting claim.
    Contradiction,
}

impl<T> Default for Claims<T> {
    fn default() -> Self {
        Claims { all: Vec::new(), sources: Vec::new(), choices: Vec::new() }
    }
}

impl<T: PartialEq> Claims<T> {
    /// Appends a claim, unless it is recorded already.
    pub fn add(&mut self, claim: T, source: Source) -> ClaimResult {
        if self.all.contains(&claim) {
            return ClaimResult::Duplicate;
        }
        self.all.push(claim);
        self.sources.push(source);
        if self.all.len() == 1 { ClaimResult::First } else { ClaimResult::Contradiction }
    }

    /// Chooses the effective claim from now on: one of the claims, or none.
    pub fn choose(&mut self, claim: Option<T>) {
        self.choices.push(Choice { claim, seen: self.all.len() });
    }

    /// The effective claim: the last one chosen, or without a choice the first one; only an `eligible` one.
    pub fn effective(&self, eligible: impl Fn(&T) -> bool) -> Option<&T> {
        match self.choices.last() {
            Some(choice) => choice.claim.as_ref().filter(|claim| eligible(claim)),
            None => self.all.iter().find(|claim| eligible(claim)),
        }
    }

    /// All claims, in the order recorded.
    pub fn all(&self) -> &[T] {
        &self.all
    }

    /// The source of each claim, in the same order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The choices; the last one holds.
    pub fn choices(&self) -> &[Choice<T>] {
        &self.choices
    }

    /// An unresolved contradiction: several claims without a choice, or a claim after
    /// the last choice.
    pub fn is_contradicted(&self) -> bool {
        let resolved = self.choices.last().map_or(1, |choice| choice.seen);
        self.all.len() > resolved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_resolves_the_claims_it_saw_and_no_later_one() {
        let mut claims = Claims::default();
        claims.add("1000", Source::Billing);
        assert!(!claims.is_contradicted());
        claims.choose(None);
        assert!(!claims.is_contradicted(), "nothing was said since");
        assert_eq!(claims.add("1000", Source::Billing), ClaimResult::Duplicate);
        assert!(!claims.is_contradicted(), "a duplicate says nothing new");
        assert_eq!(claims.add("100", Source::Billing), ClaimResult::Contradiction);
        assert!(claims.is_contradicted() && claims.effective(|_| true).is_none());
        claims.choose(Some("100"));
        assert!(!claims.is_contradicted() && claims.effective(|_| true) == Some(&"100"));
        claims.add("10", Source::Billing);
        assert!(claims.is_contradicted() && claims.effective(|_| true) == Some(&"100"));
        assert_eq!(claims.choices().iter().map(|choice| choice.seen).collect::<Vec<_>>(), [1, 2]);
    }
}
