//! Changes that acts made, with what was before and after.

use crate::act_id::ActId;
use crate::ids::InvitationId;
use crate::ids::ItemId;
use crate::ids::MemberId;
use crate::ids::PerkDay;
use crate::ids::YearOf;
use crate::journal::SettlementAct;
use crate::recorded::PassesOf;
use crate::stored_fact::StoredFact;
use jiff::Timestamp;
use rules::contract::Key;
use rules::label::StatedReason;
use rules::people::{MemberName, Role};
use rules::{Agreements, ContractId, DocumentId, Fact, PartnerId};
use std::collections::BTreeSet;

/// A partner as registered: its name and its agreements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    pub name: String,
    pub agreements: Agreements,
}

/// A step in the life of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationStep {
    Made,
    /// It was sent again, with another code.
    SentAgain {
        expires_at: Timestamp,
    },
    Revoked,
}

/// A step in the life of a member's role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberStep {
    /// A manager or the operator granted it.
    Granted,
    /// The member accepted an invitation.
    Joined(InvitationId),
    Revoked,
}

/// The change that an act made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A partner's name and agreements, registered as a whole.
    Registration {
        partner_id: PartnerId,
        /// The version of the agreements that it made.
        version: u64,
        /// None: the partner was not registered.
        before: Option<Registered>,
        after: Registered,
    },
    /// A choice of the effective claim.
    Choice {
        contract_id: ContractId,
        key: Key,
        number: usize,
        /// The number of claims that it is between.
        seen: u32,
        /// The partners of every claim of the sale, before the choice and after it.
        partners: BTreeSet<PartnerId>,
        /// The claim effective before; none: none was.
        before: Option<Fact>,
        /// The claim chosen; none: no claim is effective.
        after: Option<Fact>,
        /// True: the manager stated the claim; false: it is one of those reported.
        is_stated: bool,
    },
    /// An item of the attention list that was set aside.
    ItemSetAside {
        item: ItemId,
        /// The partners of every claim of the sale, if the item is about a contract that could be read.
        partners: BTreeSet<PartnerId>,
    },
    /// A missed year that was set aside, with its figures at that time.
    YearSetAside { partner_id: PartnerId, year: YearOf, sales: u32, minimum: u32, at: Timestamp },
    /// The file of a partner. Its contacts are personal data: the journal keeps that they changed, and not what they were.
    PartnerFile { partner_id: PartnerId, revision: u64 },
    /// A day of a perk: taken, or taken back.
    Perk { partner_id: PartnerId, of: PerkDay, taken: bool, revision: u64 },
    /// An inquiry of a partner.
    Inquiry { partner_id: PartnerId, inquiry: DocumentId },
    /// The answer to an inquiry.
    Answer { partner_id: PartnerId, inquiry: DocumentId },
    /// An invitation.
    Invitation { id: InvitationId, role: Role, name: MemberName, step: InvitationStep, at: Timestamp },
    /// A member's role.
    Member { id: MemberId, role: Role, name: MemberName, step: MemberStep, at: Timestamp },
    /// A billing identity, a close, a document of a partner's own, an opening item, a contest or its answer, a payment, a step of a batch, the fate of a transfer.
    Settlement(SettlementAct),
}

impl Change {
    /// The passes that follow it; none: no passes.
    pub(crate) fn passes(&self, reason: Option<&StatedReason>) -> Option<PassesOf> {
        match self {
            Change::Registration { version, .. } => Some(PassesOf::Registration(*version)),
            Change::Choice { .. } => Some(PassesOf::Choice(self.id(reason))),
            Change::ItemSetAside { .. }
            | Change::YearSetAside { .. }
            | Change::PartnerFile { .. }
            | Change::Perk { .. }
            | Change::Inquiry { .. }
            | Change::Answer { .. }
            | Change::Invitation { .. }
            | Change::Member { .. }
            | Change::Settlement(_) => None,
        }
    }

    /// The name of its kind, in items and on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Change::Registration { .. } => "registration",
            Change::Choice { .. } => "choice",
            Change::ItemSetAside { .. } => "item-set-aside",
            Change::YearSetAside { .. } => "year-set-aside",
            Change::PartnerFile { .. } => "partner-file",
            Change::Perk { .. } => "perk",
            Change::Inquiry { .. } => "inquiry",
            Change::Answer { .. } => "answer",
            Change::Invitation { .. } => "invitation",
            Change::Member { .. } => "member",
            Change::Settlement(_) => "settlement",
        }
    }

    /// The partners that it concerns.
    pub fn partners(&self) -> Vec<&PartnerId> {
        match self {
            Change::Registration { partner_id, .. }
            | Change::YearSetAside { partner_id, .. }
            | Change::PartnerFile { partner_id, .. }
            | Change::Perk { partner_id, .. }
            | Change::Inquiry { partner_id, .. }
            | Change::Answer { partner_id, .. } => vec![partner_id],
            Change::Choice { partners, .. } | Change::ItemSetAside { partners, item: _ } => partners.iter().collect(),
            Change::Invitation { role, .. } | Change::Member { role, .. } => role.partner().into_iter().collect(),
            Change::Settlement(act) => act.partner_id.iter().collect(),
        }
    }

    /// An item of the attention list that was set aside, as the item's own record shows it: without its partners.
    pub(crate) fn item_set_aside(item: ItemId) -> Change {
        Change::ItemSetAside { item, partners: BTreeSet::new() }
    }

    /// The id of the act that made this change. The audit asks for it with what it reads in the table.
    pub(crate) fn id(&self, reason: Option<&StatedReason>) -> ActId {
        match self {
            Change::Registration { partner_id, version, .. } => ActId::of(("registration", partner_id, version)),
            Change::Choice { contract_id, key, number, seen, after, .. } => {
                let after = after.as_ref().map(StoredFact::of);
                ActId::of(("choice", contract_id, key, number, seen, after, reason))
            }
            Change::ItemSetAside { item, partners: _ } => ActId::of(("set-aside", item, reason)),
            Change::YearSetAside { partner_id, year: YearOf { agreement, number }, at, .. } => {
                ActId::of(("year-set-aside", partner_id, agreement, number, at))
            }
            Change::PartnerFile { partner_id, revision } => ActId::of(("partner-file", partner_id, revision)),
            Change::Perk { partner_id, of: PerkDay { perk, day }, revision, .. } => {
                ActId::of(("perk", partner_id, perk.as_str(), day, revision))
            }
            Change::Inquiry { partner_id, inquiry } => ActId::of(("inquiry", partner_id, inquiry)),
            Change::Answer { partner_id, inquiry } => ActId::of(("answer", partner_id, inquiry)),
            Change::Invitation { id, step, at, .. } => ActId::of(("invitation", id, step.as_str(), at)),
            Change::Settlement(act) => act.id(),
            Change::Member { id, step, at, .. } => ActId::of(("member", id, matches!(step, MemberStep::Revoked), at)),
        }
    }
}

impl InvitationStep {
    /// The name in items and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            InvitationStep::Made => "made",
            InvitationStep::SentAgain { .. } => "sent-again",
            InvitationStep::Revoked => "revoked",
        }
    }
}
