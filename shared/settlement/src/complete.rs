//! Completeness of an identity for a document, with what is lacking by field (§8.1).

use crate::account::{Account, Direction};
use crate::close::Moment;
use crate::country::{Country, Regime};
use crate::identity::{Billing, Field, Identity};
use crate::lines::Line;
use crate::records::Records;
use strum::{Display, IntoStaticStr};

/// One of the two sides of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Side {
    /// The vendor.
    Vendor,
    /// The partner.
    Partner,
}

/// A field that a document needs and an identity does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{side}: {field} is lacking: record a version of the billing identity that has it")]
pub struct Lacking {
    /// The side that lacks it.
    pub side: Side,
    /// The field.
    pub field: Field,
}

/// All that is lacking for a document of these lines at a close; nothing: it is complete. Each line needs the partner's
/// regime on the last day of its month besides.
pub fn lacking_at(account: &Account, lines: &[Line], close: &Moment, records: &Records<'_>) -> Vec<Lacking> {
    let vendor = records.vendor_on(close.day(), close);
    let partner = records.partner_on(&account.partner_id, close.day(), close);
    let mut lacking = lacking(account.direction, vendor, partner);
    let regime = Lacking { side: Side::Partner, field: Field::Regime };
    if records.taxed(account, lines, close).is_none() && !lacking.contains(&regime) {
        lacking.push(regime);
    }
    lacking
}

/// All that is lacking for a document of a direction; nothing: both identities are complete. No version at all lacks all.
pub fn lacking(direction: Direction, vendor: Option<&Identity>, partner: Option<&Billing>) -> Vec<Lacking> {
    let vendor_lacks = match vendor {
        Some(vendor) => fields(vendor).chain(another_regime(vendor)).collect(),
        None => NEEDED.to_vec(),
    };
    let mut partner_lacks = match partner {
        Some(partner) => fields(partner.identity()).collect(),
        None => NEEDED.to_vec(),
    };
    let series = match direction {
        Direction::ToPartner => partner.and_then(Billing::series).is_none(),
        Direction::FromPartner => false,
    };
    partner_lacks.extend(series.then_some(Field::Series));
    let of = |side, fields: Vec<Field>| fields.into_iter().map(move |field| Lacking { side, field });
    of(Side::Vendor, vendor_lacks).chain(of(Side::Partner, partner_lacks)).collect()
}

const NEEDED: [Field; 4] = [Field::LegalName, Field::Address, Field::Country, Field::Regime];

fn fields(identity: &Identity) -> impl Iterator<Item = Field> {
    let in_france = identity.country().is_some_and(Country::is_france);
    let needs_vat_id = match identity.regime() {
        Some(Regime::FrVat | Regime::Eu) => true,
        Some(Regime::FrFranchise | Regime::OutsideEu) | None => false,
    };
    let lacks = [
        (Field::LegalName, identity.legal_name().is_none()),
        (Field::Address, identity.address().is_none()),
        (Field::Country, identity.country().is_none()),
        (Field::Regime, identity.regime().is_none()),
        (Field::Siren, in_france && identity.siren().is_none()),
        (Field::VatId, needs_vat_id && identity.vat_id().is_none()),
    ];
    lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(field, _)| field)
}

/// The vendor is `fr-vat` (§8.5): under another regime its documents would need other rates.
fn another_regime(vendor: &Identity) -> Option<Field> {
    match vendor.regime() {
        Some(Regime::FrVat) | None => None,
        Some(Regime::FrFranchise | Regime::Eu | Regime::OutsideEu) => Some(Field::Regime),
    }
}
