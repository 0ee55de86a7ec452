//! Billing identities (§8.1) in versions, and whose a series is. A version is recorded once and never changed.

use crate::acts::act;
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError, item, keys};
use jiff::Timestamp;
use ledger::Store;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::Write;
use rules::PartnerId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use settlement::terms::SeriesCode;
use settlement::versions::SeriesError;
use settlement::{Billing, Identity, Version, Versions};

/// The outcome of recording a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The version is recorded.
    Recorded,
    /// The same was recorded before under this number.
    Already,
    /// Another version has this number, and stays.
    Other,
    /// Another number is next.
    NotNext {
        /// The next number.
        next: u32,
    },
}

/// The owner of a series of numbers, for ever.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Owner(pub(crate) PartnerId);

/// The place of a number that a client names.
enum Numbered {
    Next,
    Known(Outcome),
}

fn numbered<T: PartialEq>(versions: &Versions<T>, n: u32, version: &Version<T>) -> Numbered {
    let next = u32::try_from(versions.0.len()).unwrap_or(u32::MAX).saturating_add(1);
    let place = usize::try_from(n).ok().and_then(|n| n.checked_sub(1));
    match place.and_then(|place| versions.0.get(place)) {
        Some(known) if known.from == version.from && known.of == version.of => Numbered::Known(Outcome::Already),
        Some(_) => Numbered::Known(Outcome::Other),
        None if n == next => Numbered::Next,
        None => Numbered::Known(Outcome::NotNext { next }),
    }
}

/// The version as recorded at a moment, not before the one before it: of two with equal first days the later number holds,
/// however the clocks of two writers differ.
fn recorded<T>(version: Version<T>, at: Timestamp, versions: &Versions<T>) -> Version<T> {
    let last = versions.0.last().map_or(at, |last| last.recorded_at);
    Version { recorded_at: at.max(last), ..version }
}

impl<S: Store> Closing<S> {
    /// The versions of the vendor's billing identity, in the order in which they were recorded.
    pub async fn vendor(&self) -> Result<Versions<Identity>, ClosingError> {
        self.versions(keys::VENDOR.to_owned()).await
    }

    /// The versions of a partner's billing identity, in the order in which they were recorded.
    pub async fn billing(&self, partner: &PartnerId) -> Result<Versions<Billing>, ClosingError> {
        self.versions(keys::billing(partner)).await
    }

    async fn versions<T: Serialize + DeserializeOwned>(&self, pk: String) -> Result<Versions<T>, ClosingError> {
        let items = self.store().partition(pk).await?;
        let versions = items.iter().map(item::read).collect::<Result<_, _>>()?;
        Ok(Versions(versions))
    }

    /// Records a version of the vendor's billing identity under a number, from 1 on, as of the moment of the occasion, whatever
    /// moment the version has; repeated, it changes nothing.
    pub async fn record_vendor(
        &self,
        n: u32,
        version: Version<Identity>,
        occasion: &Occasion,
    ) -> Result<Outcome, ClosingError> {
        for attempt in 0..ATTEMPTS {
            let versions = self.vendor().await?;
            match numbered(&versions, n, &version) {
                Numbered::Known(outcome) => return Ok(outcome),
                Numbered::Next => {}
            }
            let version = recorded(version.clone(), occasion.at, &versions);
            let item = item::once(&keys::version(keys::VENDOR.to_owned(), n), &version, None)?;
            let mut writes = act(occasion, SettlementStep::VendorIdentity, None, &[&n])?;
            writes.push(Write::Insert(item));
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(keys::VENDOR))
    }

    /// Records a version of a partner's billing identity under a number, from 1 on, as of the moment of the occasion, whatever
    /// moment the version has; repeated, it changes nothing. With the first version that has a series, the series becomes the
    /// partner's for ever.
    pub async fn record_billing(
        &self,
        partner: &PartnerId,
        n: u32,
        version: Version<Billing>,
        occasion: &Occasion,
    ) -> Result<Outcome, ClosingError> {
        let pk = keys::billing(partner);
        for attempt in 0..ATTEMPTS {
            let versions = self.billing(partner).await?;
            match numbered(&versions, n, &version) {
                Numbered::Known(outcome) => return Ok(outcome),
                Numbered::Next => {}
            }
            let mut writes = self.series_write(partner, &version.of, &versions).await?;
            let version = recorded(version.clone(), occasion.at, &versions);
            writes.push(Write::Insert(item::once(&keys::version(pk.clone(), n), &version, None)?));
            writes.extend(act(occasion, SettlementStep::PartnerIdentity, Some(partner), &[&n])?);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(pk))
    }

    /// The write that makes a new series the partner's; an error if the series changes, or is another partner's.
    async fn series_write(
        &self,
        partner: &PartnerId,
        version: &Billing,
        versions: &Versions<Billing>,
    ) -> Result<Vec<Write>, ClosingError> {
        let mut codes = versions.0.iter().filter_map(|version| version.of.series());
        match (codes.next(), version.series()) {
            (Some(set), code) if code != Some(set) => Err(SeriesError::Changed { set: set.clone() }.into()),
            (Some(_), _) | (None, None) => Ok(Vec::new()),
            (None, Some(code)) => match self.owner(code).await? {
                None => {
                    let owner = Owner(partner.clone());
                    Ok(vec![Write::Insert(item::once(&keys::owner(code), &owner, None)?)])
                }
                Some(owner) if owner == *partner => Ok(Vec::new()),
                Some(_) => Err(SeriesError::Taken { code: code.clone() }.into()),
            },
        }
    }

    /// The partner whose series a code is; none: nobody's yet.
    pub async fn owner(&self, code: &SeriesCode) -> Result<Option<PartnerId>, ClosingError> {
        let Some(item) = self.item(keys::owner(code)).await? else { return Ok(None) };
        let Owner(partner) = item::read(&item)?;
        Ok(Some(partner))
    }
}
