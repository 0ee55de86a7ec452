//! Logs: JSON, one object a line. They hold ids, outcomes and reasons; never a message's body, a token or a name.

use crate::context::Context;
use crate::trace::Trace;
use crate::{Error, chain, now};
use serde_json::{Map, Value};
use std::fmt;
use std::process::ExitCode;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Starts the log at the level in `AWS_LAMBDA_LOG_LEVEL`, by default `INFO`. The level is `INFO` at most: at `DEBUG`
/// the AWS clients and Lambda's own write whole requests.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO).min(LevelFilter::INFO);
    tracing_subscriber::fmt().event_format(Line).with_max_level(level).init();
    // The message of a panic may quote input, so it is not logged.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "a bug ended this invocation: its messages come back; report the place");
    }));
}

/// The exit code of a function's process.
pub fn ended(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error = chain(&*error);
            tracing::error!(error, "the function cannot go on: mend what it names, and deploy again");
            ExitCode::FAILURE
        }
    }
}

/// The format of a log line: time, level, context, and the event's fields.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        fields.add("timestamp", now().to_string());
        fields.add("level", event.metadata().level().as_str());
        if let Some(context) = Context::current() {
            fields.add("request_id", &*context.request_id);
            fields.add("message_id", context.message_id.clone());
            fields.add("trace_id", context.trace.as_ref().map(Trace::id));
        }
        event.record(&mut fields);
        writeln!(writer, "{}", Value::Object(fields.0))
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    /// Adds a field, unless its value is null.
    fn add(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if !value.is_null() {
            self.0.insert(name.to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), format!("{value:?}"));
    }
}
