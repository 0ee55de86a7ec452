//! The HTTP API: requests that match a route of the template become events (payload format 2.0) for its function, if they
//! have a token of an accepted issuer. The identity provider and the page of trials are on the same port.

use crate::identity::{self, Provider};
use crate::issuers::Issuers;
use crate::lambda::{InvokeError, Invoker, new_trace, request_id};
use crate::template::{Admission, Api, Route};
use crate::throttle::Throttle;
use crate::tokens::IDENTITY;
use crate::trial::{self, Trial};
use crate::{ACCOUNT, HOST, door};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use machine::verification::{Claims, as_texts};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The largest body, in bytes (a limit of Lambda).
const MAX_BODY: usize = 6 * 1024 * 1024;

/// The largest form of the identity provider, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// The header with the trace of a request.
const TRACE: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// The server of the HTTP API.
#[derive(Debug)]
pub struct Gateway {
    routes: Vec<(Route, Invoker)>,
    api: Api,
    issuers: Issuers,
    /// The identity provider of this machine; none: the page signs in at another.
    provider: Option<Arc<Provider>>,
    trial: Trial,
    throttle: Throttle,
    /// Throttles of routes of their own, by method and path.
    throttles: BTreeMap<String, Throttle>,
}

impl Gateway {
    /// The API of a template, with the functions behind its routes.
    pub fn new(
        api: Api,
        mut routes: Vec<(Route, Invoker)>,
        (issuers, provider): (Issuers, Option<Arc<Provider>>),
        trial: Trial,
    ) -> Gateway {
        let throttle = Throttle::new(api.limit);
        let throttles = api.limits.iter().map(|(route, limit)| (route.clone(), Throttle::new(*limit))).collect();
        // Of two routes that match, API Gateway takes the one with fewer parameters before its end.
        routes.sort_by_key(|(route, _)| route.path.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>());
        Gateway { routes, api, issuers, provider, trial, throttle, throttles }
    }

    /// Serves the API on a listener until `stop`.
    pub fn serve(self, listener: TcpListener, (tasks, stop): (&TaskTracker, &CancellationToken)) {
        let app = Router::new().fallback(handle).with_state(Arc::new(self));
        let stop = stop.clone();
        tasks.spawn(async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(async move { stop.cancelled().await });
            if let Err(error) = served.await {
                eprintln!("HTTP API: {error}");
            }
        });
    }

    /// The caller's claims, if the request has a token that is good.
    async fn claims(&self, headers: &HeaderMap) -> Option<Claims> {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let token = match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
            (Some(one), None) => one.strip_prefix("Bearer ").unwrap_or(one),
            _ => "",
        };
        self.issuers.verified(token, runtime::now()).await
    }

    /// Headers for a browser whose page has another origin.
    fn cors(&self, method: &Method, headers: &HeaderMap) -> HeaderMap {
        let cors = &self.api.cors;
        let mut told = HeaderMap::new();
        let Some(origin) = headers.get(header::ORIGIN) else { return told };
        if !cors.origins.iter().any(|known| known == "*" || known.as_bytes() == origin.as_bytes()) {
            return told;
        }
        told.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        told.insert(header::VARY, HeaderValue::from_static("origin"));
        let mut tell = |name: HeaderName, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                told.insert(name, value);
            }
        };
        tell(header::ACCESS_CONTROL_EXPOSE_HEADERS, cors.exposed.join(","));
        if *method == Method::OPTIONS {
            tell(header::ACCESS_CONTROL_ALLOW_METHODS, cors.methods.join(","));
            tell(header::ACCESS_CONTROL_ALLOW_HEADERS, cors.headers.join(","));
            tell(header::ACCESS_CONTROL_MAX_AGE, cors.max_age_seconds.to_string());
        }
        told
    }
}

async fn handle(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if !door::is_for_this_machine(&parts.headers) {
        return message(StatusCode::FORBIDDEN, "Forbidden");
    }
    let cors = gateway.cors(&parts.method, &parts.headers);
    let is_preflight = parts.method == Method::OPTIONS
        && [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD].iter().all(|name| parts.headers.contains_key(name));
    let mut response =
        if is_preflight { StatusCode::NO_CONTENT.into_response() } else { answer(&gateway, &mut parts, body).await };
    response.headers_mut().extend(cors);
    response
}

async fn answer(gateway: &Gateway, parts: &mut Parts, body: Body) -> Response {
    let matched = gateway.routes.iter().find_map(|(route, function)| {
        let parameters = (route.method == parts.method.as_str()).then(|| matches(&route.path, parts.uri.path()))??;
        Some((route, function, parameters))
    });
    let Some((route, function, path_parameters)) = matched else {
        return answer_alone(gateway, parts, body).await;
    };
    let throttle = gateway.throttles.get(&format!("{} {}", route.method, route.path)).unwrap_or(&gateway.throttle);
    if !throttle.takes(Instant::now()) {
        return message(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
    }
    let claims = match route.admission {
        Admission::Open => None,
        Admission::Token => match gateway.claims(&parts.headers).await {
            Some(claims) => Some(claims),
            None => return refused(StatusCode::UNAUTHORIZED),
        },
    };
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
    };
    let trace = trace(&parts.headers);
    if let Ok(trace) = HeaderValue::try_from(&trace) {
        parts.headers.insert(TRACE, trace);
    }
    let mut event = event(parts, &body, route, &path_parameters);
    if let (Some(claims), Some(Value::Object(context))) = (claims, event.get_mut("requestContext")) {
        // A route that asks for no scopes is handed none.
        context.insert("authorizer".to_owned(), json!({ "jwt": { "claims": as_texts(claims), "scopes": null } }));
    }
    match function.invoke(Bytes::from(event.to_string()), trace).await {
        Ok(answer) => match serde_json::from_slice(&answer) {
            Ok(answer) => response(answer, &parts.method),
            Err(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        },
        Err(InvokeError::Ended) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Err(InvokeError::Failed(_)) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

/// The answer to a request that no function serves.
async fn answer_alone(gateway: &Gateway, parts: &Parts, body: Body) -> Response {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    if let Some(file) = Trial::file(method, path) {
        return file;
    }
    let not_found = || message(StatusCode::NOT_FOUND, "Not Found");
    if let (Some(provider), Some(path)) = (&gateway.provider, path.strip_prefix(IDENTITY)) {
        let Ok(body) = to_bytes(body, MAX_FORM).await else {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long");
        };
        let query = parts.uri.query().unwrap_or_default();
        let request = identity::Request { method: &parts.method, path, query, headers: &parts.headers, body: &body };
        return provider.answer(request, runtime::now()).unwrap_or_else(not_found);
    }
    let Some(route) = trial::Route::of(method, path) else {
        return not_found();
    };
    match gateway.claims(&parts.headers).await {
        Some(claims) => gateway.trial.answer(route, &claims).await,
        None => refused(StatusCode::UNAUTHORIZED),
    }
}

/// The trace of the caller, if the request names it; a new one otherwise.
fn trace(headers: &HeaderMap) -> String {
    let given = headers.get(TRACE).and_then(|value| value.to_str().ok()).filter(|value| value.contains("Root="));
    given.map_or_else(new_trace, str::to_owned)
}

fn refused(status: StatusCode) -> Response {
    let text = status.canonical_reason().unwrap_or_default();
    ([(header::WWW_AUTHENTICATE, "Bearer")], message(status, text)).into_response()
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "message": text }))).into_response()
}

/// The path's parameters, if the path matches the route.
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

/// A function's answer.
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

fn response(answer: Answer, method: &Method) -> Response {
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
    // The length of what a GET would answer; any other length is that of the body.
    if method != Method::HEAD {
        headers.remove(header::CONTENT_LENGTH);
    }
    let status = StatusCode::from_u16(answer.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, headers, Body::from(body)).into_response()
}
