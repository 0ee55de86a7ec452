//! Lambda on the queue of years renewed.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::ingest::run(EventType::AnnualRenewal).await
}
