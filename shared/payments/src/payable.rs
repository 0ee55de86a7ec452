//! The amount that a bank transfer pays a partner, or the reasons why there is none (§8.7). Every path asks this one function.

use crate::amount::Amount;
use crate::book::Book;
use crate::books::Books;
use crate::event::AccountKey;
use rules::money::{Minor, Overflow};
use rules::{Currency, Day};
use settlement::Direction;
use settlement::iban::Iban;
use settlement::identity::Billing;
use strum::{IntoStaticStr, VariantArray};

/// The reason why nothing is transferred to a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray, thiserror::Error)]
#[strum(serialize_all = "kebab-case")]
pub enum NotPayable {
    /// The currency is not EUR.
    #[error("only EUR is paid by SEPA transfer: pay by hand, and record the payment")]
    OtherCurrency,
    /// A transfer to the partner is under way.
    #[error("a transfer to this partner is under way: wait for its outcome, or void its batch")]
    TransferUnderWay,
    /// It has no IBAN, or one that SEPA does not reach.
    #[error("the partner has no IBAN that SEPA reaches: record one in its billing identity")]
    NoSepaIban,
    /// Nothing is due, or all of it is retained or set off.
    #[error("nothing is left to pay by that day of what is due and not contested")]
    NothingDue,
}

/// The facts beside the books that say what is payable.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The billing identity that holds on the day of execution.
    pub billing: Option<&'a Billing>,
    /// The sum to the partner that is booked up to that day and not documented, with VAT, in minor units.
    pub undocumented_to: Minor,
    /// The same from the partner.
    pub undocumented_from: Minor,
    /// A transfer to the partner is under way: from filling a batch to the transfer's outcome or the batch's end.
    pub is_under_way: bool,
}

/// The amount payable to a partner by bank, and what it is made of, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payable {
    /// The sum open, due by the day and not contested.
    pub due: Minor,
    /// The part retained: the sum not documented, with VAT, if that is below zero.
    pub retained: Minor,
    /// The part of the rest that is set off: at most all of it.
    pub set_off: Minor,
    /// The amount to transfer, or every reason why there is none.
    pub transfer: Result<Amount, Vec<NotPayable>>,
}

/// Finds what is payable to a partner in a currency on the day of execution.
pub fn payable(books: &Books, currency: Currency, on: Day, facts: &Facts<'_>) -> Result<Payable, Overflow> {
    let book = |direction| books.book(AccountKey { currency, direction });
    let due = book(Direction::ToPartner).map(|book| book.due_by(on)).unwrap_or_default();
    let retained = below_zero(facts.undocumented_to)?;
    let rest = due.minus(retained)?.max(Minor::ZERO);
    let is_agreed = facts.billing.is_some_and(Billing::set_off);
    let set_off = match book(Direction::FromPartner).filter(|_| is_agreed) {
        Some(book) => overdue(book, on, facts.undocumented_from)?.min(rest),
        None => Minor::ZERO,
    };
    let amount = Amount::try_from(rest.minus(set_off)?).ok();
    let reasons = reasons(currency, facts, amount);
    let transfer = amount.filter(|_| reasons.is_empty()).ok_or(reasons);
    Ok(Payable { due, retained, set_off, transfer })
}

fn reasons(currency: Currency, facts: &Facts<'_>, amount: Option<Amount>) -> Vec<NotPayable> {
    let has_iban = facts.billing.and_then(Billing::iban).is_some_and(Iban::is_sepa);
    let all = [
        (currency != Currency::EUR, NotPayable::OtherCurrency),
        (facts.is_under_way, NotPayable::TransferUnderWay),
        (!has_iban, NotPayable::NoSepaIban),
        (amount.is_none(), NotPayable::NothingDue),
    ];
    all.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
}

/// The sum overdue from the partner and not contested, after the surplus and what the vendor will credit; 0 or more. What is due on
/// the day itself is not overdue.
fn overdue(book: &Book, on: Day, undocumented: Minor) -> Result<Minor, Overflow> {
    let before = on.date().yesterday().ok().and_then(|day| Day::try_from(day).ok());
    let overdue = before.map(|day| book.due_by(day)).unwrap_or_default();
    Ok(overdue.minus(book.surplus())?.minus(below_zero(undocumented)?)?.max(Minor::ZERO))
}

/// The part of a sum below zero, without its sign.
fn below_zero(sum: Minor) -> Result<Minor, Overflow> {
    Minor::ZERO.minus(sum.min(Minor::ZERO))
}
