//! Values of a later release: names that this release does not know (of a currency, a model, a kind, a reason, a
//! version of the programme, a kind of fact) are not damage. They are kept and shown as text, and never computed with.
//! A wrong value of a known kind is damage.

use crate::item::{key, text};
use crate::keys::RowKey;
use crate::store::Item;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rules::decision::{Kind, Reason};
use rules::entry::Reversal;
use rules::line::LineId;
use rules::{Currency, Day, Minor, Model, ProgrammeVersion};
use std::collections::HashMap;

/// The stored names of the kinds of facts: sale, renewal, credit note.
const FACTS: [&str; 3] = ["s", "r", "n"];

/// The stored name of the source of a claim that is not from billing.
const SOURCE: &str = "manager";

/// An entry with names that this release does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownEntry {
    /// The line of the entry.
    pub line: LineId,
    /// The partner under which it is listed.
    pub partner: String,
    /// The kind, as written.
    pub kind: String,
    /// The model, as written.
    pub model: String,
    /// The reason, as written.
    pub reason: String,
    /// The currency, as written.
    pub currency: String,
    /// The partner's part, in minor units.
    pub amount: Minor,
    /// The vendor's part, in minor units.
    pub vendor_share: Minor,
    /// The day it is booked on.
    pub booked_on: Day,
    /// The time of recording.
    pub recorded_at: Timestamp,
}

impl UnknownEntry {
    /// Reads the entry of an item that [is of a later release](is_of_later_release); none if the item has no entry with
    /// readable amounts.
    pub(crate) fn read(item: &Item) -> Option<UnknownEntry> {
        let entry = item.get("e")?.as_m().ok()?;
        let decision = entry.get("b")?.as_m().ok()?.get("d")?.as_m().ok()?;
        let minor = |name: &str| entry.get(name)?.as_n().ok()?.parse().ok().map(Minor);
        Some(UnknownEntry {
            line: RowKey::parse(&key(item))?.line(),
            partner: text(item, "gpk").strip_prefix("PARTNER#")?.to_owned(),
            kind: name_of(decision.get("k")?)?.to_owned(),
            model: name_of(decision.get("mo")?)?.to_owned(),
            reason: name_of(decision.get("re")?)?.to_owned(),
            currency: name_of(entry.get("c")?)?.to_owned(),
            amount: minor("a")?,
            vendor_share: minor("s").unwrap_or_default(),
            booked_on: name_of(entry.get("d")?)?.parse().ok()?,
            recorded_at: text(item, "at").parse().ok()?,
        })
    }
}

/// Whether a later release wrote an unreadable item: it becomes readable once its unknown names are replaced by known
/// ones.
pub(crate) fn is_of_later_release(item: &Item, reads: impl FnOnce(Item) -> bool) -> bool {
    let mut known = item.clone();
    let another_kind = known.get("f").and_then(name_of).is_some_and(|kind| is_kebab(kind) && !FACTS.contains(&kind));
    if another_kind {
        known.remove("f");
    }
    let another_source = known.get("so").and_then(name_of).is_some_and(|source| is_kebab(source) && source != SOURCE);
    if another_source {
        known.remove("so");
    }
    let replaced = [
        another_kind,
        another_source,
        known.get_mut("e").is_some_and(entry),
        known.get_mut("f").is_some_and(fact),
        known.get_mut("ag").is_some_and(agreements),
        known.get_mut("tt").is_some_and(totals),
    ];
    replaced.contains(&true) && reads(known)
}

/// An agreement with unknown names: its names as text and its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAgreement {
    /// The model, as written.
    pub model: String,
    /// The version of the programme, as written.
    pub programme: String,
    /// The first day in force.
    pub starts_on: Day,
    /// The last day in force; none: open.
    pub ends_on: Option<Day>,
}

impl UnknownAgreement {
    /// The agreements with unknown names in a partner's item.
    pub(crate) fn all(item: &Item) -> Vec<UnknownAgreement> {
        let all = item.get("ag").and_then(|list| list.as_l().ok()).into_iter().flatten();
        let unknown = all.filter(|one| agreement(&mut (*one).clone()));
        unknown.filter_map(|one| UnknownAgreement::read(one.as_m().ok()?)).collect()
    }

    fn read(stored: &HashMap<String, AttributeValue>) -> Option<UnknownAgreement> {
        let day = |name: &str| name_of(stored.get(name)?)?.parse().ok();
        Some(UnknownAgreement {
            model: name_of(stored.get("evidence")?)?.to_owned(),
            programme: name_of(stored.get("programme")?)?.to_owned(),
            starts_on: day("starts_on")?,
            ends_on: day("ends_on"),
        })
    }
}

/// The name in a value, either alone or with its data.
fn name_of(value: &AttributeValue) -> Option<&str> {
    match value {
        AttributeValue::S(name) => Some(name),
        AttributeValue::M(fields) if fields.len() == 1 => fields.keys().next().map(String::as_str),
        _ => None,
    }
}

/// Replaces an unknown name by a known one; `true` if it did. A text that cannot be a name is left unchanged.
fn replace(value: &mut AttributeValue, is_name: fn(&str) -> bool, is_known: fn(&str) -> bool, known: &str) -> bool {
    let unknown = name_of(value).is_some_and(|name| is_name(name) && !is_known(name));
    if unknown {
        *value = AttributeValue::S(known.to_owned());
    }
    unknown
}

fn is_kebab(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_code(name: &str) -> bool {
    name.len() == 3 && name.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_version(name: &str) -> bool {
    name.parse::<Day>().is_ok()
}

fn is_model(name: &str) -> bool {
    name.parse::<Model>().is_ok()
}

fn is_kind(name: &str) -> bool {
    name.parse::<Kind>().is_ok()
}

fn is_reason(name: &str) -> bool {
    Reason::NAMES.contains(&name)
}

fn is_programme(name: &str) -> bool {
    name.parse::<ProgrammeVersion>().is_ok()
}

fn is_currency(name: &str) -> bool {
    name.parse::<Currency>().is_ok()
}

fn currency(value: &mut AttributeValue) -> bool {
    replace(value, is_code, is_currency, "EUR")
}

fn model(value: &mut AttributeValue) -> bool {
    replace(value, is_kebab, is_model, "referrer")
}

fn programme(value: &mut AttributeValue) -> bool {
    replace(value, is_version, is_programme, "2013-11-16")
}

/// Applies a replacement to the field of a map, if it exists.
fn within(value: &mut AttributeValue, path: &[&str], change: fn(&mut AttributeValue) -> bool) -> bool {
    match (path, value) {
        ([], value) => change(value),
        ([name, rest @ ..], AttributeValue::M(fields)) => {
            fields.get_mut(*name).is_some_and(|field| within(field, rest, change))
        }
        (_, _) => false,
    }
}

fn entry(value: &mut AttributeValue) -> bool {
    let reversal = |value: &mut AttributeValue| replace(value, is_kebab, is_reversal, "not-owed");
    let kind = |value: &mut AttributeValue| replace(value, is_kebab, is_kind, "commission");
    let reason = |value: &mut AttributeValue| replace(value, is_kebab, is_reason, "paid-once");
    let replaced = [
        within(value, &["c"], currency),
        within(value, &["x"], reversal),
        within(value, &["b", "d", "k"], kind),
        within(value, &["b", "d", "mo"], model),
        within(value, &["b", "d", "re"], reason),
        within(value, &["b", "d", "pv"], programme),
    ];
    replaced.contains(&true)
}

fn is_reversal(name: &str) -> bool {
    Reversal::NAMES.contains(&name)
}

fn is_instance(name: &str) -> bool {
    matches!(name, "customer" | "partner")
}

fn fact(value: &mut AttributeValue) -> bool {
    let instance = |value: &mut AttributeValue| replace(value, is_kebab, is_instance, "customer");
    let money = FACTS.map(|kind| within(value, &[kind, "m", "c"], currency));
    within(value, &["s", "i"], instance) || money.contains(&true)
}

fn agreements(value: &mut AttributeValue) -> bool {
    let AttributeValue::L(all) = value else { return false };
    let replaced: Vec<bool> = all.iter_mut().map(agreement).collect();
    replaced.contains(&true)
}

fn agreement(value: &mut AttributeValue) -> bool {
    let potential = ["evidence", "affiliate", "entry_fee", "commercial_potential", "c"];
    let replaced = [
        within(value, &potential, currency),
        within(value, &["evidence"], model),
        within(value, &["programme"], programme),
    ];
    replaced.contains(&true)
}

fn totals(value: &mut AttributeValue) -> bool {
    let AttributeValue::L(all) = value else { return false };
    let before = all.len();
    all.retain(|one| one.as_s().is_ok_and(|text| !is_unknown_total(text)) || one.as_s().is_err());
    all.len() < before
}

/// Whether a total has a kind, model or currency that this release does not know: `kind model currency 12 120000 0`.
pub(crate) fn is_unknown_total(total: &str) -> bool {
    let words: Vec<&str> = total.split(' ').collect();
    let [kind, model, currency, count, amount, vendor_share] = words[..] else { return false };
    let numbers = count.parse::<u32>().is_ok() && [amount, vendor_share].iter().all(|n| n.parse::<i64>().is_ok());
    let names = is_kebab(kind) && is_kebab(model) && is_code(currency);
    numbers && names && !(is_kind(kind) && is_model(model) && is_currency(currency))
}
