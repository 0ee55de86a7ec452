//! A partner's contracts: its sales, each with its status, the reason, and what it came to so far.

use crate::answers::claims::SaleClaim;
use crate::answers::contract_pieces::{Left, View};
use crate::answers::unreadable::Unreadable;
use events::json::Total;
use ledger::aggregates::Aggregates;
use rules::contract::State;
use rules::decision::Pending;
use rules::line::LineId;
use rules::money::Overflow;
use rules::people::Role;
use rules::programme::Language;
use rules::{Cause, Contract, ContractId, CustomerName, Day, Instance, Minor, Partner, PartnerId, Term, Totals};
use serde::Serialize;
use texts::explain;

/// A page of a partner's contracts, by day of signature.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ContractList {
    pub(crate) contracts: Vec<ListedContract>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A contract as listed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ListedContract {
    contract_id: ContractId,
    /// The effective sale; null if it is no longer this partner's.
    sale: Option<SaleClaim>,
    /// The client's name as billing sent it; null: show the client's id.
    customer_name: Option<CustomerName>,
    /// The last day of the contract, once billing has said that it ends.
    ended_on: Option<Day>,
    /// Reason why the sale is no longer this partner's, else null.
    no_longer_yours: Option<Left>,
    status: ContractStatus,
    /// The latest annuity, which gives the status; null if the sale is no longer this partner's.
    latest: Option<LatestAnnuity>,
    /// Sums of the partner's entries of the contract.
    totals: Vec<Total>,
}

/// Status of a contract: that of its latest annuity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ContractStatus {
    /// The annuity earns the partner something.
    Earning,
    /// The annuity of the partner's own instance has the discount.
    Discounted,
    /// The annuity earns nothing, but an earlier one did.
    Earned,
    /// No annuity earned anything so far.
    Nothing,
    /// The annuity waits for another fact or for an agreement.
    Pending,
    /// No claim of the annuity is effective.
    Void,
    /// The sale is no longer this partner's.
    NoLongerYours,
}

/// The latest annuity of a contract.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct LatestAnnuity {
    term: Term,
    /// The reason for its amount; null without one.
    reason: Option<&'static str>,
    /// The fact or the agreement that it waits for.
    waits_for: Option<Pending>,
    /// The amount, or what it waits for, in a sentence; null if no claim is effective.
    explanation: Option<String>,
}

impl ListedContract {
    /// The texts by which it is found.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let client = self.sale.as_ref().map(|sale| sale.customer_id.as_str());
        let name = self.customer_name.as_ref().map(CustomerName::as_str);
        [Some(self.contract_id.as_str()), client, name].into_iter().flatten()
    }

    /// A contract that is, or was, the partner's. `whose` is the partner with its agreements.
    pub(crate) fn of(
        id: ContractId,
        aggregates: &Aggregates,
        whose: (&PartnerId, &Partner),
        language: Language,
    ) -> Result<ListedContract, Overflow> {
        let contract = aggregates.contract();
        let booked = booked(aggregates, whose.0)?;
        let has_earned = booked.0.values().any(|total| total.amount != Minor::ZERO);
        let view = View::of(&contract, &Role::Partner(whose.0.clone()));
        let (latest, status) = match (&view, contract.terms().last()) {
            (View::Former(_, _), _) => (None, ContractStatus::NoLongerYours),
            (View::Whole | View::Own(_), None) => (None, ContractStatus::Void),
            (View::Whole | View::Own(_), Some(term)) => {
                let (latest, status) = latest(&contract, *term, whose.1, language);
                let has_earned = has_earned && status == ContractStatus::Nothing;
                (Some(latest), if has_earned { ContractStatus::Earned } else { status })
            }
        };
        let sale = contract.sale().filter(|_| view.shows_sale());
        Ok(ListedContract {
            contract_id: id,
            sale: sale.map(SaleClaim::from),
            customer_name: sale.and(aggregates.customer_name().cloned()),
            ended_on: sale.and(contract.end()).map(|end| end.ended_on),
            no_longer_yours: view.left(),
            status,
            latest,
            totals: Total::all(&booked),
        })
    }
}

/// Sums of a partner's entries of a contract.
fn booked(aggregates: &Aggregates, partner: &PartnerId) -> Result<Totals, Overflow> {
    let mut totals = Totals::default();
    for recorded in aggregates.entries().into_values().flatten() {
        let entry = recorded.entry;
        if entry.posting.partner_id == *partner {
            totals.book(&entry.posting, entry.amount, entry.vendor_share)?;
        }
    }
    Ok(totals)
}

fn latest(contract: &Contract, term: Term, partner: &Partner, language: Language) -> (LatestAnnuity, ContractStatus) {
    let (reason, waits_for, explanation, status) = match contract.state(term, partner) {
        State::Decided(decision) => {
            let is_own = |id: &LineId| matches!(id, LineId::Annuity { annuity: _, cause: Cause::Annuity });
            let line = contract.lines(term, partner).into_iter().find(|line| is_own(&line.id));
            let earns = line.as_ref().is_some_and(|line| line.amount() != Minor::ZERO);
            let is_own_instance = contract.sale().is_some_and(|sale| sale.instance == Instance::Partner);
            let status = match (earns, is_own_instance) {
                (true, false) => ContractStatus::Earning,
                (true, true) => ContractStatus::Discounted,
                (false, _) => ContractStatus::Nothing,
            };
            let explanation = line.map(|line| explain::line(&line, language));
            (Some(decision.reason.as_str()), None, explanation, status)
        }
        State::Pending(waits_for) => {
            let explanation = explain::pending(waits_for, language).to_owned();
            (None, Some(waits_for), Some(explanation), ContractStatus::Pending)
        }
        State::Void => (None, None, None, ContractStatus::Void),
    };
    (LatestAnnuity { term, reason, waits_for, explanation }, status)
}
