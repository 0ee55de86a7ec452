//! Lambda behind the HTTP API: registers partners and answers with the amounts owed.

use dashboard_api::MAX_CONTRACTS;
use dashboard_api::app::App;
use dashboard_api::router::router;
use ledger::invitations::Randomness;
use runtime::aws::Aws;
use runtime::environment::{optional, variable};
use runtime::metrics::Metrics;
use runtime::restatement::Queue;
use runtime::{telemetry, warm_up};
use std::process::ExitCode;
use std::sync::Arc;
use web::cursors::Cursors;
use web::gateway;
use web::observed::observe;
use web::sign_in::{SignIn, SignInConfig};

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
        cursors: Arc::new(cursors()?),
        now: runtime::now,
        sign_in: Arc::new(sign_in()?),
        random,
        most_previewed: MAX_CONTRACTS,
        try_url: optional("TRY_URL").map(Arc::from),
        views_url: optional("VIEWS_URL").map(Arc::from),
    };
    warm_up(&app.ledger).await;
    gateway::serve(observe(router(app), metrics)).await
}

/// The identity provider; the page has no sign-in unless it is a client there.
fn sign_in() -> Result<SignIn, runtime::Error> {
    let Some(client_id) = optional("SIGN_IN_CLIENT_ID") else { return Ok(SignIn::none()) };
    let config = SignInConfig {
        issuer: variable("TOKEN_ISSUER")?,
        client_id,
        scope: variable("SIGN_IN_SCOPE")?,
        audience: optional("SIGN_IN_AUDIENCE"),
    };
    Ok(SignIn::at(config, optional("SIGN_IN_ORIGIN").as_deref()))
}

/// Random bytes for the code of an invitation; none: the machine gives none.
fn random() -> Option<Randomness> {
    let mut bytes = Randomness::default();
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// The key of cursors and, once it was rotated, the one before.
fn cursors() -> Result<Cursors, runtime::Error> {
    let (secret, before) = (variable("CURSOR_KEY")?, optional("CURSOR_KEY_BEFORE"));
    Ok(Cursors::new(&secret, before.as_deref()).ok_or("AES-256-GCM is not there")?)
}
