//! The system on one machine as its clients know it: names, addresses, tokens; and how events are sent to queues, here and
//! in an account.

pub mod addresses;
pub mod members;
pub mod scanning;
pub mod secrets;
pub mod sending;
pub mod tokens;
pub mod verification;

use events::EventType;

/// The region everything here claims to be in.
pub const REGION: &str = "eu-west-3";
/// The account everything here claims to belong to.
pub const ACCOUNT: &str = "000000000000";
/// The access key and the secret of everyone here.
pub const CREDENTIALS: &str = "local";
/// The address everything here listens on.
pub const HOST: &str = "127.0.0.1";

/// A client of the DynamoDB at `url`.
pub fn dynamodb(url: &str) -> aws_sdk_dynamodb::Client {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(CREDENTIALS, CREDENTIALS, None, None, "local"))
        .endpoint_url(url)
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// A client of the SQS at `url`.
pub fn sqs(url: &str) -> aws_sdk_sqs::Client {
    use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(CREDENTIALS, CREDENTIALS, None, None, "local"))
        .endpoint_url(url)
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// The URL of a queue of the SQS at `endpoint`.
pub fn queue_url(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}

/// The logical id of the queue of an event type.
pub fn queue_of(event_type: EventType) -> String {
    format!("{}Queue", event_type.logical_id())
}
