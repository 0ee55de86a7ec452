//! Keys of all items of this crate. Ids, codes and months cannot hold `#`; a partner's own number can, and is always last.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | a version of the vendor's billing identity | `VENDOR` | `<nnnnnn>` |
//! | a version of a partner's | `PARTNER#<partner>#BILLING` | `<nnnnnn>` |
//! | the owner of a series | `SERIES#<code>` | `OWNER` |
//! | the end of a series | `SERIES#<code>`, `SERIES#vendor` | `HEAD` |
//! | the document at a place of a series | | `<place>` |
//! | the last close | `CLOSE` | `HEAD` |
//! | a close | | `<month>` |
//! | the head of an account, with the sums of its latest months | `ACCOUNT#<partner>#SUMS` | `HEAD#<currency>#<direction>` |
//! | the sums of its months of an earlier year | | `YEAR#<currency>#<direction>#<yyyy>` |
//! | the lines that its opening settled | `ACCOUNT#<partner>#OPENING` | `LINES#<currency>#<direction>` |
//! | an opening item | | `ITEM#<currency>#<direction>#<number>` |
//! | a document issued at a close | `ACCOUNT#<partner>` | `DOC#<currency>#<direction>#<month>` |
//! | a partner's own document for a close | | `DOC#<currency>#<direction>#<month>#RECEIVED` |
//! | what cancels one of these | | `…#CANCELLATION` |
//! | a contest of one of these | | `…#CONTEST#<nnnn>` |
//! | what a close carried | | `CARRIED#<currency>#<direction>#<month>` |
//!
//! The index by partner lists documents under `DOCUMENTS#<month of the close>` and what is carried under `CARRIED#<month>`, both by
//! partner, currency and direction; and contests without an answer under `CONTESTS`, by moment.

use crate::item::Listed;
use jiff::Timestamp;
use ledger::keys::attention_sort_key;
use ledger::store::Key;
use rules::{Month, PartnerId};
use settlement::number::{GivenNumber, OwnNumber, Series};
use settlement::terms::SeriesCode;
use settlement::{Account, Direction};

/// The partition of the vendor's billing identity.
pub(crate) const VENDOR: &str = "VENDOR";
/// The partition of closes.
pub(crate) const CLOSE: &str = "CLOSE";
/// The sort key of the end of a list: the last close, the end of a series.
pub(crate) const HEAD: &str = "HEAD";
const OWNER: &str = "OWNER";
/// No code of a partner's series has small letters.
const VENDOR_SERIES: &str = "vendor";

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

/// The partition of a partner's billing identity.
pub(crate) fn billing(partner: &PartnerId) -> String {
    format!("PARTNER#{partner}#BILLING")
}

/// A version of a billing identity, from 1.
pub(crate) fn version(pk: String, n: u32) -> Key {
    key(pk, format!("{n:06}"))
}

pub(crate) fn series(series: &Series) -> String {
    match series {
        Series::Vendor => format!("SERIES#{VENDOR_SERIES}"),
        Series::Partner(code) => format!("SERIES#{code}"),
    }
}

pub(crate) fn owner(code: &SeriesCode) -> Key {
    key(series(&Series::Partner(code.clone())), OWNER)
}

pub(crate) fn series_end(of: &Series) -> Key {
    key(series(of), HEAD)
}

pub(crate) fn place(number: &GivenNumber) -> Key {
    key(series(number.series()), format!("{:012}", number.place()))
}

pub(crate) fn close(month: Month) -> Key {
    key(CLOSE, month.to_string())
}

pub(crate) fn last_close() -> Key {
    key(CLOSE, HEAD)
}

/// The partition of the sums of a partner's accounts.
pub(crate) fn sums(partner: &PartnerId) -> String {
    format!("ACCOUNT#{partner}#SUMS")
}

fn account(Account { partner_id: _, currency, direction }: &Account) -> String {
    format!("{}#{direction}", currency.code())
}

pub(crate) fn head(of: &Account) -> Key {
    key(sums(&of.partner_id), format!("HEAD#{}", account(of)))
}

pub(crate) fn year(of: &Account, year: i16) -> Key {
    key(sums(&of.partner_id), format!("YEAR#{}#{year:04}", account(of)))
}

/// The partition of the openings of a partner's accounts.
pub(crate) fn openings(partner: &PartnerId) -> String {
    format!("ACCOUNT#{partner}#OPENING")
}

pub(crate) fn opening_lines(of: &Account) -> Key {
    key(openings(&of.partner_id), format!("LINES#{}", account(of)))
}

pub(crate) fn opening_item(of: &Account, number: &OwnNumber) -> Key {
    key(openings(&of.partner_id), format!("ITEM#{}#{number}", account(of)))
}

/// The partition of a partner's documents.
pub(crate) fn documents(partner: &PartnerId) -> String {
    format!("ACCOUNT#{partner}")
}

pub(crate) fn carried(of: &Account, month: Month) -> Key {
    key(documents(&of.partner_id), format!("CARRIED#{}#{month}", account(of)))
}

/// An account in a list, in the order in which numbers are given.
fn listed(Account { partner_id, currency, direction }: &Account) -> String {
    let order = match direction {
        Direction::ToPartner => 1,
        Direction::FromPartner => 2,
    };
    format!("{partner_id}#{}#{order}", currency.code())
}

/// The place of an account in the list of what a close carried.
pub(crate) fn listed_carried(of: &Account, month: Month) -> Listed {
    (carried_at(month), listed(of))
}

/// The list of what a close carried.
pub(crate) fn carried_at(month: Month) -> String {
    format!("CARRIED#{month}")
}

/// The list of the documents of a close.
pub(crate) fn documents_at(month: Month) -> String {
    format!("DOCUMENTS#{month}")
}

/// The list of contests without an answer.
pub(crate) const CONTESTS: &str = "CONTESTS";

/// The place of a contest in the list of those without an answer.
pub(crate) fn listed_contest(at: Timestamp, key: &Key) -> Listed {
    (CONTESTS.to_owned(), attention_sort_key(at, key))
}

/// The origin of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// Issued at a close.
    Issued,
    /// The partner's own.
    Received,
}

/// The place of a document: its account, the close that it is of, its origin; and of a cancellation, the place of what it
/// cancels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocumentPlace {
    pub(crate) account: Account,
    /// The month of the close; of a cancellation, that of what it cancels.
    pub(crate) month: Month,
    pub(crate) origin: Origin,
    pub(crate) is_cancellation: bool,
}

/// The beginning of the sort keys of a document's contests.
pub(crate) fn contests(document_sk: &str) -> String {
    format!("{document_sk}#CONTEST#")
}

const RECEIVED: &str = "RECEIVED";
const CANCELLATION: &str = "CANCELLATION";

impl DocumentPlace {
    /// The document that a close issued for an account.
    pub(crate) fn issued(account: &Account, month: Month) -> DocumentPlace {
        DocumentPlace { account: account.clone(), month, origin: Origin::Issued, is_cancellation: false }
    }

    /// The partner's own document for a close.
    pub(crate) fn received(account: &Account, month: Month) -> DocumentPlace {
        DocumentPlace { origin: Origin::Received, ..DocumentPlace::issued(account, month) }
    }

    /// The document that cancels this one.
    pub(crate) fn cancellation(&self) -> DocumentPlace {
        DocumentPlace { is_cancellation: true, ..self.clone() }
    }

    pub(crate) fn key(&self) -> Key {
        let DocumentPlace { account: of, month, origin, is_cancellation } = self;
        let mut sk = format!("DOC#{}#{month}", account(of));
        match origin {
            Origin::Issued => {}
            Origin::Received => sk = format!("{sk}#{RECEIVED}"),
        }
        if *is_cancellation {
            sk = format!("{sk}#{CANCELLATION}");
        }
        key(documents(&of.partner_id), sk)
    }

    /// The place in the list of the documents of a close.
    pub(crate) fn listed(&self, close: Month) -> Listed {
        let rest = if self.is_cancellation { format!("#{}", self.month) } else { String::new() };
        (documents_at(close), format!("{}{rest}", listed(&self.account)))
    }

    pub(crate) fn contest(&self, n: u32) -> Key {
        let Key { pk, sk } = self.key();
        key(pk, format!("{}{n:04}", contests(&sk)))
    }
}

/// The kind of an item, by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ItemKey {
    VendorVersion(u32),
    BillingVersion(PartnerId, u32),
    Owner(SeriesCode),
    SeriesEnd(Series),
    /// The place of a document in a series.
    Place(Series, u64),
    LastClose,
    Close(Month),
    Head(Account),
    Year(Account, i16),
    OpeningLines(Account),
    OpeningItem(Account, OwnNumber),
    Document(DocumentPlace),
    Contest(DocumentPlace, u32),
    Carried(Account, Month),
}

impl ItemKey {
    /// The kind of an item; none: no item of this crate has such a key.
    pub(crate) fn parse(key: &Key) -> Option<ItemKey> {
        let partition: Vec<&str> = key.pk.split('#').collect();
        match partition.as_slice() {
            ["VENDOR"] => key.sk.parse().ok().map(ItemKey::VendorVersion),
            ["CLOSE"] if key.sk == HEAD => Some(ItemKey::LastClose),
            ["CLOSE"] => key.sk.parse().ok().map(ItemKey::Close),
            ["PARTNER", partner, "BILLING"] => {
                Some(ItemKey::BillingVersion(partner.parse().ok()?, key.sk.parse().ok()?))
            }
            ["SERIES", code] => ItemKey::of_series(code, &key.sk),
            ["ACCOUNT", partner, "SUMS"] => ItemKey::of_sums(&partner.parse().ok()?, &key.sk),
            ["ACCOUNT", partner, "OPENING"] => ItemKey::of_opening(&partner.parse().ok()?, &key.sk),
            ["ACCOUNT", partner] => ItemKey::of_documents(&partner.parse().ok()?, &key.sk),
            _ => None,
        }
    }

    fn of_series(code: &str, sk: &str) -> Option<ItemKey> {
        let series = if code == VENDOR_SERIES { Series::Vendor } else { Series::Partner(code.parse().ok()?) };
        match (series, sk) {
            (Series::Partner(code), OWNER) => Some(ItemKey::Owner(code)),
            (series, HEAD) => Some(ItemKey::SeriesEnd(series)),
            (series, place) => Some(ItemKey::Place(series, place.parse().ok()?)),
        }
    }

    fn of_sums(partner: &PartnerId, sk: &str) -> Option<ItemKey> {
        match sk.split('#').collect::<Vec<_>>().as_slice() {
            ["HEAD", currency, direction] => Some(ItemKey::Head(account_of(partner, currency, direction)?)),
            ["YEAR", currency, direction, year] => {
                Some(ItemKey::Year(account_of(partner, currency, direction)?, year.parse().ok()?))
            }
            _ => None,
        }
    }

    fn of_opening(partner: &PartnerId, sk: &str) -> Option<ItemKey> {
        match sk.splitn(4, '#').collect::<Vec<_>>().as_slice() {
            ["LINES", currency, direction] => Some(ItemKey::OpeningLines(account_of(partner, currency, direction)?)),
            ["ITEM", currency, direction, number] => {
                Some(ItemKey::OpeningItem(account_of(partner, currency, direction)?, number.parse().ok()?))
            }
            _ => None,
        }
    }

    fn of_documents(partner: &PartnerId, sk: &str) -> Option<ItemKey> {
        let parts: Vec<&str> = sk.split('#').collect();
        match parts.as_slice() {
            ["CARRIED", currency, direction, month] => {
                Some(ItemKey::Carried(account_of(partner, currency, direction)?, month.parse().ok()?))
            }
            ["DOC", currency, direction, month, rest @ ..] => {
                let account = account_of(partner, currency, direction)?;
                let (origin, rest) = match rest {
                    [RECEIVED, rest @ ..] => (Origin::Received, rest),
                    rest => (Origin::Issued, rest),
                };
                let (is_cancellation, rest) = match rest {
                    [CANCELLATION, rest @ ..] => (true, rest),
                    rest => (false, rest),
                };
                let place = DocumentPlace { account, month: month.parse().ok()?, origin, is_cancellation };
                match rest {
                    [] => Some(ItemKey::Document(place)),
                    ["CONTEST", n] => Some(ItemKey::Contest(place, n.parse().ok()?)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn account_of(partner: &PartnerId, currency: &str, direction: &str) -> Option<Account> {
    let direction: Direction = direction.parse().ok()?;
    Some(Account { partner_id: partner.clone(), currency: currency.parse().ok()?, direction })
}
