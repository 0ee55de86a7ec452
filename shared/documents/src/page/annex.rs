//! The annex of a document on its page: the entries that its lines add up, each with its contract, and what is due again.

use crate::page::{Page, labels};
use crate::words;
use maud::{Markup, html};
use rules::money::{Minor, Overflow};
use settlement::Booking;
use settlement::annex::Annex;
use settlement::lines::Line;

/// A row as printed: a credit note's amounts are turned.
pub(crate) struct Row {
    when: String,
    contract: String,
    nature: String,
    amount: Minor,
}

impl Page<'_> {
    pub(crate) fn annex_rows(&self, annex: &Annex<'_>) -> Result<Vec<Row>, Overflow> {
        let entries = annex.entries.iter().map(|entry| self.entry(entry));
        let due_again = annex.due_again.iter().map(|line| self.due_again(line));
        entries.chain(due_again).collect()
    }

    fn entry(&self, entry: &Booking) -> Result<Row, Overflow> {
        let (posting, amount) = (&entry.posting, entry.due().map_or(Minor::ZERO, |(_, amount)| amount));
        Ok(Row {
            when: words::day(posting.booked_on, self.language),
            contract: entry.contract_id.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string),
            nature: words::entry(posting.kind, posting.model, self.language),
            amount: self.document.printed(amount)?,
        })
    }

    fn due_again(&self, Line { key, amount }: &Line) -> Result<Row, Overflow> {
        let nature = words::entry(key.kind, key.model, self.language);
        Ok(Row {
            when: words::month(key.month, self.language),
            contract: "–".to_owned(),
            nature: format!("{nature} – {}", self.text(labels::DUE_AGAIN)),
            amount: self.document.printed(*amount)?,
        })
    }

    pub(crate) fn annex_table(&self, rows: &[Row]) -> Markup {
        html! {
            section class="lines" {
                h2 { (self.text(labels::ANNEX)) }
                table {
                    thead {
                        tr {
                            @for label in [labels::BOOKED, labels::CONTRACT, labels::DESCRIPTION] {
                                th scope="col" { (self.text(label)) }
                            }
                            th scope="col" class="number" { (self.text(labels::NET)) }
                        }
                    }
                    tbody {
                        @for row in rows {
                            tr {
                                td { (row.when) }
                                th scope="row" { (row.contract) }
                                td { (row.nature) }
                                td class="number" { (self.amount(row.amount)) }
                            }
                        }
                        tr class="subtotal" {
                            th scope="row" colspan="3" { (self.text(labels::TOTAL_NET)) }
                            td class="number" { (self.amount(self.amounts.net)) }
                        }
                    }
                }
            }
        }
    }
}
