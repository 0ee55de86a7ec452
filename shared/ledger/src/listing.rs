//! The place of a contract's rows in the index by partner, and the present and earlier partners of its sale.

use crate::aggregate::Aggregate;
use crate::aggregates::Aggregates;
use crate::keys::{AggregateKey, RowKey};
use crate::partner_contracts::ListingRow;
use crate::rows::{Content, Row, day_of, place};
use crate::store::Key;
use rules::contract::Key as Claimed;
use rules::{AnnuityId, Contract, Day, Fact, PartnerId, Sale, Term};
use std::collections::BTreeMap;

/// The revision of an aggregate that was written once.
const NEW: u64 = 1;

impl Aggregates {
    /// The partners that have or had the sale of a contract, in order.
    pub fn holders(&self) -> Vec<PartnerId> {
        let mut holders: Vec<PartnerId> = Vec::new();
        self.each_sale(|_, contract| {
            let holder = contract.sale().map(|sale| sale.partner_id.clone());
            holders.extend(holder.filter(|holder| !holders.contains(holder)));
        });
        holders
    }

    /// The rows whose key in the index by partner is wrong, with that key.
    pub(crate) fn wrongly_placed(&self) -> Vec<(Key, Option<(String, String)>)> {
        let sales = self.sale_places();
        let holders = self.holders();
        let mut wrong = Vec::new();
        for row in self.by_key.values().flat_map(Aggregate::in_order) {
            let expected = expected_place(row, &sales);
            // A later fact that was pending is listed when it is next written; readers find it through its first
            // annuity.
            let may_wait =
                expected.is_none() && row.entry().is_none() && row.partner().is_some_and(|one| holders.contains(&one));
            let fact = row.fact().zip(row.partner());
            let own = fact.map(|(fact, partner)| place(&row.key(), &partner, day_of(&fact)));
            if row.place != expected && !(may_wait && row.place == own && row.is_own_fact()) {
                wrong.push((row.table_key(), row.place.clone()));
            }
        }
        wrong
    }

    /// The key of a row in the index by partner.
    pub(crate) fn place_of(&self, key: &RowKey) -> Option<(String, String)> {
        let sales = self.sale_places();
        let rows = self.by_key.values().flat_map(Aggregate::in_order);
        expected_place(rows.into_iter().find(|row| row.key() == *key)?, &sales)
    }

    /// Whether this row is the last of those that list the contract under a partner.
    pub fn is_last_listing(&self, row: &RowKey, partner: &PartnerId) -> bool {
        let places = self.sale_places();
        let own = places.iter().filter(|(_, (listed, _))| listed == partner).map(|(row, _)| row);
        let listing = own.filter(|row| ListingRow::of((*row).clone()).is_some());
        listing.max_by_key(|row| row.n()) == Some(row)
    }

    /// Tells contracts whose sale was certainly recorded before every renewal: a renewal that waits for its sale writes the first
    /// annuity, which the sale then replaces.
    pub(crate) fn sale_came_first(&self) -> bool {
        self.first_annuity().is_some_and(|first| first.read == Some(NEW))
    }

    fn first_annuity(&self) -> Option<&Aggregate> {
        let is_first = |key: &AggregateKey| matches!(key, AggregateKey::Annuity(AnnuityId { term: Term::FIRST, .. }));
        self.by_key.iter().find(|(key, _)| is_first(key)).map(|(_, aggregate)| aggregate)
    }

    /// The rows that list a contract under the present and earlier partners of its sale.
    fn sale_places(&self) -> BTreeMap<RowKey, (PartnerId, Day)> {
        let mut places = BTreeMap::new();
        let (mut before, mut left): (Option<Sale>, Option<Sale>) = (None, None);
        self.each_sale(|row, contract| {
            let after = contract.sale().cloned();
            let listed = match &row.content {
                Content::Own { fact: Some(Fact::Sale(sale)), .. } => Some(sale.clone()),
                Content::Choice { chosen, .. } if chosen.about == Claimed::Sale => {
                    let holder = after.as_ref().map(|sale| &sale.partner_id);
                    left = before.take().filter(|before| holder != Some(&before.partner_id));
                    chosen.claim.as_ref().and_then(Fact::sale).cloned()
                }
                Content::SaleMoved { .. } => left.take(),
                Content::Own { .. }
                | Content::Choice { .. }
                | Content::Entry { .. }
                | Content::Adjustment { .. }
                | Content::AdjustmentEntry { .. }
                | Content::Claim { .. }
                | Content::SetAside { .. } => None,
            };
            before = after;
            places.extend(listed.map(|sale| (row.key(), (sale.partner_id, sale.signed_on))));
        });
        places
    }

    /// Calls `show` for each row of the first annuity, in the order written, with the claims and choices of the sale up
    /// to it.
    fn each_sale(&self, mut show: impl FnMut(&Row, &Contract)) {
        let mut contract = Contract::default();
        for row in self.first_annuity().into_iter().flat_map(Aggregate::in_order) {
            match &row.content {
                Content::Choice { chosen, .. } if chosen.about == Claimed::Sale => {
                    contract.choose(&Claimed::Sale, chosen.claim.clone());
                }
                Content::Own { fact: Some(sale @ Fact::Sale(_)), .. }
                | Content::Claim { fact: sale @ Fact::Sale(_), .. } => {
                    contract.add(sale.clone());
                }
                Content::Own { .. }
                | Content::Claim { .. }
                | Content::Choice { .. }
                | Content::Entry { .. }
                | Content::Adjustment { .. }
                | Content::AdjustmentEntry { .. }
                | Content::SaleMoved { .. }
                | Content::SetAside { .. } => {}
            }
            show(row, &contract);
        }
    }
}

fn expected_place(row: &Row, sales: &BTreeMap<RowKey, (PartnerId, Day)>) -> Option<(String, String)> {
    match (row.entry(), sales.get(&row.key())) {
        (Some(entry), _) => Some(place(&row.key(), &entry.posting.partner_id, entry.posting.booked_on)),
        (None, Some((partner_id, signed_on))) => Some(place(&row.key(), partner_id, *signed_on)),
        (None, None) => None,
    }
}
