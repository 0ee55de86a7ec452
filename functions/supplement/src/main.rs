//! Lambda on the queue of supplements.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::ingest::run(EventType::Supplement).await
}
