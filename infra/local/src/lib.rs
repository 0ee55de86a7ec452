//! The system of template.yaml on one machine: an SQS and a DynamoDB that are embedded, the event source mappings, the
//! Lambda runtime API with each function as a process of its own, and the HTTP API.

pub mod binaries;
pub mod client;
pub mod delays;
mod door;
pub mod gateway;
pub mod lambda;
pub mod load;
pub mod mapping;
pub mod private;
pub mod queues;
pub mod report;
pub mod secrets;
pub mod stack;
pub mod table;
pub mod template;
mod throttle;
pub mod tokens;

pub use stack::{Dynamodb, Options, Stack, StackError};

/// The region everything here claims to be in.
pub const REGION: &str = "eu-west-3";
/// The account everything here claims to belong to.
pub const ACCOUNT: &str = "000000000000";
/// The access key and the secret of everyone here.
pub const CREDENTIALS: &str = "local";
/// The address everything here listens on.
pub const HOST: &str = "127.0.0.1";
