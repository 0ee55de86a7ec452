//! The template has exactly the routes of the tables of both APIs, and opens the public ones alone without a token.

use axum::http::Method;
use dashboard_api::routes::Route;
use local::template::{Admission, Given, Template};
use std::collections::BTreeMap;
use web::access::Audience;
use web::routes::Described;

const TEMPLATE: &str = include_str!("../../template.yaml");

#[test]
fn the_template_has_the_routes_of_the_table() {
    let parameters = [("TokenIssuer", "https://i"), ("TokenAudience", "a")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let template = Template::read(TEMPLATE, Given { parameters: &parameters, below_minimum: &[] }).unwrap();
    let routes = template.functions.values().flat_map(|function| &function.routes);
    let there: BTreeMap<String, Admission> =
        routes.map(|route| (format!("{} {}", route.method, route.path), route.admission.clone())).collect();
    // What is read can be asked about without its body, by whoever may read it.
    let all = Route::ALL.iter().map(|route| described(*route));
    let all = all.chain(settlement_api::routes::Route::ALL.iter().map(|route| described(*route)));
    let expected = all.flat_map(|(method, path, audience)| {
        let admission = if audience == Audience::Public { Admission::Open } else { Admission::Token };
        let mut keys = vec![format!("{method} {path}")];
        if method == "GET" {
            keys.push(format!("HEAD {path}"));
        }
        keys.into_iter().map(move |key| (key, admission.clone()))
    });
    assert_eq!(there, expected.collect());
}

fn described(route: impl Described) -> (Method, &'static str, Audience) {
    (route.method(), route.path(), route.audience())
}
