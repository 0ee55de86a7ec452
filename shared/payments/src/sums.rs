//! The sums of an account that always add up (§8.10).

use crate::book::Owing;
use crate::books::Books;
use crate::event::AccountKey;
use rules::money::{Minor, Overflow};

/// The sums of an account, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentSums {
    /// The gross of its documents, credit notes below zero, and its opening items.
    pub gross: Minor,
    /// The sum of its payments, set-off and write-off too; negative payments below zero.
    pub paid: Minor,
    /// The sum of what is open.
    pub open: Minor,
    /// The surplus.
    pub surplus: Minor,
}

/// The reason why the sums of an account do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaymentSumsError {
    /// Something is lacking or too much.
    #[error("documents of {} are not what is paid {} and open {} less the surplus {}: audit the account", .0.gross.0, .0.paid.0, .0.open.0, .0.surplus.0)]
    Gap(PaymentSums),
    /// A sum needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// The sums of an account, which add up: gross = paid + open − surplus.
pub fn sums(books: &Books, account: AccountKey) -> Result<PaymentSums, PaymentSumsError> {
    let Some(book) = books.book(account) else { return Ok(PaymentSums::default()) };
    let invoiced = Minor::sum(book.invoices().map(|owing| owing.invoice().amount.minor()))?;
    let credited = Minor::sum(book.credit_notes().map(|note| note.amount.minor()))?;
    let of_it = books.payments().filter(|payment| books.accounts(payment).contains(&account));
    let (negative, positive): (Vec<_>, Vec<_>) = of_it.partition(|payment| payment.is_negative());
    let [positive, negative] =
        [positive, negative].map(|all| all.into_iter().map(|payment| payment.sum.amount().minor()));
    let sums = PaymentSums {
        gross: invoiced.minus(credited)?,
        paid: Minor::sum(positive)?.minus(Minor::sum(negative)?)?,
        open: Minor::sum(book.invoices().map(Owing::open))?,
        surplus: book.surplus(),
    };
    let explained = sums.paid.plus(sums.open)?.minus(sums.surplus)?;
    if explained == sums.gross { Ok(sums) } else { Err(PaymentSumsError::Gap(sums)) }
}
