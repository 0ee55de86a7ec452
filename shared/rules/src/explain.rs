//! Amounts in words, French and English (§3.6): enough to compute each of them again by hand.
//!
//! The API alone explains, and is compiled to be small; this crate is compiled to be fast. So these functions are inline,
//! which is to say compiled where they are called.

use crate::contract::Anomaly;
use crate::decision::{Pending, Reason};
use crate::entry::Reversal;
use crate::line::Basis;
use crate::programme::Language;
use crate::rates::Rates;
use crate::{Currency, Entry, Minor, Rate};

/// Why an entry is what it is: the line as it stood when the entry was recorded, and what had been recorded before.
#[inline]
pub fn entry(entry: &Entry, language: Language) -> String {
    let currency = entry.posting.currency;
    let said = basis(&entry.basis, currency, language);
    let total = entry.basis.amount();
    let money = |minor| amount(minor, currency, language);
    if let Some(reversal) = entry.reversal {
        let taken_back = money(Minor(entry.amount.0.saturating_neg()));
        let why = why_reversed(reversal, language);
        return match language {
            Language::Fr => format!("Extourne de {taken_back} : {why}. Motif d'origine : {said}"),
            Language::En => format!("Reversal of {taken_back}: {why}. It had been booked for: {said}"),
        };
    }
    if entry.amount == total {
        return said;
    }
    let before = money(Minor(total.0.saturating_sub(entry.amount.0)));
    let (total, difference) = (money(total), money(entry.amount));
    match language {
        Language::Fr => {
            format!("{said} La ligne vaut maintenant {total} ; {before} étaient inscrits ; différence : {difference}.")
        }
        Language::En => {
            format!("{said} The line is now {total}; {before} had been recorded; difference: {difference}.")
        }
    }
}

fn why_reversed(reversal: Reversal, language: Language) -> &'static str {
    match (reversal, language) {
        (Reversal::AnotherPartner, Language::Fr) => "la vente a été attribuée à un autre partenaire",
        (Reversal::AnotherPartner, Language::En) => "the sale was given to another partner",
        (Reversal::AnotherPosting, Language::Fr) => {
            "le montant est désormais inscrit sous un autre modèle, une autre devise ou une autre date"
        }
        (Reversal::AnotherPosting, Language::En) => "the amount is now booked under another model, currency or day",
        (Reversal::NotOwed, Language::Fr) => "plus rien n'est dû à ce titre",
        (Reversal::NotOwed, Language::En) => "nothing is owed for it any more",
    }
}

/// Why a line is what it is.
#[inline]
pub fn basis(basis: &Basis, currency: Currency, language: Language) -> String {
    let decision = &basis.decision;
    let computed = computation(basis, currency, language);
    let rule = rule(basis, currency, language);
    let terms = decision.programme.programme().terms(decision.model);
    let model = terms.map_or(decision.model.as_str(), |terms| terms.name.in_language(language)).to_lowercase();
    let version = day(decision.programme.as_str(), language);
    let agreement = day(&decision.agreement.to_string(), language);
    match language {
        Language::Fr => format!("{computed} : {rule} (accord {model} du {agreement}, programme du {version})."),
        Language::En => format!("{computed}: {rule} ({model} agreement of {agreement}, programme of {version})."),
    }
}

/// What is waited for.
#[inline]
pub fn pending(pending: Pending, language: Language) -> &'static str {
    match (pending, language) {
        (Pending::NoAgreement, Language::Fr) => {
            "En attente : le partenaire n'avait pas d'accord en vigueur le jour de la signature. Le montant sera calculé dès que l'accord sera enregistré."
        }
        (Pending::NoAgreement, Language::En) => {
            "Pending: the partner had no agreement in force on the day of signature. The amount is computed as soon as the agreement is registered."
        }
        (Pending::ContractNotSigned, Language::Fr) => {
            "En attente : la vente de ce contrat n'est pas connue. Le montant sera calculé dès qu'elle arrivera."
        }
        (Pending::ContractNotSigned, Language::En) => {
            "Pending: the sale of this contract is not known. The amount is computed as soon as it arrives."
        }
        (Pending::TermNotBilled, Language::Fr) => {
            "En attente : l'annuité visée par cet avoir n'est pas connue. Le montant sera calculé dès qu'elle arrivera."
        }
        (Pending::TermNotBilled, Language::En) => {
            "Pending: the annuity of this credit note is not known. The amount is computed as soon as it arrives."
        }
    }
}

/// What about an annuity needs a person, and what to do about it.
#[inline]
pub fn anomaly(anomaly: Anomaly, language: Language) -> &'static str {
    match (anomaly, language) {
        (Anomaly::Pending(waits_for), language) => pending(waits_for, language),
        (Anomaly::Void, Language::Fr) => {
            "Sans effet : l'année commence au plus tard le jour de la signature du contrat. Corriger la date dans la facturation, qui enverra un nouvel événement."
        }
        (Anomaly::Void, Language::En) => {
            "Without effect: the year starts no later than its contract was signed. Correct the day in billing, which then sends another event."
        }
        (Anomaly::Contradiction, Language::Fr) => {
            "Deux événements disent des choses différentes ; le premier enregistré vaut. Choisir celui qui doit valoir, ou aucun."
        }
        (Anomaly::Contradiction, Language::En) => {
            "Two events say different things; the one recorded first stands. Choose which is to stand, or none."
        }
        (Anomaly::OverCredited, Language::Fr) => {
            "Les avoirs dépassent ce qui reste de l'annuité ; l'excédent est sans effet. Vérifier les avoirs dans la facturation."
        }
        (Anomaly::OverCredited, Language::En) => {
            "The credit notes give back more than is left of the annuity; the excess has no effect. Check them in billing."
        }
        (Anomaly::ForeignCurrency, Language::Fr) => {
            "Un avoir est dans une autre monnaie que l'annuité ; il est sans effet. L'établir à nouveau dans la monnaie de l'annuité."
        }
        (Anomaly::ForeignCurrency, Language::En) => {
            "A credit note is in another currency than its annuity; it has no effect. Issue it again in the annuity's currency."
        }
    }
}

/// `70 % of 1,200.01 EUR is 840.01 EUR`, and for a credit note the same before and after it.
fn computation(basis: &Basis, currency: Currency, language: Language) -> String {
    let rates = &basis.decision.rates;
    let money = |minor| amount(minor, currency, language);
    let share_of = |base: Minor| {
        let parts: Vec<(Minor, Rate)> = match rates {
            Rates::One(rate) => vec![(base, *rate)],
            Rates::Bands(bands) => bands.parts(base).collect(),
        };
        let part = |(part, rate): (Minor, Rate)| match language {
            Language::Fr => format!("{} de {}", percent(rate, language), money(part)),
            Language::En => format!("{} of {}", percent(rate, language), money(part)),
        };
        let (parts, share) = (parts.into_iter().map(part).collect::<Vec<_>>(), money(rates.share(base)));
        match language {
            Language::Fr => format!("{} font {share}", parts.join(" et ")),
            Language::En => format!("{} is {share}", parts.join(" and ")),
        }
    };
    if basis.before() == Minor::ZERO {
        return match (rates.is_zero(), language) {
            (true, _) => money(Minor::ZERO),
            (false, Language::Fr) => format!("{}, arrondi au plus proche", share_of(basis.after())),
            (false, Language::En) => format!("{}, rounded half away from zero", share_of(basis.after())),
        };
    }
    let credited = money(Minor(basis.before().0.saturating_sub(basis.after().0)));
    match (rates.is_zero(), language) {
        (true, Language::Fr) => format!("Avoir de {credited}, sans effet : {}", money(Minor::ZERO)),
        (true, Language::En) => format!("Credit note of {credited}, no effect: {}", money(Minor::ZERO)),
        (false, Language::Fr) => format!(
            "Avoir de {credited} : {} après, moins {} avant, soit {}",
            share_of(basis.after()),
            share_of(basis.before()),
            money(basis.amount())
        ),
        (false, Language::En) => format!(
            "Credit note of {credited}: {} after it, less {} before, which is {}",
            share_of(basis.after()),
            share_of(basis.before()),
            money(basis.amount())
        ),
    }
}

fn rule(basis: &Basis, currency: Currency, language: Language) -> String {
    let decision = &basis.decision;
    let rate = match (decision.negotiated, language) {
        (true, Language::Fr) => ", taux négocié",
        (true, Language::En) => ", negotiated rate",
        (false, _) => "",
    };
    let said = match (decision.reason, language) {
        (Reason::RevenueShare, Language::Fr) => format!(
            "part de chaque redevance annuelle, que le partenaire garde ; {} reviennent à all-in-web",
            amount(basis.vendor_share(), currency, language)
        ),
        (Reason::RevenueShare, Language::En) => format!(
            "share of every annual fee, which the partner keeps; {} go to all-in-web",
            amount(basis.vendor_share(), currency, language)
        ),
        (Reason::AgreementEnded, Language::Fr) => {
            "aucun accord de ce modèle n'était en vigueur au début de l'année ; all-in-web facture le client".to_owned()
        }
        (Reason::AgreementEnded, Language::En) => {
            "no agreement of this model was in force when the year began; all-in-web invoices the client".to_owned()
        }
        (Reason::SaleNOrLater { from_sale }, Language::Fr) => {
            format!("commission sur la première annuité, payée à partir de la vente {}", from_sale.number())
        }
        (Reason::SaleNOrLater { from_sale }, Language::En) => {
            format!("commission on the first annuity, paid from sale {} on", from_sale.number())
        }
        (Reason::BeforeSaleN { from_sale }, Language::Fr) => {
            format!("avant la vente {}, la première qui est payée", from_sale.number())
        }
        (Reason::BeforeSaleN { from_sale }, Language::En) => {
            format!("before sale {}, the first one that is paid", from_sale.number())
        }
        (Reason::PaidOnce, Language::Fr) => "ce modèle paie une fois, sur la première annuité".to_owned(),
        (Reason::PaidOnce, Language::En) => "this model pays once, on the first annuity".to_owned(),
        (Reason::InstanceDiscount, Language::Fr) => {
            "remise sur l'instance du partenaire, déduite de la facture de celle-ci".to_owned()
        }
        (Reason::InstanceDiscount, Language::En) => {
            "discount on the partner's own instance, deducted from the invoice of that instance".to_owned()
        }
        (Reason::InstanceWithoutPerk, Language::Fr) => {
            "aucun accord donnant droit à la remise n'était en vigueur au début de l'année".to_owned()
        }
        (Reason::InstanceWithoutPerk, Language::En) => {
            "no agreement that grants the discount was in force when the year began".to_owned()
        }
        (Reason::NotTheFirstInstance, Language::Fr) => {
            "la remise va à une seule instance, la première du partenaire, et ce n'est pas celle-ci".to_owned()
        }
        (Reason::NotTheFirstInstance, Language::En) => {
            "the discount goes to one instance, the partner's first, and this is not the one".to_owned()
        }
        (Reason::EntryFee, Language::Fr) => {
            "droit d'entrée sur le potentiel commercial du segment, dû par le partenaire".to_owned()
        }
        (Reason::EntryFee, Language::En) => {
            "entry fee on the commercial potential of the segment, owed by the partner".to_owned()
        }
    };
    said + rate
}

fn percent(rate: Rate, language: Language) -> String {
    match language {
        Language::Fr => format!("{} %", rate.in_percent().replace('.', ",")),
        Language::En => format!("{} %", rate.in_percent()),
    }
}

/// An amount as people write it: `1,200.01 EUR` in English, `1 200,01 EUR` in French; the spaces do not break.
#[inline]
pub fn amount(minor: Minor, currency: Currency, language: Language) -> String {
    let plain = currency.decimal(minor);
    let (group, point) = match language {
        Language::Fr => ('\u{202f}', ","),
        Language::En => (',', "."),
    };
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = sign.to_owned();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push_str(point);
        text.push_str(fraction);
    }
    text + "\u{a0}" + currency.code()
}

/// `2013-11-16`, or `16/11/2013` in French.
fn day(iso: &str, language: Language) -> String {
    match language {
        Language::Fr => iso.rsplit('-').collect::<Vec<_>>().join("/"),
        Language::En => iso.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Decision;
    use crate::programme::ProgrammeVersion;
    use crate::{Kind, Model, PostingKey};

    fn basis_of(reason: Reason, rate: &str, before: i64, after: i64) -> Basis {
        let decision = Decision {
            agreement: "2024-01-01".parse().unwrap(),
            programme: ProgrammeVersion::V2013_11_16,
            model: Model::AffiliatedIntegrator,
            kind: Kind::Commission,
            rates: rate.parse::<Rate>().unwrap().into(),
            negotiated: rate == "0.333333",
            reason,
        };
        Basis::new(decision, Minor(before), Minor(after)).unwrap()
    }

    fn check(said: &str, expected: &str) {
        assert_eq!(said.replace(['\u{a0}', '\u{202f}'], " "), expected);
    }

    #[test]
    fn a_line_in_words() {
        let eur = "EUR".parse().unwrap();
        let from_sale = 2.try_into().unwrap();
        let paid = Reason::SaleNOrLater { from_sale };
        check(
            &basis(&basis_of(paid, "0.7", 0, 120_001), eur, Language::En),
            "70 % of 1,200.01 EUR is 840.01 EUR, rounded half away from zero: commission on the first annuity, paid from \
             sale 2 on (affiliated integrator agreement of 2024-01-01, programme of 2013-11-16).",
        );
        check(
            &basis(&basis_of(paid, "0.333333", 0, 9_999), eur, Language::Fr),
            "33,3333 % de 99,99 EUR font 33,33 EUR, arrondi au plus proche : commission sur la première annuité, payée à \
             partir de la vente 2, taux négocié (accord intégrateur affilié du 01/01/2024, programme du 16/11/2013).",
        );
        check(
            &basis(&basis_of(Reason::BeforeSaleN { from_sale }, "0", 0, 120_001), eur, Language::En),
            "0.00 EUR: before sale 2, the first one that is paid (affiliated integrator agreement of 2024-01-01, programme \
             of 2013-11-16).",
        );
        check(
            &basis(&basis_of(paid, "0.5", 120_001, 60_001), eur, Language::En),
            "Credit note of 600.00 EUR: 50 % of 600.01 EUR is 300.01 EUR after it, less 50 % of 1,200.01 EUR is 600.01 EUR \
             before, which is -300.00 EUR: commission on the first annuity, paid from sale 2 on (affiliated integrator \
             agreement of 2024-01-01, programme of 2013-11-16).",
        );
    }

    #[test]
    fn what_needs_a_person_says_what_to_do() {
        let check = |about: Anomaly, french: &str, english: &str| {
            for (language, part) in [(Language::Fr, french), (Language::En, english)] {
                let said = anomaly(about, language);
                assert!(said.contains(part), "{said}");
            }
        };
        check(
            Anomaly::Pending(Pending::NoAgreement),
            "dès que l'accord sera enregistré",
            "the agreement is registered",
        );
        check(Anomaly::Pending(Pending::ContractNotSigned), "la vente de ce contrat", "the sale of this contract");
        check(
            Anomaly::Pending(Pending::TermNotBilled),
            "l'annuité visée par cet avoir",
            "the annuity of this credit note",
        );
        check(Anomaly::Void, "Corriger la date", "Correct the day");
        check(Anomaly::Contradiction, "Choisir celui qui doit valoir", "Choose which is to stand");
        check(Anomaly::OverCredited, "Vérifier les avoirs", "Check them in billing");
        check(Anomaly::ForeignCurrency, "dans la monnaie de l'annuité", "in the annuity's currency");
    }

    #[test]
    fn a_difference_says_what_was_there_before() {
        let basis = basis_of(Reason::SaleNOrLater { from_sale: 2.try_into().unwrap() }, "0.5", 0, 120_001);
        let posting = PostingKey {
            partner_id: "P".parse().unwrap(),
            kind: Kind::Commission,
            model: Model::AffiliatedIntegrator,
            currency: "EUR".parse().unwrap(),
            booked_on: "2024-01-01".parse().unwrap(),
        };
        let amount = Minor(60_001);
        let adjusted = Entry { posting, amount: Minor(10_000), vendor_share: Minor::ZERO, basis, reversal: None };
        let said = entry(&adjusted, Language::En);
        assert!(
            said.ends_with(
                "The line is now 600.01\u{a0}EUR; 500.01\u{a0}EUR had been recorded; difference: 100.00\u{a0}EUR."
            ),
            "{said}"
        );
        for (why, french, english) in [
            (Reversal::AnotherPartner, "attribuée à un autre partenaire", "given to another partner"),
            (Reversal::AnotherPosting, "sous un autre modèle", "booked under another model"),
            (Reversal::NotOwed, "plus rien n'est dû", "nothing is owed"),
        ] {
            let reversed = Entry { amount: Minor(-amount.0), reversal: Some(why), ..adjusted.clone() };
            let (fr, en) = (entry(&reversed, Language::Fr), entry(&reversed, Language::En));
            assert!(fr.starts_with("Extourne de 600,01\u{a0}EUR : ") && fr.contains(french), "{fr}");
            assert!(en.starts_with("Reversal of 600.01\u{a0}EUR: ") && en.contains(english), "{en}");
        }
        assert_eq!(entry(&Entry { amount, ..adjusted }, Language::En).matches("The line is now").count(), 0);
    }
}
