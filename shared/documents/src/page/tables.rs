//! The tables of a page: lines by month, sums of VAT, totals.

use crate::cii::priced;
use crate::page::{Page, labels};
use crate::words;
use maud::{Markup, html};
use rules::money::{Minor, Overflow};
use rules::text::{Language, Text};
use rules::{Currency, Month};
use settlement::Account;
use settlement::vat::{TaxedLine, mention};

/// The lines of a month.
pub(crate) struct Group {
    month: Month,
    rows: Vec<Row>,
    subtotal: Minor,
}

/// A line as printed: of one unit, or of minus one.
struct Row {
    description: String,
    quantity: String,
    price: Minor,
    vat: String,
    net: Minor,
}

/// The lines by month, kind and model.
pub(crate) fn groups(account: &Account, lines: &[TaxedLine], language: Language) -> Result<Vec<Group>, Overflow> {
    let mut lines = lines.to_vec();
    lines.sort_by_key(|taxed| taxed.line.key);
    let mut groups: Vec<Group> = Vec::new();
    for taxed in &lines {
        let (month, row) = (taxed.line.key.month, row(account, taxed, language)?);
        match groups.last_mut().filter(|group| group.month == month) {
            Some(group) => {
                group.subtotal = group.subtotal.plus(row.net)?;
                group.rows.push(row);
            }
            None => groups.push(Group { month, subtotal: row.net, rows: vec![row] }),
        }
    }
    Ok(groups)
}

fn row(account: &Account, taxed: &TaxedLine, language: Language) -> Result<Row, Overflow> {
    let net = taxed.line.amount;
    let (quantity, price) = priced(net)?;
    let vat = match mention(account.direction, taxed.regime) {
        Some(mention) => labels::without_vat(mention).in_language(language).to_owned(),
        None => words::percent(taxed.rate, language),
    };
    let description = words::line(taxed, language);
    Ok(Row { description, quantity: quantity.replace('-', "−"), price, vat, net })
}

impl Page<'_> {
    /// A subtotal adds up several lines of a month, where there are several months.
    pub(crate) fn line_table(&self) -> Markup {
        let has_subtotal = |group: &Group| self.lines.len() > 1 && group.rows.len() > 1;
        html! {
            section class="lines" {
                h2 class="hidden" { (self.text(labels::LINES)) }
                table {
                    thead {
                        tr {
                            th scope="col" { (self.text(labels::DESCRIPTION)) }
                            @for label in [labels::QUANTITY, labels::UNIT_PRICE, labels::VAT, labels::NET] {
                                th scope="col" class="number" { (self.text(label)) }
                            }
                        }
                    }
                    @for group in &self.lines {
                        tbody {
                            @for row in &group.rows { (self.row(row)) }
                            @if has_subtotal(group) {
                                tr class="subtotal" {
                                    th scope="row" colspan="4" {
                                        (self.text(labels::SUBTOTAL)) " " (words::month(group.month, self.language))
                                    }
                                    td class="number" { (self.amount(group.subtotal)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn row(&self, row: &Row) -> Markup {
        html! {
            tr {
                th scope="row" { (row.description) }
                td class="number" { (row.quantity) }
                td class="number" { (self.amount(row.price)) }
                td class="number" { (row.vat) }
                td class="number" { (self.amount(row.net)) }
            }
        }
    }

    pub(crate) fn sums(&self) -> Markup {
        html! {
            section class="sums" {
                h2 class="hidden" { (self.text(labels::SUMS)) }
                (self.vat_table())
                (self.totals())
            }
        }
    }

    /// The VAT of each rate, or the reason why there is none.
    fn vat_table(&self) -> Markup {
        html! {
            table {
                thead {
                    tr {
                        th scope="col" { (self.text(labels::RATE)) }
                        @for label in [labels::BASE, labels::VAT_AMOUNT] {
                            th scope="col" class="number" { (self.text(label)) }
                        }
                    }
                }
                tbody {
                    @for sum in &self.vat {
                        tr {
                            th scope="row" {
                                @match sum.mention {
                                    Some(mention) => {
                                        (self.text(words::mention(mention, self.document.account.direction)))
                                    }
                                    None => { (words::percent(sum.rate, self.language)) }
                                }
                            }
                            td class="number" { (self.amount(sum.base)) }
                            td class="number" { (self.amount(sum.vat)) }
                        }
                    }
                }
            }
        }
    }

    fn totals(&self) -> Markup {
        let last = if self.document.kind.is_invoice() { labels::TO_PAY } else { labels::CREDITED };
        html! {
            table class="totals" {
                tbody {
                    (self.total(labels::TOTAL_NET, self.amounts.net))
                    (self.total(labels::TOTAL_VAT, self.total_vat))
                    @if let Some((rate, vat)) = &self.amounts.in_eur {
                        tr class="in-eur" {
                            th scope="row" { (self.text(labels::TOTAL_VAT_IN_EUR)) }
                            td class="number" { (words::amount(*vat, Currency::EUR, self.language)) }
                        }
                        tr class="exchange" {
                            td colspan="2" {
                                (words::exchange(self.document.account.currency, rate, self.language))
                            }
                        }
                    }
                    (self.total(labels::TOTAL_GROSS, self.amounts.gross))
                    tr class="last" {
                        th scope="row" { (self.text(last)) }
                        td class="number" { (self.amount(self.amounts.gross)) }
                    }
                }
            }
        }
    }

    fn total(&self, label: Text, amount: Minor) -> Markup {
        html! {
            tr {
                th scope="row" { (self.text(label)) }
                td class="number" { (self.amount(amount)) }
            }
        }
    }
}
