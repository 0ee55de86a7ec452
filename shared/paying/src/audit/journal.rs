//! Steps of paying against the acts of the journal: what a person did is an act, and each act did something.

use crate::batch::State;
use crate::batches::read_batch;
use crate::fates::read_fate;
use crate::keys::ItemKey;
use crate::partner::read_payment;
use closing::acts::named;
use closing::audit::journal::{Step, Unmatched, unmatched_of};
use ledger::item::key;
use ledger::journal::SettlementStep;
use ledger::store::Item;
use rules::PartnerId;
use std::collections::BTreeMap;

/// The steps without an act and the acts without a step, of all items of a table.
pub fn unmatched(items: &[Item]) -> Vec<Unmatched> {
    let partners: BTreeMap<String, PartnerId> = items.iter().filter_map(partner_of_transfer).collect();
    unmatched_of(items, SettlementStep::is_of_paying, |item| steps(item, &partners).unwrap_or_default())
}

fn partner_of_transfer(item: &Item) -> Option<(String, PartnerId)> {
    let Some(ItemKey::Transfer(id)) = ItemKey::parse(&key(item)) else { return None };
    let transfer: crate::batch::Transfer = closing::item::read(item).ok()?;
    Some((id.to_string(), transfer.partner_id))
}

/// The steps that an item shows; of an item that cannot be read none, and the [check](crate::check::check) of items names it.
fn steps(item: &Item, partners: &BTreeMap<String, PartnerId>) -> Option<Vec<Step>> {
    match ItemKey::parse(&key(item))? {
        ItemKey::Payment(partner, id) => {
            // A transfer's own payments go with the act of its fate.
            let is_by_hand = !id.as_str().starts_with("transfer/");
            let at = read_payment(item).ok()?.by.at;
            let act = named(SettlementStep::Payment, Some(&partner), &[&id]);
            Some(is_by_hand.then_some((act, at)).into_iter().collect())
        }
        ItemKey::Batch(id) => {
            let batch = read_batch(item).ok()?.batch;
            let of = |step| named(step, None, &[&id]);
            let mut steps = vec![(of(SettlementStep::Batch), batch.begun.at)];
            match batch.state {
                State::Filling | State::Filled => {}
                State::Sealed(seal) => steps.push((of(SettlementStep::BatchSealed), seal.signed.at)),
                State::Sent(seal, sent) => {
                    steps.push((of(SettlementStep::BatchSealed), seal.signed.at));
                    steps.push((of(SettlementStep::BatchSent), sent.at));
                }
                State::Void(seal, void) => {
                    steps.extend(seal.map(|seal| (of(SettlementStep::BatchSealed), seal.signed.at)));
                    steps.push((of(SettlementStep::BatchVoid), void.at));
                }
            }
            Some(steps)
        }
        ItemKey::Fate(id) => {
            let act = named(SettlementStep::TransferFate, partners.get(&id.to_string()), &[&id]);
            Some(vec![(act, read_fate(item).ok()?.by.at)])
        }
        ItemKey::Returned(id) => {
            let act = named(SettlementStep::TransferReturned, partners.get(&id.to_string()), &[&id]);
            Some(vec![(act, read_fate(item).ok()?.by.at)])
        }
        ItemKey::Head(_) | ItemKey::Transfer(_) | ItemKey::LeftOut(..) | ItemKey::Movement => None,
    }
}
