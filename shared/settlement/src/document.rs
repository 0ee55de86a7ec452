//! Documents (§8.5): numbered, and never changed once issued.

use crate::account::Account;
use crate::close::Moment;
use crate::identity::{Billing, Identity};
use crate::lines::Line;
use crate::number::{Number, OwnNumber};
use crate::terms::PaymentDays;
use crate::vat::{EurRate, TaxedLine, VatSum};
use jiff::{Timestamp, ToSpan};
use rules::Day;
use rules::day::DayError;
use rules::label::StatedReason;
use rules::money::{Minor, Overflow};
use serde::{Deserialize, Serialize};
use std::fmt;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

/// The kind of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(rename_all = "kebab-case")]
#[strum_discriminants(name(DocumentType), derive(PartialOrd, Ord, Hash, IntoStaticStr, VariantArray))]
#[strum_discriminants(
    strum(serialize_all = "kebab-case"),
    doc = "The name of a document's kind: `self-billed-invoice`."
)]
pub enum DocumentKind {
    /// The vendor's invoice, from the partner.
    Invoice,
    /// An invoice in the partner's name, to the partner ("Autofacturation").
    SelfBilledInvoice,
    /// The vendor's credit note, which names what it credits.
    CreditNote {
        /// In the order in which it pays them: by due day, then number.
        names: Vec<Named>,
    },
    /// The vendor's credit note that cancels one of its invoices.
    Cancellation {
        /// The invoice.
        of: Number,
        /// The reason that the manager states.
        reason: StatedReason,
    },
    /// A partner's own invoice.
    ReceivedInvoice,
    /// A partner's own credit note for a negative close.
    ReceivedCreditNote,
    /// A partner's own credit note that cancels an invoice to it.
    ReceivedCancellation {
        /// The invoice.
        of: Number,
    },
}

impl DocumentKind {
    /// The name.
    pub fn name(&self) -> DocumentType {
        self.into()
    }

    /// An invoice: it is due on a day, and can be cancelled.
    pub fn is_invoice(&self) -> bool {
        match self {
            DocumentKind::Invoice | DocumentKind::SelfBilledInvoice | DocumentKind::ReceivedInvoice => true,
            DocumentKind::CreditNote { .. }
            | DocumentKind::Cancellation { .. }
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. } => false,
        }
    }

    /// The claims that it names: those that a credit note credits, or the invoice that it cancels.
    pub fn names(&self) -> Vec<Named> {
        match self {
            DocumentKind::CreditNote { names } => names.clone(),
            DocumentKind::Cancellation { of, reason: _ } | DocumentKind::ReceivedCancellation { of } => {
                vec![Named::Document(of.clone())]
            }
            DocumentKind::Invoice
            | DocumentKind::SelfBilledInvoice
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote => Vec::new(),
        }
    }

    /// The number of the invoice that it cancels.
    pub fn cancels(&self) -> Option<&Number> {
        match self {
            DocumentKind::Cancellation { of, reason: _ } | DocumentKind::ReceivedCancellation { of } => Some(of),
            DocumentKind::Invoice
            | DocumentKind::SelfBilledInvoice
            | DocumentKind::CreditNote { .. }
            | DocumentKind::ReceivedInvoice
            | DocumentKind::ReceivedCreditNote => None,
        }
    }

    /// The code of the document's type (UNTDID 1001).
    pub fn code(&self) -> u16 {
        match self {
            DocumentKind::Invoice | DocumentKind::ReceivedInvoice => 380,
            DocumentKind::SelfBilledInvoice => 389,
            DocumentKind::CreditNote { .. }
            | DocumentKind::Cancellation { .. }
            | DocumentKind::ReceivedCreditNote
            | DocumentKind::ReceivedCancellation { .. } => 381,
        }
    }
}

/// The claim that a credit note names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Named {
    /// An invoice of the account.
    Document(Number),
    /// An opening item of the account.
    OpeningItem(OwnNumber),
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Named::Document(number) => number.fmt(f),
            Named::OpeningItem(number) => number.fmt(f),
        }
    }
}

/// The two sides as they were; none: that side has no identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parties {
    /// The vendor.
    pub vendor: Option<Identity>,
    /// The partner.
    pub partner: Option<Billing>,
}

/// The amounts of a document. A credit note's are below zero, and are turned in print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amounts {
    /// The lines.
    pub lines: Vec<TaxedLine>,
    /// The sum of the lines.
    pub net: Minor,
    /// The VAT, once for each regime and rate.
    pub vat: Vec<VatSum>,
    /// `net + Σ VAT`.
    pub gross: Minor,
    /// In another currency than EUR: the rate of exchange, and the VAT in EUR.
    pub in_eur: Option<(EurRate, Minor)>,
}

/// A document of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The account.
    pub account: Account,
    /// The close that it is of; of a partner's own cancellation, the close of what it cancels.
    pub close: Moment,
    /// The moment as of which it counts: that of the close for what is issued, that of recording for what is received.
    pub made_at: Timestamp,
    /// The number.
    pub number: Number,
    /// The kind.
    pub kind: DocumentKind,
    /// The date.
    pub date: Day,
    /// The day on which it is due; none: a credit note or cancellation.
    pub due: Option<Day>,
    /// The two sides as they were.
    pub parties: Parties,
    /// Its amounts.
    pub amounts: Amounts,
}

/// The reason why a document has no XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the document is in a currency of {decimals} decimals, and the XML of invoices has amounts of two at most: send the printed one"
)]
pub struct NoXml {
    decimals: u32,
}

impl Document {
    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.amounts.lines.iter().map(|taxed| &taxed.line)
    }

    /// An amount of the document as it is printed: a credit note says what it credits without a sign.
    pub fn printed(&self, amount: Minor) -> Result<Minor, Overflow> {
        if self.kind.is_invoice() { Ok(amount) } else { Minor::ZERO.minus(amount) }
    }

    /// Checks that the document can be written as XML.
    pub fn has_xml(&self) -> Result<(), NoXml> {
        let decimals = self.account.currency.decimals();
        if decimals <= 2 { Ok(()) } else { Err(NoXml { decimals }) }
    }
}

impl Amounts {
    /// The amounts of lines: VAT once for each regime and rate, and VAT in EUR by a rate of exchange.
    pub fn of(account: &Account, lines: Vec<TaxedLine>, rate: Option<&EurRate>) -> Result<Amounts, Overflow> {
        let vat = crate::vat::vat(&lines)?;
        Amounts::with_vat(account, lines, vat, rate)
    }

    /// The amounts of lines with a VAT that the document itself says.
    pub fn with_vat(
        account: &Account,
        lines: Vec<TaxedLine>,
        vat: Vec<VatSum>,
        rate: Option<&EurRate>,
    ) -> Result<Amounts, Overflow> {
        let net = crate::lines::total(lines.iter().map(|taxed| &taxed.line))?;
        let vat_total = Minor::sum(vat.iter().map(|sum| sum.vat))?;
        let in_eur = rate.map(|rate| {
            let vat = crate::vat::in_eur(vat_total, account.currency, rate)?;
            Ok((rate.clone(), vat))
        });
        Ok(Amounts { lines, net, vat, gross: net.plus(vat_total)?, in_eur: in_eur.transpose()? })
    }

    /// The same as they stand, each sign turned.
    pub fn turned(&self) -> Result<Amounts, Overflow> {
        let turn = |amount: Minor| Minor::ZERO.minus(amount);
        let line = |taxed: &TaxedLine| Ok(TaxedLine { line: taxed.line.turned()?, ..*taxed });
        let sum = |sum: &VatSum| Ok(VatSum { base: turn(sum.base)?, vat: turn(sum.vat)?, ..*sum });
        Ok(Amounts {
            lines: self.lines.iter().map(line).collect::<Result<_, _>>()?,
            net: turn(self.net)?,
            vat: self.vat.iter().map(sum).collect::<Result<_, _>>()?,
            gross: turn(self.gross)?,
            in_eur: self.in_eur.as_ref().map(|(rate, vat)| Ok((rate.clone(), turn(*vat)?))).transpose()?,
        })
    }
}

/// The day on which an invoice of a date is due.
pub fn due(date: Day, days: PaymentDays) -> Result<Day, DayError> {
    Day::try_from(date.date().saturating_add(i64::from(u8::from(days)).days()))
}
