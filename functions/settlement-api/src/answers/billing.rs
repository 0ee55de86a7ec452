//! Billing identities, with the IBAN masked.

use jiff::Timestamp;
use rules::{Day, PartnerId};
use serde::Serialize;
use settlement::complete::Lacking;
use settlement::identity::{BillingInput, IdentityInput};
use settlement::terms::MandateInput;
use settlement::{Billing, Identity, Version, Versions};
use std::collections::BTreeMap;

/// The vendor's billing identity in all its versions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Vendor {
    /// The versions in the order in which they were recorded; the next has their number and one.
    versions: Vec<VendorVersion>,
    /// The place in the list, from 1, of the version that holds today; null: none does.
    holds_today: Option<usize>,
}

/// A version of the vendor's billing identity.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct VendorVersion {
    n: u32,
    from: Day,
    recorded_at: Timestamp,
    #[serde(flatten)]
    identity: IdentityShown,
}

/// Name, address and numbers of a company.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct IdentityShown {
    legal_name: Option<String>,
    address: Option<String>,
    country: Option<String>,
    siren: Option<String>,
    vat_id: Option<String>,
    /// `fr-vat`, `fr-franchise`, `eu` or `outside-eu`.
    regime: Option<String>,
    legal_form: Option<String>,
    share_capital: Option<String>,
    registration: Option<String>,
}

/// A partner's billing identity in all its versions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PartnerBilling {
    partner_id: PartnerId,
    /// The versions in the order in which they were recorded; the next has their number and one.
    versions: Vec<BillingVersion>,
    /// The place in the list, from 1, of the version that holds today; null: none does.
    holds_today: Option<usize>,
    /// All that lacks today for a document to the partner, of both sides; empty: nothing does.
    lacking: Vec<LackingShown>,
    /// True: a mandate covers today.
    has_mandate: bool,
}

/// A field that a document needs and an identity does not have.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Lacking))]
pub(crate) struct LackingShown {
    /// `vendor` or `partner`.
    side: &'static str,
    field: &'static str,
}

/// A version of a partner's billing identity.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct BillingVersion {
    n: u32,
    from: Day,
    recorded_at: Timestamp,
    #[serde(flatten)]
    billing: BillingShown,
}

/// A partner's billing identity.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct BillingShown {
    #[serde(flatten)]
    identity: IdentityShown,
    mandate: Option<MandateShown>,
    series: Option<String>,
    payment_days: u8,
    /// The least net amount of a document to the partner, by currency.
    minimums: BTreeMap<String, String>,
    set_off: bool,
    /// The IBAN with dots in its middle.
    iban: Option<String>,
    account_holder: Option<String>,
}

/// A mandate for self-billing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Mandate))]
pub(crate) struct MandateShown {
    signed_on: Day,
    ended_on: Option<Day>,
    days_to_contest: Option<u16>,
}

impl From<&Identity> for IdentityShown {
    fn from(identity: &Identity) -> IdentityShown {
        let IdentityInput {
            legal_name,
            address,
            country,
            siren,
            vat_id,
            regime,
            legal_form,
            share_capital,
            registration,
        } = identity.clone().into();
        let regime = regime.map(|regime| regime.to_string());
        IdentityShown { legal_name, address, country, siren, vat_id, regime, legal_form, share_capital, registration }
    }
}

impl From<&Billing> for BillingShown {
    fn from(billing: &Billing) -> BillingShown {
        let input = BillingInput::from(billing.clone());
        let mandate = |MandateInput { signed_on, ended_on, days_to_contest }| MandateShown {
            signed_on,
            ended_on,
            days_to_contest,
        };
        let minimum = |(currency, minor): (rules::Currency, _)| (currency.code().to_owned(), currency.decimal(minor));
        BillingShown {
            identity: billing.identity().into(),
            mandate: input.mandate.map(mandate),
            series: input.series,
            payment_days: billing.payment_days().into(),
            minimums: input.minimum_minor.into_iter().map(minimum).collect(),
            set_off: input.set_off,
            iban: billing.iban().map(settlement::iban::Iban::masked),
            account_holder: input.account_holder,
        }
    }
}

impl From<Lacking> for LackingShown {
    fn from(Lacking { side, field }: Lacking) -> LackingShown {
        LackingShown { side: side.into(), field: crate::answers::billing::field(field) }
    }
}

/// The name of a field on the wire.
fn field(field: settlement::identity::Field) -> &'static str {
    field.into()
}

impl Vendor {
    pub(crate) fn of(versions: &Versions<Identity>, today: Day, now: Timestamp) -> Vendor {
        let shown = |(n, version): (u32, &Version<Identity>)| VendorVersion {
            n,
            from: version.from,
            recorded_at: version.recorded_at,
            identity: (&version.of).into(),
        };
        let holds_today = holding(versions, today, now);
        Vendor { versions: (1..).zip(&versions.0).map(shown).collect(), holds_today }
    }
}

impl PartnerBilling {
    pub(crate) fn of(
        partner_id: PartnerId,
        vendor: &Versions<Identity>,
        versions: &Versions<Billing>,
        (today, now): (Day, Timestamp),
    ) -> PartnerBilling {
        let shown = |(n, version): (u32, &Version<Billing>)| BillingVersion {
            n,
            from: version.from,
            recorded_at: version.recorded_at,
            billing: (&version.of).into(),
        };
        let (seller, own) = (vendor.holds_on(today, now), versions.holds_on(today, now));
        let lacking = settlement::complete::lacking(settlement::Direction::ToPartner, seller, own);
        PartnerBilling {
            partner_id,
            holds_today: holding(versions, today, now),
            versions: (1..).zip(&versions.0).map(shown).collect(),
            lacking: lacking.into_iter().map(LackingShown::from).collect(),
            has_mandate: own.and_then(Billing::mandate).is_some_and(|mandate| mandate.covers(today)),
        }
    }
}

/// The place of the version that holds, from 1.
fn holding<T>(versions: &Versions<T>, today: Day, now: Timestamp) -> Option<usize> {
    let holds = versions.holds_on(today, now)?;
    versions.0.iter().position(|version| std::ptr::eq(&raw const version.of, holds)).map(|place| place + 1)
}
