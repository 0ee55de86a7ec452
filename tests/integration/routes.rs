//! The template opens exactly the routes of the API's table, each to its audience.

use dashboard_api::routes::Route;
use local::template::{Admission, Given, Template};
use std::collections::BTreeMap;

const TEMPLATE: &str = include_str!("../../template.yaml");

#[test]
fn the_template_has_the_routes_of_the_table() {
    let parameters = [("TokenIssuer", "https://i"), ("TokenAudience", "a")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let template = Template::read(TEMPLATE, Given { parameters: &parameters, below_minimum: &[] }).unwrap();
    let routes = template.functions.values().flat_map(|function| &function.routes);
    let there: BTreeMap<String, Vec<String>> = routes
        .map(|route| {
            let scopes = match &route.admission {
                Admission::Open => Vec::new(),
                Admission::Scopes(scopes) => scopes.clone(),
            };
            (format!("{} {}", route.method, route.path), scopes)
        })
        .collect();
    // What is read can be asked about without its body, by whoever may read it.
    let expected = Route::ALL.iter().flat_map(|route| {
        let scopes: Vec<String> = route.audience().scopes().iter().map(|scope| (*scope).to_owned()).collect();
        let mut keys = vec![format!("{} {}", route.method(), route.path())];
        if route.method() == "GET" {
            keys.push(format!("HEAD {}", route.path()));
        }
        keys.into_iter().map(move |key| (key, scopes.clone()))
    });
    assert_eq!(there, expected.collect());
}
