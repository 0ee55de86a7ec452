//! AWS clients, and the table behind them.

use crate::environment::{SettingsError, optional, variable};
use crate::metrics::Metrics;
use crate::pace::{InvocationPace, Table};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig};
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use ledger::patience::Patient;
use std::time::Duration;

/// The timeout of one request, including its retries: below the timeout of every function (20 s unless the template is told another).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The timeout of one attempt of a request.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
/// The most attempts of a request.
const MAX_ATTEMPTS: u32 = 4;

/// The endpoint of a service, if it is not the one of AWS: from the service's own variable, or the one for all
/// services.
fn endpoint(service: &str) -> Option<String> {
    optional(service).or_else(|| optional("AWS_ENDPOINT_URL"))
}

/// AWS clients, configured from the environment that Lambda gives every function.
#[derive(Debug, Clone)]
pub struct Aws {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
}

impl Aws {
    /// Reads the region and the credentials of the function's role.
    pub fn from_env() -> Result<Aws, SettingsError> {
        let (key, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
        let credentials = Credentials::new(key, secret, optional("AWS_SESSION_TOKEN"), None, "environment");
        let region = Region::new(variable("AWS_REGION")?);
        Ok(Aws { dynamodb: dynamodb(region.clone(), credentials.clone()), sqs: sqs(region, credentials) })
    }

    /// The ledger in the table that `TABLE_NAME` names.
    pub fn ledger(&self, metrics: &Metrics) -> Result<Ledger<DynamoStore>, SettingsError> {
        Ok(Ledger::new(self.store(metrics)?))
    }

    /// The table that `TABLE_NAME` names.
    pub fn store(&self, metrics: &Metrics) -> Result<DynamoStore, SettingsError> {
        Ok(DynamoStore::new(self.dynamodb(), variable("TABLE_NAME")?).observed(metrics.observer()))
    }

    /// The same for functions on queues: what DynamoDB refuses is made again by [`Patient`] alone, until the invocation's
    /// deadline. Its users share the connections of its client.
    pub fn patient_table(&self, metrics: &Metrics) -> Result<Table, SettingsError> {
        let once = self.dynamodb.config().to_builder().retry_config(RetryConfig::disabled());
        let client = aws_sdk_dynamodb::Client::from_conf(once.build());
        let store = DynamoStore::new(client, variable("TABLE_NAME")?).observed(metrics.observer());
        Ok(Patient::new(store, InvocationPace))
    }

    /// The only client of DynamoDB that makes requests again itself: its users share its connections.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.dynamodb.clone()
    }

    /// The only client of SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        self.sqs.clone()
    }
}

fn dynamodb(region: Region, credentials: Credentials) -> aws_sdk_dynamodb::Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(credentials)
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
        .timeout_config(timeouts());
    config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_DYNAMODB"));
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

fn sqs(region: Region, credentials: Credentials) -> aws_sdk_sqs::Client {
    let mut config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(credentials)
        .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
        .timeout_config(timeouts());
    config.set_endpoint_url(endpoint("AWS_ENDPOINT_URL_SQS"));
    aws_sdk_sqs::Client::from_conf(config.build())
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(REQUEST_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT).build()
}
