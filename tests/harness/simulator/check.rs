//! What must hold after every run: lines equal the fold, entries add up to the lines, nothing is lost, nothing recorded
//! was changed.

use super::Message;
use super::scenario::Scenario;
use super::table::Table;
use ledger::slots::Slots;
use ledger::store::Item;
use rules::fold::fold_contracts;
use rules::line::LineId;
use rules::{Agreements, Contract, ContractId, Fact, PartnerId, Posting};
use std::collections::{BTreeMap, BTreeSet};

type Sums = BTreeMap<(LineId, Posting), (i64, i64)>;

pub(super) fn check(table: &Table, scenario: &Scenario) -> Result<(), String> {
    if let Some(key) = table.overwritten.first() {
        return Err(format!("what {key} recorded was changed"));
    }
    let mut partitions: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for (key, item) in table.items() {
        if item.contains_key("t") {
            return Err(format!("{} {} still has something to do", key.pk, key.sk));
        }
        partitions.entry(&key.pk).or_default().push(item.clone());
    }
    let (mut contracts, mut sums) = (BTreeMap::<ContractId, Contract>::new(), Sums::new());
    let (mut facts, mut choices) = (Vec::new(), 0);
    for (partition, items) in partitions.iter().filter(|(pk, _)| !pk.starts_with("PARTNER#")) {
        let slots = Slots::read(items.clone()).map_err(|error| error.to_string())?;
        let slots = slots.map_err(|_| format!("{partition} counts rows that are not there"))?;
        let contract = slots.contract();
        facts.extend(contract.keys().iter().flat_map(|key| contract.claims(key)));
        choices += slots.choices().len();
        if let Some(id) = partition.strip_prefix("CONTRACT#") {
            contracts.insert(id.parse().unwrap(), contract);
        }
        for (line, entries) in slots.entries() {
            for recorded in entries {
                let sum = sums.entry((line.clone(), recorded.entry.posting)).or_default();
                *sum = (sum.0 + recorded.entry.amount.0, sum.1 + recorded.entry.vendor_share.0);
            }
        }
    }
    let sent: BTreeSet<&Fact> = scenario.facts().collect();
    let stored: BTreeSet<&Fact> = facts.iter().collect();
    if sent != stored {
        return Err(format!("lost or invented: {:?}", sent.symmetric_difference(&stored).collect::<Vec<_>>()));
    }
    let chosen = scenario.messages.iter().filter(|message| matches!(message, Message::Choose(_))).count();
    if choices != chosen {
        return Err(format!("{choices} choices are recorded, {chosen} were made"));
    }
    let registry = registry(table);
    if let Some(partner) = scenario.messages.iter().find_map(|message| match message {
        Message::Change(partner, _) if !registry.contains_key(partner) => Some(partner),
        Message::Change(_, _) | Message::Event(_) | Message::Choose(_) | Message::Restate(_, _) => None,
    }) {
        return Err(format!("partner {partner} is not registered"));
    }
    let owed: Sums = fold_contracts(&contracts, &registry)
        .into_iter()
        .map(|line| {
            let amounts = (line.amount().0, line.vendor_share().0);
            ((line.id, line.posting), amounts)
        })
        .collect();
    let missing: Vec<_> = owed.iter().filter(|(line, amounts)| sums.get(line) != Some(amounts)).collect();
    let extra: Vec<_> = sums.iter().filter(|(line, sum)| **sum != (0, 0) && !owed.contains_key(line)).collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(format!(
        "owed {missing:#?}\nbooked {:#?}\nbooked and not owed {extra:#?}",
        missing.iter().map(|(line, _)| sums.get(line)).collect::<Vec<_>>()
    ))
}

fn registry(table: &Table) -> BTreeMap<PartnerId, Agreements> {
    let heads = table.items().filter(|(key, item)| key.sk == "HEAD" && item.contains_key("nm"));
    heads
        .map(|(key, item)| {
            let id = key.pk.trim_start_matches("PARTNER#").parse().unwrap();
            (id, serde_dynamo::from_attribute_value(item["ag"].clone()).unwrap())
        })
        .collect()
}
