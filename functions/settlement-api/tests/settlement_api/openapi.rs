//! The `OpenAPI` document: made from the API's types, checked in, complete, and served.

use crate::service::Service;
use serde_json::Value;
use settlement_api::openapi::API;
use settlement_api::routes::Route;
use std::collections::BTreeSet;
use std::path::PathBuf;
use web::access::Audience;
use web::routes::Described;

/// `UPDATE_GENERATED=1 cargo test --test settlement_api openapi` writes the file again.
#[test]
fn the_description_is_checked_in() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = API.as_text().unwrap();
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
                let properties =
                    ["properties", "additionalProperties"].iter().find_map(|name| fields.get(*name)?.as_object());
                assert!(!is_object || properties.is_some_and(|all| !all.is_empty()), "{at} has no properties");
                fields.iter().for_each(|(name, value)| check(value, &format!("{at}/{name}")));
            }
            Value::Array(values) => values.iter().enumerate().for_each(|(n, value)| check(value, &format!("{at}/{n}"))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = serde_json::to_value(API.document()).unwrap();
    check(&document, "");
    // Whatever is referred to is there.
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let whole = document.to_string();
    let named = whole.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let named: BTreeSet<&str> = named.collect();
    assert_eq!(named, schemas.keys().map(String::as_str).collect());
}

#[tokio::test]
async fn what_is_served_is_the_file_and_has_every_route_of_the_table() {
    let served = Service::with(&[]).await.as_nobody().get("/closings/openapi.json").await;
    let made = API.as_text().unwrap();
    assert!(served.text == made, "this was built before the file was written: run it again");
    assert_eq!(served.headers["content-type"], "application/json");
    let closed = Route::ALL.iter().filter(|route| route.audience() != Audience::Public);
    let operations = served.json["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let expected = closed.map(|route| format!("{} {}", route.method(), route.path()));
    assert_eq!(operations.collect::<BTreeSet<String>>(), expected.collect());
}
