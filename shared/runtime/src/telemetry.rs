//! Logs: one JSON object a line. Ids, outcomes and reasons; never a message's body.

use tracing::level_filters::LevelFilter;

/// Starts the log, at the level that `AWS_LAMBDA_LOG_LEVEL` names, `INFO` without one.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .init();
}
