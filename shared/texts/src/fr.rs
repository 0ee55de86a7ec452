//! French.

mod notices;
mod sentences;

use crate::heading::Heading;
use crate::notice::{Code, RulesError};
use crate::sentence::Sentence;
use crate::table::Table;
use rules::decision::{Pending, Reason};
use rules::entry::Reversal;
use rules::plausible::Implausible;
use rules::{AdjustmentKind, Anomaly, Instance, Kind};

pub(crate) struct French;

impl Table for French {
    fn code(&self, code: &Code) -> &'static str {
        notices::code(code)
    }

    fn error(&self, error: RulesError) -> String {
        notices::error(error)
    }

    fn sentence(&self, sentence: &Sentence) -> &'static str {
        sentences::sentence(sentence)
    }

    fn pending(&self, pending: Pending) -> &'static str {
        match pending {
            Pending::NoAgreement => {
                "En attente\u{a0}: le partenaire n’avait pas d’accord en vigueur le jour de la signature. Le montant sera calculé dès que l’accord sera enregistré."
            }
            Pending::ContractNotSigned => {
                "En attente\u{a0}: la vente de ce contrat n’est pas connue. Le montant sera calculé dès qu’elle arrivera."
            }
            Pending::TermNotBilled => {
                "En attente\u{a0}: l’annuité de cet avoir ou supplément n’est pas connue. Le montant sera calculé dès qu’elle arrivera."
            }
        }
    }

    fn anomaly(&self, anomaly: Anomaly) -> &'static str {
        match anomaly {
            Anomaly::Pending(pending) => self.pending(pending),
            Anomaly::Void => {
                "Sans effet\u{a0}: l’année commence au plus tard le jour de la signature du contrat. Corriger la date dans la facturation, qui enverra un nouvel événement."
            }
            Anomaly::Contradiction => {
                "Des déclarations se contredisent. Le dernier choix vaut\u{202f}; à défaut, la première déclaration enregistrée. Choisir la déclaration à retenir, ou aucune."
            }
            Anomaly::OverCredited => {
                "Les avoirs dépassent ce qui reste de l’annuité\u{202f}; l’excédent est sans effet. Vérifier les avoirs dans la facturation."
            }
            Anomaly::ForeignCurrency => {
                "Un avoir ou un supplément est dans une autre devise que l’annuité\u{202f}; il est sans effet. L’établir à nouveau dans la devise de l’annuité."
            }
            Anomaly::Implausible(kind) => implausible(kind),
        }
    }

    fn unreadable(&self, count: usize, keys: &str) -> String {
        match count {
            1 => format!("1 élément n'a pu être lu ; les montants peuvent être incomplets{keys}"),
            _ => format!("{count} éléments n'ont pu être lus ; les montants peuvent être incomplets{keys}"),
        }
    }

    fn heading(&self, heading: Heading) -> &'static str {
        match heading {
            Heading::Statement => "Relevé",
            Heading::Entries => "Écritures du mois",
            Heading::EarlierEntries => "Écritures de mois antérieurs, enregistrées depuis le",
            Heading::AsKnownOn => "Tel que connu le",
            Heading::NoEntries => "Aucune écriture.",
            Heading::Totals => "Totaux",
            Heading::Day => "Date",
            Heading::Contract => "Contrat",
            Heading::Annuity => "Annuité",
            Heading::Explanation => "Explication",
            Heading::Kind => "Nature",
            Heading::Amount => "Montant",
            Heading::VendorShare => "Part de l’éditeur",
            Heading::DueToPartner => "Dû au partenaire",
            Heading::DueFromPartner => "Dû par le partenaire",
            Heading::Total => "Total",
            Heading::Model => "Modèle",
            Heading::Currency => "Devise",
            Heading::Document => "Pièce",
            Heading::RecordedOn => "Enregistrée le",
            Heading::Partner => "Partenaire",
            Heading::Name => "Nom",
            Heading::Month => "Mois",
            Heading::FirstMonth => "Premier mois",
            Heading::LastMonth => "Dernier mois",
            Heading::EntryCount => "Nombre d’écritures",
            Heading::EntriesSheet => "Écritures",
            Heading::EarlierEntriesSheet => "Écritures antérieures",
            Heading::EarlierTotalsSheet => "Totaux antérieurs",
            Heading::ByMonth => "Par mois",
            Heading::ByPartner => "Par partenaire",
            Heading::StatementFile => "releve",
            Heading::SummaryFile => "synthese",
            Heading::KnownOnFile => "connu-le",
        }
    }

    fn status(&self, status: u16) -> &'static str {
        match status {
            400 => "Requête incorrecte",
            401 => "Non authentifié",
            403 => "Accès refusé",
            404 => "Introuvable",
            405 => "Méthode non admise",
            409 => "Conflit",
            412 => "Condition préalable non remplie",
            413 => "Requête trop grande",
            422 => "Demande trop vaste",
            428 => "Condition préalable requise",
            500 => "Erreur interne",
            503 => "Service momentanément indisponible",
            _ => "Erreur",
        }
    }

    fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Commission => "Commission",
            Kind::RevenueShare => "Part de revenu",
            Kind::InstanceDiscount => "Remise sur instance",
            Kind::EntryFee => "Droit d’entrée",
        }
    }

    fn kinds(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Commission => "Commissions",
            Kind::RevenueShare => "Parts de revenu",
            Kind::InstanceDiscount => "Remises sur instance",
            Kind::EntryFee => "Droits d’entrée",
        }
    }

    fn reason(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::RevenueShare => "Part de chaque redevance annuelle",
            Reason::AgreementEnded => "Accord terminé",
            Reason::SaleNOrLater { .. } => "Vente commissionnée",
            Reason::BeforeSaleN { .. } => "Avant la première vente commissionnée",
            Reason::PaidOnce => "Payé une fois, sur la première annuité",
            Reason::InstanceDiscount => "Remise sur l’instance du partenaire",
            Reason::InstanceWithoutPerk => "Aucun accord donnant droit à cette remise n’était en vigueur",
            Reason::NotTheFirstInstance => "La remise va à la première instance seulement",
            Reason::EntryFee => "Droit d’entrée de l’accord",
        }
    }

    fn anomaly_name(&self, anomaly: Anomaly) -> &'static str {
        match anomaly {
            Anomaly::Pending(Pending::NoAgreement) => "Aucun accord le jour de la signature",
            Anomaly::Pending(Pending::ContractNotSigned) => "Vente inconnue",
            Anomaly::Pending(Pending::TermNotBilled) => "Avoir ou supplément d’une annuité inconnue",
            Anomaly::Void => "Annuité sans effet",
            Anomaly::Contradiction => "Déclarations contradictoires",
            Anomaly::OverCredited => "Avoirs supérieurs à ce qui reste",
            Anomaly::ForeignCurrency => "Avoir ou supplément dans une autre devise",
            Anomaly::Implausible(kind) => implausible_name(kind),
        }
    }

    fn adjustment(&self, kind: AdjustmentKind) -> &'static str {
        match kind {
            AdjustmentKind::Supplement => "Supplément",
            AdjustmentKind::CreditNote => "Avoir",
        }
    }

    fn instance(&self, instance: Instance) -> &'static str {
        match instance {
            Instance::Customer => "Instance d’un client",
            Instance::Partner => "Instance du partenaire",
        }
    }

    fn subject(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Commission => "La commission",
            Kind::RevenueShare => "La part du partenaire",
            Kind::InstanceDiscount => "La remise",
            Kind::EntryFee => "Le droit d’entrée",
        }
    }

    fn reversal(&self, why: Reversal) -> &'static str {
        match why {
            Reversal::AnotherPartner => "La vente a été attribuée à un autre partenaire",
            Reversal::AnotherPosting => {
                "Le montant est désormais inscrit sous un autre modèle, une autre devise ou une autre date"
            }
            Reversal::NotOwed => "Plus rien n’est dû à ce titre",
        }
    }

    fn separators(&self) -> (char, char) {
        ('\u{202f}', ',')
    }

    fn percent(&self, number: &str) -> String {
        format!("{}\u{a0}%", number.replace('.', ","))
    }

    fn day(&self, iso: &str) -> String {
        iso.rsplit('-').collect::<Vec<_>>().join("/")
    }

    fn day_pattern(&self) -> &'static str {
        "dd/mm/yyyy"
    }

    fn month_pattern(&self) -> &'static str {
        "mm/yyyy"
    }

    fn nth_sale(&self, n: u64) -> String {
        match n {
            1 => "1ʳᵉ vente".to_owned(),
            _ => format!("{n}ᵉ vente"),
        }
    }
}

fn implausible(kind: Implausible) -> &'static str {
    match kind {
        Implausible::DocumentOnTwoTerms => {
            "Un avoir ou un supplément du même numéro figure sur une autre annuité de ce contrat\u{202f}; les deux comptent. S’il n’en existe qu’un, ne retenir aucune déclaration pour l’autre, puis corriger l’annuité dans la facturation."
        }
        Implausible::OffAnniversary => {
            "Cette année commence à plus de 60 jours de son anniversaire\u{202f}; elle compte telle quelle. Vérifier sa date de début dans la facturation."
        }
        Implausible::Gap => {
            "L’année précédente de ce contrat n’est pas facturée. Vérifier si son renouvellement manque, ou si le numéro de l’année est faux."
        }
        Implausible::CurrencyChanged => {
            "Cette année est facturée dans une autre devise que la première\u{202f}; elle compte dans sa devise. Vérifier la devise dans la facturation."
        }
        Implausible::UnusualFee => {
            "La redevance est plus de dix fois supérieure ou inférieure à la dernière facturée\u{202f}; elle compte telle quelle. Vérifier le montant dans la facturation."
        }
        Implausible::DatedAhead => {
            "La signature ou l’émission est datée de plus de 92 jours après l’enregistrement\u{202f}; le montant compte à cette date. Vérifier la date dans la facturation."
        }
        Implausible::AfterEnd => {
            "Cette année commence après la fin du contrat\u{202f}; elle compte. Vérifier dans la facturation la fin du contrat, ou annuler le renouvellement."
        }
    }
}

fn implausible_name(kind: Implausible) -> &'static str {
    match kind {
        Implausible::DocumentOnTwoTerms => "Pièce sur deux annuités",
        Implausible::OffAnniversary => "Début éloigné de l’anniversaire",
        Implausible::Gap => "Année précédente non facturée",
        Implausible::CurrencyChanged => "Changement de devise",
        Implausible::UnusualFee => "Redevance inhabituelle",
        Implausible::DatedAhead => "Date lointaine",
        Implausible::AfterEnd => "Renouvellement après la fin du contrat",
    }
}
