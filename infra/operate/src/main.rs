//! `cargo run --bin operate`: the operator's commands, for the local stack and for an account.

mod audit;
mod invite;
mod queue;
mod redrive;
mod send;
mod target;
mod token;

use clap::{Parser, Subcommand};
use ledger::store::Key;
use redrive::Action;
use std::error::Error;
use std::process::ExitCode;
use target::{Place, Target};

/// Operates the partner programme: sends events, sends dead letters back, audits the ledger.
///
/// Without --stack, the stack that `cargo run` has started on this machine; with it, the CloudFormation stack of that name
/// in the account and region that the usual AWS variables of the environment name (region, access key, secret, session token).
#[derive(Debug, Parser)]
#[command(name = "operate", version)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send events, one a line, to the queues of their types; nothing is sent if a line is wrong
    Send {
        /// A file of events as in tests/data/events.jsonl; - for standard input
        file: events::input::Source,
    },
    /// Show the messages of a dead-letter queue and, with --yes, send them back to their queue
    ///
    /// Each is shown and sent once, with the attributes that its sender gave it; what is refused again meanwhile stays for
    /// the next run. Status 1 if one could not be sent, which then stays where it is, or if there may be more.
    Redrive {
        /// The queue they came from
        queue: queue::Queue,
        /// Only those whose field or reason contains this text
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Send them back; without it they are shown only
        #[arg(long)]
        yes: bool,
    },
    /// Show the messages of a dead-letter queue and, with --yes, delete them for good, with their items of the attention list
    ///
    /// For messages that nobody can correct. Status 1 if one could not be deleted, or if there may be more.
    Discard {
        /// The queue they came from
        queue: queue::Queue,
        /// Only those whose field or reason contains this text
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Delete them; without it they are shown only
        #[arg(long)]
        yes: bool,
    },
    /// Print the link of an invitation, for the first manager
    Invite {
        #[command(flatten)]
        wanted: invite::InvitationRequest,
    },
    /// Print a token for the HTTP API of the stack on this machine, and make its bearer a member
    Token {
        #[command(flatten)]
        wanted: token::TokenRequest,
    },
    /// Read the whole table, compute all of it again, and print each difference; status 1 if there is any
    Audit {
        /// Repair the differences that can be derived, after showing them; the others are left to a person
        #[arg(long)]
        repair: bool,
        /// Accept this item as it is as the recorded one: a person has looked at it, and its amounts are right
        #[arg(long, value_name = "'PK SK'", conflicts_with = "repair", value_parser = key)]
        accept: Option<Key>,
    },
}

fn key(text: &str) -> Result<Key, String> {
    let (pk, sk) = text.split_once(' ').ok_or("is not of the form 'PARTITION SORT-KEY', as the audit names items")?;
    Ok(Key { pk: pk.to_owned(), sk: sk.to_owned() })
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
    let Arguments { place, command } = arguments;
    let target = || Target::of(&place);
    match command {
        Command::Invite { wanted } => invite::invite(&place, wanted).await,
        Command::Token { wanted } => token::token(&place, wanted).await,
        Command::Send { file } => send::send(&target()?, &file).await,
        Command::Redrive { queue, reason, yes } => {
            redrive::redrive(&target()?, queue, Action::SendBack, reason.as_deref(), yes).await
        }
        Command::Discard { queue, reason, yes } => {
            redrive::redrive(&target()?, queue, Action::Discard, reason.as_deref(), yes).await
        }
        Command::Audit { accept: Some(key), .. } => audit::accept(&target()?, &key).await,
        Command::Audit { repair, accept: None } => audit::audit(&target()?, repair).await,
    }
}
