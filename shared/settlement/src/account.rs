//! Accounts (§8): a partner, a currency and a direction; and what of an entry belongs to which.

use jiff::Timestamp;
use rules::line::LineId;
use rules::money::Minor;
use rules::{ContractId, Currency, Entry, Kind, PartnerId, PostingKey};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// The direction in which an account is paid.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Direction {
    /// From the vendor to the partner.
    ToPartner,
    /// From the partner to the vendor.
    FromPartner,
}

impl Direction {
    /// The direction in which amounts of a kind are due (§8.3); none: due neither way.
    pub fn of(kind: Kind) -> Option<Direction> {
        match kind {
            Kind::Commission => Some(Direction::ToPartner),
            Kind::RevenueShare | Kind::EntryFee => Some(Direction::FromPartner),
            Kind::InstanceDiscount => None,
        }
    }
}

/// An account. Ordered by partner (bytes), currency, direction, as numbers are given (§8.5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// The partner.
    pub partner_id: PartnerId,
    /// The currency.
    pub currency: Currency,
    /// The direction.
    pub direction: Direction,
}

/// An entry of the ledger, as far as accounts read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Its posting key: partner, kind, model, currency and day.
    pub posting: PostingKey,
    /// The partner's part.
    pub amount: Minor,
    /// The vendor's part.
    pub vendor_share: Minor,
    /// The moment at which it was recorded.
    pub recorded_at: Timestamp,
    /// The contract that it was booked for; none: it is an entry fee.
    pub contract_id: Option<ContractId>,
}

impl Booking {
    /// An entry of a line, and the moment at which it was recorded.
    pub fn of(line: &LineId, entry: &Entry, recorded_at: Timestamp) -> Booking {
        let Entry { posting, amount, vendor_share, basis: _, reversal: _ } = entry;
        let contract_id = match line {
            LineId::Annuity { annuity, cause: _ } => Some(annuity.contract_id.clone()),
            LineId::EntryFee { .. } => None,
        };
        Booking { posting: posting.clone(), amount: *amount, vendor_share: *vendor_share, recorded_at, contract_id }
    }

    /// The direction in which it is due, and how much of it (§8.3); none: due neither way.
    pub fn due(&self) -> Option<(Direction, Minor)> {
        let amount = match self.posting.kind {
            Kind::RevenueShare => self.vendor_share,
            Kind::Commission | Kind::EntryFee | Kind::InstanceDiscount => self.amount,
        };
        Some((Direction::of(self.posting.kind)?, amount))
    }

    /// It is an entry of the account.
    pub fn is_of(&self, account: &Account) -> bool {
        let Account { partner_id, currency, direction } = account;
        let is_due = self.due().is_some_and(|(due, _)| due == *direction);
        is_due && self.posting.partner_id == *partner_id && self.posting.currency == *currency
    }

    /// Its account; none: due neither way.
    pub fn account(&self) -> Option<Account> {
        let PostingKey { partner_id, currency, kind: _, model: _, booked_on: _ } = &self.posting;
        let (direction, _) = self.due()?;
        Some(Account { partner_id: partner_id.clone(), currency: *currency, direction })
    }
}
