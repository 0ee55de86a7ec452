//! The `OpenAPI` document: made from the API's types, checked in, complete, and served.

use crate::service::Service;
use dashboard_api::openapi::API;
use dashboard_api::routes::Route;
use fixtures::description::check_whole;
use std::collections::BTreeSet;
use std::path::PathBuf;
use web::access::Audience;
use web::routes::Described;

/// `UPDATE_GENERATED=1 cargo test --test api openapi` writes the file again.
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
    check_whole(&serde_json::to_value(API.document()).unwrap());
}

#[tokio::test]
async fn what_is_served_is_the_file_and_has_every_route_of_the_table() {
    let served = Service::start().as_nobody().get("/openapi.json").await;
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
