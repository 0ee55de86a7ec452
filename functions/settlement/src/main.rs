//! Lambda on the queue of passes: makes the documents of a close, a step at a time.

#[global_allocator]
static ALLOCATOR: runtime::Allocator = runtime::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    settling::run().await
}
