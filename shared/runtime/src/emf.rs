//! The embedded metric format of `CloudWatch`: log lines that are also metrics.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The namespace of every metric.
pub(crate) const NAMESPACE: &str = "AllInWeb/PartnerProgramme";
/// The most values of one metric in a line (a limit of the format).
pub(crate) const MAX_VALUES: usize = 100;

/// A metric of a line: one number, or several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    /// The unit: `Count`, `Milliseconds` or `None`.
    pub(crate) unit: &'static str,
    pub(crate) value: Value,
}

impl Metric {
    /// A metric with the unit `Count`.
    pub(crate) fn count(name: &'static str, value: impl Into<Value>) -> Metric {
        Metric { name, unit: "Count", value: value.into() }
    }
}

/// A log line in the format that `CloudWatch` reads.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "_aws")]
    declared: Declared<'a>,
    #[serde(flatten)]
    dimensions: BTreeMap<&'a str, &'a str>,
    #[serde(flatten)]
    values: BTreeMap<&'static str, &'a Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Declared<'a> {
    timestamp: i64,
    #[serde(rename = "CloudWatchMetrics")]
    metrics: [Directive<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'static str,
    dimensions: [Vec<&'a str>; 1],
    metrics: Vec<Named>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: &'static str,
    unit: &'static str,
}

/// A line with metrics that share all dimensions.
pub(crate) fn line(
    at: Timestamp,
    dimensions: &[(&str, &str)],
    metrics: &[Metric],
) -> Result<String, serde_json::Error> {
    let directive = Directive {
        namespace: NAMESPACE,
        dimensions: [dimensions.iter().map(|(name, _)| *name).collect()],
        metrics: metrics.iter().map(|Metric { name, unit, value: _ }| Named { name, unit }).collect(),
    };
    serde_json::to_string(&Line {
        declared: Declared { timestamp: at.as_millisecond(), metrics: [directive] },
        dimensions: dimensions.iter().copied().collect(),
        values: metrics.iter().map(|metric| (metric.name, &metric.value)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_has_its_dimensions_and_metrics_beside_what_declares_them() {
        let at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let metrics = [
            Metric::count("Events", 3),
            Metric { name: "AgeAtProcessing", unit: "Milliseconds", value: json!([5, 7]) },
        ];
        let line: Value =
            serde_json::from_str(&line(at, &[("Function", "F"), ("Outcome", "decided")], &metrics).unwrap()).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_700_000_000_123_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "AllInWeb/PartnerProgramme",
                    "Dimensions": [["Function", "Outcome"]],
                    "Metrics": [{ "Name": "Events", "Unit": "Count" }, { "Name": "AgeAtProcessing", "Unit": "Milliseconds" }],
                }],
            },
            "Function": "F", "Outcome": "decided", "Events": 3, "AgeAtProcessing": [5, 7],
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn amounts_keep_every_digit() {
        let line = line(Timestamp::UNIX_EPOCH, &[], &[Metric::count("N", 9_007_199_254_740_993_i64)]).unwrap();
        assert!(line.contains(":9007199254740993"), "{line}");
    }
}
