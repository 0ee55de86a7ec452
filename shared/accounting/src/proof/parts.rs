//! The parts of a proof as JSON: document, entries with their formulas, related documents, payments.

use crate::proof::facts::{ProvenAgreement, ProvenContract, share};
use crate::proof::input::ProvenEntry;
use payments::AccountKey;
use payments::Books;
use payments::book::Source;
use rules::line::LineId;
use rules::{Cause, Currency, Entry, Minor};
use serde::Serialize;
use settlement::account::Booking;
use settlement::document::{Document, DocumentType, Named};
use settlement::lines::{Line, LineKey};
use strum::IntoStaticStr;

/// All of a proof but its digest.
#[derive(Serialize)]
pub(crate) struct Proof {
    pub(crate) line: Option<ProvenKey>,
    pub(crate) document: ProvenDocument,
    pub(crate) lines: Vec<ProvenLine>,
    pub(crate) agreements: Vec<ProvenAgreement>,
    pub(crate) contracts: Vec<ProvenContract>,
    pub(crate) related: Vec<Related>,
    pub(crate) payments: ProvenPayments,
}

/// The key of a line.
#[derive(Serialize)]
pub(crate) struct ProvenKey {
    month: String,
    kind: rules::Kind,
    model: rules::Model,
}

impl From<LineKey> for ProvenKey {
    fn from(LineKey { month, kind, model }: LineKey) -> ProvenKey {
        ProvenKey { month: month.to_string(), kind, model }
    }
}

/// The document as it was made.
#[derive(Serialize)]
pub(crate) struct ProvenDocument {
    number: String,
    kind: &'static str,
    partner_id: String,
    direction: String,
    currency: &'static str,
    close: String,
    cut: String,
    date: String,
    due: Option<String>,
    net: String,
    vat: Vec<ProvenVat>,
    gross: String,
    rate: Option<String>,
    vat_eur: Option<String>,
}

#[derive(Serialize)]
struct ProvenVat {
    regime: String,
    rate: String,
    base: String,
    vat: String,
    formula: String,
}

impl From<&Document> for ProvenDocument {
    fn from(document: &Document) -> ProvenDocument {
        let (account, amounts) = (&document.account, &document.amounts);
        let decimal = |amount| account.currency.decimal(amount);
        let vat = amounts.vat.iter().map(|sum| ProvenVat {
            regime: sum.regime.to_string(),
            rate: sum.rate.to_string(),
            base: decimal(sum.base),
            vat: decimal(sum.vat),
            formula: format!("round({} × {})", sum.rate, decimal(sum.base)),
        });
        ProvenDocument {
            number: document.number.to_string(),
            kind: document.kind.name().into(),
            partner_id: account.partner_id.to_string(),
            direction: account.direction.to_string(),
            currency: account.currency.code(),
            close: document.close.month().to_string(),
            cut: document.close.cut().to_string(),
            date: document.date.to_string(),
            due: document.due.map(|due| due.to_string()),
            net: decimal(amounts.net),
            vat: vat.collect(),
            gross: decimal(amounts.gross),
            rate: amounts.in_eur.as_ref().map(|(rate, _)| rate.to_string()),
            vat_eur: amounts.in_eur.as_ref().map(|(_, vat)| Currency::EUR.decimal(*vat)),
        }
    }
}

/// A line of the document with its annex: entries and what is due again add up to it.
#[derive(Serialize)]
pub(crate) struct ProvenLine {
    #[serde(flatten)]
    key: ProvenKey,
    amount: String,
    entries: Vec<EntryFields>,
    /// The amounts of cancelled documents that are due again.
    due_again: Vec<String>,
}

impl ProvenLine {
    /// A line, with its entries and what is due again of it.
    pub(crate) fn of(line: &Line, entries: &[&ProvenEntry], due_again: &[Line], currency: Currency) -> ProvenLine {
        ProvenLine {
            key: line.key.into(),
            amount: currency.decimal(line.amount),
            entries: entries.iter().map(|proven| entry_fields(proven, currency)).collect(),
            due_again: due_again.iter().map(|line| currency.decimal(line.amount)).collect(),
        }
    }
}

#[derive(Serialize)]
struct EntryFields {
    line: LineFields,
    booked_on: String,
    recorded_at: String,
    agreement: String,
    reason: &'static str,
    reversal: Option<String>,
    /// Its amount in the document's line.
    due: String,
    amount: String,
    vendor_share: String,
    rates: rules::rates::Rates,
    negotiated: bool,
    base_before: String,
    base_after: String,
    /// The amount of its line, computed from the basis.
    line_amount: String,
    line_vendor_share: String,
    formula: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum LineFields {
    Annuity { contract_id: String, term: u8, adjustment: Option<String> },
    EntryFee { partner_id: String, agreement: String },
}

fn line_fields(id: &LineId) -> LineFields {
    match id {
        LineId::Annuity { annuity, cause } => LineFields::Annuity {
            contract_id: annuity.contract_id.to_string(),
            term: annuity.term.number(),
            adjustment: match cause {
                Cause::Annuity => None,
                Cause::Adjustment(id) => Some(id.to_string()),
            },
        },
        LineId::EntryFee { partner_id, agreement } => {
            LineFields::EntryFee { partner_id: partner_id.to_string(), agreement: agreement.to_string() }
        }
    }
}

fn entry_fields(proven: &ProvenEntry, currency: Currency) -> EntryFields {
    let Entry { posting, amount, vendor_share, basis, reversal } = &proven.entry;
    let decision = &basis.decision;
    let decimal = |amount: Minor| currency.decimal(amount);
    let due =
        Booking::of(&proven.line, &proven.entry, proven.recorded_at).due().map(|(_, due)| due).unwrap_or_default();
    let [after, before] = [basis.after(), basis.before()].map(|base| share(&decision.rates, base, currency));
    EntryFields {
        line: line_fields(&proven.line),
        booked_on: posting.booked_on.to_string(),
        recorded_at: proven.recorded_at.to_string(),
        agreement: decision.agreement.to_string(),
        reason: decision.reason.as_str(),
        reversal: reversal.map(|reversal| reversal_name(reversal).to_owned()),
        due: decimal(due),
        amount: decimal(*amount),
        vendor_share: decimal(*vendor_share),
        rates: decision.rates.clone(),
        negotiated: decision.negotiated,
        base_before: decimal(basis.before()),
        base_after: decimal(basis.after()),
        line_amount: decimal(basis.amount()),
        line_vendor_share: decimal(basis.vendor_share()),
        formula: format!("round({after}) - round({before})"),
    }
}

fn reversal_name(reversal: rules::entry::Reversal) -> &'static str {
    match reversal {
        rules::entry::Reversal::AnotherPartner => "another-partner",
        rules::entry::Reversal::AnotherPosting => "another-posting",
        rules::entry::Reversal::NotOwed => "not-owed",
    }
}

/// The relation of another document to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Relation {
    /// It is named by this one.
    Named,
    /// It names this one.
    Names,
}

/// A document that this one names, or that names it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Related {
    number: String,
    relation: &'static str,
    kind: Option<&'static str>,
    date: Option<String>,
    gross: Option<String>,
}

impl Related {
    /// A document of the account.
    pub(crate) fn of(document: &Document, relation: Relation) -> Related {
        let kind: DocumentType = document.kind.name();
        Related {
            number: document.number.to_string(),
            relation: relation.into(),
            kind: Some(kind.into()),
            date: Some(document.date.to_string()),
            gross: Some(document.account.currency.decimal(document.amounts.gross)),
        }
    }

    /// A number that this document names, of an opening item.
    pub(crate) fn named(number: &Named) -> Related {
        let relation = Relation::Named.into();
        Related { number: number.to_string(), relation, kind: None, date: None, gross: None }
    }
}

/// Payments and credit notes that pay the document, and its part that is still open.
#[derive(Serialize)]
pub(crate) struct ProvenPayments {
    open: Option<String>,
    paid_by: Vec<Payer>,
}

#[derive(Serialize)]
struct Payer {
    id: String,
    kind: &'static str,
    value_day: Option<String>,
    reference: Option<String>,
    pays: String,
}

impl ProvenPayments {
    /// The payments and credit notes that pay a document, in the order recorded.
    pub(crate) fn of(document: &Document, books: &Books) -> ProvenPayments {
        let currency = document.account.currency;
        let number = Named::Document(document.number.clone());
        let Some(book) = books.book(AccountKey::of(&document.account)) else {
            return ProvenPayments { open: None, paid_by: Vec::new() };
        };
        let payer = |(source, minor): (&Source, Minor)| {
            let pays = currency.decimal(minor);
            match source {
                Source::CreditNote(number) => {
                    let id = number.to_string();
                    Payer { id, kind: "credit-note", value_day: None, reference: None, pays }
                }
                Source::Payment(id) => {
                    let payment = books.payment(id);
                    let kind = payment.map(|payment| payments::event::PaymentType::from(&payment.kind).into());
                    Payer {
                        id: id.to_string(),
                        kind: kind.unwrap_or("payment"),
                        value_day: payment.map(|payment| payment.value_day.to_string()),
                        reference: payment.map(|payment| payment.reference.to_string()),
                        pays,
                    }
                }
            }
        };
        ProvenPayments {
            open: book.invoice(&number).map(|owing| currency.decimal(owing.open())),
            paid_by: book.payers(&number).map(payer).collect(),
        }
    }
}
