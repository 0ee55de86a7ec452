//! Accounts and documents at which a manager should look, though nothing is moved (§8.4, §8.5).

use crate::account::{Account, Direction};
use crate::close::Moment;
use crate::document::Document;
use crate::identity::Billing;
use crate::issue::Reason;
use crate::lines::LineKey;
use crate::settle::Carried;
use crate::versions::Versions;
use jiff::Timestamp;

/// The number of closes after which a negative account is on the attention list.
const CLOSES: usize = 3;

/// An account to the partner that stays negative: carried so at the last three closes, or at the last one with no agreement in
/// force, so that nothing will come to lessen it. `closes` are all so far, in order.
pub fn stays_negative(account: &Account, closes: &[Moment], carried: &[Carried], has_agreement: bool) -> bool {
    let to_partner = match account.direction {
        Direction::ToPartner => true,
        Direction::FromPartner => false,
    };
    let is_negative = |close: &&Moment| {
        let here = |carried: &&Carried| carried.account == *account && carried.close == close.month();
        carried.iter().find(here).is_some_and(|carried| carried.reason == Reason::Negative)
    };
    let count = closes.iter().rev().take_while(is_negative).count();
    to_partner && (count >= CLOSES || (count > 0 && !has_agreement))
}

/// The lines of a document that would have another regime by what is known now. The document stands; it is cancelled if need be.
pub fn regime_moved(document: &Document, versions: &Versions<Billing>, now: Timestamp) -> Vec<LineKey> {
    let lines = document.amounts.lines.iter().filter(|taxed| {
        let known = versions.holds_or_first(taxed.line.key.month.last(), now);
        known.and_then(|billing| billing.identity().regime()).is_some_and(|regime| regime != taxed.regime)
    });
    lines.map(|taxed| taxed.line.key).collect()
}
