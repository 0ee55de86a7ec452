//! The words of a partner's own document that differs from ours, each amount in its currency.

use super::said;
use closing::ClosingError;
use events::Refusal;
use rules::money::Minor;
use rules::text::Language;
use settlement::country::Regime;
use settlement::lines::LineKey;
use settlement::received::{OwnDocument, ReceivedError};
use settlement::vat::VatRate;
use texts::{Notice, names, numbers};
use web::problem::Problem;

/// The problem of a partner's own document that is refused: of a line or a VAT that differs, at its field.
pub(crate) fn problem(error: ClosingError, own: &OwnDocument) -> Problem {
    match error {
        ClosingError::Received(ReceivedError::AnotherLine { key, stated, carried, .. }) => {
            let n = own.lines.iter().position(|line| line.key == key);
            let field = n.map_or_else(|| "lines".to_owned(), |n| format!("lines[{n}]"));
            Refusal::new(field, another_line(own, key, stated, carried)).into()
        }
        ClosingError::Received(ReceivedError::AnotherVat { regime, rate, stated, expected, apart, .. }) => {
            let of = [said_rate(regime, rate, Language::En), said_rate(regime, rate, Language::Fr)];
            Refusal::new("vat", another_vat(own, &of, (stated, expected), apart)).into()
        }
        error => super::problem(error),
    }
}

fn another_line(own: &OwnDocument, key: LineKey, stated: Minor, carried: Minor) -> Notice {
    let amount = |minor, language| numbers::amount(minor, own.account.currency, language);
    let line = |language| {
        format!("{} ({}, {})", key.month, names::kind(key.kind, language), names::model(key.model, language))
    };
    let (en, fr) = (line(Language::En), line(Language::Fr));
    let en = match (stated, carried) {
        (Minor::ZERO, carried) => {
            format!("has nothing for {en}, of which the close carried {}", amount(carried, Language::En))
        }
        (stated, Minor::ZERO) => {
            format!("says {} for {en}, of which the close carried nothing", amount(stated, Language::En))
        }
        (stated, carried) => {
            let (stated, carried) = (amount(stated, Language::En), amount(carried, Language::En));
            format!("says {stated} for {en}, but the close carried {carried}")
        }
    };
    let fr = match (stated, carried) {
        (Minor::ZERO, carried) => {
            format!("n'a rien pour {fr}, dont la clôture a reporté {}", amount(carried, Language::Fr))
        }
        (stated, Minor::ZERO) => {
            format!("indique {} pour {fr}, dont la clôture n'a rien reporté", amount(stated, Language::Fr))
        }
        (stated, carried) => {
            let (stated, carried) = (amount(stated, Language::Fr), amount(carried, Language::Fr));
            format!("indique {stated} pour {fr}, alors que la clôture a reporté {carried}")
        }
    };
    said(
        format!("{en}: ask for a document with the carried lines"),
        format!("{fr} : demander un document aux lignes reportées"),
    )
}

/// The two texts say the regime and the rate; nothing apart: no line has them.
fn another_vat(own: &OwnDocument, [en, fr]: &[String; 2], (stated, expected): (Minor, Minor), apart: Minor) -> Notice {
    let amount = |minor, language| numbers::amount(minor, own.account.currency, language);
    let (in_en, in_fr) = (amount(stated, Language::En), amount(stated, Language::Fr));
    if apart == Minor::ZERO {
        return said(
            format!("says {in_en} at {en}, but no line has this regime and rate: ask for a corrected document"),
            format!(
                "indique {in_fr} à {fr}, mais aucune ligne n'a ce régime et ce taux : demander un document corrigé"
            ),
        );
    }
    let [(must_en, apart_en), (must_fr, apart_fr)] =
        [Language::En, Language::Fr].map(|language| (amount(expected, language), amount(apart, language)));
    said(
        format!("says {in_en} at {en}, but must be {must_en}, within {apart_en}: ask for a corrected document"),
        format!("indique {in_fr} à {fr}, au lieu de {must_fr} à {apart_fr} près : demander un document corrigé"),
    )
}

/// `20% (France)`.
fn said_rate(regime: Regime, rate: VatRate, language: Language) -> String {
    let place = match (regime, language) {
        (Regime::FrVat, _) => "France",
        (Regime::FrFranchise, _) => "art. 293 B",
        (Regime::Eu, Language::En) => "EU",
        (Regime::Eu, Language::Fr) => "UE",
        (Regime::OutsideEu, Language::En) => "outside the EU",
        (Regime::OutsideEu, Language::Fr) => "hors UE",
    };
    format!("{} ({place})", numbers::in_percent(&rate.in_percent(), language))
}
