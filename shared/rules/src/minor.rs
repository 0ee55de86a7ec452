//! Integers of minor units, with checked sums.

use serde::{Deserialize, Serialize};

/// A signed number of minor units (cents, yen, millimes) of a currency named beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minor(pub i64);

/// A sum outside the range of a 64-bit number of minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sum is out of range: it needs more than 64 bits of minor units")]
pub struct Overflow;

impl Minor {
    /// Zero.
    pub const ZERO: Minor = Minor(0);

    /// `self + other`.
    pub fn plus(self, other: Minor) -> Result<Minor, Overflow> {
        self.0.checked_add(other.0).map(Minor).ok_or(Overflow)
    }

    /// `self − other`.
    pub fn minus(self, other: Minor) -> Result<Minor, Overflow> {
        self.0.checked_sub(other.0).map(Minor).ok_or(Overflow)
    }

    /// The sum of `all`.
    pub fn sum(all: impl IntoIterator<Item = Minor>) -> Result<Minor, Overflow> {
        all.into_iter().try_fold(Minor::ZERO, Minor::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_that_do_not_fit_are_errors() {
        assert_eq!(Minor(i64::MAX).plus(Minor(1)), Err(Overflow));
        assert_eq!(Minor(i64::MIN).minus(Minor(1)), Err(Overflow));
        assert_eq!(Minor::sum([Minor(1), Minor(2)]), Ok(Minor(3)));
    }
}
