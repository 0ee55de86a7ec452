//! The API's description: checked in, complete, and what the running API serves.

use harness::running::Running;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// `UPDATE_GENERATED=1 cargo test --test integration openapi` writes the file again.
#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_checked_in_and_names_every_route() {
    let running = Running::start().await;
    let served = running.get("/openapi.json").await;
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../functions/dashboard-api/openapi.json");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&file, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let checked_in: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(checked_in == served, "openapi.json is not what the API serves: refresh it with UPDATE_GENERATED=1");

    let routes = running.stack.template.functions.values().flat_map(|function| &function.routes);
    let is_page = |path: &str| ["/", "/page/{file}", "/config.json", "/openapi.json"].contains(&path);
    let there: BTreeSet<String> = routes
        .filter(|route| !is_page(&route.path))
        .map(|route| format!("{} {}", route.method.to_lowercase(), route.path))
        .collect();
    let paths = served["paths"].as_object().unwrap();
    let methods = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}")));
    assert_eq!(methods.collect::<BTreeSet<String>>(), there);
    running.stack.stop().await;
}
