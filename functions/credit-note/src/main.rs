//! Lambda on the queue of credit notes.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::ingest::run(EventType::CreditNote).await
}
