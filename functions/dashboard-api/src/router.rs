//! The router: every route of the table with its handler.

use crate::access::Caller;
use crate::app::App;
use crate::handlers::{
    attention, choices, contracts, entries, inquiries, minimum_sales, page, partners, perks, programme, registration,
    simulations, statement, summary,
};
use crate::http::headers;
use crate::http::problem::Problem;
use crate::routes::{Audience, Route, table};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_extractor, from_fn};
use axum::routing::{MethodFilter, MethodRouter, on};
use ledger::Store;
use texts::Code;

/// Maximum size of a body that is read, in bytes; the maximum of a registration is smaller, and is refused by name.
const MAX_BODY: usize = 1024 * 1024;

/// Builds the API over a ledger. All routes but the public ones require known claims, and each handler names its
/// callers.
pub fn router<S: Store + Clone + 'static>(app: App<S>) -> Router {
    let (mut public, mut closed) = (Router::new(), Router::new());
    for route in Route::ALL {
        match route.audience() {
            Audience::Public => public = public.route(route.path(), handler(*route)),
            Audience::Partners | Audience::Managers => closed = closed.route(route.path(), handler(*route)),
        }
    }
    public
        .merge(closed.route_layer(from_extractor::<Caller>()))
        .fallback(async || Problem::not_found(Code::NothingHere))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(headers::complete))
        .with_state(app)
}

macro_rules! handlers {
    ($($name:ident: $method:ident $path:literal, $audience:ident => $handler:expr;)*) => {
        fn handler<S: Store + Clone + 'static>(route: Route) -> MethodRouter<App<S>> {
            match route {
                $(Route::$name => on(MethodFilter::$method, $handler),)*
            }
        }
    };
}
table!(handlers);
