//! Members and invitations.

use crate::answers::unreadable::Unreadable;
use jiff::Timestamp;
use ledger::invitations::{Code, Invitation, InvitationId, Status};
use ledger::members::{Member, MemberId};
use rules::PartnerId;
use rules::people::{Issuer, MemberName, RoleKind, Subject};
use serde::Serialize;
use web::access::Caller;

/// The caller.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Me {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    id: MemberId,
    name: MemberName,
    role: RoleKind,
    /// The partner of a partner's member.
    partner_id: Option<PartnerId>,
    partner_name: Option<String>,
    /// The name of the manager who views the page as this member.
    viewed_by: Option<MemberName>,
}

/// Members by role, partner's members by partner.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct MemberList {
    pub(crate) members: Vec<MemberShown>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// A member.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Member))]
pub(crate) struct MemberShown {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    id: MemberId,
    issuer: Issuer,
    subject: Subject,
    role: RoleKind,
    /// The partner of a partner's member.
    partner_id: Option<PartnerId>,
    name: MemberName,
    since: Timestamp,
    /// The id of the manager who granted the role; null: whoever runs the programme's account.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    granted_by: Option<MemberId>,
    /// Null: the member has the role.
    revoked_at: Option<Timestamp>,
}

/// Invitations, newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct InvitationList {
    pub(crate) invitations: Vec<InvitationShown>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// An invitation.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Invitation))]
pub(crate) struct InvitationShown {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    id: InvitationId,
    role: RoleKind,
    partner_id: Option<PartnerId>,
    name: MemberName,
    made_at: Timestamp,
    /// The id of the manager who made it; null: whoever runs the programme's account.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    made_by: Option<MemberId>,
    expires_at: Timestamp,
    status: InvitationStatus,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
enum InvitationStatus {
    /// Its code is good.
    Open,
    Expired,
    Accepted,
    Revoked,
}

/// An invitation with its code, which is given this once.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct InvitationWithCode {
    /// For the link `<page>/#/join/<code>`.
    code: String,
    #[serde(flatten)]
    invitation: InvitationShown,
}

impl Me {
    pub(crate) fn of(caller: Caller, partner_name: Option<String>) -> Me {
        let Caller { id, name, role, viewed_by } = caller;
        Me {
            id,
            name,
            role: role.kind(),
            partner_id: role.partner().cloned(),
            partner_name,
            viewed_by: viewed_by.map(|viewer| viewer.name),
        }
    }
}

impl From<Member> for MemberShown {
    fn from(member: Member) -> MemberShown {
        MemberShown {
            id: member.id(),
            role: member.role.kind(),
            partner_id: member.role.partner().cloned(),
            issuer: member.identity.issuer,
            subject: member.identity.subject,
            name: member.name,
            since: member.since,
            granted_by: member.granted_by,
            revoked_at: member.revoked_at,
        }
    }
}

impl InvitationShown {
    /// An invitation as it is at a time.
    pub(crate) fn of(invitation: Invitation, now: Timestamp) -> InvitationShown {
        let status = match invitation.status(now) {
            Status::Open => InvitationStatus::Open,
            Status::Expired => InvitationStatus::Expired,
            Status::Accepted => InvitationStatus::Accepted,
            Status::Revoked => InvitationStatus::Revoked,
        };
        InvitationShown {
            status,
            role: invitation.role.kind(),
            partner_id: invitation.role.partner().cloned(),
            id: invitation.id,
            name: invitation.name,
            made_at: invitation.made_at,
            made_by: invitation.made_by,
            expires_at: invitation.expires_at,
        }
    }

    pub(crate) fn with_code(self, code: &Code) -> InvitationWithCode {
        InvitationWithCode { code: code.to_string(), invitation: self }
    }
}
