//! Versions that hold from a day on, as known at a moment (§8.1).

use crate::identity::Billing;
use crate::terms::SeriesCode;
use jiff::Timestamp;
use rules::{Day, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A version of a billing identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version<T> {
    /// The day from which it holds.
    pub from: Day,
    /// The moment at which it became known.
    pub recorded_at: Timestamp,
    /// The identity.
    #[serde(flatten)]
    pub of: T,
}

/// All versions of one billing identity, in the order in which they were recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Versions<T>(pub Vec<Version<T>>);

impl<T> Default for Versions<T> {
    fn default() -> Versions<T> {
        Versions(Vec::new())
    }
}

impl<T> Versions<T> {
    /// The version that holds on a day: of those recorded by the moment, it included, the one with the latest first day
    /// not after that day; of equal first days the last recorded.
    pub fn holds_on(&self, day: Day, known_at: Timestamp) -> Option<&T> {
        let on_time = self.known(known_at).filter(|version| version.from <= day);
        on_time.max_by_key(|version| (version.from, version.recorded_at)).map(|version| &version.of)
    }

    /// The version that a line of a month takes its regime from: the one that holds on the month's last day; before the
    /// first version, the first (§8.5).
    pub fn holds_or_first(&self, day: Day, known_at: Timestamp) -> Option<&T> {
        self.holds_on(day, known_at).or_else(|| {
            let first = self.known(known_at).map(|version| version.from).min()?;
            self.holds_on(first, known_at)
        })
    }

    fn known(&self, at: Timestamp) -> impl Iterator<Item = &Version<T>> {
        self.0.iter().filter(move |version| version.recorded_at <= at)
    }
}

/// The reason why a version cannot follow those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// The partner's series would change.
    #[error("series is {set} and never changes once set: keep it")]
    Changed {
        /// The code that is set.
        set: SeriesCode,
    },
    /// The series is another partner's.
    #[error("series {code} is another partner's for ever: choose a code that nobody has had")]
    Taken {
        /// The code.
        code: SeriesCode,
    },
}

/// Checks the series of a new version of a partner: one partner's for ever, never changed once set.
pub fn series_may_be(
    partner: &PartnerId,
    version: &Billing,
    all: &BTreeMap<PartnerId, Versions<Billing>>,
) -> Result<(), SeriesError> {
    let codes_of = |partner: &PartnerId| {
        let versions = all.get(partner).into_iter().flat_map(|versions| &versions.0);
        versions.filter_map(|version| version.of.series()).collect::<Vec<_>>()
    };
    if let Some(set) = codes_of(partner).first() {
        return match version.series() {
            Some(code) if code == *set => Ok(()),
            Some(_) | None => Err(SeriesError::Changed { set: (*set).clone() }),
        };
    }
    let Some(code) = version.series() else { return Ok(()) };
    let taken = all.keys().any(|other| codes_of(other).contains(&code));
    if taken { Err(SeriesError::Taken { code: code.clone() }) } else { Ok(()) }
}
