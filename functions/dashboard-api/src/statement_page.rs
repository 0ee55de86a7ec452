//! A statement to read and to print, without the rest of the page.

use crate::problem::Problem;
use crate::statement::{Statement, line_fields, totals_of};
use ledger::queries::Listed;
use maud::{DOCTYPE, Markup, html};
use rules::programme::Language;
use rules::{Kind, Minor, Totals, explain};

/// A text in both languages.
struct Text(&'static str, &'static str);

impl Text {
    fn of(&self, language: Language) -> &'static str {
        match language {
            Language::Fr => self.0,
            Language::En => self.1,
        }
    }
}

const TITLE: Text = Text("Relevé", "Statement");
const ENTRIES: Text = Text("Écritures du mois", "Entries of the month");
const EARLIER: Text =
    Text("Écritures de mois antérieurs, enregistrées depuis le", "Entries for earlier months, recorded since");
const AS_OF: Text = Text("Tel que connu le", "As known on");
const NOTHING: Text = Text("Aucune écriture.", "No entries.");
const TOTALS: Text = Text("Totaux", "Totals");
const COLUMNS: [Text; 6] = [
    Text("Date", "Day"),
    Text("Contrat", "Contract"),
    Text("Annuité", "Annuity"),
    Text("Explication", "Explanation"),
    Text("Montant", "Amount"),
    Text("Part de l’éditeur", "Vendor’s share"),
];
const TOTAL_COLUMNS: [Text; 4] = [
    Text("Nature", "Kind"),
    Text("Montant", "Amount"),
    Text("Dû au partenaire", "Due to the partner"),
    Text("Dû par le partenaire", "Due from the partner"),
];

fn kind(kind: Kind) -> Text {
    match kind {
        Kind::Commission => Text("Commission", "Commission"),
        Kind::RevenueShare => Text("Part de revenu", "Revenue share"),
        Kind::InstanceDiscount => Text("Remise sur instance", "Instance discount"),
        Kind::EntryFee => Text("Droit d’entrée", "Entry fee"),
    }
}

/// The whole document.
pub(crate) fn page(statement: &Statement) -> Result<Markup, Problem> {
    let language = statement.language;
    let lang = match language {
        Language::Fr => "fr",
        Language::En => "en",
    };
    let title = format!("{} {} – {}", TITLE.of(language), statement.month, statement.name);
    Ok(html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/page/style.css";
                link rel="stylesheet" href="/page/tables.css";
                link rel="stylesheet" href="/page/print.css" media="print";
            }
            body {
                main {
                    h1 { (title) }
                    p { (statement.partner_id) }
                    @if let Some(day) = statement.as_of { p { (AS_OF.of(language)) " " (day) } }
                    @if let Some(note) = statement.unreadable.note(&statement.caller, language) {
                        p class="note bad" { strong { (note) } }
                    }
                    h2 { (ENTRIES.of(language)) }
                    (part(statement, &statement.entries)?)
                    @if let Some(day) = statement.since {
                        h2 { (EARLIER.of(language)) " " (day) }
                        (part(statement, &statement.earlier)?)
                    }
                }
            }
        }
    })
}

fn part(statement: &Statement, entries: &[Listed]) -> Result<Markup, Problem> {
    let language = statement.language;
    if entries.is_empty() {
        return Ok(html! { p { (NOTHING.of(language)) } });
    }
    Ok(html! {
        table {
            thead { tr { @for column in &COLUMNS { th scope="col" { (column.of(language)) } } } }
            tbody { @for listed in entries { (row(listed, language)) } }
        }
        h3 { (TOTALS.of(language)) }
        (totals(&totals_of(&statement.partner_id, entries)?, language))
    })
}

fn row(listed: &Listed, language: Language) -> Markup {
    let (contract_id, term, _) = line_fields(&listed.line);
    let entry = &listed.recorded.entry;
    let amount = |minor| amount(minor, entry.posting.currency, language);
    html! {
        tr {
            td { (entry.posting.booked_on) }
            td { (contract_id) }
            td { (term) }
            td { (explain::entry(entry, language)) }
            td class="amount" { (amount(entry.amount)) }
            td class="amount" { (amount(entry.vendor_share)) }
        }
    }
}

fn totals(totals: &Totals, language: Language) -> Markup {
    html! {
        table {
            thead { tr { @for column in &TOTAL_COLUMNS { th scope="col" { (column.of(language)) } } } }
            tbody {
                @for (group, total) in &totals.0 {
                    @let due = total.due(group.kind);
                    tr {
                        th scope="row" { (kind(group.kind).of(language)) }
                        td class="amount" { (amount(total.amount, group.currency, language)) }
                        td class="amount" { (amount(due.due_to_partner, group.currency, language)) }
                        td class="amount" { (amount(due.due_from_partner, group.currency, language)) }
                    }
                }
            }
        }
    }
}

fn amount(minor: Minor, currency: rules::Currency, language: Language) -> String {
    explain::amount(minor, currency, language)
}
