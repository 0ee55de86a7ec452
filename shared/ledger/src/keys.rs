//! Keys of all items. Ids cannot hold `#`, so joined keys cannot collide.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | an annuity, or the placeholder of one | `CONTRACT#<contract>` | `TERM#<nn>` |
//! | a later entry of its line | | `TERM#<nn>#A#<n>` |
//! | a supplement, a credit note | | `TERM#<nn>#S#<id>`, `TERM#<nn>#N#<id>` |
//! | a later entry of its line | | `TERM#<nn>#S#<id>#<n>`, `TERM#<nn>#N#<id>#<n>` |
//! | a contradicting claim, or the contract's end (of `TERM#01`) | | `TERM#<nn>#C#<n>` |
//! | a choice of the effective claim | | `TERM#<nn>#V#<n>` |
//! | the mark that a sale left its partner | | `TERM#<nn>#U#<n>` |
//! | an anomaly that was set aside | | `TERM#<nn>#Q#<n>` |
//! | an entry fee | `FEES#<partner>` | `FEE#<starts_on>` |
//! | a later entry of its line | | `FEE#<starts_on>#A#<n>` |
//! | a partner | `PARTNER#<partner>` | `HEAD` |
//! | a missed year that was set aside ([`crate::missed_years`]) | | `ASIDE#<starts_on>#<n>` |
//! | its contacts and a note ([`crate::partner_files`]) | | `FILE` |
//! | a day on which it took a perk ([`crate::perks`]) | | `PERK#<perk>#<day>` |
//! | an inquiry of a partner ([`crate::inquiries`]) | `PARTNER#<partner>#INQUIRIES` | `<inquiry>` |
//! | what a registration moved ([`crate::passes`]) | `PARTNER#<partner>#PASSES` | `<version>` |
//! | what a choice moved | | `CHOICE#<act>` |
//! | a partner's month total | `TOTALS#<partner>` | `<month>` |
//! | a dead letter | `REJECTED#<message>` | `MESSAGE` |
//! | an unreadable item that was set aside ([`crate::set_aside`]) | `UNREADABLE#<key>` | `<digest of the reason>` |
//! | a member, the number of managers ([`crate::members`]) | `MEMBERS#ALL` | `MEMBER#<member>`, `MANAGERS` |
//! | an invitation ([`crate::invitations`]) | | `INVITATION#<invitation>` |
//! | what a person did ([`crate::journal`]) | `JOURNAL#<act>` | `ACT` |
//! | a partner or a member that it concerns | | `OF#PARTNER#<partner>`, `OF#MEMBER#<member>` |
//! | a preview made in the background ([`crate::preview_steps`]) | `PREVIEW#<preview>` | `PREVIEW` |
//! | no item, ever | `NOTHING` | `NOTHING` |
//!
//! The index lists a partner's rows under `PARTNER#<partner>` by day, and the registered partners under `PARTNERS`.
//! Month totals are under `MONTH#<month>` by partner, members under
//! `MEMBERS` by role, files of partners under `FILES`. The other index is the attention list, under `ATTENTION`, dead letters under `ATTENTION#MESSAGES`, inquiries without an answer
//! under `ATTENTION#INQUIRIES`, invitations under `INVITATIONS`, acts under `JOURNAL` and below it, by time
//! of recording.

use crate::store::Key;
use jiff::Timestamp;
use rules::line::LineId;
use rules::{
    AdjustmentId, AdjustmentKind, AgreementId, AnnuityId, Cause, ContractId, Day, DocumentId, Month, PartnerId, Term,
};

/// The smallest and the largest sort key of a partition of the index.
pub const INDEX_WHOLE: (&str, &str) = (" ", "~");

/// The partition of the attention list for contracts.
pub const ATTENTION: &str = "ATTENTION";

/// The partition of the attention list for dead letters, apart, so that many of them hide no contract.
pub const ATTENTION_MESSAGES: &str = "ATTENTION#MESSAGES";

/// The partition of the attention list for inquiries without an answer.
pub const ATTENTION_INQUIRIES: &str = "ATTENTION#INQUIRIES";

/// The index partition of registered partners.
pub const PARTNERS: &str = "PARTNERS";

/// The key of an aggregate: an annuity or an entry fee, with all rows appended to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AggregateKey {
    Annuity(AnnuityId),
    /// The entry fee of an agreement.
    EntryFee(PartnerId, AgreementId),
}

impl AggregateKey {
    /// The line of the aggregate itself.
    pub fn line(&self) -> LineId {
        match self.clone() {
            AggregateKey::Annuity(annuity) => LineId::Annuity { annuity, cause: Cause::Annuity },
            AggregateKey::EntryFee(partner_id, agreement) => LineId::EntryFee { partner_id, agreement },
        }
    }
}

/// The key of one row of an aggregate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKey {
    /// The aggregate itself.
    Aggregate(AggregateKey),
    /// An entry of the aggregate's own line; `n` is unique within the aggregate.
    Entry(AggregateKey, u32),
    /// A supplement or a credit note of the annuity.
    Adjustment(AggregateKey, AdjustmentId),
    /// A later entry of its line.
    AdjustmentEntry(AggregateKey, AdjustmentId, u32),
    /// A contradicting claim of the annuity or of one of its adjustments; with the first annuity, any claim of the
    /// contract's end.
    Claim(AggregateKey, u32),
    /// A choice of the effective claim; a choice of a sale is listed under the partner that has the sale from then on.
    Choice(AggregateKey, u32),
    /// The mark that a sale left its partner, listed under that partner.
    SaleMoved(AggregateKey, u32),
    /// An anomaly that a manager set aside.
    SetAside(AggregateKey, u32),
}

impl From<AnnuityId> for RowKey {
    /// The annuity's own row.
    fn from(annuity: AnnuityId) -> RowKey {
        RowKey::Aggregate(AggregateKey::Annuity(annuity))
    }
}

impl RowKey {
    /// The aggregate of the row.
    pub fn aggregate(&self) -> &AggregateKey {
        match self {
            RowKey::Aggregate(aggregate)
            | RowKey::Entry(aggregate, _)
            | RowKey::Adjustment(aggregate, _)
            | RowKey::AdjustmentEntry(aggregate, _, _)
            | RowKey::Claim(aggregate, _)
            | RowKey::Choice(aggregate, _)
            | RowKey::SaleMoved(aggregate, _)
            | RowKey::SetAside(aggregate, _) => aggregate,
        }
    }

    /// The line of an entry under this key.
    pub fn line(&self) -> LineId {
        match (self, self.aggregate()) {
            (RowKey::Adjustment(_, id) | RowKey::AdjustmentEntry(_, id, _), AggregateKey::Annuity(annuity)) => {
                LineId::Annuity { annuity: annuity.clone(), cause: Cause::Adjustment(id.clone()) }
            }
            (_, aggregate) => aggregate.line(),
        }
    }

    /// The number of the row among those appended to the aggregate; 0 for the aggregate itself and an adjustment.
    pub fn n(&self) -> u32 {
        match self {
            RowKey::Aggregate(_) | RowKey::Adjustment(_, _) => 0,
            RowKey::Entry(_, n)
            | RowKey::AdjustmentEntry(_, _, n)
            | RowKey::Claim(_, n)
            | RowKey::Choice(_, n)
            | RowKey::SaleMoved(_, n)
            | RowKey::SetAside(_, n) => *n,
        }
    }

    /// The key as stored.
    pub fn key(&self) -> Key {
        let (pk, aggregate_sk) = match self.aggregate() {
            AggregateKey::Annuity(AnnuityId { contract_id, term }) => {
                (contract_partition(contract_id), format!("TERM#{:02}", term.number()))
            }
            AggregateKey::EntryFee(partner, agreement) => (fees_partition(partner), format!("FEE#{agreement}")),
        };
        let sk = match self {
            RowKey::Aggregate(_) => aggregate_sk,
            RowKey::Entry(_, n) => format!("{aggregate_sk}#A#{n}"),
            RowKey::Adjustment(_, id) => format!("{aggregate_sk}#{}#{}", letter(id.kind), id.id),
            RowKey::AdjustmentEntry(_, id, n) => format!("{aggregate_sk}#{}#{}#{n}", letter(id.kind), id.id),
            RowKey::Claim(_, n) => format!("{aggregate_sk}#C#{n}"),
            RowKey::Choice(_, n) => format!("{aggregate_sk}#V#{n}"),
            RowKey::SaleMoved(_, n) => format!("{aggregate_sk}#U#{n}"),
            RowKey::SetAside(_, n) => format!("{aggregate_sk}#Q#{n}"),
        };
        Key { pk, sk }
    }

    /// Parses a key; `None` if it is not a row of an aggregate.
    pub fn parse(key: &Key) -> Option<RowKey> {
        let (partition, owner) = key.pk.split_once('#')?;
        let mut parts = key.sk.split('#');
        let aggregate = match (partition, parts.next()?, parts.next()?) {
            ("CONTRACT", "TERM", term) => {
                let term = Term::try_from(term.parse::<u64>().ok()?).ok()?;
                AggregateKey::Annuity(AnnuityId { contract_id: owner.parse().ok()?, term })
            }
            ("FEES", "FEE", day) => AggregateKey::EntryFee(owner.parse().ok()?, day.parse().ok()?),
            _ => return None,
        };
        let rest: Vec<&str> = parts.collect();
        Some(match rest.as_slice() {
            [] => RowKey::Aggregate(aggregate),
            ["A", n] => RowKey::Entry(aggregate, n.parse().ok()?),
            ["C", n] => RowKey::Claim(aggregate, n.parse().ok()?),
            ["V", n] => RowKey::Choice(aggregate, n.parse().ok()?),
            ["U", n] => RowKey::SaleMoved(aggregate, n.parse().ok()?),
            ["Q", n] => RowKey::SetAside(aggregate, n.parse().ok()?),
            [letter, id] => RowKey::Adjustment(aggregate, adjustment(letter, id)?),
            [letter, id, n] => RowKey::AdjustmentEntry(aggregate, adjustment(letter, id)?, n.parse().ok()?),
            _ => return None,
        })
    }

    /// The row's sort key in its partner's part of the index: by day, then by line.
    pub fn index_sort_key(&self, booked_on: Day) -> String {
        let key = self.key();
        let owner = match self.aggregate() {
            AggregateKey::Annuity(annuity) => annuity.contract_id.as_str(),
            AggregateKey::EntryFee(_, _) => "",
        };
        format!("{booked_on}#{owner}#{}", key.sk)
    }
}

/// The kind of an adjustment, as it is in sort keys.
fn letter(kind: AdjustmentKind) -> &'static str {
    match kind {
        AdjustmentKind::Supplement => "S",
        AdjustmentKind::CreditNote => "N",
    }
}

fn kind(letter: &str) -> Option<AdjustmentKind> {
    AdjustmentKind::ALL.into_iter().find(|kind| self::letter(*kind) == letter)
}

/// The adjustment of a kind and an id.
fn adjustment(letter: &str, id: &str) -> Option<AdjustmentId> {
    Some(kind(letter)?.id(id.parse().ok()?))
}

/// Whether a key is of an unknown kind of row in a contract or among entry fees.
pub(crate) fn is_unknown_row(key: &Key) -> bool {
    let owned = contract_of(&key.pk).is_some() || fees_of(&key.pk).is_some();
    let known = match key.sk.split('#').collect::<Vec<_>>()[..] {
        ["TERM" | "FEE"] | ["TERM" | "FEE", _] => true,
        ["TERM" | "FEE", _, kind, ..] => matches!(kind, "A" | "C" | "V" | "U" | "Q") || self::kind(kind).is_some(),
        _ => false,
    };
    owned && !known
}

/// The aggregate in a row's key, for any kind of row.
pub(crate) fn aggregate_of_row(key: &Key) -> Option<AggregateKey> {
    let aggregate: Vec<&str> = key.sk.splitn(3, '#').take(2).collect();
    match RowKey::parse(&Key { pk: key.pk.clone(), sk: aggregate.join("#") })? {
        RowKey::Aggregate(aggregate) => Some(aggregate),
        RowKey::Entry(..)
        | RowKey::Adjustment(..)
        | RowKey::AdjustmentEntry(..)
        | RowKey::Claim(..)
        | RowKey::Choice(..)
        | RowKey::SaleMoved(..)
        | RowKey::SetAside(..) => None,
    }
}

/// An item's sort key in the attention list: by time, then by key.
pub fn attention_sort_key(at: Timestamp, key: &Key) -> String {
    format!("{}#{}#{}", attention_time(at), key.pk, key.sk)
}

/// A time as it begins sort keys of the attention list.
pub(crate) fn attention_time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Whether a text is an item's sort key in the attention list, for any time.
pub(crate) fn is_attention_sort_key(text: &str, key: &Key) -> bool {
    let own = text.strip_suffix(&format!("#{}#{}", key.pk, key.sk));
    own.is_some_and(|at| at.parse::<Timestamp>().is_ok())
}

pub fn contract_partition(contract: &ContractId) -> String {
    format!("CONTRACT#{contract}")
}

/// The partition of a partner's entry fees.
pub fn fees_partition(partner: &PartnerId) -> String {
    format!("FEES#{partner}")
}

/// The partition of a partner, in the table and in the index.
pub fn partner_partition(partner: &PartnerId) -> String {
    format!("PARTNER#{partner}")
}

/// The partition of a partner's inquiries.
pub fn inquiries_partition(partner: &PartnerId) -> String {
    format!("PARTNER#{partner}#INQUIRIES")
}

/// The key of an inquiry.
pub fn inquiry(partner: &PartnerId, inquiry: &DocumentId) -> Key {
    Key { pk: inquiries_partition(partner), sk: inquiry.to_string() }
}

/// The partner of a partition of inquiries.
pub fn inquiries_of(pk: &str) -> Option<PartnerId> {
    pk.strip_prefix("PARTNER#")?.strip_suffix("#INQUIRIES")?.parse().ok()
}

/// The partition of what a partner's registrations moved.
pub(crate) fn passes_partition(partner: &PartnerId) -> String {
    format!("PARTNER#{partner}#PASSES")
}

/// The partner of such a partition.
pub(crate) fn passes_of(pk: &str) -> Option<PartnerId> {
    pk.strip_prefix("PARTNER#")?.strip_suffix("#PASSES")?.parse().ok()
}

/// The partition of a partner's month totals.
pub fn totals_partition(partner: &PartnerId) -> String {
    format!("TOTALS#{partner}")
}

/// The index partition of a month's totals.
pub fn month_partition(month: Month) -> String {
    format!("MONTH#{month}")
}

/// The key of a partner's totals of a month.
pub fn totals(partner: &PartnerId, month: Month) -> Key {
    Key { pk: totals_partition(partner), sk: month.to_string() }
}

/// The partner of a partition of totals.
pub fn totals_of(pk: &str) -> Option<PartnerId> {
    pk.strip_prefix("TOTALS#")?.parse().ok()
}

/// The partner of a partition of entry fees.
pub(crate) fn fees_of(pk: &str) -> Option<PartnerId> {
    pk.strip_prefix("FEES#")?.parse().ok()
}

/// The contract of a partition.
pub fn contract_of(pk: &str) -> Option<ContractId> {
    pk.strip_prefix("CONTRACT#")?.parse().ok()
}

/// The partner of a partition of the index.
pub fn partner_of(gpk: &str) -> Option<PartnerId> {
    gpk.strip_prefix("PARTNER#")?.parse().ok()
}

/// The key that no item ever has.
pub fn nothing() -> Key {
    Key { pk: "NOTHING".to_owned(), sk: "NOTHING".to_owned() }
}

/// The sort key of a refused message.
pub const REJECTED_SORT_KEY: &str = "MESSAGE";

/// The key of a dead letter.
pub fn dead_letter(message_id: &str) -> Key {
    Key { pk: format!("REJECTED#{message_id}"), sk: REJECTED_SORT_KEY.to_owned() }
}

/// The key of a partner record.
pub fn partner_record(partner: &PartnerId) -> Key {
    Key { pk: partner_partition(partner), sk: "HEAD".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_written() {
        let annuity =
            || AggregateKey::Annuity(AnnuityId { contract_id: "C-1".parse().unwrap(), term: 7.try_into().unwrap() });
        let fee = || AggregateKey::EntryFee("P-1".parse().unwrap(), "2024-02-29".parse().unwrap());
        let note = || AdjustmentKind::CreditNote.id("A".parse().unwrap());
        let supplement = || AdjustmentKind::Supplement.id("A".parse().unwrap());
        let check = |row: RowKey, pk: &str, sk: &str| {
            assert_eq!(row.key(), Key { pk: pk.into(), sk: sk.into() });
            assert_eq!(RowKey::parse(&row.key()), Some(row));
        };
        check(RowKey::Aggregate(annuity()), "CONTRACT#C-1", "TERM#07");
        check(RowKey::Entry(annuity(), 3), "CONTRACT#C-1", "TERM#07#A#3");
        check(RowKey::Adjustment(annuity(), note()), "CONTRACT#C-1", "TERM#07#N#A");
        check(RowKey::AdjustmentEntry(annuity(), note(), 12), "CONTRACT#C-1", "TERM#07#N#A#12");
        check(RowKey::Adjustment(annuity(), supplement()), "CONTRACT#C-1", "TERM#07#S#A");
        check(RowKey::AdjustmentEntry(annuity(), supplement(), 12), "CONTRACT#C-1", "TERM#07#S#A#12");
        check(RowKey::Claim(annuity(), 2), "CONTRACT#C-1", "TERM#07#C#2");
        check(RowKey::Choice(annuity(), 4), "CONTRACT#C-1", "TERM#07#V#4");
        check(RowKey::SaleMoved(annuity(), 5), "CONTRACT#C-1", "TERM#07#U#5");
        check(RowKey::SetAside(annuity(), 6), "CONTRACT#C-1", "TERM#07#Q#6");
        check(RowKey::Aggregate(fee()), "FEES#P-1", "FEE#2024-02-29");
        check(RowKey::Entry(fee(), 2), "FEES#P-1", "FEE#2024-02-29#A#2");
        for (pk, sk) in
            [("PARTNER#P-1", "HEAD"), ("CONTRACT#C-1", "TERM#00"), ("CONTRACT#C-1", "TERM#01#Z#1"), ("X", "Y")]
        {
            assert_eq!(RowKey::parse(&Key { pk: pk.into(), sk: sk.into() }), None);
        }
    }
}
