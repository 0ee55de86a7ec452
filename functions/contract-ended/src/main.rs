//! Lambda on the queue of ends of contracts.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::ingest::run(EventType::ContractEnded).await
}
