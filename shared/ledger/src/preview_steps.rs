//! Previews made in the background, in bounded steps: those of more contracts than one request can read. A first pass over the
//! contracts ranks the sales, a second one adds up the changes.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | a preview | `PREVIEW#<preview>` | `PREVIEW` |

use crate::act_id::ActId;
use crate::aggregates::Aggregates;
use crate::bookings::Announce;
use crate::choices::{Choice, ChoiceResult};
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
pub use crate::ids::PreviewId;
use crate::item::{self, Hash, key};
use crate::journal::MovedText;
use crate::keys::{self, RowKey};
use crate::partner_contracts::ListingRow;
use crate::preview::{
    ChangedContract, Concerned, Found, Previewed, Proposed, Ranks, changes_of, keep_largest, rank, size,
};
use crate::queries::rows_of;
use crate::store::{Consistency, IndexKey, InsertResult, Item, Key, Store};
use crate::stored::Stored;
use crate::{Ledger, LedgerError, Unreadable};
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use rules::preview::{Change, Changes, of_entry_fees};
use rules::rank::Earliest;
use rules::sorted::Sorted;
use rules::{Agreements, ContractId, Day, Partner, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The sort key of a preview, and the first part of its partition.
const PREVIEW: &str = "PREVIEW";
/// The number of index rows in one step.
pub const STEP: usize = 1000;
/// The number of contracts read concurrently.
const AT_ONCE: usize = 16;
/// The most keys of unreadable items that a preview keeps; the others are left out.
const MOST_UNREADABLE: usize = 100;

/// The change that a preview in the background is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Other agreements of a partner.
    Registration(Proposal),
    /// A choice, or a stated claim.
    Choice(Choice),
}

/// Agreements that a partner would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    partner_id: PartnerId,
    agreements: Stored<Agreements>,
}

/// A preview under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    pub id: PreviewId,
    pub question: Question,
    /// The sales ranked so far.
    #[serde(default)]
    ranked: BTreeMap<PartnerId, Ranked>,
    pass: Pass,
    /// The partner whose contracts the next step reads, and the key after which it begins; none: the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<(PartnerId, Option<IndexKey>)>,
    #[serde(default)]
    lines: usize,
    #[serde(default)]
    entries: usize,
    #[serde(default)]
    being_booked: usize,
    #[serde(default)]
    sums: MovedText,
    /// The partitions of the largest changes.
    #[serde(default)]
    largest: Vec<(u64, String)>,
    #[serde(default)]
    unreadable: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pass {
    Ranks,
    Changes,
}

/// The earliest sales and instances of a partner: as it is, and as it would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ranked {
    #[serde(rename = "n")]
    now: RankedSales,
    #[serde(rename = "t")]
    then: RankedSales,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RankedSales {
    #[serde(rename = "s")]
    sales: Stored<Earliest>,
    #[serde(rename = "i")]
    instances: Stored<Earliest>,
}

/// The result of a step.
#[derive(Debug)]
pub enum Stepped {
    /// Another step is to follow.
    Next(Box<Progress>),
    /// The preview is complete, and kept.
    Done,
    /// The choice can no longer be made: whoever asks again is told why.
    Moot,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    pk: String,
    sk: String,
    at: Timestamp,
    /// The digest of the question.
    #[serde(rename = "q")]
    question: ActId,
    #[serde(rename = "rk")]
    ranked: BTreeMap<PartnerId, Ranked>,
    #[serde(rename = "ln")]
    lines: usize,
    #[serde(rename = "en")]
    entries: usize,
    #[serde(rename = "bb", default)]
    being_booked: usize,
    #[serde(rename = "jm")]
    sums: MovedText,
    #[serde(rename = "lg")]
    largest: Vec<String>,
    #[serde(rename = "ur")]
    unreadable: BTreeSet<String>,
}

impl Question {
    /// The question about other agreements.
    pub fn of_registration(partner_id: PartnerId, agreements: Agreements) -> Question {
        Question::Registration(Proposal { partner_id, agreements: Stored(agreements) })
    }

    fn digest(&self) -> ActId {
        ActId::of(("preview", self))
    }
}

impl Ranked {
    fn of(Concerned { now, then }: &Concerned) -> Ranked {
        Ranked { now: RankedSales::of(now), then: RankedSales::of(then) }
    }
}

impl RankedSales {
    fn of(partner: &Partner) -> RankedSales {
        RankedSales { sales: Stored(partner.sales.clone()), instances: Stored(partner.instances.clone()) }
    }

    fn give(&self, partner: &mut Partner) {
        let RankedSales { sales: Stored(sales), instances: Stored(instances) } = self;
        (partner.sales, partner.instances) = (sales.clone(), instances.clone());
    }
}

impl Progress {
    /// A preview that has not begun.
    pub fn new(id: PreviewId, question: Question) -> Progress {
        Progress {
            id,
            question,
            ranked: BTreeMap::new(),
            pass: Pass::Ranks,
            at: None,
            lines: 0,
            entries: 0,
            being_booked: 0,
            sums: MovedText::default(),
            largest: Vec::new(),
            unreadable: BTreeSet::new(),
        }
    }

    fn found(&self) -> Result<Found<String>, LedgerError> {
        let sums = self.sums.read().ok_or_else(|| LedgerError::Unknown { key: format!("preview {}", self.id) })?;
        let (largest, unreadable) = (self.largest.clone(), self.unreadable.clone());
        let (lines, entries, being_booked) = (self.lines, self.entries, self.being_booked);
        Ok(Found { lines, entries, being_booked, sums, largest, unreadable })
    }

    fn with(self, ranks: &Ranks, found: Found<String>) -> Progress {
        let Found { lines, entries, being_booked, sums, largest, unreadable } = found;
        let ranked = ranks.iter().map(|(id, partner)| (id.clone(), Ranked::of(partner))).to_map();
        let unreadable = unreadable.into_iter().take(MOST_UNREADABLE).to_set();
        Progress { ranked, lines, entries, being_booked, sums: MovedText::of(&sums), largest, unreadable, ..self }
    }
}

/// Gives the partners concerned the ranks found so far.
fn ranked(ranks: &mut Ranks, ranked: &BTreeMap<PartnerId, Ranked>) {
    for (id, Concerned { now, then }) in ranks {
        if let Some(ranked) = ranked.get(id) {
            ranked.now.give(now);
            ranked.then.give(then);
        }
    }
}

/// The first partner after one.
fn next(ranks: &Ranks, after: &PartnerId) -> Option<PartnerId> {
    ranks.keys().find(|id| *id > after).cloned()
}

fn key_of(id: &PreviewId) -> Key {
    Key { pk: format!("{PREVIEW}#{id}"), sk: PREVIEW.to_owned() }
}

fn read(item: &Item) -> Result<Kept, Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    serde_dynamo::from_item(item.clone()).map_err(|_| Unreadable::damaged(key(item), SHAPE))
}

/// Checks that a preview is as kept; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    item::text(item, "pk").strip_prefix(PREVIEW)?.strip_prefix('#')?;
    Some(read(item).map(drop))
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Makes one step of a preview, over so many index rows, and keeps the preview with the last one. Repeated, it changes nothing.
    pub async fn preview_step(&self, progress: Progress, rows: usize, at: Timestamp) -> Result<Stepped, LedgerError> {
        let mut found = progress.found()?;
        let Some(proposed) = self.proposed(&progress.question).await? else { return Ok(Stepped::Moot) };
        let mut ranks = self.partners_concerned(&proposed, &mut found).await?;
        ranked(&mut ranks, &progress.ranked);
        let changed = proposed.changed();
        if let (Pass::Ranks, None, Some(changed)) = (progress.pass, &progress.at, changed) {
            changed.rank(&mut ranks);
        }
        let from = progress.at.clone().or_else(|| Some((ranks.keys().next().cloned()?, None)));
        let next = match from {
            Some((partner_id, after)) => {
                let (contracts, after) =
                    self.page(&partner_id, (after, rows), changed.map(|changed| &changed.id), &mut found).await?;
                for (id, aggregates) in &contracts {
                    let contract = aggregates.contract();
                    let sale = contract.sale().filter(|sale| sale.partner_id == partner_id);
                    match (progress.pass, sale) {
                        (_, None) => {}
                        (Pass::Ranks, sale) => rank(&mut ranks, sale),
                        (Pass::Changes, Some(_)) => {
                            let partition = keys::contract_partition(id);
                            found.add(&partition, changes_of(&ranks, aggregates), |_| partition.clone())?;
                        }
                    }
                }
                match after {
                    Some(after) => Some((partner_id, Some(after))),
                    None => next(&ranks, &partner_id).map(|next| (next, None)),
                }
            }
            None => None,
        };
        let (pass, is_last) = match (progress.pass, &next) {
            (pass, Some(_)) => (pass, false),
            (Pass::Ranks, None) => (Pass::Changes, false),
            (Pass::Changes, None) => (Pass::Changes, true),
        };
        if is_last {
            self.preview_apart(changed, &ranks, &mut found, partition_of).await?;
            self.keep_preview(&progress, (&ranks, found), at).await?;
            return Ok(Stepped::Done);
        }
        Ok(Stepped::Next(Box::new(Progress { pass, at: next, ..progress }.with(&ranks, found))))
    }

    /// The change that a question is about, as it is now; none: it can no longer be made.
    pub async fn proposed(&self, question: &Question) -> Result<Option<Proposed>, LedgerError> {
        match question {
            Question::Registration(Proposal { partner_id, agreements: Stored(agreements) }) => {
                let (partner_id, agreements) = (partner_id.clone(), agreements.clone());
                Ok(Some(Proposed::Registration { partner_id, agreements }))
            }
            Question::Choice(choice) => {
                let now = self.contract(&choice.contract_id).await?.whole()?;
                let contract = now.contract();
                let is_new = choice.judge(&contract).0 == ChoiceResult::Now;
                let changed = choice.made_in(&contract);
                let contract = ChangedContract { id: choice.contract_id.clone(), now, changed };
                Ok(is_new.then_some(Proposed::Contract(contract)))
            }
        }
    }

    /// The contracts of a page of a partner's index, each by its last row alone, and the key after which the next page begins.
    async fn page(
        &self,
        partner_id: &PartnerId,
        (after, rows): (Option<IndexKey>, usize),
        except: Option<&ContractId>,
        found: &mut Found<String>,
    ) -> Result<(Vec<(ContractId, Aggregates)>, Option<IndexKey>), LedgerError> {
        let range = rows_of(partner_id, (Day::MIN, Day::MAX), after);
        let page = self.store.index(crate::store::KeyRange { limit: rows, ..range }).await?;
        let last = page.items.last().map(|item| IndexKey { gsk: item::text(item, "gsk").to_owned(), key: key(item) });
        let mut rows: BTreeMap<ContractId, Vec<RowKey>> = BTreeMap::new();
        for ListingRow { contract_id, row } in
            page.items.iter().filter_map(|item| ListingRow::of(RowKey::parse(&key(item))?))
        {
            if Some(&contract_id) != except {
                rows.entry(contract_id).or_default().push(row);
            }
        }
        let read = stream::iter(rows).map(|(id, rows)| async move {
            let aggregates = self.contract(&id).await.and_then(Aggregates::whole);
            (id, rows, aggregates)
        });
        let mut contracts = Vec::new();
        // In order: each step adds the lines of one size in the same order.
        for (id, rows, aggregates) in read.buffered(AT_ONCE).collect::<Vec<_>>().await {
            let Some(aggregates) = found.pass_over(aggregates)? else { continue };
            if rows.iter().any(|row| aggregates.is_last_listing(row, partner_id)) {
                contracts.push((id, aggregates));
            }
        }
        Ok((contracts, last.filter(|_| page.more)))
    }

    async fn keep_preview(
        &self,
        Progress { id, question, .. }: &Progress,
        (ranks, found): (&Ranks, Found<String>),
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        let Key { pk, sk } = key_of(id);
        let damaged = || LedgerError::Damaged { key: format!("{pk} {sk}"), why: UNSTORABLE };
        let Found { lines, entries, being_booked, sums, largest, unreadable } = found;
        let mut partitions: Vec<String> = Vec::new();
        for (_, partition) in largest {
            if !partitions.contains(&partition) {
                partitions.push(partition);
            }
        }
        let kept = Kept {
            pk: pk.clone(),
            sk: sk.clone(),
            at,
            question: question.digest(),
            ranked: ranks.iter().map(|(id, partner)| (id.clone(), Ranked::of(partner))).to_map(),
            lines,
            entries,
            being_booked,
            sums: MovedText::of(&sums),
            largest: partitions,
            unreadable: unreadable.into_iter().take(MOST_UNREADABLE).to_set(),
        };
        let mut item: Item = serde_dynamo::to_item(kept).map_err(|_| damaged())?;
        item::hash(&mut item);
        match self.store.insert(vec![item]).await.into_iter().next() {
            Some(InsertResult::Failed(error)) => Err(error.into()),
            Some(InsertResult::Done | InsertResult::Exists) | None => Ok(()),
        }
    }

    /// A preview that was asked for; none: it is not complete yet, or another question has this id. Its largest lines are
    /// decided again.
    pub async fn preview_kept(
        &self,
        id: &PreviewId,
        question: &Question,
        proposed: &Proposed,
    ) -> Result<Option<Previewed>, LedgerError> {
        let items = self.store.get(vec![key_of(id)], Consistency::Strong).await?;
        let Some(kept) = items.first().map(read).transpose()?.filter(|kept| kept.question == question.digest()) else {
            return Ok(None);
        };
        let sums = kept.sums.read().ok_or_else(|| LedgerError::Unknown { key: format!("{} {}", kept.pk, kept.sk) })?;
        let mut found: Found<Change> = Found::default();
        let mut ranks = self.partners_concerned(proposed, &mut found).await?;
        ranked(&mut ranks, &kept.ranked);
        let mut largest = Vec::new();
        for partition in &kept.largest {
            for change in self.changes_in(partition, proposed.changed(), &ranks, &mut found).await? {
                keep_largest(&mut largest, size(&change), change);
            }
        }
        let unreadable = kept.unreadable.into_iter().chain(found.unreadable).to_set();
        let largest = largest.into_iter().map(|(_, change)| change).collect();
        let (lines, entries, being_booked) = (kept.lines, kept.entries, kept.being_booked);
        Ok(Some(Previewed { lines, entries, being_booked, sums, largest, unreadable }))
    }

    /// The changes in a partition, as it is now.
    async fn changes_in(
        &self,
        partition: &str,
        changed: Option<&ChangedContract>,
        ranks: &Ranks,
        found: &mut Found<Change>,
    ) -> Result<Vec<Change>, LedgerError> {
        let now = self.aggregates(partition.to_owned()).await.and_then(Aggregates::whole);
        let Some(now) = found.pass_over(now)? else { return Ok(Vec::new()) };
        let moved = match (keys::contract_of(partition), keys::fees_of(partition)) {
            (Some(id), _) => match changed.filter(|changed| changed.id == id) {
                Some(changed) => ChangedContract { now, ..changed.clone() }.changes(ranks),
                None => changes_of(ranks, &now),
            },
            (None, Some(partner_id)) => match ranks.get(&partner_id) {
                Some(Concerned { now: before, then }) => {
                    of_entry_fees(&partner_id, &before.agreements, &then.agreements, &crate::preview::recorded(&now))
                }
                None => Ok(Changes::default()),
            },
            (None, None) => Ok(Changes::default()),
        };
        let overflow = |source| LedgerError::Overflow { what: partition.to_owned(), source };
        Ok(found.pass_over(moved.map_err(overflow))?.unwrap_or_default().lines)
    }
}

fn partition_of(change: &Change) -> String {
    match &change.id {
        rules::line::LineId::Annuity { annuity, cause: _ } => keys::contract_partition(&annuity.contract_id),
        rules::line::LineId::EntryFee { partner_id, agreement: _ } => keys::fees_partition(partner_id),
    }
}
