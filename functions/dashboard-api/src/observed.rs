//! Observation of each request: one line of the log, and the capacity units consumed. The log has the route in place of
//! the path, and nothing of the query, the body or the headers.

use crate::access::Caller;
use crate::http::claims::caller;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use lambda_http::request::RequestContext;
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
    let invocation = request.extensions().get::<lambda_http::Context>().map(Context::of).unwrap_or_default();
    let work = async {
        let response = next.run(request).await;
        asked.log(&response, began);
        response
    };
    let response = Arc::new(invocation).scope(work).await;
    metrics.write();
    response
}

/// Route and caller of a request.
struct RequestSummary {
    route: Option<String>,
    /// The id that API Gateway gave the request, which its answer has in `apigw-requestid`.
    api_request_id: Option<String>,
    caller: Option<Caller>,
}

impl RequestSummary {
    fn of(extensions: &Extensions) -> RequestSummary {
        let (route, api_request_id) = match extensions.get() {
            Some(RequestContext::ApiGatewayV2(context)) => (context.route_key.clone(), context.request_id.clone()),
            Some(_) | None => (None, None),
        };
        RequestSummary { route, api_request_id, caller: caller(extensions) }
    }

    fn log(&self, response: &Response, began: Instant) {
        let partner_id = match &self.caller {
            Some(Caller::Partner(id)) => Some(id.as_str()),
            Some(Caller::Admin) | None => None,
        };
        let caller = self.caller.as_ref().map_or("nobody", |caller| match caller {
            Caller::Admin => "admin",
            Caller::Partner(_) => "partner",
        });
        tracing::info!(
            api_request_id = self.api_request_id,
            route = self.route,
            status = response.status().as_u16(),
            duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            caller,
            partner_id,
            "request answered"
        );
    }
}
