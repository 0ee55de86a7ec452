//! Decisions: the agreement that governs an annuity, and its rate (§3.1, §3.2).

use crate::agreement::AgreementId;
use crate::programme::{Earnings, FromSale};
use crate::rank::{RankKey, rank};
use crate::rates::Rates;
use crate::{Agreement, Agreements, Day, Instance, Model, Partner, ProgrammeVersion, Sale, Term};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray, VariantNames};

/// The reason why an annuity or a credit note owes nothing yet; it is decided when the missing fact arrives (§3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Pending {
    /// The partner had no agreement in force when the contract was signed.
    NoAgreement,
    /// A renewal of a contract whose sale is not known.
    ContractNotSigned,
    /// A credit note for an annuity that is not known.
    TermNotBilled,
}

/// The kind of an amount; it determines the debtor (§3.5).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Owed by the vendor to the partner.
    Commission,
    /// The share that the partner keeps of the fee it invoices to the client; it owes the vendor the rest.
    RevenueShare,
    /// Deducted from the invoice of the partner instance; due neither way.
    InstanceDiscount,
    /// Owed by the partner to the vendor.
    EntryFee,
}

impl Kind {
    /// All kinds.
    pub const ALL: &[Kind] = Kind::VARIANTS;

    /// The kind's name on the wire: `revenue-share`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The rule that determined the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Reason {
    /// A recurring model shares every annual fee.
    RevenueShare,
    /// No agreement of that model was in force on the day the year began: the vendor invoices the client.
    AgreementEnded,
    /// A first annuity, sale N or later.
    SaleNOrLater {
        /// N, the first sale that is paid.
        from_sale: FromSale,
    },
    /// A first annuity before sale N.
    BeforeSaleN {
        /// N, the first sale that is paid.
        from_sale: FromSale,
    },
    /// A renewal under a model that pays once.
    PaidOnce,
    /// The partner's one discounted instance.
    InstanceDiscount,
    /// A partner instance, without an agreement in force that grants the discount.
    InstanceWithoutPerk,
    /// A partner instance that is not the partner's first.
    NotTheFirstInstance,
    /// The entry fee of an affiliate's agreement.
    EntryFee,
}

impl Reason {
    /// The names of all reasons.
    pub const NAMES: &[&str] = Reason::VARIANTS;

    /// One of each, those with a number with the lowest.
    pub fn each() -> [Reason; 9] {
        let from_sale = FromSale::MIN;
        [
            Reason::RevenueShare,
            Reason::AgreementEnded,
            Reason::SaleNOrLater { from_sale },
            Reason::BeforeSaleN { from_sale },
            Reason::PaidOnce,
            Reason::InstanceDiscount,
            Reason::InstanceWithoutPerk,
            Reason::NotTheFirstInstance,
            Reason::EntryFee,
        ]
    }

    /// The reason's name on the wire: `before-sale-n`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Pending {
    /// The name on the wire: `no-agreement`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The decision about an annuity: agreement, rate and reason. With the fee, it suffices to recompute each of its lines
/// by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The governing agreement.
    pub agreement: AgreementId,
    /// The programme version of the governing agreement.
    pub programme: ProgrammeVersion,
    /// The model of the governing agreement.
    pub model: Model,
    /// The kind of the amounts.
    pub kind: Kind,
    /// The rates applied, fractions; zero where nothing is paid.
    pub rates: Rates,
    /// Whether the rates were negotiated.
    pub negotiated: bool,
    /// The rule that determined the rates.
    pub reason: Reason,
}

/// An annuity, as the input of a decision.
#[derive(Debug, Clone, Copy)]
pub struct Annuity<'a> {
    /// The sale of its contract.
    pub sale: &'a Sale,
    /// Its year.
    pub term: Term,
    /// `S`: the first day of that year; `signed_on` for term 1.
    pub starts_on: Day,
}

/// Decides an annuity: the agreement that governs it and its rates. The sale must have been [added](Partner::add) to
/// its partner.
pub fn decide(annuity: Annuity<'_>, partner: &Partner) -> Result<Decision, Pending> {
    let agreement = governing_agreement(annuity.sale, &partner.agreements)?;
    Ok(which_rate(annuity, agreement, partner))
}

/// §3.1: the agreement in force on the day of signature governs the contract for its whole life.
pub fn governing_agreement<'a>(sale: &Sale, agreements: &'a Agreements) -> Result<&'a Agreement, Pending> {
    agreements.in_force_on(sale.signed_on).ok_or(Pending::NoAgreement)
}

/// §3.2: the rate, and the reason for it.
pub fn which_rate(annuity: Annuity<'_>, agreement: &Agreement, partner: &Partner) -> Decision {
    let negotiated = agreement.negotiated_rate().is_some();
    let (kind, rates, negotiated, reason) = match annuity.sale.instance {
        Instance::Partner => {
            let (rates, reason) = partner_instance(annuity, partner);
            (Kind::InstanceDiscount, rates, false, reason)
        }
        Instance::Customer => match agreement.earnings() {
            Earnings::Recurring { rates } => {
                let (rates, reason) = recurring(annuity, agreement.model(), rates, &partner.agreements);
                (Kind::RevenueShare, rates, negotiated, reason)
            }
            Earnings::Once { rates, from_sale } => {
                let (rates, reason) = once(annuity, rates, from_sale, partner);
                (Kind::Commission, rates, negotiated, reason)
            }
        },
    };
    Decision {
        agreement: agreement.id(),
        programme: agreement.programme(),
        model: agreement.model(),
        kind,
        rates,
        negotiated,
        reason,
    }
}

/// A partner's own instance: discounted while an agreement that grants the perk is in force, if it is the earliest.
fn partner_instance(annuity: Annuity<'_>, partner: &Partner) -> (Rates, Reason) {
    if !partner.instances.is_first(&RankKey::from(annuity.sale)) {
        return (Rates::ZERO, Reason::NotTheFirstInstance);
    }
    let in_force = partner.agreements.in_force_on(annuity.starts_on);
    match in_force.and_then(|agreement| agreement.terms().instance_discount()) {
        Some(discount) => (discount.into(), Reason::InstanceDiscount),
        None => (Rates::ZERO, Reason::InstanceWithoutPerk),
    }
}

/// A recurring model pays each year on whose first day an agreement under that model is in force.
fn recurring(annuity: Annuity<'_>, model: Model, rates: Rates, agreements: &Agreements) -> (Rates, Reason) {
    match agreements.in_force_on(annuity.starts_on) {
        Some(agreement) if agreement.model() == model => (rates, Reason::RevenueShare),
        Some(_) | None => (Rates::ZERO, Reason::AgreementEnded),
    }
}

/// A one-off model pays the first annuity, from sale N on.
fn once(annuity: Annuity<'_>, rates: Rates, from_sale: FromSale, partner: &Partner) -> (Rates, Reason) {
    if annuity.term > Term::FIRST {
        return (Rates::ZERO, Reason::PaidOnce);
    }
    if rank(annuity.sale, &partner.sales) >= usize::from(from_sale.number()) {
        (rates, Reason::SaleNOrLater { from_sale })
    } else {
        (Rates::ZERO, Reason::BeforeSaleN { from_sale })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_are_the_serialized_ones() {
        let kinds = [Kind::Commission, Kind::RevenueShare, Kind::InstanceDiscount, Kind::EntryFee];
        let names = ["commission", "revenue-share", "instance-discount", "entry-fee"];
        assert_eq!((Kind::ALL, kinds.map(Kind::as_str)), (&kinds[..], names));
        assert_eq!(serde_json::to_value(kinds).unwrap(), serde_json::json!(names));
        let from_sale = 2.try_into().unwrap();
        for (reason, name) in [
            (Reason::RevenueShare, "revenue-share"),
            (Reason::AgreementEnded, "agreement-ended"),
            (Reason::SaleNOrLater { from_sale }, "sale-n-or-later"),
            (Reason::BeforeSaleN { from_sale }, "before-sale-n"),
            (Reason::PaidOnce, "paid-once"),
            (Reason::InstanceDiscount, "instance-discount"),
            (Reason::InstanceWithoutPerk, "instance-without-perk"),
            (Reason::NotTheFirstInstance, "not-the-first-instance"),
            (Reason::EntryFee, "entry-fee"),
        ] {
            assert_eq!(reason.as_str(), name);
            assert!(Reason::NAMES.contains(&name));
        }
        let pending = [Pending::NoAgreement, Pending::ContractNotSigned, Pending::TermNotBilled];
        assert_eq!(pending.map(Pending::as_str), ["no-agreement", "contract-not-signed", "term-not-billed"]);
    }
}
