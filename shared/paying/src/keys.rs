//! Keys of all items of this crate. Ids of partners and batches cannot hold `#`; the id of a payment and a bank's reference can, and
//! are always last.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | the head of a partner's payments | `ACCOUNT#<partner>#PAYMENTS` | `HEAD` |
//! | a payment | | `PAY#<id>` |
//! | a batch | `BATCH#<id>` | `HEAD` |
//! | a transfer | | `T#<nnnn>` |
//! | its fate: executed or rejected | | `T#<nnnn>#FATE` |
//! | its return | | `T#<nnnn>#RETURN` |
//! | a partner left out, and why | | `OUT#<partner>` |
//! | money that a bank's file said came in | `BANK` | `<reference>` |
//!
//! The index by partner lists batches under `BATCHES`, by moment.

use crate::batch::{BatchId, TransferId};
use closing::item::Listed;
use jiff::Timestamp;
use ledger::store::Key;
use payments::PaymentId;
use rules::PartnerId;

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

const HEAD: &str = "HEAD";
const BANK: &str = "BANK";
/// The list of batches.
pub(crate) const BATCHES: &str = "BATCHES";

/// The partition of a partner's payments.
pub(crate) fn payments(partner: &PartnerId) -> String {
    format!("ACCOUNT#{partner}#PAYMENTS")
}

pub(crate) fn head(partner: &PartnerId) -> Key {
    key(payments(partner), HEAD)
}

pub(crate) fn payment(partner: &PartnerId, id: &PaymentId) -> Key {
    key(payments(partner), format!("PAY#{id}"))
}

/// The partition of a batch.
pub(crate) fn batch_partition(id: &BatchId) -> String {
    format!("BATCH#{id}")
}

pub(crate) fn batch(id: &BatchId) -> Key {
    key(batch_partition(id), HEAD)
}

pub(crate) fn transfer(id: &TransferId) -> Key {
    key(batch_partition(&id.batch), format!("T#{:04}", id.n))
}

pub(crate) fn fate(id: &TransferId) -> Key {
    key(batch_partition(&id.batch), format!("T#{:04}#FATE", id.n))
}

pub(crate) fn returned(id: &TransferId) -> Key {
    key(batch_partition(&id.batch), format!("T#{:04}#RETURN", id.n))
}

pub(crate) fn left_out(batch: &BatchId, partner: &PartnerId) -> Key {
    key(batch_partition(batch), format!("OUT#{partner}"))
}

pub(crate) fn movement(reference: &str) -> Key {
    key(BANK, reference)
}

/// The place of a batch in the list of all.
pub(crate) fn listed_batch(id: &BatchId, at: Timestamp) -> Listed {
    (BATCHES.to_owned(), format!("{at:.3}#{id}"))
}

/// The kind of an item, by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ItemKey {
    Head(PartnerId),
    Payment(PartnerId, PaymentId),
    Batch(BatchId),
    Transfer(TransferId),
    Fate(TransferId),
    Returned(TransferId),
    LeftOut(BatchId, PartnerId),
    Movement,
}

impl ItemKey {
    /// The kind of an item; none: no item of this crate has such a key.
    pub(crate) fn parse(key: &Key) -> Option<ItemKey> {
        let partition: Vec<&str> = key.pk.split('#').collect();
        match partition.as_slice() {
            ["ACCOUNT", partner, "PAYMENTS"] => {
                let partner = partner.parse().ok()?;
                if key.sk == HEAD {
                    return Some(ItemKey::Head(partner));
                }
                Some(ItemKey::Payment(partner, key.sk.strip_prefix("PAY#")?.parse().ok()?))
            }
            ["BATCH", batch] => ItemKey::of_batch(batch.parse().ok()?, &key.sk),
            [BANK] => Some(ItemKey::Movement),
            _ => None,
        }
    }

    fn of_batch(batch: BatchId, sk: &str) -> Option<ItemKey> {
        match sk.split('#').collect::<Vec<_>>().as_slice() {
            [HEAD] => Some(ItemKey::Batch(batch)),
            ["T", n] => Some(ItemKey::Transfer(TransferId { batch, n: n.parse().ok()? })),
            ["T", n, "FATE"] => Some(ItemKey::Fate(TransferId { batch, n: n.parse().ok()? })),
            ["T", n, "RETURN"] => Some(ItemKey::Returned(TransferId { batch, n: n.parse().ok()? })),
            ["OUT", partner] => Some(ItemKey::LeftOut(batch, partner.parse().ok()?)),
            _ => None,
        }
    }
}
