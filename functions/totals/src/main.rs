//! Lambda on the queue of months in which something was booked: adds their entries up again.

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    runtime::totals::run().await
}
