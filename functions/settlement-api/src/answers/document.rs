//! Documents: their lines, their amounts, and where a contest stands.

use crate::answers::billing::{BillingShown, IdentityShown};
use closing::annexes::Annex as StoredAnnex;
use events::json::Money;
use jiff::Timestamp;
use rules::inquiry::Note;
use rules::money::Minor;
use rules::people::MemberName;
use rules::{ContractId, Currency, Day, Kind, Model, Month, PartnerId};
use serde::Serialize;
use settlement::contest::Answer;
use settlement::document::{DocumentKind, DocumentType};
use settlement::lines::{Line, LineKey};
use settlement::vat::{TaxedLine, VatSum};
use settlement::{Account, Booking, Document};

/// A document in a list. Amounts have the ledger's sign: a credit note's are below zero, and turned in print.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct DocumentSummary {
    number: String,
    /// True: the number was given here, and the document can be asked for by it.
    is_ours: bool,
    /// `invoice`, `self-billed-invoice`, `credit-note`, `cancellation`, `received-invoice`, `received-credit-note` or
    /// `received-cancellation`.
    kind: &'static str,
    partner_id: PartnerId,
    currency: Currency,
    /// `to-partner` or `from-partner`.
    direction: &'static str,
    /// The month of its close.
    close: Month,
    date: Day,
    /// The day on which it is due; null: a credit note or a cancellation.
    due: Option<Day>,
    net: Money,
    vat: Money,
    gross: Money,
    /// The document that it cancels.
    cancels: Option<String>,
    /// The documents that it credits.
    credits: Vec<String>,
    lines: Vec<DocumentLine>,
}

/// A line of a document.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct DocumentLine {
    month: Month,
    kind: Kind,
    model: Model,
    amount: Money,
    /// `fr-vat`, `fr-franchise`, `eu` or `outside-eu`.
    regime: &'static str,
    /// The rate of VAT, a fraction.
    rate: String,
    /// True: of a month before the one that was closed.
    is_adjustment: bool,
}

/// A document with all that it says.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct DocumentShown {
    #[serde(flatten)]
    summary: DocumentSummary,
    made_at: Timestamp,
    /// The VAT, once for each regime and rate.
    vat_sums: Vec<VatShown>,
    /// In another currency than EUR: the rate, and the VAT in EUR.
    in_eur: Option<InEur>,
    /// The reason of a cancellation.
    reason: Option<String>,
    /// The vendor as it was.
    vendor: Option<IdentityShown>,
    /// The partner as it was.
    partner: Option<BillingShown>,
    /// True: it can be had as XML.
    has_xml: bool,
    contests: Vec<ContestShown>,
}

/// The VAT at a regime and a rate.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct VatShown {
    regime: &'static str,
    rate: String,
    base: Money,
    vat: Money,
}

/// The VAT in EUR.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct InEur {
    /// EUR for one unit.
    rate: String,
    vat: Money,
}

/// A contest of a document.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ContestShown {
    n: u32,
    number: String,
    /// The line that is meant; null: the document.
    line: Option<LineShown>,
    reason: String,
    by: MemberName,
    at: Timestamp,
    /// The manager's answer, which settles it; null: it is open.
    answer: Option<AnswerShown>,
}

/// A manager's answer to a contest.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Answer))]
pub(crate) struct AnswerShown {
    text: Note,
    by: MemberName,
    at: Timestamp,
}

/// A line by its name.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct LineShown {
    month: Month,
    kind: Kind,
    model: Model,
}

/// The entries that a document's lines add up.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Annex {
    /// By day.
    entries: Vec<AnnexEntry>,
    /// The lines of cancelled documents, which are due again.
    due_again: Vec<LineAmount>,
}

/// An entry as an annex has it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AnnexEntry {
    booked_on: Day,
    recorded_at: Timestamp,
    /// The contract that it was booked for; null: it is an entry fee.
    contract_id: Option<ContractId>,
    kind: Kind,
    model: Model,
    /// The amount due because of it.
    amount: Money,
}

/// A line with its amount.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct LineAmount {
    #[serde(flatten)]
    line: LineShown,
    amount: Money,
}

impl From<LineKey> for LineShown {
    fn from(LineKey { month, kind, model }: LineKey) -> LineShown {
        LineShown { month, kind, model }
    }
}

impl DocumentSummary {
    pub(crate) fn all<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Vec<DocumentSummary> {
        documents.into_iter().map(DocumentSummary::from).collect()
    }
}

impl From<&Document> for DocumentSummary {
    fn from(document: &Document) -> DocumentSummary {
        let Account { partner_id, currency, direction } = &document.account;
        let (close, amounts) = (document.close.month(), &document.amounts);
        let money = |minor| Money::new(minor, *currency);
        let line = |TaxedLine { line: Line { key, amount }, regime, rate, is_adjustment }: &TaxedLine| DocumentLine {
            month: key.month,
            kind: key.kind,
            model: key.model,
            amount: money(*amount),
            regime: regime.into(),
            rate: rate.to_string(),
            is_adjustment: *is_adjustment,
        };
        let credits = match &document.kind {
            DocumentKind::CreditNote { names } => names.iter().map(ToString::to_string).collect(),
            DocumentKind::Invoice
            | DocumentKind::SelfBilledInvoice
            | DocumentKind::Cancellation { .. }
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. } => Vec::new(),
        };
        DocumentSummary {
            number: document.number.to_string(),
            is_ours: matches!(document.number, settlement::number::Number::Given(_)),
            kind: name(document.kind.name()),
            partner_id: partner_id.clone(),
            currency: *currency,
            direction: direction.into(),
            close,
            date: document.date,
            due: document.due,
            net: money(amounts.net),
            vat: money(Minor(amounts.gross.0.saturating_sub(amounts.net.0))),
            gross: money(amounts.gross),
            cancels: document.kind.cancels().map(ToString::to_string),
            credits,
            lines: amounts.lines.iter().map(line).collect(),
        }
    }
}

fn name(kind: DocumentType) -> &'static str {
    kind.into()
}

impl DocumentShown {
    pub(crate) fn of(document: &Document, contests: Vec<ContestShown>) -> DocumentShown {
        let currency = document.account.currency;
        let money = |minor| Money::new(minor, currency);
        let vat = |sum: &VatSum| VatShown {
            regime: sum.regime.into(),
            rate: sum.rate.to_string(),
            base: money(sum.base),
            vat: money(sum.vat),
        };
        let reason = match &document.kind {
            DocumentKind::Cancellation { of: _, reason } => Some(reason.to_string()),
            DocumentKind::Invoice
            | DocumentKind::SelfBilledInvoice
            | DocumentKind::CreditNote { .. }
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. } => None,
        };
        let is_ours = matches!(document.number, settlement::number::Number::Given(_));
        DocumentShown {
            summary: document.into(),
            made_at: document.made_at,
            vat_sums: document.amounts.vat.iter().map(vat).collect(),
            in_eur: document
                .amounts
                .in_eur
                .as_ref()
                .map(|(rate, vat)| InEur { rate: rate.to_string(), vat: Money::new(*vat, Currency::EUR) }),
            reason,
            vendor: document.parties.vendor.as_ref().map(IdentityShown::from),
            partner: document.parties.partner.as_ref().map(BillingShown::from),
            has_xml: is_ours && document.has_xml().is_ok(),
            contests,
        }
    }
}

impl From<&closing::contests::NumberedContest> for ContestShown {
    fn from(numbered: &closing::contests::NumberedContest) -> ContestShown {
        let contest = &numbered.contest;
        ContestShown {
            n: numbered.n,
            number: contest.number.to_string(),
            line: contest.line.map(LineShown::from),
            reason: contest.reason.to_string(),
            by: contest.by.clone(),
            at: contest.at,
            answer: contest.answer.clone().map(|Answer { text, by, at }| AnswerShown { text, by, at }),
        }
    }
}

impl LineAmount {
    pub(crate) fn of(line: &Line, currency: Currency) -> LineAmount {
        LineAmount { line: line.key.into(), amount: Money::new(line.amount, currency) }
    }
}

impl Annex {
    pub(crate) fn of(annex: &StoredAnnex, currency: Currency) -> Annex {
        let entry = |booking: &Booking| AnnexEntry {
            booked_on: booking.posting.booked_on,
            recorded_at: booking.recorded_at,
            contract_id: booking.contract_id.clone(),
            kind: booking.posting.kind,
            model: booking.posting.model,
            amount: Money::new(booking.due().map_or(Minor::ZERO, |(_, amount)| amount), currency),
        };
        let line = |line: &Line| LineAmount::of(line, currency);
        Annex {
            entries: annex.entries.iter().map(entry).collect(),
            due_again: annex.due_again.iter().map(line).collect(),
        }
    }
}
