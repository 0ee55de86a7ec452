//! Issue or carry (§8.4): one decision, with the first reason that applies.

use crate::account::{Account, Direction};
use crate::close::Moment;
use crate::document::{Document, Named};
use crate::lines::{Line, LineKey};
use crate::number::Number;
use crate::records::Records;
use rules::money::Minor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

/// The reason why an account is carried: the first that applies, in this order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Reason {
    /// Its annuities were being decided again at the cut, and it is not *final*.
    BeingRecomputed,
    /// Its lines add up to zero.
    Zero,
    /// Its lines add up to less than zero.
    Negative,
    /// It is negative and *final*, but no invoice and no opening item has what would be credited.
    NothingToCredit,
    /// One side's identity lacks something.
    IdentityIncomplete,
    /// The partner gave no mandate, or it does not cover the day of issue.
    NoMandate,
    /// The manager gave no rate of exchange for its currency.
    NoRate,
    /// It is below the partner's minimum.
    BelowMinimum,
}

/// The decision about an account at a close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// An invoice is issued.
    Invoice,
    /// The vendor's credit note is issued, naming these.
    CreditNote(Vec<Named>),
    /// All of it is in the next close.
    Carry(Reason),
}

/// All that the decision depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a condition of the rulebook's list, and they are independent"
)]
pub struct Case {
    /// The direction of the account.
    pub direction: Direction,
    /// The sum of its lines.
    pub total: Minor,
    /// The manager said *final* for the partner.
    pub is_final: bool,
    /// The partner's annuities were being decided again at the cut.
    pub is_being_recomputed: bool,
    /// Both sides' identities are complete.
    pub is_complete: bool,
    /// A mandate covers the day of issue.
    pub has_mandate: bool,
    /// It is in EUR or has its rate of exchange.
    pub has_rate: bool,
    /// The least net amount of a document to the partner.
    pub minimum: Minor,
    /// The claims that a credit note would name.
    pub names: Vec<Named>,
}

/// Issue or carry.
pub fn issue_or_carry(case: Case) -> Decision {
    if case.is_being_recomputed && !case.is_final {
        return Decision::Carry(Reason::BeingRecomputed);
    }
    if case.total == Minor::ZERO {
        return Decision::Carry(Reason::Zero);
    }
    let is_negative = case.total < Minor::ZERO;
    let not_issued = match (case.direction, is_negative, case.is_final) {
        (Direction::ToPartner, true, true | false) | (Direction::FromPartner, true, false) => Some(Reason::Negative),
        (Direction::FromPartner, true, true) => case.names.is_empty().then_some(Reason::NothingToCredit),
        (Direction::ToPartner | Direction::FromPartner, false, true | false) => None,
    };
    match not_issued.or_else(|| lacks(&case)) {
        Some(reason) => Decision::Carry(reason),
        None if is_negative => Decision::CreditNote(case.names),
        None => Decision::Invoice,
    }
}

/// The first reason for which a document that would be issued is not.
fn lacks(case: &Case) -> Option<Reason> {
    let (needs_mandate, below_minimum) = match case.direction {
        Direction::ToPartner => (!case.has_mandate, case.total < case.minimum && !case.is_final),
        Direction::FromPartner => (false, false),
    };
    let reasons = [
        (!case.is_complete, Reason::IdentityIncomplete),
        (needs_mandate, Reason::NoMandate),
        (!case.has_rate, Reason::NoRate),
        (below_minimum, Reason::BelowMinimum),
    ];
    reasons.into_iter().find(|(applies, _)| *applies).map(|(_, reason)| reason)
}

/// The claims that a credit note names, by due day, then number: every invoice of an earlier close of the account, not
/// cancelled, with a line of a key for which the credit note's line is negative; and every opening item of an account
/// whose opening settled such a key.
pub fn names(
    account: &Account,
    close: &Moment,
    lines: &[Line],
    cancelled_now: &[Document],
    records: &Records<'_>,
) -> Vec<Named> {
    let credited: BTreeSet<LineKey> =
        lines.iter().filter(|line| line.amount < Minor::ZERO).map(|line| line.key).collect();
    let is_credited = |line: &Line| credited.contains(&line.key);
    let earlier = || records.earlier_of(account, close);
    let here = cancelled_now.iter().filter(|document| document.account == *account);
    let cancelled: BTreeSet<&Number> = earlier().chain(here).filter_map(|document| document.kind.cancels()).collect();
    let invoices = earlier().filter(|document| document.kind.is_invoice() && !cancelled.contains(&document.number));
    let mut names: Vec<_> = invoices
        .filter(|document| document.lines().any(is_credited))
        .map(|document| {
            (document.due, Number::order(&document.number.to_string()), Named::Document(document.number.clone()))
        })
        .collect();
    if records.opened_lines(account, close).any(is_credited) {
        let items = records.items.iter().filter(|item| item.account() == account && item.recorded_at() <= close.at());
        names.extend(items.map(|item| {
            let number = item.number();
            (Some(item.due()), Number::order(number.as_str()), Named::OpeningItem(number.clone()))
        }));
    }
    // Stable: of equal due day and number, as recorded.
    names.sort_by(|(due, number, _), (other_due, other, _)| (due, number).cmp(&(other_due, other)));
    names.into_iter().map(|(_, _, named)| named).collect()
}
