//! The first sentences of an explanation: the event and its effect on the partner.

use super::numbers::{amount, nth_sale};
use crate::decision::{Kind, Reason};
use crate::line::{Basis, Cause, LineId};
use crate::programme::Language;
use crate::{AdjustmentId, AdjustmentKind, Currency, Minor};

/// The event, and its effect on the partner.
#[inline]
pub(super) fn happened(id: &LineId, kind: Kind, basis: &Basis, currency: Currency, language: Language) -> String {
    match id {
        LineId::Annuity { annuity: _, cause: Cause::Adjustment(AdjustmentId { kind: adjustment, id: _ }) } => {
            match adjustment {
                AdjustmentKind::Supplement => supplemented(kind, basis, currency, language),
                AdjustmentKind::CreditNote => credited(kind, basis, currency, language),
            }
        }
        LineId::Annuity { annuity: _, cause: Cause::Annuity } | LineId::EntryFee { .. } => {
            billed(basis, currency, language)
        }
    }
}

/// The sentence of an annuity or an entry fee.
#[inline]
fn billed(basis: &Basis, currency: Currency, language: Language) -> String {
    let [base, share, vendor] =
        [basis.after(), basis.amount(), basis.vendor_share()].map(|minor| amount(minor, currency, language));
    match (basis.decision.reason, language) {
        (Reason::RevenueShare, Language::Fr) => {
            format!(
                "Le client paie {base} pour l’année\u{202f}; le partenaire garde {share} et reverse {vendor} à all-in-web."
            )
        }
        (Reason::RevenueShare, Language::En) => {
            format!(
                "The client pays {base} for the year; the partner keeps {share} and passes {vendor} on to all-in-web."
            )
        }
        (Reason::SaleNOrLater { .. }, Language::Fr) => {
            format!("Le client a signé pour {base} par an\u{202f}; le partenaire perçoit une commission de {share}.")
        }
        (Reason::SaleNOrLater { .. }, Language::En) => {
            format!("The client signed for {base} a year; the partner earns a commission of {share}.")
        }
        (Reason::InstanceDiscount, Language::Fr) => {
            format!(
                "L’instance du partenaire coûte {base} pour l’année\u{202f}; une remise de {share} est déduite de sa facture."
            )
        }
        (Reason::InstanceDiscount, Language::En) => {
            format!(
                "The partner’s own instance costs {base} for the year; a discount of {share} is deducted from its invoice."
            )
        }
        (Reason::EntryFee, Language::Fr) => {
            format!("Le partenaire doit un droit d’entrée de {share}, pour un potentiel commercial de {base}.")
        }
        (Reason::EntryFee, Language::En) => {
            format!("The partner owes an entry fee of {share}, for a commercial potential of {base}.")
        }
        (
            reason @ (Reason::AgreementEnded
            | Reason::BeforeSaleN { .. }
            | Reason::PaidOnce
            | Reason::InstanceWithoutPerk
            | Reason::NotTheFirstInstance),
            language,
        ) => nothing(reason, language),
    }
}

/// The reason why nothing is owed.
#[inline]
fn nothing(reason: Reason, language: Language) -> String {
    match (reason, language) {
        (Reason::BeforeSaleN { from_sale }, Language::Fr) => {
            let sale = nth_sale(from_sale.number(), language);
            format!("Pas de commission\u{a0}: le programme paie à partir de la {sale}.")
        }
        (Reason::BeforeSaleN { from_sale }, Language::En) => {
            format!("No commission: the programme pays from the {} on.", nth_sale(from_sale.number(), language))
        }
        (Reason::PaidOnce, Language::Fr) => {
            "Pas de commission pour cette année\u{a0}: ce modèle paie une fois, pour la première année.".to_owned()
        }
        (Reason::PaidOnce, Language::En) => {
            "No commission for this year: this model pays once, for the first year.".to_owned()
        }
        (Reason::AgreementEnded, Language::Fr) => {
            "Pas de part pour cette année\u{a0}: aucun accord de ce modèle n’était en vigueur à son début, et all-in-web facture le client.".to_owned()
        }
        (Reason::AgreementEnded, Language::En) => {
            "No share for this year: no agreement of this model was in force when it began, and all-in-web invoices the client.".to_owned()
        }
        (Reason::InstanceWithoutPerk, Language::Fr) => {
            "Pas de remise sur l’instance du partenaire\u{a0}: aucun accord qui y donne droit n’était en vigueur au début de l’année.".to_owned()
        }
        (Reason::InstanceWithoutPerk, Language::En) => {
            "No discount on the partner’s own instance: no agreement that grants it was in force when the year began.".to_owned()
        }
        (Reason::NotTheFirstInstance, Language::Fr) => {
            "Pas de remise sur cette instance\u{a0}: elle va à la première instance du partenaire.".to_owned()
        }
        (Reason::NotTheFirstInstance, Language::En) => {
            "No discount on this instance: it goes to the partner’s first instance.".to_owned()
        }
        (
            Reason::RevenueShare | Reason::SaleNOrLater { .. } | Reason::InstanceDiscount | Reason::EntryFee,
            Language::Fr,
        ) => "Rien n’est dû à ce titre.".to_owned(),
        (
            Reason::RevenueShare | Reason::SaleNOrLater { .. } | Reason::InstanceDiscount | Reason::EntryFee,
            Language::En,
        ) => "Nothing is owed for this.".to_owned(),
    }
}

/// The sentence of a credit note. If the note exceeds the rest of the fee, the sentence states the part that had an
/// effect.
#[inline]
fn credited(kind: Kind, basis: &Basis, currency: Currency, language: Language) -> String {
    let money = |minor| amount(minor, currency, language);
    let (before, after) = (basis.before(), basis.after());
    if before == Minor::ZERO {
        return match language {
            Language::Fr => "Avoir sans effet\u{a0}: la redevance de l’année était déjà entièrement remboursée.",
            Language::En => "This credit note has no effect: the year’s fee had been refunded in full already.",
        }
        .to_owned();
    }
    let refunded = money(Minor(before.0.saturating_sub(after.0)));
    let refund = match (after == Minor::ZERO, language) {
        (false, Language::Fr) => format!("Le client a été remboursé de {refunded}."),
        (false, Language::En) => format!("The client was refunded {refunded}."),
        (true, Language::Fr) => format!("L’avoir annule ce qui restait de la redevance de l’année\u{a0}: {refunded}."),
        (true, Language::En) => format!("The credit note cancels what was left of the year’s fee: {refunded}."),
    };
    changed(&refund, kind, basis, currency, language)
}

/// A supplement.
#[inline]
fn supplemented(kind: Kind, basis: &Basis, currency: Currency, language: Language) -> String {
    let added = amount(Minor(basis.after().0.saturating_sub(basis.before().0)), currency, language);
    let addition = match language {
        Language::Fr => format!("La redevance de l’année augmente de {added}."),
        Language::En => format!("The year’s fee rises by {added}."),
    };
    changed(&addition, kind, basis, currency, language)
}

/// What an adjustment changes for the partner.
#[inline]
fn changed(happened: &str, kind: Kind, basis: &Basis, currency: Currency, language: Language) -> String {
    if basis.decision.rates.is_zero() {
        return format!("{happened} {}", nothing(basis.decision.reason, language));
    }
    let money = |minor| amount(minor, currency, language);
    let [from, to] = [basis.before(), basis.after()].map(|base| money(basis.decision.rates.share(base)));
    let difference = money(basis.amount());
    let moves = if basis.after() < basis.before() { "falls" } else { "rises" };
    let change = match (kind, language) {
        (Kind::Commission, Language::Fr) => format!("La commission passe de {from} à {to}\u{a0}: {difference}."),
        (Kind::Commission, Language::En) => format!("The commission {moves} from {from} to {to}: {difference}."),
        (Kind::RevenueShare, Language::Fr) => {
            format!("La part du partenaire passe de {from} à {to}\u{a0}: {difference}.")
        }
        (Kind::RevenueShare, Language::En) => format!("The partner’s share {moves} from {from} to {to}: {difference}."),
        (Kind::InstanceDiscount, Language::Fr) => format!("La remise passe de {from} à {to}\u{a0}: {difference}."),
        (Kind::InstanceDiscount, Language::En) => format!("The discount {moves} from {from} to {to}: {difference}."),
        (Kind::EntryFee, Language::Fr) => format!("Le droit d’entrée passe de {from} à {to}\u{a0}: {difference}."),
        (Kind::EntryFee, Language::En) => format!("The entry fee {moves} from {from} to {to}: {difference}."),
    };
    format!("{happened} {change}")
}
