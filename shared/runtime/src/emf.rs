//! The embedded metric format of `CloudWatch`: a line of the log that is metrics as well.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The namespace of every metric.
pub(crate) const NAMESPACE: &str = "AllInWeb/PartnerProgramme";
/// How many values one metric of a line has at most (a limit of the format).
pub(crate) const MAX_VALUES: usize = 100;

/// One metric of a line: a number, or several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    /// One of: `Count`, `Milliseconds`, `None`.
    pub(crate) unit: &'static str,
    pub(crate) value: Value,
}

impl Metric {
    /// So many.
    pub(crate) fn count(name: &'static str, value: impl Into<Value>) -> Metric {
        Metric { name, unit: "Count", value: value.into() }
    }
}

/// A line with metrics that share all dimensions.
pub(crate) fn line(at: Timestamp, dimensions: &[(&str, &str)], metrics: &[Metric]) -> String {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let units: Vec<Value> = metrics.iter().map(|metric| json!({ "Name": metric.name, "Unit": metric.unit })).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": units });
    let mut line = Map::new();
    line.insert("_aws".to_owned(), json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": [directive] }));
    line.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    line.extend(metrics.iter().map(|metric| (metric.name.to_owned(), metric.value.clone())));
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_dimensions_and_metrics_beside_what_declares_them() {
        let at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let metrics = [
            Metric::count("Events", 3),
            Metric { name: "AgeAtProcessing", unit: "Milliseconds", value: json!([5, 7]) },
        ];
        let line: Value =
            serde_json::from_str(&line(at, &[("Function", "F"), ("Outcome", "decided")], &metrics)).unwrap();
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
        let line = line(Timestamp::UNIX_EPOCH, &[], &[Metric::count("N", 9_007_199_254_740_993_i64)]);
        assert!(line.contains(":9007199254740993"), "{line}");
    }
}
