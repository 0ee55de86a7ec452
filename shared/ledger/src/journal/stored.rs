//! Acts as items.

use super::{Act, Author, Change, Concerned, InvitationStep, MemberStep, MovedText, Occasion, Registered};
use crate::act_id::{ACT, ActId, LISTED};
use crate::error::{CHANGED, SHAPE, UNSTORABLE};
use crate::ids::InvitationId;
use crate::ids::ItemId;
use crate::ids::MemberId;
use crate::ids::PerkDay;
use crate::ids::YearOf;
use crate::item::{self, Hash, key, text};
use crate::journal::SettlementAct;
use crate::keys;
use crate::store::{Item, Key};
use crate::stored::{Stored, read_role, stored_role};
use crate::stored_fact::StoredFact;
use crate::{LedgerError, Unreadable};
use jiff::Timestamp;
use rules::contract::Key as Claimed;
use rules::label::StatedReason;
use rules::people::{MemberName, Role};
use rules::programme::DatedPerk;
use rules::sorted::Sorted;
use rules::{AgreementId, Agreements, AnnuityId, ContractId, Day, DocumentId, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The first part of the sort key of a mention.
const OF: &str = "OF#";

#[derive(Serialize, Deserialize)]
struct StoredAct {
    pk: String,
    sk: String,
    apk: String,
    ask: String,
    at: Timestamp,
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    by: Option<MemberId>,
    #[serde(rename = "nm", default, skip_serializing_if = "Option::is_none")]
    name: Option<MemberName>,
    #[serde(rename = "re", default, skip_serializing_if = "Option::is_none")]
    reason: Option<StatedReason>,
    #[serde(rename = "jc")]
    change: StoredChange,
    /// The amounts foreseen: totals as text, by partner and month.
    #[serde(rename = "jm", default, skip_serializing_if = "Option::is_none")]
    foreseen: Option<MovedText>,
}

/// The place of a partner or a member that an act concerns.
#[derive(Serialize, Deserialize)]
struct Mention {
    pk: String,
    sk: String,
    apk: String,
    ask: String,
}

#[derive(Serialize, Deserialize)]
struct StoredRegistered {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "a")]
    agreements: Stored<Agreements>,
}

/// The role of a member: its kind, and a partner's member's partner.
#[derive(Serialize, Deserialize)]
struct StoredRole {
    #[serde(rename = "k")]
    kind: String,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    partner_id: Option<PartnerId>,
}

#[derive(Serialize, Deserialize)]
enum StoredChange {
    #[serde(rename = "registration")]
    Registration { p: PartnerId, v: u64, b: Option<StoredRegistered>, a: StoredRegistered },
    #[serde(rename = "choice")]
    Choice {
        c: ContractId,
        k: Claimed,
        n: usize,
        e: u32,
        b: Option<StoredFact>,
        a: Option<StoredFact>,
        s: bool,
        p: BTreeSet<PartnerId>,
    },
    #[serde(rename = "item-set-aside")]
    ItemSetAside { i: ItemId, p: BTreeSet<PartnerId> },
    #[serde(rename = "year-set-aside")]
    YearSetAside { p: PartnerId, d: AgreementId, y: u16, s: u32, m: u32, t: Timestamp },
    #[serde(rename = "partner-file")]
    PartnerFile { p: PartnerId, v: u64 },
    #[serde(rename = "perk")]
    Perk { p: PartnerId, k: String, d: Day, t: bool, v: u64 },
    #[serde(rename = "inquiry")]
    Inquiry { p: PartnerId, i: DocumentId },
    #[serde(rename = "answer")]
    Answer { p: PartnerId, i: DocumentId },
    #[serde(rename = "invitation")]
    Invitation { i: InvitationId, r: StoredRole, n: MemberName, s: StoredInvitationStep, t: Timestamp },
    #[serde(rename = "member")]
    Member { m: MemberId, r: StoredRole, n: MemberName, s: StoredMemberStep, t: Timestamp },
    #[serde(rename = "settlement")]
    Settlement(SettlementAct),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StoredInvitationStep {
    Made,
    SentAgain(Timestamp),
    Revoked,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StoredMemberStep {
    Granted,
    Joined(InvitationId),
    Revoked,
}

impl From<&Registered> for StoredRegistered {
    fn from(Registered { name, agreements }: &Registered) -> StoredRegistered {
        StoredRegistered { name: name.clone(), agreements: Stored(agreements.clone()) }
    }
}

impl From<StoredRegistered> for Registered {
    fn from(StoredRegistered { name, agreements: Stored(agreements) }: StoredRegistered) -> Registered {
        Registered { name, agreements }
    }
}

impl StoredRole {
    fn of(role: &Role) -> StoredRole {
        let (kind, partner_id) = stored_role(role);
        StoredRole { kind, partner_id }
    }

    fn read(self) -> Option<Role> {
        read_role(&self.kind, self.partner_id)
    }
}

impl StoredChange {
    fn of(change: &Change) -> StoredChange {
        match change.clone() {
            Change::Registration { partner_id, version, before, after } => StoredChange::Registration {
                p: partner_id,
                v: version,
                b: before.as_ref().map(StoredRegistered::from),
                a: (&after).into(),
            },
            Change::Choice { contract_id, key, number, seen, partners, before, after, is_stated } => {
                let [b, a] = [before, after].map(|fact| fact.as_ref().map(StoredFact::of));
                StoredChange::Choice { c: contract_id, k: key, n: number, e: seen, b, a, s: is_stated, p: partners }
            }
            Change::ItemSetAside { item, partners } => StoredChange::ItemSetAside { i: item, p: partners },
            Change::YearSetAside { partner_id, year: YearOf { agreement, number }, sales, minimum, at } => {
                StoredChange::YearSetAside { p: partner_id, d: agreement, y: number, s: sales, m: minimum, t: at }
            }
            Change::PartnerFile { partner_id, revision } => StoredChange::PartnerFile { p: partner_id, v: revision },
            Change::Perk { partner_id, of: PerkDay { perk, day }, taken, revision } => {
                StoredChange::Perk { p: partner_id, k: perk.as_str().to_owned(), d: day, t: taken, v: revision }
            }
            Change::Inquiry { partner_id, inquiry } => StoredChange::Inquiry { p: partner_id, i: inquiry },
            Change::Answer { partner_id, inquiry } => StoredChange::Answer { p: partner_id, i: inquiry },
            Change::Invitation { id, role, name, step, at } => {
                let step = match step {
                    InvitationStep::Made => StoredInvitationStep::Made,
                    InvitationStep::SentAgain { expires_at } => StoredInvitationStep::SentAgain(expires_at),
                    InvitationStep::Revoked => StoredInvitationStep::Revoked,
                };
                StoredChange::Invitation { i: id, r: StoredRole::of(&role), n: name, s: step, t: at }
            }
            Change::Member { id, role, name, step, at } => {
                let step = match step {
                    MemberStep::Granted => StoredMemberStep::Granted,
                    MemberStep::Joined(invitation) => StoredMemberStep::Joined(invitation),
                    MemberStep::Revoked => StoredMemberStep::Revoked,
                };
                StoredChange::Member { m: id, r: StoredRole::of(&role), n: name, s: step, t: at }
            }
            Change::Settlement(act) => StoredChange::Settlement(act),
        }
    }

    /// The change; none: of a later release.
    fn read(self) -> Option<Change> {
        Some(match self {
            StoredChange::Registration { p, v, b, a } => {
                Change::Registration { partner_id: p, version: v, before: b.map(Registered::from), after: a.into() }
            }
            StoredChange::Choice { c, k, n, e, b, a, s, p } => {
                let annuity = AnnuityId { contract_id: c.clone(), term: k.term() };
                let fact = |stored: Option<StoredFact>| match stored {
                    Some(stored) => stored.read(&annuity).map(Some),
                    None => Some(None),
                };
                let (before, after) = (fact(b)?, fact(a)?);
                Change::Choice { contract_id: c, key: k, number: n, seen: e, partners: p, before, after, is_stated: s }
            }
            StoredChange::ItemSetAside { i, p } => Change::ItemSetAside { item: i, partners: p },
            StoredChange::YearSetAside { p, d, y, s, m, t } => {
                let year = YearOf { agreement: d, number: y };
                Change::YearSetAside { partner_id: p, year, sales: s, minimum: m, at: t }
            }
            StoredChange::PartnerFile { p, v } => Change::PartnerFile { partner_id: p, revision: v },
            StoredChange::Perk { p, k, d, t, v } => {
                let perk = DatedPerk::ALL.into_iter().find(|known| known.as_str() == k)?;
                Change::Perk { partner_id: p, of: PerkDay { perk, day: d }, taken: t, revision: v }
            }
            StoredChange::Inquiry { p, i } => Change::Inquiry { partner_id: p, inquiry: i },
            StoredChange::Answer { p, i } => Change::Answer { partner_id: p, inquiry: i },
            StoredChange::Invitation { i, r, n, s, t } => {
                let step = match s {
                    StoredInvitationStep::Made => InvitationStep::Made,
                    StoredInvitationStep::SentAgain(expires_at) => InvitationStep::SentAgain { expires_at },
                    StoredInvitationStep::Revoked => InvitationStep::Revoked,
                };
                Change::Invitation { id: i, role: r.read()?, name: n, step, at: t }
            }
            StoredChange::Member { m, r, n, s, t } => {
                let step = match s {
                    StoredMemberStep::Granted => MemberStep::Granted,
                    StoredMemberStep::Joined(invitation) => MemberStep::Joined(invitation),
                    StoredMemberStep::Revoked => MemberStep::Revoked,
                };
                Change::Member { id: m, role: r.read()?, name: n, step, at: t }
            }
            StoredChange::Settlement(act) => Change::Settlement(act),
        })
    }
}

/// The item of an act.
pub(super) fn item(act: &Act, id: &ActId) -> Result<Item, LedgerError> {
    let Occasion { by, at, reason } = act.occasion.clone();
    let (by, name) = match by {
        Author::Member { id, name } => (Some(id), Some(name)),
        Author::Operator => (None, None),
    };
    let key = id.key();
    let (apk, ask) = (LISTED.to_owned(), keys::attention_sort_key(at, &key));
    let (change, foreseen) = (StoredChange::of(&act.change), act.foreseen.as_ref().map(MovedText::of));
    let Key { pk, sk } = key;
    to_item(&StoredAct { pk, sk, apk, ask, at, by, name, reason, change, foreseen }, id)
}

/// The item that lists an act under a partner or a member.
pub(super) fn mention(id: &ActId, concerned: &Concerned<'_>, at: Timestamp) -> Result<Item, LedgerError> {
    let key = Key { pk: id.partition(), sk: format!("{OF}{}", concerned.name()) };
    let (apk, ask) = (concerned.partition(), keys::attention_sort_key(at, &key));
    let Key { pk, sk } = key;
    to_item(&Mention { pk, sk, apk, ask }, id)
}

fn to_item(stored: &impl Serialize, id: &ActId) -> Result<Item, LedgerError> {
    let failed = |_| LedgerError::Damaged { key: id.partition(), why: UNSTORABLE };
    let mut item = serde_dynamo::to_item(stored).map_err(failed)?;
    item::hash(&mut item);
    Ok(item)
}

/// Finds a partition of the journal.
pub(crate) fn is_journal(partition: &str) -> bool {
    ActId::of_partition(partition).is_some()
}

/// Checks that the items of a partition are an act and those that list it. An act that cannot be read is reported as that.
pub(crate) fn is_listed(items: &[Item]) -> bool {
    let keys: BTreeSet<Key> = items.iter().map(key).to_set();
    match items.iter().find(|item| is_act(item)).map(read) {
        None => false,
        Some(Err(_)) => true,
        Some(Ok(act)) => act.items().is_ok_and(|own| own.iter().map(key).to_set() == keys),
    }
}

/// Finds an act by its key.
pub(crate) fn is_act(item: &Item) -> bool {
    ActId::of_partition(text(item, "pk")).is_some() && text(item, "sk") == ACT
}

/// Reads the item of an act.
pub(crate) fn read(item: &Item) -> Result<Act, Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    let stored: Result<StoredAct, _> = serde_dynamo::from_item(item.clone());
    // What was recorded and cannot be read is a change of a later release.
    let Ok(stored) = stored else { return Err(Unreadable::unknown(key(item))) };
    let StoredAct { pk, sk, apk, ask, at, by, name, reason, change, foreseen } = stored;
    let foreseen = foreseen.map(|stored| stored.read().ok_or_else(|| Unreadable::unknown(key(item))));
    let change = change.read().ok_or_else(|| Unreadable::unknown(key(item)))?;
    let by = match (by, name) {
        (Some(id), Some(name)) => Author::Member { id, name },
        (None, None) => Author::Operator,
        (Some(_), None) | (None, Some(_)) => return Err(Unreadable::damaged(key(item), SHAPE)),
    };
    let act = Act { occasion: Occasion { by, at, reason }, change, foreseen: foreseen.transpose()? };
    let own = act.id().key();
    if (own.pk.as_str(), own.sk.as_str()) != (&pk, &sk) || apk != LISTED || ask != keys::attention_sort_key(at, &own) {
        return Err(Unreadable::damaged(key(item), "its keys are not those of this act"));
    }
    Ok(act)
}

fn read_mention(item: &Item) -> Result<(), Unreadable> {
    if Hash::of(item) == Hash::Differs {
        return Err(Unreadable::damaged(key(item), CHANGED));
    }
    let of = text(item, "sk").strip_prefix(OF).unwrap_or_default();
    let is_listed = text(item, "apk") == format!("{LISTED}#{of}");
    if !is_listed || !keys::is_attention_sort_key(text(item, "ask"), &key(item)) {
        return Err(Unreadable::damaged(key(item), "it does not list the act under whom its key names"));
    }
    Ok(())
}

/// Checks that an item of the journal is as recorded; none: the item is of another kind.
pub(crate) fn check(item: &Item) -> Option<Result<(), Unreadable>> {
    ActId::of_partition(text(item, "pk"))?;
    match text(item, "sk") {
        ACT => Some(read(item).map(drop)),
        sk if sk.starts_with(OF) => Some(read_mention(item)),
        _ => None,
    }
}
