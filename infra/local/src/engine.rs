//! An embedded DynamoDB, and requests to it. Its own server answers any browser's page, so it listens at an address that
//! cannot be guessed, behind the door.

use crate::HOST;
use axum::body::{Body, Bytes};
use axum::http::uri::PathAndQuery;
use axum::http::{Request, Response, header};
use dynoxide::Database;
use http_body_util::Full;
use hyper_util::client::legacy::{self, Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A running engine.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

impl Engine {
    /// Starts to serve a database, until `stop`.
    pub(crate) async fn start(
        database: Database,
        (tasks, stop): (&TaskTracker, &CancellationToken),
    ) -> std::io::Result<Engine> {
        let listener = hidden().await?;
        let address = listener.local_addr()?;
        let stopped = stop.clone();
        tasks.spawn(async move {
            let stopped = async move { stopped.cancelled().await };
            if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stopped).await {
                eprintln!("DynamoDB: {error}");
            }
        });
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Engine { client: Client::builder(TokioExecutor::new()).build(connector), address })
    }

    /// Answers a request.
    pub(crate) async fn ask(&self, mut request: Request<Bytes>) -> Result<Response<Body>, legacy::Error> {
        let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        // A path that is no URI is replaced by one that leads nowhere.
        *request.uri_mut() = format!("http://{}{path}", self.address).parse().unwrap_or_default();
        // The body may be another than the one that came.
        request.headers_mut().remove(header::CONTENT_LENGTH);
        request.headers_mut().remove(header::TRANSFER_ENCODING);
        Ok(self.client.request(request.map(Full::from)).await?.map(Body::new))
    }
}

/// A port at an address of this machine that cannot be guessed: Linux has 16 million of them.
async fn hidden() -> std::io::Result<TcpListener> {
    let mut random = [0; 3];
    aws_lc_rs::rand::fill(&mut random).map_err(std::io::Error::other)?;
    let [a, b, c] = random;
    match TcpListener::bind((Ipv4Addr::new(127, a, b, c), 0)).await {
        Ok(listener) => Ok(listener),
        // Other systems have one such address, and only the port is random.
        Err(_) => TcpListener::bind((HOST, 0)).await,
    }
}
