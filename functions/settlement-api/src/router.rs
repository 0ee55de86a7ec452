//! The router: every route of the table with its handler.

use crate::app::App;
use crate::handlers::{account, billing, closings, contests, documents, page, received};
use crate::routes::{Route, table};
use axum::Router;
use ledger::Store;
use std::sync::Arc;
use web::handlers;
use web::sign_in::SignIn;

/// Builds the API.
pub fn router<S: Store + Clone + 'static>(app: App<S>) -> Router {
    let ledger = app.ledger.clone();
    web::routes::router(app, (&ledger, Arc::new(SignIn::none())), Route::ALL, handler::<S>)
}

table!(handlers);
