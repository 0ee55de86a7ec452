//! A statement as a workbook.

use crate::answers::entries::LineName;
use crate::answers::unreadable::note;
use crate::answers::workbooks::{TOTAL_COLUMNS, month, note_row, sheet, sum_rows, total_rows, workbook};
use axum::response::Response;
use ledger::queries::ListedEntry;
use reports::Statement;
use reports::statement::Section;
use rules::balance::who_pays_whom;
use rules::people::Role;
use rules::programme::Language;
use texts::{Heading, explain, names};
use web::files;
use workbook::{Cell, Row, Sheet};

const PARTNER_COLUMNS: [(Heading, u8); 3] = [(Heading::Partner, 14), (Heading::Name, 28), (Heading::Month, 10)];
const ENTRY_COLUMNS: [(Heading, u8); 13] = [
    (Heading::Day, 12),
    (Heading::RecordedOn, 14),
    (Heading::Contract, 20),
    (Heading::Annuity, 9),
    (Heading::Document, 24),
    (Heading::Model, 24),
    (Heading::Kind, 22),
    (Heading::Currency, 9),
    (Heading::Amount, 16),
    (Heading::VendorShare, 16),
    (Heading::DueToPartner, 16),
    (Heading::DueFromPartner, 16),
    (Heading::Explanation, 90),
];

/// Totals and entries of the month, then those of earlier months if they were asked for.
pub(crate) fn file(statement: &Statement, role: &Role, language: Language) -> Response {
    let sheets = |names: [Heading; 2], section| {
        [totals(names[0], statement, section, language), entries(names[1], statement, section, language)]
    };
    let [mut first, second] = sheets([Heading::Totals, Heading::EntriesSheet], &statement.entries);
    first.rows.extend(notes(statement, role, language));
    let mut all = vec![first, second];
    if statement.recorded.since.is_some() {
        all.extend(sheets([Heading::EarlierTotalsSheet, Heading::EarlierEntriesSheet], &statement.earlier));
    }
    let known = statement.recorded.as_of.map(|day| format!("-{}-{day}", Heading::KnownOnFile.in_language(language)));
    let name = Heading::StatementFile.in_language(language);
    let name = format!("{name}-{}-{}{}.xlsx", statement.month, statement.partner_id, known.unwrap_or_default());
    files::workbook(&name, &workbook(all, language))
}

/// Of which days the workbook is, and what it lacks.
fn notes(statement: &Statement, role: &Role, language: Language) -> Vec<Row> {
    let day = |heading: Heading, day| Some(format!("{} {}", heading.in_language(language), day?));
    let recorded = statement.recorded;
    let notes = [
        day(Heading::AsKnownOn, recorded.as_of.map(|day| day.to_string())),
        day(Heading::EarlierEntries, recorded.since.map(|day| day.to_string())),
        note(&statement.unreadable, role, language),
    ];
    notes.into_iter().flatten().map(note_row).collect()
}

fn of_partner(statement: &Statement) -> Vec<Cell> {
    vec![Cell::text(statement.partner_id.as_str()), Cell::text(&statement.name), month(statement.month)]
}

fn totals(name: Heading, statement: &Statement, section: &Section, language: Language) -> Sheet {
    let of = of_partner(statement);
    let mut rows = total_rows(&of, &section.totals, language);
    rows.extend(sum_rows(&of, &section.balances, language));
    sheet(name, &[&PARTNER_COLUMNS, &TOTAL_COLUMNS], rows, language)
}

fn entries(name: Heading, statement: &Statement, section: &Section, language: Language) -> Sheet {
    let row = |listed| Row::from([of_partner(statement), entry(listed, language)].concat());
    let rows = section.entries.iter().map(row).collect();
    sheet(name, &[&PARTNER_COLUMNS, &ENTRY_COLUMNS], rows, language)
}

fn entry(listed: &ListedEntry, language: Language) -> Vec<Cell> {
    let LineName { contract_id, term, cause_kind: _, cause: _ } = (&listed.line).into();
    let (recorded, posting) = (&listed.recorded, &listed.recorded.entry.posting);
    let entry = &recorded.entry;
    let due = who_pays_whom(posting.kind, entry.amount, entry.vendor_share);
    let amount = |minor| Cell::Amount(minor, posting.currency);
    let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    vec![
        Cell::Day(posting.booked_on.date()),
        Cell::Day(rules::day::day_of(recorded.recorded_at)),
        text(contract_id.map(String::from)),
        term.map_or(Cell::Empty, |term| Cell::Count(term.number().into())),
        text(names::document(&listed.line, language)),
        Cell::text(names::model(posting.model, language)),
        Cell::text(names::kind(posting.kind, language)),
        Cell::text(posting.currency.code()),
        amount(entry.amount),
        amount(entry.vendor_share),
        amount(due.due_to_partner),
        amount(due.due_from_partner),
        Cell::text(explain::entry(&listed.line, entry, language)),
    ]
}
