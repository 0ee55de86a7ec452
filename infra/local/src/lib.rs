//! The system of template.yaml on one machine: an SQS and a DynamoDB that are embedded, the event source mappings, the
//! Lambda runtime API with each function as a process of its own, and the HTTP API.

pub mod binaries;
pub mod client;
pub mod delays;
pub mod demo;
mod door;
mod engine;
pub mod faults;
pub mod gateway;
mod gathering;
pub mod identity;
pub mod issuers;
pub mod lambda;
pub mod load;
pub mod mapping;
mod passes;
pub mod private;
pub mod queues;
pub mod report;
pub mod stack;
pub mod table;
pub mod template;
mod throttle;
pub mod trial;

pub use machine::{ACCOUNT, CREDENTIALS, HOST, REGION, queue_of, tokens};
pub use stack::{Dynamodb, Options, Stack, StackError};

/// The allocator of every program with a stack: the embedded services read and write JSON in small pieces, as the functions
/// do.
#[global_allocator]
static ALLOCATOR: runtime::Allocator = runtime::Allocator;
