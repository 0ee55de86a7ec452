//! The audit: reads the whole table, and computes it again.

mod closing;

use crate::Failure;
use crate::target::Target;
use indicatif::ProgressBar;
use ledger::audit::mend::Mended;
use ledger::audit::{Finding, audit as compare};
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

/// The differences of a table.
#[derive(Debug, Default)]
struct Differences {
    /// Those of the ledger.
    ledger: Vec<Finding>,
    /// Those of closing, as they are printed.
    closing: Vec<String>,
}

/// One look at a table.
struct Look {
    items: usize,
    lines: usize,
    differences: Differences,
}

/// Reports every finding, and repairs it if asked to. Status 1 if an error is left.
pub(crate) async fn audit(target: &Target, repair: bool) -> Result<ExitCode, Failure> {
    let table = target.table().await?;
    let mut found = look(target, &table).await?;
    if !repair {
        if !found.ledger.is_empty() || !found.closing.is_empty() {
            println!("--repair puts right what can be derived, and says what a person must decide");
        }
        return Ok(status(&found));
    }
    let ledger = target.ledger().await?;
    for _ in 0..ROUNDS {
        if !mend(&ledger, &mut found.ledger).await {
            break;
        }
        println!("repaired; looking again");
        found = look(target, &table).await?;
    }
    for difference in &found.closing {
        println!("{difference}\n  for a person: nothing of closing or paying can be derived; restore it from a backup");
    }
    Ok(status(&found))
}

fn status(found: &Differences) -> ExitCode {
    if found.errors() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

impl Differences {
    /// The number of those that are errors.
    fn errors(&self) -> usize {
        self.ledger.iter().filter(|finding| finding.is_error()).count() + self.closing.len()
    }

    fn texts(&self) -> BTreeSet<String> {
        self.ledger.iter().map(|finding| format!("{finding:?}")).chain(self.closing.iter().cloned()).collect()
    }

    /// Keeps those that another look found, too.
    fn retain(&mut self, known: &BTreeSet<String>) {
        self.ledger.retain(|finding| known.contains(&format!("{finding:?}")));
        self.closing.retain(|text| known.contains(text));
    }
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
async fn look(target: &Target, table: &str) -> Result<Differences, Failure> {
    let mut look = look_once(target, table).await?;
    for _ in 1..LOOKS {
        if look.differences.errors() == 0 {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        let known = look.differences.texts();
        look = look_once(target, table).await?;
        look.differences.retain(&known);
        if look.differences.texts().len() == known.len() && !target.is_busy().await {
            break;
        }
    }
    let Look { items, lines, differences } = look;
    for finding in &differences.ledger {
        println!("{finding}");
    }
    for difference in &differences.closing {
        println!("{difference}");
    }
    let errors = differences.errors();
    println!("{items} items, {lines} lines, {errors} differences");
    let unseen = differences.ledger.len() + differences.closing.len() - errors;
    if unseen > 0 {
        println!("{unseen} annuities whose facts the attention list has not judged yet; --repair lists them");
    }
    Ok(differences)
}

async fn look_once(target: &Target, table: &str) -> Result<Look, Failure> {
    let all = scan(target, table).await?;
    let items = all.len();
    let (of_ledger, closing) = closing::differences(target, all).await?;
    let audit = compare(of_ledger);
    Ok(Look { items, lines: audit.lines, differences: Differences { ledger: audit.findings, closing } })
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
