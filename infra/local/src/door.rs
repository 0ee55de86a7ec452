//! The door of every port that listens here: it lets in programs of this machine, and no page that is open in a
//! browser.
//!
//! A browser identifies itself by `Origin` or `Sec-Fetch-Site`, and states in `Host` the name by which it came. A name
//! that somebody else had point to this machine is not this machine's.

use crate::HOST;
use axum::body::{Body, Bytes};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Request, Response, StatusCode, header};
use axum::middleware::{self, Next};
use axum::{Router, extract};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use std::error::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The names of this machine.
const NAMES: [&str; 3] = [HOST, "localhost", "[::1]"];

/// Headers that only browsers send; not every request of a browser has an `Origin`.
const BROWSERS: [HeaderName; 2] = [header::ORIGIN, HeaderName::from_static("sec-fetch-site")];

/// Answer to a refused request, as the AWS clients read it.
const REFUSED: &str = r#"{"__type":"AccessDeniedException","message":"only programs on this machine come in here: no browser, and a Host of 127.0.0.1 or localhost"}"#;

/// Whether a request came by a name of this machine.
pub(crate) fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().map(|host| Authority::try_from(host.as_bytes())), hosts.next()) {
        (Some(Ok(host)), None) => NAMES.iter().any(|name| host.host().eq_ignore_ascii_case(name)),
        (Some(_) | None, _) => false,
    }
}

fn may_come_in(headers: &HeaderMap) -> bool {
    is_for_this_machine(headers) && !BROWSERS.iter().any(|name| headers.contains_key(name))
}

/// A router behind the door.
pub(crate) fn before(router: Router) -> Router {
    router.layer(middleware::from_fn(
        async |request: extract::Request, next: Next| {
            if may_come_in(request.headers()) { next.run(request).await } else { refused() }
        },
    ))
}

/// Serves a service behind the door on a listener until `stop`.
pub(crate) fn serve<S, B>(listener: TcpListener, service: S, (tasks, stop): (&TaskTracker, &CancellationToken))
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Error + Send + Sync + 'static,
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let stop = stop.clone();
    tasks.spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            let Ok((stream, _)) = accepted else { continue };
            // Small answers, each awaited: they must not wait for one another.
            let _ = stream.set_nodelay(true);
            let (service, stop) = (service.clone(), stop.clone());
            let guarded = service_fn(move |request: Request<Incoming>| {
                let admitted = may_come_in(request.headers()).then(|| service.call(request));
                async move {
                    match admitted {
                        Some(answer) => answer.await.map(|answer| answer.map(Body::new)),
                        None => Ok(refused()),
                    }
                }
            });
            tokio::spawn(async move {
                tokio::select! {
                    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), guarded) => {}
                    () = stop.cancelled() => {}
                }
            });
        }
    });
}

fn refused() -> Response<Body> {
    let mut answer = Response::new(Body::from(REFUSED));
    *answer.status_mut() = StatusCode::FORBIDDEN;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_in() {
        let admitted = |given: &[(header::HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.append(name, value.parse().unwrap());
            }
            (is_for_this_machine(&headers), may_come_in(&headers))
        };
        for host in ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000"] {
            assert_eq!(admitted(&[(header::HOST, host)]), (true, true), "{host}");
            for origin in ["https://evil.example", "http://127.0.0.1:8000", "null", ""] {
                assert_eq!(admitted(&[(header::HOST, host), (header::ORIGIN, origin)]), (true, false), "{origin}");
            }
            let fetched = HeaderName::from_static("sec-fetch-site");
            assert_eq!(admitted(&[(header::HOST, host), (fetched, "cross-site")]), (true, false));
        }
        for host in
            ["evil.example", "evil.example:8000", "localhost.evil.example", "a.localhost", "127.0.0.1.nip.io", ""]
        {
            assert_eq!(admitted(&[(header::HOST, host)]), (false, false), "{host}");
        }
        assert_eq!(admitted(&[]), (false, false));
        assert_eq!(admitted(&[(header::HOST, HOST), (header::HOST, "evil.example")]), (false, false));
    }
}
