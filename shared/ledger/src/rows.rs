//! Items of a slot as they are stored: short names, so that an annuity and its first entry fit one write unit.

use crate::keys::{self, RowKey, SlotKey};
use crate::store::{IndexKey, Item, Key};
use crate::{LedgerError, SHAPE, UNSTORABLE};
use jiff::Timestamp;
use rules::line::Basis;
use rules::{
    ContractId, CreditNote, CreditNoteId, Currency, CustomerId, Day, Entry, Fact, Instance, Minor, Money, PartnerId,
    Posting, Renewal, Sale, Term,
};
use serde::{Deserialize, Serialize};

/// One item of a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// When it was recorded.
    #[serde(rename = "at")]
    pub(crate) recorded_at: Timestamp,
    /// What a choice is about, and why it was made.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub(crate) choice: Option<StoredChoice>,
    /// The event that caused it.
    #[serde(rename = "ev", default, skip_serializing_if = "String::is_empty")]
    pub(crate) because: String,
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
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    reversal: bool,
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
            recorded_at,
            choice: None,
            because: because.to_owned(),
        }
    }

    /// Reads an item of a slot.
    pub(crate) fn read(item: Item) -> Result<(RowKey, Row), LedgerError> {
        let name = format!("{} {}", text(&item, "pk"), text(&item, "sk"));
        let damaged = |why| LedgerError::Damaged { key: name.clone(), why };
        let row: Row = serde_dynamo::from_item(item).map_err(|_| damaged(SHAPE))?;
        let key = RowKey::parse(&row.table_key()).ok_or_else(|| damaged("its key is none of ours"))?;
        Ok((key, row))
    }

    /// The item as it is stored.
    pub(crate) fn item(&self) -> Result<Item, LedgerError> {
        serde_dynamo::to_item(self)
            .map_err(|_| LedgerError::Damaged { key: format!("{} {}", self.pk, self.sk), why: UNSTORABLE })
    }

    pub(crate) fn table_key(&self) -> Key {
        Key { pk: self.pk.clone(), sk: self.sk.clone() }
    }

    /// Where the row stands in the index.
    pub(crate) fn index_key(&self) -> Option<IndexKey> {
        Some(IndexKey { gsk: self.gsk.clone()?, key: self.table_key() })
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

    /// Whether the row is listed as needing a person.
    pub(crate) fn is_flagged(&self) -> bool {
        self.apk.is_some()
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
            reversal: entry.reversal,
        });
    }

    /// The entry, if the row holds one.
    pub(crate) fn entry(&self) -> Option<Entry> {
        let entry = self.entry.clone()?;
        let posting = Posting {
            partner_id: keys::partner_of(self.gpk.as_deref()?)?,
            kind: entry.basis.decision.kind,
            model: entry.basis.decision.model,
            currency: entry.currency,
            booked_on: entry.booked_on,
        };
        let StoredEntry { amount, vendor_share, basis, reversal, .. } = entry;
        Some(Entry { posting, amount, vendor_share, basis, reversal })
    }
}

/// A text attribute of an item, empty if it has none.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
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
