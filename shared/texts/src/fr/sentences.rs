//! Sentences of explanations in French.

use crate::sentence::Sentence;

pub(super) fn sentence(sentence: &Sentence) -> &'static str {
    match sentence {
        Sentence::RevenueShare { .. } => {
            "Le client paie {base} pour l’année\u{202f}; le partenaire garde {share} et reverse {vendor} à all-in-web."
        }
        Sentence::Commission { .. } => {
            "Le client a signé pour {base} par an\u{202f}; le partenaire perçoit une commission de {share}."
        }
        Sentence::InstanceDiscount { .. } => {
            "L’instance du partenaire coûte {base} pour l’année\u{202f}; une remise de {share} est déduite de sa facture."
        }
        Sentence::EntryFee { .. } => {
            "Le partenaire doit un droit d’entrée de {share}, pour un potentiel commercial de {base}."
        }
        Sentence::BeforeSale { .. } => "Pas de commission\u{a0}: le programme paie à partir de la {nth_sale}.",
        Sentence::PaidOnce => {
            "Pas de commission pour cette année\u{a0}: ce modèle paie une fois, pour la première année."
        }
        Sentence::AgreementEnded => {
            "Pas de part pour cette année\u{a0}: aucun accord de ce modèle n’était en vigueur à son début, et all-in-web facture le client."
        }
        Sentence::InstanceWithoutPerk => {
            "Pas de remise sur l’instance du partenaire\u{a0}: aucun accord qui y donne droit n’était en vigueur au début de l’année."
        }
        Sentence::NotTheFirstInstance => {
            "Pas de remise sur cette instance\u{a0}: elle va à la première instance du partenaire."
        }
        Sentence::Nothing => "Rien n’est dû à ce titre.",
        Sentence::Supplemented { .. } => "Un supplément augmente la redevance de l’année de {amount}.",
        Sentence::Refunded { .. } => "Le client a été remboursé de {amount}.",
        Sentence::RestRefunded { .. } => "L’avoir annule ce qui restait de la redevance de l’année\u{a0}: {amount}.",
        Sentence::NothingToRefund => {
            "Avoir sans effet\u{a0}: la redevance de l’année était déjà entièrement remboursée."
        }
        Sentence::Rises { .. } => "{what} passe de {from} à {to}\u{a0}: +{difference}.",
        Sentence::Falls { .. } => "{what} passe de {from} à {to}\u{a0}: {difference}.",
        Sentence::Stays { .. } => "{what} reste à {to}.",
        Sentence::PassedOn { .. } => "Le reversement à all-in-web varie de {difference}.",
        Sentence::Rounded { .. } => "{product}, arrondi au plus proche, le demi comptant pour un",
        Sentence::RoundedLess { .. } => "{product}, moins {less}, arrondis au plus proche, le demi comptant pour un",
        Sentence::Terms { .. } => "accord {model} du {agreement}, programme du {programme}",
        Sentence::NegotiatedTerms { .. } => "accord {model} du {agreement}, taux négocié, programme du {programme}",
        Sentence::TakenBack { .. } => {
            "{why}\u{a0}: les {amount} inscrits ici sont repris. Motif d’origine\u{a0}: {said}"
        }
        Sentence::Corrected { .. } => {
            "Régularisation\u{a0}: le montant passe de {before} à {total}, soit {difference}. {said}"
        }
    }
}
