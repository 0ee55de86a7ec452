//! The journal (RULEBOOK §9): what people do, kept for good. An act is written in the transaction that makes its change;
//! where another function makes the change, the act is written before that function is asked.
//!
//! | item | partition | sort key |
//! |---|---|---|
//! | an act | `JOURNAL#<act>` | `ACT` |
//! | a partner or a member that it concerns | | `OF#PARTNER#<partner>`, `OF#MEMBER#<member>` |
//!
//! The attention index lists acts under `JOURNAL`, those of a partner under `JOURNAL#PARTNER#<partner>`, and those that a
//! member did under `JOURNAL#MEMBER#<member>`, newest first. An act's id is a digest of its change, so that a repeated
//! request keeps it once, and the audit finds the act of what it reads.

mod change;
mod moved;
mod settlement;
mod stored;

pub use crate::act_id::{ActId, ActIdError};
pub use change::{Change, InvitationStep, MemberStep, Registered};
pub use moved::{Moved, MovedText};
pub use settlement::{SettlementAct, SettlementStep};
pub(crate) use stored::{check, is_act, is_journal, is_listed, read};

use crate::act_id::LISTED;
use crate::bookings::Announce;
use crate::ids::MemberId;
use crate::item;
use crate::keys;
use crate::queries::{Part, whole};
use crate::recorded::PassesOf;
use crate::store::{Consistency, Index, IndexKey, Item, KeyRange, Store, TransactError, Write};
use crate::{Ledger, LedgerError};
use jiff::Timestamp;
use rules::PartnerId;
use rules::label::StatedReason;
use rules::people::MemberName;

/// The author of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// A member, with its name at that time.
    Member { id: MemberId, name: MemberName },
    /// The person who runs the programme's account, by a command.
    Operator,
}

impl Author {
    /// The member; none: the operator.
    pub fn member(&self) -> Option<&MemberId> {
        match self {
            Author::Member { id, name: _ } => Some(id),
            Author::Operator => None,
        }
    }
}

/// Author, time and reason of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    pub by: Author,
    pub at: Timestamp,
    /// The reason; compulsory where amounts change (RULEBOOK §9).
    pub reason: Option<StatedReason>,
}

impl Occasion {
    /// An act of the operator, without a reason.
    pub fn of_operator(at: Timestamp) -> Occasion {
        Occasion { by: Author::Operator, at, reason: None }
    }
}

/// An act of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub occasion: Occasion,
    pub change: Change,
    /// The amounts that it was going to move when it was done, as its preview says; none: not computed.
    pub foreseen: Option<Moved>,
}

impl Act {
    /// An act that moves no amount.
    pub fn new(occasion: &Occasion, change: Change) -> Act {
        Act { occasion: occasion.clone(), change, foreseen: None }
    }

    /// The id.
    pub fn id(&self) -> ActId {
        self.change.id(self.occasion.reason.as_ref())
    }

    /// The passes that follow it; none: no passes.
    pub fn passes(&self) -> Option<PassesOf> {
        self.change.passes(self.occasion.reason.as_ref())
    }

    /// The writes that keep the act, for the transaction that makes its change: new items alone.
    pub fn writes(&self) -> Result<Vec<Write>, LedgerError> {
        Ok(self.items()?.into_iter().map(Write::Insert).collect())
    }

    /// The act that an item of a table holds; none: it holds none, or one that cannot be read, which the audit of the ledger reports.
    pub fn of_item(item: &Item) -> Option<Act> {
        read(item).ok().filter(|_| is_act(item))
    }

    fn items(&self) -> Result<Vec<Item>, LedgerError> {
        let id = self.id();
        let mut items = vec![stored::item(self, &id)?];
        let author = self.occasion.by.member().map(Concerned::Member);
        for concerned in self.change.partners().into_iter().map(Concerned::Partner).chain(author) {
            items.push(stored::mention(&id, &concerned, self.occasion.at)?);
        }
        Ok(items)
    }
}

/// A partner or a member under which an act is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concerned<'a> {
    /// The acts that concern a partner.
    Partner(&'a PartnerId),
    /// The acts that a member did.
    Member(&'a MemberId),
}

impl Concerned<'_> {
    fn name(self) -> String {
        match self {
            Concerned::Partner(partner) => format!("PARTNER#{partner}"),
            Concerned::Member(member) => format!("MEMBER#{member}"),
        }
    }

    fn partition(self) -> String {
        format!("{LISTED}#{}", self.name())
    }
}

/// The times of acts to list: the first included, the last not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

impl<S: Store, A: Announce> Ledger<S, A> {
    /// Keeps an act whose change another function is asked to make. Repeated, it changes nothing.
    pub async fn keep(&self, act: &Act) -> Result<(), LedgerError> {
        match self.store.transact(act.writes()?).await {
            Ok(()) => Ok(()),
            // It is kept, or somebody keeps it at this moment: then the caller has to try again.
            Err(TransactError::Conflict) => match self.act(&act.id()).await? {
                Some(_) => Ok(()),
                None => Err(LedgerError::Contended { what: act.id().partition(), attempts: 1 }),
            },
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }

    /// An act; none: there is none with this id.
    pub async fn act(&self, id: &ActId) -> Result<Option<Act>, LedgerError> {
        let items = self.store.get(vec![id.key()], Consistency::Strong).await?;
        Ok(items.first().map(read).transpose()?)
    }

    /// Acts of a period, newest first, at most `limit`; those of a partner or of a member, or all.
    pub async fn acts(
        &self,
        of: Option<Concerned<'_>>,
        period: Period,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Act>, LedgerError> {
        let partition = of.map_or_else(|| LISTED.to_owned(), Concerned::partition);
        let mut range = KeyRange { limit, ..whole(Index::Attention, partition, after) };
        if let Some(from) = period.from {
            range.from = keys::attention_time(from);
        }
        if let Some(until) = period.until {
            range.to = keys::attention_time(until);
        }
        let page = self.store.index(range).await?;
        let next =
            page.items.last().filter(|_| page.more).map(|last| crate::queries::index_key(Index::Attention, last));
        let mut part = Part { list: Vec::new(), next, unreadable: Vec::new(), unknown: Vec::new() };
        let ids: Vec<ActId> =
            page.items.iter().filter_map(|item| ActId::of_partition(item::text(item, "pk"))).collect();
        if ids.is_empty() {
            return Ok(part);
        }
        for item in self.store.get(ids.iter().map(ActId::key).collect(), Consistency::Strong).await? {
            match read(&item) {
                Ok(act) => part.list.push(act),
                Err(_) => part.unreadable.push(crate::queries::name(&item)),
            }
        }
        part.list.sort_by(|a, b| b.occasion.at.cmp(&a.occasion.at).then_with(|| b.id().cmp(&a.id())));
        Ok(part)
    }
}
