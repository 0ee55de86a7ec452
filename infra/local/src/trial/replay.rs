//! Recording everything again: each event and each registration twice, in a shuffled order, into an empty table; and
//! comparing what each partner is owed.

use crate::passes;
use jiff::Timestamp;
use ledger::choices::{Choice, ChoiceResult};
use ledger::journal::{Occasion, Registered};
use ledger::on_record::{OnRecord, Recording};
use ledger::recorded::{Origin, Trigger};
use ledger::{Ledger, LedgerError, Outcome, ReportedFact, Store};
use reports::balances::of_totals;
use rules::balance::{Balance, Balances};
use rules::money::Overflow;
use rules::{Currency, PartnerId};
use std::collections::BTreeSet;

/// The most events recorded at once, as in a batch of a queue.
const BATCH: usize = 10;
/// The number of times that everything is recorded.
const TIMES: usize = 2;

/// A failure to record everything again, or to compare it.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A fact was not taken that is on record.
    #[error("an event that is on record was refused when it came again: {0}")]
    Refused(&'static str),
    /// A choice was not taken that is on record.
    #[error("a choice that is on record was refused when it came again: {0:?}")]
    NotChosen(ChoiceResult),
    #[error("a balance cannot be added up")]
    Overflow(#[from] Overflow),
}

/// A registration, an event or a choice, to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Register(PartnerId, Registered),
    Record(Recording),
}

/// Everything on record, twice, in an order that depends on the seed alone. Claims that contradict each other, and the
/// choices between them, come for the first time in the order in which they are on record: it decides which claim is
/// effective.
pub fn shuffled(on_record: &OnRecord, seed: u64) -> Vec<Step> {
    let partners = on_record.partners.iter().map(|(id, one)| vec![Step::Register(id.clone(), one.clone())]);
    let recordings = on_record.recordings.iter().map(|of_key| of_key.iter().cloned().map(Step::Record).collect());
    let sequences: Vec<Vec<Step>> = partners.chain(recordings).collect();
    let mut drawn: Vec<(usize, usize)> = Vec::new();
    for (i, sequence) in sequences.iter().enumerate() {
        drawn.extend((0..TIMES).flat_map(|_| (0..sequence.len()).map(move |n| (i, n))));
    }
    fastrand::Rng::with_seed(seed).shuffle(&mut drawn);
    // Whichever of a sequence is drawn first stands for its first step, and so on.
    let mut drawn_before: Vec<Vec<usize>> = vec![Vec::new(); sequences.len()];
    let step = |(i, n): (usize, usize)| {
        let before = drawn_before.get_mut(i)?;
        let place = before.iter().position(|known| *known == n).unwrap_or_else(|| {
            before.push(n);
            before.len() - 1
        });
        sequences.get(i)?.get(place).cloned()
    };
    drawn.into_iter().filter_map(step).collect()
}

/// Records steps into an empty table, at one time; `done` is told of each.
pub async fn record<S: Store>(
    ledger: &Ledger<S>,
    steps: &[Step],
    at: Timestamp,
    mut done: impl FnMut(usize),
) -> Result<(), ReplayError> {
    let mut batch: Vec<ReportedFact> = Vec::new();
    for step in steps {
        match step {
            Step::Record(Recording::Fact(reported)) => {
                // The facts of a batch are recorded in any order.
                let is_together = batch.iter().all(|other| other.fact().subject() != reported.fact().subject());
                if !is_together || batch.len() == BATCH {
                    done(take_in(ledger, &mut batch, at).await?);
                }
                batch.push(reported.clone());
            }
            Step::Record(Recording::Choice(choice)) => {
                done(take_in(ledger, &mut batch, at).await?);
                choose(ledger, choice, at).await?;
                done(1);
            }
            Step::Register(partner_id, registered) => {
                done(take_in(ledger, &mut batch, at).await?);
                let read = ledger.partner_record(partner_id).await?;
                passes::register(ledger, read, registered.clone(), &Occasion::of_operator(at)).await?;
                done(1);
            }
        }
    }
    done(take_in(ledger, &mut batch, at).await?);
    Ok(())
}

/// Records a batch, and returns how many facts it had.
async fn take_in<S: Store>(
    ledger: &Ledger<S>,
    batch: &mut Vec<ReportedFact>,
    at: Timestamp,
) -> Result<usize, ReplayError> {
    let facts = std::mem::take(batch);
    for outcome in ledger.record(&facts, at).await {
        if let Outcome::TooMany(bound) = outcome? {
            return Err(ReplayError::Refused(bound.as_str()));
        }
    }
    Ok(facts.len())
}

/// Makes a choice, and restates every partner with a claim of the sale.
async fn choose<S: Store>(ledger: &Ledger<S>, choice: &Choice, at: Timestamp) -> Result<(), ReplayError> {
    let because = Trigger::Choice(choice.number, None);
    let origin = Origin { at, because: &because };
    match ledger.choose(choice, origin).await? {
        ChoiceResult::Now | ChoiceResult::Already => {}
        refused @ (ChoiceResult::OutOfTurn { .. }
        | ChoiceResult::UnknownClaim { .. }
        | ChoiceResult::Unseen { .. }
        | ChoiceResult::TooMany(_)) => return Err(ReplayError::NotChosen(refused)),
    }
    let contract = ledger.contract(&choice.contract_id).await?.contract();
    let partners: BTreeSet<&PartnerId> = contract.sale_claims().map(|sale| &sale.partner_id).collect();
    for partner_id in partners {
        passes::restate(ledger, partner_id, 0, origin).await?;
    }
    Ok(())
}

/// The balances of two tables, compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The number of partners compared.
    pub partners: usize,
    pub differences: Vec<Difference>,
}

/// A balance that is not the same in both tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub partner_id: PartnerId,
    /// The partner's name; none: not registered.
    pub name: Option<String>,
    pub currency: Currency,
    pub live: Balance,
    pub replayed: Balance,
}

/// Compares the balances of every partner in every currency.
pub fn compare(live: &OnRecord, replayed: &OnRecord) -> Result<Comparison, Overflow> {
    let everyone = [live, replayed].map(|of| of.partners.keys().chain(of.booked.keys()));
    let partners: BTreeSet<&PartnerId> = everyone.into_iter().flatten().collect();
    let mut differences = Vec::new();
    for partner_id in &partners {
        let (live_balances, replayed) = (balances(live, partner_id)?, balances(replayed, partner_id)?);
        let currencies: BTreeSet<Currency> = live_balances.0.keys().chain(replayed.0.keys()).copied().collect();
        for currency in currencies {
            let of = |balances: &Balances| balances.0.get(&currency).copied().unwrap_or_default();
            let (live_balance, replayed) = (of(&live_balances), of(&replayed));
            if live_balance != replayed {
                let name = live.partners.get(*partner_id).map(|partner| partner.name.clone());
                let partner_id = (*partner_id).clone();
                differences.push(Difference { partner_id, name, currency, live: live_balance, replayed });
            }
        }
    }
    Ok(Comparison { partners: partners.len(), differences })
}

fn balances(on_record: &OnRecord, partner_id: &PartnerId) -> Result<Balances, Overflow> {
    of_totals(on_record.booked.get(partner_id))
}
