//! The attributes of a row: short names, and nothing that its key already contains.

use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash};
use crate::keys::{self, AggregateKey, RowKey};
use crate::lenient::is_of_later_release;
use crate::rows::{AggregateState, AnomalySetAside, ChosenClaim, Content, Row};
use crate::store::{Item, Key};
use crate::stored::Stored;
use crate::stored_fact::{StoredFact, is_default};
use crate::{LedgerError, Unreadable};
use jiff::Timestamp;
use rules::claims::Source;
use rules::contract::Key as Claimed;
use rules::entry::Reversal;
use rules::line::Basis;
use rules::{AnnuityId, ContractId, Currency, CustomerName, Day, Entry, Fact, Minor, PartnerId, PostingKey};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The part of an item that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The whole item, as in the table.
    Whole,
    /// The attributes projected into an index.
    InIndex,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredRow {
    pk: String,
    sk: String,
    /// Partition of the index: the partner, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    gpk: Option<String>,
    /// Sort key of the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    gsk: Option<String>,
    /// Partition of the attention index, while the aggregate is on the attention list.
    #[serde(skip_serializing_if = "Option::is_none")]
    apk: Option<String>,
    /// Sort key of the attention index: the time since when it is listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<String>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    fact: Option<StoredFact>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    entry: Option<StoredEntry>,
    #[serde(rename = "v", default, skip_serializing_if = "is_default")]
    revision: u64,
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    appended: u32,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    todo: Vec<ContractId>,
    #[serde(rename = "ch", default, skip_serializing_if = "is_default")]
    chosen: bool,
    #[serde(rename = "rd", default, skip_serializing_if = "Vec::is_empty")]
    holders: Vec<PartnerId>,
    #[serde(rename = "at")]
    recorded_at: Timestamp,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    choice: Option<StoredChoice>,
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    set_aside: Option<StoredSetAside>,
    #[serde(rename = "cn", default, skip_serializing_if = "Option::is_none")]
    customer_name: Option<CustomerName>,
    #[serde(rename = "so", default, skip_serializing_if = "is_default")]
    source: Source,
    #[serde(rename = "ev", default, skip_serializing_if = "String::is_empty")]
    because: String,
}

/// The attributes of a choice other than the chosen fact.
#[derive(Debug, Serialize, Deserialize)]
struct StoredChoice {
    #[serde(rename = "k")]
    about: Claimed,
    /// The reason stated.
    #[serde(rename = "w")]
    why: String,
}

/// The attributes of an anomaly that was set aside.
#[derive(Debug, Serialize, Deserialize)]
struct StoredSetAside {
    #[serde(rename = "k")]
    anomaly: String,
    #[serde(rename = "d")]
    digest: String,
    /// The reason stated.
    #[serde(rename = "w")]
    why: String,
}

/// An entry without its partner, which the index key names; kind and model are those of its decision.
#[derive(Debug, Serialize, Deserialize)]
struct StoredEntry {
    #[serde(rename = "a")]
    amount: Minor,
    #[serde(rename = "s", default)]
    vendor_share: Minor,
    #[serde(rename = "c")]
    currency: Currency,
    #[serde(rename = "d")]
    booked_on: Day,
    #[serde(rename = "b")]
    basis: Stored<Basis>,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    reversal: Option<StoredReversal>,
}

/// The reason of a reversal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredReversal {
    /// Whether the entry is a reversal; its reason was not recorded then.
    Flag(bool),
    Because(ReversalName),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ReversalName {
    AnotherPartner,
    AnotherPosting,
    NotOwed,
}

impl From<Reversal> for StoredReversal {
    fn from(reversal: Reversal) -> StoredReversal {
        StoredReversal::Because(match reversal {
            Reversal::AnotherPartner => ReversalName::AnotherPartner,
            Reversal::AnotherPosting => ReversalName::AnotherPosting,
            Reversal::NotOwed => ReversalName::NotOwed,
        })
    }
}

impl StoredReversal {
    fn read(self) -> Option<Reversal> {
        match self {
            StoredReversal::Flag(false) => None,
            StoredReversal::Flag(true) | StoredReversal::Because(ReversalName::AnotherPosting) => {
                Some(Reversal::AnotherPosting)
            }
            StoredReversal::Because(ReversalName::AnotherPartner) => Some(Reversal::AnotherPartner),
            StoredReversal::Because(ReversalName::NotOwed) => Some(Reversal::NotOwed),
        }
    }
}

impl StoredEntry {
    fn of(entry: &Entry) -> StoredEntry {
        StoredEntry {
            amount: entry.amount,
            vendor_share: entry.vendor_share,
            currency: entry.posting.currency,
            booked_on: entry.posting.booked_on,
            basis: Stored(entry.basis.clone()),
            reversal: entry.reversal.map(StoredReversal::from),
        }
    }

    fn read(self, partner_id: PartnerId) -> Entry {
        let StoredEntry { amount, vendor_share, currency, booked_on, basis: Stored(basis), reversal } = self;
        let (kind, model) = (basis.decision.kind, basis.decision.model);
        let posting = PostingKey { partner_id, kind, model, currency, booked_on };
        Entry { posting, amount, vendor_share, basis, reversal: reversal.and_then(StoredReversal::read) }
    }
}

impl Row {
    /// Reads the projected attributes of a row from the index by partner.
    pub(crate) fn listed(item: &Item) -> Result<Row, Unreadable> {
        Row::parse(item, Shown::InIndex).map(|(row, _)| row)
    }

    /// Reads the projected attributes, and whether a choice was made between the claims of the aggregate whose own row it
    /// is.
    pub(crate) fn listed_with_choice(item: &Item) -> Result<(Row, bool), Unreadable> {
        Row::parse(item, Shown::InIndex).map(|(row, state)| (row, state.is_some_and(|state| state.chosen)))
    }

    /// Reads a whole row of an aggregate, which must be as recorded; with the state of the aggregate if it is the
    /// aggregate's own row.
    pub(crate) fn recorded(stored: Arc<Item>) -> Result<(Row, Option<AggregateState>), Unreadable> {
        if Hash::of(&stored) == Hash::Differs {
            return Err(Unreadable::damaged(item::key(&stored), CHANGED));
        }
        let (row, state) = Row::parse(&stored, Shown::Whole)?;
        Ok((Row { stored: Some(stored), ..row }, state))
    }

    /// Reads a whole row of an aggregate, without a check of its hash.
    pub(crate) fn whole(item: &Item) -> Result<Row, Unreadable> {
        Row::parse(item, Shown::Whole).map(|(row, _)| row)
    }

    fn parse(item: &Item, shown: Shown) -> Result<(Row, Option<AggregateState>), Unreadable> {
        let table_key = item::key(item);
        let key = match RowKey::parse(&table_key) {
            Some(key) => key,
            None if keys::is_unknown_row(&table_key) => return Err(Unreadable::unknown(table_key)),
            None => return Err(Unreadable::damaged(table_key, "its key has no known form")),
        };
        match read(&key, item.clone(), shown) {
            Some(row) => Ok(row),
            None if is_of_later_release(item, |item| read(&key, item, shown).is_some()) => {
                Err(Unreadable::unknown(table_key))
            }
            None => Err(Unreadable::damaged(table_key, SHAPE)),
        }
    }

    /// The item to store: attributes that this release does not know stay, and so does the hash, which covers only
    /// unchanged attributes.
    pub(crate) fn item(&self, state: Option<&AggregateState>) -> Result<Item, LedgerError> {
        let key = self.key().key();
        let unstorable = || LedgerError::Damaged { key: format!("{} {}", key.pk, key.sk), why: UNSTORABLE };
        let mut changed = attributes(self, state).ok_or_else(unstorable)?;
        let Some(stored) = &self.stored else {
            item::hash(&mut changed);
            return Ok(changed);
        };
        let (read, read_state) = Row::parse(stored, Shown::Whole)?;
        let read = attributes(&read, read_state.as_ref()).ok_or_else(unstorable)?;
        let mut item = item::rewrite(stored, &read, changed);
        if !item::is_recorded_alike(stored, &item) {
            item::hash(&mut item);
        }
        Ok(item)
    }
}

/// Reads a row, with the state of its aggregate if it is the aggregate's own row; none if the item is invalid for its
/// key.
fn read(key: &RowKey, item: Item, shown: Shown) -> Option<(Row, Option<AggregateState>)> {
    let stored: StoredRow = serde_dynamo::from_item(item).ok()?;
    let aggregate = key.aggregate().clone();
    let fact = match (stored.fact, &aggregate) {
        (None, _) => None,
        (Some(fact), AggregateKey::Annuity(annuity)) => Some(fact.read(annuity)?),
        (Some(_), AggregateKey::EntryFee(..)) => return None,
    };
    let entry = match stored.entry {
        None => None,
        Some(entry) => Some(entry.read(keys::partner_of(stored.gpk.as_deref()?)?)),
    };
    let mut state = None;
    let content = match (key, fact, entry, stored.choice) {
        (RowKey::SetAside(_, n), None, None, None) => {
            let StoredSetAside { anomaly, digest, why } = stored.set_aside?;
            Content::SetAside { n: *n, set_aside: AnomalySetAside { anomaly, digest, why } }
        }
        (RowKey::Aggregate(_), fact, entry, None)
            if !matches!(fact, Some(Fact::Adjustment(_) | Fact::ContractEnd(_))) =>
        {
            state = Some(AggregateState {
                revision: stored.revision,
                appended: stored.appended,
                todo: stored.todo,
                chosen: stored.chosen,
                holders: stored.holders,
                flag: both(stored.apk, stored.ask),
            });
            Content::Own { fact, entry }
        }
        (RowKey::Entry(_, n), None, Some(entry), None) => Content::Entry { n: *n, entry },
        (RowKey::Adjustment(_, id), Some(Fact::Adjustment(adjustment)), entry, None) if adjustment.id == *id => {
            Content::Adjustment { adjustment, entry }
        }
        (RowKey::AdjustmentEntry(_, id, n), None, Some(entry), None) => {
            Content::AdjustmentEntry { id: id.clone(), n: *n, entry }
        }
        (RowKey::Claim(_, n), Some(fact), None, None) => Content::Claim { n: *n, fact },
        (RowKey::Choice(_, n), claim, None, choice) => {
            Content::Choice { n: *n, chosen: chosen_claim(&aggregate, claim, choice, shown)? }
        }
        (RowKey::SaleMoved(_, n), None, None, None) => Content::SaleMoved { n: *n },
        (_, _, _, _) => return None,
    };
    let because = (!stored.because.is_empty()).then(|| stored.because.into());
    let place = both(stored.gpk, stored.gsk);
    let (recorded_at, customer_name, source) = (stored.recorded_at, stored.customer_name, stored.source);
    Some((Row { aggregate, content, recorded_at, because, place, customer_name, source, stored: None }, state))
}

/// The choice in a row. An index has only choices of sales, without their reasons.
fn chosen_claim(
    aggregate: &AggregateKey,
    claim: Option<Fact>,
    choice: Option<StoredChoice>,
    shown: Shown,
) -> Option<ChosenClaim> {
    let AggregateKey::Annuity(AnnuityId { contract_id: _, term }) = aggregate else { return None };
    let (about, why) = match (choice, shown) {
        (Some(StoredChoice { about, why }), _) => (about, Some(why)),
        (None, Shown::InIndex) => (claim.as_ref().map_or_else(|| Claimed::of(*term, None), Claimed::from), None),
        (None, Shown::Whole) => return None,
    };
    let fits = about.term() == *term && claim.as_ref().is_none_or(|claim| Claimed::from(claim) == about);
    fits.then_some(ChosenClaim { about, claim, why })
}

/// Two related texts; a missing one of the two becomes empty.
fn both(one: Option<String>, other: Option<String>) -> Option<(String, String)> {
    match (one, other) {
        (None, None) => None,
        (one, other) => Some((one.unwrap_or_default(), other.unwrap_or_default())),
    }
}

/// The attributes of a row, with the state of its aggregate if it is the aggregate's own row.
fn attributes(row: &Row, state: Option<&AggregateState>) -> Option<Item> {
    let Key { pk, sk } = row.key().key();
    let (gpk, gsk) = row.place.clone().unzip();
    let (apk, ask) = state.and_then(|state| state.flag.clone()).unzip();
    let choice = match &row.content {
        Content::Choice { n: _, chosen: ChosenClaim { about, claim: _, why } } => {
            why.clone().map(|why| StoredChoice { about: about.clone(), why })
        }
        Content::Own { .. }
        | Content::Entry { .. }
        | Content::Adjustment { .. }
        | Content::AdjustmentEntry { .. }
        | Content::Claim { .. }
        | Content::SaleMoved { .. }
        | Content::SetAside { .. } => None,
    };
    let set_aside = row.set_aside().map(|AnomalySetAside { anomaly, digest, why }| StoredSetAside {
        anomaly: anomaly.clone(),
        digest: digest.clone(),
        why: why.clone(),
    });
    let stored = StoredRow {
        pk,
        sk,
        gpk,
        gsk,
        apk,
        ask,
        fact: row.fact().map(|fact| StoredFact::of(&fact)),
        entry: row.entry().map(StoredEntry::of),
        revision: state.map_or(0, |state| state.revision),
        appended: state.map_or(0, |state| state.appended),
        todo: state.map(|state| state.todo.clone()).unwrap_or_default(),
        chosen: state.is_some_and(|state| state.chosen),
        holders: state.map(|state| state.holders.clone()).unwrap_or_default(),
        recorded_at: row.recorded_at,
        choice,
        set_aside,
        customer_name: row.customer_name.clone(),
        source: row.source,
        because: row.because.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    serde_dynamo::to_item(stored).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded::{EventId, Origin, Trigger};
    use rules::decision::{Decision, Reason};
    use rules::rates::{Band, Bands, Rates};
    use rules::{Kind, Model, ProgrammeVersion, Rate, Term};

    /// A decision with bands, which a later version of the programme may have.
    #[test]
    fn an_entry_with_a_schedule_of_rates_reads_back_as_written() {
        let band = |from, percent| Band { from: Minor(from), rate: Rate::percent(percent) };
        let decision = Decision {
            agreement: Day::MIN.into(),
            programme: ProgrammeVersion::V2013_11_16,
            model: Model::Affiliate,
            kind: Kind::RevenueShare,
            rates: Rates::Bands(Bands::new(vec![band(0, 20), band(100_000, 30)]).unwrap()),
            negotiated: false,
            reason: Reason::RevenueShare,
        };
        let basis = Basis::new(decision, Minor::ZERO, Minor(120_001)).unwrap();
        let posting = PostingKey {
            partner_id: "P".parse().unwrap(),
            kind: Kind::RevenueShare,
            model: Model::Affiliate,
            currency: Currency::EUR,
            booked_on: Day::MIN,
        };
        let (amount, vendor_share) = (basis.amount(), basis.vendor_share());
        let entry = Entry { posting, amount, vendor_share, basis, reversal: None };
        let annuity = AnnuityId { contract_id: "C".parse().unwrap(), term: Term::FIRST };
        let origin = Origin { at: Timestamp::UNIX_EPOCH, because: &Trigger::Event(EventId::new("e")) };
        let row = Row::new(AggregateKey::Annuity(annuity), Content::Entry { n: 1, entry }, origin);
        let item = attributes(&row, None).unwrap();
        let (read, state) = read(&row.key(), item, Shown::Whole).unwrap();
        assert!(state.is_none());
        assert_eq!((read.entry(), amount), (row.entry(), Minor(26_000)));
    }
}
