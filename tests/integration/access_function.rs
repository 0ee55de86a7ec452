//! The function behind the API, asked directly: a route that was opened by mistake must still give nothing away.

use harness::binaries;
use harness::running::Running;
use local::lambda::{self, Home, Invoker};
use local::template::Admission;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts the function once more, with nothing in front of it.
fn start(running: &Running, (tasks, stop): (&TaskTracker, &CancellationToken)) -> Invoker {
    let environment: BTreeMap<String, String> = [
        ("TABLE_NAME", "Ledger"),
        ("RESTATEMENT_QUEUE_URL", &running.stack.queue_url("RestatementQueue")),
        ("RESTATEMENT_DELAY_SECONDS", "1"),
        ("CURSOR_KEY", "a secret of the test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &running.stack.dynamodb_url),
        ("AWS_ENDPOINT_URL_SQS", &running.stack.sqs_url),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let home = Home { binaries: binaries(), logs: running.folder.path().to_owned() };
    lambda::start("Again", &running.stack.template.functions["DashboardApi"], environment, &home, (tasks, stop))
}

async fn status(function: &Invoker, method: &str, path: &str, authorizer: &Value) -> u64 {
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "content-type": "application/json", "authorization": "Bearer x" },
        "requestContext": {
            "accountId": "0", "apiId": "a", "domainName": "d", "domainPrefix": "d", "requestId": "r",
            "routeKey": "$default", "stage": "$default", "timeEpoch": 0, "authorizer": authorizer,
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "::", "userAgent": "" },
        },
        "body": null,
        "isBase64Encoded": false,
    });
    let answer = function.invoke(event.to_string().into_bytes().into(), lambda::new_trace()).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let status = answer["statusCode"].as_u64().unwrap();
    if status >= 400 {
        assert_eq!(answer["headers"]["content-type"], "application/problem+json", "{answer}");
    }
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_looks_at_claims_by_itself() {
    let running = Running::start().await;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let function = start(&running, (&tasks, &stop));
    let jwt = |claims: Value| json!({ "jwt": { "claims": claims, "scopes": ["admin"] } });
    let partner = jwt(json!({ "scope": "partner", "partner_id": "P-1" }));
    for route in &running.stack.template.functions["DashboardApi"].routes {
        let path = route.path.replace("{id}", "X-9").replace("{term}", "1").replace("{file}", "app.js");
        let path = path.replace("{number}", "1").replace("{note}", "N");
        let path = path.replace("{starts_on}", "2020-01-01").replace("{n}", "1");
        let status = async |authorizer: &Value| status(&function, &route.method, &path, authorizer).await;
        let what = format!("{} {}", route.method, route.path);
        let Admission::Scopes(scopes) = &route.admission else {
            assert_eq!(status(&Value::Null).await, 200, "{what}");
            continue;
        };
        for nobody in [Value::Null, json!({}), json!({ "lambda": { "scope": "admin" } }), json!({ "jwt": null })] {
            assert_eq!(status(&nobody).await, 401, "{what} {nobody}");
        }
        // Scopes that the gateway tells do not count: the claims do.
        for odd in [json!({}), json!({ "scope": "" }), json!({ "scope": "admin partner", "partner_id": "X-9" })] {
            assert_eq!(status(&jwt(odd.clone())).await, 403, "{what} {odd}");
        }
        // 400: the statement has no month.
        let expected: &[u64] = if scopes.iter().any(|scope| scope == "partner") { &[200, 400, 404] } else { &[403] };
        assert!(expected.contains(&status(&partner).await), "{what}");
        for claims in [json!({ "scope": "admin" }), json!({ "scp": "[openid admin]" })] {
            let admin = status(&jwt(claims)).await;
            assert!(![401, 403].contains(&admin), "{what}: {admin}");
        }
    }
    stop.cancel();
    tasks.close();
    tasks.wait().await;
    running.stack.stop().await;
}
