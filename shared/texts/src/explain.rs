//! Explanations of amounts (RULEBOOK §3.6): the event and the partner first, then the arithmetic, enough to recompute each
//! amount by hand. Here it is decided what is said; the tables of the languages say it.

use crate::code::fill;
use crate::languages::table;
use crate::numbers::{amount, percent};
use crate::sentence::Sentence;
use rules::decision::{Pending, Reason};
use rules::line::{Basis, Cause, LineId};
use rules::rates::Rates;
use rules::text::Language;
use rules::{AdjustmentId, AdjustmentKind, Anomaly, Currency, Entry, Kind, Line, Minor, Rate};
use std::cmp::Ordering;

/// The reason why nothing is owed yet, and the fact or agreement that will change it.
pub fn pending(pending: Pending, language: Language) -> &'static str {
    table(language).pending(pending)
}

/// An anomaly of an annuity, and the recommended action.
pub fn anomaly(anomaly: Anomaly, language: Language) -> &'static str {
    table(language).anomaly(anomaly)
}

/// Explains a line.
pub fn line(line: &Line, language: Language) -> String {
    let speech = Speech { currency: line.posting.currency, language };
    speech.explained(&line.id, line.posting.kind, &line.basis)
}

/// Explains an entry: the line as of the entry's recording, and the entries recorded before it.
pub fn entry(id: &LineId, entry: &Entry, language: Language) -> String {
    let speech = Speech { currency: entry.posting.currency, language };
    let said = speech.explained(id, entry.posting.kind, &entry.basis);
    if let Some(why) = entry.reversal.map(|why| table(language).reversal(why)) {
        let amount = speech.money(Minor(entry.amount.0.saturating_neg()));
        return speech.say(&Sentence::TakenBack { why, amount, said });
    }
    let total = entry.basis.amount();
    if entry.amount == total {
        return said;
    }
    let before = speech.money(Minor(total.0.saturating_sub(entry.amount.0)));
    let (total, difference) = (speech.money(total), speech.money(entry.amount));
    speech.say(&Sentence::Corrected { before, total, difference, said })
}

/// The currency and the language of an explanation.
#[derive(Clone, Copy)]
struct Speech {
    currency: Currency,
    language: Language,
}

impl Speech {
    fn say(self, sentence: &Sentence) -> String {
        fill(table(self.language).sentence(sentence), &sentence.parameters())
    }

    fn money(self, minor: Minor) -> String {
        amount(minor, self.currency, self.language)
    }

    fn explained(self, id: &LineId, kind: Kind, basis: &Basis) -> String {
        let happened = self.happened(id, kind, basis);
        let terms = self.terms(basis);
        match self.arithmetic(basis) {
            Some(arithmetic) => format!("{happened} {arithmetic} ({terms})."),
            None => format!("{happened} {}.", capitalised(&terms)),
        }
    }

    /// The event, and its effect on the partner.
    fn happened(self, id: &LineId, kind: Kind, basis: &Basis) -> String {
        let LineId::Annuity { annuity: _, cause: Cause::Adjustment(AdjustmentId { kind: adjustment, id: _ }) } = id
        else {
            return self.say(&self.billed(basis));
        };
        let (before, after) = (basis.before(), basis.after());
        if *adjustment == AdjustmentKind::CreditNote && before == Minor::ZERO {
            return self.say(&Sentence::NothingToRefund);
        }
        let amount = self.money(Minor(after.0.abs_diff(before.0).try_into().unwrap_or(i64::MAX)));
        let adjusted = match adjustment {
            AdjustmentKind::Supplement => Sentence::Supplemented { amount },
            AdjustmentKind::CreditNote if after == Minor::ZERO => Sentence::RestRefunded { amount },
            AdjustmentKind::CreditNote => Sentence::Refunded { amount },
        };
        let change = self.say(&self.changed(kind, basis));
        let said = format!("{} {change}", self.say(&adjusted));
        let vendor_share = basis.vendor_share();
        if vendor_share == Minor::ZERO {
            return said;
        }
        let sign = if vendor_share > Minor::ZERO { "+" } else { "" };
        format!(
            "{said} {}",
            self.say(&Sentence::PassedOn { difference: format!("{sign}{}", self.money(vendor_share)) })
        )
    }

    /// The sentence of an annuity or an entry fee.
    fn billed(self, basis: &Basis) -> Sentence {
        let [base, share, vendor] =
            [basis.after(), basis.amount(), basis.vendor_share()].map(|minor| self.money(minor));
        match basis.decision.reason {
            Reason::RevenueShare => Sentence::RevenueShare { base, share, vendor },
            Reason::SaleNOrLater { .. } => Sentence::Commission { base, share },
            Reason::InstanceDiscount => Sentence::InstanceDiscount { base, share },
            Reason::EntryFee => Sentence::EntryFee { base, share },
            reason @ (Reason::AgreementEnded
            | Reason::BeforeSaleN { .. }
            | Reason::PaidOnce
            | Reason::InstanceWithoutPerk
            | Reason::NotTheFirstInstance) => self.nothing(reason),
        }
    }

    /// The reason why nothing is owed.
    fn nothing(self, reason: Reason) -> Sentence {
        match reason {
            Reason::BeforeSaleN { from_sale } => {
                Sentence::BeforeSale { nth_sale: table(self.language).nth_sale(from_sale.number().into()) }
            }
            Reason::PaidOnce => Sentence::PaidOnce,
            Reason::AgreementEnded => Sentence::AgreementEnded,
            Reason::InstanceWithoutPerk => Sentence::InstanceWithoutPerk,
            Reason::NotTheFirstInstance => Sentence::NotTheFirstInstance,
            Reason::RevenueShare | Reason::SaleNOrLater { .. } | Reason::InstanceDiscount | Reason::EntryFee => {
                Sentence::Nothing
            }
        }
    }

    /// The effect of an adjustment on the partner.
    fn changed(self, kind: Kind, basis: &Basis) -> Sentence {
        if basis.decision.rates.is_zero() {
            return self.nothing(basis.decision.reason);
        }
        let share = |base| self.money(basis.decision.rates.share(base));
        let (from, to) = (share(basis.before()), share(basis.after()));
        let (what, difference) = (table(self.language).subject(kind), self.money(basis.amount()));
        match basis.amount().cmp(&Minor::ZERO) {
            Ordering::Less => Sentence::Falls { what, from, to, difference },
            Ordering::Equal => Sentence::Stays { what, to },
            Ordering::Greater => Sentence::Rises { what, from, to, difference },
        }
    }

    /// `70% × 1,200.01 EUR = 840.01 EUR, rounded half away from zero`; for an adjustment the amounts after it and before
    /// it. None: the rate is zero, or nothing was left to credit.
    fn arithmetic(self, basis: &Basis) -> Option<String> {
        let rates = &basis.decision.rates;
        if rates.is_zero() || basis.before() == basis.after() {
            return None;
        }
        let product = self.product(rates, basis.after());
        Some(self.say(&match basis.before() {
            Minor::ZERO => Sentence::Rounded { product },
            before => Sentence::RoundedLess { product, less: self.product(rates, before) },
        }))
    }

    fn product(self, rates: &Rates, base: Minor) -> String {
        let part = |(part, rate): (Minor, Rate)| format!("{} × {}", percent(rate, self.language), self.money(part));
        let parts: Vec<String> = match rates {
            Rates::One(rate) => vec![part((base, *rate))],
            Rates::Bands(bands) => bands.parts(base).map(part).collect(),
        };
        format!("{} = {}", parts.join(" + "), self.money(rates.share(base)))
    }

    /// `affiliate agreement of 2024-01-01, negotiated rate, programme of 2013-11-16`.
    fn terms(self, basis: &Basis) -> String {
        let (decision, table) = (&basis.decision, table(self.language));
        let terms = decision.programme.programme().terms(decision.model);
        let model = terms.map_or(decision.model.as_str(), |terms| terms.name.in_language(self.language));
        let (agreement, programme) =
            (table.day(&decision.agreement.to_string()), table.day(decision.programme.as_str()));
        let model = model.to_lowercase();
        self.say(&if decision.negotiated {
            Sentence::NegotiatedTerms { model, agreement, programme }
        } else {
            Sentence::Terms { model, agreement, programme }
        })
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::decision::Decision;
    use rules::entry::Reversal;
    use rules::plausible::Implausible;
    use rules::programme::ProgrammeVersion;
    use rules::rates::{Band, Bands};
    use rules::{AnnuityId, Model, PostingKey, Term};

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
        for (kind, french, english) in [
            (Implausible::DocumentOnTwoTerms, "les deux comptent", "both count"),
            (Implausible::OffAnniversary, "60 jours de son anniversaire", "60 days from its anniversary"),
            (Implausible::Gap, "n’est pas facturée", "is not billed"),
            (Implausible::CurrencyChanged, "une autre devise que la première", "another currency than the first"),
            (Implausible::UnusualFee, "dix fois", "ten times"),
            (Implausible::DatedAhead, "92 jours", "92 days"),
            (Implausible::AfterEnd, "après la fin du contrat", "after the contract ended"),
        ] {
            check(Anomaly::Implausible(kind), french, english);
        }
    }

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
             99,99 EUR = 33,33 EUR, arrondi au plus proche, le demi comptant pour un (accord intégrateur affilié du 01/01/2024, taux négocié, \
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
             50 % × 655,51 EUR = 327,76 EUR, moins 50 % × 1 679,29 EUR = 839,65 EUR, arrondis au plus proche, le demi comptant pour un (accord \
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
            "A supplement raises the year’s fee by 200.01 EUR. The commission rises from 500.00 EUR to 600.01 EUR: \
             +100.01 EUR. \
             50% × 1,200.01 EUR = 600.01 EUR, less 50% × 1,000.00 EUR = 500.00 EUR, rounded half away from zero \
             (affiliated integrator agreement of 2024-01-01, programme of 2013-11-16).",
        );
        check(
            &entry_of(Reason::PaidOnce, "0", 10_000, 14_000),
            Language::Fr,
            "Un supplément augmente la redevance de l’année de 40,00 EUR. Pas de commission pour cette année : ce modèle paie une fois, \
             pour la première année. Accord intégrateur affilié du 01/01/2024, programme du 16/11/2013.",
        );
    }

    #[test]
    fn a_supplement_too_small_to_change_the_amount_says_so() {
        let basis = entry_of(paid(), "0.15", 100_000, 100_003);
        let said = entry(&supplement(), &basis, Language::En).replace('\u{a0}', " ");
        assert!(said.contains("by 0.03 EUR. The commission stays at 150.00 EUR. 15%"), "{said}");
    }

    #[test]
    fn a_credit_note_of_more_than_is_left_says_what_it_changed() {
        check(
            Some("N-1"),
            &entry_of(Reason::RevenueShare, "0.5", 10_000, 0),
            Language::En,
            "The credit note cancels what was left of the year’s fee: 100.00 EUR. The partner’s share falls from 50.00 EUR \
             to 0.00 EUR: −50.00 EUR. What the partner passes on to all-in-web changes by −50.00 EUR. 50% × 0.00 EUR = 0.00 EUR, less 50% × 100.00 EUR = 50.00 EUR, rounded half away from \
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

    /// Bands, which a later version of the programme may have.
    #[test]
    fn a_year_that_is_shared_by_bands_names_each() {
        let band = |from, percent| Band { from: Minor(from), rate: Rate::percent(percent) };
        let mut whole = entry_of(Reason::RevenueShare, "0.2", 0, 120_001);
        let bands = Bands::new(vec![band(0, 20), band(100_000, 30)]).unwrap();
        let decision = Decision { rates: Rates::Bands(bands), ..whole.basis.decision };
        whole.basis = Basis::new(decision, Minor::ZERO, Minor(120_001)).unwrap();
        whole.amount = whole.basis.amount();
        for (language, expected) in [
            (Language::Fr, "20 % × 1 000,00 EUR + 30 % × 200,01 EUR = 260,00 EUR"),
            (Language::En, "20% × 1,000.00 EUR + 30% × 200.01 EUR = 260.00 EUR"),
        ] {
            let said = entry(&id(None), &whole, language).replace(['\u{a0}', '\u{202f}'], " ");
            assert!(said.contains(expected), "{said}");
        }
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
