//! Callers and their access. API Gateway verifies the token, which proves only who calls; the role is that of the
//! member in the table. This is the one place that decides who may call which route; a handler decides only what a
//! partner's member is shown.

use crate::problem::Problem;
use axum::http::Method;
use events::Refusal;
use jiff::Timestamp;
use ledger::journal::{Author, Occasion};
use ledger::members::{Member, MemberId};
use ledger::{Ledger, Store};
use rules::people::{Identity, MemberName, Role};
use texts::Code;

/// The header by which a manager sees an answer as another member does: the id of that member.
pub const VIEW_AS: &str = "view-as";

/// The caller of a request: a member, or a manager who sees the answer as a member does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub id: MemberId,
    pub name: MemberName,
    pub role: Role,
    /// The manager who views the answer as this member.
    pub viewed_by: Option<Viewer>,
}

/// A manager who sees an answer as another member does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub id: MemberId,
    pub name: MemberName,
}

impl Caller {
    /// The member as caller; none: the role was revoked.
    pub fn of(member: Member) -> Option<Caller> {
        let (id, role) = (member.id(), member.role()?.clone());
        Some(Caller { id, name: member.name, role, viewed_by: None })
    }

    /// An act of the caller at a time, without a reason.
    pub fn occasion(&self, at: Timestamp) -> Occasion {
        Occasion { by: Author::Member { id: self.id.clone(), name: self.name.clone() }, at, reason: None }
    }

    /// An act of the caller at a time, with the reason that it states.
    pub fn occasion_because(&self, at: Timestamp, reason: &str) -> Result<Occasion, Refusal> {
        let reason = reason.parse().map_err(|error| Refusal::new("reason", error))?;
        Ok(Occasion { reason: Some(reason), ..self.occasion(at) })
    }
}

/// Audience of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone, without a token.
    Public,
    /// Everyone with a token, members or not.
    Identified,
    /// Members; a partner's member for its partner's data.
    Members,
    /// Managers, and partner's members for their partner.
    Reporters,
    /// Managers and accountants.
    Readers,
    Managers,
}

impl Audience {
    /// The audience in words, for the description of the API.
    pub fn in_words(self) -> &'static str {
        match self {
            Audience::Public => "everyone",
            Audience::Identified => "everyone with a token",
            Audience::Members => "every member; a partner's member for its partner",
            Audience::Reporters => "managers; a partner's member for its partner",
            Audience::Readers => "managers and accountants",
            Audience::Managers => "managers",
        }
    }
}

impl Audience {
    /// Permission of a role to call a route of this audience.
    pub fn admits(self, role: &Role) -> bool {
        match self {
            Audience::Public | Audience::Identified | Audience::Members => true,
            Audience::Reporters => role.may_report(),
            Audience::Readers => role.may_read_everything(),
            Audience::Managers => role.may_manage(),
        }
    }
}

/// The caller of a request, as the request states it.
pub struct Asked<'a> {
    pub identity: &'a Identity,
    pub method: &'a Method,
    /// The member as whom a manager wants to see the answer.
    pub view_as: Option<&'a str>,
}

/// The caller of a route for members.
pub async fn admitted<S: Store>(ledger: &Ledger<S>, audience: Audience, asked: Asked<'_>) -> Result<Caller, Problem> {
    let member = ledger.member_of(asked.identity).await?;
    let own = member.and_then(Caller::of).ok_or_else(|| Problem::forbidden(Code::NotAMember))?;
    let caller = match asked.view_as {
        None => own,
        Some(id) => viewed(ledger, own, id, asked.method).await?,
    };
    if !audience.admits(&caller.role) {
        return Err(Problem::forbidden(Code::NotForThisRole));
    }
    Ok(caller)
}

async fn viewed<S: Store>(ledger: &Ledger<S>, manager: Caller, id: &str, method: &Method) -> Result<Caller, Problem> {
    if !manager.role.may_manage() {
        return Err(Problem::forbidden(Code::NotForThisRole));
    }
    if *method != Method::GET && *method != Method::HEAD {
        return Err(Problem::forbidden(Code::ViewIsReadOnly));
    }
    let unknown = || Problem::not_found(Code::NoMember);
    let id: MemberId = id.parse().map_err(|_| unknown())?;
    let member = ledger.member(&id).await?.and_then(Caller::of).ok_or_else(unknown)?;
    Ok(Caller { viewed_by: Some(Viewer { id: manager.id, name: manager.name }), ..member })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_admits_the_roles_of_the_rulebook() {
        let roles = [Role::Manager, Role::Accountant, Role::Partner("P-1".parse().unwrap_or_else(|_| unreachable!()))];
        for (audience, admitted) in [
            (Audience::Public, [true, true, true]),
            (Audience::Identified, [true, true, true]),
            (Audience::Members, [true, true, true]),
            (Audience::Reporters, [true, false, true]),
            (Audience::Readers, [true, true, false]),
            (Audience::Managers, [true, false, false]),
        ] {
            assert_eq!(roles.each_ref().map(|role| audience.admits(role)), admitted, "{audience:?}");
        }
    }
}
