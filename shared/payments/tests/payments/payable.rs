//! The amount payable, and each reason why nothing is (§8.7).

use crate::world::*;
use payments::payable::Facts;
use payments::*;
use rules::{Currency, Minor};
use settlement::Account;
use settlement::account::Booking;
use settlement::identity::Billing;
use settlement::lines::{Line, LineKey};
use settlement::versions::{Version, Versions};

const ON: &str = "2026-06-01";

fn facts(billing: &Billing) -> Facts<'_> {
    Facts { billing: Some(billing), undocumented_to: Minor(0), undocumented_from: Minor(0), is_under_way: false }
}

/// The transfer of these events in EUR, by these facts.
fn transfer(events: &[Event], facts: &Facts<'_>) -> Result<i64, Vec<NotPayable>> {
    let payable = payable(&books(events), Currency::EUR, day(ON), facts).unwrap();
    payable.transfer.map(|amount| amount.minor().0)
}

fn due_to() -> Event {
    invoice(TO, "1", 100, ON)
}

#[test]
fn what_is_open_and_due_by_the_day_is_payable() {
    let events = [due_to(), invoice(TO, "2", 50, "2026-06-02"), pays(TO, "P", 30, None)];
    assert_eq!(transfer(&events, &facts(&billing(|_| {}))), Ok(70));
}

#[test]
fn a_contested_document_is_not_payable() {
    let events = [due_to(), invoice(TO, "2", 50, ON), Event::Contested(contest(TO, "1", 1))];
    assert_eq!(transfer(&events, &facts(&billing(|_| {}))), Ok(50));
}

#[test]
fn what_is_not_documented_is_retained_if_below_zero() {
    let billing = billing(|_| {});
    let with = |minor| Facts { undocumented_to: Minor(minor), ..facts(&billing) };
    assert_eq!(transfer(&[due_to()], &with(-40)), Ok(60));
    assert_eq!(transfer(&[due_to()], &with(40)), Ok(100));
    assert_eq!(transfer(&[due_to()], &with(-100)), Err(vec![NotPayable::NothingDue]));
}

#[test]
fn what_is_overdue_from_the_partner_is_set_off_if_agreed() {
    let events = [
        due_to(),
        invoice(FROM, "1", 30, "2026-05-31"),
        invoice(FROM, "2", 9, ON),
        invoice(FROM, "3", 9, "2026-05-01"),
        Event::Contested(contest(FROM, "3", 1)),
    ];
    let (agreed, not_agreed) = (billing(|_| {}), billing(|billing| billing["set_off"] = false.into()));
    assert_eq!(transfer(&events, &facts(&agreed)), Ok(70));
    assert_eq!(transfer(&events, &facts(&not_agreed)), Ok(100));
    let credited = Facts { undocumented_from: Minor(-20), ..facts(&agreed) };
    assert_eq!(transfer(&events, &credited), Ok(90));
    let credited = Facts { undocumented_from: Minor(-50), ..facts(&agreed) };
    assert_eq!(transfer(&events, &credited), Ok(100));
}

#[test]
fn what_is_owed_again_by_the_partner_is_set_off_too() {
    let events = [due_to(), pays(FROM, "P", 20, None), pays_back(FROM, "N", 20), takes_back("M", "P", 20)];
    assert_eq!(transfer(&events, &facts(&billing(|_| {}))), Ok(80));
}

#[test]
fn no_more_is_set_off_than_is_due() {
    let events = [due_to(), invoice(FROM, "1", 300, "2026-05-01")];
    let (billing, books) = (billing(|_| {}), books(&events));
    let facts = Facts { undocumented_to: Minor(-10), ..facts(&billing) };
    let payable = payable(&books, Currency::EUR, day(ON), &facts).unwrap();
    assert_eq!((payable.due, payable.retained, payable.set_off), (Minor(100), Minor(10), Minor(90)));
    assert_eq!(payable.transfer, Err(vec![NotPayable::NothingDue]));
}

#[test]
fn nothing_due_is_a_reason() {
    let billing = billing(|_| {});
    assert_eq!(transfer(&[], &facts(&billing)), Err(vec![NotPayable::NothingDue]));
    assert_eq!(transfer(&[invoice(TO, "1", 100, "2026-06-02")], &facts(&billing)), Err(vec![NotPayable::NothingDue]));
    assert_eq!(transfer(&[due_to(), pays(TO, "P", 100, None)], &facts(&billing)), Err(vec![NotPayable::NothingDue]));
}

#[test]
fn no_sepa_iban_is_a_reason() {
    let none = billing(|billing| billing["iban"] = serde_json::Value::Null);
    let brazil = billing(|billing| billing["iban"] = "BR1800360305000010009795493C1".into());
    for billing in [none, brazil] {
        assert_eq!(transfer(&[due_to()], &facts(&billing)), Err(vec![NotPayable::NoSepaIban]));
    }
    let nobody = Facts { billing: None, undocumented_to: Minor(0), undocumented_from: Minor(0), is_under_way: false };
    assert_eq!(transfer(&[due_to()], &nobody), Err(vec![NotPayable::NoSepaIban]));
}

#[test]
fn a_transfer_under_way_is_a_reason() {
    let billing = billing(|_| {});
    let facts = Facts { is_under_way: true, ..facts(&billing) };
    assert_eq!(transfer(&[due_to()], &facts), Err(vec![NotPayable::TransferUnderWay]));
}

#[test]
fn another_currency_is_a_reason() {
    let chf = AccountKey { currency: currency("CHF"), direction: TO };
    let Event::Invoice(invoice) = due_to() else { panic!("it is an invoice") };
    let books = books(&[Event::Invoice(Invoice { account: chf, ..invoice })]);
    let payable = payable(&books, currency("CHF"), day(ON), &facts(&billing(|_| {}))).unwrap();
    assert_eq!((payable.due, payable.transfer), (Minor(100), Err(vec![NotPayable::OtherCurrency])));
}

#[test]
fn every_reason_is_said() {
    let facts = Facts { billing: None, undocumented_to: Minor(0), undocumented_from: Minor(0), is_under_way: true };
    let payable = payable(&Books::default(), currency("CHF"), day(ON), &facts).unwrap();
    let all = <NotPayable as strum::VariantArray>::VARIANTS;
    assert_eq!(payable.transfer, Err(all.to_vec()));
}

#[test]
fn what_is_not_documented_has_the_vat_of_its_months() {
    let account = Account { partner_id: "P-1".parse().unwrap(), currency: Currency::EUR, direction: TO };
    let entry = |amount: i64, booked_on: &str| Booking {
        posting: rules::PostingKey {
            partner_id: account.partner_id.clone(),
            kind: rules::Kind::Commission,
            model: rules::Model::Referrer,
            currency: Currency::EUR,
            booked_on: day(booked_on),
        },
        amount: Minor(amount),
        vendor_share: Minor(0),
        recorded_at: "2026-05-01T00:00:00Z".parse().unwrap(),
        contract_id: None,
    };
    let key =
        LineKey { month: "2026-04".parse().unwrap(), kind: rules::Kind::Commission, model: rules::Model::Referrer };
    let documented = [Line { key, amount: Minor(500) }];
    let entries = [entry(500, "2026-04-10"), entry(-300, "2026-05-31"), entry(1000, "2026-06-02")];
    let french = billing(|billing| {
        billing["country"] = "FR".into();
        billing["regime"] = "fr-vat".into();
    });
    let version = Version { from: day("2020-01-01"), recorded_at: "2020-01-01T00:00:00Z".parse().unwrap(), of: french };
    let partner = Versions(vec![version]);
    let earnings =
        undocumented::Earnings { account: &account, entries: &entries, documented: &documented, partner: &partner };
    let through = |on: &str| undocumented(&earnings, day(on), "2026-06-01T00:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(
        (through("2026-05-30"), through("2026-06-01"), through("2026-06-02")),
        (Minor(0), Minor(-360), Minor(840))
    );
    let without = undocumented::Earnings { partner: &Versions::default(), ..earnings };
    let sum = undocumented(&without, day(ON), "2026-06-01T00:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(sum, Minor(-300));
}
