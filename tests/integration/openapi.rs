//! The API's description: made from its types, checked in, complete, and what the running API serves.

use dashboard_api::openapi::document;
use dashboard_api::routes::{Audience, Route};
use harness::running::Running;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// `UPDATE_GENERATED=1 cargo test --test integration openapi` writes the file again.
#[test]
fn the_description_is_checked_in() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../functions/dashboard-api/openapi.json");
    let made = document().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap();
    assert!(checked_in == made, "openapi.json is not what the types say: refresh it with UPDATE_GENERATED=1");
}

#[test]
fn no_object_is_without_properties() {
    fn check(value: &Value, at: &str) {
        match value {
            Value::Object(fields) => {
                let is_object =
                    fields.get("type").is_some_and(|of| *of == "object" || of[0] == "object" || of[1] == "object");
                let properties = fields.get("properties").and_then(Value::as_object);
                assert!(!is_object || properties.is_some_and(|all| !all.is_empty()), "{at} has no properties");
                fields.iter().for_each(|(name, value)| check(value, &format!("{at}/{name}")));
            }
            Value::Array(values) => values.iter().enumerate().for_each(|(n, value)| check(value, &format!("{at}/{n}"))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = serde_json::to_value(document()).unwrap();
    check(&document, "");
    // Whatever is referred to is there.
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    let named = text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let named: BTreeSet<&str> = named.collect();
    assert_eq!(named, schemas.keys().map(String::as_str).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_template_has_the_routes_of_the_table_and_the_stack_serves_their_description() {
    let running = Running::start().await;
    let routes = running.stack.template.functions.values().flat_map(|function| &function.routes);
    let there: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let name = |route: &Route| format!("{} {}", route.method(), route.path());
    assert_eq!(there, Route::ALL.iter().map(name).collect());

    let served = running.get("/openapi.json").await;
    assert_eq!(served, serde_json::to_value(document()).unwrap());
    let closed = Route::ALL.iter().filter(|route| route.audience() != Audience::Public);
    let operations = served["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    assert_eq!(operations.collect::<BTreeSet<String>>(), closed.map(name).collect());
    running.stack.stop().await;
}
