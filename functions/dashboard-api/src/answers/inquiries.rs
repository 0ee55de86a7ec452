//! Inquiries of partners, with the answers of managers.

use crate::answers::unreadable::Unreadable;
use jiff::Timestamp;
use ledger::inquiries::RecordedInquiry;
use rules::inquiry::{Concern, Note};
use rules::{ContractId, DocumentId, PartnerId};
use serde::Serialize;
use std::collections::BTreeMap;

/// Inquiries, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct InquiryList {
    pub(crate) inquiries: Vec<InquiryShown>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// An inquiry of a partner.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Inquiry))]
pub(crate) struct InquiryShown {
    partner_id: PartnerId,
    /// Name of the partner; null if the partner is not registered or cannot be read.
    partner_name: Option<String>,
    id: DocumentId,
    concern: Concern,
    contract_id: Option<ContractId>,
    text: Note,
    asked_at: Timestamp,
    /// The manager's answer; null: none yet.
    answer: Option<AnswerShown>,
}

/// A manager's answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AnswerToInquiry))]
struct AnswerShown {
    text: Note,
    at: Timestamp,
}

impl InquiryShown {
    /// Inquiries with the names of their partners.
    pub(crate) fn all(recorded: Vec<RecordedInquiry>, names: &BTreeMap<PartnerId, String>) -> Vec<InquiryShown> {
        let shown = |recorded: RecordedInquiry| InquiryShown {
            partner_name: names.get(&recorded.partner_id).cloned(),
            partner_id: recorded.partner_id,
            id: recorded.id,
            concern: recorded.inquiry.concern,
            contract_id: recorded.inquiry.contract_id,
            text: recorded.inquiry.text,
            asked_at: recorded.asked_at,
            answer: recorded.answer.map(|answer| AnswerShown { text: answer.text, at: answer.at }),
        };
        recorded.into_iter().map(shown).collect()
    }
}
