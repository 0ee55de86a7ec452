//! The journal, and the versions of a partner's agreements.

use crate::answers::claims::Claim;
use crate::answers::contract::KeyName;
use crate::answers::partners::RegisteredPartner;
use crate::answers::unreadable::Unreadable;
use events::json::Total;
use jiff::Timestamp;
use ledger::journal::{
    Act, ActId, Author, Change, InvitationStep, MemberStep, Moved, Registered, SettlementAct, SettlementStep,
};
use ledger::members::MemberId;
use ledger::passes::EndedPasses;
use ledger::recorded::PassesOf;
use ledger::totals::PartnerMonth;
use rules::label::StatedReason;
use rules::people::{MemberName, Role, RoleKind};
use rules::{AgreementId, ContractId, Day, DocumentId, Month, PartnerId};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Acts, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Journal {
    pub(crate) acts: Vec<ActShown>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A person’s act.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Act))]
pub(crate) struct ActShown {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    id: ActId,
    at: Timestamp,
    /// Null: whoever runs the programme's account, by a command.
    by: Option<AuthorShown>,
    reason: Option<StatedReason>,
    /// The partners that it concerns.
    partners: Vec<PartnerId>,
    change: ChangeShown,
    /// False: a choice that its contract does not show, or an item of a contract that is not set aside. It is still to be
    /// carried out, or was refused, since the contract had changed.
    pub(crate) carried_out: bool,
    /// The amounts that it was going to move when it was done; null: not computed.
    foreseen: Option<Vec<MovedMonth>>,
    /// The amounts that a registration or a choice moved, with the passes after it; null: they have not ended, a later
    /// registration came before they did, a choice and a registration of a partner were booked at the same time, the choice was
    /// refused after all, or no passes follow such an act.
    moved: Option<Vec<MovedMonth>>,
}

/// A member, with its name at the time of the act.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Author))]
pub(crate) struct AuthorShown {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    id: MemberId,
    name: MemberName,
}

/// The sums of the entries that an act appends in a month of a partner.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct MovedMonth {
    partner_id: PartnerId,
    month: Month,
    totals: Vec<Total>,
}

/// The change that an act made.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Change))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum ChangeShown {
    /// Name and agreements of a partner.
    Registration {
        version: u64,
        /// Null: the partner was not registered.
        before: Option<RegisteredPartner>,
        after: RegisteredPartner,
    },
    /// A choice of the effective claim.
    Choice {
        contract_id: ContractId,
        key: KeyName,
        number: usize,
        /// True: the manager stated the claim.
        stated: bool,
        /// The claim effective before; null: none was.
        before: Option<Claim>,
        /// The claim chosen; null: no claim is effective.
        after: Option<Claim>,
    },
    /// An item of the attention list that was set aside.
    ItemSetAside { item: String },
    /// A missed year that was set aside, with its figures then.
    YearSetAside { agreement: AgreementId, year: u16, sales: u32, minimum: u32 },
    /// Contacts and note of a partner.
    PartnerFile,
    /// A day of a perk.
    Perk { perk: &'static str, day: Day, taken: bool },
    /// An inquiry of a partner.
    Inquiry { inquiry: DocumentId },
    /// The answer to an inquiry.
    Answer { inquiry: DocumentId },
    /// An invitation.
    Invitation { role: RoleKind, name: MemberName, step: InvitationStepShown },
    /// A member's role.
    Member { role: RoleKind, name: MemberName, step: MemberStepShown },
    /// A step from what is owed to what is paid: `vendor-identity`, `partner-identity`, `close`, `own-document`,
    /// `own-cancellation`, `opening-item`, `contest`, `contest-answer`, `payment`, `batch`, `batch-sealed`, `batch-sent`, `batch-void`,
    /// `transfer-fate` or `transfer-returned`. The subject is the version's number, the close's month, the document's number and what
    /// tells it from others, or the id of the payment, batch or transfer.
    Settlement {
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        step: SettlementStep,
        subject: Vec<String>,
    },
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = InvitationStep))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InvitationStepShown {
    Made,
    /// With another code.
    SentAgain,
    Revoked,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MemberStep))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MemberStepShown {
    Granted,
    /// The member accepted an invitation.
    Joined,
    Revoked,
}

/// The versions of a partner's agreements, newest first; those made before the journal was kept are not among them.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Versions))]
pub(crate) struct History {
    pub(crate) versions: Vec<AgreementsVersion>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A version of a partner's agreements.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AgreementsVersion {
    version: u64,
    /// The act that made it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    act: ActId,
    at: Timestamp,
    /// Null: whoever runs the programme's account, by a command.
    by: Option<AuthorShown>,
    reason: Option<StatedReason>,
    /// The amounts that it was going to move; null: not computed.
    foreseen: Option<Vec<MovedMonth>>,
    /// The amounts that its passes moved; null: they have not ended, or a later registration or a choice came before they did.
    moved: Option<Vec<MovedMonth>>,
    /// It can be sent back as a registration.
    registered: RegisteredPartner,
}

impl AuthorShown {
    fn of(author: Author) -> Option<AuthorShown> {
        match author {
            Author::Member { id, name } => Some(AuthorShown { id, name }),
            Author::Operator => None,
        }
    }
}

impl MovedMonth {
    /// All months with an amount that moved, by partner. A line of 0 has an entry, and moves nothing.
    pub(crate) fn all(moved: &Moved) -> Vec<MovedMonth> {
        let months = moved.iter().map(|(PartnerMonth { partner_id, month }, totals)| MovedMonth {
            partner_id: partner_id.clone(),
            month: *month,
            totals: Total::all(&totals.that_move()),
        });
        months.filter(|month| !month.totals.is_empty()).collect()
    }
}

impl ActShown {
    /// The change as JSON.
    pub(crate) fn change_as_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.change)
    }
}

impl ActShown {
    /// An act, with what followed it.
    pub(crate) fn of(act: Act, Followed { ended, not_carried_out }: &Followed) -> ActShown {
        let moved = moved_by(&act, ended);
        let (id, partners) = (act.id(), act.change.partners().into_iter().cloned().collect());
        let carried_out = !not_carried_out.contains(&id);
        ActShown {
            id,
            at: act.occasion.at,
            by: AuthorShown::of(act.occasion.by),
            reason: act.occasion.reason,
            partners,
            change: act.change.into(),
            carried_out,
            foreseen: act.foreseen.as_ref().map(MovedMonth::all),
            moved,
        }
    }
}

/// All that followed acts.
pub(crate) struct Followed {
    pub(crate) ended: Ended,
    /// The acts that were refused, or are still to be carried out.
    pub(crate) not_carried_out: BTreeSet<ActId>,
}

/// The amounts that acts moved for partners.
pub(crate) type Ended = BTreeMap<(PartnerId, PassesOf), EndedPasses>;

/// The amounts that an act moved for every partner that it concerns; none: not all its passes have ended.
pub(crate) fn moved(act: &Act, ended: &Ended) -> Option<Moved> {
    let of = act.passes()?;
    let mut all = Moved::new();
    // A partner's months are in its own passes alone.
    for partner in act.change.partners() {
        all.extend(ended.get(&(partner.clone(), of.clone()))?.moved.clone());
    }
    Some(all)
}

fn moved_by(act: &Act, ended: &Ended) -> Option<Vec<MovedMonth>> {
    moved(act, ended).as_ref().map(MovedMonth::all)
}

impl AgreementsVersion {
    /// The version that an act made; none: the act is no registration.
    pub(crate) fn of(act: Act, ended: &Ended) -> Option<AgreementsVersion> {
        let (id, moved) = (act.id(), moved_by(&act, ended));
        let Change::Registration { partner_id, version, before: _, after } = act.change else { return None };
        Some(AgreementsVersion {
            version,
            act: id,
            at: act.occasion.at,
            by: AuthorShown::of(act.occasion.by),
            reason: act.occasion.reason,
            foreseen: act.foreseen.as_ref().map(MovedMonth::all),
            moved,
            registered: registered(&partner_id, &after),
        })
    }
}

fn registered(partner_id: &PartnerId, Registered { name, agreements }: &Registered) -> RegisteredPartner {
    RegisteredPartner::new(partner_id.clone(), name.clone(), agreements)
}

impl From<Change> for ChangeShown {
    fn from(change: Change) -> ChangeShown {
        match change {
            Change::Registration { partner_id, version, before, after } => ChangeShown::Registration {
                version,
                before: before.map(|before| registered(&partner_id, &before)),
                after: registered(&partner_id, &after),
            },
            Change::Choice { contract_id, key, number, seen: _, partners: _, before, after, is_stated } => {
                ChangeShown::Choice {
                    contract_id,
                    key: (&key).into(),
                    number,
                    stated: is_stated,
                    before: before.as_ref().map(Claim::from),
                    after: after.as_ref().map(Claim::from),
                }
            }
            Change::ItemSetAside { item, partners: _ } => ChangeShown::ItemSetAside { item: item.to_string() },
            Change::YearSetAside { partner_id: _, year, sales, minimum, at: _ } => {
                ChangeShown::YearSetAside { agreement: year.agreement, year: year.number, sales, minimum }
            }
            Change::PartnerFile { .. } => ChangeShown::PartnerFile,
            Change::Perk { partner_id: _, of, taken, revision: _ } => {
                ChangeShown::Perk { perk: of.perk.as_str(), day: of.day, taken }
            }
            Change::Inquiry { partner_id: _, inquiry } => ChangeShown::Inquiry { inquiry },
            Change::Answer { partner_id: _, inquiry } => ChangeShown::Answer { inquiry },
            Change::Invitation { role, name, step, .. } => {
                let step = match step {
                    InvitationStep::Made => InvitationStepShown::Made,
                    InvitationStep::SentAgain { .. } => InvitationStepShown::SentAgain,
                    InvitationStep::Revoked => InvitationStepShown::Revoked,
                };
                ChangeShown::Invitation { role: Role::kind(&role), name, step }
            }
            Change::Member { role, name, step, .. } => {
                let step = match step {
                    MemberStep::Granted => MemberStepShown::Granted,
                    MemberStep::Joined(_) => MemberStepShown::Joined,
                    MemberStep::Revoked => MemberStepShown::Revoked,
                };
                ChangeShown::Member { role: Role::kind(&role), name, step }
            }
            Change::Settlement(SettlementAct { step, partner_id: _, subject }) => {
                ChangeShown::Settlement { step, subject }
            }
        }
    }
}
