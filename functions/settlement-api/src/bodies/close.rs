//! A manager's orders for a close.

use super::parsed;
use crate::words;
use closing::closes::Said;
use events::{Refusal, body};
use rules::Currency;
use rules::PartnerId;
use serde::Deserialize;
use settlement::close::{Cancel, Opening};
use settlement::number::{GivenNumber, Number};
use std::collections::{BTreeMap, BTreeSet};
use texts::Notice;

/// The most partners that a close names one by one.
pub(crate) const MAX_PARTNERS: usize = 500;
/// The most documents that a close cancels.
pub(crate) const MAX_CANCELS: usize = 100;

/// Orders for a close. An empty object is a plain close.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CloseOrders))]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseBody {
    /// True: the first close opens all accounts. It makes no documents, and what was owed by then counts as settled elsewhere.
    #[serde(default)]
    opens_all: bool,
    /// The partners whose accounts this close opens: they were settled elsewhere until now.
    #[serde(default)]
    opens: Vec<String>,
    /// The partners whose documents are made even below their minimum, or as the vendor's credit note.
    #[serde(default, rename = "final")]
    finals: Vec<String>,
    /// EUR for one unit of another currency: `{"CHF": "1.07"}`.
    #[serde(default)]
    rates: BTreeMap<String, String>,
    /// The vendor's invoices that are cancelled.
    #[serde(default)]
    cancel: Vec<CancelBody>,
}

/// An invoice to cancel.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = CancelOrder))]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelBody {
    number: String,
    reason: String,
}

/// Reads the orders.
pub(crate) fn parse(text: &str) -> Result<Said, Refusal> {
    let body: CloseBody = body::read(text)?;
    let opens = partners("opens", &body.opens)?;
    let opening = match (body.opens_all, opens.is_empty()) {
        (true, true) => Opening::All,
        (true, false) => return Err(Refusal::new("opens", words::opens_all_already())),
        (false, true) => Opening::None,
        (false, false) => Opening::Partners(opens),
    };
    let mut rates = BTreeMap::new();
    for (currency, rate) in &body.rates {
        let field = format!("rates.{currency}");
        let currency: Currency = currency.parse().map_err(|error| Refusal::new("rates", error))?;
        rates.insert(currency, parsed(&field, rate, |_| words::not_a_rate())?);
    }
    if body.cancel.len() > MAX_CANCELS {
        return Err(Refusal::new("cancel", words::too_many(MAX_CANCELS)));
    }
    let cancels = body.cancel.iter().enumerate().map(|(n, cancel)| cancel.parsed(&format!("cancel[{n}]")));
    let (finals, cancels) = (partners("final", &body.finals)?, cancels.collect::<Result<_, _>>()?);
    Ok(Said { opening, finals, rates, cancels })
}

impl CancelBody {
    fn parsed(&self, field: &str) -> Result<Cancel, Refusal> {
        let number: GivenNumber = parsed(&format!("{field}.number"), &self.number, |_| words::not_a_number())?;
        let reason = parsed(&format!("{field}.reason"), &self.reason, Notice::from)?;
        Ok(Cancel { number: Number::Given(number), reason })
    }
}

fn partners(field: &str, names: &[String]) -> Result<BTreeSet<PartnerId>, Refusal> {
    if names.len() > MAX_PARTNERS {
        return Err(Refusal::new(field, words::too_many(MAX_PARTNERS)));
    }
    names.iter().enumerate().map(|(n, name)| parsed(&format!("{field}[{n}]"), name, Notice::from)).collect()
}
