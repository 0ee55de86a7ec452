//! Members that the stack on this machine has without an invitation: one for each role that it is asked for.

use jiff::Timestamp;
use ledger::bookings::Announce;
use ledger::journal::{Author, Occasion};
use ledger::members::{Granted, Member, MemberId};
use ledger::{Ledger, LedgerError, Store};
use rules::label::LabelError;
use rules::people::{Identity, IssuerError, MemberName, Role, SubjectError};

/// Somebody who is a member on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Somebody {
    pub subject: &'static str,
    pub name: &'static str,
}

/// The member of the partner that the stack shows.
pub const PARTNER: Somebody = Somebody { subject: "partner", name: "Marion Vidal" };
pub const MANAGER: Somebody = Somebody { subject: "manager", name: "Claire Fontaine" };
pub const ACCOUNTANT: Somebody = Somebody { subject: "accountant", name: "Paul Girard" };

/// The subject of the member that has a role.
fn subject(role: &Role) -> String {
    match role {
        Role::Manager | Role::Accountant => somebody(role).subject.to_owned(),
        Role::Partner(id) => format!("{}-{id}", PARTNER.subject),
    }
}

fn somebody(role: &Role) -> Somebody {
    match role {
        Role::Manager => MANAGER,
        Role::Accountant => ACCOUNTANT,
        Role::Partner(_) => PARTNER,
    }
}

/// A member that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MembersError {
    #[error("the members could not be read or written")]
    Ledger(#[from] LedgerError),
    #[error("the issuer {0}")]
    Issuer(#[from] IssuerError),
    #[error("the subject {0}")]
    Subject(#[from] SubjectError),
    #[error("the name {0}")]
    Name(#[from] LabelError),
    #[error(
        "the member {subject} was revoked, and a token of it opens nothing: give another role, or start with --fresh"
    )]
    Revoked { subject: String },
    #[error("a token cannot be signed")]
    Token(#[from] std::io::Error),
    #[error("{subject} is a member with another role: give another subject, or start with --fresh")]
    OtherRole { subject: String },
}

/// The person with a role, as the author of what it does; the operator if the issuer is none.
pub fn author(issuer: &str, role: &Role) -> Author {
    let member = || {
        let identity = Identity { issuer: issuer.parse().ok()?, subject: subject(role).parse().ok()? };
        Some(Author::Member { id: MemberId::of(&identity), name: somebody(role).name.parse().ok()? })
    };
    member().unwrap_or(Author::Operator)
}

/// Makes whoever has this issuer and subject a member with a role. A member of before keeps its role, and who was revoked stays
/// so. Gives the role of the member.
pub async fn enter<S: Store, A: Announce>(
    ledger: &Ledger<S, A>,
    issuer: &str,
    (subject, role): (&str, &Role),
    at: Timestamp,
) -> Result<Role, MembersError> {
    let identity = Identity { issuer: issuer.parse()?, subject: subject.parse()? };
    if let Some(found) = ledger.member_of(&identity).await? {
        return Ok(found.role);
    }
    let name: MemberName = somebody(role).name.parse()?;
    let member = Member { identity, role: role.clone(), name, since: at, granted_by: None, revoked_at: None };
    match ledger.grant(&member, &Occasion::of_operator(at)).await? {
        Granted::Now(member) | Granted::Already(member) | Granted::Other(member) => Ok(member.role),
    }
}

/// Makes the member that has a role, unless there is one, and gives its subject; whoever was revoked stays so.
pub async fn with_role<S: Store, A: Announce>(
    ledger: &Ledger<S, A>,
    issuer: &str,
    role: &Role,
    at: Timestamp,
) -> Result<String, MembersError> {
    let subject = subject(role);
    let has = enter(ledger, issuer, (&subject, role), at).await?;
    if has != *role {
        return Err(MembersError::OtherRole { subject });
    }
    let identity = Identity { issuer: issuer.parse()?, subject: subject.parse()? };
    let member = ledger.member_of(&identity).await?;
    if member.is_some_and(|member| member.role().is_none()) {
        Err(MembersError::Revoked { subject })
    } else {
        Ok(subject)
    }
}
