//! Partners whose annuities were being decided again at a cut (§8.4): registrations and choices are followed by passes, and
//! the last of these keeps that it ended.

use crate::books::whole;
use crate::{Closing, ClosingError};
use jiff::{SignedDuration, Timestamp};
use ledger::Store;
use ledger::journal::{Act, Concerned, Period};
use ledger::recorded::PassesOf;
use rules::PartnerId;
use std::collections::BTreeSet;

/// The longest that passes are waited for. They take minutes; those of which something had to be repaired at their end keep
/// nothing, and what waits among the dead letters may wait for long: its amounts come as adjustments.
pub const LONGEST_PASSES: SignedDuration = SignedDuration::from_hours(24);

/// The number of acts in one request.
const PAGE: usize = 25;

impl<S: Store> Closing<S> {
    /// A registration of the partner or a choice about its sales was recorded by the cut, at most [`LONGEST_PASSES`] before it,
    /// and its passes had not ended by then. Of registrations the last one counts: its passes supersede those before.
    pub(crate) async fn is_being_recomputed(&self, partner: &PartnerId, cut: Timestamp) -> Result<bool, ClosingError> {
        let causes = self.causes(partner, cut).await?;
        let (registrations, choices): (Vec<_>, Vec<_>) =
            causes.into_iter().partition(|of| matches!(of, PassesOf::Registration(_)));
        let followed: Vec<(&PartnerId, PassesOf)> =
            registrations.into_iter().max().into_iter().chain(choices).map(|of| (partner, of)).collect();
        let ended = self.ledger.ended_passes(&followed).await?;
        let by_then = ended.values().filter(|ended| ended.at <= cut).count();
        Ok(by_then < followed.len())
    }

    /// The acts whose passes may have been under way at a cut.
    async fn causes(&self, partner: &PartnerId, cut: Timestamp) -> Result<BTreeSet<PassesOf>, ClosingError> {
        let (of, mut after) = (Some(Concerned::Partner(partner)), None);
        // Acts are listed by milliseconds, and one at the cut counts.
        let until = cut.checked_add(SignedDuration::from_millis(1)).ok();
        let period = Period { from: cut.checked_sub(LONGEST_PASSES).ok(), until };
        let mut causes = BTreeSet::new();
        loop {
            let part = self.ledger.acts(of, period, PAGE, after).await?;
            whole(&part.unreadable)?;
            causes.extend(part.list.iter().filter(|act| act.occasion.at <= cut).filter_map(Act::passes));
            after = part.next;
            if after.is_none() {
                return Ok(causes);
            }
        }
    }
}
