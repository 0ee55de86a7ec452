//! Lambda behind the HTTP API: registers partners and answers with the amounts owed.

use dashboard_api::app::{App, Cursors};
use dashboard_api::observed::observe;
use dashboard_api::router::router;
use runtime::aws::Aws;
use runtime::environment::{optional, variable};
use runtime::metrics::Metrics;
use runtime::restatement::Queue;
use runtime::{telemetry, warm_up};
use std::process::ExitCode;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::start();
    telemetry::ended(started().await)
}

async fn started() -> Result<(), runtime::Error> {
    let (aws, metrics) = (Aws::from_env()?, Metrics::from_env()?);
    let app = App {
        ledger: aws.ledger(&metrics)?,
        restatements: Arc::new(Queue::from_env(&aws)?),
        cursors: Arc::new(Cursors::new(&variable("CURSOR_KEY")?).ok_or("AES-256-GCM is not there")?),
        now: runtime::now,
        sign_in_url: optional("SIGN_IN_URL").map(Arc::from),
        try_url: optional("TRY_URL").map(Arc::from),
    };
    warm_up(&app.ledger).await;
    lambda_http::run(observe(router(app), metrics)).await
}
