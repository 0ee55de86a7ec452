//! Lambda on the queue of sales signed.

use events::EventType;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::ingest::run(EventType::SaleSigned).await
}
