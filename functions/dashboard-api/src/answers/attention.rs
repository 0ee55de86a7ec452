//! The attention list: anomalies, dead letters and unreadable items, by cause, each with what to do about it.

use crate::answers::claims::Claim;
use crate::answers::contract::KeyName;
use crate::answers::unreadable::Unreadable;
use events::EventType;
use events::json::Money;
use jiff::Timestamp;
use ledger::anomalies::FoundAnomaly;
use ledger::attention::DeadLetter;
use ledger::set_aside::ItemId;
use rules::contract::Key;
use rules::programme::Language;
use rules::sorted::Sorted;
use rules::{AnnuityId, Anomaly, Contract, ContractId, Currency, CustomerName, Fact, Minor, PartnerId, Term};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use texts::{Code, Notice, explain};

/// A page of the attention list, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AttentionList {
    /// The causes of the items of this page, in the order of their newest items.
    pub(crate) causes: Vec<AttentionCause>,
    pub(crate) items: Vec<AttentionItem>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A cause of items: an anomaly of one partner's contracts, or a function's refusal of messages for one reason.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AttentionCause {
    kind: ItemKind,
    /// The partner of the contracts; null: none is known.
    partner_id: Option<PartnerId>,
    partner_name: Option<String>,
    /// The function that refused the messages.
    function: Option<&'static str>,
    /// The field that it named.
    field: Option<String>,
    /// Its reason.
    reason: Option<String>,
    what_to_do: String,
    /// Number of items of this page.
    items: usize,
    /// Number of contracts among them.
    contracts: usize,
    /// The fees and amounts that the items are about, by currency.
    amounts: Vec<Money>,
}

/// The kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AttentionKind))]
#[serde(untagged)]
pub(crate) enum ItemKind {
    Anomaly(Anomaly),
    Other(OtherKind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OtherKind {
    RejectedMessage,
    Unreadable,
}

impl std::str::FromStr for ItemKind {
    type Err = Notice;

    fn from_str(text: &str) -> Result<ItemKind, Notice> {
        match text {
            "rejected-message" => Ok(ItemKind::Other(OtherKind::RejectedMessage)),
            "unreadable" => Ok(ItemKind::Other(OtherKind::Unreadable)),
            _ => text.parse().map(ItemKind::Anomaly).map_err(|_| Code::NotAnItemKind.into()),
        }
    }
}

/// An item of the attention list. What does not apply to its kind is null.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AttentionItem {
    /// The id by which the item is set aside; it holds for what the item says now.
    id: String,
    /// The position of its cause in `causes`.
    cause: usize,
    kind: ItemKind,
    contract_id: Option<ContractId>,
    customer_name: Option<CustomerName>,
    term: Option<Term>,
    partner_id: Option<PartnerId>,
    /// The annuity's fee; while it is not billed, the amount of the first fact that waits for it.
    amount: Option<Money>,
    /// The facts that show the anomaly.
    facts: Vec<Claim>,
    /// The facts whose claims contradict each other.
    contradicting: Vec<KeyName>,
    message_id: Option<String>,
    function: Option<&'static str>,
    field: Option<String>,
    reason: Option<String>,
    /// The key of an unreadable item.
    key: Option<String>,
    /// The time since when it is on the list.
    since: Option<Timestamp>,
    what_to_do: String,
}

/// The common parts of items that are listed under one cause.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct CauseKey {
    kind: ItemKind,
    partner_id: Option<PartnerId>,
    function: Option<&'static str>,
    field: Option<String>,
    reason: Option<String>,
}

/// An item before it is listed, with its amount.
pub(crate) struct Draft {
    id: ItemId,
    item: AttentionItem,
    amount: Option<(Currency, Minor)>,
}

impl Draft {
    fn new(id: ItemId, kind: ItemKind, what_to_do: String) -> Draft {
        let item = AttentionItem {
            id: id.to_string(),
            cause: 0,
            kind,
            contract_id: None,
            customer_name: None,
            term: None,
            partner_id: None,
            amount: None,
            facts: Vec::new(),
            contradicting: Vec::new(),
            message_id: None,
            function: None,
            field: None,
            reason: None,
            key: None,
            since: None,
            what_to_do,
        };
        Draft { id, item, amount: None }
    }

    pub(crate) fn of_anomaly(
        annuity: &AnnuityId,
        found: &FoundAnomaly,
        (contract, customer_name): (&Contract, Option<&CustomerName>),
        since: Option<Timestamp>,
        language: Language,
    ) -> Draft {
        let FoundAnomaly { anomaly, facts, digest, set_aside: _ } = found;
        let id = ItemId::Anomaly { annuity: annuity.clone(), anomaly: *anomaly, seen: digest.clone() };
        let mut draft = Draft::new(id, ItemKind::Anomaly(*anomaly), explain::anomaly(*anomaly, language).to_owned());
        let fee = contract.billed(annuity.term).map(|(_, fee)| fee);
        let amount = fee.or_else(|| facts.iter().find_map(amount_of));
        draft.amount = amount.map(|amount| (amount.currency(), amount.minor()));
        draft.item.contract_id = Some(annuity.contract_id.clone());
        draft.item.customer_name = customer_name.cloned();
        draft.item.term = Some(annuity.term);
        draft.item.partner_id = contract.sale().map(|sale| sale.partner_id.clone());
        draft.item.amount = amount.map(Money::from);
        draft.item.facts = facts.iter().map(Claim::from).collect();
        draft.item.since = since;
        if *anomaly == Anomaly::Contradiction {
            let keys: BTreeSet<Key> = facts.iter().map(Key::from).to_set();
            draft.item.contradicting = keys.iter().map(KeyName::from).collect();
        }
        draft
    }

    pub(crate) fn of_dead_letter(dead_letter: &DeadLetter, language: Language) -> Draft {
        let function = function(&dead_letter.function);
        // What the restatement function refuses is a manager's choice, which has nobody to send it again.
        let what_to_do = if function == Some("restatement") { Code::ChooseAgain } else { Code::SendAgain };
        let id = ItemId::DeadLetter { message_id: dead_letter.message_id.clone() };
        let what_to_do = Notice::from(what_to_do).in_language(language);
        let mut draft = Draft::new(id, ItemKind::Other(OtherKind::RejectedMessage), what_to_do);
        draft.item.message_id = Some(dead_letter.message_id.clone());
        draft.item.contract_id.clone_from(&dead_letter.contract_id);
        draft.item.function = function;
        draft.item.field = Some(dead_letter.field.clone());
        draft.item.reason = Some(dead_letter.reason.in_language(language).to_owned());
        draft.item.since = Some(dead_letter.at);
        draft
    }

    pub(crate) fn of_unreadable(id: ItemId, annuity: Option<AnnuityId>, key: String, language: Language) -> Draft {
        let what_to_do = Notice::from(Code::RestoreItem).in_language(language);
        let mut draft = Draft::new(id, ItemKind::Other(OtherKind::Unreadable), what_to_do);
        let (contract_id, term) = annuity.map(|annuity| (annuity.contract_id, annuity.term)).unzip();
        draft.item.contract_id = contract_id;
        draft.item.term = term;
        draft.item.key = Some(key);
        draft
    }

    pub(crate) fn id(&self) -> &ItemId {
        &self.id
    }

    pub(crate) fn kind(&self) -> ItemKind {
        self.item.kind
    }

    fn cause(&self) -> CauseKey {
        let AttentionItem { kind, partner_id, function, field, reason, .. } = &self.item;
        CauseKey {
            kind: *kind,
            partner_id: partner_id.clone(),
            function: *function,
            field: field.clone(),
            reason: reason.clone(),
        }
    }
}

/// The amount that a fact states.
fn amount_of(fact: &Fact) -> Option<rules::Money> {
    match fact {
        Fact::Sale(sale) => Some(sale.annual_fee),
        Fact::Renewal(renewal) => Some(renewal.annual_fee),
        Fact::Adjustment(adjustment) => Some(adjustment.amount),
        Fact::ContractEnd(_) => None,
    }
}

/// The items, each with its cause, and the causes in the order of their first items.
pub(crate) fn by_cause(
    drafts: Vec<Draft>,
    names: &BTreeMap<PartnerId, String>,
) -> (Vec<AttentionCause>, Vec<AttentionItem>) {
    let mut positions: BTreeMap<CauseKey, usize> = BTreeMap::new();
    let mut numbered = Vec::new();
    for draft in drafts {
        let next = positions.len();
        let cause = *positions.entry(draft.cause()).or_insert(next);
        numbered.push((cause, draft));
    }
    let of = |position: usize| numbered.iter().filter(move |(cause, _)| *cause == position).map(|(_, draft)| draft);
    let causes = (0..positions.len()).filter_map(|position| cause_of(&of(position).collect::<Vec<_>>(), names));
    let causes = causes.collect();
    (causes, numbered.into_iter().map(|(cause, draft)| AttentionItem { cause, ..draft.item }).collect())
}

fn cause_of(group: &[&Draft], names: &BTreeMap<PartnerId, String>) -> Option<AttentionCause> {
    let AttentionItem { what_to_do, .. } = &group.first()?.item;
    let CauseKey { kind, partner_id, function, field, reason } = group.first()?.cause();
    let contracts: BTreeSet<&ContractId> = group.iter().filter_map(|draft| draft.item.contract_id.as_ref()).to_set();
    let mut amounts: BTreeMap<Currency, Minor> = BTreeMap::new();
    for (currency, minor) in group.iter().filter_map(|draft| draft.amount) {
        let sum = amounts.entry(currency).or_default();
        // A page of amounts, each at most 10^12, is far from the end of 64 bits.
        *sum = Minor(sum.0.saturating_add(minor.0));
    }
    Some(AttentionCause {
        kind,
        partner_name: partner_id.as_ref().and_then(|id| names.get(id)).cloned(),
        partner_id,
        function,
        field,
        reason,
        what_to_do: what_to_do.clone(),
        items: group.len(),
        contracts: contracts.len(),
        amounts: amounts.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect(),
    })
}

/// The function that refused a message, by its name in the template or in Lambda, `<stack>-<that of the template>-<at
/// random>`; none: no function that refuses messages.
fn function(name: &str) -> Option<&'static str> {
    let logical = match name.rsplit_once('-') {
        Some((stack_and_logical, _)) => stack_and_logical.rsplit('-').next().unwrap_or(stack_and_logical),
        None => name,
    };
    let events = EventType::ALL.iter().map(|event_type| (event_type.logical_id(), event_type.name()));
    let mut all = events.chain([("Restatement", "restatement"), ("Totals", "totals"), ("Settlement", "settlement")]);
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
