//! A token for scripts, signed with the key of the stack on this machine.

use crate::Failure;
use clap::Args;
use machine::tokens::{self, KEY_FILE, Role, Tokens};
use rules::PartnerId;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// A token's bearer, lifetime and issuer.
#[derive(Debug, Args)]
pub(crate) struct TokenRequest {
    #[command(flatten)]
    whom: Whom,
    /// Lifetime of the token, in hours
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=8760))]
    hours: u64,
    /// The issuer, as the stack was told
    #[arg(long, value_name = "URL", default_value = tokens::ISSUER)]
    issuer: String,
    /// The audience, as the stack was told
    #[arg(long, value_name = "NAME", default_value = tokens::AUDIENCE)]
    audience: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whom {
    /// A manager, with access to read and write everything
    #[arg(long)]
    admin: bool,
    /// A partner, with access to its own data
    #[arg(long, value_name = "ID")]
    partner: Option<PartnerId>,
}

pub(crate) fn token(data: &Path, wanted: TokenRequest) -> Result<ExitCode, Failure> {
    let TokenRequest { whom, hours, issuer, audience } = wanted;
    let tokens = Tokens::of(data, &issuer, &audience).map_err(|error| {
        let file = data.join(KEY_FILE);
        format!("the key {} cannot be used ({error}): has `cargo run` started a stack there?", file.display())
    })?;
    let role = whom.partner.map_or(Role::Admin, Role::Partner);
    println!("{}", tokens.mint(&role, Duration::from_hours(hours))?);
    Ok(ExitCode::SUCCESS)
}
