//! Balances (§3.5): the amounts due between the vendor and a partner.

use crate::money::Overflow;
use crate::{Currency, Kind, Line, Minor, PartnerId, PostingKey};
use std::collections::BTreeMap;

/// The amounts due between a partner and the vendor, in one currency (§3.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// The amount that the vendor owes the partner, in minor units.
    pub due_to_partner: Minor,
    /// The amount that the partner owes the vendor, in minor units.
    pub due_from_partner: Minor,
}

/// §3.5: the balance that results from an amount and a vendor's share of one kind.
pub fn who_pays_whom(kind: Kind, amount: Minor, vendor_share: Minor) -> Balance {
    let zero = Minor::ZERO;
    match kind {
        Kind::Commission => Balance { due_to_partner: amount, due_from_partner: zero },
        Kind::RevenueShare => Balance { due_to_partner: zero, due_from_partner: vendor_share },
        Kind::EntryFee => Balance { due_to_partner: zero, due_from_partner: amount },
        Kind::InstanceDiscount => Balance::default(),
    }
}

/// Balances by currency; never added across currencies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances(pub BTreeMap<Currency, Balance>);

impl Balances {
    /// Adds the amounts of an entry or a line (§3.5).
    pub fn book(&mut self, posting: &PostingKey, amount: Minor, vendor_share: Minor) -> Result<(), Overflow> {
        let due = who_pays_whom(posting.kind, amount, vendor_share);
        let balance = self.0.entry(posting.currency).or_default();
        balance.due_to_partner = balance.due_to_partner.plus(due.due_to_partner)?;
        balance.due_from_partner = balance.due_from_partner.plus(due.due_from_partner)?;
        Ok(())
    }
}

/// The balances of each partner, computed from lines.
pub fn balances<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<BTreeMap<PartnerId, Balances>, Overflow> {
    let mut balances: BTreeMap<PartnerId, Balances> = BTreeMap::new();
    for line in lines {
        let of_partner = balances.entry(line.posting.partner_id.clone()).or_default();
        of_partner.book(&line.posting, line.amount(), line.vendor_share())?;
    }
    Ok(balances)
}
