//! What an audit names.

use crate::Unreadable;
use crate::store::Key;
use crate::totals::PartnerMonth;
use rules::line::LineId;
use rules::rank::Earliest;
use rules::{AnnuityId, Cause, ContractId, Minor, PartnerId, PostingKey, Totals};
use std::fmt;

/// One thing that is not as it should be. Two looks at a table in use that find the same have found something that does
/// not pass by itself: a finding says what was read, so that what is still changing differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// An item that cannot be read, or that is not what was recorded.
    Unreadable(Unreadable),
    /// An item that was recorded before items had a hash.
    NoHash {
        /// Its key.
        key: Key,
    },
    /// A aggregate counts other rows than there are: one is lost, or one was added.
    Torn {
        /// The partition.
        partition: String,
        /// How many items it has.
        items: usize,
    },
    /// Entries are booked for a partner that nothing is stored of.
    Lost {
        /// Who.
        partner_id: PartnerId,
    },
    /// A line's entries do not add up to it.
    Difference {
        /// Which line.
        line: LineId,
        /// Where it is, or was, booked.
        posting: PostingKey,
        /// The partner's and the vendor's part that is owed; none: the line is not owed under this posting.
        owed: Option<(Minor, Minor)>,
        /// What its entries add up to; none: it has no entry.
        booked: Option<(Minor, Minor)>,
        /// Whether something else of this partner cannot be read, so that a person must look at that first.
        doubtful: bool,
    },
    /// Amounts that cannot be added up.
    Overflow {
        /// The partition.
        partition: String,
    },
    /// A fact still has something to do: its message has not been processed to the end.
    Unfinished {
        /// The annuity that it is of.
        annuity: AnnuityId,
        /// The contracts that it still changes.
        todo: Vec<ContractId>,
    },
    /// A partner's record does not list its earliest sales and instances.
    List {
        /// Who.
        partner_id: PartnerId,
        /// The sales and the instances that the record lists.
        listed: (Earliest, Earliest),
        /// Those that it should list.
        earliest: (Earliest, Earliest),
    },
    /// An item stands at another place of an index than its own, or at none.
    RankKey {
        /// Its key.
        key: Key,
        /// Where it stands.
        stands: Option<(String, String)>,
    },
    /// What is derived in an annuity's item (whether it needs a person, whether a choice was made, whose the sale is or was)
    /// is not what its contract says.
    Mark {
        /// Its key.
        key: Key,
        /// The contract.
        contract_id: ContractId,
    },
    /// An item that counts its writes has lost the count, so that it can never be written again.
    NoRevision {
        /// Its key.
        key: Key,
    },
    /// A month's totals are not what its entries add up to: they have not been refreshed yet, or never were.
    Totals {
        /// Whose, and when.
        of: PartnerMonth,
        /// What is stored; none: nothing that can be read.
        stored: Option<Totals>,
        /// What the entries add up to.
        booked: Totals,
    },
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
        LineId::Annuity { annuity, cause: Cause::CreditNote(note) } => format!("contract {annuity} credit note {note}"),
        LineId::EntryFee { partner_id, agreement } => format!("entry fee of {partner_id}, agreement of {agreement}"),
    }
}
