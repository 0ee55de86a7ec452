//! Lambda on the queue of credit notes.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::ingest::run(EventType::CreditNote).await
}
