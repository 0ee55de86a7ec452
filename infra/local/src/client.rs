//! A small HTTP client for this machine's own API.

use axum::body::Bytes;
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// A request without an answer.
#[derive(Debug, thiserror::Error)]
#[error("{url} did not answer")]
pub struct ClientError {
    url: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The body as JSON; null if it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
}

/// The client.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    token: Option<String>,
}

impl Http {
    /// A client of the API at `base`, without a token.
    pub fn new(base: &str) -> Http {
        Http { client: Client::builder(TokioExecutor::new()).build_http(), base: base.to_owned(), token: None }
    }

    /// The same client with a token.
    #[must_use]
    pub fn with_token(&self, token: String) -> Http {
        Http { token: Some(token), ..self.clone() }
    }

    /// The token that the client sends.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `GET` of a path.
    pub async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        self.send(Method::GET, path, &[], String::new()).await
    }

    /// `PUT` of a body.
    pub async fn put(&self, path: &str, body: String) -> Result<Answer, ClientError> {
        self.send(Method::PUT, path, &[], body).await
    }

    /// Any request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, ClientError> {
        let (parts, body) = self.fetch(method, path, headers, body).await?;
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body, json, text })
    }

    /// Sends a request, and gives the answer as it came.
    pub async fn fetch(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(Parts, Bytes), ClientError> {
        let url = format!("{}{path}", self.base);
        let answer = async {
            let mut request = Request::builder().method(method).uri(&url).header("content-type", "application/json");
            if let Some(token) = &self.token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let response = self.client.request(request.body(Full::from(body))?).await?;
            let (parts, body) = response.into_parts();
            Ok((parts, body.collect().await?.to_bytes()))
        };
        answer.await.map_err(|source| ClientError { url: url.clone(), source })
    }
}
