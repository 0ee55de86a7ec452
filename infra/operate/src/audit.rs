//! The whole table, read and computed again.

use crate::Failure;
use crate::target::Target;
use aws_sdk_dynamodb::types::AttributeValue;
use indicatif::ProgressBar;
use ledger::audit::{Finding, audit as compare};
use ledger::slots::Origin;
use ledger::store::Item;
use std::collections::HashMap;
use std::process::ExitCode;

pub(crate) async fn audit(target: &Target, repair: bool) -> Result<ExitCode, Failure> {
    let table = target.table().await?;
    let mut findings = look(target, &table).await?;
    if !repair && !findings.is_empty() {
        println!("--repair appends what is missing");
        return Ok(ExitCode::FAILURE);
    }
    let ledger = target.ledger().await?;
    let origin = Origin { at: runtime::now(), because: "audit" };
    // Lines first; what was appended to them then changes totals.
    for _ in 0..2 {
        if findings.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        for finding in &findings {
            match finding {
                Finding::Difference { line, .. } => ledger.repair(line, origin).await?,
                Finding::Totals { of } => ledger.refresh_totals(of).await?,
                Finding::Unfinished { .. } | Finding::Torn { .. } => {}
            }
        }
        println!("repaired; looking again");
        findings = look(target, &table).await?;
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads everything, and prints what is not as it should be.
async fn look(target: &Target, table: &str) -> Result<Vec<Finding>, Failure> {
    let items = scan(target, table).await?;
    let count = items.len();
    let audit = compare(items)?;
    for finding in &audit.findings {
        println!("{finding}");
    }
    println!("{count} items, {} lines, {} differences", audit.lines, audit.findings.len());
    Ok(audit.findings)
}

async fn scan(target: &Target, table: &str) -> Result<Vec<Item>, Failure> {
    let description = target.dynamodb.describe_table().table_name(table).send().await?.table;
    // Refreshed every few hours in an account: near enough for a bar.
    let expected = description.and_then(|table| table.item_count).unwrap_or_default();
    let bar = ProgressBar::new(u64::try_from(expected).unwrap_or_default()).with_message("reading the table");
    let mut items = Vec::new();
    let mut start: Option<HashMap<String, AttributeValue>> = None;
    loop {
        let page = target
            .dynamodb
            .scan()
            .table_name(table)
            .consistent_read(true)
            .set_exclusive_start_key(start)
            .send()
            .await?;
        items.extend(page.items.unwrap_or_default());
        bar.set_position(u64::try_from(items.len()).unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            bar.finish_and_clear();
            return Ok(items);
        }
    }
}
