//! Observation of each request: one line of the log, and the capacity units consumed. The log has the route in place of
//! the path, and nothing of the query, the body or the headers.

use crate::access::Caller;
use crate::gateway::RequestContext;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use rules::PartnerId;
use runtime::context::Context;
use runtime::metrics::Metrics;
use std::sync::Arc;
use std::time::Instant;

/// Logs and measures each request that a router answers.
pub fn observe(router: Router, metrics: Metrics) -> Router {
    router.layer(from_fn_with_state(metrics, answer))
}

/// Answers a request within its context, then logs and measures it.
async fn answer(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let asked = RequestSummary::of(request.extensions());
    let invocation = request.extensions().get::<Context>().cloned().unwrap_or_default();
    let work = async {
        let response = next.run(request).await;
        asked.log(&response, began);
        response
    };
    let response = Arc::new(invocation).scope(work).await;
    metrics.write();
    response
}

/// Route of a request.
struct RequestSummary {
    route: Option<String>,
    /// The id that API Gateway gave the request, which its answer has in `apigw-requestid`.
    api_request_id: Option<String>,
}

impl RequestSummary {
    fn of(extensions: &Extensions) -> RequestSummary {
        let context = extensions.get::<RequestContext>();
        RequestSummary {
            route: context.and_then(|context| context.route_key.clone()),
            api_request_id: context.and_then(|context| context.request_id.clone()),
        }
    }

    fn log(&self, response: &Response, began: Instant) {
        let caller = response.extensions().get::<Caller>();
        let viewed_by = caller.and_then(|caller| caller.viewed_by.as_ref());
        tracing::info!(
            api_request_id = self.api_request_id,
            route = self.route,
            status = response.status().as_u16(),
            duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            role = caller.map_or("nobody", |caller| caller.role.kind().as_str()),
            member = caller.map(|caller| caller.id.to_string()),
            partner_id = caller.and_then(|caller| caller.role.partner()).map(PartnerId::as_str),
            viewed_by = viewed_by.map(|viewer| viewer.id.to_string()),
            "request answered"
        );
    }
}
