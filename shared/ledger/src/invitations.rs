//! Invitations (RULEBOOK §9): a manager makes one; whoever opens its link and signs in becomes a member. Its code is good
//! once and for seven days; the table holds only a digest of it.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | an invitation | `MEMBERS#ALL` | `INVITATION#<id>` |
//!
//! The attention index lists invitations under `INVITATIONS`, newest first.

pub use crate::ids::{InvitationId, InvitationIdError};

use crate::bookings::Announce;
use crate::digits;
use crate::error::{CHANGED, SHAPE};
use crate::ids::MemberId;
use crate::item::{self, Hash, key, text};
use crate::journal::{Act, ActId, Author, Change, InvitationStep, MemberStep, Occasion};
use crate::members::{ATTEMPTS, MEMBERS, Member, to_item};
use crate::queries::{Part, whole};
use crate::store::{Consistency, Index, IndexKey, Item, Key, KeyRange, Store, TransactError, Write};
use crate::stored::{read_role, stored_role};
use crate::{Ledger, LedgerError, Unreadable, keys};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rules::PartnerId;
use rules::people::{Identity, MemberName, Role};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// The time for which a code is good.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The index partition of invitations.
const LISTED: &str = "INVITATIONS";
const INVITATION: &str = "INVITATION#";
/// Bytes of an id, and of the secret part of a code.
const ID_BYTES: usize = 8;
const SECRET_BYTES: usize = 16;

/// Random bytes of a code.
pub type Randomness = [u8; ID_BYTES + SECRET_BYTES];

fn key_of(id: &InvitationId) -> Key {
    Key { pk: MEMBERS.to_owned(), sk: format!("{INVITATION}{id}") }
}

/// The code of an invitation: its id and a secret, as `<id>-<secret>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    pub id: InvitationId,
    secret: String,
}

/// Shows the id alone.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Code {
    /// The code of a new invitation.
    pub fn new(random: Randomness) -> Code {
        let digits = random.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        let (id, secret) = digits.split_at(2 * ID_BYTES);
        Code { id: InvitationId::of_digits(id), secret: secret.to_owned() }
    }

    /// Another code of an invitation.
    pub fn again(id: InvitationId, random: Randomness) -> Code {
        Code { id, ..Code::new(random) }
    }

    fn digest(&self) -> String {
        item::digest_of(&AttributeValue::S(self.secret.clone()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.id, self.secret)
    }
}

impl std::str::FromStr for Code {
    type Err = InvitationIdError;
    fn from_str(text: &str) -> Result<Self, InvitationIdError> {
        let (id, secret) = text.split_once('-').ok_or(InvitationIdError)?;
        let secret = Some(secret).filter(|secret| digits::are(2 * SECRET_BYTES, secret)).ok_or(InvitationIdError)?;
        Ok(Code { id: id.parse()?, secret: secret.to_owned() })
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    /// The role that it grants.
    pub role: Role,
    /// The name that the member will have.
    pub name: MemberName,
    pub made_at: Timestamp,
    /// The manager who made it; none: whoever runs the programme's account.
    pub made_by: Option<MemberId>,
    /// The end of the code's time.
    pub expires_at: Timestamp,
    /// The member that it made, if it was accepted.
    pub accepted_by: Option<MemberId>,
    /// The time of revocation.
    pub revoked_at: Option<Timestamp>,
}

/// The status of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Open,
    Expired,
    Accepted,
    Revoked,
}

impl Invitation {
    /// The act by which it was made or changed.
    fn act(&self, occasion: &Occasion, step: InvitationStep) -> Act {
        let (id, role, name) = (self.id.clone(), self.role.clone(), self.name.clone());
        Act::new(occasion, Change::Invitation { id, role, name, step, at: occasion.at })
    }

    /// The status at a time. What was accepted stays so.
    pub fn status(&self, now: Timestamp) -> Status {
        match (&self.accepted_by, self.revoked_at) {
            (Some(_), _) => Status::Accepted,
            (None, Some(_)) => Status::Revoked,
            (None, None) if self.expires_at <= now => Status::Expired,
            (None, None) => Status::Open,
        }
    }
}

/// The outcome of accepting an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Whoever accepted is this member, now or since an earlier request.
    Member(Member),
    /// No invitation has this code: none ever had, it or its maker was revoked, or it was sent again with another code.
    NoInvitation,
    /// Somebody else accepted it.
    Used,
    Expired,
    /// Whoever accepts has a role already.
    MemberAlready(Member),
}

/// The outcome of changing an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    Done(Invitation),
    NoInvitation,
    /// It was accepted.
    Used,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    pk: String,
    sk: String,
    apk: String,
    ask: String,
    #[serde(rename = "ro")]
    role: String,
    #[serde(rename = "pn", default, skip_serializing_if = "Option::is_none")]
    partner_id: Option<PartnerId>,
    #[serde(rename = "nm")]
    name: MemberName,
    at: Timestamp,
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    made_by: Option<MemberId>,
    #[serde(rename = "ex")]
    expires_at: Timestamp,
    #[serde(rename = "cd")]
    code: String,
    #[serde(rename = "ac", default, skip_serializing_if = "Option::is_none")]
    accepted_by: Option<MemberId>,
    #[serde(rename = "rv", default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    #[serde(rename = "v")]
    revision: u64,
}

/// An invitation as stored.
struct Found {
    invitation: Invitation,
    /// The digest of its code.
    code: String,
    revision: u64,
    item: Item,
}

fn item(invitation: &Invitation, code: String, revision: u64) -> Result<Item, LedgerError> {
    let Invitation { id, role, name, made_at, made_by, expires_at, accepted_by, revoked_at } = invitation.clone();
    let (key, (role, partner_id)) = (key_of(&id), stored_role(&role));
    let (apk, ask) = (LISTED.to_owned(), keys::attention_sort_key(made_at, &key));
    let Key { pk, sk } = key;
    to_item(&Stored {
        pk,
        sk,
        apk,
        ask,
        role,
        partner_id,
        name,
        at: made_at,
        made_by,
        expires_at,
        code,
        accepted_by,
        revoked_at,
        revision,
    })
}

fn read(stored_item: &Item) -> Result<Found, Unreadable> {
    if Hash::of(stored_item) == Hash::Differs {
        return Err(Unreadable::damaged(key(stored_item), CHANGED));
    }
    let stored: Result<Stored, _> = serde_dynamo::from_item(stored_item.clone());
    let Ok(stored) = stored else { return Err(Unreadable::damaged(key(stored_item), SHAPE)) };
    let Stored {
        pk: _,
        sk,
        apk,
        ask,
        role,
        partner_id,
        name,
        at,
        made_by,
        expires_at,
        code,
        accepted_by,
        revoked_at,
        revision,
    } = stored;
    let role = read_role(&role, partner_id).ok_or_else(|| Unreadable::unknown(key(stored_item)))?;
    let is_listed = apk == LISTED && ask == keys::attention_sort_key(at, &key(stored_item));
    let id = sk.strip_prefix(INVITATION).and_then(|id| id.parse().ok()).filter(|_| is_listed);
    let id = id.ok_or_else(|| Unreadable::damaged(key(stored_item), "its keys are not those of an invitation"))?;
    let invitation = Invitation { id, role, name, made_at: at, made_by, expires_at, accepted_by, revoked_at };
    Ok(Found { invitation, code, revision, item: stored_item.clone() })
}

/// Checks that the item of an invitation is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    let is_invitation = text(item, "pk") == MEMBERS && text(item, "sk").starts_with(INVITATION);
    is_invitation.then(|| read(item).map(drop))
}

/// The acts that the item of an invitation shows.
pub(crate) fn acts(item: &Item) -> Vec<(ActId, Timestamp)> {
    let is_invitation = text(item, "pk") == MEMBERS && text(item, "sk").starts_with(INVITATION);
    let Some(found) = is_invitation.then(|| read(item).ok()).flatten() else { return Vec::new() };
    let invitation = found.invitation;
    let act = |step: InvitationStep, at: Timestamp| (invitation.act(&Occasion::of_operator(at), step).id(), at);
    let revoked = invitation.revoked_at.map(|at| act(InvitationStep::Revoked, at));
    [act(InvitationStep::Made, invitation.made_at)].into_iter().chain(revoked).collect()
}

impl Found {
    /// The write of the invitation with changes.
    fn write(&self, changed: &Invitation, code: String) -> Result<Write, LedgerError> {
        let read = item(&self.invitation, self.code.clone(), self.revision)?;
        let mut item = item::rewrite(&self.item, &read, item(changed, code, self.revision + 1)?);
        item::hash(&mut item);
        Ok(Write::Replace(item, self.revision))
    }
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Invitations of every status, newest first; at most `limit`.
    pub async fn invitations(&self, limit: usize, after: Option<IndexKey>) -> Result<Part<Invitation>, LedgerError> {
        let range = KeyRange { limit, ..whole(Index::Attention, LISTED.to_owned(), after) };
        let mut part = self.listed_now(range, |item| Ok(Some(read(item)?.invitation))).await?;
        part.list.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| b.id.cmp(&a.id)));
        Ok(part)
    }

    /// Makes an invitation, with this code.
    pub async fn invite(
        &self,
        code: &Code,
        (role, name): (Role, MemberName),
        occasion: &Occasion,
    ) -> Result<Invitation, LedgerError> {
        let (id, now, made_by) = (code.id.clone(), occasion.at, occasion.by.member().cloned());
        let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let invitation =
            Invitation { id, role, name, made_at: now, made_by, expires_at, accepted_by: None, revoked_at: None };
        let mut writes = vec![Write::Insert(item(&invitation, code.digest(), 1)?)];
        writes.extend(invitation.act(occasion, InvitationStep::Made).writes()?);
        match self.store.transact(writes).await {
            Ok(()) => Ok(invitation),
            // The id is random: it is there only if this request was applied before.
            Err(TransactError::Conflict) => Err(LedgerError::Contended { what: MEMBERS.to_owned(), attempts: 1 }),
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// Gives an invitation another code, for seven days anew; also one that has expired or was revoked.
    pub async fn invite_again(&self, code: &Code, occasion: &Occasion) -> Result<Changed, LedgerError> {
        let expires_at = occasion.at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let again = |before: Invitation| Invitation { expires_at, revoked_at: None, ..before };
        self.change_invitation(&code.id, again, Some(code), occasion).await
    }

    /// Revokes an invitation: its code is no longer good.
    pub async fn revoke_invitation(&self, id: &InvitationId, occasion: &Occasion) -> Result<Changed, LedgerError> {
        let revoked = |before: Invitation| Invitation { revoked_at: before.revoked_at.or(Some(occasion.at)), ..before };
        self.change_invitation(id, revoked, None, occasion).await
    }

    async fn change_invitation(
        &self,
        id: &InvitationId,
        change: impl Fn(Invitation) -> Invitation,
        code: Option<&Code>,
        occasion: &Occasion,
    ) -> Result<Changed, LedgerError> {
        for attempt in 0..ATTEMPTS {
            let Some(found) = self.found_invitation(id).await? else { return Ok(Changed::NoInvitation) };
            if found.invitation.accepted_by.is_some() {
                return Ok(Changed::Used);
            }
            let changed = change(found.invitation.clone());
            let digest = code.map_or_else(|| found.code.clone(), Code::digest);
            if changed == found.invitation && digest == found.code {
                return Ok(Changed::Done(changed));
            }
            let step = match code {
                Some(_) => InvitationStep::SentAgain { expires_at: changed.expires_at },
                None => InvitationStep::Revoked,
            };
            let mut writes = vec![found.write(&changed, digest)?];
            writes.extend(changed.act(occasion, step).writes()?);
            if self.applied(writes, attempt).await? {
                return Ok(Changed::Done(changed));
            }
        }
        Err(LedgerError::Contended { what: MEMBERS.to_owned(), attempts: ATTEMPTS })
    }

    /// Makes whoever has a code a member. Repeated by the same person, it gives the same answer.
    pub async fn accept_invitation(
        &self,
        code: &Code,
        identity: Identity,
        now: Timestamp,
    ) -> Result<Accepted, LedgerError> {
        let id = MemberId::of(&identity);
        for attempt in 0..ATTEMPTS {
            let found = self.found_invitation(&code.id).await?.filter(|found| found.code == code.digest());
            let Some(found) = found else { return Ok(Accepted::NoInvitation) };
            let before = self.found_member(&id).await?;
            let holder = before.as_ref().map(|found| &found.member).filter(|member| member.role().is_some());
            if found.invitation.accepted_by.is_none() && !self.may_still_invite(&found.invitation).await? {
                return Ok(Accepted::NoInvitation);
            }
            match (found.invitation.status(now), holder) {
                (Status::Revoked, _) => return Ok(Accepted::NoInvitation),
                (Status::Accepted, Some(member)) if found.invitation.accepted_by.as_ref() == Some(&id) => {
                    return Ok(Accepted::Member(member.clone()));
                }
                (Status::Accepted, _) => return Ok(Accepted::Used),
                (Status::Expired, _) => return Ok(Accepted::Expired),
                (Status::Open, Some(member)) => return Ok(Accepted::MemberAlready(member.clone())),
                (Status::Open, None) => {}
            }
            let Invitation { role, name, made_by, .. } = found.invitation.clone();
            let member =
                Member { identity: identity.clone(), role, name, since: now, granted_by: made_by, revoked_at: None };
            let accepted = Invitation { accepted_by: Some(id.clone()), ..found.invitation.clone() };
            let by = Author::Member { id: id.clone(), name: member.name.clone() };
            let act = member.act(&Occasion { by, at: now, reason: None }, MemberStep::Joined(code.id.clone()));
            let mut writes = self.writes_of_grant(&member, before).await?;
            writes.push(found.write(&accepted, found.code.clone())?);
            writes.extend(act.writes()?);
            if self.applied(writes, attempt).await? {
                return Ok(Accepted::Member(member));
            }
        }
        Err(LedgerError::Contended { what: MEMBERS.to_owned(), attempts: ATTEMPTS })
    }

    /// Whether whoever made an invitation is a manager still: a revoked one leaves no door open.
    async fn may_still_invite(&self, invitation: &Invitation) -> Result<bool, LedgerError> {
        let Some(manager) = &invitation.made_by else { return Ok(true) };
        Ok(self.member(manager).await?.as_ref().and_then(Member::role).is_some_and(Role::may_manage))
    }

    async fn found_invitation(&self, id: &InvitationId) -> Result<Option<Found>, LedgerError> {
        let items = self.store.get(vec![key_of(id)], Consistency::Strong).await?;
        Ok(items.first().map(read).transpose()?)
    }
}
