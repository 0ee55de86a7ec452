//! The names by which the accounting journal asks the chart for a journal, an account or a label.

use payments::event::PaymentType;
use settlement::document::DocumentType;
use strum::{IntoStaticStr, VariantArray};

/// A journal of the accountant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum JournalName {
    /// Documents to partners: they are the vendor's purchases.
    Purchases,
    /// Documents from partners: they are the vendor's sales.
    Sales,
    /// Payments by bank.
    Bank,
    /// Set-off, write-off, accruals, differences of exchange.
    General,
}

/// The role of an account of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// Partners to be paid.
    Supplier,
    /// Partners that pay.
    Customer,
    /// Commissions, a charge.
    Commission,
    /// The vendor's share of the fees that partners invoice, a product.
    RevenueShare,
    /// Entry fees, a product.
    EntryFee,
    /// The bank.
    Bank,
    /// Owed by a partner and given up.
    WriteOffLoss,
    /// Owed to a partner and given up.
    WriteOffGain,
    /// Lost by exchange.
    ExchangeLoss,
    /// Gained by exchange.
    ExchangeGain,
    /// Earned by partners and not documented.
    AccruedPurchases,
    /// Owed back by partners and not documented.
    CreditsDueFromSuppliers,
    /// Owed by partners and not documented.
    AccruedSales,
    /// Owed back to partners and not documented.
    CreditsDueToCustomers,
    /// The VAT that the vendor owes for a service from another country, deducted.
    ReverseChargeDeductible,
    /// The same, owed, for a service from another member of the European Union.
    ReverseChargeEu,
    /// The same, owed, for a service from outside the European Union.
    ReverseChargeOutsideEu,
}

impl Role {
    /// The digits with which the number of such an account begins in the general chart (PCG).
    pub fn class(self) -> &'static str {
        match self {
            Role::Supplier | Role::AccruedPurchases | Role::CreditsDueFromSuppliers => "40",
            Role::Customer | Role::AccruedSales | Role::CreditsDueToCustomers => "41",
            Role::Commission | Role::WriteOffLoss | Role::ExchangeLoss => "6",
            Role::RevenueShare | Role::EntryFee | Role::WriteOffGain | Role::ExchangeGain => "7",
            Role::Bank => "51",
            Role::ReverseChargeDeductible | Role::ReverseChargeEu | Role::ReverseChargeOutsideEu => VAT_CLASS,
        }
    }
}

/// The digits with which the number of an account for VAT begins.
pub(crate) const VAT_CLASS: &str = "445";

/// The subject of a journal entry, which its label begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A document.
    Document(DocumentType),
    /// An accrual at a month's end.
    Accrual,
    /// The reversal of an accrual on the next day.
    Reversal,
    /// A payment.
    Payment(PaymentType),
    /// A difference of exchange that no payment's own entry has.
    Exchange,
}

impl From<Subject> for &'static str {
    /// The name of its label in the chart.
    fn from(subject: Subject) -> &'static str {
        match subject {
            Subject::Document(kind) => kind.into(),
            Subject::Accrual => "accrual",
            Subject::Reversal => "reversal",
            Subject::Payment(kind) => kind.into(),
            Subject::Exchange => "exchange",
        }
    }
}

impl Subject {
    /// All subjects.
    pub fn all() -> impl Iterator<Item = Subject> {
        let documents = DocumentType::VARIANTS.iter().copied().map(Subject::Document);
        let payments = PaymentType::VARIANTS.iter().copied().map(Subject::Payment);
        documents.chain(payments).chain([Subject::Accrual, Subject::Reversal, Subject::Exchange])
    }
}
