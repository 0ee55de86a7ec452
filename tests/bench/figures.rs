//! The table of figures, and the baseline to which the counted ones are compared.

use comfy_table::{Table, presets};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Tolerance of a counted figure around the baseline, in per cent.
const TOLERANCE_PERCENT: i64 = 2;

/// Unit of a figure's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Tenths of a capacity unit.
    TenthUnits,
    /// Hundredths of a capacity unit.
    HundredthUnits,
    /// Requests, instructions.
    Count,
    /// Bytes of a file.
    Bytes,
    /// Bytes of memory.
    Memory,
    /// Microseconds.
    Micros,
    /// Events a second.
    PerSecond,
}

impl Unit {
    fn show(self, number: i64) -> String {
        match self {
            Unit::TenthUnits => format!("{}.{} units", number / 10, number % 10),
            Unit::HundredthUnits => format!("{}.{:02} units", number / 100, number % 100),
            Unit::Count => grouped(number),
            Unit::Bytes | Unit::Memory => format!("{} B", grouped(number)),
            Unit::Micros => format!("{}.{:03} ms", number / 1000, number % 1000),
            Unit::PerSecond => format!("{}/s", grouped(number)),
        }
    }

    /// Whether the number is the same on every machine.
    fn is_counted(self) -> bool {
        match self {
            Unit::TenthUnits | Unit::HundredthUnits | Unit::Count | Unit::Bytes => true,
            Unit::Memory | Unit::Micros | Unit::PerSecond => false,
        }
    }
}

/// Goal of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Maximum.
    AtMost(i64),
    /// Minimum.
    AtLeast(i64),
    /// No goal: the figure is only reported.
    None,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    name: String,
    unit: Unit,
    number: i64,
    spread: Option<String>,
    goal: Goal,
    how: String,
}

impl Figure {
    /// Makes a figure, with the way in which it was taken.
    pub(crate) fn new(
        name: impl Into<String>,
        (number, unit): (i64, Unit),
        goal: Goal,
        how: impl Into<String>,
    ) -> Figure {
        Figure { name: name.into(), unit, number, spread: None, goal, how: how.into() }
    }

    /// Makes the figure of several times: the one at a percentile, with the median and the slowest beside it.
    pub(crate) fn time(
        name: impl Into<String>,
        mut times: Vec<Duration>,
        percent: usize,
        goal: Goal,
        how: impl Into<String>,
    ) -> Figure {
        times.sort_unstable();
        let at = |percent: usize| {
            let time = times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
            i64::try_from(time.copied().unwrap_or_default().as_micros()).unwrap_or(i64::MAX)
        };
        let show = |percent| Unit::Micros.show(at(percent));
        let spread = format!("median {}, slowest {}", show(50), show(100));
        Figure { spread: Some(spread), ..Figure::new(name, (at(percent), Unit::Micros), goal, how) }
    }

    /// Whether the goal is met.
    fn is_met(&self) -> bool {
        match self.goal {
            Goal::AtMost(most) => self.number <= most,
            Goal::AtLeast(least) => self.number >= least,
            Goal::None => true,
        }
    }

    fn row(&self) -> [String; 5] {
        let goal = match self.goal {
            Goal::AtMost(most) => format!("≤ {}", self.unit.show(most)),
            Goal::AtLeast(least) => format!("≥ {}", self.unit.show(least)),
            Goal::None => String::new(),
        };
        let measured = match &self.spread {
            Some(spread) => format!("{} ({spread})", self.unit.show(self.number)),
            None => self.unit.show(self.number),
        };
        let met = match self.goal {
            Goal::None => "",
            Goal::AtMost(_) | Goal::AtLeast(_) if self.is_met() => "met",
            Goal::AtMost(_) | Goal::AtLeast(_) => "MISSED",
        };
        [self.name.clone(), goal, measured, met.to_owned(), self.how.clone()]
    }
}

/// Digits in groups of three.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// All figures as one table.
pub(crate) fn table(figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["", "goal", "measured", "", "how it was taken"]);
    table.add_rows(figures.iter().map(Figure::row));
    table
}

fn baseline_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bench/baseline.json")
}

fn counted(figures: &[Figure]) -> BTreeMap<&str, i64> {
    let counted = figures.iter().filter(|figure| figure.unit.is_counted());
    counted.map(|figure| (figure.name.as_str(), figure.number)).collect()
}

/// Makes the counted figures the baseline.
pub(crate) fn update_baseline(figures: &[Figure]) -> std::io::Result<()> {
    let json = serde_json::to_string_pretty(&counted(figures))?;
    std::fs::write(baseline_file(), json + "\n")
}

/// Complaints about the figures: missed goals, and counts that differ from the baseline.
pub(crate) fn complaints(figures: &[Figure]) -> std::io::Result<Vec<String>> {
    let baseline: BTreeMap<String, i64> = serde_json::from_str(&std::fs::read_to_string(baseline_file())?)?;
    let mut complaints = Vec::new();
    for figure in figures.iter().filter(|figure| figure.unit.is_counted()) {
        if !figure.is_met() {
            complaints.push(format!("{} misses its goal", figure.name));
        }
        match baseline.get(&figure.name) {
            Some(was) if (figure.number - was).abs() * 100 <= was.abs() * TOLERANCE_PERCENT => {}
            Some(was) => complaints.push(format!(
                "{} is {}, and was {}",
                figure.name,
                figure.unit.show(figure.number),
                figure.unit.show(*was)
            )),
            None => complaints.push(format!("{} is not in the baseline", figure.name)),
        }
    }
    Ok(complaints)
}
