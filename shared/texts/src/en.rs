//! English.

mod notices;
mod sentences;

use crate::heading::Heading;
use crate::notice::{Code, RulesError};
use crate::sentence::Sentence;
use crate::table::Table;
use rules::decision::{Pending, Reason};
use rules::entry::Reversal;
use rules::plausible::Implausible;
use rules::{AdjustmentKind, Anomaly, Instance, Kind};

pub(crate) struct English;

impl Table for English {
    fn code(&self, code: &Code) -> &'static str {
        notices::code(code)
    }

    fn error(&self, error: RulesError) -> String {
        let prefix = if matches!(error, RulesError::Agreements(_)) { "are refused: " } else { "" };
        format!("{prefix}{error}")
    }

    fn sentence(&self, sentence: &Sentence) -> &'static str {
        sentences::sentence(sentence)
    }

    fn pending(&self, pending: Pending) -> &'static str {
        match pending {
            Pending::NoAgreement => {
                "Pending: the partner had no agreement in force on the day of signature. The amount is computed as soon as the agreement is registered."
            }
            Pending::ContractNotSigned => {
                "Pending: the sale of this contract is not known. The amount is computed as soon as it arrives."
            }
            Pending::TermNotBilled => {
                "Pending: the annuity of this credit note or supplement is not known. The amount is computed as soon as it arrives."
            }
        }
    }

    fn anomaly(&self, anomaly: Anomaly) -> &'static str {
        match anomaly {
            Anomaly::Pending(pending) => self.pending(pending),
            Anomaly::Void => {
                "Without effect: the year starts on or before the day of signature. Correct the day in billing, which then sends another event."
            }
            Anomaly::Contradiction => {
                "Claims contradict each other. The last choice holds; without one, the claim recorded first. Choose the effective claim, or none."
            }
            Anomaly::OverCredited => {
                "The credit notes give back more than is left of the annuity; the excess has no effect. Check them in billing."
            }
            Anomaly::ForeignCurrency => {
                "A credit note or supplement is in another currency than its annuity; it has no effect. Issue it again in the annuity’s currency."
            }
            Anomaly::Implausible(kind) => implausible(kind),
        }
    }

    fn unreadable(&self, count: usize, keys: &str) -> String {
        match count {
            1 => format!("1 item could not be read; amounts may be incomplete{keys}"),
            _ => format!("{count} items could not be read; amounts may be incomplete{keys}"),
        }
    }

    fn heading(&self, heading: Heading) -> &'static str {
        match heading {
            Heading::Statement => "Statement",
            Heading::Entries => "Entries of the month",
            Heading::EarlierEntries => "Entries for earlier months, recorded since",
            Heading::AsKnownOn => "As known on",
            Heading::NoEntries => "No entries.",
            Heading::Totals => "Totals",
            Heading::Day => "Day",
            Heading::Contract => "Contract",
            Heading::Annuity => "Annuity",
            Heading::Explanation => "Explanation",
            Heading::Kind => "Kind",
            Heading::Amount => "Amount",
            Heading::VendorShare => "Vendor’s share",
            Heading::DueToPartner => "Due to the partner",
            Heading::DueFromPartner => "Due from the partner",
            Heading::Total => "Total",
            Heading::Model => "Model",
            Heading::Currency => "Currency",
            Heading::Document => "Document",
            Heading::RecordedOn => "Recorded on",
            Heading::Partner => "Partner",
            Heading::Name => "Name",
            Heading::Month => "Month",
            Heading::FirstMonth => "First month",
            Heading::LastMonth => "Last month",
            Heading::EntryCount => "Number of entries",
            Heading::EntriesSheet => "Entries",
            Heading::EarlierEntriesSheet => "Earlier entries",
            Heading::EarlierTotalsSheet => "Earlier totals",
            Heading::ByMonth => "By month",
            Heading::ByPartner => "By partner",
            Heading::StatementFile => "statement",
            Heading::SummaryFile => "summary",
            Heading::KnownOnFile => "known-on",
        }
    }

    fn status(&self, status: u16) -> &'static str {
        match status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            412 => "Precondition Failed",
            413 => "Payload Too Large",
            422 => "Unprocessable Entity",
            428 => "Precondition Required",
            500 => "Internal Server Error",
            503 => "Service Unavailable",
            _ => "Error",
        }
    }

    fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Commission => "Commission",
            Kind::RevenueShare => "Revenue share",
            Kind::InstanceDiscount => "Instance discount",
            Kind::EntryFee => "Entry fee",
        }
    }

    fn kinds(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Commission => "Commissions",
            Kind::RevenueShare => "Revenue shares",
            Kind::InstanceDiscount => "Instance discounts",
            Kind::EntryFee => "Entry fees",
        }
    }

    fn reason(&self, reason: Reason) -> &'static str {
        match reason {
            Reason::RevenueShare => "Share of every annual fee",
            Reason::AgreementEnded => "The agreement had ended",
            Reason::SaleNOrLater { .. } => "A sale that is paid",
            Reason::BeforeSaleN { .. } => "Before the first sale that is paid",
            Reason::PaidOnce => "Paid once, on the first annuity",
            Reason::InstanceDiscount => "Discount on the partner’s own instance",
            Reason::InstanceWithoutPerk => "No agreement with this discount was in force",
            Reason::NotTheFirstInstance => "The discount goes to the first instance only",
            Reason::EntryFee => "Entry fee of the agreement",
        }
    }

    fn anomaly_name(&self, anomaly: Anomaly) -> &'static str {
        match anomaly {
            Anomaly::Pending(Pending::NoAgreement) => "No agreement on the day of signature",
            Anomaly::Pending(Pending::ContractNotSigned) => "Unknown sale",
            Anomaly::Pending(Pending::TermNotBilled) => "Credit note or supplement of an unknown annuity",
            Anomaly::Void => "Annuity without effect",
            Anomaly::Contradiction => "Contradicting claims",
            Anomaly::OverCredited => "More credited than is left",
            Anomaly::ForeignCurrency => "Credit note or supplement in another currency",
            Anomaly::Implausible(kind) => implausible_name(kind),
        }
    }

    fn adjustment(&self, kind: AdjustmentKind) -> &'static str {
        match kind {
            AdjustmentKind::Supplement => "Supplement",
            AdjustmentKind::CreditNote => "Credit note",
        }
    }

    fn instance(&self, instance: Instance) -> &'static str {
        match instance {
            Instance::Customer => "A client’s instance",
            Instance::Partner => "The partner’s own instance",
        }
    }

    fn subject(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Commission => "The commission",
            Kind::RevenueShare => "The partner’s share",
            Kind::InstanceDiscount => "The discount",
            Kind::EntryFee => "The entry fee",
        }
    }

    fn reversal(&self, why: Reversal) -> &'static str {
        match why {
            Reversal::AnotherPartner => "The sale was given to another partner",
            Reversal::AnotherPosting => "The amount is now booked under another model, currency or day",
            Reversal::NotOwed => "Nothing is owed for this any more",
        }
    }

    fn separators(&self) -> (char, char) {
        (',', '.')
    }

    fn percent(&self, number: &str) -> String {
        format!("{number}%")
    }

    fn day(&self, iso: &str) -> String {
        iso.to_owned()
    }

    fn day_pattern(&self) -> &'static str {
        "yyyy-mm-dd"
    }

    fn month_pattern(&self) -> &'static str {
        "yyyy-mm"
    }

    fn nth_sale(&self, n: u64) -> String {
        match n {
            1 => "1st sale".to_owned(),
            2 => "2nd sale".to_owned(),
            3 => "3rd sale".to_owned(),
            _ => format!("{n}th sale"),
        }
    }
}

fn implausible(kind: Implausible) -> &'static str {
    match kind {
        Implausible::DocumentOnTwoTerms => {
            "A credit note or supplement of the same number is on another annuity of this contract; both count. If there is only one, choose no claim for the other, and correct the annuity in billing."
        }
        Implausible::OffAnniversary => {
            "This year starts more than 60 days from its anniversary; it counts as it is. Check its first day in billing."
        }
        Implausible::Gap => {
            "The year before is not billed. Check whether its renewal is missing, or whether the number of this year is wrong."
        }
        Implausible::CurrencyChanged => {
            "This year is billed in another currency than the first; it counts in its currency. Check the currency in billing."
        }
        Implausible::UnusualFee => {
            "The fee is over ten times the last one billed, or under a tenth of it; it counts as it is. Check the amount in billing."
        }
        Implausible::DatedAhead => {
            "The day of signature or issue is more than 92 days after the recording; the amount counts on that day. Check the day in billing."
        }
        Implausible::AfterEnd => {
            "This year starts after the contract ended; it counts. Check the contract’s end in billing, or cancel the renewal there."
        }
    }
}

fn implausible_name(kind: Implausible) -> &'static str {
    match kind {
        Implausible::DocumentOnTwoTerms => "Document on two annuities",
        Implausible::OffAnniversary => "Start far from the anniversary",
        Implausible::Gap => "Year before not billed",
        Implausible::CurrencyChanged => "Currency changed",
        Implausible::UnusualFee => "Unusual fee",
        Implausible::DatedAhead => "Dated far ahead",
        Implausible::AfterEnd => "Renewal after the contract’s end",
    }
}
