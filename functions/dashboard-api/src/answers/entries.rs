//! Entries and lines, each amount with its reason and its explanation.

use crate::answers::unreadable::Unreadable;
use events::json::Money;
use jiff::Timestamp;
use ledger::lenient;
use ledger::queries::ListedEntry;
use ledger::recorded::LedgerEntry;
use rules::line::LineId;
use rules::programme::Language;
use rules::rates::Rates;
use rules::{
    AdjustmentId, AgreementId, AnnuityId, Cause, ContractId, Day, Kind, Line, Model, PartnerId, ProgrammeVersion, Term,
};
use serde::Serialize;
use texts::explain;

/// A page of a partner's entries.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct EntryList {
    pub(crate) entries: Vec<Entry>,
    /// Entries of a later release.
    pub(crate) unknown_entries: Vec<UnknownEntry>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// Contract, term and cause of a line.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct LineName {
    /// The contract of the line; null for an entry fee.
    pub(crate) contract_id: Option<ContractId>,
    pub(crate) term: Option<Term>,
    /// `annuity`, `supplement`, `credit-note` or `entry-fee`.
    pub(crate) cause_kind: &'static str,
    /// `annuity`, the id of a supplement or a credit note, or, of an entry fee, the first day of its agreement.
    pub(crate) cause: String,
}

impl From<&LineId> for LineName {
    fn from(line: &LineId) -> LineName {
        match line {
            LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause } => {
                let (cause_kind, cause) = match cause {
                    Cause::Annuity => ("annuity", "annuity".to_owned()),
                    Cause::Adjustment(AdjustmentId { kind, id }) => (kind.as_str(), id.to_string()),
                };
                LineName { contract_id: Some(contract_id.clone()), term: Some(*term), cause_kind, cause }
            }
            LineId::EntryFee { partner_id: _, agreement } => {
                LineName { contract_id: None, term: None, cause_kind: "entry-fee", cause: agreement.to_string() }
            }
        }
    }
}

/// An entry of the ledger.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Entry {
    partner_id: PartnerId,
    #[serde(flatten)]
    line: LineName,
    kind: Kind,
    model: Model,
    booked_on: Day,
    recorded_at: Timestamp,
    amount: Money,
    vendor_share: Money,
    reason: &'static str,
    explanation: String,
}

impl Entry {
    pub(crate) fn of(line: &LineId, recorded: &LedgerEntry, language: Language) -> Entry {
        let posting = &recorded.entry.posting;
        Entry {
            partner_id: posting.partner_id.clone(),
            line: line.into(),
            kind: posting.kind,
            model: posting.model,
            booked_on: posting.booked_on,
            recorded_at: recorded.recorded_at,
            amount: Money::new(recorded.entry.amount, posting.currency),
            vendor_share: Money::new(recorded.entry.vendor_share, posting.currency),
            reason: recorded.entry.basis.decision.reason.as_str(),
            explanation: explain::entry(line, &recorded.entry, language),
        }
    }

    pub(crate) fn all(listed: &[ListedEntry], language: Language) -> Vec<Entry> {
        listed.iter().map(|listed| Entry::of(&listed.line, &listed.recorded, language)).collect()
    }
}

/// An entry of a later release, shown as text. Its amounts are in minor units, and in no sum.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct UnknownEntry {
    #[serde(flatten)]
    line: LineName,
    kind: String,
    model: String,
    reason: String,
    booked_on: Day,
    recorded_at: Timestamp,
    currency: String,
    amount_in_minor_units: String,
    vendor_share_in_minor_units: String,
}

impl From<&lenient::UnknownEntry> for UnknownEntry {
    fn from(entry: &lenient::UnknownEntry) -> UnknownEntry {
        UnknownEntry {
            line: (&entry.line).into(),
            kind: entry.kind.clone(),
            model: entry.model.clone(),
            reason: entry.reason.clone(),
            booked_on: entry.booked_on,
            recorded_at: entry.recorded_at,
            currency: entry.currency.clone(),
            amount_in_minor_units: entry.amount.0.to_string(),
            vendor_share_in_minor_units: entry.vendor_share.0.to_string(),
        }
    }
}

/// A line: the amount owed for an annuity, a supplement, a credit note or an entry fee, with its reason.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Line))]
pub(crate) struct LineAnswer {
    partner_id: PartnerId,
    kind: Kind,
    model: Model,
    booked_on: Day,
    amount: Money,
    vendor_share: Money,
    /// The agreement that governs the line, by its first day.
    agreement: AgreementId,
    programme: ProgrammeVersion,
    rate: Rates,
    reason: &'static str,
    explanation: String,
}

impl LineAnswer {
    pub(crate) fn of(line: &Line, language: Language) -> LineAnswer {
        let (posting, decision) = (&line.posting, &line.basis.decision);
        LineAnswer {
            partner_id: posting.partner_id.clone(),
            kind: posting.kind,
            model: posting.model,
            booked_on: posting.booked_on,
            amount: Money::new(line.amount(), posting.currency),
            vendor_share: Money::new(line.vendor_share(), posting.currency),
            agreement: decision.agreement,
            programme: decision.programme,
            rate: decision.rates.clone(),
            reason: decision.reason.as_str(),
            explanation: explain::line(line, language),
        }
    }
}
