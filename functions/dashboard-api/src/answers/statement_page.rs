//! A statement to read and to print, without the rest of the page.

use crate::access::Caller;
use crate::answers::entries::LineName;
use crate::answers::unreadable::note;
use ledger::queries::ListedEntry;
use maud::{DOCTYPE, Markup, html};
use reports::Statement;
use reports::statement::Section;
use rules::text::{Language, Text};
use rules::{Minor, Totals, explain, names};

const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}

const TITLE: Text = text("Décompte", "Statement");
const ENTRIES: Text = text("Écritures du mois", "Entries of the month");
const EARLIER: Text =
    text("Écritures de mois antérieurs, enregistrées depuis le", "Entries for earlier months, recorded since");
const AS_OF: Text = text("Tel que connu le", "As known on");
const NOTHING: Text = text("Aucune écriture.", "No entries.");
const TOTALS: Text = text("Totaux", "Totals");
const COLUMNS: [Text; 6] = [
    text("Date", "Day"),
    text("Contrat", "Contract"),
    text("Annuité", "Annuity"),
    text("Explication", "Explanation"),
    text("Montant", "Amount"),
    text("Part de l’éditeur", "Vendor’s share"),
];
const TOTAL_COLUMNS: [Text; 4] = [
    text("Nature", "Kind"),
    text("Montant", "Amount"),
    text("Dû au partenaire", "Due to the partner"),
    text("Dû par le partenaire", "Due from the partner"),
];

/// The whole document.
pub(crate) fn page(statement: &Statement, caller: &Caller, language: Language) -> Markup {
    let lang = match language {
        Language::Fr => "fr",
        Language::En => "en",
    };
    let title = format!("{} {} – {}", TITLE.in_language(language), statement.month, statement.name);
    html! {
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
                    @if let Some(day) = statement.recorded.as_of { p { (AS_OF.in_language(language)) " " (day) } }
                    @if let Some(note) = note(&statement.unreadable, caller, language) {
                        p class="note bad" { strong { (note) } }
                    }
                    h2 { (ENTRIES.in_language(language)) }
                    (section(&statement.entries, language))
                    @if let Some(day) = statement.recorded.since {
                        h2 { (EARLIER.in_language(language)) " " (day) }
                        (section(&statement.earlier, language))
                    }
                }
            }
        }
    }
}

fn section(section: &Section, language: Language) -> Markup {
    if section.entries.is_empty() {
        return html! { p { (NOTHING.in_language(language)) } };
    }
    html! {
        table {
            thead { tr { @for column in &COLUMNS { th scope="col" { (column.in_language(language)) } } } }
            tbody { @for listed in &section.entries { (row(listed, language)) } }
        }
        h3 { (TOTALS.in_language(language)) }
        (totals(&section.totals, language))
    }
}

fn row(listed: &ListedEntry, language: Language) -> Markup {
    let LineName { contract_id, term, cause_kind: _, cause: _ } = (&listed.line).into();
    let entry = &listed.recorded.entry;
    let amount = |minor| amount(minor, entry.posting.currency, language);
    html! {
        tr {
            td { (entry.posting.booked_on) }
            td { @if let Some(id) = contract_id { (id) } }
            td { @if let Some(term) = term { (term) } }
            td { (explain::entry(&listed.line, entry, language)) }
            td class="amount" { (amount(entry.amount)) }
            td class="amount" { (amount(entry.vendor_share)) }
        }
    }
}

fn totals(totals: &Totals, language: Language) -> Markup {
    html! {
        table {
            thead { tr { @for column in &TOTAL_COLUMNS { th scope="col" { (column.in_language(language)) } } } }
            tbody {
                @for (group, total) in &totals.0 {
                    @let due = total.due(group.kind);
                    tr {
                        th scope="row" { (names::kind(group.kind).in_language(language)) }
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
