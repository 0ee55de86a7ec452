//! Properties over generated events of both directions.

use crate::world::*;
use payments::*;
use proptest::prelude::*;
use settlement::Direction;

/// An event: the kind, the direction, two numbers by which it chooses what it names, and an amount.
type Made = (u8, bool, u8, u8, i64);

fn events() -> impl Strategy<Value = Vec<Made>> {
    prop::collection::vec((0..12_u8, any::<bool>(), any::<u8>(), any::<u8>(), 1..6_000_i64), 0..60)
}

const DUE: [&str; 4] = ["2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"];

/// Chooses an earlier event by a number: 1 to the count of events so far.
fn earlier(index: usize, chosen: u8) -> String {
    (usize::from(chosen) % (index + 1)).to_string()
}

fn event(index: usize, (kind, is_to, one, other, minor): Made) -> Event {
    let direction = if is_to { TO } else { FROM };
    let (own, first, second) = (index.to_string(), earlier(index, one), earlier(index, other));
    let contest = || contest(direction, &first, u32::from(other % 2));
    match kind {
        0..=2 => invoice(direction, &own, minor, DUE[usize::from(one % 4)]),
        3 => credit_note(direction, &own, minor, &[&first, &second]),
        4 => pays(direction, &own, minor, None),
        5 => pays(direction, &own, minor, Some(&first)),
        6 => set_off(&own, minor),
        7 => takes_back(&own, &first, minor),
        8 => pays_back(direction, &own, minor % 500 + 1),
        9 => payment(&own, PaymentKind::WriteOff { direction, names: None }, euros(minor), DAY),
        10 => Event::Contested(contest()),
        _ => Event::Settled(contest()),
    }
}

fn made(events: &[Made]) -> Vec<Event> {
    events.iter().enumerate().map(|(index, made)| event(index, *made)).collect()
}

/// A payment moves a direction.
fn is_of(payment: &Payment, direction: Direction, books: &Books) -> bool {
    match &payment.kind {
        PaymentKind::Out { .. } => direction == TO,
        PaymentKind::In { .. } => direction == FROM,
        PaymentKind::SetOff => true,
        PaymentKind::WriteOff { direction: of, .. } | PaymentKind::PaysSurplusBack { direction: of } => {
            direction == *of
        }
        PaymentKind::TakesBack { payment } => is_of(books.payment(payment).unwrap(), direction, books),
    }
}

/// The gross of documents, credit notes below zero, and what is paid, by the events that were taken.
fn gross_and_paid(taken: &[Event], direction: Direction, books: &Books) -> (i64, i64) {
    let (mut gross, mut paid) = (0, 0);
    for event in taken {
        match event {
            Event::Invoice(invoice) if invoice.account == account(direction) => gross += invoice.amount.minor().0,
            Event::CreditNote(note) if note.account == account(direction) => gross -= note.amount.minor().0,
            Event::Payment(payment) if is_of(payment, direction, books) => {
                let minor = payment.sum.amount().minor().0;
                paid += if payment.is_negative() { -minor } else { minor };
            }
            Event::Invoice(_) | Event::CreditNote(_) | Event::Payment(_) | Event::Contested(_) | Event::Settled(_) => {}
        }
    }
    (gross, paid)
}

/// Checks what always holds of a direction.
fn check(books: &Books, taken: &[Event], direction: Direction) -> Result<(), TestCaseError> {
    let (gross, paid) = gross_and_paid(taken, direction, books);
    let Some(book) = books.book(account(direction)) else {
        prop_assert_eq!((gross, paid), (0, 0));
        return Ok(());
    };
    let open: i64 = book.invoices().map(|owing| owing.open().0).sum();
    prop_assert_eq!(gross, paid + open - book.surplus().0);
    let sums = sums(books, account(direction)).unwrap();
    prop_assert_eq!((sums.gross.0, sums.paid.0, sums.open.0, sums.surplus), (gross, paid, open, book.surplus()));
    for owing in book.invoices() {
        let of_it: i64 = book.payers(&owing.invoice().number).map(|(_, minor)| minor.0).sum();
        prop_assert!(owing.open().0 >= 0);
        prop_assert_eq!(owing.open().0 + of_it, owing.invoice().amount.minor().0);
    }
    // A surplus stays only where nothing is owed again, and nothing is open that is not contested.
    if book.credits().any(|credit| credit.surplus().0 > 0) {
        prop_assert!(book.surplus().0 > 0);
        prop_assert!(book.invoices().all(|owing| owing.open().0 == 0 || owing.is_contested()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gross_is_paid_and_open_less_surplus_after_every_event(events in events()) {
        let (mut books, mut taken) = (Books::default(), Vec::new());
        for event in made(&events) {
            if books.record(&event) == Ok(Answer::Taken) {
                taken.push(event);
            }
            check(&books, &taken, TO)?;
            check(&books, &taken, FROM)?;
        }
    }

    #[test]
    fn the_same_again_and_what_is_refused_change_nothing(events in events(), again in any::<u64>()) {
        let (mut books, mut taken) = (Books::default(), Vec::new());
        for event in made(&events) {
            let before = books.clone();
            match books.record(&event) {
                Ok(Answer::Taken) => taken.push(event),
                Ok(Answer::NoEffect) | Err(_) => prop_assert_eq!(&books, &before),
            }
            if let Some(event) = taken.get(usize::try_from(again).unwrap() % taken.len().max(1)) {
                let before = books.clone();
                prop_assert_eq!(books.record(event), Ok(Answer::NoEffect));
                prop_assert_eq!(&books, &before);
            }
        }
    }

    #[test]
    fn the_events_taken_give_the_same_books_again(events in events()) {
        let (mut books, mut taken) = (Books::default(), Vec::new());
        for event in made(&events) {
            if books.record(&event) == Ok(Answer::Taken) {
                taken.push(event);
            }
        }
        prop_assert_eq!(&super::world::books(&taken), &books);
        prop_assert_eq!(&Books::as_of(day("2026-06-01"), &taken), &books);
    }

    #[test]
    fn as_of_any_day_the_sums_add_up(events in events(), days in prop::collection::vec(1..=28_u8, 60), on in 1..=28_u8) {
        let (mut books, mut taken) = (Books::default(), Vec::new());
        for (mut event, day_of) in made(&events).into_iter().zip(days) {
            if let Event::Payment(payment) = &mut event {
                payment.value_day = day(&format!("2026-05-{day_of:02}"));
            }
            if books.record(&event) == Ok(Answer::Taken) {
                taken.push(event);
            }
        }
        let on = day(&format!("2026-05-{on:02}"));
        let then = Books::as_of(on, &taken);
        // What takes back a payment of a later value day does not count yet.
        let counts = |event: &&Event| match event {
            Event::Payment(Payment { kind: PaymentKind::TakesBack { payment }, .. }) => then.payment(payment).is_some(),
            Event::Invoice(_) | Event::CreditNote(_) | Event::Payment(_) | Event::Contested(_) | Event::Settled(_) => true,
        };
        let by_then = taken.iter().filter(|event| event.day().is_none_or(|day| day <= on)).filter(counts);
        let by_then: Vec<Event> = by_then.cloned().collect();
        for direction in [TO, FROM] {
            check(&then, &by_then, direction)?;
        }
    }
}
