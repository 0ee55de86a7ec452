//! Names of kinds, models, reasons and anomalies, for headings and tables, in both languages: one table for the API, its
//! printed statement and the page.

use crate::contract::Anomaly;
use crate::decision::{Kind, Pending, Reason};
use crate::programme::ProgrammeVersion;
use crate::text::{Text, text};
use crate::{AdjustmentKind, Instance, Model};

/// A kind of amount: `Commission`.
#[inline]
pub fn kind(kind: Kind) -> Text {
    match kind {
        Kind::Commission => text("Commission", "Commission"),
        Kind::RevenueShare => text("Part de revenu", "Revenue share"),
        Kind::InstanceDiscount => text("Remise sur instance", "Instance discount"),
        Kind::EntryFee => text("Droit d’entrée", "Entry fee"),
    }
}

/// Several amounts of a kind: `Commissions`.
#[inline]
pub fn kinds(kind: Kind) -> Text {
    match kind {
        Kind::Commission => text("Commissions", "Commissions"),
        Kind::RevenueShare => text("Parts de revenu", "Revenue shares"),
        Kind::InstanceDiscount => text("Remises sur instance", "Instance discounts"),
        Kind::EntryFee => text("Droits d’entrée", "Entry fees"),
    }
}

/// The reason for an amount, as a heading; an explanation says it in full.
#[inline]
pub fn reason(reason: Reason) -> Text {
    match reason {
        Reason::RevenueShare => text("Part de chaque redevance annuelle", "Share of every annual fee"),
        Reason::AgreementEnded => text("Accord terminé", "The agreement had ended"),
        Reason::SaleNOrLater { .. } => text("Vente commissionnée", "A sale that is paid"),
        Reason::BeforeSaleN { .. } => {
            text("Avant la première vente commissionnée", "Before the first sale that is paid")
        }
        Reason::PaidOnce => text("Payé une fois, sur la première annuité", "Paid once, on the first annuity"),
        Reason::InstanceDiscount => {
            text("Remise sur l’instance du partenaire", "Discount on the partner’s own instance")
        }
        Reason::InstanceWithoutPerk => text(
            "Aucun accord donnant droit à cette remise n’était en vigueur",
            "No agreement with this discount was in force",
        ),
        Reason::NotTheFirstInstance => {
            text("La remise va à la première instance seulement", "The discount goes to the first instance only")
        }
        Reason::EntryFee => text("Droit d’entrée de l’accord", "Entry fee of the agreement"),
    }
}

/// An anomaly, as a heading.
#[inline]
pub fn anomaly(anomaly: Anomaly) -> Text {
    match anomaly {
        Anomaly::Pending(Pending::NoAgreement) => {
            text("Aucun accord le jour de la signature", "No agreement on the day of signature")
        }
        Anomaly::Pending(Pending::ContractNotSigned) => text("Vente inconnue", "Unknown sale"),
        Anomaly::Pending(Pending::TermNotBilled) => {
            text("Avoir pour une annuité inconnue", "Credit note for an unknown annuity")
        }
        Anomaly::Void => text("Annuité sans effet", "Annuity without effect"),
        Anomaly::Contradiction => text("Déclarations contradictoires", "Contradicting claims"),
        Anomaly::OverCredited => text("Avoirs supérieurs à ce qui reste", "More credited than is left"),
        Anomaly::ForeignCurrency => text("Avoir dans une autre devise", "Credit note in another currency"),
    }
}

/// An adjustment of an annuity.
#[inline]
pub fn adjustment(kind: AdjustmentKind) -> Text {
    match kind {
        AdjustmentKind::Supplement => text("Supplément", "Supplement"),
        AdjustmentKind::CreditNote => text("Avoir", "Credit note"),
    }
}

/// The installation that a contract is for.
#[inline]
pub fn instance(instance: Instance) -> Text {
    match instance {
        Instance::Customer => text("Instance d’un client", "A client’s instance"),
        Instance::Partner => text("Instance du partenaire", "The partner’s own instance"),
    }
}

/// A model, as the latest version of the programme that has it calls it.
#[inline]
pub fn model(model: Model) -> Option<Text> {
    let named = |version: &ProgrammeVersion| Some(version.programme().terms(model)?.name);
    ProgrammeVersion::ALL.iter().rev().find_map(named)
}

/// Every name, by group and by its name on the wire: `kind`, `commission`.
#[inline]
pub fn all() -> Vec<(&'static str, &'static str, Text)> {
    let kinds_of = |group, name: fn(Kind) -> Text| Kind::ALL.iter().map(move |one| (group, one.as_str(), name(*one)));
    let models = Model::ALL.iter().filter_map(|one| Some(("model", one.as_str(), model(*one)?)));
    let reasons = Reason::each().map(|one| ("reason", one.as_str(), reason(one)));
    let anomalies = Anomaly::ALL.map(|one| ("attention", one.as_str(), anomaly(one)));
    let adjustments = AdjustmentKind::ALL.map(|one| ("adjustment", one.as_str(), adjustment(one)));
    let instances = [(Instance::Customer, "customer"), (Instance::Partner, "partner")];
    let instances = instances.map(|(one, name)| ("instance", name, instance(one)));
    kinds_of("kind", kind)
        .chain(kinds_of("kinds", kinds))
        .chain(models)
        .chain(reasons)
        .chain(anomalies)
        .chain(adjustments)
        .chain(instances)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everything_has_one_name_in_each_language() {
        let all = all();
        let keys: BTreeSet<_> = all.iter().map(|(group, name, _)| (*group, *name)).collect();
        assert_eq!(keys.len(), all.len());
        let count = |group| all.iter().filter(|(of, _, _)| *of == group).count();
        assert_eq!(count("reason"), Reason::NAMES.len());
        assert_eq!(
            [count("kind"), count("kinds"), count("model")],
            [Kind::ALL.len(), Kind::ALL.len(), Model::ALL.len()]
        );
        assert!(all.iter().all(|(_, _, name)| !name.fr.is_empty() && !name.en.is_empty()));
    }
}
