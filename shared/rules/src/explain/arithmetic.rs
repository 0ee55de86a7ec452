//! The arithmetic of a line, and its terms.

use super::numbers::{amount, day, percent};
use crate::line::Basis;
use crate::programme::Language;
use crate::rates::Rates;
use crate::{Currency, Minor, Rate};

/// `70% × 1,200.01 EUR = 840.01 EUR, rounded half away from zero`; for a credit note the amounts after it and before
/// it. None: the rate is zero, or nothing was left to credit.
#[inline]
pub(super) fn arithmetic(basis: &Basis, currency: Currency, language: Language) -> Option<String> {
    let rates = &basis.decision.rates;
    if rates.is_zero() || basis.before() == basis.after() {
        return None;
    }
    let share_of = |base: Minor| share_of(rates, base, currency, language);
    let after = share_of(basis.after());
    Some(match (basis.before() == Minor::ZERO, language) {
        (true, Language::Fr) => format!("{after}, arrondi au plus proche"),
        (true, Language::En) => format!("{after}, rounded half away from zero"),
        (false, Language::Fr) => format!("{after}, moins {}, arrondis au plus proche", share_of(basis.before())),
        (false, Language::En) => format!("{after}, less {}, rounded half away from zero", share_of(basis.before())),
    })
}

#[inline]
fn share_of(rates: &Rates, base: Minor, currency: Currency, language: Language) -> String {
    let money = |minor| amount(minor, currency, language);
    let part = |(part, rate): (Minor, Rate)| format!("{} × {}", percent(rate, language), money(part));
    let parts: Vec<String> = match rates {
        Rates::One(rate) => vec![part((base, *rate))],
        Rates::Bands(bands) => bands.parts(base).map(part).collect(),
    };
    format!("{} = {}", parts.join(" + "), money(rates.share(base)))
}

/// `affiliate agreement of 2024-01-01, negotiated rate, programme of 2013-11-16`.
#[inline]
pub(super) fn terms(basis: &Basis, language: Language) -> String {
    let decision = &basis.decision;
    let terms = decision.programme.programme().terms(decision.model);
    let model = terms.map_or(decision.model.as_str(), |terms| terms.name.in_language(language)).to_lowercase();
    let version = day(decision.programme.as_str(), language);
    let agreement = day(&decision.agreement.to_string(), language);
    match (decision.negotiated, language) {
        (false, Language::Fr) => format!("accord {model} du {agreement}, programme du {version}"),
        (true, Language::Fr) => format!("accord {model} du {agreement}, taux négocié, programme du {version}"),
        (false, Language::En) => format!("{model} agreement of {agreement}, programme of {version}"),
        (true, Language::En) => format!("{model} agreement of {agreement}, negotiated rate, programme of {version}"),
    }
}
