//! Billing identity (§8.1): what a document says of the vendor and of a partner, checked with the field named.

use crate::country::{Country, CountryError, Regime, is_overseas};
use crate::iban::{Iban, IbanError};
use crate::siren::{Siren, SirenError};
use crate::terms::{
    LegalText, LegalTextError, Mandate, MandateError, MandateInput, PaymentDays, PaymentDaysError, PrintedText,
    SeriesCode, SeriesCodeError,
};
use crate::vat_id::{VatId, VatIdError};
use rules::Currency;
use rules::label::LabelError;
use rules::money::{Minor, Money, MoneyError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use strum::{Display, IntoStaticStr};

/// A field of a billing identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// The legal name.
    LegalName,
    /// The address.
    Address,
    /// The country.
    Country,
    /// The SIREN.
    Siren,
    /// The VAT id.
    VatId,
    /// The VAT regime.
    Regime,
    /// The legal form.
    LegalForm,
    /// The share capital.
    ShareCapital,
    /// The registration.
    Registration,
    /// The series code.
    Series,
    /// The mandate.
    Mandate,
    /// The payment days.
    PaymentDays,
    /// The minimum of a currency.
    MinimumMinor,
    /// The IBAN.
    Iban,
    /// The account holder.
    AccountHolder,
}

/// The field of a billing identity that is wrong, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct IdentityError {
    /// The field.
    pub field: Field,
    /// The reason, worded to follow the field's name.
    pub problem: Problem,
}

/// The reason why a field of a billing identity is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A text that cannot be printed.
    #[error(transparent)]
    Printed(#[from] LabelError),
    /// No legal mention.
    #[error(transparent)]
    Legal(#[from] LegalTextError),
    /// No country.
    #[error(transparent)]
    Country(#[from] CountryError),
    /// No SIREN.
    #[error(transparent)]
    Siren(#[from] SirenError),
    /// No VAT id.
    #[error(transparent)]
    VatId(#[from] VatIdError),
    /// No IBAN.
    #[error(transparent)]
    Iban(#[from] IbanError),
    /// No series code.
    #[error(transparent)]
    Series(#[from] SeriesCodeError),
    /// No mandate.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// No number of days.
    #[error(transparent)]
    PaymentDays(#[from] PaymentDaysError),
    /// No minimum.
    #[error(transparent)]
    Minimum(#[from] MoneyError),
    /// An address of the departments 97 and 98.
    #[error(
        "is in an overseas territory of France (postal code 97 or 98): its VAT rates are not known here yet, so it cannot be billed"
    )]
    Overseas,
    /// A regime of another country.
    #[error(
        "does not fit the country: fr-vat and fr-franchise are for FR, eu for other members of the European Union, outside-eu for the rest"
    )]
    RegimeOfAnotherCountry,
    /// A VAT id of another country than the regime's.
    #[error("does not fit the regime: fr-vat and fr-franchise need one that begins with FR, eu one of another member")]
    VatIdOfAnotherRegime,
    /// A French VAT id with another SIREN.
    #[error("holds another SIREN than the field siren: correct one of the two")]
    AnotherSiren,
}

/// A billing identity as it is written: the vendor's, or the first part of a partner's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityInput {
    /// The legal name.
    pub legal_name: Option<String>,
    /// The address, on one line.
    pub address: Option<String>,
    /// The country's two letters.
    pub country: Option<String>,
    /// The SIREN.
    pub siren: Option<String>,
    /// The VAT id.
    pub vat_id: Option<String>,
    /// The VAT regime.
    pub regime: Option<Regime>,
    // What was recorded before these were known has none of them, and stays as it is.
    /// The legal form: `SAS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_form: Option<String>,
    /// The share capital, with its currency: `10 000 €`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_capital: Option<String>,
    /// The registration, with its town in France: `RCS Béziers 448 765 438`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<String>,
}

/// A checked billing identity. What it lacks is a question of the document: [`lacking`](crate::complete::lacking).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "IdentityInput", into = "IdentityInput")]
pub struct Identity {
    legal_name: Option<PrintedText>,
    address: Option<PrintedText>,
    country: Option<Country>,
    siren: Option<Siren>,
    vat_id: Option<VatId>,
    regime: Option<Regime>,
    legal_form: Option<LegalText>,
    share_capital: Option<LegalText>,
    registration: Option<LegalText>,
}

fn read<T: FromStr>(field: Field, text: Option<&str>) -> Result<Option<T>, IdentityError>
where
    Problem: From<T::Err>,
{
    text.map(str::parse).transpose().map_err(|error| IdentityError { field, problem: Problem::from(error) })
}

impl TryFrom<IdentityInput> for Identity {
    type Error = IdentityError;
    fn try_from(input: IdentityInput) -> Result<Self, IdentityError> {
        let identity = Identity {
            legal_name: read(Field::LegalName, input.legal_name.as_deref())?,
            address: read(Field::Address, input.address.as_deref())?,
            country: read(Field::Country, input.country.as_deref())?,
            siren: read(Field::Siren, input.siren.as_deref())?,
            vat_id: read(Field::VatId, input.vat_id.as_deref())?,
            regime: input.regime,
            legal_form: read(Field::LegalForm, input.legal_form.as_deref())?,
            share_capital: read(Field::ShareCapital, input.share_capital.as_deref())?,
            registration: read(Field::Registration, input.registration.as_deref())?,
        };
        identity.agrees_with_itself().map(|()| identity)
    }
}

impl From<Identity> for IdentityInput {
    fn from(identity: Identity) -> IdentityInput {
        IdentityInput {
            legal_name: identity.legal_name.map(String::from),
            address: identity.address.map(String::from),
            country: identity.country.map(String::from),
            siren: identity.siren.map(String::from),
            vat_id: identity.vat_id.map(String::from),
            regime: identity.regime,
            legal_form: identity.legal_form.map(String::from),
            share_capital: identity.share_capital.map(String::from),
            registration: identity.registration.map(String::from),
        }
    }
}

impl Identity {
    fn agrees_with_itself(&self) -> Result<(), IdentityError> {
        let wrong = |field, problem| Err(IdentityError { field, problem });
        let in_france = self.country.as_ref().is_some_and(Country::is_france);
        if in_france && self.address.as_ref().is_some_and(|address| is_overseas(address.as_str())) {
            return wrong(Field::Address, Problem::Overseas);
        }
        if let (Some(regime), Some(country)) = (self.regime, &self.country)
            && !regime.fits(country)
        {
            return wrong(Field::Regime, Problem::RegimeOfAnotherCountry);
        }
        let Some(vat_id) = &self.vat_id else { return Ok(()) };
        let fits = match self.regime {
            Some(Regime::FrVat | Regime::FrFranchise) => vat_id.siren().is_some(),
            Some(Regime::Eu) => vat_id.siren().is_none(),
            Some(Regime::OutsideEu) | None => true,
        };
        if !fits {
            return wrong(Field::VatId, Problem::VatIdOfAnotherRegime);
        }
        match (&self.siren, vat_id.siren()) {
            (Some(siren), Some(within)) if siren.as_str() != within => wrong(Field::VatId, Problem::AnotherSiren),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    /// The legal name.
    pub fn legal_name(&self) -> Option<&PrintedText> {
        self.legal_name.as_ref()
    }

    /// The address.
    pub fn address(&self) -> Option<&PrintedText> {
        self.address.as_ref()
    }

    /// The country.
    pub fn country(&self) -> Option<&Country> {
        self.country.as_ref()
    }

    /// The SIREN.
    pub fn siren(&self) -> Option<&Siren> {
        self.siren.as_ref()
    }

    /// The VAT id.
    pub fn vat_id(&self) -> Option<&VatId> {
        self.vat_id.as_ref()
    }

    /// The VAT regime.
    pub fn regime(&self) -> Option<Regime> {
        self.regime
    }

    /// The legal form.
    pub fn legal_form(&self) -> Option<&LegalText> {
        self.legal_form.as_ref()
    }

    /// The share capital.
    pub fn share_capital(&self) -> Option<&LegalText> {
        self.share_capital.as_ref()
    }

    /// The registration.
    pub fn registration(&self) -> Option<&LegalText> {
        self.registration.as_ref()
    }
}

/// A partner's billing identity as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BillingInput {
    /// The first part.
    #[serde(flatten)]
    pub identity: IdentityInput,
    /// The mandate for self-billing.
    pub mandate: Option<MandateInput>,
    /// The code of the partner's own series.
    pub series: Option<String>,
    /// The days after its date on which an invoice is due: 30 unless said.
    pub payment_days: Option<u8>,
    /// The least net amount of a document to the partner by currency, in minor units: 0 unless said.
    pub minimum_minor: BTreeMap<Currency, Minor>,
    /// Set-off is agreed.
    pub set_off: bool,
    /// The IBAN.
    pub iban: Option<String>,
    /// The holder of that account.
    pub account_holder: Option<String>,
}

/// A partner's checked billing identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BillingInput", into = "BillingInput")]
pub struct Billing {
    identity: Identity,
    mandate: Option<Mandate>,
    series: Option<SeriesCode>,
    payment_days: PaymentDays,
    minimums: BTreeMap<Currency, Money>,
    set_off: bool,
    iban: Option<Iban>,
    account_holder: Option<PrintedText>,
}

impl TryFrom<BillingInput> for Billing {
    type Error = IdentityError;
    fn try_from(input: BillingInput) -> Result<Self, IdentityError> {
        fn of<T, E>(field: Field, value: Result<T, E>) -> Result<T, IdentityError>
        where
            Problem: From<E>,
        {
            value.map_err(|error| IdentityError { field, problem: Problem::from(error) })
        }
        let minimum = |(currency, minor)| Ok((currency, of(Field::MinimumMinor, Money::new(minor, currency))?));
        Ok(Billing {
            identity: input.identity.try_into()?,
            mandate: of(Field::Mandate, input.mandate.map(Mandate::try_from).transpose())?,
            series: read(Field::Series, input.series.as_deref())?,
            payment_days: of(Field::PaymentDays, input.payment_days.map(PaymentDays::try_from).transpose())?
                .unwrap_or_default(),
            minimums: input.minimum_minor.into_iter().map(minimum).collect::<Result<_, _>>()?,
            set_off: input.set_off,
            iban: read(Field::Iban, input.iban.as_deref())?,
            account_holder: read(Field::AccountHolder, input.account_holder.as_deref())?,
        })
    }
}

impl From<Billing> for BillingInput {
    fn from(billing: Billing) -> BillingInput {
        BillingInput {
            identity: billing.identity.into(),
            mandate: billing.mandate.map(MandateInput::from),
            series: billing.series.map(String::from),
            payment_days: Some(billing.payment_days.into()),
            minimum_minor: billing.minimums.into_iter().map(|(currency, money)| (currency, money.minor())).collect(),
            set_off: billing.set_off,
            iban: billing.iban.map(String::from),
            account_holder: billing.account_holder.map(String::from),
        }
    }
}

impl Billing {
    /// The first part, which the vendor has too.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The mandate for self-billing.
    pub fn mandate(&self) -> Option<&Mandate> {
        self.mandate.as_ref()
    }

    /// The code of the partner's own series.
    pub fn series(&self) -> Option<&SeriesCode> {
        self.series.as_ref()
    }

    /// The days after its date on which an invoice is due.
    pub fn payment_days(&self) -> PaymentDays {
        self.payment_days
    }

    /// The least net amount of a document to the partner.
    pub fn minimum(&self, currency: Currency) -> Minor {
        self.minimums.get(&currency).map_or(Minor::ZERO, |money| money.minor())
    }

    /// Set-off is agreed.
    pub fn set_off(&self) -> bool {
        self.set_off
    }

    /// The IBAN. It is needed to pay, not to issue.
    pub fn iban(&self) -> Option<&Iban> {
        self.iban.as_ref()
    }

    /// The holder of that account.
    pub fn account_holder(&self) -> Option<&PrintedText> {
        self.account_holder.as_ref()
    }
}
