//! A statement to read and to print, without the rest of the page.

use crate::answers::entries::LineName;
use crate::answers::unreadable::note;
use crate::files::STYLE;
use ledger::queries::ListedEntry;
use maud::{DOCTYPE, Markup, html};
use reports::Statement;
use reports::statement::Section;
use rules::balance::Balance;
use rules::people::Role;
use rules::text::Language;
use rules::{Currency, Minor};
use texts::{Heading, explain, names, numbers};

const COLUMNS: [Heading; 7] = [
    Heading::Day,
    Heading::Contract,
    Heading::Annuity,
    Heading::Document,
    Heading::Explanation,
    Heading::Amount,
    Heading::VendorShare,
];
const TOTAL_COLUMNS: [Heading; 5] =
    [Heading::Model, Heading::Kind, Heading::Amount, Heading::DueToPartner, Heading::DueFromPartner];

/// The whole document.
pub(crate) fn page(statement: &Statement, role: &Role, language: Language) -> Markup {
    let lang = match language {
        Language::Fr => "fr",
        Language::En => "en",
    };
    let title = format!("{} {} – {}", Heading::Statement.in_language(language), statement.month, statement.name);
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href={ "/page/" (STYLE.name) };
            }
            body {
                main {
                    h1 { (title) }
                    p { (statement.partner_id) }
                    @if let Some(day) = statement.recorded.as_of { p { (Heading::AsKnownOn.in_language(language)) " " (day) } }
                    @if let Some(note) = note(&statement.unreadable, role, language) {
                        p class="note bad" { strong { (note) } }
                    }
                    h2 { (Heading::Entries.in_language(language)) }
                    (section(&statement.entries, language))
                    @if let Some(day) = statement.recorded.since {
                        h2 { (Heading::EarlierEntries.in_language(language)) " " (day) }
                        (section(&statement.earlier, language))
                    }
                }
            }
        }
    }
}

fn section(section: &Section, language: Language) -> Markup {
    if section.entries.is_empty() {
        return html! { p { (Heading::NoEntries.in_language(language)) } };
    }
    html! {
        table {
            thead { tr { @for column in &COLUMNS { th scope="col" { (column.in_language(language)) } } } }
            tbody { @for listed in &section.entries { (row(listed, language)) } }
        }
        h3 { (Heading::Totals.in_language(language)) }
        (totals(section, language))
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
            td { (names::document(&listed.line, language).unwrap_or_default()) }
            td { (explain::entry(&listed.line, entry, language)) }
            td class="amount" { (amount(entry.amount)) }
            td class="amount" { (amount(entry.vendor_share)) }
        }
    }
}

/// The totals of each model and kind, then the sum of each currency. An amount that is earned and one that is owed are
/// not added: sums are of what is due.
fn totals(section: &Section, language: Language) -> Markup {
    html! {
        table {
            thead { tr { @for column in &TOTAL_COLUMNS { th scope="col" { (column.in_language(language)) } } } }
            tbody {
                @for (group, total) in &section.totals.0 {
                    tr {
                        th scope="row" { (names::model(group.model, language)) }
                        td { (names::kind(group.kind, language)) }
                        td class="amount" { (amount(total.amount, group.currency, language)) }
                        (due(total.due(group.kind), group.currency, language))
                    }
                }
            }
            tfoot {
                @for (currency, balance) in &section.balances.0 {
                    tr {
                        th scope="row" colspan="3" { (Heading::Total.in_language(language)) " " (currency) }
                        (due(*balance, *currency, language))
                    }
                }
            }
        }
    }
}

fn due(balance: Balance, currency: Currency, language: Language) -> Markup {
    html! {
        td class="amount" { (amount(balance.due_to_partner, currency, language)) }
        td class="amount" { (amount(balance.due_from_partner, currency, language)) }
    }
}

fn amount(minor: Minor, currency: Currency, language: Language) -> String {
    numbers::amount(minor, currency, language)
}
