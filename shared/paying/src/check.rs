//! Checks items as they are stored: an audit asks this for each item that neither the ledger nor closing knows.

use crate::batch::Transfer;
use crate::batches::read_batch;
use crate::fates::read_fate;
use crate::forms::{HeadForm, LeftOutForm, MovementForm};
use crate::keys::ItemKey;
use crate::partner::read_payment;
use crate::{PayingError, keys};
use closing::item;
use ledger::item::key;
use ledger::store::Item;
use ledger::{LedgerError, Unreadable};

/// Checks that an item is as recorded, that this release can read it, and that it is listed where it belongs; none: the item is
/// of another kind than those of this crate.
pub fn check(item: &Item) -> Option<Result<(), PayingError>> {
    let parsed = ItemKey::parse(&key(item))?;
    Some(readable(&parsed, item))
}

fn readable(parsed: &ItemKey, item: &Item) -> Result<(), PayingError> {
    let read = |outcome: Result<(), Unreadable>| outcome.map_err(PayingError::from);
    match parsed {
        ItemKey::Head(_) => read(item::read::<HeadForm>(item).map(drop)),
        ItemKey::Payment(..) => read_payment(item).map(drop),
        ItemKey::Batch(id) => {
            let batch = read_batch(item)?.batch;
            if item::is_listed(item, &keys::listed_batch(id, batch.begun.at)) {
                return Ok(());
            }
            let why = "it is not in the list of batches";
            Err(LedgerError::Damaged { key: keys::batch_partition(id), why }.into())
        }
        ItemKey::Transfer(_) => read(item::read::<Transfer>(item).map(drop)),
        ItemKey::Fate(_) | ItemKey::Returned(_) => read_fate(item).map(drop),
        ItemKey::LeftOut(..) => read(item::read::<LeftOutForm>(item).map(drop)),
        ItemKey::Movement => read(item::read::<MovementForm>(item).map(drop)),
    }
}
