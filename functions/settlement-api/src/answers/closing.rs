//! Closes, with their orders and what they made.

use crate::answers::account::CarriedShown;
use crate::answers::document::DocumentSummary;
use closing::{Made, MadeSum, StoredClose};
use events::json::Money;
use jiff::Timestamp;
use rules::people::MemberName;
use rules::{Currency, Month, PartnerId};
use serde::Serialize;
use settlement::close::Opening;
use std::collections::BTreeMap;

/// All closes, the last first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ClosingList {
    pub(crate) closings: Vec<ClosingShown>,
    /// The month that is closed next; null: the first close may be of any month.
    pub(crate) next: Option<NextClosing>,
}

/// The month that is closed next.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct NextClosing {
    pub(crate) month: Month,
    /// The earliest moment at which it can be closed.
    pub(crate) from: Option<Timestamp>,
}

/// A close.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Closing))]
pub(crate) struct ClosingShown {
    month: Month,
    /// The moment of closing.
    at: Timestamp,
    /// The cut: an entry recorded by then is in.
    cut: Timestamp,
    by: MemberName,
    /// True: it opened all accounts.
    opens_all: bool,
    /// The partners whose accounts it opened.
    opens: Vec<PartnerId>,
    #[serde(rename = "final")]
    finals: Vec<PartnerId>,
    /// EUR for one unit of another currency.
    rates: BTreeMap<String, String>,
    cancel: Vec<CancelShown>,
    /// The result; null: its documents are being made.
    made: Option<MadeShown>,
}

/// An invoice that a close cancelled.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Cancelled))]
pub(crate) struct CancelShown {
    number: String,
    reason: String,
}

/// The result of a close in numbers.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Made))]
pub(crate) struct MadeShown {
    /// The number of documents, cancellations included.
    documents: u64,
    /// The number of accounts carried.
    carried: u64,
    /// The number of accounts opened.
    opened: u64,
    sums: Vec<MadeSumShown>,
}

/// The sums of a currency and a direction.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MadeSum))]
pub(crate) struct MadeSumShown {
    currency: Currency,
    direction: &'static str,
    net: Money,
    gross: Money,
    carried: Money,
}

/// A page of the documents of a close.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct DocumentList {
    pub(crate) documents: Vec<DocumentSummary>,
    pub(crate) next_cursor: Option<String>,
}

/// A page of what a close carried.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct CarriedList {
    pub(crate) carried: Vec<CarriedShown>,
    pub(crate) next_cursor: Option<String>,
}

impl From<&StoredClose> for ClosingShown {
    fn from(StoredClose { close, by, made }: &StoredClose) -> ClosingShown {
        let opens = match &close.opening {
            Opening::None | Opening::All => Vec::new(),
            Opening::Partners(partners) => partners.iter().cloned().collect(),
        };
        let cancel = |cancel: &settlement::close::Cancel| CancelShown {
            number: cancel.number.to_string(),
            reason: cancel.reason.to_string(),
        };
        ClosingShown {
            month: close.moment.month(),
            at: close.moment.at(),
            cut: close.moment.cut(),
            by: by.clone(),
            opens_all: close.opening == Opening::All,
            opens,
            finals: close.finals.iter().cloned().collect(),
            rates: close.rates.iter().map(|(currency, rate)| (currency.code().to_owned(), rate.to_string())).collect(),
            cancel: close.cancels.iter().map(cancel).collect(),
            made: made.as_ref().map(MadeShown::from),
        }
    }
}

impl From<&Made> for MadeShown {
    fn from(Made { documents, carried, opened, sums }: &Made) -> MadeShown {
        let sum = |MadeSum { currency, direction, net, gross, carried }: &MadeSum| MadeSumShown {
            currency: *currency,
            direction: direction.into(),
            net: Money::new(*net, *currency),
            gross: Money::new(*gross, *currency),
            carried: Money::new(*carried, *currency),
        };
        MadeShown { documents: *documents, carried: *carried, opened: *opened, sums: sums.iter().map(sum).collect() }
    }
}
