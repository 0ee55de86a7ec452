//! `cargo run --profile fast -p tests --bin bench`: every figure with a goal, as one table.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark prints, and one that cannot go on says so"
)]

mod clocked;
mod closing;
mod costs;
mod dashboard;
mod figures;
mod functions;
mod import;
mod instructions;
mod processes;
mod realistic;
mod search;

use clap::{Parser, ValueEnum};
use fixtures::generator::Size;
use harness::running::Running;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Takes the figures that the system is held to, and prints them as one table.
///
/// Counted figures (units, requests, instructions, bytes) are the same on every machine: with --check they are held
/// against tests/bench/baseline.json. Times are this machine's.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// The folder of the functions' programs, as .ci/lambda builds them
    #[arg(long, value_name = "DIR", default_value = "target/lambda/programs")]
    functions: PathBuf,
    /// Take these figures only
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Fail if a counted figure misses its goal, or is more than 2 % off the baseline
    #[arg(long)]
    check: bool,
    /// Make the counted figures the new baseline
    #[arg(long, conflicts_with = "check")]
    update: bool,
    /// Partners of the world that the dashboard is asked about
    #[arg(long, default_value_t = 1_000)]
    partners: usize,
    /// Contracts of that world
    #[arg(long, default_value_t = 50_000)]
    contracts: usize,
    /// Partners of the world that is closed once
    #[arg(long, default_value_t = 10_000)]
    closed: usize,
    /// Seed of the world that the dashboard is asked about
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Figures that are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Units, requests, instructions, bytes
    Counted,
    /// Time until functions start, and events that they process in a second
    Functions,
    /// Response times of the dashboard for a large world
    Dashboard,
    /// Time and units of closes
    Closing,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    tokio::runtime::Runtime::new()?.block_on(take(arguments))
}

async fn take(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let programs = arguments.functions.canonicalize().map_err(|error| {
        format!("{}: {error}; build the functions with .ci/lambda, or name their folder", arguments.functions.display())
    })?;
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if (arguments.check || arguments.update) && !wanted(Part::Counted) {
        return Err(
            "the baseline has the counted figures alone: take them too, with --only counted or without --only".into()
        );
    }
    let start = || Running::start_from(programs.clone(), &[]);
    let mut figures = Vec::new();
    if wanted(Part::Counted) {
        let running = start().await;
        eprintln!("counting requests and units");
        figures.extend(realistic::figures(&running).await);
        figures.extend(costs::figures(&running).await);
        eprintln!("counting instructions");
        figures.extend(instructions::figures()?);
        figures.extend(functions::sizes(&programs, &running)?);
        running.stack.stop().await;
        let running = start().await;
        eprintln!("counting sales and renewals alone");
        figures.extend(realistic::sales_and_renewals(&running).await);
        running.stack.stop().await;
        let running = start().await;
        eprintln!("importing a month");
        figures.extend(import::figures(&running).await);
        running.stack.stop().await;
    }
    if wanted(Part::Functions) {
        let running = Running::start_processes(programs.clone(), 2).await;
        eprintln!("starting functions");
        figures.extend(functions::first_polls(&programs, &running).await?);
        eprintln!("taking events in");
        figures.extend(functions::throughput(&programs, &running).await?);
        running.stack.stop().await;
        let running = start().await;
        eprintln!("taking the realistic world in");
        figures.extend(realistic::through_the_stack(&running).await?);
        running.stack.stop().await;
    }
    if wanted(Part::Dashboard) {
        let running = start().await;
        eprintln!("asking the dashboard about a large world");
        let size = Size { partners: arguments.partners, contracts: arguments.contracts };
        figures.extend(dashboard::figures(&running, arguments.seed, size).await);
        running.stack.stop().await;
        let running = start().await;
        eprintln!("searching many partners");
        figures.extend(search::figures(&running).await);
        running.stack.stop().await;
    }
    if wanted(Part::Closing) {
        // As in an account: a step takes longer here than the local timeout if the machine is busy.
        let start = || Running::start_from(programs.clone(), &[("FunctionTimeoutSeconds", "20")]);
        let running = start().await;
        eprintln!("closing months of a few partners");
        figures.extend(closing::later_closes(&running).await?);
        running.stack.stop().await;
        let running = start().await;
        eprintln!("closing a month of many partners");
        figures.extend(closing::first_close(&running, arguments.closed).await?);
        running.stack.stop().await;
    }
    println!("{}", figures::table(&figures));
    if arguments.update {
        figures::update_baseline(&figures)?;
    }
    let complaints = if arguments.check { figures::complaints(&figures)? } else { Vec::new() };
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
