//! The table of aging (§8.9): open vendor invoices by days past due as of a day, surplus and negative carried beside.

use crate::file::File;
use crate::items::{Partners, Recorded, by_partner};
use payments::{Aging, Event, PastDue, aging};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, PartnerId};
use settlement::{Carried, Direction};
use std::collections::{BTreeMap, BTreeSet};

/// The aging of every partner and currency as of a day, a row each that is not all zero; amounts as plain decimals. `carried` are the
/// accounts that the last close before that day carried.
pub fn aging_table(
    events: &[Recorded],
    carried: &[Carried],
    partners: Partners<'_>,
    on: Day,
) -> Result<File, Overflow> {
    let events = by_partner(events);
    let negative = negative(carried)?;
    let mut keys: BTreeSet<(&PartnerId, Currency)> = negative.keys().copied().collect();
    keys.extend(events.iter().flat_map(|(id, events)| {
        let currencies = events.iter().filter_map(|recorded| currency(&recorded.event));
        currencies.map(|currency| (*id, currency)).collect::<Vec<_>>()
    }));
    let mut rows = Vec::new();
    for key in keys {
        let (id, currency) = key;
        let of_partner = events.get(id).into_iter().flatten().map(|recorded| &recorded.event);
        let Aging { open, surplus } = aging(of_partner, currency, on)?;
        let carried = negative.get(&key).copied().unwrap_or_default();
        let total = Minor::sum(open.values().copied())?;
        if [total, surplus, carried] != [Minor::ZERO; 3] {
            let of = |past: PastDue| open.get(&past).copied().unwrap_or_default();
            let days = [PastDue::NotDue, PastDue::UpTo30, PastDue::UpTo60, PastDue::UpTo90, PastDue::More].map(of);
            let amounts = days.into_iter().chain([total, surplus, carried]).map(|amount| currency.decimal(amount));
            let mut row = vec![on.to_string(), id.to_string(), partners.party(id, on).name, currency.code().to_owned()];
            row.extend(amounts);
            rows.push(row);
        }
    }
    Ok(File::new(workbook::csv(&COLUMNS, rows)))
}

/// The currency in which an event can leave something open or over.
fn currency(event: &Event) -> Option<Currency> {
    match event {
        Event::Invoice(invoice) => Some(invoice.account.currency),
        Event::CreditNote(note) => Some(note.account.currency),
        Event::Payment(payment) => Some(payment.sum.currency()),
        Event::Contested(_) | Event::Settled(_) => None,
    }
}

/// The sums carried below zero, from partners.
fn negative(carried: &[Carried]) -> Result<BTreeMap<(&PartnerId, Currency), Minor>, Overflow> {
    let mut sums: BTreeMap<(&PartnerId, Currency), Minor> = BTreeMap::new();
    let below = |carried: &&Carried| carried.account.direction == Direction::FromPartner && carried.total < Minor::ZERO;
    for carried in carried.iter().filter(below) {
        let sum = sums.entry((&carried.account.partner_id, carried.account.currency)).or_default();
        *sum = sum.plus(carried.total)?;
    }
    Ok(sums)
}

const COLUMNS: [&str; 12] = [
    "as_of",
    "partner_id",
    "name",
    "currency",
    "not_due",
    "days_1_30",
    "days_31_60",
    "days_61_90",
    "days_over_90",
    "open",
    "surplus",
    "carried",
];
