//! The audit: reads the whole table, and computes it again.

use crate::Failure;
use crate::target::Target;
use indicatif::ProgressBar;
use ledger::audit::mend::Mended;
use ledger::audit::{Audit, Finding, audit as compare};
use ledger::dynamo::DynamoStore;
use ledger::recorded::{Origin, Trigger};
use ledger::store::{Item, Key};
use ledger::{Ledger, LedgerError};
use machine::scanning;
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

/// Number of looks at the table until two agree and no message waits that may change it. Differences that work in
/// progress makes pass by themselves; those that last for so many looks do not.
const LOOKS: usize = 30;
/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// Number of times that a repair is checked.
const ROUNDS: usize = 3;

/// Reports every finding, and repairs it if asked to. Status 1 if an error is left.
pub(crate) async fn audit(target: &Target, repair: bool) -> Result<ExitCode, Failure> {
    let table = target.table().await?;
    let mut findings = look(target, &table).await?;
    if !repair {
        if !findings.is_empty() {
            println!("--repair puts right what can be derived, and says what a person must decide");
        }
        return Ok(status(&findings));
    }
    let ledger = target.ledger().await?;
    for _ in 0..ROUNDS {
        if !mend(&ledger, &mut findings).await {
            break;
        }
        println!("repaired; looking again");
        findings = look(target, &table).await?;
    }
    Ok(status(&findings))
}

fn status(findings: &[Finding]) -> ExitCode {
    if findings.iter().any(Finding::is_error) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Accepts an item, as it is now, as the recorded one.
pub(crate) async fn accept(target: &Target, key: &Key) -> Result<ExitCode, Failure> {
    let accepted = target.ledger().await?.accept(key).await?;
    if accepted {
        println!("{} {}: accepted as it is; look again", key.pk, key.sk);
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("there is no item {} {}", key.pk, key.sk).into())
}

/// Repairs the findings that can be derived, and names those that a person must decide. Returns whether it repaired
/// any.
async fn mend(ledger: &Ledger<DynamoStore>, findings: &mut [Finding]) -> bool {
    findings.sort_by_key(Finding::rank);
    let mut any = false;
    for finding in findings {
        // The time of each write, since a repair of many lines takes long.
        let origin = Origin { at: runtime::now(), because: &Trigger::Audit };
        match ledger.mend(finding, origin).await {
            Ok(Mended::Done) => any = true,
            Ok(Mended::ForAPerson(what)) => println!("{finding}\n  for a person: {what}"),
            Err(error @ (LedgerError::Damaged { .. } | LedgerError::Unknown { .. })) => {
                println!("{finding}\n  not repaired, since it depends on what cannot be read: {error}");
            }
            Err(error) => println!("{finding}\n  not repaired: {}", runtime::chain(&error)),
        }
    }
    any
}

/// Reads the whole table, and prints the findings common to all looks.
async fn look(target: &Target, table: &str) -> Result<Vec<Finding>, Failure> {
    let (mut count, mut audit) = look_once(target, table).await?;
    for _ in 1..LOOKS {
        if !audit.findings.iter().any(Finding::is_error) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        let known: BTreeSet<String> = audit.findings.iter().map(|finding| format!("{finding:?}")).collect();
        let next = look_once(target, table).await?;
        (count, audit) = next;
        audit.findings.retain(|finding| known.contains(&format!("{finding:?}")));
        if audit.findings.len() == known.len() && !target.is_busy().await {
            break;
        }
    }
    for finding in &audit.findings {
        println!("{finding}");
    }
    let differences = audit.findings.iter().filter(|finding| finding.is_error()).count();
    println!("{count} items, {} lines, {differences} differences", audit.lines);
    let unseen = audit.findings.len() - differences;
    if unseen > 0 {
        println!("{unseen} annuities whose facts the attention list has not judged yet; --repair lists them");
    }
    Ok(audit.findings)
}

async fn look_once(target: &Target, table: &str) -> Result<(usize, Audit), Failure> {
    let items = scan(target, table).await?;
    Ok((items.len(), compare(items)))
}

async fn scan(target: &Target, table: &str) -> Result<Vec<Item>, Failure> {
    let description = target.dynamodb.describe_table().table_name(table).send().await?.table;
    // The count is refreshed every few hours in an account: near enough for a bar.
    let expected = description.and_then(|table| table.item_count).unwrap_or_default();
    let bar = ProgressBar::new(u64::try_from(expected).unwrap_or_default()).with_message("reading the table");
    let read = |items: usize| bar.set_position(u64::try_from(items).unwrap_or_default());
    let items = scanning::scan(&target.dynamodb, table, read).await?;
    bar.finish_and_clear();
    Ok(items)
}
