//! Edge cases of §8.6, each by its name.

use crate::world::*;
use payments::*;
use rules::Minor;
use settlement::document::Named;

#[test]
fn documents_are_paid_by_due_day_then_number_and_numerals_as_numbers() {
    let events = ["A", "10", "9", "009"].map(|text| invoice(FROM, text, 100, "2026-03-01"));
    let mut books = books(&events);
    let first = invoice(FROM, "Z", 100, "2026-02-01");
    assert_eq!(books.record(&first), Ok(Answer::Taken));
    let expected = ["Z", "9", "009", "10", "A"];
    for paid in 1..=expected.len() {
        books.record(&pays(FROM, &format!("P{paid}"), 100, None)).unwrap();
        for (place, number) in expected.iter().enumerate() {
            assert_eq!(open(&books, FROM, number), if place < paid { 0 } else { 100 }, "{number} after {paid}");
        }
    }
}

#[test]
fn a_payment_pays_a_contested_document_that_it_names_and_no_other() {
    let mut books = books(&[
        invoice(TO, "1", 100, "2026-03-01"),
        invoice(TO, "2", 100, "2026-04-01"),
        Event::Contested(contest(TO, "1", 1)),
        Event::Contested(contest(TO, "2", 1)),
        pays(TO, "P1", 150, Some("1")),
    ]);
    assert_eq!((open(&books, TO, "1"), open(&books, TO, "2"), surplus(&books, TO)), (0, 100, 50));
    books.record(&Event::Settled(contest(TO, "2", 1))).unwrap();
    assert_eq!((open(&books, TO, "2"), surplus(&books, TO)), (50, 0));
}

#[test]
fn a_document_is_contested_until_each_of_its_contests_is_settled() {
    let mut books = books(&[
        invoice(TO, "1", 100, "2026-03-01"),
        Event::Contested(contest(TO, "1", 1)),
        Event::Contested(contest(TO, "1", 2)),
        Event::Settled(contest(TO, "1", 1)),
    ]);
    let is_contested = |books: &Books| books.book(account(TO)).unwrap().invoice(&named("1")).unwrap().is_contested();
    assert!(is_contested(&books));
    assert_eq!(books.record(&Event::Contested(contest(TO, "1", 1))), Ok(Answer::NoEffect));
    assert_eq!(books.record(&Event::Settled(contest(TO, "1", 2))), Ok(Answer::Taken));
    assert_eq!(books.record(&Event::Settled(contest(TO, "1", 2))), Ok(Answer::NoEffect));
    assert!(!is_contested(&books));
    let unknown = Refusal::UnknownContest { document: named("1"), number: 3 };
    assert_eq!(books.record(&Event::Settled(contest(TO, "1", 3))), Err(unknown));
}

#[test]
fn what_is_taken_back_opens_the_last_document_first() {
    let mut books = books(&[
        invoice(TO, "1", 100, "2026-03-01"),
        invoice(TO, "2", 100, "2026-04-01"),
        pays(TO, "P1", 230, None),
        takes_back("N1", "P1", 50),
    ]);
    assert_eq!((open(&books, TO, "1"), open(&books, TO, "2"), surplus(&books, TO)), (0, 20, 0));
    books.record(&takes_back("N2", "P1", 100)).unwrap();
    assert_eq!((open(&books, TO, "1"), open(&books, TO, "2")), (20, 100));
    let left = Refusal::MoreThanLeft { payment: id("P1"), currency: currency("EUR"), left: Minor(80) };
    assert_eq!(left.to_string(), "only 0.80 EUR is left of P1: take back that or less");
    assert_eq!(books.record(&takes_back("N3", "P1", 81)), Err(left));
}

#[test]
fn a_payment_taken_back_after_its_surplus_was_paid_back_is_owed_again() {
    let mut books = books(&[pays(FROM, "P1", 100, None), pays_back(FROM, "N1", 60), takes_back("N2", "P1", 100)]);
    assert_eq!(surplus(&books, FROM), -60);
    // A named document is paid before what is owed again, and that before any other document.
    let more =
        [invoice(FROM, "1", 30, "2026-03-01"), invoice(FROM, "2", 30, "2026-02-01"), pays(FROM, "P2", 80, Some("1"))];
    for event in more {
        assert_eq!(books.record(&event), Ok(Answer::Taken));
    }
    assert_eq!((open(&books, FROM, "1"), open(&books, FROM, "2"), surplus(&books, FROM)), (0, 30, -10));
    // What filled it is owed again once more when it is taken back.
    books.record(&takes_back("N3", "P2", 80)).unwrap();
    assert_eq!((open(&books, FROM, "1"), surplus(&books, FROM)), (30, -60));
}

#[test]
fn a_surplus_is_paid_back_from_what_was_recorded_first() {
    let mut books = books(&[pays(FROM, "P1", 100, None), pays(FROM, "P2", 100, None), pays_back(FROM, "N1", 130)]);
    let surpluses = |books: &Books| -> Vec<i64> {
        books.book(account(FROM)).unwrap().credits().map(|credit| credit.surplus().0).collect()
    };
    assert_eq!(surpluses(&books), [0, 70]);
    let more = Refusal::MoreThanSurplus { currency: currency("EUR"), surplus: Minor(70) };
    assert_eq!(books.record(&pays_back(FROM, "N2", 71)), Err(more));
    assert_eq!(surpluses(&books), [0, 70]);
}

#[test]
fn the_contest_of_a_credit_note_changes_nothing() {
    let mut books = books(&[invoice(TO, "1", 100, "2026-03-01"), credit_note(TO, "C", 10, &["1"])]);
    let before = books.clone();
    for event in [Event::Contested(contest(TO, "C", 1)), Event::Settled(contest(TO, "C", 1))] {
        assert_eq!(books.record(&event), Ok(Answer::NoEffect));
    }
    let unknown = Err(Refusal::UnknownDocument(named("2")));
    assert_eq!(books.record(&Event::Contested(contest(TO, "2", 1))), unknown);
    assert_eq!(books, before);
}

#[test]
fn an_id_is_one_payment_of_the_partner_in_every_account() {
    let mut books = books(&[pays(TO, "P1", 100, None), takes_back("N1", "P1", 100)]);
    assert_eq!(books.record(&pays(TO, "P1", 100, None)), Ok(Answer::NoEffect));
    assert_eq!(books.record(&takes_back("N1", "P1", 100)), Ok(Answer::NoEffect));
    let other = Err(Refusal::OtherPayment(id("P1")));
    assert_eq!(books.record(&pays(FROM, "P1", 100, None)), other);
    let chf = Sum::new(amount(100), currency("CHF"), Some(amount(107))).unwrap();
    assert_eq!(books.record(&payment("P1", PaymentKind::Out { names: None }, chf, DAY)), other);
    assert_eq!(books.record(&payment("P1", PaymentKind::Out { names: None }, euros(100), "2026-06-02")), other);
    assert_eq!(books.record(&takes_back("P1", "P1", 100)), other);
}

#[test]
fn only_a_payment_above_zero_of_the_same_currency_is_taken_back() {
    let mut books = books(&[pays(TO, "P1", 100, None), pays_back(TO, "N1", 40), credit_note(TO, "C", 10, &[])]);
    assert_eq!(books.record(&takes_back("N2", "N1", 40)), Err(Refusal::Negative(id("N1"))));
    assert_eq!(books.record(&takes_back("N2", "C", 10)), Err(Refusal::UnknownPayment(id("C"))));
    let chf = Sum::new(amount(10), currency("CHF"), Some(amount(11))).unwrap();
    let event = payment("N2", PaymentKind::TakesBack { payment: id("P1") }, chf, DAY);
    let expected = Refusal::OtherCurrency { payment: id("P1"), currency: currency("EUR") };
    assert_eq!(books.record(&event), Err(expected));
}

#[test]
fn a_payment_names_an_invoice_of_its_own_account() {
    let mut books = books(&[invoice(TO, "1", 100, "2026-03-01"), credit_note(TO, "C", 10, &["1"])]);
    assert_eq!(books.record(&pays(FROM, "P1", 100, Some("1"))), Err(Refusal::UnknownDocument(named("1"))));
    assert_eq!(books.record(&pays(TO, "P1", 100, Some("C"))), Err(Refusal::CreditNote(number("C"))));
    assert_eq!(books.record(&pays(TO, "P1", 100, Some("2"))), Err(Refusal::UnknownDocument(named("2"))));
    let unknown = Refusal::UnknownDocument(Named::OpeningItem("1".parse().unwrap()));
    let names = Some(Named::OpeningItem("1".parse().unwrap()));
    assert_eq!(books.record(&payment("P1", PaymentKind::Out { names }, euros(1), DAY)), Err(unknown));
}

#[test]
fn a_number_is_one_document_of_its_account() {
    let mut books = books(&[invoice(TO, "1", 100, "2026-03-01"), credit_note(TO, "2", 10, &[])]);
    assert_eq!(books.record(&invoice(TO, "1", 100, "2026-03-01")), Ok(Answer::NoEffect));
    assert_eq!(books.record(&credit_note(TO, "2", 10, &[])), Ok(Answer::NoEffect));
    for (event, text) in [
        (invoice(TO, "1", 101, "2026-03-01"), "1"),
        (credit_note(TO, "1", 100, &[]), "1"),
        (invoice(TO, "2", 10, "2026-03-01"), "2"),
        (credit_note(TO, "2", 11, &[]), "2"),
    ] {
        assert_eq!(books.record(&event), Err(Refusal::OtherDocument(named(text))));
    }
    assert_eq!(books.record(&invoice(FROM, "1", 101, "2026-03-01")), Ok(Answer::Taken));
}

#[test]
fn a_set_off_is_one_fact_in_both_directions_and_so_is_what_takes_it_back() {
    let mut books =
        books(&[invoice(TO, "1", 100, "2026-03-01"), invoice(FROM, "1", 70, "2026-03-01"), set_off("S", 60)]);
    assert_eq!((open(&books, TO, "1"), open(&books, FROM, "1")), (40, 10));
    books.record(&takes_back("N", "S", 25)).unwrap();
    assert_eq!((open(&books, TO, "1"), open(&books, FROM, "1")), (65, 35));
    let left = Refusal::MoreThanLeft { payment: id("S"), currency: currency("EUR"), left: Minor(35) };
    assert_eq!(books.record(&takes_back("N2", "S", 36)), Err(left));
}

#[test]
fn a_write_off_pays_in_the_direction_that_it_says() {
    let names = Some(named("2"));
    let books = books(&[
        invoice(FROM, "1", 50, "2026-03-01"),
        invoice(FROM, "2", 50, "2026-04-01"),
        payment("W", PaymentKind::WriteOff { direction: FROM, names }, euros(50), DAY),
    ]);
    assert_eq!((open(&books, FROM, "1"), open(&books, FROM, "2")), (50, 0));
    let payers: Vec<_> = books.book(account(FROM)).unwrap().payers(&named("2")).collect();
    assert_eq!(payers, [(&payments::book::Source::Payment(id("W")), Minor(50))]);
}

#[test]
fn amounts_that_need_more_than_64_bits_are_refused() {
    let mut books = books(&[invoice(TO, "1", i64::MAX - 10, "2026-03-01")]);
    let before = books.clone();
    for event in
        [pays(TO, "P", 11, None), set_off("P", 11), credit_note(TO, "C", 11, &[]), invoice(TO, "2", 11, "2026-03-01")]
    {
        assert_eq!(books.record(&event), Err(Refusal::Overflow(rules::money::Overflow)));
        assert_eq!(books, before);
    }
}

#[test]
fn values_that_are_wrong_cannot_be_made() {
    assert!(Amount::try_from(Minor(0)).is_err() && Amount::try_from(Minor(-1)).is_err());
    assert!(Sum::new(amount(1), currency("CHF"), None).is_err());
    assert!(Sum::new(amount(1), currency("EUR"), Some(amount(1))).is_err());
    let chf = Sum::new(amount(100), currency("CHF"), Some(amount(107))).unwrap();
    assert_eq!((chf.eur(), euros(5).eur()), (amount(107), amount(5)));
    let longest = "é".repeat(64);
    for good in ["1", "Virement 12", longest.as_str()] {
        assert_eq!(good.parse::<PaymentId>().unwrap().as_str(), good);
    }
    let too_long = "x".repeat(65);
    for bad in ["", " ", " a", "a ", "a\nb", "a\u{200b}", too_long.as_str()] {
        assert!(bad.parse::<PaymentId>().is_err(), "{bad:?}");
    }
}
