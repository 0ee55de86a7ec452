//! Findings of an audit.

use crate::Unreadable;
use crate::journal::ActId;
use crate::recorded::PassesOf;
use crate::store::Key;
use crate::totals::{MonthSum, PartnerMonth};
use rules::line::LineId;
use rules::rank::Earliest;
use rules::{AnnuityId, Cause, ContractId, Minor, PartnerId, PostingKey};
use std::fmt;

/// A finding: something in the table that is wrong. A finding includes the values read, so if two audits of a live
/// table report the same finding, it is not a passing state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An item that cannot be read, or differs from what was recorded.
    Unreadable(Unreadable),
    /// An item recorded before items had a hash.
    NoHash { key: Key },
    /// An aggregate whose row count differs from the stored count: a row is lost, or one was added.
    Torn {
        partition: String,
        /// The number of its items.
        items: usize,
    },
    /// A partner with booked entries, but without a stored item.
    Lost { partner_id: PartnerId },
    /// A line whose entries do not add up to it.
    Difference {
        line: LineId,
        /// The posting key under which it is, or was, booked.
        posting: PostingKey,
        /// The partner's and the vendor's part owed; none: the line is not owed under this posting key.
        owed: Option<(Minor, Minor)>,
        /// The sum of its entries; none: it has no entry.
        booked: Option<(Minor, Minor)>,
        /// Whether another item of this partner cannot be read, so that a person must check that one first.
        doubtful: bool,
    },
    /// Amounts whose sum overflows.
    Overflow { partition: String },
    /// A fact with contracts still in `todo`: its message has not been processed to the end.
    Unfinished {
        /// The fact's annuity.
        annuity: AnnuityId,
        /// The contracts in `todo`.
        todo: Vec<ContractId>,
    },
    /// A partner record that does not list the partner's earliest sales and instances.
    List {
        partner_id: PartnerId,
        /// The sales and the instances listed.
        listed: (Earliest, Earliest),
        /// The sales and the instances that should be listed.
        earliest: (Earliest, Earliest),
    },
    /// An item whose index key is wrong or missing.
    RankKey {
        key: Key,
        /// Its index key.
        stands: Option<(String, String)>,
    },
    /// An annuity whose derived marks (whether it has an anomaly, whether a choice was made, the present and earlier
    /// partners of the sale) differ from those derived from its contract.
    Mark { key: Key, contract_id: ContractId },
    /// An annuity that the attention list lacks, since its write did not read the facts that show it to be implausible;
    /// or one that is listed and plausible by now. Not an error: readers see what the contract shows.
    Unseen { key: Key, contract_id: ContractId },
    /// An item that shows what a person did, without the act in the journal.
    NoAct { key: Key, act: ActId },
    /// A version of a partner's agreements without its act in the journal.
    NoVersion { partner_id: PartnerId, version: u64 },
    /// A registration or a choice of which the journal says that it moved other amounts than the entries do that it caused.
    Moved { partner_id: PartnerId, of: PassesOf },
    /// An act that is not listed under a partner or a member that it concerns, or such a list item without its act.
    ActUnlisted { partition: String },
    /// An item that has lost its revision, so that it can never be written again.
    NoRevision { key: Key },
    /// A month total that differs from the sum of the entries and the sales: another sum is to come, or was lost.
    Totals {
        /// The partner and the month.
        of: PartnerMonth,
        /// The stored sum; none: unreadable, or written before sales were counted.
        stored: Option<MonthSum>,
        /// The sum of the entries and the sales.
        booked: MonthSum,
    },
}

impl Finding {
    /// Tells an error in the table from an annuity that is only unseen yet.
    pub fn is_error(&self) -> bool {
        match self {
            Finding::Unseen { .. } => false,
            Finding::Unreadable(_)
            | Finding::NoHash { .. }
            | Finding::Torn { .. }
            | Finding::Lost { .. }
            | Finding::Difference { .. }
            | Finding::Overflow { .. }
            | Finding::Unfinished { .. }
            | Finding::List { .. }
            | Finding::RankKey { .. }
            | Finding::Mark { .. }
            | Finding::NoAct { .. }
            | Finding::NoVersion { .. }
            | Finding::Moved { .. }
            | Finding::ActUnlisted { .. }
            | Finding::NoRevision { .. }
            | Finding::Totals { .. } => true,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Unreadable(unreadable) => write!(f, "{unreadable}"),
            Finding::NoHash { key } => write!(f, "{} {}: has no hash yet", key.pk, key.sk),
            Finding::Torn { partition, items } => {
                write!(f, "{partition}: counts other items than the {items} that are there")
            }
            Finding::Lost { partner_id } => write!(f, "PARTNER#{partner_id} HEAD: {}", crate::error::LOST),
            Finding::Difference { line, posting, owed, booked, doubtful } => {
                let PostingKey { partner_id, kind, model, currency, booked_on } = posting;
                let amounts = |amounts: &Option<(Minor, Minor)>| match amounts {
                    Some((amount, vendor_share)) => {
                        format!("{} (vendor {})", currency.decimal(*amount), currency.decimal(*vendor_share))
                    }
                    None => "nothing".to_owned(),
                };
                let (line, owed, booked) = (name(line), amounts(owed), amounts(booked));
                write!(
                    f,
                    "{line}: owed {owed}, booked {booked} {currency} ({partner_id}, {kind}, {model}, {booked_on})"
                )?;
                if *doubtful { f.write_str("; something else of this partner cannot be read") } else { Ok(()) }
            }
            Finding::Overflow { partition } => write!(f, "{partition}: its amounts cannot be added up"),
            Finding::Unfinished { annuity, todo } => {
                write!(f, "contract {annuity}: not processed to the end ({} contracts left)", todo.len())
            }
            Finding::List { partner_id, .. } => {
                write!(f, "PARTNER#{partner_id} HEAD: does not list the partner's earliest sales and instances")
            }
            Finding::RankKey { key, stands: Some((partition, at)) } => {
                write!(f, "{} {}: stands in an index at {partition} {at}, which is not its place", key.pk, key.sk)
            }
            Finding::RankKey { key, stands: None } => write!(f, "{} {}: is missing in an index", key.pk, key.sk),
            Finding::Mark { key, .. } => {
                write!(
                    f,
                    "{} {}: its marks (attention, choice, whose the sale is) are not its contract's",
                    key.pk, key.sk
                )
            }
            Finding::Unseen { key, .. } => {
                write!(f, "{} {}: the attention list does not show yet whether it is plausible", key.pk, key.sk)
            }
            Finding::NoAct { key, act } => {
                write!(f, "{} {}: a person did this, and the journal has no act {act}", key.pk, key.sk)
            }
            Finding::NoVersion { partner_id, version } => {
                write!(f, "PARTNER#{partner_id} HEAD: the journal does not have version {version} of its agreements")
            }
            Finding::Moved { partner_id, of } => write!(
                f,
                "PARTNER#{partner_id}#PASSES {}: what the journal says that it moved is not what its entries add up to",
                of.sort_key()
            ),
            Finding::ActUnlisted { partition } => {
                write!(f, "{partition}: the act and the items that list it are not all there")
            }
            Finding::NoRevision { key } => {
                write!(f, "{} {}: has no revision, so that nothing can write it", key.pk, key.sk)
            }
            Finding::Totals { of: PartnerMonth { partner_id, month }, .. } => {
                write!(f, "totals of {partner_id}, {month}: not what the entries add up to")
            }
        }
    }
}

fn name(line: &LineId) -> String {
    match line {
        LineId::Annuity { annuity, cause: Cause::Annuity } => format!("contract {annuity}"),
        LineId::Annuity { annuity, cause: Cause::Adjustment(id) } => format!("contract {annuity} {id}"),
        LineId::EntryFee { partner_id, agreement } => format!("entry fee of {partner_id}, agreement of {agreement}"),
    }
}
