//! The attention list: anomalies, dead letters and unreadable items, each with what to do about it.

use crate::answers::contract::KeyName;
use crate::answers::unreadable::Unreadable;
use events::EventType;
use jiff::Timestamp;
use ledger::attention::DeadLetter;
use rules::contract::Anomaly;
use rules::programme::Language;
use rules::{AnnuityId, ContractId, PartnerId, Term};
use serde::Serialize;
use texts::{Code, Notice};

/// A page of the attention list, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AttentionList {
    pub(crate) items: Vec<AttentionItem>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// An item of the attention list.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub(crate) enum AttentionItem {
    Annuity(AnnuityItem),
    DeadLetter(DeadLetterItem),
    Unreadable(UnreadableItem),
}

/// An anomaly of an annuity.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AnnuityItem {
    pub(crate) kind: Anomaly,
    pub(crate) contract_id: ContractId,
    pub(crate) term: Term,
    pub(crate) partner_id: Option<PartnerId>,
    /// The facts whose claims contradict each other.
    pub(crate) contradicting: Vec<KeyName>,
    pub(crate) recorded_at: Option<Timestamp>,
    pub(crate) what_to_do: String,
}

/// A dead letter: a message that cannot be processed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct DeadLetterItem {
    kind: RejectedKind,
    message_id: String,
    /// The function that refused the message; null if this release does not know it.
    function: Option<&'static str>,
    field: String,
    reason: String,
    recorded_at: Timestamp,
    what_to_do: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
enum RejectedKind {
    RejectedMessage,
}

impl DeadLetterItem {
    pub(crate) fn of(dead_letter: &DeadLetter, language: Language) -> DeadLetterItem {
        let function = function(&dead_letter.function);
        // What the restatement function refuses is a manager's choice, which has nobody to send it again.
        let what_to_do = if function == Some("restatement") { Code::ChooseAgain } else { Code::SendAgain };
        DeadLetterItem {
            kind: RejectedKind::RejectedMessage,
            message_id: dead_letter.message_id.clone(),
            function,
            field: dead_letter.field.clone(),
            reason: dead_letter.reason.in_language(language).to_owned(),
            recorded_at: dead_letter.at,
            what_to_do: Notice::from(what_to_do).in_language(language),
        }
    }
}

/// An item of the ledger that cannot be read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct UnreadableItem {
    kind: UnreadableKind,
    /// The contract of the item, if the item's key names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<ContractId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<Term>,
    key: String,
    what_to_do: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
enum UnreadableKind {
    Unreadable,
}

impl UnreadableItem {
    pub(crate) fn of(annuity: Option<AnnuityId>, key: String, language: Language) -> UnreadableItem {
        let (contract_id, term) = annuity.map(|annuity| (annuity.contract_id, annuity.term)).unzip();
        let what_to_do = Notice::from(Code::RestoreItem).in_language(language);
        UnreadableItem { kind: UnreadableKind::Unreadable, contract_id, term, key, what_to_do }
    }
}

/// The function that refused a message, by its name in the template or in Lambda, `<stack>-<that of the template>-<at
/// random>`; none: no function that refuses messages.
fn function(name: &str) -> Option<&'static str> {
    let logical = match name.rsplit_once('-') {
        Some((stack_and_logical, _)) => stack_and_logical.rsplit('-').next().unwrap_or(stack_and_logical),
        None => name,
    };
    let events = EventType::ALL.iter().map(|event_type| (event_type.logical_id(), event_type.name()));
    let mut all = events.chain([("Restatement", "restatement"), ("Totals", "totals")]);
    all.find(|(known, _)| *known == logical).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_one_name_here_and_in_an_account() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(function(name), expected, "{name}");
        check("SaleSigned", Some("sale-signed"));
        check("programme-SaleSigned-1A2B3C4D5E6F", Some("sale-signed"));
        check("partner-programme-prod-AnnualRenewal-xYz", Some("annual-renewal"));
        check("CreditNote-Restatement-0", Some("restatement"));
        check("a-CreditNote-0", Some("credit-note"));
        check("Totals", Some("totals"));
        for name in ["", "-", "DashboardApi", "stack-DashboardApi-1", "sale-signed"] {
            check(name, None);
        }
    }
}
