//! The first manager's invitation: whoever can write to the table makes it, since no manager is there to do so.

use crate::Failure;
use crate::target::{Place, Target};
use clap::Args;
use ledger::invitations::{Code, Randomness};
use ledger::journal::Occasion;
use machine::addresses::Addresses;
use rules::people::{MemberName, Role};
use std::process::ExitCode;

/// An invitation's role, name and page.
#[derive(Debug, Args)]
pub(crate) struct InvitationRequest {
    /// As a manager, who invites everybody else on the page
    #[arg(long, required = true)]
    manager: bool,
    /// The name, as other members will read it
    #[arg(long, value_name = "NAME", default_value = "Manager")]
    name: MemberName,
    /// The address of the page (in an account, an output of the stack); by default that of the stack on this machine
    #[arg(long, value_name = "URL", value_parser = page)]
    page: Option<String>,
}

/// The address of a page, without a slash at its end.
fn page(text: &str) -> Result<String, String> {
    let page = text.strip_suffix('/').unwrap_or(text);
    let is_url =
        page.starts_with("https://") || page.starts_with("http://127.0.0.1") || page.starts_with("http://localhost");
    let is_plain = page.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
    (is_url && is_plain)
        .then(|| page.to_owned())
        .ok_or_else(|| "must be an address such as https://abc123.execute-api.eu-west-3.amazonaws.com".to_owned())
}

pub(crate) async fn invite(place: &Place, wanted: InvitationRequest) -> Result<ExitCode, Failure> {
    let InvitationRequest { manager: _, name, page } = wanted;
    let page = match page {
        Some(page) => page,
        None if place.is_in_account() => {
            return Err(
                "in an account, --page must give the address of the page: the output ApiUrl of the stack".into()
            );
        }
        None => {
            let file = place.data.join(machine::addresses::FILE);
            let missing = || format!("{} names no stack: has `cargo run` started one there?", file.display());
            Addresses::read(&place.data).ok_or_else(missing)?.api
        }
    };
    let mut random = Randomness::default();
    aws_lc_rs::rand::fill(&mut random).map_err(|_| "this machine gives no random numbers")?;
    let code = Code::new(random);
    let ledger = Target::of(place)?.ledger().await?;
    let invitation = ledger.invite(&code, (Role::Manager, name), &Occasion::of_operator(runtime::now())).await?;
    println!("{page}/#/join/{code}");
    eprintln!("good once, until {}; whoever opens it and signs in becomes a manager", invitation.expires_at);
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_an_address() {
        for good in ["https://a.example", "https://a.example/", "http://127.0.0.1:8080"] {
            assert_eq!(page(good).as_deref(), Ok(good.trim_end_matches('/')));
        }
        for bad in ["", "a.example", "http://a.example", "https://a.example/#/join", "https://a.example/?x", "ftp://a"]
        {
            assert!(page(bad).is_err(), "{bad}");
        }
    }
}
