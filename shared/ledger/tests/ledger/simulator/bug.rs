//! Deliberate bugs, one for each safeguard of the write path and some classic ones, and their effect on the table.

use super::table::{Table, key};
use aws_sdk_dynamodb::types::AttributeValue;
use fixtures::memory::holds;
use ledger::PartnerRecord;
use ledger::item::{Hash, hash};
use ledger::store::{Item, Key, Write};
use rules::Agreements;
use std::ops::Range;

/// A deliberate bug, which the simulator must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The table applies every write, whatever its condition.
    NoCondition,
    /// A message is deleted before its outcome is written.
    AcknowledgeBeforeWrite,
    /// A failed insert counts as done.
    DroppedStatementError,
    /// The revision of a sale that is decided otherwise is raised only if its entries change.
    NoBumpOfUnchangedSales,
    /// The revision of a sale that comes to be listed is not raised.
    ListedSaleNotBumped,
    /// A sale that drops off the end of a list is not adjusted.
    DropOffForgotten,
    /// A restatement decides sales and does not list them.
    PassDoesNotList,
    /// A list is one sale shorter than the agreements need.
    OneLessListed,
    /// A list is as long as the latest agreement needs, whatever the earlier ones do.
    ListForTheLatestAgreement,
    /// A pending fact is recorded without raising the count of the placeholder that it waits for.
    NoBumpOfPlaceholder,
    /// A partner is read eventually consistent where it must be read strongly.
    StaleHead,
    /// The partner's item is not written when a sale joins the earliest.
    HeadNotWritten,
    /// A change of agreements has no delayed pass.
    NoDelayedPass,
    /// A change of agreements has no pass at all.
    NoPass,
    /// The delayed pass does not wait for concurrent handlers.
    DelayTooShort,
    /// The delayed pass waits for the change, but not for the writers that had read before it.
    DelayShorterThanAWriter,
    /// A choice resolves claims that come after it, too.
    ChoiceCountsForLaterClaims,
    /// A restatement reads the contracts from the index instead of the table.
    PaidFromTheIndex,
    /// A torn read is not detected.
    TornReadsAccepted,
    /// A transaction on a partner instance does not raise the partner's revision.
    NoBumpByInstances,
    /// Entry fees are written whatever their revision, replacing any item.
    EntryFeesWithoutRevision,
    /// Appending to an annuity does not depend on its revision: the race of the first two credit notes.
    AppendWithoutRevision,
    /// Sales are ranked in order of arrival.
    ArrivalOrderRank,
    /// Changes that do not fit one transaction are not stored in `todo`.
    ForgottenTodo,
    /// The list of the earliest sales is computed from the index.
    ListFromTheIndex,
    /// The first read of a partner is cached for ever.
    CachedHead,
    /// Later entries of a line all have the same number.
    EntriesOfOneNumber,
    /// Work for one partner also writes to another.
    AnothersBytes,
    /// Months are announced to the totals queue after the write, not before it.
    AnnouncedAfterTheWrite,
    /// A month that was added up is not added up again later.
    NoConfirmation,
    /// A month is added up again later only if the first sum was another than the total.
    ConfirmedOnlyIfChanged,
    /// A month is added up again before every writer that announced it has ended.
    ConfirmTooSoon,
    /// A long month that was added up a moment ago is not added up again.
    PausedMonthsDropped,
}

impl Bug {
    /// All bugs.
    pub const ALL: [Bug; 33] = [
        Bug::NoCondition,
        Bug::AcknowledgeBeforeWrite,
        Bug::DroppedStatementError,
        Bug::NoBumpOfUnchangedSales,
        Bug::ListedSaleNotBumped,
        Bug::DropOffForgotten,
        Bug::PassDoesNotList,
        Bug::OneLessListed,
        Bug::ListForTheLatestAgreement,
        Bug::NoBumpOfPlaceholder,
        Bug::StaleHead,
        Bug::HeadNotWritten,
        Bug::NoDelayedPass,
        Bug::NoPass,
        Bug::DelayTooShort,
        Bug::DelayShorterThanAWriter,
        Bug::ChoiceCountsForLaterClaims,
        Bug::PaidFromTheIndex,
        Bug::TornReadsAccepted,
        Bug::NoBumpByInstances,
        Bug::EntryFeesWithoutRevision,
        Bug::AppendWithoutRevision,
        Bug::ArrivalOrderRank,
        Bug::ForgottenTodo,
        Bug::ListFromTheIndex,
        Bug::CachedHead,
        Bug::EntriesOfOneNumber,
        Bug::AnothersBytes,
        Bug::AnnouncedAfterTheWrite,
        Bug::NoConfirmation,
        Bug::ConfirmedOnlyIfChanged,
        Bug::ConfirmTooSoon,
        Bug::PausedMonthsDropped,
    ];

    /// The order in which seeds are played until one shows the bug. If few schedules show it, the first seeds are those
    /// near one that did.
    pub fn seeds(self, all: Range<u64>) -> impl Iterator<Item = u64> {
        let about = match self {
            Bug::TornReadsAccepted => 240,
            Bug::DropOffForgotten => 440,
            Bug::DelayShorterThanAWriter => 480,
            Bug::NoDelayedPass | Bug::StaleHead | Bug::NoBumpByInstances => 1_170,
            Bug::PausedMonthsDropped => 3_530,
            Bug::DelayTooShort => 10_290,
            Bug::ForgottenTodo => 14_030,
            Bug::NoCondition
            | Bug::AcknowledgeBeforeWrite
            | Bug::DroppedStatementError
            | Bug::NoBumpOfUnchangedSales
            | Bug::ListedSaleNotBumped
            | Bug::PassDoesNotList
            | Bug::OneLessListed
            | Bug::ListForTheLatestAgreement
            | Bug::NoBumpOfPlaceholder
            | Bug::HeadNotWritten
            | Bug::NoPass
            | Bug::ChoiceCountsForLaterClaims
            | Bug::PaidFromTheIndex
            | Bug::EntryFeesWithoutRevision
            | Bug::AppendWithoutRevision
            | Bug::ArrivalOrderRank
            | Bug::ListFromTheIndex
            | Bug::CachedHead
            | Bug::EntriesOfOneNumber
            | Bug::AnothersBytes
            | Bug::AnnouncedAfterTheWrite
            | Bug::NoConfirmation
            | Bug::ConfirmedOnlyIfChanged
            | Bug::ConfirmTooSoon => all.start,
        };
        (about..all.end).chain(all.start..about)
    }
}

impl Table {
    pub(super) fn holds(&self, write: &Write) -> bool {
        if self.bug == Some(Bug::NoCondition) {
            return true;
        }
        let item = write.item();
        if self.bug == Some(Bug::EntryFeesWithoutRevision) && key(item).pk.starts_with("FEES#") {
            return true;
        }
        if self.bug == Some(Bug::EntriesOfOneNumber) && key(item).sk.ends_with("#A#1") {
            return true;
        }
        let is_append = matches!(write, Write::Replace(..)) && key(item).sk.starts_with("TERM#");
        (self.bug == Some(Bug::AppendWithoutRevision) && is_append) || holds(write, self.latest(&key(item)))
    }

    /// The writes that the bug leaves of a transaction. `in_pass`: they are those of a restatement.
    pub(super) fn sabotage(&self, writes: Vec<Write>, in_pass: bool) -> Vec<Write> {
        if self.bug.is_none() {
            return writes;
        }
        let is_same = |item: &Item| {
            let without_revision = |item: &Item| -> Item {
                item.iter()
                    .filter(|(name, _)| *name != "v")
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect()
            };
            self.latest(&key(item)).is_some_and(|there| without_revision(there) == without_revision(item))
        };
        let is_head = |item: &Item| key(item).sk == "HEAD";
        let lists_alone = |item: &Item| {
            let before = self.latest(&key(item)).and_then(|before| before.get("av"));
            is_head(item) && before.is_none_or(|before| Some(before) == item.get("av"))
        };
        let (newly_listed, dropped) = self.list_changes(&writes);
        let is_of = |item: &Item, contracts: &[String]| contracts.contains(&key(item).pk);
        let kept = |write: &Write| match (self.bug, write) {
            (Some(Bug::NoBumpOfUnchangedSales), Write::Replace(item, _)) => {
                !is_same(item) || !item.contains_key("f") || is_of(item, &newly_listed)
            }
            (Some(Bug::ListedSaleNotBumped), Write::Replace(item, _)) => {
                !is_same(item) || !item.contains_key("f") || !is_of(item, &newly_listed)
            }
            (Some(Bug::DropOffForgotten), write) => !is_of(write.item(), &dropped),
            (Some(Bug::PassDoesNotList), write) => !in_pass || !lists_alone(write.item()),
            (Some(Bug::NoBumpOfPlaceholder), Write::Replace(item, _)) => !is_same(item) || item.contains_key("f"),
            (Some(Bug::NoBumpByInstances), Write::Replace(item, _)) => !is_same(item) || !is_head(item),
            (Some(Bug::HeadNotWritten), Write::Replace(item, _)) => !lists_alone(item),
            _ => true,
        };
        let mut writes: Vec<Write> = writes.into_iter().filter(kept).collect();
        for write in &mut writes {
            let (Write::Insert(item) | Write::Replace(item, _) | Write::Mend(item, _)) = write;
            let is_sound = Hash::of(item) == Hash::Matches;
            self.spoil(item);
            // The bug is in the content of a write, not on the way to the table.
            if is_sound {
                hash(item);
            }
        }
        if self.bug == Some(Bug::AnothersBytes) {
            writes.extend(self.write_to_another(&writes));
        }
        writes
    }

    fn spoil(&self, item: &mut Item) {
        let is_head = key(item).sk == "HEAD";
        match self.bug {
            Some(Bug::ForgottenTodo) => {
                item.remove("t");
            }
            Some(Bug::ArrivalOrderRank) => self.keep_order_of_arrival(item),
            Some(Bug::OneLessListed) if is_head => {
                let needed = agreements_of(item).most_listed();
                cut(item, needed.saturating_sub(1));
            }
            Some(Bug::ListForTheLatestAgreement) if is_head => {
                let latest = Agreements::new(agreements_of(item).iter().last().cloned().into_iter().collect());
                cut(item, latest.unwrap().most_listed());
            }
            Some(Bug::ListFromTheIndex) if is_head => self.list_from_the_index(item),
            Some(Bug::EntriesOfOneNumber) if item.contains_key("e") => {
                let one = key(item).sk.rsplit_once("#A#").map(|(aggregate, _)| format!("{aggregate}#A#1"));
                item.extend(one.map(|sk| ("sk".to_owned(), AttributeValue::S(sk))));
            }
            Some(Bug::ChoiceCountsForLaterClaims) if key(item).sk.contains("#V#") => {
                let last = key(item)
                    .sk
                    .rsplit_once('#')
                    .map(|(aggregate, n)| format!("{aggregate}#{}", 1000 + n.parse::<u32>().unwrap()));
                item.extend(last.map(|sk| ("sk".to_owned(), AttributeValue::S(sk))));
            }
            _ => {}
        }
    }

    /// The partitions of the contracts whose sales a transaction lists, and of those that drop off the end of a list for
    /// them.
    fn list_changes(&self, writes: &[Write]) -> (Vec<String>, Vec<String>) {
        let heads = writes.iter().map(Write::item).filter(|item| key(item).sk == "HEAD");
        let mut changes = (Vec::new(), Vec::new());
        for head in heads {
            let before = self.latest(&key(head)).map(listed).unwrap_or_default();
            let after = listed(head);
            let new: Vec<String> = after.iter().filter(|id| !before.contains(id)).cloned().collect();
            if !new.is_empty() {
                changes.1.extend(before.into_iter().filter(|id| !after.contains(id)));
            }
            changes.0.extend(new);
        }
        changes
    }

    /// Removes the sales that the index does not show yet.
    fn list_from_the_index(&self, item: &mut Item) {
        let Some(AttributeValue::L(places)) = item.get_mut("sa") else { return };
        places.retain(|place| {
            let contract = place.as_m().ok().and_then(|place| place.get("c")).and_then(|id| id.as_s().ok());
            let sale = contract.map(|id| Key { pk: format!("CONTRACT#{id}"), sk: "TERM#01".to_owned() });
            sale.is_none_or(|sale| self.latest(&sale).is_none() || self.as_of(&sale, self.oldest_view()).is_some())
        });
    }

    /// A write that raises the revision of a partner's item which the transaction does not write.
    fn write_to_another(&self, writes: &[Write]) -> Option<Write> {
        let written: Vec<Key> = writes.iter().map(|write| key(write.item())).collect();
        let (_, item) = self.items().find(|(key, _)| key.sk == "HEAD" && !written.contains(key))?;
        let revision = item.get("v")?.as_n().ok()?.parse::<u64>().ok()?;
        let mut item = item.clone();
        item.insert("v".to_owned(), AttributeValue::N((revision + 1).to_string()));
        Some(Write::Replace(item, revision))
    }

    /// Moves a partner's newly listed sale to the end of the list.
    fn keep_order_of_arrival(&self, item: &mut Item) {
        let list = |item: &Item| item.get("sa").and_then(|list| list.as_l().ok()).cloned();
        if let (Some(before), Some(after)) = (self.latest(&key(item)).and_then(list), list(item)) {
            let (mut known, new): (Vec<_>, Vec<_>) = after.into_iter().partition(|place| before.contains(place));
            known.sort_by_key(|place| before.iter().position(|there| there == place));
            known.extend(new);
            item.insert("sa".to_owned(), AttributeValue::L(known));
        }
    }
}

/// The partitions of the contracts that a partner's item lists.
fn listed(head: &Item) -> Vec<String> {
    let places = head.get("sa").and_then(|list| list.as_l().ok()).into_iter().flatten();
    let contracts = places.filter_map(|place| place.as_m().ok()?.get("c")?.as_s().ok());
    contracts.map(|id| format!("CONTRACT#{id}")).collect()
}

fn agreements_of(head: &Item) -> Agreements {
    PartnerRecord::read(head.clone()).unwrap().partner.agreements
}

fn cut(head: &mut Item, most: usize) {
    if let Some(AttributeValue::L(places)) = head.get_mut("sa") {
        places.truncate(most);
    }
}
