//! Each check of a billing identity, with good and bad values; an error names the field and says what to do.

use crate::world::{french_billing, partner};
use proptest::prelude::*;
use serde_json::{Value, json};
use settlement::country::Country;
use settlement::iban::{Iban, IbanError};
use settlement::identity::{BillingInput, Field, Problem};
use settlement::number::{GivenNumber, OwnNumber};
use settlement::siren::{Siren, SirenError};
use settlement::terms::SeriesCode;
use settlement::vat::{EurRate, VatRate};
use settlement::vat_id::{VatId, VatIdError};
use settlement::versions::{SeriesError, series_may_be};
use settlement::{Billing, Version, Versions};
use std::collections::BTreeMap;

#[test]
fn a_siren_has_nine_digits_and_fits_luhn() {
    for good in ["732829320", "443061841", "448765438", "732 829 320"] {
        assert_eq!(good.parse::<Siren>().map(String::from), Ok(good.replace(' ', "")));
    }
    for bad in ["", "73282932", "7328293200", "73282932O", "73282932\u{661}", "732-829-320", "73282932000074"] {
        assert_eq!(bad.parse::<Siren>(), Err(SirenError::Shape), "{bad}");
    }
    // Each digit changed, and any two neighbours changed places (but 0 and 9).
    for bad in ["732829321", "732829310", "632829320", "372829320", "732892320"] {
        assert_eq!(bad.parse::<Siren>(), Err(SirenError::Luhn), "{bad}");
    }
}

#[test]
fn a_vat_id_has_the_form_of_its_country_and_a_french_one_its_key() {
    for good in [
        "FR40303265045",
        "FR23334175221",
        "FRK7399859412",
        "FR4Z123456782",
        "FR55448765438",
        "FR 55 448 765 438",
        "DE136695976",
        "ATU12345678",
        "BE0776091951",
        "NL123456789B01",
        "EL123456789",
        "ESX1234567X",
        "IE1234567T",
        "IE1234567FA",
        "IE8D79739I",
        "RO12",
        "RO1234567890",
        "SE123456789001",
        "LT123456789",
        "LT123456789012",
        "CY12345678X",
    ] {
        assert!(good.parse::<VatId>().is_ok(), "{good}");
    }
    for bad in ["", "F", "GB123456789", "CHE123456789", "GR123456789", "fr40303265045", "éé123456789", "303265045"] {
        assert_eq!(bad.parse::<VatId>(), Err(VatIdError::Country), "{bad}");
    }
    for bad in [
        "FR",
        "FR4030326504",
        "FR403032650451",
        "FR40O03265045",
        "DE13669597",
        "AT12345678",
        "NL123456789C01",
        "DE13669597é",
        "RO1",
    ] {
        assert_eq!(bad.parse::<VatId>(), Err(VatIdError::Shape), "{bad}");
    }
    for bad in ["FR41303265045", "FR40303265054", "FRK8399859412", "FR4Y123456782", "FRIO303265045", "FRAA303265045"] {
        assert_eq!(bad.parse::<VatId>(), Err(VatIdError::Key), "{bad}");
    }
}

#[test]
fn an_iban_has_the_length_of_its_country_and_fits_mod_97() {
    for good in [
        "FR1420041010050500013M02606",
        "FR14 2004 1010 0505 0001 3M02 606",
        "DE89370400440532013000",
        "GB29NWBK60161331926819",
        "NO9386011117947",
        "BE68539007547034",
        "MT84MALT011000012345MTLCAST001S",
        "LC55HEMM000100010012001200023015",
        "CH9300762011623852957",
        "NL91ABNA0417164300",
    ] {
        assert_eq!(good.parse::<Iban>().map(|iban| iban.whole().to_owned()), Ok(good.replace(' ', "")));
    }
    for (bad, error) in [
        ("", IbanError::Shape),
        ("FR14", IbanError::Length { expected: 27, found: 4 }),
        ("FR1420041010050500013M0260", IbanError::Length { expected: 27, found: 26 }),
        ("fr1420041010050500013M02606", IbanError::Shape),
        ("FR1420041010050500013m02606", IbanError::Shape),
        ("FRX420041010050500013M02606", IbanError::Shape),
        ("1420041010050500013M02606FR", IbanError::Shape),
        ("é1420041010050500013M02606", IbanError::Shape),
        ("US1420041010050500013M02606", IbanError::Country),
        ("FR1420041010050500013M02607", IbanError::Mod97),
        ("FR1420041010050500031M02606", IbanError::Mod97),
        ("DE98370400440532013000", IbanError::Mod97),
    ] {
        assert_eq!(bad.parse::<Iban>(), Err(error), "{bad}");
    }
}

#[test]
fn check_digits_that_are_never_given_out_are_refused() {
    // They leave the same rest as those given out: 00 as 97, 01 as 98, 99 as 02.
    for (given, never) in [("97", "00"), ("98", "01"), ("02", "99")] {
        let iban = |check: &str, account: u32| format!("DE{check}{account:018}").parse::<Iban>();
        let account = (0..1_000).find(|account| iban(given, *account).is_ok()).unwrap();
        assert_eq!(iban(never, account), Err(IbanError::Mod97));
    }
}

#[test]
fn sepa_reaches_the_countries_of_its_schemes() {
    let is_sepa = |iban: &str| iban.parse::<Iban>().map(|iban| iban.is_sepa());
    assert_eq!(is_sepa("FR1420041010050500013M02606"), Ok(true));
    assert_eq!(is_sepa("CH9300762011623852957"), Ok(true));
    assert_eq!(is_sepa("BR1800360305000010009795493C1"), Ok(false));
    assert_eq!(is_sepa("TN5910006035183598478831"), Ok(false));
}

#[test]
fn an_iban_is_shown_masked() {
    let iban: Iban = "FR1420041010050500013M02606".parse().unwrap();
    assert_eq!(iban.to_string(), format!("FR14{}2606", "•".repeat(19)));
    let mut billing = french_billing("P1");
    billing["iban"] = json!("FR1420041010050500013M02606");
    let billing: Billing = serde_json::from_value(billing).unwrap();
    assert!(!format!("{billing:?}").contains("20041010"));
    billing_is(&billing);
}

/// An identity reads back as it was written.
fn billing_is(billing: &Billing) {
    let written = serde_json::to_value(billing).unwrap();
    assert_eq!(serde_json::from_value::<Billing>(written).unwrap(), *billing);
}

#[test]
fn a_country_is_a_code_and_no_overseas_territory() {
    for good in ["FR", "DE", "GB", "GR", "CH", "US"] {
        assert!(good.parse::<Country>().is_ok(), "{good}");
    }
    for bad in ["", "F", "fr", "FRA", "UK", "EL", "XX", "GP", "MQ", "GF", "RE", "YT", "NC", "PF", "MC"] {
        assert!(bad.parse::<Country>().is_err(), "{bad}");
    }
}

/// The error of an identity of which one field is another.
fn refused(field: &str, value: Value) -> Option<(Field, String)> {
    refused_all(&[(field, value)])
}

fn refused_all(changes: &[(&str, Value)]) -> Option<(Field, String)> {
    let mut billing = french_billing("P1");
    for (field, value) in changes {
        billing[*field] = value.clone();
    }
    let input: BillingInput = serde_json::from_value(billing).unwrap();
    match Billing::try_from(input) {
        Ok(billing) => {
            billing_is(&billing);
            None
        }
        Err(error) => {
            assert_eq!(error.to_string(), format!("{} {}", error.field, error.problem));
            Some((error.field, error.to_string()))
        }
    }
}

#[test]
fn an_error_names_the_field_and_says_what_to_do() {
    for (name, value, field, said) in [
        ("legal_name", json!(""), Field::LegalName, "legal_name must be 1 to 200 visible characters"),
        ("legal_name", json!("A\nB"), Field::LegalName, "visible"),
        ("address", json!("x".repeat(201)), Field::Address, "address must be 1 to 200"),
        ("country", json!("France"), Field::Country, "two capital letters"),
        ("country", json!("RE"), Field::Country, "cannot be billed"),
        ("siren", json!("512345613"), Field::Siren, "siren is mistyped"),
        ("siren", json!("51234561200012"), Field::Siren, "SIRET"),
        ("vat_id", json!("FR69512345612"), Field::VatId, "vat_id is mistyped: the key"),
        ("vat_id", json!("FR6851234561"), Field::VatId, "form"),
        ("series", json!("P-1"), Field::Series, "series is not a series code: 1 to 12"),
        ("series", json!("ABCDEFGHIJKLM"), Field::Series, "1 to 12"),
        ("series", json!(""), Field::Series, "1 to 12"),
        ("payment_days", json!(0), Field::PaymentDays, "payment_days must be 1 to 45"),
        ("payment_days", json!(46), Field::PaymentDays, "1 to 45"),
        ("minimum_minor", json!({"EUR": -1}), Field::MinimumMinor, "minimum_minor"),
        ("iban", json!("FR1420041010050500013M02607"), Field::Iban, "iban is mistyped"),
        ("account_holder", json!(" A"), Field::AccountHolder, "visible"),
        ("legal_form", json!(""), Field::LegalForm, "legal_form must be one line of 1 to 100 visible"),
        ("share_capital", json!("1 €\n"), Field::ShareCapital, "share_capital must be"),
        ("registration", json!("é".repeat(101)), Field::Registration, "registration must be"),
        (
            "mandate",
            json!({"signed_on": "2026-02-01", "ended_on": "2026-01-31"}),
            Field::Mandate,
            "before it was signed",
        ),
    ] {
        let (refused, message) = refused(name, value.clone()).unwrap_or_else(|| panic!("{name} {value}"));
        assert_eq!(refused, field, "{name} {value}");
        assert!(message.contains(said), "{message}");
    }
    for (name, value) in [
        ("legal_name", json!(null)),
        ("payment_days", json!(1)),
        ("payment_days", json!(45)),
        ("payment_days", json!(null)),
        ("series", json!("ABCDEFGHIJ12")),
        ("minimum_minor", json!({"EUR": 0, "CHF": 5000})),
        ("iban", json!("FR1420041010050500013M02606")),
        ("mandate", json!({"signed_on": "2026-02-01", "ended_on": "2026-02-01", "days_to_contest": 8})),
        ("set_off", json!(true)),
        ("legal_form", json!("SAS")),
        ("share_capital", json!("10 000 €")),
        ("registration", json!("é".repeat(100))),
        ("registration", json!(null)),
    ] {
        assert_eq!(refused(name, value), None, "{name}");
    }
}

#[test]
fn a_regime_fits_the_country_and_a_vat_id_the_regime() {
    let check = |country: &str, regime: &str, vat_id: Value, expected: Option<Field>| {
        let changes =
            [("country", json!(country)), ("regime", json!(regime)), ("vat_id", vat_id), ("siren", json!(null))];
        assert_eq!(refused_all(&changes).map(|(field, _)| field), expected, "{country} {regime}");
    };
    let (french, german) = (|| json!("FR68512345612"), || json!("DE136695976"));
    check("FR", "fr-vat", french(), None);
    check("FR", "fr-franchise", json!(null), None);
    check("DE", "eu", german(), None);
    check("CH", "outside-eu", json!(null), None);
    check("GB", "outside-eu", json!(null), None);
    for (country, regime) in [
        ("FR", "eu"),
        ("FR", "outside-eu"),
        ("DE", "fr-vat"),
        ("DE", "outside-eu"),
        ("CH", "eu"),
        ("CH", "fr-franchise"),
    ] {
        check(country, regime, json!(null), Some(Field::Regime));
    }
    check("FR", "fr-vat", german(), Some(Field::VatId));
    check("DE", "eu", french(), Some(Field::VatId));
    let another = refused("siren", json!("732829320")).unwrap();
    assert_eq!(another.0, Field::VatId);
    assert!(another.1.contains("another SIREN"));
}

#[test]
fn overseas_departments_are_refused() {
    for bad in ["1 rue X, 97400 Saint-Denis", "98800 Noumea", "F-97100 Basse-Terre", "BP 12, 97600 Mamoudzou"] {
        let (field, message) = refused("address", json!(bad)).unwrap_or_else(|| panic!("{bad}"));
        assert_eq!((field, message.contains("overseas")), (Field::Address, true));
    }
    for good in
        ["34500 Beziers", "BP 97412, 34500 Beziers", "CS 98001 75009 Paris", "97 rue de Paris, 75001 Paris", "Beziers"]
    {
        assert_eq!(refused("address", json!(good)), None, "{good}");
    }
    // The digits mean nothing elsewhere.
    let german = [
        ("country", json!("DE")),
        ("regime", json!("eu")),
        ("vat_id", json!(null)),
        ("address", json!("97070 Berlin")),
    ];
    assert_eq!(refused_all(&german), None);
}

#[test]
fn a_problem_in_stored_json_names_the_field_too() {
    let error = serde_json::from_value::<Billing>(json!({"siren": "1"})).unwrap_err();
    assert!(error.to_string().starts_with("siren is not a SIREN"), "{error}");
    let problem = Problem::Siren(SirenError::Shape);
    assert_eq!(problem.to_string(), SirenError::Shape.to_string());
}

/// So that an item which was stored before these were known is written as it was.
#[test]
fn legal_mentions_that_are_not_known_are_not_written() {
    let mut stored = serde_json::to_value(Billing::default()).unwrap();
    let names = ["legal_form", "share_capital", "registration"];
    assert!(names.iter().all(|name| stored.get(name).is_none()), "{stored}");
    for name in names {
        stored[name] = json!("SAS");
    }
    let read: Billing = serde_json::from_value(stored.clone()).unwrap();
    assert_eq!(read.identity().registration().unwrap().as_str(), "SAS");
    assert_eq!(serde_json::to_value(read).unwrap(), stored);
}

#[test]
fn a_series_is_one_partners_for_ever_and_never_changes_once_set() {
    let billing = |series: Value| {
        let mut billing = french_billing("");
        billing["series"] = series;
        serde_json::from_value::<Billing>(billing).unwrap()
    };
    let version = |of: Billing| Version {
        from: "2026-01-01".parse().unwrap(),
        recorded_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        of,
    };
    let mut all: BTreeMap<_, Versions<Billing>> = BTreeMap::new();
    all.insert(partner("P-1"), Versions(vec![version(billing(json!(null)))]));
    let check = |all: &BTreeMap<_, _>, id: &str, series: Value| series_may_be(&partner(id), &billing(series), all);
    assert_eq!(check(&all, "P-1", json!("A")), Ok(()));
    all.get_mut(&partner("P-1")).unwrap().0.push(version(billing(json!("A"))));
    assert_eq!(check(&all, "P-1", json!("A")), Ok(()));
    let changed = || Err(SeriesError::Changed { set: "A".parse().unwrap() });
    assert_eq!((check(&all, "P-1", json!("B")), check(&all, "P-1", json!(null))), (changed(), changed()));
    assert_eq!(check(&all, "P-2", json!("A")), Err(SeriesError::Taken { code: "A".parse().unwrap() }));
    assert_eq!((check(&all, "P-2", json!("B")), check(&all, "P-2", json!(null))), (Ok(()), Ok(())));
}

#[test]
fn a_number_of_the_partner_is_any_35_visible_characters() {
    let longest = "é".repeat(35);
    for good in ["1", "2026/0001 é", "№ 7", longest.as_str()] {
        assert!(good.parse::<OwnNumber>().is_ok(), "{good}");
    }
    for bad in ["", " 1", "1\n", "1\u{200b}", &"x".repeat(36)] {
        assert!(bad.parse::<OwnNumber>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_rate_of_exchange_is_kept_as_it_was_written() {
    for good in ["1.0735", "0.006120", "1", "999999.99999999", "10"] {
        assert_eq!(good.parse::<EurRate>().map(String::from).as_deref(), Ok(good));
    }
    for bad in [
        "",
        "0",
        "0.0",
        "-1",
        "+1",
        "1,07",
        ".5",
        "1.",
        "01",
        "1e2",
        "1000000",
        "0.123456789",
        "1.0.0",
        " 1",
        "\u{661}",
    ] {
        assert!(bad.parse::<EurRate>().is_err(), "{bad:?}");
    }
}

/// A value that is read is written so that it is read again as the same.
fn read_again<T: std::str::FromStr + PartialEq + std::fmt::Debug>(text: &str, written: impl Fn(&T) -> String) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(written(&value).parse::<T>().ok(), Some(value));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_reader_panic(text in prop_oneof![".{0,40}", "[A-Z0-9é .+-]{0,36}", "FR[0-9A-Z]{2}[0-9]{9}", "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"]) {
        read_again::<Siren>(&text, ToString::to_string);
        read_again::<VatId>(&text, ToString::to_string);
        read_again::<Iban>(&text, |iban| iban.whole().to_owned());
        read_again::<Country>(&text, ToString::to_string);
        read_again::<OwnNumber>(&text, ToString::to_string);
        read_again::<GivenNumber>(&text, ToString::to_string);
        read_again::<SeriesCode>(&text, ToString::to_string);
        read_again::<EurRate>(&text, ToString::to_string);
        read_again::<VatRate>(&text, ToString::to_string);
        let input = BillingInput { iban: Some(text.clone()), ..BillingInput::default() };
        if let Err(error) = Billing::try_from(input) {
            prop_assert!(text.len() < 5 || !error.to_string().contains(&text), "an error quotes no IBAN");
        }
    }
}
