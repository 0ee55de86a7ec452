//! Routes: an API states each of its routes once, in a table that it gives to [`routes!`]. The table makes the router, the
//! `OpenAPI` document, and the lists that tests compare with the template and with the table of access.

use crate::access::Audience;
use crate::claims::{admit_identity, admit_member};
use crate::headers;
use crate::problem::Problem;
use crate::sign_in::SignIn;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::MethodRouter;
use ledger::{Ledger, Store};
use std::sync::Arc;
use texts::Code;

/// Maximum size of a body that is read, in bytes; the maximum of a registration is smaller, and is refused by name.
const MAX_BODY: usize = 1024 * 1024;

/// A route as its API's table describes it.
pub trait Described: Copy {
    fn method(self) -> Method;

    /// The path, with the names of its parameters in braces.
    fn path(self) -> &'static str;

    fn audience(self) -> Audience;

    /// The names of the path's parameters, in their order.
    fn names(self) -> impl Iterator<Item = &'static str> {
        self.path().split('/').filter_map(name)
    }

    /// The path with a value in place of each parameter, in their order.
    fn path_of(self, values: &[&str]) -> String {
        let mut values = values.iter();
        let parts = self.path().split('/').map(|part| match name(part) {
            Some(_) => values.next().copied().unwrap_or_default(),
            None => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

fn name(part: &'static str) -> Option<&'static str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// Makes `Route` and its [`Described`] from a table of `Name: METHOD "/path", Audience => handler;`.
#[macro_export]
macro_rules! routes {
    ($($name:ident: $method:ident $path:literal, $audience:ident => $handler:expr;)*) => {
        /// A route of this API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Route {
            $(
                #[doc = concat!("`", stringify!($method), " ", $path, "`")]
                $name,
            )*
        }

        impl Route {
            /// All routes.
            pub const ALL: &[Route] = &[$(Route::$name),*];
        }

        impl $crate::routes::Described for Route {
            fn method(self) -> axum::http::Method {
                match self {
                    $(Route::$name => axum::http::Method::$method,)*
                }
            }

            fn path(self) -> &'static str {
                match self {
                    $(Route::$name => $path,)*
                }
            }

            fn audience(self) -> $crate::access::Audience {
                match self {
                    $(Route::$name => $crate::access::Audience::$audience,)*
                }
            }
        }
    };
}

/// Makes `handler`, which gives each route of the same table the function that answers it.
#[macro_export]
macro_rules! handlers {
    ($($name:ident: $method:ident $path:literal, $audience:ident => $handler:expr;)*) => {
        fn handler<S: ledger::Store + Clone + 'static>(route: Route) -> axum::routing::MethodRouter<App<S>> {
            match route {
                $(Route::$name => axum::routing::on(axum::routing::MethodFilter::$method, $handler),)*
            }
        }
    };
}

/// Builds an API over a ledger. Each route is behind the check of its audience.
pub fn router<A, S, R>(
    app: A,
    (ledger, sign_in): (&Ledger<S>, Arc<SignIn>),
    routes: &[R],
    handler: impl Fn(R) -> MethodRouter<A>,
) -> Router
where
    A: Clone + Send + Sync + 'static,
    S: Store + Clone + 'static,
    R: Described,
{
    let mut all = Router::new();
    for route in routes {
        let audience = route.audience();
        let open = Router::new().route(route.path(), handler(*route));
        all = all.merge(match audience {
            Audience::Public => open,
            Audience::Identified => open.route_layer(from_fn(admit_identity)),
            Audience::Members | Audience::Reporters | Audience::Readers | Audience::Managers => {
                open.route_layer(from_fn_with_state((ledger.clone(), audience), admit_member::<S>))
            }
        });
    }
    all.fallback(async || Problem::not_found(Code::NothingHere))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(sign_in, headers::complete))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_filled_in_order() {
        #[derive(Clone, Copy)]
        struct Choose;
        impl Described for Choose {
            fn method(self) -> Method {
                Method::PUT
            }
            fn path(self) -> &'static str {
                "/contracts/{id}/terms/{term}/{kind}/{adjustment}/choices/{number}"
            }
            fn audience(self) -> Audience {
                Audience::Managers
            }
        }
        let path = Choose.path_of(&["C", "2", "credit-notes", "N", "1"]);
        assert_eq!(path, "/contracts/C/terms/2/credit-notes/N/choices/1");
        let names: Vec<_> = Choose.names().collect();
        assert_eq!(names, ["id", "term", "kind", "adjustment", "number"]);
    }
}
