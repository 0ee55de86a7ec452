//! Lambda on the queue of years renewed.

use events::EventType;

#[global_allocator]
static ALLOCATOR: runtime::Allocator = runtime::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::ingest::run(EventType::AnnualRenewal).await
}
