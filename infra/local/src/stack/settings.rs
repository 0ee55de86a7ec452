//! The template as the local stack reads it: its parameters differ from those of an account.

use super::options::StackError;
use crate::delays::{self, Least};
use crate::faults::Lag;
use crate::template::{Given, Template};
use crate::tokens::{AUDIENCE, CLIENT_ID};
use std::collections::BTreeMap;

/// The template this program was built with.
const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// Parameters of the template that differ here from an account, unless they are given, beside the issuer of tokens, which is
/// this stack itself: delays are short, and loading a world is not throttled. The times that must outlast functions follow from the
/// timeout of functions: see [`template`].
const PARAMETERS: [(&str, &str); 10] = [
    (TIMEOUT, "5"),
    ("AmountMetrics", "true"),
    ("TotalsDelaySeconds", "1"),
    ("TotalsWindowSeconds", "1"),
    ("TokenAudience", AUDIENCE),
    ("SignInClientId", CLIENT_ID),
    ("RequestsPerSecond", "10000"),
    ("RequestBurst", "5000"),
    ("PageRequestsPerSecond", "10000"),
    ("PageRequestBurst", "5000"),
];
/// Timeout of a function.
const TIMEOUT: &str = "FunctionTimeoutSeconds";
/// Times that may be shorter here than in an account, since the functions' timeout may be.
const DELAY: &str = "RestatementDelaySeconds";
const VISIBILITY: &str = "VisibilityTimeoutSeconds";
const CONFIRM: &str = "TotalsConfirmSeconds";
const SETTLEMENT: &str = "SettlementDelaySeconds";
/// The issuer of accepted tokens.
const ISSUER: &str = "TokenIssuer";
/// The template with these parameters, with this stack as the issuer of tokens unless they name another, and with this
/// machine's own values for others that differ from an account, if each of its times is as long as it must be.
pub(super) fn template(given: &BTreeMap<String, String>, issuer: &str, lag: Lag) -> Result<Template, StackError> {
    let mut parameters: BTreeMap<String, String> =
        PARAMETERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    parameters.insert(ISSUER.to_owned(), issuer.to_owned());
    parameters.extend(given.clone());
    let read = |parameters: &BTreeMap<String, String>| {
        Template::read(TEMPLATE, Given { parameters, below_minimum: &[DELAY, VISIBILITY, CONFIRM, SETTLEMENT] })
    };
    let Least { delay, visibility, confirmation } = delays::least(&read(&parameters)?, lag.seconds());
    for (name, least) in [(DELAY, delay), (VISIBILITY, visibility), (CONFIRM, confirmation)] {
        parameters.entry(name.to_owned()).or_insert_with(|| least.to_string());
    }
    // It follows from the time until a month is added up again.
    let settlement = delays::least_settlement(&read(&parameters)?, lag.seconds());
    parameters.entry(SETTLEMENT.to_owned()).or_insert_with(|| settlement.to_string());
    let template = read(&parameters)?;
    delays::check(&template, lag.seconds())?;
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Value;

    fn started_with(given: &[(&str, &str)], lag: &str) -> Result<Template, String> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        template(&given, "http://127.0.0.1:8080/identity", lag.parse().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_must_outlast_functions_follows_from_how_long_they_run() {
        for (timeout, lag, delay, confirm, settlement, visibility) in [
            (None, "0", "11", "8", "14", 31),
            (Some("1"), "0", "3", "4", "6", 7),
            (Some("30"), "0", "61", "33", "64", 181),
            (Some("30"), "60", "121", "93", "124", 181),
        ] {
            let given = timeout.map(|timeout| (TIMEOUT, timeout));
            let template = started_with(given.as_slice(), lag).unwrap();
            let sender = &template.functions["DashboardApi"].environment["RESTATEMENT_DELAY_SECONDS"];
            assert_eq!(sender, &Value::Text(delay.to_owned()));
            let totals = &template.functions["Totals"].environment["TOTALS_CONFIRM_SECONDS"];
            assert_eq!(totals, &Value::Text(confirm.to_owned()));
            let closing = &template.functions["Settlement"].environment["SETTLEMENT_DELAY_SECONDS"];
            assert_eq!(closing, &Value::Text(settlement.to_owned()));
            assert_eq!(template.queues["TotalsQueue"].visibility_seconds, visibility);
        }
    }

    #[test]
    fn what_does_not_last_as_long_as_it_must_is_refused_by_name() {
        let longest = [("MessageRetentionSeconds", "86400"), (VISIBILITY, "600"), ("MaxReceiveCount", "100")];
        assert!(started_with(&[(DELAY, "900")].into_iter().chain(longest).collect::<Vec<_>>(), "60").is_ok());
        for (given, refused) in [
            (vec![(DELAY, "10")], "RestatementDelaySeconds is 10, and must be at least 11: "),
            (vec![(DELAY, "11"), (TIMEOUT, "6")], "give --parameter RestatementDelaySeconds=13, or a shorter"),
            (vec![(DELAY, "0"), (TIMEOUT, "1")], "RestatementDelaySeconds is 0, and must be at least 3: "),
            (
                vec![(DELAY, "901")],
                "Parameters.RestatementDelaySeconds: must be a whole number of at most 900, not 901",
            ),
            (vec![(SETTLEMENT, "13")], "SettlementDelaySeconds is 13, and must be at least 14: "),
            (vec![(SETTLEMENT, "14"), (CONFIRM, "10")], "give --parameter SettlementDelaySeconds=15, or a shorter"),
            (vec![(CONFIRM, "7")], "TotalsConfirmSeconds is 7, and must be at least 8: "),
            (vec![(VISIBILITY, "29")], "VisibilityTimeoutSeconds is 29, and must be at least 30: "),
            (vec![(VISIBILITY, "30"), (TIMEOUT, "6")], "give --parameter VisibilityTimeoutSeconds=36, or a shorter"),
            (vec![(TIMEOUT, "31")], "Parameters.FunctionTimeoutSeconds: must be a whole number from 1 to 30, not 31"),
            (vec![("MaxReceiveCount", "4")], "Parameters.MaxReceiveCount: must be a whole number from 5 to 100, not 4"),
        ] {
            let error = started_with(&given, "0").unwrap_err();
            assert!(error.contains(refused), "{given:?}: {error}");
        }
        assert!(started_with(&[(DELAY, "13")], "2").is_ok());
        let error = started_with(&[(DELAY, "12")], "2").unwrap_err();
        assert!(error.starts_with("RestatementDelaySeconds is 12, and must be at least 13: "), "{error}");
        assert!(error.contains(" 5 s more, and reads lag 2 s; give --parameter Rest"), "{error}");
    }
}
