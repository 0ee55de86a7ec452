//! Differences of exchange (§8.9): the account of a partner stands at the EUR of what is open, and what brings it there is gained or
//! lost.
//!
//! An invoice is worth the EUR at which it was booked, the open part of it in proportion; a surplus the EUR of its payment or credit
//! note. In EUR there is no difference.

use crate::document::worth;
use crate::entry::JournalError;
use crate::items::{Items, Recorded};
use payments::book::{Book, Credit, Source};
use payments::{AccountKey, Books, Event};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, PartnerId};
use settlement::document::{Document, Named};
use std::collections::BTreeMap;

/// A difference that an event of a partner made in one of its accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The place of the event.
    pub(crate) place: u64,
    /// The account.
    pub(crate) account: AccountKey,
    /// The day of the event; of a contest, the latest day before it.
    pub(crate) day: Day,
    /// The cents by which more is owed in the direction of the account.
    pub(crate) owed_more: Minor,
}

/// The amount of an invoice, payment or credit note, and its EUR.
type Worth = (Minor, Minor);

/// The worth of what an account has.
#[derive(Debug, Default)]
struct Worths {
    invoices: BTreeMap<Named, Worth>,
    credits: BTreeMap<Source, Worth>,
    /// The part of the surplus below zero, and its EUR.
    below_zero: Worth,
    /// The EUR at which the account stands.
    stands_at: Minor,
}

/// The differences of a partner's accounts in other currencies than EUR, by its events in the order recorded.
pub(crate) fn differences(
    partner_id: &PartnerId,
    events: &[&Recorded],
    items: &Items<'_>,
) -> Result<Vec<Difference>, JournalError> {
    let (mut books, mut worths) = (Books::default(), BTreeMap::<AccountKey, Worths>::new());
    let (mut all, mut latest) = (Vec::new(), None);
    for Recorded { place, event, .. } in events {
        latest = latest.max(event.day());
        let not_taken =
            |refusal: String| JournalError::NotTaken { partner_id: partner_id.clone(), place: *place, refusal };
        books.record(event).map_err(|refusal| not_taken(refusal.to_string()))?;
        for account in accounts(&books, event).into_iter().filter(|account| account.currency != Currency::EUR) {
            let of_it = worths.entry(account).or_default();
            let eur = of_it.add(partner_id, event, items)?;
            let Some(book) = books.book(account) else { continue };
            let owed_more = of_it.owed_more(book, event, eur)?;
            if let Some(day) = event.day().or(latest).filter(|_| owed_more != Minor::ZERO) {
                all.push(Difference { place: *place, account, day, owed_more });
            }
        }
    }
    Ok(all)
}

fn accounts(books: &Books, event: &Event) -> Vec<AccountKey> {
    match event {
        Event::Invoice(invoice) => vec![invoice.account],
        Event::CreditNote(note) => vec![note.account],
        Event::Payment(payment) => books.accounts(payment),
        Event::Contested(contest) | Event::Settled(contest) => vec![contest.account],
    }
}

impl Worths {
    /// Adds an event at its own EUR, and returns its worth.
    fn add(&mut self, partner_id: &PartnerId, event: &Event, items: &Items<'_>) -> Result<Worth, JournalError> {
        let (worth, owed) = match event {
            Event::Invoice(invoice) => {
                let worth = (invoice.amount.minor(), eur(partner_id, invoice.account, &invoice.number, items)?);
                self.invoices.insert(invoice.number.clone(), worth);
                (worth, worth.1)
            }
            Event::CreditNote(note) => {
                let number = Named::Document(note.number.clone());
                let worth = (note.amount.minor(), eur(partner_id, note.account, &number, items)?);
                self.credits.insert(Source::CreditNote(note.number.clone()), worth);
                (worth, Minor::ZERO.minus(worth.1)?)
            }
            Event::Payment(payment) => {
                let worth = (payment.sum.amount().minor(), payment.sum.eur().minor());
                if payment.is_negative() {
                    (worth, worth.1)
                } else {
                    self.credits.insert(Source::Payment(payment.id.clone()), worth);
                    (worth, Minor::ZERO.minus(worth.1)?)
                }
            }
            Event::Contested(_) | Event::Settled(_) => ((Minor::ZERO, Minor::ZERO), Minor::ZERO),
        };
        self.stands_at = self.stands_at.plus(owed)?;
        Ok(worth)
    }

    /// Brings the account to the EUR of what is open, and returns by how much more is owed.
    fn owed_more(&mut self, book: &Book, event: &Event, worth: Worth) -> Result<Minor, Overflow> {
        let mut open = Minor::ZERO;
        for owing in book.invoices() {
            let worth = self.invoices.get(&owing.invoice().number).copied().unwrap_or_default();
            open = open.plus(part(worth, owing.open())?)?;
        }
        for credit in book.credits() {
            let worth = self.credits.get(credit.source()).copied().unwrap_or_default();
            open = open.minus(part(worth, credit.surplus())?)?;
        }
        let surplus = Minor::sum(book.credits().map(Credit::surplus))?;
        let below_zero = self.below_zero(surplus.minus(book.surplus())?, event, worth)?;
        let owed_more = open.plus(below_zero)?.minus(self.stands_at)?;
        self.stands_at = self.stands_at.plus(owed_more)?;
        Ok(owed_more)
    }

    /// The EUR of what is owed again: at the EUR of the payment that took it back, and less in proportion.
    fn below_zero(&mut self, now: Minor, event: &Event, worth: Worth) -> Result<Minor, Overflow> {
        let (before, eur) = self.below_zero;
        let is_negative = match event {
            Event::Payment(payment) => payment.is_negative(),
            Event::Invoice(_) | Event::CreditNote(_) | Event::Contested(_) | Event::Settled(_) => false,
        };
        let eur = if now > before && is_negative {
            eur.plus(part(worth, now.minus(before)?)?)?
        } else {
            part((before, eur), now)?
        };
        self.below_zero = (now, eur);
        Ok(eur)
    }
}

/// The EUR of a document or an opening item.
fn eur(partner_id: &PartnerId, account: AccountKey, number: &Named, items: &Items<'_>) -> Result<Minor, JournalError> {
    match number {
        Named::Document(named) => {
            let is_it = |document: &&Document| {
                let of_account =
                    AccountKey::of(&document.account) == account && document.account.partner_id == *partner_id;
                of_account && document.number == *named
            };
            let document = items.documents.iter().find(is_it);
            let lacking = || JournalError::NoDocument { partner_id: partner_id.clone(), number: number.clone() };
            Ok(worth(document.ok_or_else(lacking)?)?)
        }
        Named::OpeningItem(own) => {
            let eur = items.opening_eur.get(&(partner_id.clone(), own.clone()));
            let lacking = || JournalError::NoEur {
                partner_id: partner_id.clone(),
                number: number.clone(),
                currency: account.currency,
            };
            Ok(eur.ok_or_else(lacking)?.minor())
        }
    }
}

/// The EUR of a part of an amount: `round(EUR × part / amount)` to the cent, half away from zero. Of all of it, all its EUR.
pub(crate) fn part((amount, eur): Worth, part: Minor) -> Result<Minor, Overflow> {
    if part == Minor::ZERO || amount == Minor::ZERO {
        return Ok(Minor::ZERO);
    }
    let twice =
        i128::from(eur.0).checked_mul(part.0.into()).and_then(|product| product.checked_mul(2)).ok_or(Overflow)?;
    let amount = i128::from(amount.0);
    let towards = if twice < 0 { twice.checked_sub(amount) } else { twice.checked_add(amount) };
    let doubled = amount.checked_mul(2).ok_or(Overflow)?;
    let rounded = towards.and_then(|sum| sum.checked_div(doubled)).ok_or(Overflow)?;
    i64::try_from(rounded).map(Minor).map_err(|_| Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_rounded_half_away_from_zero_and_all_is_all() {
        let of = |amount, eur, of| part((Minor(amount), Minor(eur)), Minor(of)).unwrap().0;
        assert_eq!((of(200, 101, 100), of(200, -101, 100), of(3, 100, 1), of(3, 100, 2)), (51, -51, 33, 67));
        assert_eq!((of(i64::MAX, i64::MAX, i64::MAX), of(7, 5, 7), of(7, 5, 0), of(0, 0, 0)), (i64::MAX, 5, 0, 0));
    }
}
