//! Lambda on the queue of months in which something was booked: adds their entries up again.

#[global_allocator]
static ALLOCATOR: runtime::Allocator = runtime::Allocator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::totals::run().await
}
