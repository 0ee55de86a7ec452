//! The replica that lags: a second database, which gets every write of the first after a time.

use crate::engine::Engine;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use dynoxide::Database;
use hyper_util::client::legacy::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A replica, and the writes that it has yet to get.
#[derive(Debug)]
pub(super) struct Replica {
    engine: Engine,
    lag: Duration,
    log: mpsc::UnboundedSender<Write>,
    behind: Arc<AtomicUsize>,
    /// Held during a write, so that the log has the writes in their order.
    order: Mutex<()>,
}

/// A write that the first database has made.
struct Write {
    /// The time at which the replica gets it.
    due: Instant,
    request: Request<Bytes>,
}

impl Replica {
    /// Starts a replica of the database in a file, until `stop`.
    pub(super) async fn start(
        file: &Path,
        lag: Duration,
        (tasks, stop): (&TaskTracker, &CancellationToken),
    ) -> Result<Replica, Failure> {
        let database = Database::memory()?;
        database.restore_from(file.to_str().ok_or("the path of the data folder is not UTF-8")?)?;
        let engine = Engine::start(database, (tasks, stop)).await?;
        let (log, writes) = mpsc::unbounded_channel();
        let behind = Arc::new(AtomicUsize::new(0));
        let (repeating, stop) = (repeat(engine.clone(), writes, Arc::clone(&behind)), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = repeating => {}
                () = stop.cancelled() => {}
            }
        });
        Ok(Replica { engine, lag, log, behind, order: Mutex::new(()) })
    }

    /// Answers a read as of some time ago.
    pub(super) async fn ask(&self, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        self.engine.ask(request).await
    }

    /// Makes a write in the first database, and has it repeated here after the lag.
    pub(super) async fn write(&self, first: &Engine, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        let _order = self.order.lock().await;
        let answer = first.ask(request.clone()).await?;
        if answer.status().is_success() {
            self.behind.fetch_add(1, Ordering::SeqCst);
            // Refused only when the stack stops.
            let _ = self.log.send(Write { due: Instant::now() + self.lag, request });
        }
        Ok(answer)
    }

    /// Makes or deletes a table, here and in the first database.
    pub(super) async fn define(&self, first: &Engine, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        let _order = self.order.lock().await;
        let answer = first.ask(request.clone()).await?;
        if answer.status().is_success() {
            self.engine.ask(request).await?;
        }
        Ok(answer)
    }

    /// The number of writes that the replica has yet to get.
    pub(super) fn behind(&self) -> usize {
        self.behind.load(Ordering::SeqCst)
    }
}

/// Repeats writes, each when it is due. One of a table that has been deleted since then is refused.
async fn repeat(engine: Engine, mut writes: mpsc::UnboundedReceiver<Write>, behind: Arc<AtomicUsize>) {
    while let Some(Write { due, request }) = writes.recv().await {
        tokio::time::sleep_until(due).await;
        if let Err(error) = engine.ask(request).await {
            eprintln!("DynamoDB's replica: {error}");
        }
        behind.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    fn request(operation: &str, body: &Value) -> Request<Bytes> {
        let credentials = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-3/dynamodb/aws4_request, \
                           SignedHeaders=host, Signature=00";
        let request = Request::post("/").header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        let request =
            request.header("content-type", "application/x-amz-json-1.0").header("x-amz-date", "20260101T000000Z");
        request.header("authorization", credentials).body(body.to_string().into()).unwrap()
    }

    async fn read(answer: Response<Body>) -> Value {
        serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
    }

    /// Writers that race for the same items, half of them with conditions: the replica decides each as the first database
    /// did, whatever the order was. A table that was there before has its items in both.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_replica_becomes_what_the_first_is() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("first.sqlite");
        let first = Engine::start(Database::new(file.to_str().unwrap()).unwrap(), (&tasks, &stop)).await.unwrap();
        let table = |name: &str| {
            let key = json!([{ "AttributeName": "k", "KeyType": "HASH" }]);
            let attributes = json!([{ "AttributeName": "k", "AttributeType": "S" }]);
            json!({
                "TableName": name, "KeySchema": key, "AttributeDefinitions": attributes, "BillingMode": "PAY_PER_REQUEST",
            })
        };
        let put = |table: &str, key: usize, value: usize| json!({ "TableName": table, "Item": { "k": { "S": key.to_string() }, "v": { "S": value.to_string() } } });
        first.ask(request("CreateTable", &table("before"))).await.unwrap();
        first.ask(request("PutItem", &put("before", 1, 1))).await.unwrap();

        let replica = Arc::new(Replica::start(&file, Duration::ZERO, (&tasks, &stop)).await.unwrap());
        assert!(replica.define(&first, request("CreateTable", &table("raced"))).await.unwrap().status().is_success());
        let writers = (0..400).map(|value| {
            let mut body = put("raced", value % 5, value);
            if value % 2 == 0 {
                body["ConditionExpression"] = json!("attribute_not_exists(k) OR v < :v");
                body["ExpressionAttributeValues"] = json!({ ":v": { "S": value.to_string() } });
            }
            let (replica, first) = (Arc::clone(&replica), first.clone());
            tokio::spawn(
                async move { replica.write(&first, request("PutItem", &body)).await.unwrap().status().as_u16() },
            )
        });
        let answers = futures_util::future::join_all(writers).await;
        let refused = answers.into_iter().filter(|status| *status.as_ref().unwrap() == 400).count();
        assert!(refused > 0, "no condition failed");
        while replica.behind() > 0 {
            tokio::task::yield_now().await;
        }
        for name in ["before", "raced"] {
            let scan = || request("Scan", &json!({ "TableName": name }));
            let (there, here) = (first.ask(scan()).await.unwrap(), replica.ask(scan()).await.unwrap());
            let (there, here) = (read(there).await, read(here).await);
            assert!(there["Count"].as_u64() > Some(0), "{there}");
            assert_eq!(there, here);
        }
        stop.cancel();
    }
}
