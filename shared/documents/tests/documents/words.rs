//! The words on a document, in both languages.

use crate::samples::{french, self_billed};
use documents::words;
use rules::text::Language;
use settlement::Direction;
use settlement::country::Regime;
use settlement::vat::Mention;

#[test]
fn a_line_says_its_kind_its_month_and_its_model() {
    let document = self_billed(french(), &[("2026-08", 1, Regime::FrVat), ("2026-10", 1, Regime::FrVat)]);
    let lines =
        |language| -> Vec<String> { document.amounts.lines.iter().map(|line| words::line(line, language)).collect() };
    assert_eq!(
        lines(Language::Fr),
        ["Régularisation de commissions – août 2026 (Prescripteur)", "Commissions – octobre 2026 (Prescripteur)"]
    );
    assert_eq!(
        lines(Language::En),
        ["Adjustment of commissions – August 2026 (Referrer)", "Commissions – October 2026 (Referrer)"]
    );
}

#[test]
fn every_month_has_its_name() {
    let months = ["2026-01", "2026-12"].map(|month| month.parse().unwrap());
    assert_eq!(months.map(|month| words::month(month, Language::Fr)), ["janvier 2026", "décembre 2026"]);
    assert_eq!(months.map(|month| words::month(month, Language::En)), ["January 2026", "December 2026"]);
}

#[test]
fn the_reverse_charge_names_the_law_of_its_direction() {
    let french = |direction| words::mention(Mention::ReverseCharge, direction).in_language(Language::Fr);
    assert_eq!(french(Direction::ToPartner), "Autoliquidation par le client, art. 283-2 du CGI");
    assert_eq!(french(Direction::FromPartner), "Autoliquidation par le client, art. 196 de la directive 2006/112/CE");
}

#[test]
fn the_rate_of_exchange_is_written_as_the_manager_wrote_it() {
    let (currency, rate) = ("CHF".parse().unwrap(), "1.07350".parse().unwrap());
    assert_eq!(words::exchange(currency, &rate, Language::Fr), "Taux de change\u{a0}: 1 CHF = 1,07350 EUR");
    assert_eq!(words::exchange(currency, &rate, Language::En), "Rate of exchange: 1 CHF = 1.07350 EUR");
}
