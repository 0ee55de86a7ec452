//! Items of a slot as they are stored: short names, so that an annuity and its first entry fit one write unit.

use crate::item::{self, Hash};
use crate::keys::{self, RowKey, SlotKey};
use crate::lenient::is_of_later_release;
use crate::store::{Item, Key};
use crate::{CHANGED, LedgerError, SHAPE, UNSTORABLE, Unreadable};
use jiff::Timestamp;
use rules::entry::Reversal;
use rules::line::Basis;
use rules::{
    ContractId, CreditNote, CreditNoteId, Currency, CustomerId, Day, Entry, Fact, Instance, Minor, Money, PartnerId,
    Posting, Renewal, Sale, Term,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) use crate::item::text;

/// One item of a slot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pk: String,
    sk: String,
    /// Partition of the index: the partner, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    gpk: Option<String>,
    /// Sort key of the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    gsk: Option<String>,
    /// Partition of the attention index, while a slot needs a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    apk: Option<String>,
    /// Sort key of the attention index: since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<String>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    fact: Option<StoredFact>,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    entry: Option<StoredEntry>,
    /// How often a slot was written; every write is conditional on it.
    #[serde(rename = "v", default, skip_serializing_if = "is_default")]
    pub(crate) revision: u64,
    /// How many rows were appended to a slot; a reader that counts others read half a transaction.
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    pub(crate) appended: u32,
    /// Contracts whose lines a fact of this slot still changes.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) todo: Vec<ContractId>,
    /// Whether a choice was made between the claims of a slot: its own fact may not be the one that stands.
    #[serde(rename = "ch", default, skip_serializing_if = "is_default")]
    pub(crate) chosen: bool,
    /// The partners whose the sale is or was, in a first annuity about whose sale a choice was made.
    #[serde(rename = "rd", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) holders: Vec<PartnerId>,
    /// When it was recorded.
    #[serde(rename = "at")]
    pub(crate) recorded_at: Timestamp,
    /// What a choice is about, and why it was made.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub(crate) choice: Option<StoredChoice>,
    /// The event that caused it.
    #[serde(rename = "ev", default, skip_serializing_if = "String::is_empty")]
    pub(crate) because: String,
    /// The item as it is stored; none: it is new.
    #[serde(skip)]
    stored: Option<Arc<Item>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a choice says beside the fact it chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredChoice {
    /// The credit note it is about; none: the annuity.
    #[serde(rename = "n", skip_serializing_if = "Option::is_none")]
    pub(crate) credit_note_id: Option<CreditNoteId>,
    /// The reason stated.
    #[serde(rename = "w")]
    pub(crate) why: String,
}

/// A fact without what its key says already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum StoredFact {
    #[serde(rename = "s")]
    Sale {
        #[serde(rename = "p")]
        partner_id: PartnerId,
        #[serde(rename = "c")]
        customer_id: CustomerId,
        #[serde(rename = "d")]
        signed_on: Day,
        #[serde(rename = "m")]
        annual_fee: Money,
        #[serde(rename = "i", default, skip_serializing_if = "is_default")]
        instance: Instance,
    },
    #[serde(rename = "r")]
    Renewal {
        #[serde(rename = "d")]
        starts_on: Day,
        #[serde(rename = "m")]
        annual_fee: Money,
    },
    #[serde(rename = "n")]
    CreditNote {
        #[serde(rename = "n")]
        credit_note_id: CreditNoteId,
        #[serde(rename = "d")]
        issued_on: Day,
        #[serde(rename = "m")]
        amount: Money,
    },
}

/// An entry without its partner, which the index key names; kind and model are those of its decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    basis: Basis,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    reversal: Option<StoredReversal>,
}

/// Why an entry is a reversal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredReversal {
    /// It is one, for a reason that was not written down then; or it is none.
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

/// The names of why an entry is a reversal, as they are stored.
pub(crate) const REVERSALS: [&str; 3] = ["another-partner", "another-posting", "not-owed"];

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
    fn reversal(self) -> Option<Reversal> {
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

impl Row {
    /// An item with nothing in it yet.
    pub(crate) fn new(key: &RowKey, recorded_at: Timestamp, because: &str) -> Row {
        let Key { pk, sk } = key.key();
        Row {
            pk,
            sk,
            gpk: None,
            gsk: None,
            apk: None,
            ask: None,
            fact: None,
            entry: None,
            revision: 0,
            appended: 0,
            todo: Vec::new(),
            chosen: false,
            holders: Vec::new(),
            recorded_at,
            choice: None,
            because: because.to_owned(),
            stored: None,
        }
    }

    /// Reads an item of a slot, or what an index shows of one.
    pub(crate) fn read(item: &Item) -> Result<(RowKey, Row), Unreadable> {
        let table_key = item::key(item);
        let key = match RowKey::parse(&table_key) {
            Some(key) => key,
            None if keys::is_unknown_row(&table_key) => return Err(Unreadable::unknown(table_key)),
            None => return Err(Unreadable::damaged(table_key, "its key is none of ours")),
        };
        match Row::parse(&key, item.clone()) {
            Some(row) => Ok((key, row)),
            None if is_of_later_release(item, |item| Row::parse(&key, item).is_some()) => {
                Err(Unreadable::unknown(table_key))
            }
            None => Err(Unreadable::damaged(table_key, SHAPE)),
        }
    }

    /// Reads a whole item of a slot, which must be as it was recorded.
    pub(crate) fn read_whole(stored: Arc<Item>) -> Result<(RowKey, Row), Unreadable> {
        if Hash::of(&stored) == Hash::Differs {
            return Err(Unreadable::damaged(item::key(&stored), CHANGED));
        }
        let (key, row) = Row::read(&stored)?;
        Ok((key, Row { stored: Some(stored), ..row }))
    }

    /// A row that says what an item under its key may say.
    fn parse(key: &RowKey, item: Item) -> Option<Row> {
        let row: Row = serde_dynamo::from_item(item).ok()?;
        let listed = row.entry.is_none() || row.partner().is_some();
        let sound = match (&row.fact, key.slot()) {
            (None, _) => true,
            (Some(StoredFact::Sale { .. }), SlotKey::Annuity(_, term)) => *term == Term::FIRST,
            (Some(StoredFact::Renewal { .. }), SlotKey::Annuity(_, term)) => *term > Term::FIRST,
            (Some(StoredFact::CreditNote { amount, .. }), SlotKey::Annuity(_, _)) => !amount.is_zero(),
            (Some(_), SlotKey::EntryFee(_, _)) => false,
        };
        (listed && sound).then_some(row)
    }

    /// The item as it is stored: attributes that this release does not know stay, and so does the hash of what does not
    /// change.
    pub(crate) fn item(&self) -> Result<Item, LedgerError> {
        let mut changed = self.attributes()?;
        let Some(stored) = &self.stored else {
            item::hash(&mut changed);
            return Ok(changed);
        };
        let (_, read) = Row::read(stored)?;
        let mut item = item::rewrite(stored, &read.attributes()?, changed);
        if !item::is_recorded_alike(stored, &item) {
            item::hash(&mut item);
        }
        Ok(item)
    }

    fn attributes(&self) -> Result<Item, LedgerError> {
        serde_dynamo::to_item(self)
            .map_err(|_| LedgerError::Damaged { key: format!("{} {}", self.pk, self.sk), why: UNSTORABLE })
    }

    pub(crate) fn table_key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    /// Lists the row under a partner, on a day.
    pub(crate) fn list_under(&mut self, key: &RowKey, partner: &PartnerId, day: Day) {
        self.gpk = Some(keys::partner_partition(partner));
        self.gsk = Some(key.index_sort_key(day));
    }

    /// Whether the row is listed under a partner.
    pub(crate) fn is_listed(&self) -> bool {
        self.gpk.is_some()
    }

    /// The partner that the row is listed under.
    pub(crate) fn partner(&self) -> Option<PartnerId> {
        keys::partner_of(self.gpk.as_deref()?)
    }

    /// Where the row stands in the index by partner; empty texts for what is missing of it.
    pub(crate) fn place(&self) -> Option<(String, String)> {
        match (&self.gpk, &self.gsk) {
            (None, None) => None,
            (partition, at) => Some((partition.clone().unwrap_or_default(), at.clone().unwrap_or_default())),
        }
    }

    /// Whether the row is listed as needing a person, at a place that is its own.
    pub(crate) fn is_flagged(&self) -> bool {
        let place = self.apk.as_deref().zip(self.ask.as_deref());
        place.is_some_and(|(apk, ask)| apk == keys::ATTENTION && keys::is_attention_sort_key(ask, &self.table_key()))
    }

    /// Whether the row has anything of a place among what needs a person.
    pub(crate) fn has_flag(&self) -> bool {
        self.apk.is_some() || self.ask.is_some()
    }

    /// Lists the row as needing a person since `at`, or lists it no more.
    pub(crate) fn flag(&mut self, needs_a_person: bool, at: Timestamp) {
        self.apk = needs_a_person.then(|| keys::ATTENTION.to_owned());
        self.ask = needs_a_person.then(|| keys::attention_sort_key(at, &self.table_key()));
    }

    pub(crate) fn has_fact(&self) -> bool {
        self.fact.is_some()
    }

    pub(crate) fn has_entry(&self) -> bool {
        self.entry.is_some()
    }

    pub(crate) fn set_fact(&mut self, fact: &Fact) {
        self.fact = Some(match fact.clone() {
            Fact::Sale(Sale { contract_id: _, partner_id, customer_id, signed_on, annual_fee, instance }) => {
                StoredFact::Sale { partner_id, customer_id, signed_on, annual_fee, instance }
            }
            Fact::Renewal(Renewal { contract_id: _, term: _, starts_on, annual_fee }) => {
                StoredFact::Renewal { starts_on, annual_fee }
            }
            Fact::CreditNote(CreditNote { contract_id: _, term: _, credit_note_id, issued_on, amount }) => {
                StoredFact::CreditNote { credit_note_id, issued_on, amount }
            }
        });
    }

    /// The fact, if the row holds one.
    pub(crate) fn fact(&self, key: &RowKey) -> Option<Fact> {
        let SlotKey::Annuity(contract_id, term) = key.slot().clone() else { return None };
        Some(match self.fact.clone()? {
            StoredFact::Sale { partner_id, customer_id, signed_on, annual_fee, instance } => {
                Fact::Sale(Sale { contract_id, partner_id, customer_id, signed_on, annual_fee, instance })
            }
            StoredFact::Renewal { starts_on, annual_fee } => {
                Fact::Renewal(Renewal { contract_id, term, starts_on, annual_fee })
            }
            StoredFact::CreditNote { credit_note_id, issued_on, amount } => {
                Fact::CreditNote(CreditNote { contract_id, term, credit_note_id, issued_on, amount })
            }
        })
    }

    /// Puts an entry into the row, and lists the row where the entry is booked.
    pub(crate) fn set_entry(&mut self, key: &RowKey, entry: &Entry) {
        self.list_under(key, &entry.posting.partner_id, entry.posting.booked_on);
        self.entry = Some(StoredEntry {
            amount: entry.amount,
            vendor_share: entry.vendor_share,
            currency: entry.posting.currency,
            booked_on: entry.posting.booked_on,
            basis: entry.basis.clone(),
            reversal: entry.reversal.map(StoredReversal::from),
        });
    }

    /// The entry, if the row holds one.
    pub(crate) fn entry(&self) -> Option<Entry> {
        let entry = self.entry.clone()?;
        let posting = Posting {
            partner_id: self.partner()?,
            kind: entry.basis.decision.kind,
            model: entry.basis.decision.model,
            currency: entry.currency,
            booked_on: entry.booked_on,
        };
        let StoredEntry { amount, vendor_share, basis, reversal, .. } = entry;
        let reversal = reversal.and_then(StoredReversal::reversal);
        Some(Entry { posting, amount, vendor_share, basis, reversal })
    }
}

/// The annuity of a fact that arrives with everything it needs: fact, decision and first entry in one new row.
pub(crate) fn fresh_annuity(fact: &Fact, sale: &Sale, entry: Option<&Entry>, (at, because): (Timestamp, &str)) -> Row {
    let key = RowKey::Slot(SlotKey::Annuity(fact.contract_id().clone(), fact.term()));
    let mut row = Row::new(&key, at, because);
    row.revision = 1;
    row.set_fact(fact);
    row.list_under(&key, &sale.partner_id, day_of(fact));
    match entry {
        Some(entry) => row.set_entry(&key, entry),
        // Pending: somebody may have to do something about it.
        None => row.flag(true, at),
    }
    row
}

/// The day a fact is booked on.
pub(crate) fn day_of(fact: &Fact) -> Day {
    match fact {
        Fact::Sale(sale) => sale.signed_on,
        Fact::Renewal(renewal) => renewal.starts_on,
        Fact::CreditNote(note) => note.issued_on,
    }
}

/// The slot of a term of a contract.
pub(crate) fn annuity(contract: &ContractId, term: Term) -> SlotKey {
    SlotKey::Annuity(contract.clone(), term)
}
