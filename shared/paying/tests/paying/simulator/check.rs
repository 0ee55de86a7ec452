//! Promises that hold after a run.

use super::Known;
use super::oracle::at_once;
use super::scenario::PARTNERS;
use super::table::SimStore;
use crate::world::{FROM, TO, open, partner, paying, surplus};
use fixtures::memory::MemoryStore;
use paying::batch::Fate;
use paying::partner::PartnerBooks;
use payments::{Payment, PaymentKind};
use std::collections::BTreeMap;

/// Checks what is stored against what people and the bank know; gives the number of payments.
pub(super) fn check(store: &SimStore, known: &Known) -> Result<usize, String> {
    let items = store.table().items();
    let table = MemoryStore::of(items.clone());
    let mut payments = 0;
    for id in PARTNERS {
        let of = at_once(paying(&table).partner(&partner(id))).map_err(|error| format!("{id}: {error}"))?;
        payments += of.payments.len();
        is_known(id, &of, known)?;
        // What a reader of this system sees is what was written.
        let read = at_once(paying(store.clone()).partner(&partner(id))).map_err(|error| format!("{id}: {error}"))?;
        for direction in [TO, FROM] {
            let (stored, shown) =
                ((open(&of, direction), surplus(&of, direction)), (open(&read, direction), surplus(&read, direction)));
            if stored != shown {
                return Err(format!("{id} {direction}: {stored:?} is open as it was recorded, and {shown:?} is shown"));
            }
        }
    }
    for (transfer, (fates, answered)) in &known.bank {
        if *answered < fates.len() {
            return Err(format!("{transfer}: the bank told of {fates:?}, and it is not recorded"));
        }
    }
    is_sound(&table)?;
    let broken = store.table().oracle.broken.first().cloned();
    broken.map_or(Ok(payments), Err)
}

/// The payments of a partner are those that were answered as recorded, and those that the bank made; and each of the bank's answers is in.
fn is_known(id: &'static str, of: &PartnerBooks, known: &Known) -> Result<(), String> {
    let stored: BTreeMap<String, &Payment> =
        of.payments.iter().map(|stored| (stored.payment.id.to_string(), &stored.payment)).collect();
    let by_hand: BTreeMap<String, &Payment> =
        known.paid.iter().filter(|((of, _), _)| *of == id).map(|((_, id), payment)| (id.clone(), payment)).collect();
    let is_by_hand = |id: &str| !id.starts_with("transfer/");
    let stored_by_hand: BTreeMap<String, &Payment> =
        stored.iter().filter(|(id, _)| is_by_hand(id)).map(|(id, payment)| (id.clone(), *payment)).collect();
    if stored_by_hand != by_hand {
        return Err(format!("{id}: {stored_by_hand:?} is stored, and {by_hand:?} was recorded"));
    }
    for (payment_id, payment) in stored.iter().filter(|(id, _)| !is_by_hand(id)) {
        let rest = payment_id.trim_start_matches("transfer/");
        let (transfer, what) = rest.split_once('/').unwrap_or((rest, ""));
        let Some((fates, _)) = known.bank.get(transfer) else {
            return Err(format!("{payment_id}: the bank has no such transfer"));
        };
        let is_made = |is: fn(&Fate) -> bool| fates.iter().any(is);
        let is_right = match (what, &payment.kind) {
            ("", PaymentKind::Out { names: None }) | ("set-off", PaymentKind::SetOff) => {
                is_made(|fate| matches!(fate, Fate::Executed { .. }))
            }
            ("return", PaymentKind::TakesBack { .. }) => is_made(|fate| matches!(fate, Fate::Returned { .. })),
            _ => false,
        };
        if !is_right {
            return Err(format!("{payment_id}: the bank did not do this: {payment:?}"));
        }
    }
    Ok(())
}

/// The audit finds nothing, and every transfer of which the bank told has its fate.
fn is_sound(table: &MemoryStore) -> Result<(), String> {
    let paying = paying(table);
    for id in PARTNERS {
        let findings = at_once(paying.audit(&partner(id))).map_err(|error| error.to_string())?;
        if let Some(finding) = findings.first() {
            return Err(finding.to_string());
        }
    }
    for batch in at_once(paying.batches(100, None)).map_err(|error| error.to_string())?.list {
        let findings = at_once(paying.audit_batch(&batch.id)).map_err(|error| error.to_string())?;
        if let Some(finding) = findings.first() {
            return Err(finding.to_string());
        }
    }
    let unmatched = paying::audit::journal::unmatched(&table.dump());
    unmatched.first().map_or(Ok(()), |unmatched| Err(unmatched.to_string()))
}
