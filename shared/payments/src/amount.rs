//! Amounts of documents and payments. They are above zero: the kind of an event says its sign.

use rules::Currency;
use rules::money::Minor;

/// A number of minor units that is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be more than zero: the kind of a payment says its sign")]
pub struct AmountError;

/// An amount in minor units, more than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Minor);

impl TryFrom<Minor> for Amount {
    type Error = AmountError;
    fn try_from(minor: Minor) -> Result<Self, AmountError> {
        if minor > Minor::ZERO { Ok(Amount(minor)) } else { Err(AmountError) }
    }
}

impl Amount {
    /// The number of minor units, more than zero.
    pub fn minor(self) -> Minor {
        self.0
    }
}

/// The reason why a sum of a payment cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SumError {
    /// A sum in another currency has no EUR.
    #[error("is in {0}, so its amount in EUR must be said too: take it from the bank's statement")]
    NoEur(Currency),
    /// A sum in EUR says its EUR a second time.
    #[error("is in EUR, so it has no other amount in EUR: leave that one out")]
    EurTwice,
}

/// The sum of a payment: its amount, and in another currency than EUR its EUR too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sum {
    amount: Amount,
    currency: Currency,
    eur: Option<Amount>,
}

impl Sum {
    /// A sum in a currency, checked: its EUR is there if and only if the currency is another.
    pub fn new(amount: Amount, currency: Currency, eur: Option<Amount>) -> Result<Sum, SumError> {
        match (currency == Currency::EUR, eur) {
            (true, Some(_)) => Err(SumError::EurTwice),
            (false, None) => Err(SumError::NoEur(currency)),
            (true, None) | (false, Some(_)) => Ok(Sum { amount, currency, eur }),
        }
    }

    /// The amount, in minor units of the currency.
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount in EUR, in cents.
    pub fn eur(&self) -> Amount {
        self.eur.unwrap_or(self.amount)
    }
}
