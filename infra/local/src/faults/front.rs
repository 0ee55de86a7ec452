//! The front of the embedded DynamoDB: takes each request, shows the faults that are drawn for it, and passes the rest on to
//! the database, or to its replica.

use super::drawn::{Drawn, Draws, Parts};
use super::operation::Operation;
use super::replica::Replica;
use super::{Faults, Lag, Shown};
use crate::engine::Engine;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A request that has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrontError {
    #[error("the request could not be read")]
    Request(#[source] hyper::Error),
    #[error("the database did not answer")]
    Database(#[from] legacy::Error),
    #[error("the database's answer could not be read")]
    Answer(#[source] axum::Error),
    #[error("the stack stops")]
    Stopped(#[from] tokio::task::JoinError),
}

/// The front of a database.
#[derive(Debug)]
pub(crate) struct Front {
    first: Engine,
    /// The table whose reads lag.
    table: String,
    replica: Option<Replica>,
    draws: Mutex<Draws>,
    /// Set while no fault is to be shown.
    is_calm: AtomicBool,
    /// Set while every request is refused.
    is_out: AtomicBool,
}

impl Front {
    /// The front of the database in a file, which `first` serves.
    pub(crate) async fn new(
        first: Engine,
        (file, table): (&Path, &str),
        faults: &Faults,
        handles: (&TaskTracker, &CancellationToken),
    ) -> Result<Front, Box<dyn std::error::Error + Send + Sync>> {
        let replica = match faults.lag {
            lag if lag == Lag::default() => None,
            lag => Some(Replica::start(file, lag.duration(), handles).await?),
        };
        let (table, draws) = (table.to_owned(), Mutex::new(Draws::new(faults)));
        Ok(Front { first, table, replica, draws, is_calm: AtomicBool::new(false), is_out: AtomicBool::new(false) })
    }

    /// Shows no fault from now on, or faults again.
    pub(crate) fn calm(&self, is_calm: bool) {
        self.is_calm.store(is_calm, Ordering::SeqCst);
    }

    /// Refuses every request from now on, or none for this reason any more.
    pub(crate) fn outage(&self, is_out: bool) {
        self.is_out.store(is_out, Ordering::SeqCst);
    }

    fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::SeqCst)
    }

    /// The faults shown so far.
    pub(crate) fn shown(&self) -> Shown {
        let draws = self.draws();
        let lagging = self.replica.as_ref().map_or(0, Replica::behind);
        Shown { throttles: draws.throttled, conflicts: draws.conflicted, lagging }
    }

    fn draws(&self) -> MutexGuard<'_, Draws> {
        self.draws.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request. It is carried out to its end even if the client does not wait for that.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, FrontError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(FrontError::Request)?.to_bytes();
        let request = Request::from_parts(parts, body);
        if self.is_out.load(Ordering::SeqCst) {
            return Ok(json(StatusCode::BAD_REQUEST, &self.draws().refuse()));
        }
        if self.replica.is_none() && !self.draws().is_on() {
            return Ok(self.first.ask(request).await?);
        }
        tokio::spawn(async move { self.with_faults(request).await }).await?
    }

    async fn with_faults(&self, mut request: Request<Bytes>) -> Result<Response<Body>, FrontError> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = Operation::of(target.unwrap_or_default());
        let asked: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let drawn = if self.is_calm() { Drawn::Nothing } else { self.draws().draw(operation, &asked) };
        match drawn {
            Drawn::Nothing => self.pass_on(operation, &asked, request).await,
            Drawn::Refused(answer) => Ok(json(StatusCode::BAD_REQUEST, &answer)),
            Drawn::Answered(answer) => Ok(json(StatusCode::OK, &answer)),
            Drawn::Rest(rest, refused) => {
                *request.body_mut() = rest.to_string().into();
                let answer = self.pass_on(operation, &rest, request).await?;
                with(refused, answer).await
            }
        }
    }

    async fn pass_on(
        &self,
        operation: Operation,
        asked: &Value,
        request: Request<Bytes>,
    ) -> Result<Response<Body>, FrontError> {
        Ok(match &self.replica {
            Some(replica) if operation.is_write() => replica.write(&self.first, request).await?,
            Some(replica) if operation == Operation::Define => replica.define(&self.first, request).await?,
            Some(replica) if operation.is_eventual(asked, &self.table) && !self.is_calm() => {
                replica.ask(request).await?
            }
            Some(_) | None => self.first.ask(request).await?,
        })
    }
}

/// The answer to a batch, with the parts that were refused.
async fn with(refused: Parts, answer: Response<Body>) -> Result<Response<Body>, FrontError> {
    if !answer.status().is_success() {
        return Ok(answer);
    }
    let body = answer.into_body().collect().await.map_err(FrontError::Answer)?.to_bytes();
    let mut answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    refused.add_to(&mut answer);
    Ok(json(StatusCode::OK, &answer))
}

fn json(status: StatusCode, answer: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
