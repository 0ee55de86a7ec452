//! Members (RULEBOOK §9): who has which role, granted by the programme. They decide no amount.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | a member | `MEMBERS#ALL` | `MEMBER#<digest of issuer and subject>` |
//! | the number of managers | | `MANAGERS` |
//!
//! The index by partner lists members under `MEMBERS`, by role, then by partner. A revoked member stays listed.

pub use crate::ids::{MemberId, MemberIdError};

use crate::bookings::Announce;
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::item::{self, Hash, key, text};
use crate::journal::{Act, ActId, Change, MemberStep, Occasion};
use crate::queries::{Part, whole};
use crate::store::{Consistency, Index, IndexKey, Item, Key, KeyRange, Store, Write};
use crate::stored::{read_role, stored_role};
use crate::{Ledger, LedgerError, Unreadable};
use jiff::Timestamp;
use rules::PartnerId;
use rules::people::{Identity, Issuer, MemberName, Role, RoleKind, Subject};
use serde::{Deserialize, Serialize};

/// The partition of members and of invitations.
pub(crate) const MEMBERS: &str = "MEMBERS#ALL";
/// The index partition of members.
const LISTED: &str = "MEMBERS";
const MEMBER: &str = "MEMBER#";
const MANAGERS: &str = "MANAGERS";
pub(crate) const ATTEMPTS: u32 = 12;

fn key_of(id: &MemberId) -> Key {
    Key { pk: MEMBERS.to_owned(), sk: format!("{MEMBER}{id}") }
}

/// A member of the programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub identity: Identity,
    pub role: Role,
    /// The name, as other members read it.
    pub name: MemberName,
    /// The time since which the member has the role.
    pub since: Timestamp,
    /// The manager who granted the role; none: whoever runs the programme's account.
    pub granted_by: Option<MemberId>,
    /// The time of revocation; none: the member has the role.
    pub revoked_at: Option<Timestamp>,
}

impl Member {
    /// The id of the member.
    pub fn id(&self) -> MemberId {
        MemberId::of(&self.identity)
    }

    /// The role, unless it was revoked.
    pub fn role(&self) -> Option<&Role> {
        self.revoked_at.is_none().then_some(&self.role)
    }

    /// The act by which the role was granted or, if it is, revoked.
    pub(crate) fn act(&self, occasion: &Occasion, step: MemberStep) -> Act {
        let (role, name) = (self.role.clone(), self.name.clone());
        Act::new(
            occasion,
            Change::Member { id: self.id(), role, name, step, at: self.revoked_at.unwrap_or(self.since) },
        )
    }

    fn is_manager(&self) -> bool {
        self.role().is_some_and(Role::may_manage)
    }
}

/// The outcome of granting a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted {
    /// The member has the role from now on.
    Now(Member),
    /// The member had the role before.
    Already(Member),
    /// The member has another role, which is kept.
    Other(Member),
}

/// The outcome of revoking a member's role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// The member has no role from now on.
    Now(Member),
    /// The role was revoked before.
    Already(Member),
    /// The member is the last manager, and stays so.
    LastManager,
    /// There is no such member.
    NoMember,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    gpk: String,
    gsk: String,
    #[serde(rename = "is")]
    issuer: Issuer,
    #[serde(rename = "su")]
    subject: Subject,
    #[serde(rename = "ro")]
    role: String,
    #[serde(rename = "pn", default, skip_serializing_if = "Option::is_none")]
    partner_id: Option<PartnerId>,
    #[serde(rename = "nm")]
    name: MemberName,
    at: Timestamp,
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    granted_by: Option<MemberId>,
    #[serde(rename = "rv", default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    #[serde(rename = "v")]
    revision: u64,
}

/// A member as stored.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) member: Member,
    revision: u64,
    item: Item,
}

fn place(role: &Role, id: &MemberId) -> String {
    let partner = role.partner().map_or("", PartnerId::as_str);
    format!("{}#{partner}#{id}", role.kind().as_str())
}

fn item(member: &Member, revision: u64) -> Result<Item, LedgerError> {
    let id = member.id();
    let (Key { pk, sk }, (role, partner_id)) = (key_of(&id), stored_role(&member.role));
    let Member { identity: Identity { issuer, subject }, role: _, name, since, granted_by, revoked_at } =
        member.clone();
    let (gpk, gsk) = (LISTED.to_owned(), place(&member.role, &id));
    to_item(&Stored {
        pk,
        sk,
        gpk,
        gsk,
        issuer,
        subject,
        role,
        partner_id,
        name,
        at: since,
        granted_by,
        revoked_at,
        revision,
    })
}

pub(crate) fn to_item(stored: &impl Serialize) -> Result<Item, LedgerError> {
    let failed = |_| LedgerError::Damaged { key: MEMBERS.to_owned(), why: UNSTORABLE };
    let mut item = serde_dynamo::to_item(stored).map_err(failed)?;
    item::hash(&mut item);
    Ok(item)
}

fn read(stored_item: &Item) -> Result<Found, Unreadable> {
    if Hash::of(stored_item) == Hash::Differs {
        return Err(Unreadable::damaged(key(stored_item), CHANGED));
    }
    let stored: Result<Stored, _> = serde_dynamo::from_item(stored_item.clone());
    let Ok(stored) = stored else { return Err(Unreadable::damaged(key(stored_item), SHAPE)) };
    let Stored { pk: _, sk, gpk, gsk, issuer, subject, role, partner_id, name, at, granted_by, revoked_at, revision } =
        stored;
    let role = read_role(&role, partner_id).ok_or_else(|| Unreadable::unknown(key(stored_item)))?;
    let identity = Identity { issuer, subject };
    let member = Member { identity, role, name, since: at, granted_by, revoked_at };
    let id = member.id();
    if key_of(&id).sk != sk || gpk != LISTED || gsk != place(&member.role, &id) {
        return Err(Unreadable::damaged(key(stored_item), "its keys are not those of this member"));
    }
    Ok(Found { member, revision, item: stored_item.clone() })
}

/// The number of managers, as stored.
#[derive(Serialize, Deserialize)]
struct ManagerCount {
    pk: String,
    sk: String,
    #[serde(rename = "mg")]
    n: u64,
    #[serde(rename = "v")]
    revision: u64,
}

impl ManagerCount {
    fn key() -> Key {
        Key { pk: MEMBERS.to_owned(), sk: MANAGERS.to_owned() }
    }

    fn read(stored: &Item) -> Result<ManagerCount, Unreadable> {
        if Hash::of(stored) == Hash::Differs {
            return Err(Unreadable::damaged(key(stored), CHANGED));
        }
        serde_dynamo::from_item(stored.clone()).map_err(|_| Unreadable::damaged(key(stored), SHAPE))
    }
}

/// Checks that the item of a member, or the number of managers, is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    match (text(item, "pk"), text(item, "sk")) {
        (MEMBERS, MANAGERS) => Some(ManagerCount::read(item).map(drop)),
        (MEMBERS, sk) if sk.starts_with(MEMBER) => Some(read(item).map(drop)),
        _ => None,
    }
}

/// The acts that the item of a member shows.
pub(crate) fn acts(item: &Item) -> Vec<(ActId, Timestamp)> {
    let is_member = text(item, "pk") == MEMBERS && text(item, "sk").starts_with(MEMBER);
    let Some(member) = is_member.then(|| read(item).ok()).flatten().map(|found| found.member) else {
        return Vec::new();
    };
    let granted = Member { revoked_at: None, ..member.clone() };
    let step =
        |member: &Member, step: MemberStep, at: Timestamp| (member.act(&Occasion::of_operator(at), step).id(), at);
    let revoked = member.revoked_at.map(|at| step(&member, MemberStep::Revoked, at));
    [step(&granted, MemberStep::Granted, member.since)].into_iter().chain(revoked).collect()
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// The member with an identity, revoked ones included.
    pub async fn member_of(&self, identity: &Identity) -> Result<Option<Member>, LedgerError> {
        self.member(&MemberId::of(identity)).await
    }

    /// A member, revoked ones included; strongly consistent, so that a revocation holds at once.
    pub async fn member(&self, id: &MemberId) -> Result<Option<Member>, LedgerError> {
        Ok(self.found_member(id).await?.map(|found| found.member))
    }

    pub(crate) async fn found_member(&self, id: &MemberId) -> Result<Option<Found>, LedgerError> {
        let items = self.store.get(vec![key_of(id)], Consistency::Strong).await?;
        Ok(items.first().map(read).transpose()?)
    }

    /// Members by role, partner's members by partner; at most `limit`. `of`: this partner's members alone.
    pub async fn members(
        &self,
        of: Option<&PartnerId>,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Member>, LedgerError> {
        let mut range = KeyRange { limit, ..whole(Index::ByPartner, LISTED.to_owned(), after) };
        if let Some(partner) = of {
            let own = format!("{}#{partner}#", RoleKind::Partner.as_str());
            range = KeyRange { from: own.clone(), to: format!("{own}~"), ..range };
        }
        let mut part = self.listed_now(range, |item| Ok(Some(read(item)?.member))).await?;
        part.list.sort_by_cached_key(|member| place(&member.role, &member.id()));
        Ok(part)
    }

    /// Grants a role to an identity. A member keeps the role that it has; a revoked one may have another.
    pub async fn grant(&self, member: &Member, occasion: &Occasion) -> Result<Granted, LedgerError> {
        for attempt in 0..ATTEMPTS {
            let found = self.found_member(&member.id()).await?;
            if let Some(before) = found.as_ref().map(|found| &found.member)
                && let Some(role) = before.role()
            {
                let before = before.clone();
                return Ok(if *role == member.role { Granted::Already(before) } else { Granted::Other(before) });
            }
            let mut writes = self.writes_of_grant(member, found).await?;
            writes.extend(member.act(occasion, MemberStep::Granted).writes()?);
            if self.applied(writes, attempt).await? {
                return Ok(Granted::Now(member.clone()));
            }
        }
        Err(LedgerError::Contended { what: MEMBERS.to_owned(), attempts: ATTEMPTS })
    }

    /// The writes that grant a role to whoever has none.
    pub(crate) async fn writes_of_grant(
        &self,
        member: &Member,
        before: Option<Found>,
    ) -> Result<Vec<Write>, LedgerError> {
        let mut writes = vec![write(member, before)?];
        if member.is_manager() {
            let count = self.manager_count().await?;
            let n = count.as_ref().map_or(0, |count| count.n);
            writes.push(count_of(n + 1, count.as_ref())?);
        }
        Ok(writes)
    }

    /// Revokes a member's role. The last manager cannot be revoked, or nobody could grant a role any more.
    pub async fn revoke_member(&self, id: &MemberId, occasion: &Occasion) -> Result<Revoked, LedgerError> {
        for attempt in 0..ATTEMPTS {
            let Some(found) = self.found_member(id).await? else { return Ok(Revoked::NoMember) };
            if found.member.revoked_at.is_some() {
                return Ok(Revoked::Already(found.member));
            }
            let revoked = Member { revoked_at: Some(occasion.at), ..found.member.clone() };
            let is_manager = found.member.is_manager();
            let mut writes = vec![write(&revoked, Some(found))?];
            writes.extend(revoked.act(occasion, MemberStep::Revoked).writes()?);
            if is_manager {
                match self.manager_count().await? {
                    Some(count) if count.n > 1 => writes.push(count_of(count.n - 1, Some(&count))?),
                    Some(_) | None => return Ok(Revoked::LastManager),
                }
            }
            if self.applied(writes, attempt).await? {
                return Ok(Revoked::Now(revoked));
            }
        }
        Err(LedgerError::Contended { what: MEMBERS.to_owned(), attempts: ATTEMPTS })
    }

    async fn manager_count(&self) -> Result<Option<ManagerCount>, LedgerError> {
        let items = self.store.get(vec![ManagerCount::key()], Consistency::Strong).await?;
        Ok(items.first().map(ManagerCount::read).transpose()?)
    }
}

/// The write of a member, in place of what was stored.
fn write(member: &Member, before: Option<Found>) -> Result<Write, LedgerError> {
    let Some(Found { member: before, revision, item: stored }) = before else {
        return Ok(Write::Insert(item(member, 1)?));
    };
    let mut changed = item::rewrite(&stored, &item(&before, revision)?, item(member, revision + 1)?);
    item::hash(&mut changed);
    Ok(Write::Replace(changed, revision))
}

/// The write of the number of managers, in place of what was stored.
fn count_of(n: u64, before: Option<&ManagerCount>) -> Result<Write, LedgerError> {
    let Key { pk, sk } = ManagerCount::key();
    let revision = before.map(|before| before.revision);
    let item = to_item(&ManagerCount { pk, sk, n, revision: revision.unwrap_or_default() + 1 })?;
    Ok(revision.map_or(Write::Insert(item.clone()), |revision| Write::Replace(item, revision)))
}
