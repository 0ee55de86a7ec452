//! What a manager should look at, though it moves no amount (§8.4, §8.5).

use crate::account::{Account, Direction};
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
/// force, so that nothing will come to lessen it. `carried` is in the order of closes.
pub fn stays_negative(account: &Account, carried: &[Carried], has_agreement: bool) -> bool {
    let to_partner = match account.direction {
        Direction::ToPartner => true,
        Direction::FromPartner => false,
    };
    let of_account = carried.iter().rev().filter(|carried| carried.account == *account);
    let closes = of_account.take_while(|carried| carried.reason == Reason::Negative).count();
    to_partner && (closes >= CLOSES || (closes > 0 && !has_agreement))
}

/// The lines of a document that would have another regime by what is known now. The document stands; it is cancelled if need be.
pub fn regime_moved(document: &Document, versions: &Versions<Billing>, now: Timestamp) -> Vec<LineKey> {
    let lines = document.amounts.lines.iter().filter(|taxed| {
        let known = versions.holds_or_first(taxed.line.key.month.last(), now);
        known.and_then(|billing| billing.identity().regime()).is_some_and(|regime| regime != taxed.regime)
    });
    lines.map(|taxed| taxed.line.key).collect()
}
