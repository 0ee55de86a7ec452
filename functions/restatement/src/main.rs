//! Lambda on the queue of partners whose agreements changed: decides their annuities again.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::restatement::run().await
}
