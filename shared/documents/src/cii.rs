//! The XML of a document: CII in the profile EN 16931.
//!
//! Elements are in the order of the schema; comments name the terms of EN 16931 (BT, BG) where their names do not.

use crate::party::{self, Party};
use crate::tax::{self, Category, Sum};
use crate::words;
use crate::xml::{Xml, element, element_with, text, text_with};
use rules::money::{Minor, Overflow};
use rules::text::{Language, Text};
use rules::{Currency, Day};
use settlement::complete::{Lacking, Side};
use settlement::document::{Amounts, Named, NoXml};
use settlement::identity::Field;
use settlement::number::Number;
use settlement::vat::TaxedLine;
use settlement::{Document, DocumentKind};
use std::collections::BTreeMap;

/// The dates of what a credit note or a cancellation names.
pub type Dates = BTreeMap<Named, Day>;

/// The reason why a document has no XML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CiiError {
    /// It is the partner's own.
    #[error("{0} is the partner's own document: its XML is the one that the partner sends")]
    Received(Number),
    /// Its currency has more than two decimals.
    #[error(transparent)]
    Decimals(#[from] NoXml),
    /// A side lacks something that the document must say.
    #[error(transparent)]
    Lacking(#[from] Lacking),
    /// It is in another currency than EUR and says no VAT in EUR.
    #[error("{0} says no VAT in EUR: a document in another currency needs the rate of its close")]
    NoRate(Number),
    /// The date of something that it names is not given.
    #[error("the document names {0}, and its date is not given: give the dates of all that it names")]
    NoDate(String),
    /// Something that it names has a number that an XML cannot name.
    #[error(
        "the document names {0}, a number with other characters than A-Z, a-z, 0-9, +, -, _ and /: send the printed one"
    )]
    Named(String),
    /// Some of its lines are not subject to VAT, and others are.
    #[error(
        "some lines of {0} are of a regime outside the European Union and others are not, which an XML cannot say together: send the printed one"
    )]
    Mixed(Number),
    /// An amount needs more than 64 bits.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// The XML of a document that the vendor issues, in UTF-8. `dates` has the date of each of its [names](DocumentKind::names). The amounts are those
/// of the document, to the minor unit; a credit note states what it credits without a sign.
pub fn cii(document: &Document, dates: &Dates) -> Result<String, CiiError> {
    let page = Page::of(document)?;
    let references = references(document, dates)?;
    let lines = page.amounts.lines.iter().zip(1..).map(|(line, place)| page.line(line, place));
    let lines = lines.collect::<Result<Xml, Overflow>>()?;
    let settlement = page.settlement(references)?;
    let header = [lines, page.agreement(), page.delivery(), settlement];
    let content = [context(), page.head(), element("rsm:SupplyChainTradeTransaction", header)];
    Ok(element_with("rsm:CrossIndustryInvoice", &NAMESPACES, content).into_file())
}

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
    ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
    ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
    ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
];

/// The profile, and the mode of invoicing (BT-23): services, S1.
fn context() -> Xml {
    element(
        "rsm:ExchangedDocumentContext",
        [
            element("ram:BusinessProcessSpecifiedDocumentContextParameter", [text("ram:ID", "S1")]),
            element("ram:GuidelineSpecifiedDocumentContextParameter", [text("ram:ID", "urn:cen.eu:en16931:2017")]),
        ],
    )
}

/// The earlier documents that it names, with their dates (BG-3).
fn references(document: &Document, dates: &Dates) -> Result<Xml, CiiError> {
    let reference = |named: Named| {
        let number = match &named {
            Named::Document(number) => number.to_string(),
            Named::OpeningItem(number) => number.to_string(),
        };
        if !number.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-_/".contains(&b)) {
            return Err(CiiError::Named(number));
        }
        let day = dates.get(&named).ok_or_else(|| CiiError::NoDate(number.clone()))?;
        let date = element("ram:FormattedIssueDateTime", [date("qdt:DateTimeString", *day)]);
        Ok(element("ram:InvoiceReferencedDocument", [text("ram:IssuerAssignedID", &number), date]))
    };
    document.kind.names().into_iter().map(reference).collect()
}

fn date(name: &str, day: Day) -> Xml {
    text_with(name, ("format", "102"), &day.to_string().replace('-', ""))
}

fn note(subject: Option<&str>, content: &str) -> Xml {
    let subject = subject.map(|code| text("ram:SubjectCode", code));
    element("ram:IncludedNote", [text("ram:Content", content), subject.unwrap_or_default()])
}

/// All that the XML says of a document but what it names.
struct Page<'a> {
    document: &'a Document,
    seller: Party,
    buyer: Party,
    /// As printed: a credit note's are turned.
    amounts: Amounts,
    vat: Vec<Sum>,
}

impl Page<'_> {
    fn of(document: &Document) -> Result<Page<'_>, CiiError> {
        match document.kind {
            DocumentKind::Invoice
            | DocumentKind::SelfBilledInvoice
            | DocumentKind::CreditNote { .. }
            | DocumentKind::Cancellation { .. } => {}
            DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. } => {
                return Err(CiiError::Received(document.number.clone()));
            }
        }
        document.has_xml()?;
        if document.amounts.in_eur.is_none() && document.account.currency != Currency::EUR {
            return Err(CiiError::NoRate(document.number.clone()));
        }
        party::complete(document)?;
        let (seller, buyer) = party::sides(document);
        let amounts = if document.kind.is_invoice() { document.amounts.clone() } else { document.amounts.turned()? };
        let vat = tax::sums(document.account.direction, &amounts.vat)?;
        let page = Page { document, seller, buyer, amounts, vat };
        let is_subject = |sum: &Sum| sum.category != Category::NotSubject;
        if page.is_subject_to_vat() != page.vat.iter().all(is_subject) {
            return Err(CiiError::Mixed(document.number.clone()));
        }
        // A partner that has left the European Union may have lines from before.
        if page.is_subject_to_vat() && page.seller.tax_id().is_none() {
            return Err(CiiError::Lacking(Lacking { side: Side::Partner, field: Field::VatId }));
        }
        Ok(page)
    }

    /// At least one line is subject to VAT; then all are.
    fn is_subject_to_vat(&self) -> bool {
        self.vat.iter().any(|sum| sum.category != Category::NotSubject)
    }

    fn decimal(&self, amount: Minor) -> String {
        self.document.account.currency.decimal(amount)
    }

    fn amount(&self, name: &str, amount: Minor) -> Xml {
        text(name, &self.decimal(amount))
    }

    fn head(&self) -> Xml {
        let code = self.document.kind.code().to_string();
        let date = element("ram:IssueDateTime", [date("udt:DateTimeString", self.document.date)]);
        let head = [text("ram:ID", &self.document.number.to_string()), text("ram:TypeCode", &code), date];
        element("rsm:ExchangedDocument", head.into_iter().chain(self.notes()))
    }

    /// The mentions (BG-1). The three with codes of their own are mandatory in France, once each.
    fn notes(&self) -> Vec<Xml> {
        let french = |text: Text| text.in_language(Language::Fr);
        let is_domestic = self.seller.is_french() && self.buyer.is_french();
        let mut notes = vec![
            note(Some("PMT"), french(words::RECOVERY)),
            note(Some("PMD"), french(words::PENALTIES)),
            note(Some("AAB"), french(words::DISCOUNT)),
            note(Some("BAR"), if is_domestic { "B2B" } else { "B2BINT" }),
        ];
        match &self.document.kind {
            DocumentKind::SelfBilledInvoice => notes.push(note(Some("REG"), french(words::SELF_BILLED))),
            DocumentKind::Cancellation { of, reason } => {
                notes.push(note(None, &words::cancelled(&of.to_string(), reason.as_str(), Language::Fr)));
            }
            DocumentKind::Invoice
            | DocumentKind::CreditNote { .. }
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. } => {}
        }
        if let Some((rate, _)) = &self.amounts.in_eur {
            notes.push(note(None, &words::exchange(self.document.account.currency, rate, Language::Fr)));
        }
        // EN 16931 has no place for VAT ids where nothing is subject to VAT; the law asks for them all the same.
        if !self.is_subject_to_vat() {
            let seller = self.seller.vat_id().map(|id| words::seller_vat_id(id.as_str(), Language::Fr));
            let buyer = self.buyer.vat_id().map(|id| words::buyer_vat_id(id.as_str(), Language::Fr));
            notes.extend(seller.into_iter().chain(buyer).map(|text| note(Some("REG"), &text)));
        }
        notes
    }

    /// A line of one unit.
    fn line(&self, taxed: &TaxedLine, place: u32) -> Result<Xml, Overflow> {
        let amount = taxed.line.amount;
        let (quantity, price) = priced(amount)?;
        let price = element("ram:NetPriceProductTradePrice", [self.amount("ram:ChargeAmount", price)]);
        let month = taxed.line.key.month;
        let total = self.amount("ram:LineTotalAmount", amount);
        let settlement = [
            tax::of_line(self.document.account.direction, taxed.regime, taxed.rate),
            period(month.first(), month.last()),
            element("ram:SpecifiedTradeSettlementLineMonetarySummation", [total]),
        ];
        Ok(element(
            "ram:IncludedSupplyChainTradeLineItem",
            [
                element("ram:AssociatedDocumentLineDocument", [text("ram:LineID", &place.to_string())]),
                element("ram:SpecifiedTradeProduct", [text("ram:Name", &words::line(taxed, Language::Fr))]),
                element("ram:SpecifiedLineTradeAgreement", [price]),
                element(
                    "ram:SpecifiedLineTradeDelivery",
                    [text_with("ram:BilledQuantity", ("unitCode", "C62"), quantity)],
                ),
                element("ram:SpecifiedLineTradeSettlement", settlement),
            ],
        ))
    }

    fn agreement(&self) -> Xml {
        let has_tax_ids = self.is_subject_to_vat();
        let sides = [self.seller.seller(has_tax_ids), self.buyer.buyer(has_tax_ids)];
        element("ram:ApplicableHeaderTradeAgreement", sides)
    }

    /// The services end with the last of the months (BT-72).
    fn delivery(&self) -> Xml {
        let end =
            days(&self.amounts).map(|(_, last)| element("ram:OccurrenceDateTime", [date("udt:DateTimeString", last)]));
        element("ram:ApplicableHeaderTradeDelivery", [element("ram:ActualDeliverySupplyChainEvent", end)])
    }

    fn settlement(&self, references: Xml) -> Result<Xml, Overflow> {
        let account = &self.document.account;
        let eur = self.amounts.in_eur.as_ref().map(|_| text("ram:TaxCurrencyCode", "EUR"));
        let vat = self.vat.iter().map(|sum| tax::of_sum(sum, account.direction, account.currency));
        let period = days(&self.amounts).map(|(first, last)| period(first, last));
        let terms = match self.document.due {
            Some(due) => element("ram:DueDateDateTime", [date("udt:DateTimeString", due)]),
            None => text("ram:Description", words::CREDITED.in_language(Language::Fr)),
        };
        Ok(element(
            "ram:ApplicableHeaderTradeSettlement",
            [
                eur.unwrap_or_default(),
                text("ram:InvoiceCurrencyCode", account.currency.code()),
                vat.collect(),
                period.unwrap_or_default(),
                element("ram:SpecifiedTradePaymentTerms", [terms]),
                self.sums()?,
                references,
            ],
        ))
    }

    /// The sums: net, VAT, VAT in EUR, gross, and what is to be paid.
    fn sums(&self) -> Result<Xml, Overflow> {
        let Amounts { lines: _, net, vat, gross, in_eur } = &self.amounts;
        let vat = Minor::sum(vat.iter().map(|sum| sum.vat))?;
        let tax = |currency: Currency, amount| {
            text_with("ram:TaxTotalAmount", ("currencyID", currency.code()), &currency.decimal(amount))
        };
        Ok(element(
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
            [
                self.amount("ram:LineTotalAmount", *net),
                self.amount("ram:TaxBasisTotalAmount", *net),
                tax(self.document.account.currency, vat),
                in_eur.as_ref().map(|(_, vat)| tax(Currency::EUR, *vat)).unwrap_or_default(),
                self.amount("ram:GrandTotalAmount", *gross),
                self.amount("ram:DuePayableAmount", *gross),
            ],
        ))
    }
}

/// The quantity and the price of a line. A price is never below zero in EN 16931: what lessens the sum has the quantity −1.
pub(crate) fn priced(amount: Minor) -> Result<(&'static str, Minor), Overflow> {
    if amount < Minor::ZERO { Ok(("-1", Minor::ZERO.minus(amount)?)) } else { Ok(("1", amount)) }
}

/// The first and the last day of the months of the lines.
pub(crate) fn days(amounts: &Amounts) -> Option<(Day, Day)> {
    let months = || amounts.lines.iter().map(|taxed| taxed.line.key.month);
    months().min().zip(months().max()).map(|(first, last)| (first.first(), last.last()))
}

fn period(first: Day, last: Day) -> Xml {
    element(
        "ram:BillingSpecifiedPeriod",
        [
            element("ram:StartDateTime", [date("udt:DateTimeString", first)]),
            element("ram:EndDateTime", [date("udt:DateTimeString", last)]),
        ],
    )
}
