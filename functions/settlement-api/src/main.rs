//! Lambda behind the routes of closing: billing identities, closes, documents, contests.

use closing::Closing;
use jiff::SignedDuration;
use runtime::aws::Aws;
use runtime::environment::{optional, variable};
use runtime::metrics::Metrics;
use runtime::{telemetry, warm_up};
use settlement_api::app::App;
use settlement_api::passes::Delayed;
use settlement_api::router::router;
use settling::Queue;
use std::process::ExitCode;
use std::sync::Arc;
use web::cursors::Cursors;
use web::gateway;
use web::observed::observe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), runtime::Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let delay: SignedDuration = settling::delay()?;
    let ledger = aws.ledger(&metrics)?;
    let app = App {
        closing: Closing::new(aws.store(&metrics)?, delay),
        ledger,
        passes: Arc::new(Delayed(Queue::from_env(&aws)?, delay)),
        cursors: Arc::new(cursors()?),
        now: runtime::now,
    };
    warm_up(&app.ledger).await;
    gateway::serve(observe(router(app), metrics)).await
}

/// The key of cursors and, once it was rotated, the one before.
fn cursors() -> Result<Cursors, runtime::Error> {
    let (secret, before) = (variable("CURSOR_KEY")?, optional("CURSOR_KEY_BEFORE"));
    Ok(Cursors::new(&secret, before.as_deref()).ok_or("AES-256-GCM is not there")?)
}
