//! The words on a document, in both languages.

use crate::samples::{day, french, self_billed};
use documents::words;
use rules::Minor;
use rules::text::Language;
use settlement::Direction;
use settlement::country::Regime;
use settlement::identity::IdentityInput;
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

#[test]
fn days_amounts_rates_and_sirens_are_written_as_people_write_them() {
    let both = |write: &dyn Fn(Language) -> String| {
        [Language::Fr, Language::En].map(|language| write(language).replace(['\u{a0}', '\u{202f}'], "_"))
    };
    let (first, last) = (day("2026-06-01"), day("2026-06-30"));
    assert_eq!(both(&|language| words::day(first, language)), ["1ᵉʳ_juin_2026", "1_June_2026"]);
    let period = ["du 1ᵉʳ_juin_2026 au 30_juin_2026", "1_June_2026 to 30_June_2026"];
    assert_eq!(both(&|language| words::period(first, last, language)), period);
    for (minor, code, expected) in [
        (123_456, "EUR", ["1_234,56_€", "€1,234.56"]),
        (-5, "EUR", ["−0,05_€", "−€0.05"]),
        (-123_456, "CHF", ["−1_234,56_CHF", "−1,234.56_CHF"]),
        (1_234, "JPY", ["1_234_JPY", "1,234_JPY"]),
    ] {
        let currency = code.parse().unwrap();
        assert_eq!(both(&|language| words::amount(Minor(minor), currency, language)), expected);
    }
    let rate = "0.196".parse().unwrap();
    assert_eq!(both(&|language| words::percent(rate, language)), ["19,6_%", "19.6%"]);
    assert_eq!(words::siren(&"512345612".parse().unwrap()), "512\u{a0}345\u{a0}612");
}

#[test]
fn legal_mentions_are_those_that_are_known() {
    let said = |form: &str, capital: &str, registration: &str, language| {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let input = IdentityInput {
            legal_form: known(form),
            share_capital: known(capital),
            registration: known(registration),
            ..IdentityInput::default()
        };
        words::legal(&input.try_into().unwrap(), language).map(|text| text.replace('\u{a0}', "_"))
    };
    for (form, capital, registration, fr, en) in [
        (
            "SAS",
            "1 €",
            "RCS Paris 1",
            "SAS au capital de 1 €, RCS Paris 1",
            "SAS with a share capital of 1 €, RCS Paris 1",
        ),
        ("SAS", "", "", "SAS", "SAS"),
        ("", "1 €", "", "Capital social_: 1 €", "Share capital: 1 €"),
        ("", "", "RCS Paris 1", "RCS Paris 1", "RCS Paris 1"),
    ] {
        assert_eq!(said(form, capital, registration, Language::Fr).as_deref(), Some(fr));
        assert_eq!(said(form, capital, registration, Language::En).as_deref(), Some(en));
    }
    assert_eq!(said("", "", "", Language::Fr), None);
}
