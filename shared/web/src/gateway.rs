//! Requests as API Gateway hands them on (payload format 2.0), and answers as it takes them.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lambda_runtime::{LambdaEvent, Service, service_fn};
use runtime::Error;
use runtime::context::Context;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt::Write;

/// A request, of which everything is read that the API uses.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    #[serde(default)]
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    cookies: Option<Vec<String>>,
    /// Several values of one header have commas between them.
    headers: Option<HashMap<String, String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

/// The gateway's knowledge of a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestContext {
    pub route_key: Option<String>,
    pub request_id: Option<String>,
    http: HttpDescription,
    authorizer: Option<Authorizer>,
}

#[derive(Debug, Clone, Deserialize)]
struct HttpDescription {
    method: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Authorizer {
    jwt: Option<Jwt>,
}

#[derive(Debug, Clone, Deserialize)]
struct Jwt {
    claims: Option<HashMap<String, String>>,
}

/// The mark of a request with a part that HTTP does not admit; `headers.rs` refuses it in words.
#[derive(Debug, Clone, Copy)]
pub struct Unreadable;

/// An answer to a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    headers: HashMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

/// Serves requests for as long as the process lives.
pub async fn serve(router: Router) -> Result<(), Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Event>| {
        answer(router.clone(), event.payload, Context::of(&event.context))
    }))
    .await
}

/// Answers a request of an invocation.
pub async fn answer(mut router: Router, event: Event, invocation: Context) -> Result<Answer, Error> {
    let mut request = event.into_request();
    request.extensions_mut().insert(invocation);
    let (parts, body) = router.call(request).await?.into_parts();
    let (body, is_base64_encoded) = text_of(to_bytes(body, usize::MAX).await?);
    let (headers, cookies) = texts_of(&parts.headers);
    let body = Some(body).filter(|body| !body.is_empty());
    Ok(Answer { status_code: parts.status.as_u16(), headers, cookies, body, is_base64_encoded })
}

impl RequestContext {
    /// The claims of the token that the gateway verified.
    pub fn claims(&self) -> Option<&HashMap<String, String>> {
        self.authorizer.as_ref()?.jwt.as_ref()?.claims.as_ref()
    }
}

impl Event {
    fn into_request(self) -> Request<Body> {
        let (uri, method, body, (headers, are_all)) = (self.uri(), self.method(), self.body(), self.headers());
        let is_readable = uri.is_some() && method.is_some() && body.is_some() && are_all;
        let mut request = Request::new(body.map_or_else(Body::empty, Body::from));
        *request.uri_mut() = uri.unwrap_or_default();
        *request.method_mut() = method.unwrap_or_default();
        *request.headers_mut() = headers;
        if !is_readable {
            request.extensions_mut().insert(Unreadable);
        }
        request.extensions_mut().insert(self.request_context);
        request
    }

    /// The path and the query. The gateway decodes the path: it may have characters that a URI holds only as `%XX`. The query
    /// comes as it was sent: a raw one is no URI.
    fn uri(&self) -> Option<Uri> {
        let mut text = String::new();
        if !self.raw_path.starts_with('/') {
            text.push('/');
        }
        encode(&mut text, &self.raw_path);
        if !self.raw_query_string.is_empty() {
            if !is_query(&self.raw_query_string) {
                return None;
            }
            text.extend(["?", &self.raw_query_string]);
        }
        Some(PathAndQuery::try_from(text).ok()?.into())
    }

    fn method(&self) -> Option<Method> {
        self.request_context.http.method.parse().ok()
    }

    /// The headers that HTTP admits, and whether these are all.
    fn headers(&self) -> (HeaderMap, bool) {
        let (mut headers, mut are_all) = (HeaderMap::new(), true);
        let mut add = |name: &str, value: &str| match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => drop(headers.insert(name, value)),
            (_, _) => are_all = false,
        };
        for (name, value) in self.headers.iter().flatten() {
            add(name, value);
        }
        if let Some(cookies) = &self.cookies {
            add(header::COOKIE.as_str(), &cookies.join("; "));
        }
        (headers, are_all)
    }

    fn body(&self) -> Option<Vec<u8>> {
        let body = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded { BASE64_STANDARD.decode(body).ok() } else { Some(body.into()) }
    }
}

/// Bytes that a path may hold as they are (RFC 3986, 3.3).
fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte)
}

/// Texts that may be a query (RFC 3986, 3.4).
fn is_query(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut is_digit = || bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit());
        let may_be = if byte == b'%' { is_digit() && is_digit() } else { byte == b'?' || is_of_path(byte) };
        if !may_be {
            return false;
        }
    }
    true
}

/// Adds a path, with `%XX` for every byte that it may not hold. A `%` stays: it begins what the caller encoded.
fn encode(uri: &mut String, path: &str) {
    for byte in path.bytes() {
        if byte == b'%' || is_of_path(byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}

/// A body as text: as it is if it is UTF-8, otherwise as base64.
fn text_of(body: Bytes) -> (String, bool) {
    match String::from_utf8(body.into()) {
        Ok(text) => (text, false),
        Err(other) => (BASE64_STANDARD.encode(other.as_bytes()), true),
    }
}

/// Headers as texts, several values of one with commas between them; cookies are apart, each a text of its own.
fn texts_of(headers: &HeaderMap) -> (HashMap<String, String>, Vec<String>) {
    let (mut texts, mut cookies) = (HashMap::<String, String>::new(), Vec::new());
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == header::SET_COOKIE {
            cookies.push(value.into_owned());
        } else {
            let text = texts.entry(name.as_str().to_owned()).or_default();
            let comma = if text.is_empty() { "" } else { ", " };
            text.extend([comma, &*value]);
        }
    }
    (texts, cookies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use axum::response::{AppendHeaders, IntoResponse};
    use serde_json::{Value, json};

    /// An event of a `GET`, with other fields in place of its own.
    fn event(path: &str, query: &str, other: &Value) -> Event {
        let mut event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query,
            "requestContext": { "http": { "method": "GET", "path": path }, "stage": "$default" },
        });
        event.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        serde_json::from_value(event).unwrap()
    }

    fn uri(path: &str, query: &str) -> String {
        let request = event(path, query, &json!({})).into_request();
        assert!(request.extensions().get::<Unreadable>().is_none(), "{path} {query}");
        request.uri().to_string()
    }

    #[test]
    fn what_a_uri_may_hold_stays() {
        for text in ["/", "/partners/P-1", "/a//b/./../c", "/a%20b/%C3%A9", "/a:b@c;d,e=f&g+h'(i)*!$~_"] {
            assert_eq!(uri(text, ""), text);
            assert_eq!(uri("/", &text[1..]), format!("/?{}", &text[1..]).trim_end_matches('?'));
        }
        assert_eq!(uri("/a%zz%", ""), "/a%zz%");
        assert_eq!(uri("/a", "b=c/d?e&&=&b=%26"), "/a?b=c/d?e&&=&b=%26");
    }

    #[test]
    fn what_a_path_may_not_hold_is_encoded() {
        let encoded = "%3C%3E%22%20%7C%5C%5E%60%7B%7D%5B%5D%23%C3%A9%E2%82%AC%00%0A%7F";
        assert_eq!(uri("/<>\" |\\^`{}[]#é€\0\n\u{7f}", ""), format!("/{encoded}"));
        assert_eq!(uri("/a?b", ""), "/a%3Fb");
        assert_eq!((uri("", ""), uri("a", "")), ("/".to_owned(), "/a".to_owned()));
    }

    #[test]
    fn a_request_has_method_headers_cookies_and_body() {
        let request = event(
            "/",
            "",
            &json!({
                "requestContext": { "http": { "method": "PUT" } },
                "headers": { "accept-language": "fr, en;q=0.5", "x-name": "Zoë", "cookie": "not this" },
                "cookies": ["a=1", "b=2; c=3"],
                "body": "{\"a\":1}", "isBase64Encoded": false,
            }),
        )
        .into_request();
        assert_eq!(request.method(), Method::PUT);
        let header = |name: &str| std::str::from_utf8(request.headers()[name].as_bytes()).unwrap();
        assert_eq!((header("accept-language"), header("x-name")), ("fr, en;q=0.5", "Zoë"));
        assert_eq!(header("cookie"), "a=1; b=2; c=3");
        assert_eq!(event("/", "", &json!({ "body": "{}" })).body(), Some(b"{}".to_vec()));
        let body = |text: &str| event("/", "", &json!({ "body": text, "isBase64Encoded": true })).body();
        assert_eq!(body("AP/+"), Some(vec![0, 255, 254]));
        assert_eq!((body(""), event("/", "", &json!({ "body": null })).body()), (Some(vec![]), Some(vec![])));
    }

    #[test]
    fn what_http_does_not_admit_is_marked() {
        for raw in ["<", ">", "\"", " ", "|", "\\", "^", "`", "{", "}", "[", "]", "#", "é", "€", "\0", "\n", "\u{7f}"]
        {
            for query in [raw.to_owned(), format!("q=a{raw}b"), format!("q=%41{raw}")] {
                let request = event("/", &query, &json!({})).into_request();
                assert!(request.extensions().get::<Unreadable>().is_some(), "{query}");
            }
        }
        for query in ["%", "%4", "q=%zz", "%%41", "q=100%"] {
            assert!(event("/", query, &json!({})).into_request().extensions().get::<Unreadable>().is_some(), "{query}");
        }
        let long = format!("/{}", "a".repeat(70_000));
        let unreadable = [
            event(&long, "", &json!({})),
            event("/", "", &json!({ "requestContext": { "http": { "method": "G T" } } })),
            event("/", "", &json!({ "headers": { "a b": "c" } })),
            event("/", "", &json!({ "headers": { "a": "b\nc" } })),
            event("/", "", &json!({ "cookies": ["a\0"] })),
            event("/", "", &json!({ "body": "?", "isBase64Encoded": true })),
        ];
        for event in unreadable {
            let name = format!("{event:?}");
            assert!(event.into_request().extensions().get::<Unreadable>().is_some(), "{name}");
        }
    }

    #[test]
    fn claims_are_those_of_a_verified_token() {
        let claims = |authorizer: Value| {
            let context = json!({ "http": { "method": "GET" }, "authorizer": authorizer });
            let request = event("/", "", &json!({ "requestContext": context })).into_request();
            request.extensions().get::<RequestContext>().unwrap().claims().cloned()
        };
        let scope = HashMap::from([("scope".to_owned(), "manager".to_owned())]);
        assert_eq!(claims(json!({ "jwt": { "claims": { "scope": "manager" }, "scopes": ["manager"] } })), Some(scope));
        let nobody = json!({ "lambda": { "scope": "manager" } });
        for other in [Value::Null, json!({}), nobody, json!({ "jwt": null }), json!({ "jwt": { "claims": null } })] {
            assert_eq!(claims(other.clone()), None, "{other}");
        }
    }

    async fn answered(with: impl IntoResponse + Clone + Send + Sync + 'static) -> Value {
        let router = Router::new().fallback(async || with);
        let answer = answer(router, event("/", "", &json!({})), Context::default()).await.unwrap();
        serde_json::to_value(answer).unwrap()
    }

    #[tokio::test]
    async fn an_answer_is_text_or_base64() {
        let text = answered((StatusCode::CREATED, "{\"name\":\"Zoë\"}")).await;
        assert_eq!((&text["statusCode"], &text["body"]), (&json!(201), &json!("{\"name\":\"Zoë\"}")));
        assert_eq!(text["isBase64Encoded"], false);
        let bytes = answered(vec![0x50, 0x4b, 0xff, 0xfe]).await;
        assert_eq!((&bytes["body"], &bytes["isBase64Encoded"]), (&json!("UEv//g=="), &json!(true)));
        let nothing = answered(StatusCode::NO_CONTENT).await;
        assert_eq!(
            nothing,
            json!({ "statusCode": 204, "headers": { "content-length": "0" }, "isBase64Encoded": false })
        );
    }

    #[tokio::test]
    async fn headers_of_an_answer_are_joined_and_cookies_apart() {
        let headers = AppendHeaders([
            (header::VARY, "origin"),
            (header::VARY, "accept"),
            (header::SET_COOKIE, "a=1, b"),
            (header::SET_COOKIE, "c=2"),
        ]);
        let answer = answered((headers, StatusCode::OK)).await;
        assert_eq!(answer["headers"], json!({ "content-length": "0", "vary": "origin, accept" }));
        assert_eq!(answer["cookies"], json!(["a=1, b", "c=2"]));
    }
}
