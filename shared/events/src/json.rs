//! JSON out: money and agreements as they are written on the wire.

use rules::programme::FromSale;
use rules::totals::{self, Group};
use rules::{Currency, Day, Kind, Minor, Model, ProgrammeVersion, Rate, Totals};
use serde::Serialize;

/// `{"amount": "-300.00", "currency": "EUR"}`: a plain decimal with all the currency's decimals, in a string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// The decimal; it may be negative.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of so many minor units.
    pub fn new(minor: Minor, currency: Currency) -> Self {
        Money { amount: currency.decimal(minor), currency }
    }
}

/// A total, with what is due because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    kind: Kind,
    model: Model,
    currency: Currency,
    entries: u32,
    amount: Money,
    vendor_share: Money,
    due_to_partner: Money,
    due_from_partner: Money,
}

impl Total {
    /// Each of them, by kind, model and currency.
    pub fn all(totals: &Totals) -> Vec<Total> {
        totals.0.iter().map(|(group, total)| Total::new(*group, total)).collect()
    }

    fn new(Group { kind, model, currency }: Group, total: &totals::Total) -> Total {
        let due = total.due(kind);
        let money = |minor| Money::new(minor, currency);
        Total {
            kind,
            model,
            currency,
            entries: total.count,
            amount: money(total.amount),
            vendor_share: money(total.vendor_share),
            due_to_partner: money(due.due_to_partner),
            due_from_partner: money(due.due_from_partner),
        }
    }
}

/// An agreement, in the shape in which it is registered; the programme version is always named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agreement {
    model: Model,
    starts_on: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_on: Option<Day>,
    programme: ProgrammeVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_sale: Option<FromSale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    technical_qualification: Option<Qualification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    support_structure: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_fee: Option<EntryFee>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Qualification {
    qualified_on: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct EntryFee {
    segment: String,
    commercial_potential: Money,
    rate: Rate,
}

impl From<&rules::Agreement> for Agreement {
    fn from(agreement: &rules::Agreement) -> Self {
        let qualified = |qualified_on| Qualification { qualified_on };
        let fee = |fee: &rules::agreement::EntryFee| EntryFee {
            segment: fee.segment.clone(),
            commercial_potential: Money::new(fee.commercial_potential.minor(), fee.commercial_potential.currency()),
            rate: fee.rate,
        };
        Agreement {
            model: agreement.model(),
            starts_on: agreement.starts_on(),
            ends_on: agreement.ends_on(),
            programme: agreement.programme(),
            rate: agreement.negotiated_rate(),
            from_sale: agreement.negotiated_from_sale(),
            technical_qualification: agreement.technical_qualification().map(qualified),
            support_structure: agreement.has_support_structure().then_some(true),
            entry_fee: agreement.entry_fee().map(fee),
        }
    }
}
