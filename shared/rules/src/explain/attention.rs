//! Anomalies in words: the problem, and what to do about it.

use crate::contract::Anomaly;
use crate::decision::Pending;
use crate::programme::Language;

/// The reason why nothing is owed yet, and the fact or agreement that will change it.
#[inline]
pub fn pending(pending: Pending, language: Language) -> &'static str {
    match (pending, language) {
        (Pending::NoAgreement, Language::Fr) => {
            "En attente\u{a0}: le partenaire n’avait pas d’accord en vigueur le jour de la signature. Le montant sera calculé dès que l’accord sera enregistré."
        }
        (Pending::NoAgreement, Language::En) => {
            "Pending: the partner had no agreement in force on the day of signature. The amount is computed as soon as the agreement is registered."
        }
        (Pending::ContractNotSigned, Language::Fr) => {
            "En attente\u{a0}: la vente de ce contrat n’est pas connue. Le montant sera calculé dès qu’elle arrivera."
        }
        (Pending::ContractNotSigned, Language::En) => {
            "Pending: the sale of this contract is not known. The amount is computed as soon as it arrives."
        }
        (Pending::TermNotBilled, Language::Fr) => {
            "En attente\u{a0}: l’annuité de cet avoir ou supplément n’est pas connue. Le montant sera calculé dès qu’elle arrivera."
        }
        (Pending::TermNotBilled, Language::En) => {
            "Pending: the annuity of this credit note or supplement is not known. The amount is computed as soon as it arrives."
        }
    }
}

/// An anomaly of an annuity, and the recommended action.
#[inline]
pub fn anomaly(anomaly: Anomaly, language: Language) -> &'static str {
    match (anomaly, language) {
        (Anomaly::Pending(waits_for), language) => pending(waits_for, language),
        (Anomaly::Void, Language::Fr) => {
            "Sans effet\u{a0}: l’année commence au plus tard le jour de la signature du contrat. Corriger la date dans la facturation, qui enverra un nouvel événement."
        }
        (Anomaly::Void, Language::En) => {
            "Without effect: the year starts on or before the day of signature. Correct the day in billing, which then sends another event."
        }
        (Anomaly::Contradiction, Language::Fr) => {
            "Deux événements se contredisent\u{202f}; le premier enregistré est retenu. Choisir la déclaration à retenir, ou aucune."
        }
        (Anomaly::Contradiction, Language::En) => {
            "Two events contradict each other; the one recorded first counts. Choose the effective claim, or none."
        }
        (Anomaly::OverCredited, Language::Fr) => {
            "Les avoirs dépassent ce qui reste de l’annuité\u{202f}; l’excédent est sans effet. Vérifier les avoirs dans la facturation."
        }
        (Anomaly::OverCredited, Language::En) => {
            "The credit notes give back more than is left of the annuity; the excess has no effect. Check them in billing."
        }
        (Anomaly::ForeignCurrency, Language::Fr) => {
            "Un avoir ou un supplément est dans une autre devise que l’annuité\u{202f}; il est sans effet. L’établir à nouveau dans la devise de l’annuité."
        }
        (Anomaly::ForeignCurrency, Language::En) => {
            "A credit note or supplement is in another currency than its annuity; it has no effect. Issue it again in the annuity’s currency."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anomaly_says_what_to_do() {
        let check = |about: Anomaly, french: &str, english: &str| {
            for (language, part) in [(Language::Fr, french), (Language::En, english)] {
                let said = anomaly(about, language);
                assert!(said.contains(part), "{said}");
            }
        };
        check(
            Anomaly::Pending(Pending::NoAgreement),
            "dès que l’accord sera enregistré",
            "the agreement is registered",
        );
        check(Anomaly::Pending(Pending::ContractNotSigned), "la vente de ce contrat", "the sale of this contract");
        check(
            Anomaly::Pending(Pending::TermNotBilled),
            "l’annuité de cet avoir ou supplément",
            "the annuity of this credit note or supplement",
        );
        check(Anomaly::Void, "Corriger la date", "Correct the day");
        check(Anomaly::Contradiction, "Choisir la déclaration à retenir", "Choose the effective claim");
        check(Anomaly::OverCredited, "Vérifier les avoirs", "Check them in billing");
        check(Anomaly::ForeignCurrency, "dans la devise de l’annuité", "in the annuity’s currency");
    }
}
