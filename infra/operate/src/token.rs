//! A token for scripts, signed with the key of the stack on this machine.

use crate::Failure;
use crate::target::{Place, Target};
use clap::Args;
use machine::addresses::Addresses;
use machine::members;
use machine::tokens::{self, KEY_FILE, Tokens};
use rules::PartnerId;
use rules::people::{Role, Subject};
use std::process::ExitCode;
use std::time::Duration;

/// A token's bearer, lifetime and audience.
#[derive(Debug, Args)]
pub(crate) struct TokenRequest {
    #[command(flatten)]
    whom: Whom,
    /// Lifetime of the token, in hours
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=8760))]
    hours: u64,
    /// The audience, as the stack was told
    #[arg(long, value_name = "NAME", default_value = tokens::AUDIENCE)]
    audience: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// The manager
    #[arg(long)]
    manager: bool,
    /// The accountant
    #[arg(long)]
    accountant: bool,
    /// A member of this partner, who is made one
    #[arg(long, value_name = "ID")]
    partner: Option<PartnerId>,
    /// Whoever this is: a member by an invitation, or nobody
    #[arg(long, value_name = "SUBJECT")]
    subject: Option<Subject>,
}

impl Whom {
    /// The role of the member; none: it is not made here.
    fn role(&self) -> Option<Role> {
        let Whom { manager, accountant, partner, subject: _ } = self;
        let partner = || partner.clone().map(Role::Partner);
        manager.then_some(Role::Manager).or(accountant.then_some(Role::Accountant)).or_else(partner)
    }
}

pub(crate) async fn token(place: &Place, wanted: TokenRequest) -> Result<ExitCode, Failure> {
    if place.is_in_account() {
        return Err("tokens are made for the stack on this machine alone: in an account, a program gets its token from your \
                    identity provider (client credentials), and a manager enters its issuer and subject with POST /members"
            .into());
    }
    let TokenRequest { whom, hours, audience } = wanted;
    let api = Addresses::read(&place.data).ok_or_else(|| {
        format!(
            "{} names no stack: has `cargo run` started one there?",
            place.data.join(machine::addresses::FILE).display()
        )
    })?;
    let issuer = tokens::issuer(&api.api);
    let tokens = Tokens::of(&place.data, &issuer, &[audience]).map_err(|error| {
        let file = place.data.join(KEY_FILE);
        format!("the key {} cannot be used ({error}): has `cargo run` started a stack there?", file.display())
    })?;
    let subject = match (whom.role(), whom.subject) {
        (Some(role), _) => {
            members::with_role(&Target::of(place)?.ledger().await?, &issuer, &role, runtime::now()).await?
        }
        (None, subject) => subject.map(String::from).unwrap_or_default(),
    };
    println!("{}", tokens.mint(&subject, Duration::from_hours(hours))?);
    Ok(ExitCode::SUCCESS)
}
