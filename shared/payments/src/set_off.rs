//! Set-off by hand (§8.6): only if agreed, and of what is due and not contested in each direction.

use crate::amount::Amount;
use crate::book::Book;
use crate::books::Books;
use crate::event::AccountKey;
use rules::money::Minor;
use rules::{Currency, Day};
use settlement::Direction;
use settlement::identity::Billing;

/// The reason why an amount cannot be set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetOffError {
    /// It is not agreed.
    #[error("set-off is not agreed with this partner: record the agreement in its billing identity first")]
    NotAgreed,
    /// Less is due in a direction.
    #[error("only {} {currency} is due and not contested in the direction {direction}: set off that or less", currency.decimal(*due))]
    MoreThanDue {
        /// The direction in which least is due.
        direction: Direction,
        /// The currency.
        currency: Currency,
        /// The sum due there and not contested, in minor units.
        due: Minor,
    },
}

/// Checks that an amount may be set off on a day, under the billing identity that holds then.
pub fn may_set_off(
    books: &Books,
    (amount, currency): (Amount, Currency),
    on: Day,
    billing: Option<&Billing>,
) -> Result<(), SetOffError> {
    if !billing.is_some_and(Billing::set_off) {
        return Err(SetOffError::NotAgreed);
    }
    let due = |direction| {
        books.book(AccountKey { currency, direction }).map(|book: &Book| book.due_by(on)).unwrap_or_default()
    };
    let least = [Direction::ToPartner, Direction::FromPartner].into_iter().min_by_key(|direction| due(*direction));
    match least.map(|direction| (direction, due(direction))) {
        Some((direction, due)) if due < amount.minor() => Err(SetOffError::MoreThanDue { direction, currency, due }),
        Some(_) | None => Ok(()),
    }
}
