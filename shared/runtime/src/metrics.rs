//! Metrics: counts of an invocation, written to the log when it ends. Empty counts are not written.
//!
//! | metric | dimensions beside `Function` | |
//! |---|---|---|
//! | `Events` | `Outcome` | messages by outcome: an [`Outcome`], or one of those below |
//! | `Pending`, `Contradictions` | | the events that are pending, or contradict others |
//! | `EntriesAppended` | | entries booked |
//! | `AmountMinorUnits` | `Kind`, `Currency` | the sum of their amounts, in minor units (cents), where it is asked for |
//! | `AgeAtProcessing` | | milliseconds since an event's `time`, or since it was sent |
//! | `UnitsRead`, `UnitsWritten` | | capacity units, as DynamoDB reports them; it reports none for a refused write |
//!
//! Other outcomes: `refused` (it is a dead letter), `failed` (it returns to the queue), `unknown` (so does another release's), `restated`, `added-up`, and of a close `step-made`,
//! `documents-made`.

use crate::emf::{MAX_VALUES, Metric, line};
use crate::environment::{SettingsError, optional, variable};
use crate::now;
use aws_sdk_dynamodb::types::ConsumedCapacity;
use jiff::Timestamp;
use ledger::dynamo::Observer;
use ledger::{Booking, Outcome};
use rules::{Currency, Kind};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The counts of one invocation.
#[derive(Debug, Clone)]
pub struct Metrics {
    function: Arc<str>,
    /// True if amounts are counted: by kind and currency they are many metrics, each with its price.
    counts_amounts: bool,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    outcomes: BTreeMap<&'static str, u64>,
    pending: u64,
    contradictions: u64,
    entries: u64,
    /// In minor units; for graphs only: a sum that overflows stays at the largest number.
    amounts: BTreeMap<(Kind, Currency), i64>,
    ages: Vec<i64>,
    /// Capacity units, which may be halves; floats because DynamoDB returns floats. They are no money.
    units_read: f64,
    units_written: f64,
}

impl Metrics {
    /// Metrics of the function in `AWS_LAMBDA_FUNCTION_NAME`; with amounts if `AMOUNT_METRICS` is `true`.
    pub fn from_env() -> Result<Metrics, SettingsError> {
        let counts_amounts = optional("AMOUNT_METRICS").is_some_and(|value| value == "true");
        Ok(Metrics { function: variable("AWS_LAMBDA_FUNCTION_NAME")?.into(), counts_amounts, counts: Arc::default() })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a processed message.
    pub fn message(&self, outcome: &'static str) {
        *self.counts().outcomes.entry(outcome).or_default() += 1;
    }

    /// Counts a recorded event.
    pub(crate) fn event(&self, outcome: Outcome) {
        self.message(outcome.as_str());
        match outcome {
            Outcome::Pending(_) => self.counts().pending += 1,
            Outcome::Contradiction => self.counts().contradictions += 1,
            Outcome::Decided | Outcome::Recorded | Outcome::Duplicate | Outcome::Void | Outcome::TooMany(_) => {}
        }
    }

    /// Records the age of an event of this time; one in the future has age zero.
    pub(crate) fn age(&self, since: Timestamp) {
        self.counts().ages.push((now().as_millisecond() - since.as_millisecond()).max(0));
    }

    /// Counts booked entries.
    pub(crate) fn booked(&self, booked: &[Booking]) {
        let mut counts = self.counts();
        for Booking { within: _, kind, amount, currency } in booked {
            counts.entries += 1;
            if !self.counts_amounts {
                continue;
            }
            let sum = counts.amounts.entry((*kind, *currency)).or_default();
            *sum = sum.saturating_add(amount.0);
        }
    }

    /// The observer of a store's consumed capacity.
    pub(crate) fn observer(&self) -> Observer {
        let metrics = self.clone();
        Arc::new(move |operation, consumed| metrics.consumed(operation, consumed))
    }

    fn consumed(&self, operation: &str, consumed: &[ConsumedCapacity]) {
        let units: f64 = consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
        let mut counts = self.counts();
        match operation {
            "BatchGetItem" | "Query" => counts.units_read += units,
            _ => counts.units_written += units,
        }
    }

    /// Writes the counts to the log and resets them, at the end of each invocation.
    pub fn write(&self) {
        let lines = std::mem::take(&mut *self.counts()).lines(&self.function, now());
        // If the log itself fails, the error cannot be reported anywhere.
        drop(std::io::stdout().lock().write_all(lines.as_bytes()));
    }
}

impl Counts {
    /// The log lines, one for each set of dimensions.
    fn lines(self, function: &str, at: Timestamp) -> String {
        let function = ("Function", function);
        let mut metrics: Vec<Metric> =
            [("EntriesAppended", self.entries), ("Pending", self.pending), ("Contradictions", self.contradictions)]
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(name, count)| Metric::count(name, count))
                .collect();
        for (name, units) in [("UnitsRead", self.units_read), ("UnitsWritten", self.units_written)] {
            metrics.extend((units > 0.0).then(|| Metric::count(name, units)));
        }
        let mut text = String::new();
        let mut add = |dimensions: &[(&str, &str)], metrics: &[Metric]| {
            // The metrics contain only names and numbers, so serialization cannot fail.
            if let (false, Ok(line)) = (metrics.is_empty(), line(at, dimensions, metrics)) {
                text.push_str(&line);
                text.push('\n');
            }
        };
        add(&[function], &metrics);
        for ages in self.ages.chunks(MAX_VALUES) {
            add(&[function], &[Metric { name: "AgeAtProcessing", unit: "Milliseconds", value: ages.to_vec().into() }]);
        }
        for (outcome, count) in self.outcomes {
            add(&[function, ("Outcome", outcome)], &[Metric::count("Events", count)]);
        }
        for ((kind, currency), amount) in self.amounts {
            let dimensions = [function, ("Kind", kind.as_str()), ("Currency", currency.code())];
            add(&dimensions, &[Metric { name: "AmountMinorUnits", unit: "None", value: amount.into() }]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::totals::PartnerMonth;
    use rules::Minor;
    use rules::decision::Pending;
    use serde_json::Value;

    fn metrics() -> Metrics {
        Metrics { function: "F".into(), counts_amounts: true, counts: Arc::default() }
    }

    /// Each metric with its dimensions and its value.
    fn written(metrics: &Metrics) -> Vec<String> {
        let lines = std::mem::take(&mut *metrics.counts()).lines("F", Timestamp::UNIX_EPOCH);
        let mut all = Vec::new();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            let names = directive["Dimensions"][0].as_array().unwrap();
            let dimensions: Vec<&str> =
                names.iter().map(|name| line[name.as_str().unwrap()].as_str().unwrap()).collect();
            for metric in directive["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                all.push(format!("{} {name} {}", dimensions.join("/"), line[name]));
            }
        }
        all
    }

    #[test]
    fn what_counted_nothing_is_not_written() {
        assert_eq!(written(&metrics()), Vec::<String>::new());
    }

    #[test]
    fn amounts_are_counted_where_asked_for() {
        let metrics = Metrics { counts_amounts: false, ..metrics() };
        let within = PartnerMonth { partner_id: "P".parse().unwrap(), month: "2024-01".parse().unwrap() };
        let currency = "EUR".parse().unwrap();
        metrics.booked(&[Booking { within, kind: Kind::Commission, amount: Minor(100), currency }]);
        assert_eq!(written(&metrics), ["F EntriesAppended 1"]);
    }

    #[test]
    fn outcomes_and_amounts_are_counted_apart_and_once() {
        let metrics = metrics();
        metrics.event(Outcome::Decided);
        metrics.event(Outcome::Decided);
        metrics.event(Outcome::Pending(Pending::NoAgreement));
        metrics.event(Outcome::Contradiction);
        metrics.message("refused");
        let booked = |kind, currency: &str, amount| Booking {
            within: PartnerMonth { partner_id: "P".parse().unwrap(), month: "2024-01".parse().unwrap() },
            kind,
            amount: Minor(amount),
            currency: currency.parse().unwrap(),
        };
        metrics.booked(&[booked(Kind::Commission, "EUR", 100), booked(Kind::Commission, "EUR", -30)]);
        metrics.booked(&[booked(Kind::Commission, "JPY", 7)]);
        let expected = [
            "F EntriesAppended 3",
            "F Pending 1",
            "F Contradictions 1",
            "F/contradiction Events 1",
            "F/decided Events 2",
            "F/pending-no-agreement Events 1",
            "F/refused Events 1",
            "F/commission/EUR AmountMinorUnits 70",
            "F/commission/JPY AmountMinorUnits 7",
        ];
        assert_eq!(written(&metrics), expected);
        assert_eq!(written(&metrics), Vec::<String>::new(), "it begins again with nothing");
    }

    #[test]
    fn units_are_read_or_written() {
        let metrics = metrics();
        let units = |units| ConsumedCapacity::builder().capacity_units(units).build();
        metrics.consumed("Query", &[units(0.5)]);
        metrics.consumed("BatchGetItem", &[units(2.0)]);
        metrics.consumed("TransactWriteItems", &[units(4.0)]);
        assert_eq!(written(&metrics), ["F UnitsRead 2.5", "F UnitsWritten 4.0"]);
    }

    #[test]
    fn an_event_of_the_future_is_new() {
        let metrics = metrics();
        metrics.age(now() + jiff::SignedDuration::from_hours(1));
        assert_eq!(written(&metrics), ["F AgeAtProcessing [0]"]);
    }
}
