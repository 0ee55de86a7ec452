//! Properties over random entries, closes and payments of both directions in EUR and CHF.

use crate::world::*;
use accounting::chart::ChartAccount;
use accounting::entry::JournalEntry;
use accounting::threshold::{Thresholds, Year};
use accounting::*;
use payments::*;
use proptest::prelude::*;
use rules::{Day, PartnerId};
use settlement::account::Account;
use settlement::document::{Document, Named};
use settlement::{Booking, Direction};
use std::collections::{BTreeMap, BTreeSet};

const MONTHS: [&str; 4] = ["2026-01", "2026-02", "2026-03", "2026-04"];
const CLOSED: [&str; 4] = ["2026-02-03", "2026-03-03", "2026-04-03", "2026-05-04"];
const RATES: [&str; 4] = ["1.05", "1.0735", "0.9871", "1.00000001"];
const DIRECTIONS: [Direction; 2] = [TO, FROM];

/// An entry: partner, kind, currency, month, day, amount, and the days until it was recorded.
type Made = (bool, u8, bool, usize, i8, i64, i8);

/// A payment: kind, partner, direction, currency, what it names, amount, EUR in per cent of it, and the day.
type Paying = (u8, bool, bool, bool, usize, i64, i64, i8);

fn entries() -> impl Strategy<Value = Vec<Made>> {
    let entry = (
        any::<bool>(),
        0..3_u8,
        any::<bool>(),
        0..4_usize,
        1..=28_i8,
        -20_000..60_000_i64,
        prop_oneof![Just(0_i8), 0..60_i8],
    );
    prop::collection::vec(entry, 1..30)
}

fn payments() -> impl Strategy<Value = Vec<(usize, Paying)>> {
    let pays =
        (0..8_u8, any::<bool>(), any::<bool>(), any::<bool>(), any::<usize>(), 1..90_000_i64, 80..130_i64, 1..=28_i8);
    prop::collection::vec((0..4_usize, pays), 0..30)
}

fn code(is_chf: bool) -> &'static str {
    if is_chf { "CHF" } else { "EUR" }
}

fn who(is_second: bool) -> &'static str {
    if is_second { "P-2" } else { "P-1" }
}

fn book(world: &mut World, (second, kind, chf, month, on, minor, late): Made) {
    let kind = ["commission", "revenue-share", "entry-fee"][usize::from(kind)];
    world.book((who(second), kind, code(chf)), minor, &format!("{}-{on:02}", MONTHS[month]));
    let entry = world.entries.last_mut().unwrap();
    entry.recorded_at += jiff::SignedDuration::from_hours(24 * i64::from(late));
}

/// Records a payment, or whatever its books take of it.
fn pay(world: &mut World, month: usize, index: usize, (kind, second, to, chf, chosen, minor, per_cent, on): Paying) {
    let id = partner(who(second));
    let direction = if to { TO } else { FROM };
    let numbers: Vec<Named> = world.documents.iter().map(|document| Named::Document(document.number.clone())).collect();
    let names = numbers.get(chosen % (numbers.len() + 1)).cloned();
    let known: Vec<PaymentId> = world
        .books
        .get(&id)
        .map(|books| books.payments().map(|payment| payment.id.clone()).collect())
        .unwrap_or_default();
    let kind = match kind {
        0 | 1 if to => PaymentKind::Out { names },
        0 | 1 => PaymentKind::In { names },
        2 if to => PaymentKind::Out { names: None },
        2 => PaymentKind::In { names: None },
        3 => PaymentKind::SetOff,
        4 => PaymentKind::WriteOff { direction, names },
        5 => PaymentKind::PaysSurplusBack { direction },
        _ => match known.get(chosen % known.len().max(1)) {
            Some(payment) => PaymentKind::TakesBack { payment: payment.clone() },
            None => return,
        },
    };
    let eur = chf.then(|| amount((minor * per_cent / 100).max(1)));
    let sum = Sum::new(amount(minor), currency(code(chf)), eur).unwrap();
    let value_day = day(&format!("{}-{on:02}", MONTHS[month]));
    let payment = Payment {
        id: format!("N{index}").parse().unwrap(),
        kind,
        sum,
        value_day,
        reference: "VIR | 1".parse().unwrap(),
    };
    world.event(&id, Event::Payment(payment));
}

fn played(entries: &[Made], payments: &[(usize, Paying)]) -> World {
    let mut world = World::new();
    for made in entries {
        book(&mut world, *made);
    }
    for (month, name) in MONTHS.iter().enumerate() {
        world.close(name, CLOSED[month], RATES[month], |_| {});
        for (index, (_, paying)) in payments.iter().enumerate().filter(|(_, (of, _))| *of == month) {
            pay(&mut world, month, index, *paying);
        }
    }
    world
}

/// The balance of an account of a partner, in cents.
fn balance(journal: &[JournalEntry], number: &str, id: &PartnerId) -> i64 {
    let lines = journal.iter().flat_map(|entry| &entry.lines);
    let of_it =
        lines.filter(|line| line.account.number == number && line.party.as_ref().is_some_and(|party| party.id == *id));
    of_it.map(|line| line.eur.0).sum()
}

/// The EUR of what is open less the surplus of an account, worked out anew from its documents and payments; none: something is owed
/// again, which has no such EUR.
fn open_eur(world: &World, id: &PartnerId, direction: Direction) -> Option<i64> {
    let mut sum = 0;
    for code in ["EUR", "CHF"] {
        let Some(book) = world.books.get(id).and_then(|books| books.book(account(code, direction))) else { continue };
        let gross = |number: &Named| {
            let is_it = |document: &&Document| {
                let of =
                    AccountKey::of(&document.account) == account(code, direction) && document.account.partner_id == *id;
                of && Named::Document(document.number.clone()) == *number
            };
            accounting::document::InEur::of(world.documents.iter().find(is_it).unwrap()).unwrap().gross.0.abs()
        };
        for owing in book.invoices() {
            sum += share(gross(&owing.invoice().number), owing.open().0, owing.invoice().amount.minor().0);
        }
        let mut surplus = 0;
        for credit in book.credits() {
            let (eur, all) = match credit.source() {
                payments::book::Source::CreditNote(number) => {
                    (gross(&Named::Document(number.clone())), book.credit_note(number).unwrap().amount.minor().0)
                }
                payments::book::Source::Payment(payment) => {
                    let sum = world.books[id].payment(payment).unwrap().sum;
                    (sum.eur().minor().0, sum.amount().minor().0)
                }
            };
            sum -= share(eur, credit.surplus().0, all);
            surplus += credit.surplus().0;
        }
        if surplus != book.surplus().0 {
            return None;
        }
    }
    Some(sum)
}

/// The EUR of a part of an amount, none of them below zero.
fn share(eur: i64, part: i64, all: i64) -> i64 {
    let (eur, part, all) = (i128::from(eur), i128::from(part), i128::from(all));
    i64::try_from((2 * eur * part + all) / (2 * all)).unwrap()
}

fn cells(file: &File) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(file.bytes()).unwrap();
    text.split_terminator("\r\n").map(|line| line.split('|').map(str::to_owned).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_entry_balances_and_the_accounts_of_partners_stand_at_what_is_open(entries in entries(), payments in payments()) {
        let world = played(&entries, &payments);
        let journal = world.journal();
        for entry in &journal {
            prop_assert!(entry.lines.len() >= 2 && entry.lines.iter().all(|line| line.eur.0 != 0));
            prop_assert_eq!(entry.lines.iter().map(|line| line.eur.0).sum::<i64>(), 0);
        }
        for id in [partner("P-1"), partner("P-2")] {
            if let Some(open) = open_eur(&world, &id, TO) {
                prop_assert_eq!(balance(&journal, "401", &id), -open);
            }
            if let Some(open) = open_eur(&world, &id, FROM) {
                prop_assert_eq!(balance(&journal, "411", &id), open);
            }
            for number in ["4081", "4098", "4181", "4198"] {
                prop_assert_eq!(balance(&journal, number, &id), 0);
            }
        }
    }

    #[test]
    fn accrued_and_documented_is_earned_at_each_months_end(entries in entries(), payments in payments()) {
        let world = played(&entries, &payments);
        let accounts = [false, true].iter().flat_map(|second| [(*second, false), (*second, true)]);
        let accounts = accounts.flat_map(|(second, chf)| DIRECTIONS.map(|direction| Account {
            partner_id: partner(who(second)), currency: currency(code(chf)), direction,
        }));
        for of in accounts {
            for moment in &world.closes {
                let end = moment.month().last();
                let counts = |entry: &&Booking| {
                    entry.is_of(&of) && entry.posting.booked_on <= end && entry.recorded_at <= moment.cut()
                };
                let earned: i64 = world.entries.iter().filter(counts).map(|entry| entry.due().unwrap().1.0).sum();
                let by_then = |document: &&Document| document.account == of && document.date <= end;
                let documented: i64 = world.documents.iter().filter(by_then).map(|document| document.amounts.net.0).sum();
                let is_it = |accrual: &&Accrual| accrual.account == of && accrual.month == moment.month();
                let accrued = world.accruals.iter().find(is_it).map(|accrual| accrual.by_kind().unwrap());
                let accrued: i64 = accrued.into_iter().flat_map(BTreeMap::into_values).map(|minor| minor.0).sum();
                prop_assert_eq!(earned, accrued + documented);
            }
        }
    }

    #[test]
    fn the_file_keeps_the_rules_of_its_layout(entries in entries(), payments in payments()) {
        let world = played(&entries, &payments);
        let (file, _) = fec(&world.journal(), Layout { separator: Separator::Pipe, charset: Charset::Utf8 }, BTreeMap::new());
        let rows = cells(&file);
        prop_assert!(rows.iter().all(|row| row.len() == 18));
        let (mut last, mut places, mut days) = (BTreeMap::<String, u64>::new(), Vec::new(), Vec::new());
        for row in &rows[1..] {
            let (journal, number) = (row[0].clone(), row[2].parse::<u64>().unwrap());
            let before = last.insert(journal.clone(), number).unwrap_or(0);
            prop_assert!(number == before || number == before + 1, "{row:?}");
            places.push((journal, number));
            days.push(row[3].clone());
            for date in [&row[3], &row[9], &row[15]] {
                let iso = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
                prop_assert!(date.len() == 8 && iso.parse::<Day>().is_ok(), "{date}");
            }
            let cents = |text: &str| {
                let (whole, cents) = text.split_once(',').unwrap();
                assert!(cents.len() == 2 && !whole.is_empty() && (whole == "0" || !whole.starts_with('0')), "{text}");
                format!("{whole}{cents}").parse::<u64>().unwrap()
            };
            prop_assert!((cents(&row[11]) == 0) != (cents(&row[12]) == 0), "{row:?}");
            prop_assert_eq!(row[16].is_empty(), row[17].is_empty());
            prop_assert_eq!(row[6].is_empty(), row[7].is_empty());
        }
        // The lines of an entry are adjacent, and entries in the order of their days.
        places.dedup();
        prop_assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len());
        prop_assert!(days.is_sorted());
    }

    #[test]
    fn items_in_another_order_give_the_same_bytes(entries in entries(), payments in payments(), turn in any::<usize>()) {
        let world = played(&entries, &payments);
        let mut other = world.clone();
        for list in 0..4 {
            match list {
                0 => rotate(&mut other.documents, turn),
                1 => rotate(&mut other.events, turn),
                2 => rotate(&mut other.accruals, turn),
                _ => rotate(&mut other.carried, turn),
            }
        }
        let files = |world: &World| {
            let (thresholds, year) = (Thresholds::default(), Year::try_from(2026).unwrap());
            let paid = yearly_declaration(&world.events, &thresholds, year).unwrap();
            let partners = Partners(&world.partners);
            [
                fec(&world.journal(), Layout::default(), BTreeMap::new()).0,
                accruals_table(&world.accruals, partners).unwrap(),
                aging_table(&world.events, &world.carried, partners, day("2026-04-15")).unwrap(),
                declaration_table(&paid, (&thresholds, year), None, partners),
            ]
        };
        prop_assert_eq!(files(&world), files(&other));
    }

    #[test]
    fn the_year_is_all_days_and_each_entry_is_of_one_month(entries in entries(), payments in payments()) {
        let world = played(&entries, &payments);
        let mut parts = world.journal_of("2000-01-01", "2026-02-28");
        parts.extend(world.journal_of("2026-03-01", "2099-12-31"));
        prop_assert_eq!(world.journal(), parts);
    }
}

fn rotate<T>(list: &mut [T], by: usize) {
    if !list.is_empty() {
        list.rotate_left(by % list.len());
        list.reverse();
    }
}

#[test]
fn the_chart_has_no_number_twice() {
    let chart = Chart::standard().unwrap();
    let on = chart.on(day("2026-01-01")).unwrap();
    let roles: &[accounting::role::Role] = strum::VariantArray::VARIANTS;
    let mut accounts: Vec<&ChartAccount> = roles.iter().map(|role| on.account(*role).unwrap()).collect();
    let count = accounts.len();
    accounts.sort();
    accounts.dedup();
    assert_eq!(accounts.len(), count);
}
