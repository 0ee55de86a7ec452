//! The router: every route of the table with its handler.

use crate::app::App;
use crate::handlers::{
    attention, choices, contracts, entries, inquiries, invitations, journal, members, minimum_sales, page,
    partner_file, partners, perks, programme, registration, simulations, stated, statement, summary,
};
use crate::http::claims::{admit_identity, admit_member};
use crate::http::headers;
use crate::http::problem::Problem;
use crate::routes::{Audience, Route, table};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use ledger::Store;
use texts::Code;

/// Maximum size of a body that is read, in bytes; the maximum of a registration is smaller, and is refused by name.
const MAX_BODY: usize = 1024 * 1024;

/// Builds the API over a ledger. Each route is behind the check of its audience.
pub fn router<S: Store + Clone + 'static>(app: App<S>) -> Router {
    let mut router = Router::new();
    for route in Route::ALL {
        let audience = route.audience();
        let open = Router::new().route(route.path(), handler(*route));
        router = router.merge(match audience {
            Audience::Public => open,
            Audience::Identified => open.route_layer(from_fn(admit_identity)),
            Audience::Members | Audience::Reporters | Audience::Readers | Audience::Managers => {
                open.route_layer(from_fn_with_state((app.clone(), audience), admit_member::<S>))
            }
        });
    }
    router
        .fallback(async || Problem::not_found(Code::NothingHere))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(app.sign_in.clone(), headers::complete))
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
