//! A document as a page, to read and to print: complete HTML with its style, and nothing from elsewhere.

mod annex;
mod countries;
mod labels;
mod tables;

use crate::cii::{Dates, days};
use crate::party::{self, Party};
use crate::tax::{self, Sum};
use crate::words;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rules::Currency;
use rules::money::{Minor, Overflow};
use rules::text::{Language, Text};
use settlement::annex::Annex;
use settlement::complete::Lacking;
use settlement::document::Amounts;
use settlement::number::Number;
use settlement::{Document, DocumentKind};
use tables::Group;

/// The reason why a document has no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// A side lacks something that the document must say.
    #[error(transparent)]
    Lacking(#[from] Lacking),
    /// It is in another currency than EUR and says no VAT in EUR.
    #[error("{0} says no VAT in EUR: a document in another currency needs the rate of its close")]
    NoRate(Number),
    /// The date of something that it names is not given.
    #[error("the document names {0}, and its date is not given: give the dates of all that it names")]
    NoDate(String),
    /// An amount needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

const STYLE: &str = include_str!("page/style.css");

/// The source by which a Content-Security-Policy admits the style of every page (`style-src`), and no other. The page says
/// so itself; a server that sends a policy of its own must admit it too.
pub const STYLE_SOURCE: &str = "'sha256-ur9LlmqzvYcLQJBTRzIggRrfkbkchV+FH8RxATAJ0l0='";

/// A document of any kind as a page in a language: HTML in UTF-8 that needs no other file, and prints on A4. `dates` has
/// the date of each of its [names](DocumentKind::names). It says all that the XML says, and has a page where the XML
/// cannot be. Of a partner's own document it is a record, says so, and shows what is known.
pub fn page(document: &Document, dates: &Dates, language: Language) -> Result<String, PageError> {
    Ok(Page::of(document, dates, language)?.written(None).into_string())
}

/// The same with the document's annex at its end: the entries that its lines add up, each with its contract.
pub fn page_with_annex(
    document: &Document,
    dates: &Dates,
    annex: &Annex<'_>,
    language: Language,
) -> Result<String, PageError> {
    let page = Page::of(document, dates, language)?;
    let rows = page.annex_rows(annex)?;
    Ok(page.written(Some(&rows)).into_string())
}

/// All that a page says.
struct Page<'a> {
    document: &'a Document,
    language: Language,
    seller: Party,
    buyer: Party,
    /// As printed: a credit note's are turned.
    amounts: Amounts,
    vat: Vec<Sum>,
    total_vat: Minor,
    lines: Vec<Group>,
    /// The documents that it names, each with its date.
    named: Vec<String>,
}

impl Page<'_> {
    fn of<'a>(document: &'a Document, dates: &Dates, language: Language) -> Result<Page<'a>, PageError> {
        if labels::record(&document.kind).is_none() {
            party::complete(document)?;
            if document.amounts.in_eur.is_none() && document.account.currency != Currency::EUR {
                return Err(PageError::NoRate(document.number.clone()));
            }
        }
        let (seller, buyer) = party::sides(document);
        let amounts = if document.kind.is_invoice() { document.amounts.clone() } else { document.amounts.turned()? };
        let vat = tax::sums(document.account.direction, &amounts.vat)?;
        let total_vat = Minor::sum(vat.iter().map(|sum| sum.vat))?;
        let lines = tables::groups(&document.account, &amounts.lines, language)?;
        let named = document.kind.names().into_iter().map(|named| {
            let day = dates.get(&named).ok_or_else(|| PageError::NoDate(named.to_string()))?;
            Ok(words::named(&named.to_string(), *day, language))
        });
        let named = named.collect::<Result<_, PageError>>()?;
        Ok(Page { document, language, seller, buyer, amounts, vat, total_vat, lines, named })
    }

    fn text(&self, text: Text) -> &'static str {
        text.in_language(self.language)
    }

    fn amount(&self, amount: Minor) -> String {
        words::amount(amount, self.document.account.currency, self.language)
    }

    fn written(&self, annex: Option<&[annex::Row]>) -> Markup {
        let lang = match self.language {
            Language::Fr => "fr",
            Language::En => "en",
        };
        let (kind, number) = (self.text(labels::kind(&self.document.kind)), self.document.number.to_string());
        html! {
            (DOCTYPE)
            html lang=(lang) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content={ "default-src 'none'; style-src " (STYLE_SOURCE) };
                    title { (number) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        h1 { (kind) " " span { (number) } }
                        @if let Some(notice) = self.notice() { p class="notice" { (notice) } }
                        div class="parties" {
                            (self.party(labels::SELLER, &self.seller))
                            (self.party(labels::BUYER, &self.buyer))
                        }
                        (self.facts())
                        (self.line_table())
                        (self.sums())
                        @if labels::record(&self.document.kind).is_none() { (self.terms()) }
                        @if let Some(rows) = annex { (self.annex_table(rows)) }
                    }
                    footer aria-hidden="true" { (kind) " " (number) }
                }
            }
        }
    }

    /// The sentence that the kind of the document asks for, before all else.
    fn notice(&self) -> Option<String> {
        match &self.document.kind {
            DocumentKind::SelfBilledInvoice => Some(self.text(words::SELF_BILLED).to_owned()),
            DocumentKind::Cancellation { of, reason } => {
                Some(words::cancelled(&of.to_string(), reason.as_str(), self.language))
            }
            kind @ (DocumentKind::Invoice
            | DocumentKind::CreditNote { .. }
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. }) => {
                labels::record(kind).map(|record| self.text(record).to_owned())
            }
        }
    }

    fn party(&self, label: Text, party: &Party) -> Markup {
        let identity = party.identity();
        let country = identity.country().map(|country| match countries::name(country) {
            Some(name) => self.text(name),
            None => country.as_str(),
        });
        html! {
            section {
                h2 { (self.text(label)) }
                @if let Some(name) = identity.legal_name() { p class="name" { (name.as_str()) } }
                @if let Some(legal) = words::legal(identity, self.language) { p { (legal) } }
                @if let Some(address) = identity.address() { p { (address.as_str()) } }
                @if let Some(country) = country { p { (country) } }
                div class="ids" {
                    @if let Some(siren) = identity.siren() {
                        p { (self.text(labels::SIREN)) " " (words::siren(siren)) }
                    }
                    @if let Some(id) = identity.vat_id() { p { (self.text(labels::VAT_ID)) " " (id.as_str()) } }
                }
            }
        }
    }

    fn facts(&self) -> Markup {
        let Document { date, due, account, .. } = self.document;
        let day = |day| words::day(day, self.language);
        let period = days(&self.amounts).map(|(first, last)| words::period(first, last, self.language));
        let settled = (!self.named.is_empty()).then(|| self.text(words::CREDITED).to_owned());
        let facts = [
            (labels::DATE, Some(day(*date))),
            (labels::DUE, due.map(day)),
            (labels::SETTLED, settled),
            (labels::PERIOD, period),
            (labels::CATEGORY, Some(self.text(labels::SERVICES).to_owned())),
            (labels::PARTNER, Some(account.partner_id.to_string())),
        ];
        html! {
            section {
                h2 class="hidden" { (self.text(labels::FACTS)) }
                dl class="facts" {
                    @for (label, fact) in facts {
                        @if let Some(fact) = fact { div { dt { (self.text(label)) } dd { (fact) } } }
                    }
                    @if !self.named.is_empty() {
                        div class="wide" {
                            dt { (self.text(labels::NAMED)) }
                            dd { ul { @for named in &self.named { li { (named) } } } }
                        }
                    }
                }
            }
        }
    }

    /// The terms that the law requires on every invoice.
    fn terms(&self) -> Markup {
        html! {
            section class="terms" {
                h2 { (self.text(labels::TERMS)) }
                ul {
                    @for text in [words::PENALTIES, words::RECOVERY, words::DISCOUNT] { li { (self.text(text)) } }
                }
            }
        }
    }
}
