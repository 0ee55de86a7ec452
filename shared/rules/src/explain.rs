//! Explanations of amounts in French and English (§3.6): the event and the partner first, then the arithmetic, enough
//! to recompute each amount by hand.
//!
//! Only the API explains amounts. Its crate is compiled for size, this one for speed; the functions it calls are
//! inline, so that they are compiled in the API's crate.

mod arithmetic;
mod attention;
mod numbers;
mod sentence;

pub use attention::{anomaly, pending};
pub use numbers::amount;

use crate::decision::Kind;
use crate::entry::Reversal;
use crate::line::{Basis, LineId};
use crate::programme::Language;
use crate::{Currency, Entry, Line, Minor};

/// Explains a line.
#[inline]
pub fn line(line: &Line, language: Language) -> String {
    explained(&line.id, line.posting.kind, &line.basis, line.posting.currency, language)
}

#[inline]
fn explained(id: &LineId, kind: Kind, basis: &Basis, currency: Currency, language: Language) -> String {
    let happened = sentence::happened(id, kind, basis, currency, language);
    let terms = arithmetic::terms(basis, language);
    match arithmetic::arithmetic(basis, currency, language) {
        Some(arithmetic) => format!("{happened} {arithmetic} ({terms})."),
        None => format!("{happened} {}.", capitalised(&terms)),
    }
}

#[inline]
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Explains an entry: the line as of the entry's recording, and the entries recorded before it.
#[inline]
pub fn entry(id: &LineId, entry: &Entry, language: Language) -> String {
    let currency = entry.posting.currency;
    let said = explained(id, entry.posting.kind, &entry.basis, currency, language);
    let money = |minor| amount(minor, currency, language);
    if let Some(reversal) = entry.reversal {
        let taken_back = money(Minor(entry.amount.0.saturating_neg()));
        let why = why_reversed(reversal, language);
        return match language {
            Language::Fr => {
                format!("{why}\u{a0}: les {taken_back} inscrits ici sont repris. Motif d’origine\u{a0}: {said}")
            }
            Language::En => format!("{why}: the {taken_back} recorded here are taken back. Original reason: {said}"),
        };
    }
    let total = entry.basis.amount();
    if entry.amount == total {
        return said;
    }
    let before = money(Minor(total.0.saturating_sub(entry.amount.0)));
    let (total, difference) = (money(total), money(entry.amount));
    match language {
        Language::Fr => {
            format!("Régularisation\u{a0}: le montant passe de {before} à {total}, soit {difference}. {said}")
        }
        Language::En => {
            format!("Correction: the amount goes from {before} to {total}, a difference of {difference}. {said}")
        }
    }
}

#[inline]
fn why_reversed(reversal: Reversal, language: Language) -> &'static str {
    match (reversal, language) {
        (Reversal::AnotherPartner, Language::Fr) => "La vente a été attribuée à un autre partenaire",
        (Reversal::AnotherPartner, Language::En) => "The sale was given to another partner",
        (Reversal::AnotherPosting, Language::Fr) => {
            "Le montant est désormais inscrit sous un autre modèle, une autre devise ou une autre date"
        }
        (Reversal::AnotherPosting, Language::En) => "The amount is now booked under another model, currency or day",
        (Reversal::NotOwed, Language::Fr) => "Plus rien n’est dû à ce titre",
        (Reversal::NotOwed, Language::En) => "Nothing is owed for this any more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Decision, Reason};
    use crate::line::Cause;
    use crate::programme::ProgrammeVersion;
    use crate::{AdjustmentKind, AnnuityId, Model, PostingKey, Rate, Term};

    fn paid() -> Reason {
        Reason::SaleNOrLater { from_sale: 2.try_into().unwrap() }
    }

    fn supplement() -> LineId {
        let cause = Cause::Adjustment(AdjustmentKind::Supplement.id("S".parse().unwrap()));
        LineId::Annuity { annuity: AnnuityId { contract_id: "C".parse().unwrap(), term: Term::FIRST }, cause }
    }

    fn id(note: Option<&str>) -> LineId {
        let cause =
            note.map_or(Cause::Annuity, |note| Cause::Adjustment(AdjustmentKind::CreditNote.id(note.parse().unwrap())));
        LineId::Annuity { annuity: AnnuityId { contract_id: "C".parse().unwrap(), term: Term::FIRST }, cause }
    }

    /// An entry of an annuity line of the first year: reason, rate, and the rest of the fee before and after.
    fn entry_of(reason: Reason, rate: &str, before: i64, after: i64) -> Entry {
        let kind = if reason == Reason::RevenueShare { Kind::RevenueShare } else { Kind::Commission };
        let decision = Decision {
            agreement: "2024-01-01".parse().unwrap(),
            programme: ProgrammeVersion::V2013_11_16,
            model: Model::AffiliatedIntegrator,
            kind,
            rates: rate.parse::<Rate>().unwrap().into(),
            negotiated: rate == "0.333333",
            reason,
        };
        let basis = Basis::new(decision, Minor(before), Minor(after)).unwrap();
        let posting = PostingKey {
            partner_id: "P".parse().unwrap(),
            kind,
            model: Model::AffiliatedIntegrator,
            currency: "EUR".parse().unwrap(),
            booked_on: "2024-01-01".parse().unwrap(),
        };
        Entry { posting, amount: basis.amount(), vendor_share: basis.vendor_share(), basis, reversal: None }
    }

    fn check(note: Option<&str>, recorded: &Entry, language: Language, expected: &str) {
        let said = entry(&id(note), recorded, language).replace(['\u{a0}', '\u{202f}'], " ");
        assert_eq!(said, expected);
    }

    #[test]
    fn an_annuity_in_words() {
        check(
            None,
            &entry_of(paid(), "0.7", 0, 120_001),
            Language::En,
            "The client signed for 1,200.01 EUR a year; the partner earns a commission of 840.01 EUR. 70% × 1,200.01 EUR = \
             840.01 EUR, rounded half away from zero (affiliated integrator agreement of 2024-01-01, programme of \
             2013-11-16).",
        );
        check(
            None,
            &entry_of(paid(), "0.333333", 0, 9_999),
            Language::Fr,
            "Le client a signé pour 99,99 EUR par an ; le partenaire perçoit une commission de 33,33 EUR. 33,3333 % × \
             99,99 EUR = 33,33 EUR, arrondi au plus proche (accord intégrateur affilié du 01/01/2024, taux négocié, \
             programme du 16/11/2013).",
        );
        let before = Reason::BeforeSaleN { from_sale: 2.try_into().unwrap() };
        check(
            None,
            &entry_of(before, "0", 0, 120_001),
            Language::En,
            "No commission: the programme pays from the 2nd sale on. Affiliated integrator agreement of 2024-01-01, \
             programme of 2013-11-16.",
        );
    }

    #[test]
    fn a_credit_note_in_words() {
        check(
            Some("N"),
            &entry_of(paid(), "0.5", 167_929, 65_551),
            Language::En,
            "The client was refunded 1,023.78 EUR. The commission falls from 839.65 EUR to 327.76 EUR: −511.89 EUR. \
             50% × 655.51 EUR = 327.76 EUR, less 50% × 1,679.29 EUR = 839.65 EUR, rounded half away from zero \
             (affiliated integrator agreement of 2024-01-01, programme of 2013-11-16).",
        );
        check(
            Some("N"),
            &entry_of(paid(), "0.5", 167_929, 65_551),
            Language::Fr,
            "Le client a été remboursé de 1 023,78 EUR. La commission passe de 839,65 EUR à 327,76 EUR : −511,89 EUR. \
             50 % × 655,51 EUR = 327,76 EUR, moins 50 % × 1 679,29 EUR = 839,65 EUR, arrondis au plus proche (accord \
             intégrateur affilié du 01/01/2024, programme du 16/11/2013).",
        );
    }

    #[test]
    fn a_supplement_in_words() {
        let check = |basis: &Entry, language, expected: &str| {
            assert_eq!(entry(&supplement(), basis, language).replace(['\u{a0}', '\u{202f}'], " "), expected);
        };
        check(
            &entry_of(paid(), "0.5", 100_000, 120_001),
            Language::En,
            "The year’s fee rises by 200.01 EUR. The commission rises from 500.00 EUR to 600.01 EUR: 100.01 EUR. \
             50% × 1,200.01 EUR = 600.01 EUR, less 50% × 1,000.00 EUR = 500.00 EUR, rounded half away from zero \
             (affiliated integrator agreement of 2024-01-01, programme of 2013-11-16).",
        );
        check(
            &entry_of(Reason::PaidOnce, "0", 10_000, 14_000),
            Language::Fr,
            "La redevance de l’année augmente de 40,00 EUR. Pas de commission pour cette année : ce modèle paie une fois, \
             pour la première année. Accord intégrateur affilié du 01/01/2024, programme du 16/11/2013.",
        );
    }

    #[test]
    fn a_credit_note_of_more_than_is_left_says_what_it_changed() {
        check(
            Some("N-1"),
            &entry_of(Reason::RevenueShare, "0.5", 10_000, 0),
            Language::En,
            "The credit note cancels what was left of the year’s fee: 100.00 EUR. The partner’s share falls from 50.00 EUR \
             to 0.00 EUR: −50.00 EUR. 50% × 0.00 EUR = 0.00 EUR, less 50% × 100.00 EUR = 50.00 EUR, rounded half away from \
             zero (affiliated integrator agreement of 2024-01-01, programme of 2013-11-16).",
        );
        check(
            Some("N-2"),
            &entry_of(paid(), "0.15", 0, 0),
            Language::En,
            "This credit note has no effect: the year’s fee had been refunded in full already. Affiliated integrator \
             agreement of 2024-01-01, programme of 2013-11-16.",
        );
        check(
            Some("N-3"),
            &entry_of(Reason::PaidOnce, "0", 10_000, 4_000),
            Language::Fr,
            "Le client a été remboursé de 60,00 EUR. Pas de commission pour cette année : ce modèle paie une fois, pour la \
             première année. Accord intégrateur affilié du 01/01/2024, programme du 16/11/2013.",
        );
    }

    #[test]
    fn a_difference_says_what_was_there_before() {
        let whole = entry_of(paid(), "0.5", 0, 120_001);
        let adjusted = Entry { amount: Minor(10_000), ..whole.clone() };
        let said = entry(&id(None), &adjusted, Language::En);
        let correction =
            "Correction: the amount goes from 500.01\u{a0}EUR to 600.01\u{a0}EUR, a difference of 100.00\u{a0}EUR. ";
        assert!(said.starts_with(correction), "{said}");
        assert!(!entry(&id(None), &whole, Language::En).contains("Correction"));
    }

    #[test]
    fn a_reversal_says_why_and_how_much_is_taken_back() {
        let whole = entry_of(paid(), "0.5", 0, 120_001);
        for (why, french, english) in [
            (
                Reversal::AnotherPartner,
                "La vente a été attribuée à un autre partenaire",
                "The sale was given to another partner",
            ),
            (
                Reversal::AnotherPosting,
                "Le montant est désormais inscrit sous un autre modèle",
                "The amount is now booked under another model",
            ),
            (Reversal::NotOwed, "Plus rien n’est dû", "Nothing is owed"),
        ] {
            let reversed = Entry { amount: Minor(-whole.amount.0), reversal: Some(why), ..whole.clone() };
            let [fr, en] = [Language::Fr, Language::En].map(|language| entry(&id(None), &reversed, language));
            assert!(
                fr.starts_with(french) && fr.contains("\u{a0}: les 600,01\u{a0}EUR inscrits ici sont repris. "),
                "{fr}"
            );
            assert!(
                en.starts_with(english) && en.contains(": the 600.01\u{a0}EUR recorded here are taken back. "),
                "{en}"
            );
        }
    }
}
