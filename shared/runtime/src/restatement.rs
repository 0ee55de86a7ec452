//! The restatement queue: requests for restatements and choices, and the function that processes them.

use crate::announcements::{BookingLedger, Bookings};
use crate::aws::Aws;
use crate::batch::{Message, Worker, one_by_one, serve};
use crate::dead_letters::DeadLetters;
use crate::environment::{SettingsError, number};
use crate::metrics::Metrics;
use crate::own_messages::known;
use crate::own_queue::OwnQueue;
pub use crate::own_queue::SendError;
use crate::steps::Steps;
use crate::{Error, chain, now, telemetry, warm_up};
use events::Refusal;
use ledger::choices::{Choice, ChoiceResult};
use ledger::journal::{ActId, Moved, MovedText};
use ledger::passes::{self, EndedPasses};
use ledger::preview_steps::{PreviewId, Progress, STEP, Stepped};
use ledger::recorded::{Origin, Trigger};
use ledger::restate::Failure;
use ledger::set_aside::{ItemId, Outcome};
use ledger::store::IndexKey;
use rules::line::LineId;
use rules::{AnnuityId, Cause, ContractId, Day, PartnerId, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::process::ExitCode;
use texts::{Code, Notice};

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Request {
    /// One step of a partner's restatement.
    Partner(PartnerStep),
    /// A manager's choice of the effective claim.
    Choice(Choice),
    /// An item of the attention list that a manager sets aside.
    SetAside(SettingAside),
    /// One step of a preview of more contracts than a request can read.
    Preview(PreviewStep),
}

/// One step of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewStep {
    pub id: PreviewId,
    /// The preview under way as JSON: as a part of the message, its types would be in each program that reads messages twice.
    progress: String,
}

impl PreviewStep {
    /// The message of a preview under way.
    pub fn of(progress: &Progress) -> Result<PreviewStep, serde_json::Error> {
        Ok(PreviewStep { id: progress.id.clone(), progress: serde_json::to_string(progress)? })
    }

    /// The preview under way.
    pub fn progress(&self) -> Result<Progress, serde_json::Error> {
        serde_json::from_str(&self.progress)
    }
}

/// An item of the attention list that a manager sets aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingAside {
    pub item: ItemId,
    /// The reason stated.
    pub why: String,
}

impl Request {
    /// The contract that it is about; none: it is not about one alone.
    fn contract(&self) -> Option<ContractId> {
        match self {
            Request::Choice(choice) => Some(choice.contract_id.clone()),
            Request::Partner(_) | Request::SetAside(_) | Request::Preview(_) => None,
        }
    }

    /// Logs the processed request.
    fn log(&self) {
        let outcome = "restated";
        match self {
            Request::Partner(step) => {
                let partner_id = step.partner_id.as_str();
                tracing::info!(partner_id, agreements_version = step.agreements_version, outcome, "partner restated");
            }
            Request::Choice(choice) => {
                let (contract_id, term) = (choice.contract_id.as_str(), choice.key.term().number());
                tracing::info!(contract_id, term, choice = choice.number, outcome, "choice made");
            }
            Request::SetAside(SettingAside { item, why: _ }) => {
                tracing::info!(item = item.to_string(), outcome, "item of the attention list set aside");
            }
            Request::Preview(step) => {
                tracing::info!(preview = step.id.to_string(), outcome, "step of a preview made");
            }
        }
    }
}

/// One step of a partner's restatement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerStep {
    /// The partner whose annuities and entry fees are recomputed.
    pub partner_id: PartnerId,
    /// The version of the agreements that caused the pass; 0: another cause. A step that newer agreements supersede is
    /// skipped.
    pub agreements_version: u64,
    /// The key at which the step before ended; none: the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<IndexKey>,
    /// The contracts that earlier steps skipped because a part of them could not be read: retried once at the end.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub passed_over: BTreeSet<ContractId>,
    /// Whether the entry fees were skipped for the same reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fees_passed_over: bool,
    /// The choice that caused the pass; none: another cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Chosen>,
    /// True: no other pass follows for the same cause, and at its end the amounts that it moved are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
    /// True: earlier steps found entries of a choice's passes that may be a registration's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mixed: bool,
    /// The amounts that earlier steps found moved.
    #[serde(default, skip_serializing_if = "MovedText::is_empty")]
    pub moved: MovedText,
}

/// A choice that causes passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    pub contract_id: ContractId,
    pub number: usize,
    /// The act in the journal.
    pub act: ActId,
}

impl Chosen {
    /// The trigger of its entries.
    pub fn trigger(&self) -> Trigger {
        Trigger::Choice(self.number, Some(self.act.clone()))
    }
}

impl PartnerStep {
    /// The trigger of the entries that the pass appends.
    pub fn trigger(&self) -> Trigger {
        self.choice.as_ref().map_or(Trigger::Agreements(self.agreements_version), Chosen::trigger)
    }

    /// The first step of a pass after a choice.
    pub fn after_choice(partner_id: PartnerId, choice: Chosen) -> PartnerStep {
        PartnerStep { choice: Some(choice), ..PartnerStep::first(partner_id, 0) }
    }

    /// The first step of a pass.
    pub fn first(partner_id: PartnerId, agreements_version: u64) -> PartnerStep {
        PartnerStep {
            partner_id,
            agreements_version,
            after: None,
            passed_over: BTreeSet::new(),
            fees_passed_over: false,
            choice: None,
            last: false,
            mixed: false,
            moved: MovedText::default(),
        }
    }

    /// The first step of the last pass.
    pub fn last(partner_id: PartnerId, agreements_version: u64) -> PartnerStep {
        PartnerStep { last: true, ..PartnerStep::first(partner_id, agreements_version) }
    }
}

/// The most skipped contracts that a pass stores in its message; the others are in the log.
const MOST_PASSED_OVER: usize = 100;

/// The restatement queue.
#[derive(Debug, Clone)]
pub struct Queue {
    queue: OwnQueue,
    delay_seconds: u32,
}

impl Queue {
    /// The queue in `RESTATEMENT_QUEUE_URL`. `RESTATEMENT_DELAY_SECONDS` is longer than the function that sends a
    /// delayed message may run plus any writer that had read before that function's change; SQS takes 900 at most.
    pub fn from_env(aws: &Aws) -> Result<Queue, SettingsError> {
        let queue = OwnQueue::from_env(aws, "RESTATEMENT_QUEUE_URL")?;
        Ok(Queue { queue, delay_seconds: number("RESTATEMENT_DELAY_SECONDS")? })
    }

    /// Requests an immediate pass.
    pub async fn send(&self, request: &Request) -> Result<(), SendError> {
        self.queue.send(request, 0).await
    }

    /// Requests the next step of a pass or a preview.
    async fn go_on(&self, request: &Request, steps: Steps) -> Result<(), SendError> {
        self.queue.go_on(request, steps).await
    }

    /// Requests the delayed pass, which catches functions that still worked with the old agreements.
    pub async fn send_delayed(&self, request: &Request) -> Result<(), SendError> {
        self.queue.send(request, self.delay_seconds).await
    }
}

/// Serves the queue for as long as the process lives.
pub async fn run() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let queue = Queue::from_env(&aws)?;
    let table = aws.patient_table(&metrics)?;
    let bookings = Bookings::from_env(&aws, &table, &metrics)?;
    let dead_letters = DeadLetters::from_env(&aws, &table, &metrics)?;
    warm_up(&bookings.invocation()).await;
    serve(&Restatement { bookings, dead_letters, queue, metrics: metrics.clone() }, &metrics).await
}

struct Restatement {
    bookings: Bookings,
    dead_letters: DeadLetters,
    queue: Queue,
    metrics: Metrics,
}

impl Worker for Restatement {
    async fn batch(&self, messages: Vec<Message>) -> Vec<String> {
        let ledger = self.bookings.invocation();
        one_by_one(&messages, |message| self.message(&ledger, message)).await
    }
}

impl Restatement {
    /// Processes a message. `false`: it returns to the queue.
    async fn message(&self, ledger: &BookingLedger, message: &Message) -> bool {
        let request: Request = match known(message, &self.dead_letters, &self.metrics, Code::NotARestatement).await {
            Ok(request) => request,
            Err(is_done) => return is_done,
        };
        let done = match &request {
            Request::Partner(step) => self.step(ledger, step, Steps::before(message)).await.map(|()| None),
            Request::Choice(choice) => self.choose(ledger, choice).await,
            Request::SetAside(setting) => self.set_aside(ledger, setting).await.map(|()| None),
            Request::Preview(step) => self.preview(ledger, step, Steps::before(message)).await.map(|()| None),
        };
        match done {
            Ok(None) => {
                self.metrics.message("restated");
                request.log();
                true
            }
            Ok(Some(refusal)) => self.dead_letters.move_one_about(request.contract(), message, &refusal).await,
            Err(error) => {
                self.metrics.message("failed");
                let error = chain(&*error);
                tracing::error!(
                    outcome = "failed",
                    error,
                    "not restated: it comes back; after the last attempt, see operate redrive"
                );
                false
            }
        }
    }

    /// Processes one step; another message continues the pass. Unreadable contracts are skipped, and make the pass fail
    /// at its end.
    async fn step(&self, ledger: &BookingLedger, step: &PartnerStep, steps: Steps) -> Result<(), Error> {
        let PartnerStep { partner_id, agreements_version, after, .. } = step;
        let because = step.trigger();
        let origin = Origin { at: now(), because: &because };
        let version = Some(*agreements_version).filter(|version| *version > 0);
        let done = ledger.restate(partner_id, version, after.clone(), origin).await?;
        let is_superseded = done.superseded;
        let moved = added(&step.moved, done.moved)?;
        let mixed = step.mixed || done.mixed;
        let mut rest = PartnerStep { after: done.next, mixed, moved: MovedText::of(&moved), ..step.clone() };
        for Failure { contract_id, error } in done.failed {
            let (contract_id_text, error) = (contract_id.as_ref().map(ContractId::as_str), chain(&error));
            tracing::error!(
                contract_id = contract_id_text,
                error,
                "passed over: the pass goes on, and fails at its end"
            );
            match contract_id {
                Some(contract_id) if rest.passed_over.len() < MOST_PASSED_OVER => {
                    rest.passed_over.insert(contract_id);
                }
                Some(_) => {}
                None => rest.fees_passed_over = true,
            }
        }
        if rest.after.is_some() {
            self.queue.go_on(&Request::Partner(rest), steps.next()?).await?;
            return Ok(());
        }
        let is_whole = rest.passed_over.is_empty() && !rest.fees_passed_over;
        // It may have been repaired meanwhile.
        let fees = LineId::EntryFee { partner_id: partner_id.clone(), agreement: Day::MIN.into() };
        let mut failed = None;
        if rest.fees_passed_over {
            failed = ledger.repair(&fees, origin).await.err();
        }
        for contract_id in rest.passed_over {
            let line = LineId::Annuity { annuity: AnnuityId { contract_id, term: Term::FIRST }, cause: Cause::Annuity };
            failed = ledger.repair(&line, origin).await.err().or(failed);
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        // What superseded passes moved is not all in one place, and what was repaired at the end is not counted: the journal
        // leaves both open.
        if step.last && !is_superseded && is_whole && !is_unclear(ledger, step, mixed).await? {
            self.end_passes(ledger, step, moved).await?;
        }
        Ok(())
    }

    /// Keeps what the cause of a pass moved.
    async fn end_passes(&self, ledger: &BookingLedger, step: &PartnerStep, moved: Moved) -> Result<(), Error> {
        if let Some(of) = step.trigger().passes() {
            ledger.end_passes(&EndedPasses { partner_id: step.partner_id.clone(), of, at: now(), moved }).await?;
        }
        Ok(())
    }

    /// Makes one step of a preview; another message continues it.
    async fn preview(&self, ledger: &BookingLedger, step: &PreviewStep, steps: Steps) -> Result<(), Error> {
        match ledger.preview_step(step.progress()?, STEP, now()).await? {
            Stepped::Next(next) => {
                self.queue.go_on(&Request::Preview(PreviewStep::of(&next)?), steps.next()?).await?;
            }
            Stepped::Done => {}
            Stepped::Moot => tracing::warn!(preview = step.id.to_string(), "the choice can no longer be made"),
        }
        Ok(())
    }

    /// Sets an item aside. One that says something else by now stays on the list.
    async fn set_aside(&self, ledger: &BookingLedger, SettingAside { item, why }: &SettingAside) -> Result<(), Error> {
        let origin = Origin { at: now(), because: &Trigger::SetAside };
        let outcome = ledger.set_item_aside(item, why, origin).await?;
        if outcome == Outcome::Changed {
            tracing::warn!(item = item.to_string(), "it says something else by now, and stays on the attention list");
        }
        Ok(())
    }

    /// Applies a choice, between two passes for every partner with a claim of the sale, as for a change of agreements.
    async fn choose(&self, ledger: &BookingLedger, choice: &Choice) -> Result<Option<Refusal>, Error> {
        let contract = ledger.contract(&choice.contract_id).await?.contract();
        let (outlook, claim) = choice.judge(&contract);
        if let Some(refusal) = refused(outlook) {
            return Ok(Some(refusal));
        }
        let act = choice.act(&contract, claim);
        let chosen = Chosen { contract_id: choice.contract_id.clone(), number: choice.number, act };
        let partners = choice.partners(&contract).into_iter();
        let passes: Vec<PartnerStep> = partners.map(|id| PartnerStep::after_choice(id, chosen.clone())).collect();
        for pass in &passes {
            self.queue.send_delayed(&Request::Partner(PartnerStep { last: true, ..pass.clone() })).await?;
        }
        let made = ledger.choose(choice, Origin { at: now(), because: &chosen.trigger() }).await?;
        if let Some(refusal) = refused(made) {
            return Ok(Some(refusal));
        }
        for pass in passes {
            self.queue.send(&Request::Partner(pass)).await?;
        }
        Ok(None)
    }
}

/// Finds that what the cause of a pass moved cannot be told: it is a choice that was refused after all, or a choice and a
/// registration of the partner were booked at the same time.
async fn is_unclear(ledger: &BookingLedger, step: &PartnerStep, mixed: bool) -> Result<bool, Error> {
    let Some(Chosen { contract_id, act, number: _ }) = &step.choice else { return Ok(mixed) };
    match ledger.carried_out_at(contract_id, act).await? {
        Some(at) => Ok(mixed && ledger.was_being_restated(&step.partner_id, at).await?),
        None => Ok(true),
    }
}

/// The amounts that earlier steps of a pass and this one found moved.
fn added(before: &MovedText, now: Moved) -> Result<Moved, Error> {
    let mut sum = before.read().ok_or("the message holds amounts of a later release")?;
    passes::add(&mut sum, now)?;
    Ok(sum)
}

/// The reason why a choice was refused; none: it was made.
pub fn refused(chosen: ChoiceResult) -> Option<Refusal> {
    let (field, reason) = match chosen {
        ChoiceResult::Now | ChoiceResult::Already => return None,
        ChoiceResult::OutOfTurn { next } => ("number", Code::ChoiceOutOfTurn { next }.into()),
        ChoiceResult::UnknownClaim { claims } => ("claim", Code::NoSuchClaim { claims }.into()),
        ChoiceResult::Unseen { claims } => ("seen", Code::ClaimsUnseen { claims }.into()),
        ChoiceResult::TooMany(bound) => ("number", Notice::from(bound)),
    };
    Some(Refusal::new(field, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own_messages::{Own, own_message};

    #[test]
    fn what_another_release_may_have_sent_is_not_garbage() {
        let check = |body: &str, expected: &str| {
            let read = match own_message::<Request>(body) {
                Own::Known(_) => "known",
                Own::Unknown(_) => "unknown",
                Own::Garbage => "garbage",
            };
            assert_eq!(read, expected, "{body}");
        };
        check(r#"{"kind":"partner","partner_id":"P-1","agreements_version":1}"#, "known");
        check(r#"{"kind":"partner","partner_id":"P-1","agreements_version":1,"later":true}"#, "unknown");
        check(r#"{"kind":"close","month":"2026-01"}"#, "unknown");
        check("[]", "garbage");
        check("nonsense", "garbage");
    }
}
