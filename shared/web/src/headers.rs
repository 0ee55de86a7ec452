//! Headers of every answer, which tell browsers what they may do with it, and a body of the promised format.

use crate::files::WORKBOOK;
use crate::gateway::Unreadable;
use crate::parameters::language_of;
use crate::problem::Problem;
use crate::sign_in::SignIn;
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use texts::Code;

const ON_EVERY_ANSWER: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000")),
];

/// Maximum size of an answer, in bytes. Lambda takes 6,291,556, in which the answer is a text with every quote escaped.
const MAX_ANSWER: u64 = 5_000_000;
/// The same of a workbook, which Lambda takes as base64: four bytes for three.
const MAX_WORKBOOK: u64 = 4_500_000;

/// Completes an answer. An answer without a cache header holds data, so no cache may keep it.
pub async fn complete(State(sign_in): State<Arc<SignIn>>, request: Request, next: Next) -> Response {
    let language = language_of(request.uri(), request.headers());
    let is_head = request.method() == Method::HEAD;
    let mut response = match request.extensions().get() {
        Some(Unreadable) => Problem::unreadable(StatusCode::BAD_REQUEST).into_response(),
        None => next.run(request).await,
    };
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    // The router refuses a request that reaches no handler with words of its own.
    if is_error && response.extensions().get::<Problem>().is_none() {
        response = Problem::unreadable(status).into_response();
    }
    let is_workbook = response.headers().get(header::CONTENT_TYPE).is_some_and(|content_type| content_type == WORKBOOK);
    let most = if is_workbook { MAX_WORKBOOK } else { MAX_ANSWER };
    if response.body().size_hint().lower() > most {
        response = Problem::too_much(Code::AnswerTooLarge { most }).into_response();
    }
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let body = problem.body(language);
        if is_head {
            let length = HeaderValue::from(body.size_hint().lower());
            response.headers_mut().insert(header::CONTENT_LENGTH, length);
        } else {
            *response.body_mut() = body;
        }
    }
    let headers = response.headers_mut();
    headers.extend(ON_EVERY_ANSWER);
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| sign_in.content_security_policy().clone());
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn an_answer_that_lambda_would_not_take_is_refused_in_words() {
        for (content_type, most) in [("text/csv", MAX_ANSWER), (WORKBOOK, MAX_WORKBOOK)] {
            for (size, status) in [(most, StatusCode::OK), (most + 1, StatusCode::UNPROCESSABLE_ENTITY)] {
                check(content_type, size, status).await;
            }
        }
    }

    async fn check(content_type: &'static str, size: u64, status: StatusCode) {
        let text = "a".repeat(usize::try_from(size).unwrap());
        let show = get(move || async move { ([(header::CONTENT_TYPE, content_type)], text) });
        let router: Router =
            Router::new().route("/", show).layer(from_fn_with_state(Arc::new(SignIn::none()), complete));
        let answer = router.oneshot(Request::get("/?lang=fr").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), status);
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body.starts_with(b"{\"status\":422"), status != StatusCode::OK);
    }
}
