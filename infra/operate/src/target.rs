//! Target of an operation: the stack on this machine, or a stack in an account.

use crate::Failure;
use crate::queue::Queue;
use aws_sdk_sqs::types::QueueAttributeName;
use clap::Args;
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use machine::addresses::Addresses;
use runtime::aws::Aws;
use std::path::PathBuf;

/// The ports that `cargo run` takes unless it is told others.
const API_PORT: u16 = 8080;
const DYNAMODB_PORT: u16 = 8000;
const SQS_PORT: u16 = 9324;

/// Location of the system.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The CloudFormation stack; without it, the stack on this machine
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// The table, if it is not the one of the stack: one that was restored, for instance
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// The data folder of the stack on this machine, which has its addresses
    #[arg(long, value_name = "DIR", default_value = ".local", global = true)]
    pub(crate) data: PathBuf,
    /// Port of DynamoDB on this machine, if it is not the stack's
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, conflicts_with = "stack")]
    dynamodb_port: Option<u16>,
    /// Port of SQS on this machine, if it is not the stack's
    #[arg(long, value_name = "PORT", allow_negative_numbers = true, conflicts_with = "stack")]
    sqs_port: Option<u16>,
}

/// The clients of a system, and the names of its parts.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    /// Prefix that CloudFormation puts before the logical id; empty on this machine, where names are logical ids.
    prefix: String,
    /// The table, if it was named.
    table: Option<String>,
}

impl Place {
    /// Whether the system is in an account.
    pub(crate) fn is_in_account(&self) -> bool {
        self.stack.is_some()
    }
}

impl Target {
    pub(crate) fn of(place: &Place) -> Result<Target, Failure> {
        let table = place.table.clone();
        if let Some(stack) = &place.stack {
            let aws = Aws::from_env()?;
            return Ok(Target { dynamodb: aws.dynamodb(), sqs: aws.sqs(), prefix: format!("{stack}-"), table });
        }
        let known = Addresses::read(&place.data).unwrap_or_else(|| Addresses {
            api: Addresses::local(API_PORT),
            dynamodb: Addresses::local(DYNAMODB_PORT),
            sqs: Addresses::local(SQS_PORT),
        });
        let dynamodb = machine::dynamodb(&place.dynamodb_port.map_or(known.dynamodb, Addresses::local));
        let sqs = machine::sqs(&place.sqs_port.map_or(known.sqs, Addresses::local));
        Ok(Target { dynamodb, sqs, prefix: String::new(), table })
    }

    /// The URL of the queue with a logical id.
    pub(crate) async fn queue_url(&self, logical_id: &str) -> Result<String, Failure> {
        let prefix = format!("{}{logical_id}", self.prefix);
        let listed = self.sqs.list_queues().queue_name_prefix(&prefix).send().await?.queue_urls.unwrap_or_default();
        let found =
            listed.into_iter().find(|url| self.is_named(url.rsplit('/').next().unwrap_or_default(), logical_id));
        found.ok_or_else(|| format!("there is no queue {prefix}: is the stack running, and its name right?").into())
    }

    /// Whether a message waits or is in work that may change the table. Without permission to ask, the answer is no.
    pub(crate) async fn is_busy(&self) -> bool {
        for queue in Queue::all() {
            let Ok(url) = self.queue_url(&queue.queue()).await else { continue };
            let names = [
                QueueAttributeName::ApproximateNumberOfMessages,
                QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            ];
            let asked = self.sqs.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec()));
            let attributes = asked.send().await.ok().and_then(|answer| answer.attributes).unwrap_or_default();
            if names.iter().any(|name| attributes.get(name).is_some_and(|count| count != "0")) {
                return true;
            }
        }
        false
    }

    /// The name of the table.
    pub(crate) async fn table(&self) -> Result<String, Failure> {
        if let Some(table) = &self.table {
            return Ok(table.clone());
        }
        let mut start = None;
        loop {
            let page = self.dynamodb.list_tables().set_exclusive_start_table_name(start).send().await?;
            if let Some(name) = page.table_names().iter().find(|name| self.is_named(name, "Ledger")) {
                return Ok(name.clone());
            }
            start = page.last_evaluated_table_name;
            if start.is_none() {
                return Err(format!(
                    "there is no table {}Ledger: is the stack running, and its name right?",
                    self.prefix
                )
                .into());
            }
        }
    }

    /// The ledger in that table.
    pub(crate) async fn ledger(&self) -> Result<Ledger<DynamoStore>, Failure> {
        Ok(Ledger::new(DynamoStore::new(self.dynamodb.clone(), &self.table().await?)))
    }

    /// CloudFormation names a part `<stack>-<logical id>-<random>`.
    fn is_named(&self, name: &str, logical_id: &str) -> bool {
        let rest = name.strip_prefix(&self.prefix).and_then(|name| name.strip_prefix(logical_id));
        rest.is_some_and(|rest| rest.is_empty() || (!self.prefix.is_empty() && rest.starts_with('-')))
    }
}
