//! The context of the current work: invocation, message and trace. Every line of the log includes it, and every message
//! sent meanwhile carries the trace on, without the context being passed as an argument.

use crate::trace::Trace;
use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use std::pin::Pin;
use std::sync::Arc;

/// The context of the current work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The invocation's id from Lambda.
    pub request_id: Arc<str>,
    /// The message id from SQS, for work on a message.
    pub message_id: Option<String>,
    pub trace: Option<Trace>,
}

tokio::task_local! {
    static CURRENT: Arc<Context>;
}

impl Context {
    /// The context of an invocation.
    pub fn of(invocation: &lambda_runtime::Context) -> Context {
        let trace = invocation.xray_trace_id.as_deref().and_then(Trace::x_ray);
        Context { request_id: invocation.request_id.as_str().into(), message_id: None, trace }
    }

    /// Runs a future in this context. The future is boxed: the compiler refuses futures that are nested too deep.
    pub fn scope<'a, T: 'a>(
        self: Arc<Context>,
        work: impl Future<Output = T> + Send + 'a,
    ) -> impl Future<Output = T> + Send + 'a {
        let work: Pin<Box<dyn Future<Output = T> + Send + 'a>> = Box::pin(work);
        CURRENT.scope(self, work)
    }

    /// Runs a function in this context; for work without async code.
    pub fn enter<T>(self: Arc<Context>, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }

    /// The context of the current work, if there is one.
    pub fn current() -> Option<Arc<Context>> {
        CURRENT.try_with(Arc::clone).ok()
    }
}

/// Adds the trace of the current context to a message.
pub(crate) fn traced(send: SendMessageFluentBuilder) -> SendMessageFluentBuilder {
    match Context::current().as_ref().and_then(|context| context.trace.as_ref()) {
        Some(trace) => trace.onto(send),
        None => send,
    }
}
