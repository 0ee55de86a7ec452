//! What must hold after every run: lines equal the fold, entries add up to the lines, nothing is lost, nothing recorded
//! was changed.

use super::Message;
use super::scenario::Scenario;
use super::table::Table;
use ledger::audit::{Finding, audit};
use rules::rank::Earliest;
use rules::{Contract, ContractId, Fact, Partner, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(table: &Table, scenario: &Scenario) -> Result<(), String> {
    if let Some(broken) = table.broken.first() {
        return Err(broken.clone());
    }
    let audit = audit(table.items().map(|(_, item)| item.clone()).collect()).map_err(|error| error.to_string())?;
    let counts = |finding: &&Finding| table.totals || !matches!(finding, Finding::Totals { .. });
    let findings: Vec<String> = audit.findings.iter().filter(counts).map(ToString::to_string).collect();
    if !findings.is_empty() {
        return Err(findings.join("\n"));
    }
    let claims = |contract: &Contract| contract.keys().iter().flat_map(|key| contract.claims(key)).collect::<Vec<_>>();
    let stored: BTreeSet<Fact> = audit.contracts.values().flat_map(claims).collect();
    let sent: BTreeSet<Fact> = scenario.facts().cloned().collect();
    if sent != stored {
        return Err(format!("lost or invented: {:?}", sent.symmetric_difference(&stored).collect::<Vec<_>>()));
    }
    let choices = |contract: &Contract| contract.keys().iter().map(|key| contract.choices(key).len()).sum::<usize>();
    let recorded: usize = audit.contracts.values().map(choices).sum();
    let made = scenario.messages.iter().filter(|message| matches!(message, Message::Choose(_))).count();
    if recorded != made {
        return Err(format!("{recorded} choices are recorded, {made} were made"));
    }
    for message in &scenario.messages {
        if let Message::Change(partner, _) = message
            && !audit.registry.contains_key(partner)
        {
            return Err(format!("partner {partner} is not registered"));
        }
    }
    check_lists(table, &audit.contracts)
}

/// Each partner's item has its earliest standing sales and instances.
fn check_lists(table: &Table, contracts: &BTreeMap<ContractId, Contract>) -> Result<(), String> {
    let mut partners: BTreeMap<&PartnerId, Partner> = BTreeMap::new();
    for sale in contracts.values().filter_map(Contract::sale) {
        partners.entry(&sale.partner_id).or_default().add(sale);
    }
    for (id, partner) in partners {
        let key = ledger::keys::head(id);
        let head = table.items().find(|(there, _)| **there == key).ok_or_else(|| format!("{id} has no item"))?.1;
        for (name, earliest) in [("sa", &partner.sales), ("in", &partner.instances)] {
            let listed: Earliest = serde_dynamo::from_attribute_value(head[name].clone()).unwrap();
            if listed != *earliest {
                return Err(format!("{id} lists {listed:?} instead of {earliest:?}"));
            }
        }
    }
    Ok(())
}
