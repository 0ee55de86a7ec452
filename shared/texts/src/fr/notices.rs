//! Refusals and problems in French.

use crate::notice::{Code, RulesError};
use rules::agreement::{AgreementError, AgreementsError};
use rules::claims::{MAX_CHOICES, MAX_CLAIMS, MAX_STATED};
use rules::contract::{Bound, MAX_ADJUSTMENTS};
use rules::money::MoneyError;

#[expect(clippy::too_many_lines, reason = "a table: one line for each code")]
pub(super) fn code(code: &Code) -> &'static str {
    match code {
        // Refusals: each follows the name of a field.
        Code::Missing => "manque",
        Code::NotAString => "doit être une chaîne",
        Code::NotAList => "doit être une liste",
        Code::NotAWholeNumber => "doit être un nombre entier, 0 ou plus, sans guillemets",
        Code::NotABoolean => "doit être true ou false, sans guillemets",
        Code::NotAnObject => "doit être un objet JSON",
        Code::NotJson { .. } => "n'est pas du JSON, ligne {line}, colonne {column}",
        Code::NotUtf8 => "n'est pas de l'UTF-8",
        Code::Refused { .. } => "n'est pas accepté : {by}",
        Code::EventTooLarge { .. } => "fait {bytes} octets ; un message en a au plus {most}",
        Code::RequestTooLarge { .. } => "fait {bytes} octets ; une requête en a au plus {most}",
        Code::NotSpecversion => "doit être \"1.0\"",
        Code::NotOnThisQueue { .. } => "doit être {expected} sur cette file",
        Code::NotATime => "n'est pas une date et heure RFC 3339",
        Code::NotAnAttribute => "doit être une chaîne, ni vide ni avec des caractères de contrôle",
        Code::NotAnInstance => "doit être \"customer\" ou \"partner\"",
        Code::NotATermFrom { .. } => "doit être un entier de {least} à 99, sans guillemets",
        Code::NotInRange { .. } => "doit être un entier de {least} à {most}",
        Code::NotTheValue { .. } => "doit être {value}",
        Code::NotALanguage => "doit être fr ou en",
        Code::NotAnItem => "ne désigne aucun point à traiter ; reprendre l'identifiant donné par la liste",
        Code::NotAnItemKind => "n'est pas une nature de points à traiter",
        Code::DayToCome => "est à venir",
        Code::NotAPerk => "doit être technical-training ou seminars",
        Code::NotARole => "doit être manager, accountant ou partner",
        Code::TooManyContacts { .. } => "a plus de {most} contacts",
        Code::OnlyForPartners => "est réservé au rôle partner",
        Code::NotAConcern => "doit être missing-sale ou error",
        Code::NotAnAdjustment => "doit être supplements ou credit-notes",
        Code::TooLong { .. } => "doit faire au plus {most} caractères",
        Code::GivenTwice => "est donné deux fois",
        Code::NotAParameter => "n'est pas un paramètre de cette route",
        Code::BeforeFrom => "est avant from",
        Code::TooLongAgo { .. } => "remonte à plus de {most} mois : donner aussi to",
        Code::TooManyMonths { .. } => "est plus de {most} mois après from",
        Code::MonthMissing => "manque : AAAA-MM",
        Code::CursorInvalid => "n'est pas, ou n'est plus, un curseur valable pour cette liste",
        Code::NotThePathsPartner => "n'est pas le partenaire que nomme le chemin",
        Code::NotARegisteredPartner => "n'est pas un partenaire enregistré",
        Code::NothingToChange => "ne nomme rien à changer : donner rate, from_sale ou model",
        Code::CountedFromOne => "doit être 1 ou plus, ou null, qui n'en retient aucune",
        Code::ChoiceOutOfTurn { .. } => {
            "est pris par un autre choix, ou il en manque un avant ; le prochain est {next}"
        }
        Code::NoSuchClaim { .. } => "doit être null ou un entier de 1 à {claims}",
        Code::ClaimsUnseen { .. } => {
            "n'est pas le nombre de déclarations enregistrées, qui est {claims} : relire le contrat et choisir à nouveau"
        }
        Code::NotARestatement => "n'est pas une demande de recalcul valide",
        Code::NotAPass => "n'est pas une étape de l'établissement des documents d'une clôture",
        Code::NoMonths => "ne nomme pas de mois à additionner",
        // Problems: whole sentences, without a full stop.
        Code::NothingHere => "il n'y a rien à ce chemin",
        Code::NoSuchFile => "la page n'a pas ce fichier",
        Code::FileUnreadable => "ce fichier de la page est illisible",
        Code::WrongMethod => "ce chemin n'admet pas cette méthode",
        Code::RequestUnreadable => "la requête est illisible",
        Code::TokenMissing => "le jeton d'accès manque : l'envoyer comme Authorization: Bearer",
        Code::NoIdentityInToken => {
            "le jeton ne dit pas qui demande : il n'a pas d'émetteur et de sujet de la forme habituelle"
        }
        Code::NotAMember => "ce programme ne vous connaît pas : demandez une invitation à son responsable",
        Code::NotForThisRole => "votre rôle ne le permet pas",
        Code::ViewIsReadOnly => "rien ne peut être modifié depuis la page vue comme un autre membre",
        Code::NoMember => "ce membre n'existe pas",
        Code::OtherRole => "ce membre a un autre rôle : le révoquer d'abord",
        Code::LastManager => "c'est le dernier gestionnaire : sans lui, personne ne pourrait attribuer de rôle",
        Code::NoInvitation => "aucune invitation n'a ce code : elle a été révoquée, ou renvoyée avec un autre lien",
        Code::InvitationUsed => "cette invitation a déjà été acceptée",
        Code::InvitationExpired => "cette invitation a expiré : demandez un autre lien",
        Code::MemberAlready => "vous êtes déjà membre, et gardez votre rôle",
        Code::NoCodeMade => "le code d'une invitation n'a pas pu être créé",
        Code::NoPartner { .. } => "aucun partenaire {id} n'est enregistré",
        Code::NoContract { .. } => "le contrat {id} est introuvable",
        Code::NothingClaimed => "rien n'a été déclaré de ce fait",
        Code::ItemNotTaken => "le point n'a pu être classé à présent ; rien n'a changé, réessayer",
        Code::NoSuchItem => "la liste des points à traiter ne contient pas ce point",
        Code::NoSuchInquiry => "ce partenaire n'a pas fait cette demande",
        Code::SaidOtherwise => "autre chose est déjà enregistré sous cet identifiant, et le reste",
        Code::TooManyOpenInquiries { .. } => "{most} demandes de ce partenaire attendent une réponse, le maximum",
        Code::TooManyInquiries { .. } => "ce partenaire a fait {most} demandes, le maximum",
        Code::ChoiceMadeAlready => "le choix est déjà fait, pour un autre motif, qui est conservé",
        Code::ItemSetAsideAlready => "le point est déjà classé, pour un autre motif, qui est conservé",
        Code::ItemChanged => "le point a changé depuis ; le relire avant de le classer",
        Code::ChoiceNotTaken => "le choix n'a pu être reçu à présent ; rien n'a changé, réessayer",
        Code::NoAgreement { .. } => "aucun accord de {partner} ne commence le {starts_on}",
        Code::NoMinimum => "cet accord ne demande pas de minimum de ventes",
        Code::YearNotBegun { .. } => "l'année {number} de cet accord n'a pas commencé, ou n'existe pas",
        Code::MinimumReached { .. } => "le minimum de cette année est atteint : {sales} ventes sur {minimum}",
        Code::YearNotOver { .. } => "cette année n'est pas terminée : elle court jusqu'au {until}",
        Code::SetAsideAlready => "cette année est déjà classée sans suite, pour un autre motif, qui est conservé",
        Code::RegistrationNotTaken => "l'enregistrement n'a pu être reçu à présent ; rien n'a changé, réessayer",
        Code::SalesKeepComing => "des ventes de ce partenaire ne cessent d'arriver ; rien n'a changé, réessayer",
        Code::ChangedMeanwhile { .. } => {
            "le partenaire n'est pas, ou n'est plus, tel que le dit If-Match : son ETag est {current} ; le relire et refaire la modification"
        }
        Code::FileChangedMeanwhile { .. } => {
            "la fiche n'est pas, ou n'est plus, telle que le dit If-Match : son ETag est {current} ; la relire et refaire la modification"
        }
        Code::FileIfMatchMissing { .. } => {
            "la fiche contient autre chose : envoyer If-Match avec l'ETag lu (à présent {current})"
        }
        Code::RegisteredAlready => "le partenaire est déjà enregistré, ce que If-None-Match exclut",
        Code::IfMatchMissing { .. } => {
            "le partenaire est enregistré avec d'autres données : envoyer If-Match avec l'ETag lu (à présent {current})"
        }
        Code::ReasonMissing => "est absent : des montants changent, et le journal en conserve le motif",
        Code::TooManyActs { .. } => {
            "un fichier contient au plus {most} actions ; demandez moins de jours, un partenaire ou une personne"
        }
        Code::ActsUnreadable => {
            "certaines actions n’ont pas pu être lues, et un fichier sans elles paraîtrait complet : la personne d’astreinte doit lancer l’audit"
        }
        Code::NotAMemberId => "doit être l’identifiant d’un membre : 32 chiffres hexadécimaux",
        Code::TooManyContracts { .. } => {
            "cela concerne plus de {most} contrats ; demander pour un partenaire ou un modèle"
        }
        Code::NotAPreviewId => "doit être l’identifiant d’un aperçu : 32 chiffres hexadécimaux",
        Code::NoSuchPreview => "cette requête n’a pas d’aperçu de cet identifiant ; demandez-en un sans `previewed`",
        Code::PreviewNotBegun => "l’aperçu n’a pas pu être lancé ; réessayez",
        Code::TooManyEntries { .. } => "{partner} a plus de {most} écritures ; les lire page par page de /entries",
        Code::AnswerTooLarge { .. } => {
            "la réponse dépasserait {most} octets ; demander une période plus courte, ou lire page par page"
        }
        Code::AnswerNotWritten => "la réponse n'a pu être écrite",
        Code::FileNotWritten => "le fichier n'a pu être écrit ; réessayer",
        Code::CursorNotMade => "le curseur de la page suivante n'a pu être fait",
        Code::LedgerCannotAnswer => "le registre ne peut répondre à présent ; rien n'a changé, réessayer",
        Code::OfALaterRelease => {
            "une version plus récente a écrit cette donnée, et elle seule peut répondre ; réessayer plus tard"
        }
        Code::LedgerDamaged => "le registre contient ce qu'il ne peut additionner ; voir le journal",
        // What to do about an item of the attention list.
        Code::SendAgain => {
            "Corriger la cause à sa source et renvoyer ; le message est dans la file des lettres mortes."
        }
        Code::AnotherCurrency => "Il est dans une autre devise que l’annuité : il ne change aucun montant.",
        Code::CorrectedByTheVendor => "Saisi par l'éditeur lui-même, à titre de correction.",
        Code::ChooseAgain => {
            "Le choix n'a pas été fait, le contrat ayant changé entre-temps : le relire et choisir à nouveau."
        }
        Code::RestoreItem => {
            "Cet élément est illisible : le comparer à une sauvegarde (operate audit le nomme), puis le restaurer."
        }
    }
}

pub(super) fn error(error: RulesError) -> String {
    let text = match error {
        RulesError::Agreement(error) => agreement(error),
        RulesError::Agreements(error) => return format!("ne sont pas acceptés : {}", agreements(error)),
        RulesError::Bound(bound) => return too_many(bound),
        RulesError::Currency(_) => {
            "n'est pas une devise ISO 4217 avec une unité mineure, en cours un jour au moins depuis 2000, en capitales (EUR, CHF, JPY, …)"
        }
        RulesError::Day(_) => "n'est pas un jour : AAAA-MM-JJ, du 2000-01-01 au 2099-12-31",
        RulesError::FromSale(_) => "n'est pas un entier de 1 à 12",
        RulesError::Id(_) => {
            "n'est pas un identifiant : 1 à 64 lettres A-Z a-z, chiffres, `.`, `_` ou `-`, à commencer par une lettre ou un chiffre"
        }
        RulesError::Email(_) => {
            "doit être une adresse électronique d'au plus 254 caractères, par exemple anne@example.org"
        }
        RulesError::Telephone(_) => {
            "doit être un numéro de téléphone d'au plus 40 chiffres, espaces et signes + ( ) . - / #"
        }
        RulesError::Issuer(_) => {
            "doit être l'émetteur tel que ses jetons le donnent dans `iss` : une URL de 1 à 255 caractères ASCII visibles"
        }
        RulesError::Subject(_) => {
            "doit être le sujet tel que ses jetons le donnent dans `sub` : de 1 à 255 caractères ASCII visibles"
        }
        RulesError::Label(_) => "doit faire de 1 à 200 caractères visibles, sans espace au début ni à la fin",
        RulesError::Note(_) => {
            "doit faire de 1 à 1000 caractères visibles, sans espace au début ni à la fin ; les retours à la ligne sont admis"
        }
        RulesError::Money(error) => return money(error),
        RulesError::Month(_) => "n'est pas un mois : AAAA-MM, de 2000-01 à 2099-12",
        RulesError::Rate(_) => "n'est pas un taux : un décimal de 0 à 1, à 6 décimales au plus, en chaîne (\"0.35\")",
        RulesError::Term(_) => "n'est pas un terme : un entier de 1 à 99 (de 2 à 99 pour un renouvellement)",
    };
    text.to_owned()
}

fn agreement(error: AgreementError) -> &'static str {
    match error {
        AgreementError::NotOfThisProgramme => "n'est pas un modèle de cette version du programme",
        AgreementError::EndsBeforeItStarts => "est avant starts_on : un accord finit au plus tôt son premier jour",
        AgreementError::NotQualified => {
            "condition non remplie : ce modèle demande une qualification technique, avec qualified_on au plus tard à starts_on"
        }
        AgreementError::NoSupportStructure => {
            "condition non remplie : un affilié a besoin d'une structure de support (true)"
        }
        AgreementError::NoEntryFee => {
            "condition non remplie : un affilié doit un droit d'entrée (segment, commercial_potential, rate)"
        }
        AgreementError::NotOfThisModel(_) => "n'est pas de ce modèle, qui n'a pas cette condition : à ne pas donner",
    }
}

fn agreements(error: AgreementsError) -> String {
    match error {
        AgreementsError::Overlap { earlier, later } => format!(
            "l'accord du {later} commence alors que celui du {earlier} est encore en vigueur ; terminer celui-ci avant le {later}"
        ),
        AgreementsError::TooMany => "un partenaire a au plus 100 accords".to_owned(),
    }
}

fn too_many(bound: Bound) -> String {
    match bound {
        Bound::Adjustments => {
            format!("est de trop : cette annuité a {MAX_ADJUSTMENTS} suppléments et avoirs, le maximum enregistré")
        }
        Bound::Claims => {
            format!("est de trop : {MAX_CLAIMS} déclarations différentes de ce fait sont enregistrées, le maximum")
        }
        Bound::Stated => {
            format!(
                "est de trop : {MAX_STATED} versions différentes de ce fait ont été saisies par des gestionnaires, le maximum"
            )
        }
        Bound::Choices => format!("est de trop : {MAX_CHOICES} choix sont enregistrés pour ce fait, le maximum"),
    }
}

fn money(error: MoneyError) -> String {
    match error {
        MoneyError::Shape => "n'est pas un montant : des chiffres, puis au besoin un point et des chiffres, sans signe, exposant ni zéro en tête".to_owned(),
        MoneyError::TooFine { currency, allowed } => {
            format!("a plus de décimales que {currency} n'en a, soit {allowed}")
        }
        MoneyError::Zero => "doit être supérieur à zéro".to_owned(),
        MoneyError::TooLarge => "dépasse 1000000000000 unités mineures".to_owned(),
    }
}
