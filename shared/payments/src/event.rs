//! The events of a partner's accounts that decide what is paid (§8.6), as they are recorded.

use crate::amount::{Amount, Sum};
use crate::text::{PaymentId, Reference};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day};
use settlement::document::{Document, Named};
use settlement::number::Number;
use settlement::opening::OpeningItem;
use settlement::{Account, Direction};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

/// An account, but for its partner: the events are all of one partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// The currency.
    pub currency: Currency,
    /// The direction.
    pub direction: Direction,
}

impl AccountKey {
    /// The key of an account among those of its partner.
    pub fn of(account: &Account) -> AccountKey {
        AccountKey { currency: account.currency, direction: account.direction }
    }
}

/// An invoice or an opening item. It is to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// The account.
    pub account: AccountKey,
    /// The number.
    pub number: Named,
    /// The date.
    pub date: Day,
    /// The day on which it is due.
    pub due: Day,
    /// The amount to be paid: the gross amount; of an opening item, what was open when it was recorded.
    pub amount: Amount,
}

/// A credit note or a cancellation. It pays what it names, as a payment does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditNote {
    /// The account.
    pub account: AccountKey,
    /// The number.
    pub number: Number,
    /// The date.
    pub date: Day,
    /// The gross amount, its sign turned.
    pub amount: Amount,
    /// The invoices and opening items that it names, in the order in which it pays them.
    pub names: Vec<Named>,
}

/// The kind of a payment, which says its sign and its direction.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(PaymentType), derive(PartialOrd, Ord, Hash, IntoStaticStr, VariantArray))]
#[strum_discriminants(strum(serialize_all = "kebab-case"), doc = "The name of a payment's kind: `set-off`.")]
pub enum PaymentKind {
    /// To the partner.
    Out {
        /// The document that it pays; none: what is due first.
        names: Option<Named>,
    },
    /// From the partner.
    In {
        /// The document that it pays; none: what is due first.
        names: Option<Named>,
    },
    /// The same amount in both directions: one fact.
    SetOff,
    /// Given up.
    WriteOff {
        /// The direction in which it is owed.
        direction: Direction,
        /// The document that it pays; none: what is due first.
        names: Option<Named>,
    },
    /// Negative: it takes back another payment, in whole or part. A set-off is taken back in both directions.
    TakesBack {
        /// The payment that it takes back.
        payment: PaymentId,
    },
    /// Negative: it pays a surplus back.
    PaysSurplusBack {
        /// The direction that has the surplus.
        direction: Direction,
    },
}

/// A payment of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The id that its recorder gave.
    pub id: PaymentId,
    /// The kind.
    pub kind: PaymentKind,
    /// The sum, without a sign.
    pub sum: Sum,
    /// The value day.
    pub value_day: Day,
    /// The reference.
    pub reference: Reference,
}

impl Payment {
    /// It takes back a payment, or pays a surplus back.
    pub fn is_negative(&self) -> bool {
        match self.kind {
            PaymentKind::TakesBack { .. } | PaymentKind::PaysSurplusBack { .. } => true,
            PaymentKind::Out { .. } | PaymentKind::In { .. } | PaymentKind::SetOff | PaymentKind::WriteOff { .. } => {
                false
            }
        }
    }
}

/// A contest of a document: that it was opened, or that a manager's answer settled it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contest {
    /// The account.
    pub account: AccountKey,
    /// The document.
    pub document: Named,
    /// The contest's number among those of the document.
    pub number: u32,
}

/// An event of a partner's accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An invoice or an opening item.
    Invoice(Invoice),
    /// A credit note or a cancellation.
    CreditNote(CreditNote),
    /// A payment.
    Payment(Payment),
    /// A contest is opened.
    Contested(Contest),
    /// A contest is settled.
    Settled(Contest),
}

impl Event {
    /// The event that a document is. Its gross amount decides: above zero it is to be paid, on its date if it has no due day; below zero
    /// it pays; none: at zero it does neither.
    pub fn of(document: &Document) -> Result<Option<Event>, Overflow> {
        let Document { account, number, date, due, kind, amounts, .. } = document;
        let (account, number, date) = (AccountKey::of(account), number.clone(), *date);
        if let Ok(amount) = Amount::try_from(amounts.gross) {
            let (number, due) = (Named::Document(number), due.unwrap_or(date));
            return Ok(Some(Event::Invoice(Invoice { account, number, date, due, amount })));
        }
        let credit = Amount::try_from(Minor::ZERO.minus(amounts.gross)?).ok();
        let event = |amount| Event::CreditNote(CreditNote { account, number, date, amount, names: kind.names() });
        Ok(credit.map(event))
    }

    /// The event that an opening item is. None: nothing of it is open.
    pub fn of_item(item: &OpeningItem) -> Option<Event> {
        let amount = Amount::try_from(item.open().minor()).ok()?;
        let (account, number) = (AccountKey::of(item.account()), Named::OpeningItem(item.number().clone()));
        Some(Event::Invoice(Invoice { account, number, date: item.date(), due: item.due(), amount }))
    }

    /// The day from which it counts; none: a contest counts always.
    pub fn day(&self) -> Option<Day> {
        match self {
            Event::Invoice(invoice) => Some(invoice.date),
            Event::CreditNote(note) => Some(note.date),
            Event::Payment(payment) => Some(payment.value_day),
            Event::Contested(_) | Event::Settled(_) => None,
        }
    }
}
