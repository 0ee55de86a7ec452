//! The labels of a page, in French and in English.

use rules::text::Text;
use settlement::DocumentKind;
use settlement::vat::Mention;

const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}

pub(crate) const SELLER: Text = text("Fournisseur", "Supplier");
pub(crate) const BUYER: Text = text("Client", "Client");
pub(crate) const SIREN: Text = text("SIREN", "SIREN");
pub(crate) const VAT_ID: Text = text("N° de TVA", "VAT id");

pub(crate) const FACTS: Text = text("Références", "References");
pub(crate) const DATE: Text = text("Date d’émission", "Date of issue");
pub(crate) const DUE: Text = text("Date d’échéance", "Due date");
pub(crate) const SETTLED: Text = text("Règlement", "Settlement");
pub(crate) const PERIOD: Text = text("Période", "Period");
pub(crate) const CATEGORY: Text = text("Catégorie d’opération", "Category of operation");
pub(crate) const SERVICES: Text = text("Prestation de services", "Supply of services");
pub(crate) const PARTNER: Text = text("Référence du partenaire", "Partner reference");
pub(crate) const NAMED: Text = text("Factures citées", "Invoices named");

pub(crate) const LINES: Text = text("Détail", "Details");
pub(crate) const DESCRIPTION: Text = text("Désignation", "Description");
pub(crate) const QUANTITY: Text = text("Quantité", "Quantity");
pub(crate) const UNIT_PRICE: Text = text("Prix unitaire HT", "Unit price excl. VAT");
pub(crate) const VAT: Text = text("TVA", "VAT");
pub(crate) const NET: Text = text("Montant HT", "Amount excl. VAT");
pub(crate) const SUBTOTAL: Text = text("Sous-total", "Subtotal");

pub(crate) const SUMS: Text = text("Totaux", "Totals");
pub(crate) const RATE: Text = text("Taux de TVA", "VAT rate");
pub(crate) const BASE: Text = text("Base HT", "Base excl. VAT");
pub(crate) const VAT_AMOUNT: Text = text("Montant de TVA", "VAT amount");
pub(crate) const TOTAL_NET: Text = text("Total HT", "Total excl. VAT");
pub(crate) const TOTAL_VAT: Text = text("Total TVA", "Total VAT");
pub(crate) const TOTAL_VAT_IN_EUR: Text = text("Total TVA en euros", "Total VAT in euros");
pub(crate) const TOTAL_GROSS: Text = text("Total TTC", "Total incl. VAT");
pub(crate) const TO_PAY: Text = text("Net à payer", "Amount due");
pub(crate) const CREDITED: Text = text("Net de l’avoir", "Amount credited");

pub(crate) const ANNEX: Text = text("Annexe\u{a0}: écritures à l’appui", "Annex: entries behind the lines");
pub(crate) const BOOKED: Text = text("Comptabilisée le", "Booked on");
pub(crate) const CONTRACT: Text = text("Contrat", "Contract");
pub(crate) const DUE_AGAIN: Text = text("De nouveau dû après une annulation", "Due again after a cancellation");

pub(crate) const TERMS: Text = text("Mentions légales", "Legal notices");

/// The name of a kind of document.
pub(crate) fn kind(kind: &DocumentKind) -> Text {
    match kind {
        DocumentKind::Invoice | DocumentKind::SelfBilledInvoice => text("Facture", "Invoice"),
        DocumentKind::CreditNote { .. } => text("Avoir", "Credit note"),
        DocumentKind::Cancellation { .. } => text("Avoir d’annulation", "Cancelling credit note"),
        DocumentKind::ReceivedInvoice => text("Facture reçue", "Received invoice"),
        DocumentKind::ReceivedCreditNote => text("Avoir reçu", "Received credit note"),
        DocumentKind::ReceivedCancellation { .. } => text("Avoir d’annulation reçu", "Received cancelling credit note"),
    }
}

/// The notice that the page is not the partner's own document; none: it is what the vendor issues.
pub(crate) fn record(kind: &DocumentKind) -> Option<Text> {
    match kind {
        DocumentKind::Invoice
        | DocumentKind::SelfBilledInvoice
        | DocumentKind::CreditNote { .. }
        | DocumentKind::Cancellation { .. } => None,
        DocumentKind::ReceivedInvoice => Some(text(
            "Enregistrement d’une facture reçue\u{a0}: cette page n’est pas la facture. Seul l’original établi par le \
             fournisseur fait foi.",
            "Record of a received invoice: this page is not the invoice. Only the supplier’s own original is valid.",
        )),
        DocumentKind::ReceivedCreditNote | DocumentKind::ReceivedCancellation { .. } => Some(text(
            "Enregistrement d’un avoir reçu\u{a0}: cette page n’est pas l’avoir. Seul l’original établi par le \
             fournisseur fait foi.",
            "Record of a received credit note: this page is not the credit note. Only the supplier’s own original is \
             valid.",
        )),
    }
}

/// The reason in a word why a line has no VAT; the sums have the whole mention.
pub(crate) fn without_vat(mention: Mention) -> Text {
    match mention {
        Mention::Franchise => text("Franchise", "Exempt"),
        Mention::ReverseCharge => text("Autoliquidation", "Reverse charge"),
        Mention::OutsideFrance => text("Non applicable", "Not applicable"),
    }
}
