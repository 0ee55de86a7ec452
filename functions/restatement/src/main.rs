//! Lambda on the queue of partners whose agreements changed: decides their annuities again.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::restatement::run().await
}
