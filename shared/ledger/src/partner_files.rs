//! Files of partners: contacts and a note, for whoever runs the programme. They decide no amount, and are apart from the
//! partner record, which every sale reads.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | the file of a partner | `PARTNER#<partner>` | `FILE` |
//!
//! The index by partner lists files under `FILES`, with the texts by which a partner is found.

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, key, text};
use crate::journal::{Act, Change, Occasion};
use crate::queries::whole;
use crate::store::{Consistency, Index, Item, Key, Store, TransactError, Write};
use crate::{Ledger, LedgerError, Unreadable, keys};
use rules::PartnerId;
use rules::contact::{Contact, ContactLabel, Email, PartnerFile, Telephone};
use rules::inquiry::Note;
use rules::sorted::Sorted;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The sort key of a file.
const FILE: &str = "FILE";
/// The index partition of files.
const LISTED: &str = "FILES";

/// A file as recorded, and its revision; 0: nothing is recorded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordedFile {
    pub file: PartnerFile,
    pub revision: u64,
    /// The item as stored.
    stored: Option<Item>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    gpk: String,
    gsk: String,
    #[serde(rename = "ct")]
    contacts: Vec<Contact>,
    #[serde(rename = "tx", default, skip_serializing_if = "Option::is_none")]
    note: Option<Note>,
    /// The texts by which the partner is found.
    #[serde(rename = "nm")]
    found_by: String,
    #[serde(rename = "v")]
    revision: u64,
}

fn key_of(partner: &PartnerId) -> Key {
    Key { pk: keys::partner_partition(partner), sk: FILE.to_owned() }
}

/// Names, functions, addresses and telephone numbers of all contacts, on one line.
fn found_by(contacts: &[Contact]) -> String {
    let texts = contacts.iter().flat_map(|contact| {
        let function = contact.function.as_ref().map(ContactLabel::as_str);
        let telephone = contact.telephone.as_ref().map(Telephone::as_str);
        [Some(contact.name.as_str()), function, contact.email.as_ref().map(Email::as_str), telephone]
    });
    texts.flatten().collect::<Vec<_>>().join(" ")
}

fn attributes(partner: &PartnerId, file: &PartnerFile, revision: u64) -> Result<Item, LedgerError> {
    let Key { pk, sk } = key_of(partner);
    let failed =
        |_| LedgerError::Damaged { key: format!("{} {FILE}", keys::partner_partition(partner)), why: UNSTORABLE };
    let PartnerFile { contacts, note } = file.clone();
    let (gpk, gsk, found_by) = (LISTED.to_owned(), partner.to_string(), found_by(&contacts));
    let mut item =
        serde_dynamo::to_item(Stored { pk, sk, gpk, gsk, contacts, note, found_by, revision }).map_err(failed)?;
    item::hash(&mut item);
    Ok(item)
}

fn read(item: &Item) -> Result<RecordedFile, Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    let stored: Result<Stored, _> = serde_dynamo::from_item(item.clone());
    let Ok(Stored { pk, sk: _, gpk, gsk, contacts, note, found_by: stored_texts, revision }) = stored else {
        return Err(Unreadable::damaged(key(item), SHAPE));
    };
    let is_listed = gpk == LISTED && keys::partner_of(&pk).is_some_and(|partner| partner.as_str() == gsk);
    if !is_listed || stored_texts != found_by(&contacts) {
        return Err(Unreadable::damaged(key(item), "the search does not find it by its contacts"));
    }
    Ok(RecordedFile { file: PartnerFile { contacts, note }, revision, stored: Some(item.clone()) })
}

/// Finds the file of a partner by its key.
pub(crate) fn is_file(item: &Item) -> bool {
    keys::partner_of(text(item, "pk")).is_some() && text(item, "sk") == FILE
}

/// Checks that the file of a partner is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    is_file(item).then(|| read(item).map(drop))
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The file of a partner; an empty one if nothing is recorded.
    pub async fn partner_file(&self, partner: &PartnerId) -> Result<RecordedFile, LedgerError> {
        let items = self.store.get(vec![key_of(partner)], Consistency::Strong).await?;
        Ok(items.first().map(read).transpose()?.unwrap_or_default())
    }

    /// Writes the file of a partner over the one that was read; none: it has changed since.
    pub async fn write_partner_file(
        &self,
        partner: &PartnerId,
        before: RecordedFile,
        file: PartnerFile,
        occasion: &Occasion,
    ) -> Result<Option<RecordedFile>, LedgerError> {
        let revision = before.revision + 1;
        let mut item = attributes(partner, &file, revision)?;
        let write = match &before.stored {
            None => Write::Insert(item.clone()),
            Some(stored) => {
                item = item::rewrite(stored, &attributes(partner, &before.file, before.revision)?, item);
                item::hash(&mut item);
                Write::Replace(item.clone(), before.revision)
            }
        };
        let act = Act::new(occasion, Change::PartnerFile { partner_id: partner.clone(), revision });
        let mut writes = vec![write];
        writes.extend(act.writes()?);
        match self.store.transact(writes).await {
            Ok(()) => Ok(Some(RecordedFile { file, revision, stored: Some(item) })),
            Err(TransactError::Conflict) => Ok(None),
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// The texts of the contacts of every partner that has some, from the index.
    pub async fn contact_texts(&self) -> Result<BTreeMap<PartnerId, String>, LedgerError> {
        let range = whole(Index::ByPartner, LISTED.to_owned(), None);
        let found = |item: &Item| {
            Ok(text(item, "gsk").parse().ok().map(|partner: PartnerId| (partner, text(item, "nm").to_owned())))
        };
        Ok(self.matching(range, usize::MAX, found).await?.list.into_iter().to_map())
    }
}
