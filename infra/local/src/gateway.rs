//! The HTTP API: requests that match a route of the template become events (payload format 2.0) for its function.

use crate::lambda::{InvokeError, Invoker, request_id};
use crate::template::Route;
use crate::{ACCOUNT, HOST};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The largest body, in bytes (a limit of Lambda).
const MAX_BODY: usize = 6 * 1024 * 1024;

/// Serves the API on a listener until `stop`.
pub fn serve(listener: TcpListener, routes: Vec<(Route, Invoker)>, (tasks, stop): (&TaskTracker, &CancellationToken)) {
    let app = Router::new().fallback(handle).with_state(Arc::new(routes));
    let stop = stop.clone();
    tasks.spawn(async move {
        let served = axum::serve(listener, app).with_graceful_shutdown(async move { stop.cancelled().await });
        if let Err(error) = served.await {
            eprintln!("HTTP API: {error}");
        }
    });
}

async fn handle(State(routes): State<Arc<Vec<(Route, Invoker)>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let matched = routes.iter().find_map(|(route, function)| {
        let parameters = (route.method == parts.method.as_str()).then(|| matches(&route.path, parts.uri.path()))??;
        Some((route, function, parameters))
    });
    let Some((route, function, path_parameters)) = matched else {
        return message(StatusCode::NOT_FOUND, "Not Found");
    };
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
    };
    let event = event(&parts, &body, route, &path_parameters);
    match function.invoke(Bytes::from(event.to_string())).await {
        Ok(answer) => match serde_json::from_slice(&answer) {
            Ok(answer) => response(answer),
            Err(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        },
        Err(InvokeError::Ended) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Err(InvokeError::Failed(_)) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "message": text }))).into_response()
}

/// The path's parameters, if it is the route's.
fn matches(route: &str, path: &str) -> Option<Map<String, Value>> {
    let mut parameters = Map::new();
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(part)) => match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !part.is_empty() => {
                    parameters.insert(name.to_owned(), json!(part));
                }
                None if wanted == part => {}
                Some(_) | None => return None,
            },
            (Some(_), None) | (None, Some(_)) => return None,
        }
    }
}

fn event(parts: &Parts, body: &Bytes, route: &Route, path_parameters: &Map<String, Value>) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    for name in parts.headers.keys() {
        let values: Vec<_> = parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        headers.insert(name.as_str().to_owned(), json!(values.join(",")));
    }
    let (body, is_base64_encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (BASE64_STANDARD.encode(body), true),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let route_key = format!("{} {}", route.method, route.path);
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": parts.uri.path(),
        "rawQueryString": parts.uri.query().unwrap_or(""),
        "headers": headers,
        "pathParameters": path_parameters,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": HOST,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": parts.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": HOST,
                "userAgent": user_agent,
            },
            "requestId": request_id(),
            "routeKey": route_key,
            "stage": "$default",
            "timeEpoch": u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
        },
        "body": (!body.is_empty()).then_some(body),
        "isBase64Encoded": is_base64_encoded,
    })
}

/// What a function answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

fn response(answer: Answer) -> Response {
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded { BASE64_STANDARD.decode(&body).unwrap_or_default() } else { body.into() };
    let mut headers = HeaderMap::new();
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    for cookie in answer.cookies {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    headers.remove(header::CONTENT_LENGTH);
    let status = StatusCode::from_u16(answer.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, Body::from(body)).into_response()
}
