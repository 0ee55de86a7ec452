//! A summary as a workbook.

use crate::answers::summary::{Summed, file_name};
use crate::answers::unreadable::note;
use crate::answers::workbooks::{TOTAL_COLUMNS, month, note_row, sheet, sum_rows, total_rows, workbook};
use axum::response::Response;
use reports::balances;
use reports::summary::{Row as OfMonth, Sums};
use rules::PartnerId;
use rules::money::Overflow;
use rules::people::Role;
use rules::programme::Language;
use texts::Heading;
use web::files;
use workbook::{Cell, Row, Sheet};

const PERIOD_COLUMNS: [(Heading, u8); 2] = [(Heading::FirstMonth, 14), (Heading::LastMonth, 14)];
const MONTH_COLUMNS: [(Heading, u8); 1] = [(Heading::Month, 10)];
const PARTNER_COLUMNS: [(Heading, u8); 2] = [(Heading::Partner, 14), (Heading::Name, 28)];

/// Totals of the period, of each month and partner, and of each partner.
pub(crate) fn file(summed: &Summed<'_>, role: &Role, language: Language) -> Result<Response, Overflow> {
    let sums = summed.months.sums()?;
    let sheets =
        vec![totals(summed, &sums, role, language)?, months(summed, language), partners(summed, &sums, language)];
    let [name, known] = [Heading::SummaryFile, Heading::KnownOnFile].map(|heading| heading.in_language(language));
    let name = format!("{}.xlsx", file_name(summed, name, known));
    Ok(files::workbook(&name, &workbook(sheets, language)))
}

fn totals(summed: &Summed<'_>, sums: &Sums<'_>, role: &Role, language: Language) -> Result<Sheet, Overflow> {
    let of = [month(summed.period.from), month(summed.period.to)];
    let mut rows = total_rows(&of, &sums.all, language);
    rows.extend(sum_rows(&of, &balances::of_totals([&sums.all])?, language));
    let known = summed.period.as_of.map(|day| format!("{} {day}", Heading::AsKnownOn.in_language(language)));
    let missing = note(summed.unreadable, role, language);
    rows.extend([known, missing].into_iter().flatten().map(note_row));
    Ok(sheet(Heading::Totals, &[&PERIOD_COLUMNS, &TOTAL_COLUMNS], rows, language))
}

fn months(summed: &Summed<'_>, language: Language) -> Sheet {
    let row = |row: &OfMonth| {
        let [id, name] = partner(summed, &row.partner_id);
        total_rows(&[month(row.month), id, name], &row.totals, language)
    };
    let rows: Vec<Row> = summed.months.rows.iter().flat_map(row).collect();
    sheet(Heading::ByMonth, &[&MONTH_COLUMNS, &PARTNER_COLUMNS, &TOTAL_COLUMNS], rows, language)
}

fn partners(summed: &Summed<'_>, sums: &Sums<'_>, language: Language) -> Sheet {
    let of_partner = sums.partners.iter().map(|(id, totals)| total_rows(&partner(summed, id), totals, language));
    sheet(Heading::ByPartner, &[&PARTNER_COLUMNS, &TOTAL_COLUMNS], of_partner.flatten().collect(), language)
}

fn partner(summed: &Summed<'_>, id: &PartnerId) -> [Cell; 2] {
    [Cell::text(id.as_str()), summed.names.get(id).map_or(Cell::Empty, Cell::text)]
}
