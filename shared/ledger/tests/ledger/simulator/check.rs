//! Checks after every run: lines equal the fold, entries add up to the lines, nothing is lost, nothing recorded was
//! changed.

use super::Message;
use super::scenario::Scenario;
use super::table::Table;
use ledger::PartnerRecord;
use ledger::aggregates::Aggregates;
use ledger::audit::{Finding, audit};
use ledger::keys;
use ledger::store::{Item, Key as StoredKey};
use rules::contract::Key;
use rules::{Contract, ContractId, Fact, Partner, PartnerId, Sale};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(table: &Table, scenario: &Scenario) -> Result<(), String> {
    if let Some(broken) = table.broken.first() {
        return Err(broken.clone());
    }
    let audit = audit(table.items().map(|(_, item)| item.clone()).collect());
    let counts =
        |finding: &&Finding| finding.is_error() && (table.totals || !matches!(finding, Finding::Totals { .. }));
    let findings: Vec<String> = audit.findings.iter().filter(counts).map(ToString::to_string).collect();
    if !findings.is_empty() {
        return Err(findings.join("\n"));
    }
    let contracts = contracts(table)?;
    let claims =
        |contract: &Contract| contract.keys().flat_map(|key| contract.claims(key)).cloned().collect::<Vec<_>>();
    let stored: BTreeSet<Fact> = contracts.values().flat_map(claims).collect();
    let sent: BTreeSet<Fact> = scenario.facts().cloned().collect();
    if sent != stored {
        return Err(format!("lost or invented: {:?}", sent.symmetric_difference(&stored).collect::<Vec<_>>()));
    }
    let choices = |contract: &Contract| contract.keys().map(|key| contract.choices(key).len()).sum::<usize>();
    let recorded: usize = contracts.values().map(choices).sum();
    let made = scenario.messages.iter().filter(|message| matches!(message, Message::Choose(_))).count();
    if recorded != made {
        return Err(format!("{recorded} choices are recorded, {made} were made"));
    }
    for message in &scenario.messages {
        if let Message::Change(partner, _) = message
            && !table.latest(&keys::partner_record(partner)).is_some_and(|record| record.contains_key("nm"))
        {
            return Err(format!("partner {partner} is not registered"));
        }
    }
    for (id, contract) in &contracts {
        check_claims_after_choices(table, id, contract)?;
    }
    check_lists(table, &contracts)
}

fn contracts(table: &Table) -> Result<BTreeMap<ContractId, Contract>, String> {
    let mut partitions: BTreeMap<ContractId, Vec<Item>> = BTreeMap::new();
    for (key, item) in table.items() {
        if let Some(id) = keys::contract_of(&key.pk) {
            partitions.entry(id).or_default().push(item.clone());
        }
    }
    let read = |(id, items)| Ok((id, Aggregates::read(items).map_err(|torn| format!("{torn:?}"))?.contract()));
    partitions.into_iter().map(read).collect()
}

/// Checks that a sale is contradicted exactly if a claim was recorded after the last choice, by the table's own history,
/// whatever the items' keys.
fn check_claims_after_choices(table: &Table, id: &ContractId, contract: &Contract) -> Result<(), String> {
    let partition = keys::contract_partition(id);
    let written = |is_wanted: &dyn Fn(&StoredKey, &Item) -> bool| {
        let rows = table.partition(&partition).filter(|(key, item)| is_wanted(key, item));
        rows.filter_map(|(key, _)| table.written_at(key)).max()
    };
    let is_choice = |item: &Item| {
        let about = item.get("c").and_then(|choice| choice.as_m().ok()?.get("k"));
        about.and_then(|key| key.as_s().ok()).is_some_and(|key| key == "sale")
    };
    let last_choice = written(&|key, item| key.sk.starts_with("TERM#01#V#") && is_choice(item));
    let is_sale =
        |item: &Item| item.get("f").and_then(|fact| fact.as_m().ok()).is_some_and(|fact| fact.contains_key("s"));
    let last_claim = written(&|key, item| key.sk.starts_with("TERM#01#C#") && is_sale(item));
    // A choice is written after the claims it saw, or with the one that it states.
    let expected = last_claim > last_choice;
    if contract.is_contradicted(&Key::Sale) == expected {
        return Ok(());
    }
    Err(format!("contract {id}: a claim after a choice contradicts: {expected}; the contract says otherwise"))
}

/// Checks that each partner record lists the partner's earliest effective sales, as many as its agreements need, and its
/// earliest instances. A partner without a record has no agreements, and no instances.
fn check_lists(table: &Table, contracts: &BTreeMap<ContractId, Contract>) -> Result<(), String> {
    let mut sellers: BTreeMap<&PartnerId, Vec<&Sale>> = BTreeMap::new();
    for sale in contracts.values().filter_map(Contract::sale) {
        sellers.entry(&sale.partner_id).or_default().push(sale);
    }
    for (id, sales) in sellers {
        let stored = match table.latest(&keys::partner_record(id)) {
            Some(item) => PartnerRecord::read(item.clone()).map_err(|unreadable| unreadable.to_string())?.partner,
            None => Partner::default(),
        };
        let mut expected = Partner { agreements: stored.agreements.clone(), ..Partner::default() };
        for sale in sales {
            expected.add(sale);
        }
        if stored != expected {
            return Err(format!("{id} has the lists of {stored:?} instead of {expected:?}"));
        }
    }
    Ok(())
}
