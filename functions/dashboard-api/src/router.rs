//! The router: every route of the table with its handler.

use crate::app::App;
use crate::handlers::{
    attention, choices, contracts, entries, inquiries, invitations, journal, members, minimum_sales, page,
    partner_file, partners, perks, programme, registration, simulations, stated, statement, summary,
};
use crate::routes::{Route, table};
use axum::Router;
use ledger::Store;
use web::handlers;

/// Builds the API over a ledger.
pub fn router<S: Store + Clone + 'static>(app: App<S>) -> Router {
    let (ledger, sign_in) = (app.ledger.clone(), app.sign_in.clone());
    web::routes::router(app, (&ledger, sign_in), Route::ALL, handler::<S>)
}

table!(handlers);
