//! The chart of accounts: what holds on a day, and what is refused with its field.

use crate::world::day;
use accounting::Chart;
use accounting::chart::{ChartGap, VatSide};
use accounting::role::{Role, Subject};
use serde_json::{Value, json};

fn standard() -> Value {
    serde_json::from_str(include_str!("../../src/chart.json")).unwrap()
}

/// A change of a chart.
type Change = fn(&mut Value);

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut chart = standard();
    change(&mut chart);
    Chart::read(&chart.to_string()).unwrap_err().to_string()
}

#[test]
fn a_version_holds_from_its_day_on() {
    let mut chart = standard();
    let mut later = chart[0].clone();
    later["from"] = json!("2026-07-01");
    later["accounts"]["supplier"]["number"] = json!("4010000");
    chart.as_array_mut().unwrap().push(later);
    let chart = Chart::read(&chart.to_string()).unwrap();
    let number = |on: &str| chart.on(day(on)).unwrap().account(Role::Supplier).unwrap().number.clone();
    assert_eq!((number("2026-06-30"), number("2026-07-01")), ("401".into(), "4010000".into()));
}

#[test]
fn a_day_or_a_rate_that_it_does_not_have_is_said() {
    let mut chart = standard();
    chart[0]["from"] = json!("2026-01-01");
    let chart = Chart::read(&chart.to_string()).unwrap();
    assert_eq!(chart.on(day("2025-12-31")).unwrap_err(), ChartGap::Day(day("2025-12-31")));
    let on = chart.on(day("2026-01-01")).unwrap();
    assert_eq!(on.vat("0.2".parse().unwrap(), VatSide::Collected).unwrap().number, "44571");
    let gap = on.vat("0.085".parse().unwrap(), VatSide::Deductible).unwrap_err();
    assert_eq!(gap.to_string(), "the chart of 2026-01-01 has no accounts for VAT at 0.085: add the rate to it");
    assert!(Subject::all().all(|subject| on.label(subject).is_ok()));
}

#[test]
fn a_chart_is_refused_with_the_field_named() {
    let bank = |value: Value| move |chart: &mut Value| chart[0]["accounts"]["bank"] = value;
    let shape =
        "is not the number of an account: 3 to 20 digits and capital letters, of which the first three are digits";
    for number in ["51", "5A2", "512 1", "512a", "512345678901234567890"] {
        let refused = refused(bank(json!({"number": number, "label": "Banque"})));
        assert_eq!(refused, format!("[0].accounts.bank.number {shape}"), "{number}");
    }
    for label in ["", " a", "a|b", "a\tb"] {
        let refused = refused(bank(json!({"number": "512", "label": label})));
        assert!(refused.starts_with("[0].accounts.bank.label must be"), "{refused}");
    }
    for (change, expected) in [
        (bank(json!({"number": "411", "label": "Banque"})), "[0].accounts.bank.number must begin with 51"),
        (bank(json!({"number": 512, "label": "Banque"})), "[0].accounts.bank.number is not of the form"),
        (bank(json!({"number": "512"})), "[0].accounts.bank is not of the form"),
    ] {
        let refused = refused(change);
        assert!(refused.starts_with(expected), "{refused}");
    }
    let changes: [(Change, &str); 9] = [
        (
            |chart| _ = chart[0]["accounts"].as_object_mut().unwrap().remove("supplier"),
            "[0].accounts.supplier is lacking",
        ),
        (|chart| chart[0]["accounts"]["other"] = chart[0]["accounts"]["bank"].clone(), "[0].accounts.other is no name"),
        (|chart| chart[0]["labels"]["set-off"] = json!(""), "[0].labels.set-off must be"),
        (|chart| chart[0]["journals"]["sales"]["code"] = json!("AC"), "[0].journals.sales.code is the code of two"),
        (|chart| chart[0]["journals"]["bank"]["code"] = json!("bq"), "[0].journals.bank.code is not the code"),
        (|chart| chart[0]["vat"]["0"] = chart[0]["vat"]["0.2"].clone(), "[0].vat.0 is not a rate"),
        (
            |chart| chart[0]["vat"]["0.2"]["collected"]["number"] = json!("706"),
            "[0].vat.0.2.collected.number must begin with 445",
        ),
        (|chart| chart[0]["from"] = json!("2026-02-30"), "[0].from is not of the form"),
        (|chart| *chart = json!([chart[0], chart[0]]), "[1].from is the first day of two versions"),
    ];
    for (change, expected) in changes {
        let refused = refused(change);
        assert!(refused.starts_with(expected), "{refused}");
    }
    assert!(refused(|chart| *chart = json!([])).starts_with("chart has no version"));
}
