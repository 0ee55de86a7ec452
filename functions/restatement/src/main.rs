//! Lambda on the queue of partners whose agreements changed: decides their annuities again.

#[global_allocator]
static ALLOCATOR: runtime::Allocator = runtime::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::restatement::run().await
}
