//! The accounting journal by hand, and its layout as the tax office reads it.

use crate::world::*;
use accounting::*;
use payments::PaymentKind;
use rules::Minor;
use settlement::Close;
use settlement::close::Cancel;
use settlement::country::Regime;
use settlement::document::Named;
use settlement::identity::BillingInput;
use settlement::received::{OwnDocument, receive};
use std::collections::BTreeMap;

/// January 2026: P-1 earned 1,000.00 of commission and owes 300.00 of its clients' fees and 50.00 of an entry fee. All of it is
/// invoiced on 3 February at 20 %: 1,200.00 to it; 350.00 + 70.00 = 420.00 from it.
fn january() -> World {
    let mut world = World::new();
    world.book(("P-1", "commission", "EUR"), 100_000, "2026-01-10");
    world.book(("P-1", "revenue-share", "EUR"), 30_000, "2026-01-11");
    world.book(("P-1", "entry-fee", "EUR"), 5_000, "2026-01-12");
    world.close("2026-01", "2026-02-03", "1.05", |_| {});
    world
}

#[test]
fn a_month_is_accrued_reversed_and_documented() {
    assert_eq!(
        all_noted(&january().journal()),
        [
            "2026-01-31 OD 2026-01 EUR from-partner: 706 300,00 C; 7068 50,00 C; 4181/P-1 350,00 D",
            "2026-01-31 OD 2026-01 EUR to-partner: 6222 1000,00 D; 4081/P-1 1000,00 C",
            "2026-02-01 OD 2026-01 EUR from-partner: 706 300,00 D; 7068 50,00 D; 4181/P-1 350,00 C",
            "2026-02-01 OD 2026-01 EUR to-partner: 6222 1000,00 C; 4081/P-1 1000,00 D",
            "2026-02-03 AC AF-P1-000001: 6222 1000,00 D; 44566 200,00 D; 401/P-1 1200,00 C",
            "2026-02-03 VT FP-000001: 411/P-1 420,00 D; 706 300,00 C; 7068 50,00 C; 44571 70,00 C",
        ]
    );
}

#[test]
fn a_payment_of_each_kind_is_booked_on_its_value_day() {
    let mut world = january();
    let out = |world: &World| PaymentKind::Out { names: Some(Named::Document(world.number("AF-P1-000001"))) };
    let set_off = PaymentKind::SetOff;
    world.pay("P-1", "S1", set_off, ("EUR", 10_000, None), "2026-03-05");
    world.pay("P-1", "O1", out(&world), ("EUR", 110_000, None), "2026-03-05");
    world.pay("P-1", "I1", PaymentKind::In { names: None }, ("EUR", 30_000, None), "2026-03-06");
    world.pay("P-1", "W1", PaymentKind::WriteOff { direction: FROM, names: None }, ("EUR", 1_000, None), "2026-03-07");
    world.pay("P-1", "W2", PaymentKind::WriteOff { direction: TO, names: None }, ("EUR", 100, None), "2026-03-08");
    world.pay("P-1", "B1", PaymentKind::PaysSurplusBack { direction: TO }, ("EUR", 100, None), "2026-03-09");
    assert_eq!(
        all_noted(&world.journal_of("2026-03-01", "2026-03-31")),
        [
            "2026-03-05 BQ O1: 401/P-1 1100,00 D; 512 1100,00 C",
            "2026-03-05 OD S1: 401/P-1 100,00 D; 411/P-1 100,00 C",
            "2026-03-06 BQ I1: 411/P-1 300,00 C; 512 300,00 D",
            "2026-03-07 OD W1: 411/P-1 10,00 C; 658 10,00 D",
            "2026-03-08 OD W2: 401/P-1 1,00 D; 758 1,00 C",
            "2026-03-09 BQ B1: 401/P-1 1,00 C; 512 1,00 D",
        ]
    );
}

#[test]
fn what_takes_back_a_payment_turns_its_accounts() {
    let mut world = january();
    let back = |name: &str| PaymentKind::TakesBack { payment: name.parse().unwrap() };
    world.pay("P-1", "O1", PaymentKind::Out { names: None }, ("EUR", 110_000, None), "2026-03-05");
    world.pay("P-1", "S1", PaymentKind::SetOff, ("EUR", 10_000, None), "2026-03-05");
    world.pay("P-1", "W1", PaymentKind::WriteOff { direction: FROM, names: None }, ("EUR", 1_000, None), "2026-03-05");
    world.pay("P-1", "N1", back("O1"), ("EUR", 110_000, None), "2026-03-10");
    world.pay("P-1", "N2", back("S1"), ("EUR", 4_000, None), "2026-03-11");
    world.pay("P-1", "N3", back("W1"), ("EUR", 1_000, None), "2026-03-12");
    assert_eq!(
        all_noted(&world.journal_of("2026-03-06", "2026-03-31")),
        [
            "2026-03-10 BQ N1: 401/P-1 1100,00 C; 512 1100,00 D",
            "2026-03-11 OD N2: 401/P-1 40,00 C; 411/P-1 40,00 D",
            "2026-03-12 OD N3: 411/P-1 10,00 D; 658 10,00 C",
        ]
    );
}

#[test]
fn a_cancellation_turns_what_it_cancels_and_its_lines_come_again() {
    let mut world = january();
    let cancel = Cancel { number: world.number("FP-000001"), reason: "Wrong client".parse().unwrap() };
    world.close("2026-02", "2026-03-03", "1.05", |close| close.cancels.push(cancel));
    assert_eq!(
        all_noted(&world.journal_of("2026-03-03", "2026-03-03")),
        [
            "2026-03-03 VT FP-000002: 411/P-1 420,00 C; 706 300,00 D; 7068 50,00 D; 44571 70,00 D",
            "2026-03-03 VT FP-000003: 411/P-1 420,00 D; 706 300,00 C; 7068 50,00 C; 44571 70,00 C",
        ]
    );
    // Its month's end accrues nothing: what was documented in it is cancelled only later.
    assert!(world.accruals.iter().all(|accrual| accrual.month.to_string() == "2026-01"));
}

/// CHF 1,000.00 at 1.05 is 1,050.00 EUR. A Swiss partner states no VAT: the vendor owes and deducts 20 % of it, CHF 200.00, 210.00 EUR.
#[test]
fn a_document_from_abroad_has_its_reverse_charge_at_its_own_rate() {
    let mut world = World::new();
    world.book(("P-2", "commission", "CHF"), 100_000, "2026-01-10");
    world.book(("P-2", "entry-fee", "CHF"), 1_001, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1.05", |_| {});
    assert_eq!(
        all_noted(&world.journal()),
        [
            "2026-01-31 OD 2026-01 CHF from-partner: 7068 10,51 C (-10.01 CHF); 4181/P-2 10,51 D (10.01 CHF)",
            "2026-01-31 OD 2026-01 CHF to-partner: 6222 1050,00 D (1000.00 CHF); 4081/P-2 1050,00 C (-1000.00 CHF)",
            "2026-02-01 OD 2026-01 CHF from-partner: 7068 10,51 D (10.01 CHF); 4181/P-2 10,51 C (-10.01 CHF)",
            "2026-02-01 OD 2026-01 CHF to-partner: 6222 1050,00 C (-1000.00 CHF); 4081/P-2 1050,00 D (1000.00 CHF)",
            "2026-02-03 AC AF-P2-000001: 6222 1050,00 D (1000.00 CHF); 401/P-2 1050,00 C (-1000.00 CHF); \
             445662 210,00 D (200.00 CHF); 445712 210,00 C (-200.00 CHF)",
            "2026-02-03 VT FP-000001: 411/P-2 10,51 D (10.01 CHF); 7068 10,51 C (-10.01 CHF)",
        ]
    );
}

/// P-1 in CHF with VAT: 333.33 + 66.67 = 400.00. At 1.0735: 357.83 + 71.57 = 429.40, and 400.00 × 1.0735 is 429.40 too.
#[test]
fn the_vat_in_eur_is_what_the_document_states() {
    let mut world = World::new();
    world.book(("P-1", "commission", "CHF"), 33_333, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1.0735", |_| {});
    assert_eq!(
        noted(&world.journal_of("2026-02-03", "2026-02-03")[0]),
        "2026-02-03 AC AF-P1-000001: 6222 357,83 D (333.33 CHF); 44566 71,57 D (66.67 CHF); 401/P-1 429,40 C (-400.00 CHF)"
    );
}

/// CHF 0.51 of December 2013 at 19.6 % and CHF 0.50 of January 2014 at 20 %: 0.10 of VAT each, which would be 0.11 EUR each at 1.05. The
/// document states 0.20 × 1.05 = 0.21, so the second is 0.10. Net 1.01 is 1.06.
#[test]
fn the_vat_of_two_rates_adds_up_to_what_the_document_states() {
    let mut world = World::new();
    world.book(("P-1", "commission", "CHF"), 51, "2013-12-10");
    world.book(("P-1", "commission", "CHF"), 50, "2014-01-10");
    world.close("2014-01", "2026-02-03", "1.05", |_| {});
    assert_eq!(
        noted(&world.journal_of("2026-02-03", "2026-02-03")[0]),
        "2026-02-03 AC AF-P1-000001: 6222 1,06 D (1.01 CHF); 445663 0,11 D (0.10 CHF); 44566 0,10 D (0.10 CHF); \
         401/P-1 1,27 C (-1.21 CHF)"
    );
}

#[test]
fn the_layout_has_18_columns_in_latin_9() {
    let (file, next) = fec(&january().journal_of("2026-02-03", "2026-02-03"), Layout::default(), BTreeMap::new());
    let text: String = file.bytes().iter().map(|byte| if *byte == 0xbd { 'œ' } else { char::from(*byte) }).collect();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t\
         EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise"
    );
    assert_eq!(
        lines[4],
        "VT\tVentes\t1\t20260203\t411\tClients\tP-1\tÉditions Cœur\tFP-000001\t20260203\tFacture FP-000001 Éditions Cœur\t\
         420,00\t0,00\t\t\t20260203\t\t"
    );
    assert_eq!(
        lines[3],
        "AC\tAchats\t1\t20260203\t401\tFournisseurs\tP-1\tÉditions Cœur\tAF-P1-000001\t20260203\t\
         Autofacture AF-P1-000001 Éditions Cœur\t0,00\t1200,00\t\t\t20260203\t\t"
    );
    assert_eq!((lines.len(), next.values().copied().collect::<Vec<_>>()), (8, vec![2, 2]));
    // What `sha256sum` says of these bytes.
    assert_eq!(file.sha256(), "08d446c9470fc7f1ae63b4fd0a39b012182417415eeb253c7579cc1cf831b95c");
}

#[test]
fn numbers_go_on_where_the_last_file_ended() {
    let layout = Layout { separator: Separator::Pipe, charset: Charset::Utf8 };
    let world = january();
    let (_, next) = fec(&world.journal_of("2026-01-01", "2026-01-31"), layout, BTreeMap::new());
    let (file, next) = fec(&world.journal_of("2026-02-01", "2026-02-28"), layout, next);
    let text = std::str::from_utf8(file.bytes()).unwrap();
    let numbers: Vec<String> =
        text.lines().skip(1).map(|line| line.split('|').step_by(2).take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        numbers,
        ["OD 3", "OD 3", "OD 3", "OD 4", "OD 4", "AC 1", "AC 1", "AC 1", "VT 1", "VT 1", "VT 1", "VT 1"]
    );
    assert_eq!(next.into_values().collect::<Vec<_>>(), [2, 2, 5]);
}

/// P-1 without a mandate sends its own invoice of 15 February for the 1,000.00 carried in January, with a VAT of 200.01. It is recorded
/// on 20 March: booked that day, its date beside it. It is due by its own date; January's and February's ends accrue it.
#[test]
fn a_partners_own_invoice_is_booked_when_it_is_recorded_with_its_own_vat() {
    let mut world = World::new();
    for version in &mut world.partners.get_mut(&partner("P-1")).unwrap().0 {
        let mut input = BillingInput::from(version.of.clone());
        input.mandate = None;
        version.of = input.try_into().unwrap();
    }
    world.book(("P-1", "commission", "EUR"), 100_000, "2026-01-10");
    world.close("2026-01", "2026-02-03", "1", |_| {});
    world.close("2026-02", "2026-03-03", "1", |_| {});
    let account = world.carried[0].account.clone();
    let close = Close::plain(world.closes[1]);
    let own = OwnDocument {
        lines: world.records().lines(&account, &close.moment, &[]).unwrap(),
        account,
        number: "2026/7".parse().unwrap(),
        date: day("2026-02-15"),
        vat: [((Regime::FrVat, "0.2".parse().unwrap()), Minor(20_001))].into(),
        recorded_at: "2026-03-20T12:00:00Z".parse().unwrap(),
    };
    let document = receive(own, &close, &world.records()).unwrap();
    world.documents.push(document);
    world.close("2026-03", "2026-04-03", "1", |_| {});
    let journal = world.journal();
    let noted = all_noted(&journal);
    assert_eq!(
        noted.iter().filter(|entry| entry.contains("AC")).collect::<Vec<_>>(),
        ["2026-03-20 AC 2026/7: 6222 1000,00 D; 44566 200,01 D; 401/P-1 1200,01 C"]
    );
    let entry = &journal[noted.iter().position(|entry| entry.contains("2026/7")).unwrap()];
    assert_eq!((entry.piece_date, entry.label.as_str()), (day("2026-02-15"), "Facture reçue 2026/7 Éditions Cœur"));
    let accrued: Vec<String> = world.accruals.iter().map(|accrual| accrual.month.to_string()).collect();
    assert_eq!(accrued, ["2026-01", "2026-02"]);
}
