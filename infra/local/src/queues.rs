//! An SQS-compatible endpoint in this process, with the template's queues. Messages are in memory only.

use crate::template::Queue;
use crate::{ACCOUNT, HOST, REGION, door};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use rustack_sqs_core::config::SqsConfig;
use rustack_sqs_core::handler::RustackSqsHandler;
use rustack_sqs_core::provider::RustackSqs;
use rustack_sqs_http::service::{SqsHttpConfig, SqsHttpService};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Serves SQS on a listener until `stop`.
pub fn serve(listener: TcpListener, port: u16, (tasks, stop): (&TaskTracker, &CancellationToken)) {
    let config = SqsConfig {
        skip_signature_validation: true,
        default_region: REGION.to_owned(),
        account_id: ACCOUNT.to_owned(),
        host: HOST.to_owned(),
        port,
    };
    let handler = Arc::new(RustackSqsHandler::new(Arc::new(RustackSqs::new(config))));
    let http = SqsHttpConfig { skip_signature_validation: true, region: REGION.to_owned(), credential_provider: None };
    let service = SqsHttpService::new(handler, http);
    door::serve(listener, service, (tasks, stop));
}

/// Creates the queues; those that others point to come first.
pub async fn create(client: &Client, queues: &BTreeMap<String, Queue>) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (targets, sources): (Vec<_>, Vec<_>) = queues.iter().partition(|(_, queue)| queue.redrive.is_none());
    for (name, queue) in targets.into_iter().chain(sources) {
        let mut create = client
            .create_queue()
            .queue_name(name)
            .attributes(QueueAttributeName::VisibilityTimeout, queue.visibility_seconds.to_string())
            .attributes(QueueAttributeName::MessageRetentionPeriod, queue.retention_seconds.to_string());
        if let Some((target, max_receive_count)) = &queue.redrive {
            let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{target}");
            let policy = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": max_receive_count });
            create = create.attributes(QueueAttributeName::RedrivePolicy, policy.to_string());
        }
        create.send().await?;
    }
    Ok(())
}
