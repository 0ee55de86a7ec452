//! A preview of a close.

use crate::answers::account::CarriedShown;
use crate::answers::billing::LackingShown;
use crate::answers::document::{DocumentSummary, LineAmount};
use crate::words;
use closing::preview::{Look, Preview};
use rules::programme::Language;
use rules::{Currency, PartnerId};
use serde::Serialize;
use settlement::Account;

/// A page of what a close would make now. Nothing is written.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ClosePreview))]
pub(crate) struct PreviewShown {
    /// The documents, with the numbers that they would get now.
    documents: Vec<DocumentSummary>,
    carried: Vec<CarriedShown>,
    /// The accounts that would be opened, with the sums that count as settled elsewhere.
    opened: Vec<OpenedShown>,
    /// The things to look at first.
    attention: Vec<LookShown>,
    next_cursor: Option<String>,
}

/// An account that an opening would settle.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Opened))]
pub(crate) struct OpenedShown {
    partner_id: PartnerId,
    currency: Currency,
    direction: &'static str,
    lines: Vec<LineAmount>,
}

/// Something to look at before closing.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = LookAt))]
pub(crate) struct LookShown {
    /// `refused`: the month cannot be closed now; `incomplete`: an identity lacks something; `stays-negative`: an account to a
    /// partner stays negative; `being-recomputed`: the partner's annuities are being decided again.
    kind: &'static str,
    partner_id: Option<PartnerId>,
    currency: Option<Currency>,
    direction: Option<&'static str>,
    lacking: Vec<LackingShown>,
    /// Why the month cannot be closed now, in words.
    why: Option<String>,
}

impl LookShown {
    fn of(look: Look, language: Language) -> LookShown {
        let nothing = |kind| LookShown {
            kind,
            partner_id: None,
            currency: None,
            direction: None,
            lacking: Vec::new(),
            why: None,
        };
        let of_account = |kind, Account { partner_id, currency, direction }: Account| LookShown {
            partner_id: Some(partner_id),
            currency: Some(currency),
            direction: Some(direction.into()),
            ..nothing(kind)
        };
        match look {
            Look::Refused(error) => {
                LookShown { why: Some(words::close(&error).in_language(language)), ..nothing("refused") }
            }
            Look::Incomplete { account, lacking } => LookShown {
                lacking: lacking.into_iter().map(LackingShown::from).collect(),
                ..of_account("incomplete", account)
            },
            Look::StaysNegative(account) => of_account("stays-negative", account),
            Look::BeingRecomputed(partner) => LookShown { partner_id: Some(partner), ..nothing("being-recomputed") },
        }
    }
}

impl PreviewShown {
    pub(crate) fn of(preview: Preview, next_cursor: Option<String>, language: Language) -> PreviewShown {
        let opened = preview.settled.iter().map(|settled| OpenedShown {
            partner_id: settled.account.partner_id.clone(),
            currency: settled.account.currency,
            direction: settled.account.direction.into(),
            lines: settled.lines.iter().map(|line| LineAmount::of(line, settled.account.currency)).collect(),
        });
        PreviewShown {
            documents: DocumentSummary::all(&preview.documents),
            carried: preview.carried.iter().map(CarriedShown::from).collect(),
            opened: opened.collect(),
            attention: preview.attention.into_iter().map(|look| LookShown::of(look, language)).collect(),
            next_cursor,
        }
    }
}
