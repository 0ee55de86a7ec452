//! What is being worked on: which invocation, which message of it, and the trace they belong to. Every line of the log
//! names it, and every message that is sent meanwhile carries the trace on, without anybody passing it along.

use crate::trace::Trace;
use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use std::pin::Pin;
use std::sync::Arc;

/// What is being worked on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The id that Lambda gave the invocation.
    pub request_id: Arc<str>,
    /// The id that SQS gave the message, where it is one.
    pub message_id: Option<String>,
    /// The trace.
    pub trace: Option<Trace>,
}

tokio::task_local! {
    static CURRENT: Arc<Context>;
}

impl Context {
    /// Of an invocation.
    pub fn of(invocation: &lambda_runtime::Context) -> Context {
        let trace = invocation.xray_trace_id.as_deref().and_then(Trace::x_ray);
        Context { request_id: invocation.request_id.as_str().into(), message_id: None, trace }
    }

    /// Works within it. The work is one of unknown type from here on: the compiler refuses futures that are nested too deep.
    pub fn scope<'a, T: 'a>(
        self: Arc<Context>,
        work: impl Future<Output = T> + Send + 'a,
    ) -> impl Future<Output = T> + Send + 'a {
        let work: Pin<Box<dyn Future<Output = T> + Send + 'a>> = Box::pin(work);
        CURRENT.scope(self, work)
    }

    /// The same, for what waits for nothing.
    pub fn enter<T>(self: Arc<Context>, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }

    /// What is being worked on just now, if anything is.
    pub fn current() -> Option<Arc<Context>> {
        CURRENT.try_with(Arc::clone).ok()
    }
}

/// Lets a message carry on the trace of what is being worked on.
pub(crate) fn traced(send: SendMessageFluentBuilder) -> SendMessageFluentBuilder {
    match Context::current().as_ref().and_then(|context| context.trace.as_ref()) {
        Some(trace) => trace.onto(send),
        None => send,
    }
}
