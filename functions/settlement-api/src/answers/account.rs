//! A partner's accounts: its documents, what is carried and why, its contests, and invoices from before.

use crate::answers::document::{ContestShown, DocumentSummary};
use closing::documents::Papers;
use events::json::Money;
use rules::{Currency, Day, Month, PartnerId};
use serde::Serialize;
use settlement::opening::OpeningItem;
use settlement::{Account, Carried};

/// All of a partner.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PartnerAccount))]
pub(crate) struct AccountShown {
    partner_id: PartnerId,
    /// Newest first.
    documents: Vec<DocumentSummary>,
    /// The accounts that each close carried, the last close first. The last one of an account says what is carried now.
    carried: Vec<CarriedShown>,
    contests: Vec<ContestShown>,
    /// Invoices from before this system.
    opening_items: Vec<OpeningItemShown>,
}

/// An account of which nothing was written at a close: all of it is in the next one.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Carried))]
pub(crate) struct CarriedShown {
    partner_id: PartnerId,
    currency: Currency,
    /// `to-partner` or `from-partner`.
    direction: &'static str,
    close: Month,
    total: Money,
    /// `being-recomputed`, `zero`, `negative`, `nothing-to-credit`, `identity-incomplete`, `no-mandate`, `no-rate` or
    /// `below-minimum`.
    reason: &'static str,
}

/// An invoice from before this system that was unpaid when it was recorded.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = OpeningItem))]
pub(crate) struct OpeningItemShown {
    currency: Currency,
    direction: &'static str,
    number: String,
    date: Day,
    due: Day,
    gross: Money,
    /// The part of it that was unpaid.
    open: Money,
}

impl From<&Carried> for CarriedShown {
    fn from(carried: &Carried) -> CarriedShown {
        let Account { partner_id, currency, direction } = &carried.account;
        CarriedShown {
            partner_id: partner_id.clone(),
            currency: *currency,
            direction: direction.into(),
            close: carried.close,
            total: Money::new(carried.total, *currency),
            reason: carried.reason.into(),
        }
    }
}

impl From<&OpeningItem> for OpeningItemShown {
    fn from(item: &OpeningItem) -> OpeningItemShown {
        OpeningItemShown {
            currency: item.account().currency,
            direction: item.account().direction.into(),
            number: item.number().to_string(),
            date: item.date(),
            due: item.due(),
            gross: item.gross().into(),
            open: item.open().into(),
        }
    }
}

impl AccountShown {
    pub(crate) fn of(partner_id: PartnerId, mut papers: Papers, items: &[OpeningItem]) -> AccountShown {
        papers.documents.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| b.number.cmp(&a.number)));
        papers.carried.sort_by(|a, b| b.close.cmp(&a.close).then_with(|| a.account.cmp(&b.account)));
        AccountShown {
            partner_id,
            documents: DocumentSummary::all(&papers.documents),
            carried: papers.carried.iter().map(CarriedShown::from).collect(),
            contests: papers.contests.iter().map(ContestShown::from).collect(),
            opening_items: items.iter().map(OpeningItemShown::from).collect(),
        }
    }
}
