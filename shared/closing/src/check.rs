//! Checks items as they are stored: an audit asks this for each item that the ledger does not know.

use crate::billing::Owner;
use crate::contests::check_listed;
use crate::documents::{Numbered, read, read_carried};
use crate::forms::{OpeningForm, OpeningItemForm};
use crate::item::{self, Listed};
use crate::keys::{self, ItemKey};
use crate::sums::{HeadForm, YearForm};
use crate::{closes, closes::LastClose};
use ledger::item::key;
use ledger::store::Item;
use ledger::{Unreadable, Why};
use settlement::number::End;
use settlement::{Billing, Identity, Version};

/// Checks that an item is as recorded, that this release can read it, and that it is listed where it belongs; none: the item is
/// of another kind than those of this crate.
pub fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    let parsed = ItemKey::parse(&key(item))?;
    Some(readable(parsed, item))
}

fn readable(parsed: ItemKey, item: &Item) -> Result<(), Unreadable> {
    let unknown = || item::unknown(key(item));
    match parsed {
        ItemKey::VendorVersion(_) => item::read::<Version<Identity>>(item).map(drop),
        ItemKey::BillingVersion(..) => item::read::<Version<Billing>>(item).map(drop),
        ItemKey::Owner(_) => item::read::<Owner>(item).map(drop),
        ItemKey::SeriesEnd(_) => item::read::<End>(item).map(drop),
        ItemKey::Place(..) => match item::read::<Numbered>(item)?.xml {
            None => Ok(()),
            Some(xml) => xml.text().map(drop).ok_or_else(unknown),
        },
        ItemKey::LastClose => item::read::<LastClose>(item).map(drop),
        ItemKey::Close(_) => closes::read(item).map(drop),
        ItemKey::Head(_) => item::read::<HeadForm>(item)?.read().map(drop).ok_or_else(unknown),
        ItemKey::Year(..) => item::read::<YearForm>(item)?.read().map(drop).ok_or_else(unknown),
        ItemKey::OpeningLines(account) => item::read::<OpeningForm>(item)?.read(account).map(drop).ok_or_else(unknown),
        ItemKey::OpeningItem(account, number) => {
            item::read::<OpeningItemForm>(item)?.read(account, number).map(drop).ok_or_else(unknown)
        }
        ItemKey::Contest(..) => check_listed(item),
        ItemKey::Document(place) => {
            let (_, document) = read(item)?;
            listed(item, &place.listed(document.close.month()))
        }
        ItemKey::Carried(account, month) => {
            read_carried(item)?;
            listed(item, &keys::listed_carried(&account, month))
        }
    }
}

fn listed(item: &Item, place: &Listed) -> Result<(), Unreadable> {
    if item::is_listed(item, place) {
        Ok(())
    } else {
        Err(Unreadable { key: key(item), why: Why::Damaged("it is not in the list of its close") })
    }
}
