//! Payments as journal entries (§8.9): at their own EUR, with the difference of exchange that they make.

use crate::entry::{Head, JournalEntry, JournalError, Lines, On, turned};
use crate::exchange::{Difference, differences};
use crate::items::{Items, Recorded};
use crate::role::{JournalName, Role, Subject};
use payments::event::PaymentType;
use payments::{AccountKey, Event, Payment, PaymentId, PaymentKind};
use rules::money::{Minor, Overflow};
use rules::{Currency, PartnerId};
use settlement::Direction;
use std::collections::BTreeMap;

/// The journal entries of a partner's payments, and of the differences of exchange that documents and contests made.
pub(crate) fn payment_entries(
    partner_id: &PartnerId,
    events: &[&Recorded],
    items: &Items<'_>,
) -> Result<Vec<JournalEntry>, JournalError> {
    let differences = differences(partner_id, events, items)?;
    let mut known: BTreeMap<&PaymentId, &Payment> = BTreeMap::new();
    let mut entries = Vec::new();
    for Recorded { place, event, .. } in events {
        let made: Vec<&Difference> = differences.iter().filter(|difference| difference.place == *place).collect();
        match event {
            Event::Payment(payment) => {
                known.insert(&payment.id, payment);
                entries.extend(payment_entry(partner_id, payment, &known, &made, items)?);
            }
            Event::Invoice(_) | Event::CreditNote(_) | Event::Contested(_) | Event::Settled(_) => {
                for difference in made {
                    entries.extend(exchange_entry(partner_id, event, difference, items)?);
                }
            }
        }
    }
    Ok(entries)
}

/// The directions that a payment moves, and the account that stands against them; none: they stand against each other.
fn sides(kind: &PaymentKind, known: &BTreeMap<&PaymentId, &Payment>) -> (Vec<Direction>, Option<Role>) {
    match kind {
        PaymentKind::Out { .. } => (vec![Direction::ToPartner], Some(Role::Bank)),
        PaymentKind::In { .. } => (vec![Direction::FromPartner], Some(Role::Bank)),
        PaymentKind::SetOff => (vec![Direction::ToPartner, Direction::FromPartner], None),
        PaymentKind::WriteOff { direction, .. } => {
            let role = match direction {
                Direction::ToPartner => Role::WriteOffGain,
                Direction::FromPartner => Role::WriteOffLoss,
            };
            (vec![*direction], Some(role))
        }
        PaymentKind::PaysSurplusBack { direction } => (vec![*direction], Some(Role::Bank)),
        PaymentKind::TakesBack { payment } => match known.get(payment) {
            Some(named) if !named.is_negative() => sides(&named.kind, known),
            Some(_) | None => (Vec::new(), None),
        },
    }
}

fn payment_entry(
    partner_id: &PartnerId,
    payment: &Payment,
    known: &BTreeMap<&PaymentId, &Payment>,
    made: &[&Difference],
    items: &Items<'_>,
) -> Result<Option<JournalEntry>, JournalError> {
    let day = payment.value_day;
    let (amount, currency, eur) = (payment.sum.amount().minor(), payment.sum.currency(), payment.sum.eur().minor());
    let party = items.partners.party(partner_id, day);
    let mut lines = Lines::new(items.chart.on(day)?, party.clone());
    let (directions, against) = sides(&payment.kind, known);
    // Debited to the accounts of the partner, in EUR and in the currency.
    let (mut debited, mut debited_amount) = (Minor::ZERO, Minor::ZERO);
    for direction in directions {
        let account = AccountKey { currency, direction };
        let is_debit = (direction == Direction::ToPartner) != payment.is_negative();
        let [own, own_amount] = [signed(eur, is_debit)?, signed(amount, is_debit)?];
        (debited, debited_amount) = (debited.plus(own)?, debited_amount.plus(own_amount)?);
        let difference = made.iter().find(|difference| difference.account == account);
        let by_exchange = difference.map_or(Ok(Minor::ZERO), |difference| debit_of(difference))?;
        lines.debit(On::Partner(partner_role(direction)), own.plus(by_exchange)?, foreign(own_amount, currency))?;
        exchange_line(&mut lines, by_exchange)?;
    }
    if let Some(role) = against {
        lines.credit(On::Role(role), debited, foreign(debited_amount, currency))?;
    }
    lines.entry(Head {
        day,
        subject: Subject::Payment(PaymentType::from(&payment.kind)),
        about: format!("{} {}", payment.reference, party.name),
        party,
        piece: payment.id.to_string(),
        piece_date: day,
        valid_on: day,
        journal: if against == Some(Role::Bank) { JournalName::Bank } else { JournalName::General },
    })
}

/// The entry of a difference that a document or a contest made, since a surplus pays it.
fn exchange_entry(
    partner_id: &PartnerId,
    event: &Event,
    difference: &Difference,
    items: &Items<'_>,
) -> Result<Option<JournalEntry>, JournalError> {
    let day = difference.day;
    let party = items.partners.party(partner_id, day);
    let mut lines = Lines::new(items.chart.on(day)?, party.clone());
    let by_exchange = debit_of(difference)?;
    lines.debit(On::Partner(partner_role(difference.account.direction)), by_exchange, None)?;
    exchange_line(&mut lines, by_exchange)?;
    let piece = match event {
        Event::Invoice(invoice) => invoice.number.to_string(),
        Event::CreditNote(note) => note.number.to_string(),
        Event::Payment(payment) => payment.id.to_string(),
        Event::Contested(contest) | Event::Settled(contest) => contest.document.to_string(),
    };
    let about = format!("{piece} {}", party.name);
    let (subject, journal) = (Subject::Exchange, JournalName::General);
    lines.entry(Head { day, subject, party, piece, piece_date: day, valid_on: day, journal, about })
}

/// The account of partners in a direction.
fn partner_role(direction: Direction) -> Role {
    match direction {
        Direction::ToPartner => Role::Supplier,
        Direction::FromPartner => Role::Customer,
    }
}

/// The cents that a difference debits to the account of the partner: to it, more owed is credited.
fn debit_of(difference: &Difference) -> Result<Minor, Overflow> {
    signed(difference.owed_more, difference.account.direction == Direction::FromPartner)
}

/// The line against what exchange debits to a partner: credited it is gained, debited it is lost.
fn exchange_line(lines: &mut Lines<'_>, debited: Minor) -> Result<(), JournalError> {
    let role = if debited > Minor::ZERO { Role::ExchangeGain } else { Role::ExchangeLoss };
    lines.credit(On::Role(role), debited, None)
}

fn signed(amount: Minor, is_debit: bool) -> Result<Minor, Overflow> {
    if is_debit { Ok(amount) } else { turned(amount) }
}

fn foreign(amount: Minor, currency: Currency) -> Option<(Minor, Currency)> {
    (currency != Currency::EUR).then_some((amount, currency))
}
