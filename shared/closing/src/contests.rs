//! Contested documents (§8.8): a document is contested as a whole until a manager's answer settles it.

use crate::acts::{act, member};
use crate::forms::ContestForm;
use crate::item::{self, revision};
use crate::keys::{self, DocumentPlace, ItemKey};
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError};
use ledger::item::key;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::{Item, Key, Write};
use ledger::{Store, Unreadable, Why};
use rules::inquiry::Note;
use rules::label::StatedReason;
use settlement::Document;
use settlement::contest::{Answer, Contest, Effect, contest};
use settlement::lines::LineKey;
use settlement::number::{GivenNumber, Number};

/// A contest with the number that its partner gave it, among those of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedContest {
    /// The number, from 1.
    pub n: u32,
    /// The contest.
    pub contest: Contest,
}

/// The outcome of contesting a document, or of settling a contest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is recorded.
    Recorded,
    /// The same was recorded before.
    Already,
    /// Another contest of the document has this number, or the contest another answer, and stays.
    Other,
    /// The mandate's days are over: it is a message, and nothing is written.
    Message,
    /// No contest of the document has this number.
    NoContest,
}

/// Reads the item of a contest.
pub(crate) fn read_contest(item: &Item) -> Result<NumberedContest, Unreadable> {
    let unknown = || item::unknown(key(item));
    let Some(ItemKey::Contest(place, n)) = ItemKey::parse(&key(item)) else { return Err(unknown()) };
    let contest = item::read::<ContestForm>(item)?.read(place.account).ok_or_else(unknown)?;
    Ok(NumberedContest { n, contest })
}

/// The item of a contest, which is listed until it is answered.
fn written(key: &Key, contest: &Contest, revision: u64) -> Result<Item, ClosingError> {
    let listed = contest.answer.is_none().then(|| keys::listed_contest(contest.at, key));
    item::revised_in_list(key, &ContestForm::from(contest), revision, listed)
}

/// Checks that a contest is in the list of those without an answer, or, once it is answered, in none.
pub(crate) fn check_listed(item: &Item) -> Result<(), Unreadable> {
    let contest = read_contest(item)?.contest;
    let is_listed = match &contest.answer {
        None => item::is_listed(item, &keys::listed_contest(contest.at, &key(item))),
        Some(_) => !item.contains_key("gpk") && !item.contains_key("gsk"),
    };
    let why = Why::Damaged("it is in the list of open contests, or not, against its answer");
    if is_listed { Ok(()) } else { Err(Unreadable { key: key(item), why }) }
}

impl<S: Store> Closing<S> {
    /// Contests a document that was numbered here, or a line of it, under a number that the partner gives; repeated, it changes
    /// nothing. The reason is that of the act.
    pub async fn contest(
        &self,
        number: &GivenNumber,
        n: u32,
        (line, reason): (Option<LineKey>, StatedReason),
        occasion: &Occasion,
    ) -> Result<Outcome, ClosingError> {
        let by = (member(occasion)?, occasion.at);
        let (place, document) = self.placed_or_none(number).await?;
        let key = place.contest(n);
        for attempt in 0..ATTEMPTS {
            if let Some(item) = self.item(key.clone()).await? {
                let known = read_contest(&item)?.contest;
                let is_same = (known.line, &known.reason) == (line, &reason);
                return Ok(if is_same { Outcome::Already } else { Outcome::Other });
            }
            let contest = match contest(&document, line, reason.clone(), by.clone())? {
                Effect::Message => return Ok(Outcome::Message),
                Effect::Contested(contest) => *contest,
            };
            let item = written(&key, &contest, 1)?;
            let occasion = Occasion { reason: Some(reason.clone()), ..occasion.clone() };
            let mut writes = act(&occasion, SettlementStep::Contest, Some(&place.account.partner_id), &[number, &n])?;
            writes.push(Write::Insert(item));
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(key.pk))
    }

    /// Settles a contest with a manager's answer, once; repeated, it changes nothing.
    pub async fn settle_contest(
        &self,
        number: &GivenNumber,
        n: u32,
        text: &Note,
        occasion: &Occasion,
    ) -> Result<Outcome, ClosingError> {
        let answer = Answer { text: text.clone(), by: member(occasion)?, at: occasion.at };
        let (place, _) = self.placed_or_none(number).await?;
        let key = place.contest(n);
        for attempt in 0..ATTEMPTS {
            let Some(item) = self.item(key.clone()).await? else { return Ok(Outcome::NoContest) };
            let known = read_contest(&item)?.contest;
            if let Some(before) = &known.answer {
                return Ok(if before.text == *text { Outcome::Already } else { Outcome::Other });
            }
            let (settled, revision) = (Contest { answer: Some(answer.clone()), ..known }, revision(&item));
            let item = written(&key, &settled, revision.saturating_add(1))?;
            let partner = Some(&place.account.partner_id);
            let mut writes = act(occasion, SettlementStep::ContestAnswer, partner, &[number, &n])?;
            writes.push(Write::Replace(item, revision));
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(key.pk))
    }

    /// The contests of the document with a number that was given here, by their own numbers.
    pub async fn contests(&self, number: &GivenNumber) -> Result<Vec<NumberedContest>, ClosingError> {
        let Some(Key { pk, sk }) = self.key_of(number).await? else { return Ok(Vec::new()) };
        let items = self.store().beginning_with(pk, keys::contests(&sk)).await?;
        Ok(items.iter().map(read_contest).collect::<Result<_, _>>()?)
    }

    async fn placed_or_none(&self, number: &GivenNumber) -> Result<(DocumentPlace, Document), ClosingError> {
        let placed = self.placed(number).await?;
        placed.ok_or_else(|| ClosingError::NoDocument(Number::Given(number.clone())))
    }
}
