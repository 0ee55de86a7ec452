//! Versions of billing identities.

use super::{day, known};
use crate::words;
use events::{Refusal, body};
use rules::Currency;
use rules::money::Money;
use serde::Deserialize;
use settlement::country::Regime;
use settlement::identity::{BillingInput, IdentityError, IdentityInput};
use settlement::terms::MandateInput;
use settlement::{Billing, Identity};
use std::collections::BTreeMap;
use strum::VariantArray;

/// A version of the vendor's billing identity. Absent and null say the same: not known.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewVendorVersion))]
#[serde(deny_unknown_fields)]
pub(crate) struct VendorBody {
    /// The day from which it holds.
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Day))]
    from: String,
    legal_name: Option<String>,
    /// The address, on one line.
    address: Option<String>,
    /// The country's two letters.
    country: Option<String>,
    siren: Option<String>,
    vat_id: Option<String>,
    /// `fr-vat`, `fr-franchise`, `eu` or `outside-eu`.
    regime: Option<String>,
    /// The legal form: `SAS`. Like the next two, one line of 1 to 100 characters, printed on invoices.
    legal_form: Option<String>,
    /// The share capital, with its currency: `10 000 €`.
    share_capital: Option<String>,
    /// The registration, with its town in France: `RCS Béziers 448 765 438`.
    registration: Option<String>,
}

/// A version of a partner's billing identity. Absent and null say the same: not known, or what holds unless said.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewBillingVersion))]
#[serde(deny_unknown_fields)]
pub(crate) struct BillingBody {
    /// The day from which it holds.
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Day))]
    from: String,
    legal_name: Option<String>,
    /// The address, on one line.
    address: Option<String>,
    /// The country's two letters.
    country: Option<String>,
    siren: Option<String>,
    vat_id: Option<String>,
    /// `fr-vat`, `fr-franchise`, `eu` or `outside-eu`.
    regime: Option<String>,
    /// The legal form: `SAS`. Like the next two, one line of 1 to 100 characters, printed on invoices.
    legal_form: Option<String>,
    /// The share capital, with its currency: `10 000 €`.
    share_capital: Option<String>,
    /// The registration, with its town in France: `RCS Béziers 448 765 438`.
    registration: Option<String>,
    /// The mandate for self-billing.
    mandate: Option<MandateBody>,
    /// The code of the partner's own series: 1 to 12 capital letters and digits. It never changes once set.
    series: Option<String>,
    /// The days after its date on which an invoice is due: 1 to 45, 30 unless said.
    payment_days: Option<u8>,
    /// The least net amount of a document to the partner, by currency: `{"EUR": "50.00"}`.
    #[serde(default)]
    minimums: BTreeMap<String, String>,
    /// True: set-off is agreed.
    #[serde(default)]
    set_off: bool,
    /// The IBAN. One with dots, as an answer shows it, keeps that of the version before.
    iban: Option<String>,
    /// The holder of that account.
    account_holder: Option<String>,
}

/// A mandate for self-billing.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewMandate))]
#[serde(deny_unknown_fields)]
pub(crate) struct MandateBody {
    #[cfg_attr(feature = "openapi", schema(value_type = rules::Day))]
    signed_on: String,
    /// Its last day; null: it has not ended.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<rules::Day>))]
    ended_on: Option<String>,
    /// The days after the date of a document within which the partner may contest it; null: without limit.
    days_to_contest: Option<u16>,
}

/// A version on the wire, and the day from which it holds.
pub(crate) struct Stated<T> {
    pub(crate) from: rules::Day,
    pub(crate) of: T,
}

/// Reads a version of the vendor's identity.
pub(crate) fn vendor(text: &str) -> Result<Stated<Identity>, Refusal> {
    let body: VendorBody = body::read(text)?;
    let VendorBody {
        from,
        legal_name,
        address,
        country,
        siren,
        vat_id,
        regime,
        legal_form,
        share_capital,
        registration,
    } = body;
    let regime = regime.map(|regime| self::regime(&regime)).transpose()?;
    let input =
        IdentityInput { legal_name, address, country, siren, vat_id, regime, legal_form, share_capital, registration };
    Ok(Stated { from: day("from", &from)?, of: Identity::try_from(input).map_err(refused)? })
}

/// Reads a version of a partner's identity. `before` is the version before, whose IBAN a masked one keeps.
pub(crate) fn billing(text: &str, before: Option<&Billing>) -> Result<Stated<Billing>, Refusal> {
    let body: BillingBody = body::read(text)?;
    let BillingBody { from, legal_name, address, country, siren, vat_id, regime, .. } = body;
    let BillingBody { legal_form, share_capital, registration, .. } = body;
    let regime = regime.map(|regime| self::regime(&regime)).transpose()?;
    let mut minimum_minor = BTreeMap::new();
    for (currency, amount) in &body.minimums {
        let field = format!("minimums.{currency}");
        let currency: Currency = currency.parse().map_err(|error| Refusal::new("minimums", error))?;
        let money = Money::parse_fee(amount, currency).map_err(|error| Refusal::new(field, error))?;
        minimum_minor.insert(currency, money.minor());
    }
    let known = before.and_then(Billing::iban);
    let iban = match (body.iban, known) {
        (Some(masked), Some(known)) if masked == known.masked() => Some(known.whole().to_owned()),
        (iban, _) => iban,
    };
    let input = BillingInput {
        identity: IdentityInput {
            legal_name,
            address,
            country,
            siren,
            vat_id,
            regime,
            legal_form,
            share_capital,
            registration,
        },
        mandate: body.mandate.map(|mandate| mandate.parsed()).transpose()?,
        series: body.series,
        payment_days: body.payment_days,
        minimum_minor,
        set_off: body.set_off,
        iban,
        account_holder: body.account_holder,
    };
    Ok(Stated { from: day("from", &from)?, of: Billing::try_from(input).map_err(refused)? })
}

impl MandateBody {
    fn parsed(&self) -> Result<MandateInput, Refusal> {
        Ok(MandateInput {
            signed_on: day("mandate.signed_on", &self.signed_on)?,
            ended_on: self.ended_on.as_deref().map(|text| day("mandate.ended_on", text)).transpose()?,
            days_to_contest: self.days_to_contest,
        })
    }
}

fn regime(text: &str) -> Result<Regime, Refusal> {
    known("regime", text, Regime::VARIANTS, Into::into)
}

fn refused(error: IdentityError) -> Refusal {
    let field: &str = error.field.into();
    let field = if field == "minimum_minor" { "minimums" } else { field };
    Refusal::new(field, words::identity(&error.problem))
}
