//! Lambda on the queue of sales signed.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::ingest::run(EventType::SaleSigned).await
}
