//! JSON out: the written form of money and totals.

use rules::totals::{self, Group};
use rules::{Currency, Kind, Minor, Model, Totals};
use serde::Serialize;

/// `{"amount": "-300.00", "currency": "EUR"}`: a plain decimal with all the currency's decimals, in a string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// The decimal; it may be negative.
    #[cfg_attr(feature = "openapi", schema(pattern = "^-?[0-9]+(\\.[0-9]+)?$"))]
    pub amount: String,
    /// The currency.
    pub currency: Currency,
}

impl From<rules::Money> for Money {
    fn from(money: rules::Money) -> Money {
        Money::new(money.minor(), money.currency())
    }
}

impl Money {
    /// An amount of `minor` minor units.
    pub fn new(minor: Minor, currency: Currency) -> Self {
        Money { amount: currency.decimal(minor), currency }
    }
}

/// A total, with the amounts due because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Total {
    kind: Kind,
    model: Model,
    currency: Currency,
    entries: u32,
    amount: Money,
    /// The partner’s earnings: all of a commission or of a share of revenue, else nothing.
    earned: Money,
    vendor_share: Money,
    due_to_partner: Money,
    due_from_partner: Money,
}

impl Total {
    /// All totals, by kind, model and currency.
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
            earned: money(total.earned(kind)),
            vendor_share: money(total.vendor_share),
            due_to_partner: money(due.due_to_partner),
            due_from_partner: money(due.due_from_partner),
        }
    }
}
