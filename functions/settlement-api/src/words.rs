//! The words of what closing refuses. English is that of the errors themselves; French is here.

pub(crate) mod own;

use axum::http::StatusCode;
use closing::ClosingError;
use events::Refusal;
use rules::money::Overflow;
use settlement::cancel::CancelError;
use settlement::close::CloseError;
use settlement::contest::ContestError;
use settlement::country::CountryError;
use settlement::iban::IbanError;
use settlement::identity::Problem as IdentityProblem;
use settlement::number::{GivenNumberError, NumberError, OwnNumberError};
use settlement::opening::OpeningItemError;
use settlement::received::ReceivedError;
use settlement::settle::SettleError;
use settlement::siren::SirenError;
use settlement::terms::MandateError;
use settlement::vat::{EurRateError, VatRateError};
use settlement::vat_id::VatIdError;
use settlement::versions::SeriesError;
use texts::{Notice, Words};
use web::problem::Problem;

/// A text in both languages.
fn said(en: impl Into<String>, fr: impl Into<String>) -> Notice {
    Notice::Words(Words { en: en.into(), fr: fr.into() })
}

/// The problem of a request that closing refuses, or of a table that does not answer.
pub(crate) fn problem(error: ClosingError) -> Problem {
    match error {
        ClosingError::Ledger(error) => Problem::from(error),
        ClosingError::Settle(SettleError::Overflow(_)) | ClosingError::Received(ReceivedError::Overflow(_)) => {
            tracing::error!(error = %error, "a sum needs more than 64 bits");
            Problem::internal(texts::Code::LedgerDamaged)
        }
        ClosingError::Received(ReceivedError::NumberTaken(_)) => Refusal::new("number", number_taken()).into(),
        ClosingError::NoDocument(_) | ClosingError::NotClosed { .. } => Problem::not_found(refused(&error)),
        ClosingError::BeingMade { .. } | ClosingError::NotSince { .. } | ClosingError::NotAfter { .. } => {
            Problem::try_again(refused(&error))
        }
        ClosingError::Contest(_) => Problem::new(StatusCode::BAD_REQUEST, refused(&error)),
        ClosingError::Close(_)
        | ClosingError::Settle(_)
        | ClosingError::Series(_)
        | ClosingError::Received(_)
        | ClosingError::NoClose => Problem::conflict(refused(&error)),
        // Every caller of this API is a member.
        ClosingError::NoMember => Problem::internal(texts::Code::LedgerDamaged),
    }
}

/// The words of an error of closing.
pub(crate) fn refused(error: &ClosingError) -> Notice {
    let fr = match error {
        ClosingError::Ledger(_) | ClosingError::NoMember => String::new(),
        ClosingError::Close(error) => return close(error),
        ClosingError::Settle(error) => settle(error),
        ClosingError::Series(error) => series(error),
        ClosingError::Received(error) => received(error),
        ClosingError::Contest(ContestError::NoSuchLine { number, key }) => format!(
            "{number} n'a pas de ligne pour {} ({}, {}) : nommer une de ses lignes, ou aucune",
            key.month, key.kind, key.model
        ),
        ClosingError::NotClosed { month } => format!("{month} n'est pas clôturé : le clôturer d'abord"),
        ClosingError::NoClose => "aucun mois n'est encore clôturé : en clôturer un d'abord".to_owned(),
        ClosingError::BeingMade { month } => {
            format!("les documents de {month} sont en cours d'établissement : attendre qu'ils le soient tous")
        }
        ClosingError::NotSince { at, close } => format!(
            "{at} n'est pas postérieur à la clôture de {close} : enregistrer à l'heure présente, et vérifier l'horloge"
        ),
        ClosingError::NotAfter { received_at } => format!(
            "un document reçu a été enregistré le {received_at}, et la clôture doit être postérieure : vérifier l'horloge"
        ),
        ClosingError::NoDocument(number) => {
            format!("{number} n'est le numéro d'aucun document : le donner tel qu'il figure sur le document")
        }
    };
    said(error.to_string(), fr)
}

/// The reason why a month cannot be closed now.
pub(crate) fn close(error: &CloseError) -> Notice {
    let fr = match error {
        CloseError::Closed { month } => format!("{month} est déjà clôturé, et une clôture est définitive"),
        CloseError::OutOfOrder { month, next } => {
            format!("{month} n'est pas le mois suivant : clôturer d'abord {next}")
        }
        CloseError::TooEarly { month, from } => format!(
            "{month} ne peut être clôturé avant le {from}, quand il est terminé (heure de Paris) et toutes ses écritures sont là"
        ),
        CloseError::NotMade { before } => {
            format!("les documents de {before} ne sont pas tous établis : attendre qu'ils le soient")
        }
        CloseError::CutNotLater { cut, before } => {
            format!("l'arrêté {cut} n'est pas postérieur au précédent, {before} : attendre, ou vérifier l'horloge")
        }
        CloseError::OutOfBounds { at } => format!("{at} ne peut être le moment d'une clôture : vérifier l'horloge"),
    };
    said(error.to_string(), fr)
}

fn settle(error: &SettleError) -> String {
    match error {
        SettleError::Overflow(error) => overflow(*error),
        SettleError::Number(error) => number(error),
        SettleError::Due(_) => "l'échéance dépasserait 2099".to_owned(),
        SettleError::Cancel(error) => cancel(error),
        SettleError::LateOpening => {
            "seule la première clôture peut reprendre tous les comptes : nommer des partenaires".to_owned()
        }
        SettleError::OpenedTooLate { partner } => {
            format!("{partner} a déjà des documents ou une reprise : la reprise doit précéder son premier document")
        }
    }
}

fn cancel(error: &CancelError) -> String {
    match error {
        CancelError::Unknown(number) => format!("{number} n'est pas un document d'une clôture antérieure"),
        CancelError::NoInvoice(number) => format!("{number} n'est pas une facture : seule une facture s'annule"),
        CancelError::Twice(number) => format!("{number} est déjà annulée : une facture ne s'annule qu'une fois"),
        CancelError::ToPartner(number) => {
            format!(
                "{number} est établie au nom du partenaire : c'est son propre avoir qui l'annule, à enregistrer à réception"
            )
        }
        CancelError::Overflow(error) => overflow(*error),
        CancelError::Number(error) => self::number(error),
    }
}

fn number(error: &NumberError) -> String {
    match error {
        NumberError::GoesBack { last, date } => {
            format!(
                "le dernier document de la série est du {last}, un autre du {date} remonterait le temps : vérifier l'horloge"
            )
        }
        NumberError::Full => "la série est épuisée : son dernier numéro a douze chiffres".to_owned(),
    }
}

fn overflow(_: Overflow) -> String {
    "une somme dépasse ce que le système peut compter".to_owned()
}

fn series(error: &SeriesError) -> String {
    match error {
        SeriesError::Changed { set } => format!("le code de série {set} est définitif : le garder"),
        SeriesError::Taken { code } => {
            format!("le code de série {code} est pour toujours celui d'un autre partenaire : en choisir un autre")
        }
    }
}

fn received(error: &ReceivedError) -> String {
    match error {
        // Said at their fields.
        ReceivedError::AnotherLine { .. } | ReceivedError::AnotherVat { .. } | ReceivedError::NumberTaken(_) => {
            String::new()
        }
        ReceivedError::FromPartner => {
            "seul ce qui est dû au partenaire a des documents du partenaire : le reste, l'éditeur le facture".to_owned()
        }
        ReceivedError::NoSuchClose { close } => {
            format!("la clôture de {close} n'a rien à facturer : elle a repris le compte, ou elle est postérieure")
        }
        ReceivedError::Documented { number } => {
            format!("{number} a été établi pour cette clôture ou depuis : ce qui reste reporté est dans le suivant")
        }
        ReceivedError::NothingCarried { close } => {
            format!("rien n'a été reporté à la clôture de {close} : demander le document d'une autre clôture")
        }
        ReceivedError::HasMandate => {
            "un mandat couvrait le jour de la clôture, la facture est donc établie au nom du partenaire : mettre d'abord fin au mandat".to_owned()
        }
        ReceivedError::NoRegime => "le partenaire n'a pas de régime de TVA : enregistrer d'abord son identité".to_owned(),
        ReceivedError::NoRate { close, currency } => {
            format!("la clôture de {close} n'a pas de cours pour {currency} : en donner un à la prochaine")
        }
        ReceivedError::Unknown(number) => format!("{number} n'est pas une facture de ce compte"),
        ReceivedError::Twice(number) => format!("{number} est déjà annulée : une facture ne s'annule qu'une fois"),
        ReceivedError::Due(_) => "l'échéance dépasserait 2099".to_owned(),
        ReceivedError::Overflow(error) => overflow(*error),
    }
}

fn number_taken() -> Notice {
    said(
        "is that of another document of this partner: give the number that this one has",
        "est celui d'un autre document de ce partenaire : donner le numéro que porte celui-ci",
    )
}

/// The reason why a field of a billing identity is wrong.
pub(crate) fn identity(problem: &IdentityProblem) -> Notice {
    let fr = match problem {
        IdentityProblem::Printed(error) => return (*error).into(),
        IdentityProblem::Minimum(error) => return (*error).into(),
        IdentityProblem::Legal(_) => {
            "doit tenir sur une ligne de 1 à 100 caractères visibles, tel qu'il sera imprimé".to_owned()
        }
        IdentityProblem::Country(CountryError::Unknown) => {
            "n'est pas un pays : donner les deux majuscules de l'ISO 3166 (FR, DE, GR, GB…)".to_owned()
        }
        IdentityProblem::Country(CountryError::Overseas) => {
            "est une collectivité d'outre-mer ou Monaco : ses taux de TVA ne sont pas encore connus ici".to_owned()
        }
        IdentityProblem::Siren(SirenError::Shape) => {
            "n'est pas un SIREN : donner ses 9 chiffres (et non les 14 d'un SIRET)".to_owned()
        }
        IdentityProblem::Siren(SirenError::Luhn) => {
            "est mal recopié : son dernier chiffre ne va pas avec les autres (clé de Luhn)".to_owned()
        }
        IdentityProblem::VatId(VatIdError::Country) => {
            "n'est pas un numéro de TVA de l'Union : il commence par les deux lettres d'un État membre (FR, DE, EL pour la Grèce…)".to_owned()
        }
        IdentityProblem::VatId(VatIdError::Shape) => {
            "n'a pas la forme des numéros de TVA de son pays (France : FR, une clé de deux caractères, les 9 chiffres du SIREN)".to_owned()
        }
        IdentityProblem::VatId(VatIdError::Key) => {
            "est mal recopié : la clé après FR ne va pas avec le SIREN qui suit".to_owned()
        }
        IdentityProblem::Iban(IbanError::Shape) => {
            "n'est pas un IBAN : deux majuscules, deux chiffres, puis des majuscules et des chiffres".to_owned()
        }
        IdentityProblem::Iban(IbanError::Country) => {
            "commence par un pays sans IBAN : recopier les deux premières lettres du relevé d'identité bancaire".to_owned()
        }
        IdentityProblem::Iban(IbanError::Length { expected, found }) => {
            format!("a {found} caractères, un IBAN de ce pays en a {expected} : le recopier en entier")
        }
        IdentityProblem::Iban(IbanError::Mod97) => {
            "est mal recopié : sa clé de contrôle est fausse (modulo 97)".to_owned()
        }
        IdentityProblem::Series(_) => "n'est pas un code de série : 1 à 12 majuscules A-Z et chiffres".to_owned(),
        IdentityProblem::Mandate(MandateError::EndsBeforeItBegins { signed_on, ended_on }) => {
            format!("prend fin le {ended_on}, avant sa signature le {signed_on} : corriger l'un des deux jours")
        }
        IdentityProblem::PaymentDays(_) => {
            "doit être de 1 à 45 jours : une facture périodique est due 45 jours après sa date au plus tard".to_owned()
        }
        IdentityProblem::Overseas => {
            "est outre-mer (code postal en 97 ou 98) : ses taux de TVA ne sont pas encore connus ici".to_owned()
        }
        IdentityProblem::RegimeOfAnotherCountry => {
            "ne va pas avec le pays : fr-vat et fr-franchise pour FR, eu pour les autres États membres, outside-eu pour le reste".to_owned()
        }
        IdentityProblem::VatIdOfAnotherRegime => {
            "ne va pas avec le régime : fr-vat et fr-franchise veulent un numéro en FR, eu celui d'un autre État membre".to_owned()
        }
        IdentityProblem::AnotherSiren => "contient un autre SIREN que le champ siren : corriger l'un des deux".to_owned(),
    };
    said(problem.to_string(), fr)
}

/// A number that no document has, or none that the caller may read.
pub(crate) fn no_document() -> Notice {
    said(
        "no document has this number: give it as the document has it",
        "aucun document n'a ce numéro : le donner tel qu'il figure sur le document",
    )
}

/// A close for which the partner sent no invoice of its own.
pub(crate) fn no_own_invoice() -> Notice {
    said(
        "no invoice of the partner's own was recorded for this close and currency",
        "aucune facture du partenaire n'est enregistrée pour cette clôture dans cette devise",
    )
}

/// A month that is not closed.
pub(crate) fn not_closed() -> Notice {
    said("this month is not closed", "ce mois n'est pas clôturé")
}

/// A version that is not the next, or that says something else than the one recorded.
pub(crate) fn not_next(next: u32) -> Notice {
    said(
        format!("the next version is {next}: read the identity again"),
        format!("la version suivante est la {next} : relire l'identité"),
    )
}

/// A version that is recorded and says something else.
pub(crate) fn other_version() -> Notice {
    said(
        "another version was recorded under this number: read the identity again",
        "une autre version porte déjà ce numéro : relire l'identité",
    )
}

/// A close that was made with other orders.
pub(crate) fn closed_otherwise() -> Notice {
    said(
        "the month is closed already, with other orders; a close is never undone",
        "le mois est déjà clôturé, avec d'autres instructions ; une clôture est définitive",
    )
}

/// A document, an item or a contest that is recorded and says something else.
pub(crate) fn recorded_otherwise() -> Notice {
    said(
        "this number is recorded already, with other content, which stays",
        "ce numéro est déjà enregistré avec un autre contenu, qui demeure",
    )
}

/// A contest that nobody made.
pub(crate) fn no_contest() -> Notice {
    said("no contest of this document has this number", "aucune contestation de ce document n'a ce numéro")
}

/// A contest that comes too late.
pub(crate) fn too_late() -> Notice {
    said(
        "the days to contest that the mandate gives are over: write to the manager",
        "le délai de contestation prévu par le mandat est écoulé : écrire au responsable",
    )
}

/// A close for which the queue takes no message.
pub(crate) fn not_begun() -> Notice {
    said(
        "the month is closed, but the making of its documents was not begun: close it again with the same orders",
        "le mois est clôturé, mais l'établissement des documents n'a pas commencé : clôturer de nouveau avec les mêmes instructions",
    )
}

/// A document that has no XML.
pub(crate) fn no_xml() -> Notice {
    said(
        "this document has no XML, since its currency has more than two decimals: print it",
        "ce document n'a pas de fichier XML, sa devise ayant plus de deux décimales : l'imprimer",
    )
}

/// A document that cannot be printed.
pub(crate) fn no_page(error: &documents::PageError) -> Notice {
    said(error.to_string(), "ce document ne peut pas être imprimé : il lui manque une mention obligatoire")
}

/// Partners named one by one where all are opened.
pub(crate) fn opens_all_already() -> Notice {
    said("must be empty where opens_all is true", "doit être vide si opens_all est true")
}

/// More items than a request takes.
pub(crate) fn too_many(most: usize) -> Notice {
    said(format!("has more than {most} items"), format!("a plus de {most} éléments"))
}

/// A text that is no rate of exchange.
pub(crate) fn not_a_rate() -> Notice {
    said(
        EurRateError.to_string(),
        "n'est pas un cours : EUR pour une unité, décimal positif entre guillemets, au plus 6 chiffres avant et 8 après le point (\"1.0735\")",
    )
}

/// A text that is no rate of VAT.
pub(crate) fn not_a_vat_rate() -> Notice {
    said(
        VatRateError.to_string(),
        "n'est pas un taux de TVA : fraction inférieure à 1, au plus 3 décimales, entre guillemets (\"0.2\")",
    )
}

/// A text that is no number given here.
pub(crate) fn not_a_number() -> Notice {
    said(GivenNumberError.to_string(), "n'est pas un numéro d'ici : FP-000001, ou AF-, un code de série et -000001")
}

/// A text that is no number of a document.
pub(crate) fn not_an_own_number() -> Notice {
    said(
        OwnNumberError.to_string(),
        "n'est pas le numéro d'un document : 1 à 35 caractères visibles, sans espaces autour",
    )
}

/// An opening item that cannot be.
pub(crate) fn opening_item(error: OpeningItemError) -> Notice {
    let fr = match error {
        OpeningItemError::Currency => "doit être dans la devise du compte",
        OpeningItemError::Open => "doit être positif et au plus égal au montant TTC",
        OpeningItemError::Due => "est avant la date de la facture",
    };
    let en = match error {
        OpeningItemError::Currency => "must be in the currency of the account",
        OpeningItemError::Open => "must be over zero and at most the gross amount",
        OpeningItemError::Due => "is before the date",
    };
    said(en, fr)
}

/// A value of a path that names no account.
pub(crate) fn not_a_direction() -> Notice {
    said("must be to-partner or from-partner", "doit être to-partner ou from-partner")
}
