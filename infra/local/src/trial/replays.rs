//! Replays of the table into a second one beside it, one at a time.

use super::replay::{Comparison, Difference, ReplayError, Step, compare, record, shuffled};
use crate::table;
use crate::template::Table;
use aws_sdk_dynamodb::Client;
use events::json::Money;
use jiff::Timestamp;
use ledger::dynamo::DynamoStore;
use ledger::on_record::OnRecord;
use ledger::{Ledger, LedgerError};
use machine::scanning::{ScanError, scan};
use rules::PartnerId;
use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The ending that the second table's name has after that of the first.
const REPLAYED: &str = "Replayed";

/// A failure of a replay.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the second table could not be made")]
    Table(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something was recorded while the replay ran.
    #[error("the ledger changed during the replay: start it again")]
    Changed,
}

/// The replay that runs, or the last one.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(super) enum State {
    /// There was none yet.
    None,
    Running {
        seed: u32,
        done: usize,
        of: usize,
    },
    Done(Report),
    Failed {
        seed: u32,
        reason: String,
    },
}

/// The findings of a replay.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Report {
    seed: u32,
    facts: usize,
    partners: usize,
    /// The number of partners with the same balances.
    same: usize,
    milliseconds: u64,
    differences: Vec<DifferenceFound>,
}

/// A balance that came out differently.
#[derive(Debug, Clone, Serialize)]
struct DifferenceFound {
    partner_id: PartnerId,
    name: Option<String>,
    live: Due,
    replayed: Due,
}

/// The amounts due to a partner and from it.
#[derive(Debug, Clone, Serialize)]
struct Due {
    to_partner: Money,
    from_partner: Money,
}

/// The replay that runs, or the last one, for all who ask.
#[derive(Debug, Clone)]
pub struct Replays(Arc<Mutex<State>>);

impl Default for Replays {
    fn default() -> Self {
        Replays(Arc::new(Mutex::new(State::None)))
    }
}

impl Replays {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> State {
        self.lock().clone()
    }

    /// Starts a replay. If one runs, whoever asks joins that one.
    pub(super) fn start(&self, live: (Client, Table), seed: u32, now: Timestamp) -> State {
        let mut state = self.lock();
        if matches!(*state, State::Running { .. }) {
            return state.clone();
        }
        *state = State::Running { seed, done: 0, of: 0 };
        let replays = self.clone();
        tokio::spawn(async move {
            let ended = match replays.run(live, seed, now).await {
                Ok(report) => State::Done(report),
                Err(error) => State::Failed { seed, reason: runtime::chain(&error) },
            };
            *replays.lock() = ended;
        });
        state.clone()
    }

    async fn run(&self, (dynamodb, table): (Client, Table), seed: u32, now: Timestamp) -> Result<Report, Failure> {
        let started = Instant::now();
        let live = OnRecord::read(scan(&dynamodb, &table.name, |_| ()).await?)?;
        let steps = shuffled(&live, seed.into());
        *self.lock() = State::Running { seed, done: 0, of: steps.len() };
        let second = Table { name: format!("{}{REPLAYED}", table.name), ..table.clone() };
        // One that is left from a stack that was killed.
        table::delete(&dynamodb, &second).await.map_err(Failure::Table)?;
        table::create(&dynamodb, &second).await.map_err(Failure::Table)?;
        let replayed = self.fill((&dynamodb, &second), &steps, now).await;
        table::delete(&dynamodb, &second).await.map_err(Failure::Table)?;
        let compared = compare(&live, &replayed?).map_err(ReplayError::from)?;
        if !compared.differences.is_empty() {
            let now = OnRecord::read(scan(&dynamodb, &table.name, |_| ()).await?)?;
            if now != live {
                return Err(Failure::Changed);
            }
        }
        Ok(Report::of(&live, compared, seed, started.elapsed()))
    }

    /// Records everything into an empty table, and reads what is on record there.
    async fn fill(
        &self,
        (dynamodb, table): (&Client, &Table),
        steps: &[Step],
        at: Timestamp,
    ) -> Result<OnRecord, Failure> {
        let ledger = Ledger::new(DynamoStore::new(dynamodb.clone(), &table.name));
        record(&ledger, steps, at, |steps| self.advance(steps)).await?;
        Ok(OnRecord::read(scan(dynamodb, &table.name, |_| ()).await?)?)
    }

    fn advance(&self, steps: usize) {
        if let State::Running { done, .. } = &mut *self.lock() {
            *done += steps;
        }
    }
}

impl Report {
    fn of(live: &OnRecord, Comparison { partners, differences }: Comparison, seed: u32, took: Duration) -> Report {
        let mut different: Vec<&PartnerId> = differences.iter().map(|difference| &difference.partner_id).collect();
        different.dedup();
        let same = partners - different.len();
        let differences = differences.into_iter().map(DifferenceFound::from).collect();
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Report { seed, facts: live.facts(), partners, same, milliseconds, differences }
    }
}

impl From<Difference> for DifferenceFound {
    fn from(Difference { partner_id, name, currency, live, replayed }: Difference) -> DifferenceFound {
        let due = |balance: rules::balance::Balance| Due {
            to_partner: Money::new(balance.due_to_partner, currency),
            from_partner: Money::new(balance.due_from_partner, currency),
        };
        DifferenceFound { partner_id, name, live: due(live), replayed: due(replayed) }
    }
}
