//! `cargo run`: the system of template.yaml on this machine, with sample data.

use clap::Parser;
use events::input::{self, Event, InputError, Partner, Source};
use local::stack::{Dynamodb, Options, Stack, StackError};
use local::tokens::Role;
use local::{binaries, load, private, report};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SAMPLE_PARTNERS: &str = include_str!("../../../tests/data/partners.json");
const SAMPLE_EVENTS: &str = include_str!("../../../tests/data/events.jsonl");

/// Runs the all-in-web partner programme on this machine: an SQS and a DynamoDB that are embedded, every function of
/// template.yaml as a process of its own, and the HTTP API.
///
/// The first run registers sample partners and sends sample events; then it prints what each partner is due, and serves
/// until Ctrl-C. The data is kept, and the next run goes on with it.
#[derive(Debug, Parser)]
#[command(name = "all-in-web", version)]
struct Arguments {
    /// Stop once every message is processed: status 0 if each was processed, 1 with the reasons otherwise
    #[arg(long)]
    once: bool,
    /// Register these partners: a JSON object with a partner for each id, as in tests/data/partners.json; - for standard input
    #[arg(long, value_name = "FILE")]
    partners: Option<Source>,
    /// Send these events: a CloudEvents event on each line, as in tests/data/events.jsonl; - for standard input
    #[arg(long, value_name = "FILE")]
    events: Option<Source>,
    /// Throw away the data of earlier runs first
    #[arg(long)]
    fresh: bool,
    /// The folder of the data
    #[arg(long, value_name = "DIR", default_value = ".local")]
    data: PathBuf,
    /// Port of the HTTP API; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    api_port: u16,
    /// Port of DynamoDB; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    dynamodb_port: u16,
    /// Use the DynamoDB that answers at this URL instead of the embedded one
    #[arg(long, value_name = "URL", conflicts_with = "dynamodb_port")]
    dynamodb_url: Option<String>,
    /// Port of SQS; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 9324)]
    sqs_port: u16,
    /// Run the functions in this folder instead of building them
    #[arg(long, value_name = "DIR")]
    functions: Option<PathBuf>,
    /// A parameter of template.yaml
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("is not of the form NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", runtime::chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let given = Given::read(&arguments)?;
    let binaries = match &arguments.functions {
        Some(folder) => folder.clone(),
        None => binaries::built()?,
    };
    let stack = start(&arguments, binaries).await?;
    let served = tokio::select! {
        served = serve(&stack, given, arguments.once) => served,
        () = interrupted() => {
            eprintln!("stopping");
            Ok(ExitCode::SUCCESS)
        }
    };
    stack.stop().await;
    served
}

async fn start(arguments: &Arguments, binaries: PathBuf) -> Result<Stack, StackError> {
    let parameters: BTreeMap<String, String> = arguments.parameters.iter().cloned().collect();
    let embedded = Dynamodb::Embedded(arguments.dynamodb_port);
    Stack::start(Options {
        data: arguments.data.clone(),
        fresh: arguments.fresh,
        api_port: arguments.api_port,
        dynamodb: arguments.dynamodb_url.clone().map_or(embedded, Dynamodb::At),
        sqs_port: arguments.sqs_port,
        binaries,
        parameters,
    })
    .await
}

async fn serve(stack: &Stack, given: Option<Given>, once: bool) -> Result<ExitCode, Failure> {
    let api = stack.api(&Role::Admin)?;
    let world = World::of(&stack.data);
    let sample = Given::sample()?;
    let example = sample.events.first().cloned();
    let (input, replace) = match (given, world.is_loaded()) {
        (Some(given), _) => (given, true),
        (None, false) => (sample, false),
        (None, true) => (Given::default(), false),
    };
    if replace {
        world.set_loaded()?;
    }
    load::resume(stack, &api).await?;
    load::register(&api, &input.partners, replace).await?;
    load::send(stack, &input.events).await?;
    load::wait_until_idle(stack).await?;
    world.set_loaded()?;
    let balances = report::balances(&api).await?;
    println!("{}", report::table(&balances));
    let dead = load::dead_letters(stack).await?;
    for letter in &dead {
        println!("{} in {}: {}", letter.message_id, letter.queue, letter.reason);
    }
    // Of a stack that ends at once, no address is of any use.
    if let (Some(example), false) = (example, once) {
        let partner = report::partner_ids(&api).await?.into_iter().next();
        println!("{}", report::hints(stack, partner.as_ref(), &example)?);
    }
    if once {
        if dead.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("error: {} messages were not processed; the reasons are above", dead.len());
        return Ok(ExitCode::FAILURE);
    }
    println!("Serving until Ctrl-C.");
    std::future::pending().await
}

/// Partners and events that the command line asks to load.
#[derive(Debug, Default)]
struct Given {
    partners: Vec<Partner>,
    events: Vec<Event>,
}

impl Given {
    /// `None`: the command line asks for nothing.
    fn read(arguments: &Arguments) -> Result<Option<Given>, Failure> {
        match (&arguments.partners, &arguments.events) {
            (None, None) => return Ok(None),
            (Some(Source::StandardInput), Some(Source::StandardInput)) => {
                return Err("standard input can be --partners or --events, not both".into());
            }
            (Some(_), _) | (_, Some(_)) => {}
        }
        let partners = arguments.partners.as_ref().map(|source| input::partners(&source.to_string(), &source.read()?));
        let events = arguments.events.as_ref().map(|source| input::events(&source.to_string(), &source.read()?));
        Ok(Some(Given {
            partners: partners.transpose()?.unwrap_or_default(),
            events: events.transpose()?.unwrap_or_default(),
        }))
    }

    fn sample() -> Result<Given, InputError> {
        let partners = input::partners("the sample partners", SAMPLE_PARTNERS)?;
        Ok(Given { partners, events: input::events("the sample events", SAMPLE_EVENTS)? })
    }
}

/// The mark of a data folder that has its world: until every sample message is processed, the next run sends them all again.
struct World(PathBuf);

impl World {
    fn of(data: &Path) -> World {
        World(data.join("world"))
    }

    fn is_loaded(&self) -> bool {
        self.0.exists()
    }

    fn set_loaded(&self) -> std::io::Result<()> {
        private::write(&self.0, "loaded\n")
    }
}

/// Ctrl-C, or the signal to terminate.
async fn interrupted() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
