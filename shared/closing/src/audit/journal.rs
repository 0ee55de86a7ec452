//! Steps of settlement against the acts of the journal: what a person did is an act, and each act did something. Both are written in
//! one transaction, so one without the other was lost. What is older than the journal's first act was done before the journal.

use crate::acts::{named, named_document};
use crate::closes;
use crate::contests::read_contest;
use crate::documents::read;
use crate::forms::OpeningItemForm;
use crate::item;
use crate::keys::{DocumentPlace, ItemKey};
use jiff::Timestamp;
use ledger::item::key;
use ledger::journal::{Act, ActId, Change, SettlementAct, SettlementStep};
use ledger::store::{Item, Key};
use rules::sorted::Sorted;
use settlement::number::Number;
use settlement::{Billing, Document, Identity, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A step or an act without the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmatched {
    /// An item that shows what a person did, without its act.
    NoAct {
        /// The item.
        key: Key,
        /// The act that the journal lacks.
        act: SettlementAct,
    },
    /// An act without what it recorded, or with something that cannot be read in its place.
    NoStep {
        /// The id of the act.
        id: ActId,
        /// The act.
        act: SettlementAct,
    },
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unmatched::NoAct { key: Key { pk, sk }, act } => {
                write!(f, "{pk} {sk}: a person did this, and the journal has no act \"{}\" of it", said(act))
            }
            Unmatched::NoStep { id, act } => {
                write!(
                    f,
                    "JOURNAL#{id} ACT: the journal says \"{}\", and nothing that can be read was recorded by it",
                    said(act)
                )
            }
        }
    }
}

/// An act in words: `OwnDocument of P-001: F 7 EUR to-partner 2026-01`.
fn said(SettlementAct { step, partner_id, subject }: &SettlementAct) -> String {
    let of = partner_id.as_ref().map_or_else(String::new, |partner| format!(" of {partner}"));
    format!("{step:?}{of}: {}", subject.join(" "))
}

/// A step that an item shows, and its moment.
pub type Step = (SettlementAct, Timestamp);

/// The steps without an act and the acts without a step, of all items of a table.
pub fn unmatched(items: &[Item]) -> Vec<Unmatched> {
    unmatched_of(items, |step| !step.is_of_paying(), steps)
}

/// The same for steps of some kinds, given what steps an item shows: of use to a crate beside this one.
pub fn unmatched_of(
    items: &[Item],
    is_wanted: impl Fn(SettlementStep) -> bool,
    steps: impl Fn(&Item) -> Vec<Step>,
) -> Vec<Unmatched> {
    let acts: Vec<Act> = items.iter().filter_map(Act::of_item).collect();
    let begun = acts.iter().map(|act| act.occasion.at).min();
    let mut left: BTreeMap<ActId, SettlementAct> =
        acts.iter().filter_map(of_settlement).filter(|(_, act)| is_wanted(act.step)).to_map();
    let kept: BTreeSet<ActId> = left.keys().cloned().to_set();
    let mut found = Vec::new();
    for item in items {
        for (act, at) in steps(item) {
            let id = act.id();
            left.remove(&id);
            if !kept.contains(&id) && begun.is_some_and(|begun| at >= begun) {
                found.push(Unmatched::NoAct { key: key(item), act });
            }
        }
    }
    found.extend(left.into_iter().map(|(id, act)| Unmatched::NoStep { id, act }));
    found
}

fn of_settlement(act: &Act) -> Option<(ActId, SettlementAct)> {
    let Change::Settlement(settlement) = &act.change else { return None };
    Some((act.id(), settlement.clone()))
}

/// The steps that an item shows; of an item that cannot be read none, and the [check](crate::check::check) of items names it.
fn steps(item: &Item) -> Vec<Step> {
    ItemKey::parse(&key(item)).and_then(|parsed| steps_of(parsed, item)).unwrap_or_default()
}

fn steps_of(parsed: ItemKey, item: &Item) -> Option<Vec<Step>> {
    let one = |act, at| Some(vec![(act, at)]);
    match parsed {
        ItemKey::VendorVersion(n) => {
            let version: Version<Identity> = item::read(item).ok()?;
            one(named(SettlementStep::VendorIdentity, None, &[&n]), version.recorded_at)
        }
        ItemKey::BillingVersion(partner, n) => {
            let version: Version<Billing> = item::read(item).ok()?;
            one(named(SettlementStep::PartnerIdentity, Some(&partner), &[&n]), version.recorded_at)
        }
        ItemKey::Close(month) => {
            let stored = closes::read(item).ok()?;
            one(named(SettlementStep::Close, None, &[&month]), stored.close.moment.at())
        }
        ItemKey::OpeningItem(account, number) => {
            let opening = item::read::<OpeningItemForm>(item).ok()?.read(account.clone(), number.clone())?;
            one(named_document(SettlementStep::OpeningItem, &account, (&[&number], None)), opening.recorded_at())
        }
        ItemKey::Document(place) => of_document(&place, &read(item).ok()?.1),
        ItemKey::Contest(place, _) => {
            let numbered = read_contest(item).ok()?;
            let (partner, contest) = (Some(&place.account.partner_id), numbered.contest);
            let of = |step| named(step, partner, &[&contest.number, &numbered.n]);
            let answer = contest.answer.as_ref().map(|answer| (of(SettlementStep::ContestAnswer), answer.at));
            Some([(of(SettlementStep::Contest), contest.at)].into_iter().chain(answer).collect())
        }
        ItemKey::Owner(_)
        | ItemKey::SeriesEnd(_)
        | ItemKey::Place(..)
        | ItemKey::LastClose
        | ItemKey::Head(_)
        | ItemKey::Year(..)
        | ItemKey::OpeningLines(_)
        | ItemKey::Carried(..) => None,
    }
}

/// The step that recorded a partner's own document; none: a pass made it.
fn of_document(place: &DocumentPlace, document: &Document) -> Option<Vec<Step>> {
    let Number::Own(number) = &document.number else { return None };
    let (account, close) = (&place.account, Some(place.month));
    let act = match document.kind.cancels() {
        Some(of) => named_document(SettlementStep::OwnCancellation, account, (&[number, of], close)),
        None => named_document(SettlementStep::OwnDocument, account, (&[number], close)),
    };
    Some(vec![(act, document.made_at)])
}
