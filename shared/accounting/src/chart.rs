//! The chart of accounts (§8.9): numbers and labels of accounts, journals and entries, as data with the day from which they hold.

use crate::role::{JournalName, Role, Subject, VAT_CLASS};
use rules::Day;
use rules::label::is_label;
use serde::Deserialize;
use settlement::vat::VatRate;
use std::collections::BTreeMap;
use std::fmt;
use strum::VariantArray;

/// The field of a chart that is wrong, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct ChartError {
    /// The field: `[0].accounts.supplier.number`.
    pub field: String,
    /// The reason, worded to follow the field's name.
    pub problem: ChartProblem,
}

/// The reason why a field of a chart is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartProblem {
    /// It is not there.
    #[error("is lacking: the journal asks for it")]
    Lacking,
    /// Nothing asks for it.
    #[error("is no name that the journal asks for: correct it, or leave it out")]
    Unknown,
    /// It is no number of an account.
    #[error("is not the number of an account: 3 to 20 digits and capital letters, of which the first three are digits")]
    Number,
    /// It is of another class.
    #[error("must begin with {0}, as the general chart of accounts (PCG) says")]
    Class(&'static str),
    /// It is no code of a journal.
    #[error("is not the code of a journal: 1 to 10 capital letters and digits")]
    Code,
    /// Another journal of the version has the code.
    #[error("is the code of two journals: give each its own, since entries are numbered by journal")]
    SameCode,
    /// It is no label.
    #[error("must be 1 to 100 visible characters, without spaces around them, tabs and |")]
    Label,
    /// It is no rate of VAT, or zero.
    #[error("is not a rate of VAT over zero: a fraction under 1 with at most 3 decimals (\"0.2\")")]
    Rate,
    /// It has no version.
    #[error("has no version: a chart has at least one")]
    Empty,
    /// Two versions hold from one day.
    #[error("is the first day of two versions: give each its own")]
    SameDay,
    /// It has another form.
    #[error("is not of the form of a chart: {0}")]
    Form(String),
}

/// A day on which no chart holds, or a rate that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChartGap {
    /// The first version holds from a later day.
    #[error("no chart of accounts holds on {0}: add a version from that day or before")]
    Day(Day),
    /// The version of that day has no account for the rate.
    #[error("the chart of {day} has no accounts for VAT at {rate}: add the rate to it")]
    Rate {
        /// The day.
        day: Day,
        /// The rate.
        rate: VatRate,
    },
    /// The version of that day lacks something that every version has.
    #[error("the chart of {day} has no {name}: read it again")]
    Name {
        /// The day.
        day: Day,
        /// The name.
        name: &'static str,
    },
}

/// An account of the chart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartAccount {
    /// Its number.
    pub number: String,
    /// Its label.
    pub label: String,
}

/// A journal of the chart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Journal {
    /// Its code.
    pub code: String,
    /// Its label.
    pub label: String,
}

/// A chart, checked: at least one version, each with every journal, account and label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart(BTreeMap<Day, ChartVersion>);

/// The chart as it holds on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartVersion {
    journals: BTreeMap<JournalName, Journal>,
    accounts: BTreeMap<Role, ChartAccount>,
    vat: BTreeMap<VatRate, [ChartAccount; 2]>,
    labels: BTreeMap<Subject, String>,
}

/// The side of VAT that a rate has an account for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VatSide {
    /// On purchases.
    Deductible,
    /// On sales.
    Collected,
}

/// The chart on a day.
#[derive(Debug, Clone, Copy)]
pub struct ChartOn<'a> {
    day: Day,
    version: &'a ChartVersion,
}

impl Chart {
    /// The chart that holds unless another is given.
    pub fn standard() -> Result<Chart, ChartError> {
        Chart::read(include_str!("chart.json"))
    }

    /// Reads a chart: a list of versions as JSON, each with the day from which it holds.
    pub fn read(json: &str) -> Result<Chart, ChartError> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let form = |problem: String, field: String| ChartError { field, problem: ChartProblem::Form(problem) };
        let versions: Vec<VersionInput> = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| form(error.inner().to_string(), error.path().to_string()))?;
        reader.end().map_err(|error| form(error.to_string(), "chart".into()))?;
        let mut chart = BTreeMap::new();
        for (index, version) in versions.into_iter().enumerate() {
            let field = Field(format!("[{index}]"));
            let from = version.from;
            if chart.insert(from, version.check(&field)?).is_some() {
                return field.at("from").is(ChartProblem::SameDay);
            }
        }
        if chart.is_empty() { Field("chart".into()).is(ChartProblem::Empty) } else { Ok(Chart(chart)) }
    }

    /// The chart that holds on a day.
    pub fn on(&self, day: Day) -> Result<ChartOn<'_>, ChartGap> {
        let held = self.0.range(..=day).next_back();
        held.map(|(_, version)| ChartOn { day, version }).ok_or(ChartGap::Day(day))
    }
}

impl<'a> ChartOn<'a> {
    fn named<T>(&self, found: Option<&'a T>, name: &'static str) -> Result<&'a T, ChartGap> {
        found.ok_or(ChartGap::Name { day: self.day, name })
    }

    /// A journal.
    pub fn journal(&self, name: JournalName) -> Result<&'a Journal, ChartGap> {
        self.named(self.version.journals.get(&name), name.into())
    }

    /// An account.
    pub fn account(&self, role: Role) -> Result<&'a ChartAccount, ChartGap> {
        self.named(self.version.accounts.get(&role), role.into())
    }

    /// The account for VAT at a rate.
    pub fn vat(&self, rate: VatRate, side: VatSide) -> Result<&'a ChartAccount, ChartGap> {
        let [deductible, collected] = self.version.vat.get(&rate).ok_or(ChartGap::Rate { day: self.day, rate })?;
        Ok(match side {
            VatSide::Deductible => deductible,
            VatSide::Collected => collected,
        })
    }

    /// The label with which the entries of a subject begin.
    pub fn label(&self, subject: Subject) -> Result<&'a str, ChartGap> {
        self.named(self.version.labels.get(&subject), subject.into()).map(String::as_str)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionInput {
    from: Day,
    journals: BTreeMap<String, JournalInput>,
    accounts: BTreeMap<String, AccountInput>,
    vat: BTreeMap<String, VatInput>,
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalInput {
    code: String,
    label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountInput {
    number: String,
    label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VatInput {
    deductible: AccountInput,
    collected: AccountInput,
}

/// The path of a field.
#[derive(Clone)]
struct Field(String);

impl Field {
    fn at(&self, name: impl fmt::Display) -> Field {
        Field(format!("{}.{name}", self.0))
    }

    fn is<T>(self, problem: ChartProblem) -> Result<T, ChartError> {
        Err(ChartError { field: self.0, problem })
    }
}

impl VersionInput {
    fn check(self, field: &Field) -> Result<ChartVersion, ChartError> {
        let mut codes = Vec::new();
        let journal = |_: JournalName, input: JournalInput, field: &Field| {
            if codes.contains(&input.code) {
                return field.at("code").is(ChartProblem::SameCode);
            }
            codes.push(input.code.clone());
            Ok(Journal { code: code(input.code, field)?, label: label(input.label, field.at("label"))? })
        };
        let account = |role: Role, input, field: &Field| account(input, role.class(), field);
        let text = |_: Subject, text, field: &Field| label(text, field.clone());
        Ok(ChartVersion {
            journals: all(JournalName::VARIANTS.iter().copied(), self.journals, &field.at("journals"), journal)?,
            accounts: all(Role::VARIANTS.iter().copied(), self.accounts, &field.at("accounts"), account)?,
            vat: vat(self.vat, &field.at("vat"))?,
            labels: all(Subject::all(), self.labels, &field.at("labels"), text)?,
        })
    }
}

/// The values by what they are for, each checked under its field: each name is there, and no other.
fn all<K: Copy + Ord + Into<&'static str>, V, T>(
    keys: impl Iterator<Item = K>,
    mut values: BTreeMap<String, V>,
    field: &Field,
    mut check: impl FnMut(K, V, &Field) -> Result<T, ChartError>,
) -> Result<BTreeMap<K, T>, ChartError> {
    let mut found = BTreeMap::new();
    for key in keys {
        let name: &'static str = key.into();
        let field = field.at(name);
        match values.remove(name) {
            Some(value) => _ = found.insert(key, check(key, value, &field)?),
            None => return field.is(ChartProblem::Lacking),
        }
    }
    match values.into_keys().next() {
        Some(unknown) => field.at(unknown).is(ChartProblem::Unknown),
        None => Ok(found),
    }
}

fn vat(rates: BTreeMap<String, VatInput>, field: &Field) -> Result<BTreeMap<VatRate, [ChartAccount; 2]>, ChartError> {
    let mut checked = BTreeMap::new();
    for (text, VatInput { deductible, collected }) in rates {
        let field = field.at(&text);
        let rate = text.parse().ok().filter(|rate| *rate != VatRate::ZERO);
        let Some(rate) = rate else { return field.is(ChartProblem::Rate) };
        let deductible = account(deductible, VAT_CLASS, &field.at("deductible"))?;
        let collected = account(collected, VAT_CLASS, &field.at("collected"))?;
        checked.insert(rate, [deductible, collected]);
    }
    Ok(checked)
}

fn account(input: AccountInput, class: &'static str, field: &Field) -> Result<ChartAccount, ChartError> {
    let AccountInput { number, label: text } = input;
    let has_shape = (3..=20).contains(&number.len())
        && number.bytes().take(3).all(|b| b.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if !has_shape {
        return field.at("number").is(ChartProblem::Number);
    }
    if !number.starts_with(class) {
        return field.at("number").is(ChartProblem::Class(class));
    }
    Ok(ChartAccount { number, label: label(text, field.at("label"))? })
}

fn code(code: String, field: &Field) -> Result<String, ChartError> {
    let is_code = (1..=10).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if is_code { Ok(code) } else { field.at("code").is(ChartProblem::Code) }
}

fn label(text: String, field: Field) -> Result<String, ChartError> {
    let is_good = is_label(&text) && text.chars().count() <= 100 && !text.contains('|');
    if is_good { Ok(text) } else { field.is(ChartProblem::Label) }
}
