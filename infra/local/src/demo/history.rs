//! Recording the demo's history: in one process, with the time of each step instead of a clock.

use super::closes::{self, Booked, version};
use super::error::{HistoryError, wrong};
use super::world::{Step, What};
use crate::passes;
use closing::Closing;
use events::input::Partner;
use events::{cloud_event, registration};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use ledger::bookings::Announce;
use ledger::inquiries::RecordedInquiry;
use ledger::journal::{Author, Occasion, Registered};
use ledger::{Ledger, ReportedFact, Store};
use rules::PartnerId;
use rules::people::Role;
use std::collections::BTreeSet;

/// The most events recorded at once, as in a batch of a queue.
const BATCH: usize = 10;
/// Number of months added up side by side.
const AT_ONCE: usize = 16;

/// Records a history into an empty table, and adds up its months; `done` is told of each step. `who`: the person with a
/// role, who did what such a person does.
pub async fn record<S: Store + Clone>(
    ledger: &Ledger<S>,
    history: &[Step],
    who: impl Fn(&Role) -> Author,
    done: impl FnMut(usize),
) -> Result<(), HistoryError> {
    record_steps(ledger, history, who, done).await?;
    add_up(ledger, history).await
}

/// Records a history without its month totals.
pub async fn record_steps<S: Store + Clone>(
    ledger: &Ledger<S>,
    history: &[Step],
    who: impl Fn(&Role) -> Author,
    mut done: impl FnMut(usize),
) -> Result<(), HistoryError> {
    let booked = Booked::default();
    let (ledger, closing) = (
        &Ledger::announcing(ledger.store().clone(), booked.clone()),
        Closing::new(ledger.store().clone(), settlement::close::DELAY),
    );
    let mut batch: Vec<(Timestamp, ReportedFact)> = Vec::new();
    for step in history {
        let at = |role: &Role, at: Timestamp| Occasion { by: who(role), at, reason: None };
        match &step.what {
            What::Event(event) => {
                let read = cloud_event::parse(&event.body, event.event_type).map_err(|refusal| wrong(&refusal))?;
                let fact = ReportedFact::new(read.fact, &read.id).with_customer_name(read.customer_name);
                let goes_on = batch.last().is_none_or(|(at, _)| *at == step.at) && batch.len() < BATCH;
                if !goes_on {
                    take_in(ledger, &mut batch).await?;
                }
                batch.push((step.at, fact));
            }
            What::Register(partner) => {
                take_in(ledger, &mut batch).await?;
                register(ledger, partner, at(&Role::Manager, step.at)).await?;
            }
            What::Inquiry(asked) => {
                let asking = at(&Role::Partner(asked.partner_id.clone()), asked.asked_at);
                ledger.inquire(&RecordedInquiry { answer: None, ..asked.clone() }, &asking).await?;
                if let Some(answer) = &asked.answer {
                    let answering = at(&Role::Manager, answer.at);
                    ledger.answer_inquiry(&asked.partner_id, &asked.id, answer, &answering).await?;
                }
            }
            What::Perk(partner, day) => {
                ledger.record_perk(partner, *day, true, &at(&Role::Manager, step.at)).await?;
            }
            What::Vendor(said) => {
                closing.record_vendor(1, version(said, step.at)?, &at(&Role::Accountant, step.at)).await?;
            }
            What::Billing(partner, said) => {
                let occasion = at(&Role::Accountant, step.at);
                closing.record_billing(partner, 1, version(said, step.at)?, &occasion).await?;
            }
            What::Close(month, opening) => {
                take_in(ledger, &mut batch).await?;
                for month in booked.taken() {
                    ledger.refresh_totals(&month, step.at).await?;
                }
                closes::close(&closing, *month, opening.clone(), &at(&Role::Accountant, step.at)).await?;
            }
        }
        done(1);
    }
    take_in(ledger, &mut batch).await
}

/// Records a batch of one moment.
async fn take_in<S: Store, A: Announce>(
    ledger: &Ledger<S, A>,
    batch: &mut Vec<(Timestamp, ReportedFact)>,
) -> Result<(), HistoryError> {
    let Some(at) = batch.first().map(|(at, _)| *at) else { return Ok(()) };
    let facts: Vec<ReportedFact> = batch.drain(..).map(|(_, fact)| fact).collect();
    for outcome in ledger.record(&facts, at).await {
        outcome?;
    }
    Ok(())
}

/// Registers a partner, and restates what a change of its agreements changes.
async fn register<S: Store, A: Announce>(
    ledger: &Ledger<S, A>,
    partner: &Partner,
    occasion: Occasion,
) -> Result<(), HistoryError> {
    let read = ledger.partner_record(&partner.id).await?;
    let said = registration::parse(&partner.body, &read.partner.agreements).map_err(|refusal| wrong(&refusal))?;
    let (registered, reason) = (Registered { name: said.name, agreements: said.agreements }, said.reason);
    Ok(passes::register(ledger, read, registered, &Occasion { reason, ..occasion }).await?)
}

/// Adds up every month of the partners of a history, as of its end.
pub async fn add_up<S: Store>(ledger: &Ledger<S>, history: &[Step]) -> Result<(), HistoryError> {
    let at = history.last().map_or(Timestamp::UNIX_EPOCH, |step| step.at);
    let partners: BTreeSet<&PartnerId> = history
        .iter()
        .filter_map(|step| match &step.what {
            What::Register(partner) => Some(&partner.id),
            What::Event(_)
            | What::Inquiry(_)
            | What::Perk(..)
            | What::Vendor(_)
            | What::Billing(..)
            | What::Close(..) => None,
        })
        .collect();
    for partner_id in partners {
        let months = ledger.months_of(partner_id).await?;
        let added = stream::iter(&months).map(|month| ledger.refresh_totals(month, at)).buffer_unordered(AT_ONCE);
        added.try_collect::<Vec<_>>().await?;
    }
    Ok(())
}
