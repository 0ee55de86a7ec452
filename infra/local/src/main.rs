//! `cargo run`: the system of template.yaml on this machine, with sample data.

use clap::Parser;
use events::input::{self, Event, InputError, Partner, Source};
use ledger::Ledger;
use ledger::dynamo::DynamoStore;
use local::faults::{Faults, Lag, Share, Shown};
use local::load::DeadLetter;
use local::stack::{Dynamodb, Options, Stack, StackError};
use local::{binaries, demo, load, private, report};
use rules::people::Role;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SAMPLE_PARTNERS: &str = include_str!("../../../tests/data/partners.json");
const SAMPLE_EVENTS: &str = include_str!("../../../tests/data/events.jsonl");

/// Runs the all-in-web partner programme on this machine: an SQS and a DynamoDB that are embedded, every function of
/// template.yaml as a process of its own, and the HTTP API.
///
/// The first run makes a demo: a programme of 24 partners up to today. It opens the page in a browser, and serves until Ctrl-C.
/// The data is kept, and the next run goes on with it. With --partners, --events or --once there is no demo: partners are
/// registered and events sent, those of tests/data unless others are given, and the balances printed.
// A negative number is a wrong value, not an option: the parser of the value says what it admits.
#[derive(Debug, Parser)]
#[command(name = "all-in-web", version)]
struct Arguments {
    /// Stop once every message is processed: status 0 if each was processed, 1 with the reasons otherwise
    #[arg(long)]
    once: bool,
    /// Open no browser
    #[arg(long)]
    no_open: bool,
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
    #[arg(long, allow_negative_numbers = true, value_name = "PORT", default_value_t = 8080)]
    api_port: u16,
    /// Port of DynamoDB; 0 for any free one
    #[arg(long, allow_negative_numbers = true, value_name = "PORT", default_value_t = 8000)]
    dynamodb_port: u16,
    /// Use the DynamoDB that answers at this URL instead of the embedded one
    #[arg(long, value_name = "URL", conflicts_with = "dynamodb_port")]
    dynamodb_url: Option<String>,
    /// Port of SQS; 0 for any free one
    #[arg(long, allow_negative_numbers = true, value_name = "PORT", default_value_t = 9324)]
    sqs_port: u16,
    /// Show what was written only after so many seconds, up to 60, in index queries and other reads that are not strongly
    /// consistent
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "SECONDS",
        default_value = "0",
        conflicts_with = "dynamodb_url"
    )]
    read_lag: Lag,
    /// Throttle so many requests to DynamoDB in a thousand
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "PER_THOUSAND",
        default_value = "0",
        conflicts_with = "dynamodb_url"
    )]
    throttles: Share,
    /// Refuse so many writes to DynamoDB in a thousand as if a transaction were in progress
    #[arg(
        long,
        allow_negative_numbers = true,
        value_name = "PER_THOUSAND",
        default_value = "0",
        conflicts_with = "dynamodb_url"
    )]
    conflicts: Share,
    /// Draw throttles and conflicts from this seed
    #[arg(
        long,
        allow_negative_numbers = true,
        value_parser = seed,
        value_name = "NUMBER",
        default_value_t = 0,
        conflicts_with = "dynamodb_url"
    )]
    fault_seed: u64,
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

fn seed(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "must be a whole number, 0 or more")
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
    let world = World::of(&arguments.data);
    // Half a demo is nothing to go on with.
    let fresh = arguments.fresh || world.kept() == Some(Kept::HalfADemo);
    let makes_demo = given.is_none() && !arguments.once && (fresh || world.kept().is_none());
    let binaries = match &arguments.functions {
        Some(folder) => folder.clone(),
        None => binaries::built()?,
    };
    let stack = start(&arguments, binaries, fresh).await?;
    let served = async {
        if arguments.once {
            return once(&stack, &world, given).await;
        }
        match given {
            Some(given) => load_given(&stack, &world, given).await?,
            None => go_on(&stack, &world, makes_demo, !arguments.no_open).await?,
        }
        std::future::pending().await
    };
    let served = tokio::select! {
        served = served => served,
        () = interrupted() => {
            eprintln!("stopping");
            Ok(ExitCode::SUCCESS)
        }
    };
    stack.stop().await;
    served
}

async fn start(arguments: &Arguments, binaries: PathBuf, fresh: bool) -> Result<Stack, StackError> {
    let parameters: BTreeMap<String, String> = arguments.parameters.iter().cloned().collect();
    let &Arguments { dynamodb_port: port, read_lag: lag, throttles, conflicts, fault_seed: seed, .. } = arguments;
    let embedded = Dynamodb::Embedded { port, faults: Faults { lag, throttles, conflicts, seed } };
    Stack::start(Options {
        data: arguments.data.clone(),
        fresh,
        api_port: arguments.api_port,
        dynamodb: arguments.dynamodb_url.clone().map_or(embedded, Dynamodb::At),
        sqs_port: arguments.sqs_port,
        binaries,
        processes: 1,
        parameters,
    })
    .await
}

/// Registers partners and sends events, those of the sample unless others are given; prints what came of them.
async fn once(stack: &Stack, world: &World, given: Option<Given>) -> Result<ExitCode, Failure> {
    let dead = match (given, world.kept()) {
        (Some(given), _) => load(stack, world, &given, true).await?,
        (None, None) => load(stack, world, &Given::sample()?, false).await?,
        (None, Some(Kept::Demo | Kept::Given | Kept::HalfADemo)) => {
            load(stack, world, &Given::default(), false).await?
        }
    };
    if dead.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: {} messages were not processed; the reasons are above", dead.len());
    Ok(ExitCode::FAILURE)
}

/// Loads what is given; prints what came of it, and what to try.
async fn load_given(stack: &Stack, world: &World, given: Given) -> Result<(), Failure> {
    load(stack, world, &given, true).await?;
    let partner = report::partner_ids(&stack.api(&Role::Manager).await?).await?.into_iter().next();
    if let Some(id) = &partner {
        stack.show_partner(id).await?;
    }
    if let Some(example) = given.events.first().or(Given::sample()?.events.first()) {
        println!("{}", report::hints(stack, partner.as_ref(), example)?);
    }
    println!("Serving until Ctrl-C.");
    Ok(())
}

/// Registers, sends, and waits until all of it is processed; prints the balances and the messages that were not processed.
async fn load(stack: &Stack, world: &World, input: &Given, replace: bool) -> Result<Vec<DeadLetter>, Failure> {
    let api = stack.api(&Role::Manager).await?;
    if replace {
        world.keep(Kept::Given)?;
    }
    load::resume(stack, &api).await?;
    load::register(&api, &input.partners, replace).await?;
    load::send(stack, &input.events).await?;
    load::wait_until_idle(stack).await?;
    if world.kept().is_none() {
        world.keep(Kept::Given)?;
    }
    println!("{}", report::table(&report::balances(&api).await?));
    let Shown { throttles, conflicts, .. } = stack.faults();
    if throttles + conflicts > 0 {
        println!("DynamoDB throttled {throttles} times, and refused {conflicts} writes because of a transaction.");
    }
    let dead = load::dead_letters(stack).await?;
    for letter in &dead {
        println!("{} in {}: {}", letter.message_id, letter.queue, letter.reason);
    }
    Ok(dead)
}

/// Makes the demo, or goes on with the data of an earlier run; says where the page is, and opens it.
async fn go_on(stack: &Stack, world: &World, makes_demo: bool, opens: bool) -> Result<(), Failure> {
    if makes_demo {
        world.keep(Kept::HalfADemo)?;
        let demo = demo::world(rules::day::day_of(runtime::now()));
        let bar = machine::sending::bar("making the demo", demo.history.len());
        let ledger = Ledger::new(DynamoStore::new(stack.dynamodb(), &stack.template.table.name));
        let done = |steps| bar.inc(u64::try_from(steps).unwrap_or_default());
        let recorded = demo::record_steps(&ledger, &demo.history, |role| stack.author(role), done);
        // The history is recorded by this process, which tries nothing again and takes no second look.
        stack.calmly(Box::pin(recorded)).await?;
        bar.finish_and_clear();
        load::send(stack, &demo.today).await?;
        // The months are added up here at once, instead of by the function in a while.
        load::wait_until_recorded(stack).await?;
        stack.calmly(Box::pin(demo::add_up(&ledger, &demo.history))).await?;
        world.keep(Kept::Demo)?;
    } else {
        load::resume(stack, &stack.api(&Role::Manager).await?).await?;
        load::wait_until_idle(stack).await?;
    }
    let partner = match world.kept() {
        Some(Kept::Demo) => Some(demo::PARTNER.parse()?),
        Some(Kept::Given | Kept::HalfADemo) | None => {
            report::partner_ids(&stack.api(&Role::Manager).await?).await?.into_iter().next()
        }
    };
    if let Some(id) = partner {
        stack.show_partner(&id).await?;
    }
    let page = stack.sign_in_url();
    println!("page  {page}");
    if opens {
        // Without a browser the link is there all the same.
        let _ = open::that_detached(&page);
    }
    Ok(())
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

/// The mark of a data folder that has its world: until all of it is there, the next run makes or sends it again.
struct World(PathBuf);

/// The world that a data folder has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The demo.
    Demo,
    /// A demo that is being made, or was when the stack stopped.
    HalfADemo,
    /// The partners and events of the command line, or the sample.
    Given,
}

impl World {
    fn of(data: &Path) -> World {
        World(data.join("world"))
    }

    fn kept(&self) -> Option<Kept> {
        let mark = std::fs::read_to_string(&self.0).ok()?;
        Some(match mark.as_str() {
            DEMO => Kept::Demo,
            HALF_A_DEMO => Kept::HalfADemo,
            _ => Kept::Given,
        })
    }

    fn keep(&self, world: Kept) -> std::io::Result<()> {
        private::write(
            &self.0,
            match world {
                Kept::Demo => DEMO,
                Kept::HalfADemo => HALF_A_DEMO,
                Kept::Given => "loaded\n",
            },
        )
    }
}

const DEMO: &str = "demo\n";
const HALF_A_DEMO: &str = "half a demo\n";

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
