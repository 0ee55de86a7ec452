//! Promises about alarms.

use super::*;

pub(super) fn of_alarms(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    let alarms = template.of_type("AWS::CloudWatch::Alarm");
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    let mut expect = |metric: &str, of: &mut dyn Iterator<Item = &str>| {
        expected.extend(of.map(|name| (metric.to_owned(), name.to_owned())));
    };
    expect("AWS/SQS ApproximateAgeOfOldestMessage", &mut template.served().iter().map(String::as_str));
    for metric in ["AWS/SQS ApproximateNumberOfMessagesVisible", "AWS/SQS ApproximateNumberOfMessagesNotVisible"] {
        expect(metric, &mut template.dead_letters().iter().map(String::as_str));
    }
    let serves = |name: &&str| template.queue_of(name).is_some();
    expect("AllInWeb/PartnerProgramme Events", &mut functions.keys().copied().filter(serves));
    let goes_on = |name: &&str| {
        let sends = |queue: String| template.allowed(name).contains(&("sqs:SendMessage".to_owned(), queue));
        template.queue_of(name).is_some_and(sends)
    };
    expect("AWS/Lambda RecursiveInvocationsDropped", &mut functions.keys().copied().filter(goes_on));
    for metric in ["AWS/DynamoDB ReadThrottleEvents", "AWS/DynamoDB WriteThrottleEvents"] {
        expect(metric, &mut ["Ledger", "by-partner", "attention"].into_iter());
    }
    let billing = ["SaleSigned", "AnnualRenewal", "CreditNote", "Supplement", "ContractEnded"];
    let of_billing: Vec<String> = billing.iter().map(|name| format!("{name}Queue")).collect();
    expect("AWS/SQS NumberOfMessagesSent", &mut of_billing.iter().map(String::as_str));
    for metric in ["AWS/Lambda Errors", "AWS/Lambda Throttles"] {
        expect(metric, &mut functions.keys().copied());
    }
    for metric in ["AWS/ApiGateway 5xx", "AWS/ApiGateway Latency"] {
        expect(metric, &mut ["Api"].into_iter());
    }
    promise(
        "there is an alarm for whatever goes wrong",
        alarms.values().copied().flat_map(Template::watched).eq_set(&expected),
    );
    promise(
        "alarms go to a topic, from a threshold that can be set",
        alarms.values().all(|alarm| {
            names(&alarm["AlarmActions"]) == strings(&["AlarmTopic"])
                && match &alarm["EvaluationPeriods"] {
                    // Of silence, the time can be set.
                    hours if *hours == reference("SilenceHours") => alarm["TreatMissingData"] == "breaching",
                    _ => {
                        template.parameter(&named(&alarm["Threshold"])).is_object()
                            && alarm["TreatMissingData"] == "notBreaching"
                    }
                }
        }) && template.of_type("AWS::SNS::Topic").contains_key("AlarmTopic"),
    );
}

/// Limits of `CloudWatch` for an alarm, and its text.
pub(super) fn of_alarm_metrics(template: &Template, promise: Promise<'_>) {
    let alarms = template.of_type("AWS::CloudWatch::Alarm");
    promise(
        "alarms have ten metrics and ten expressions at most",
        alarms.values().all(|alarm| {
            let metrics = list(&alarm["Metrics"]);
            let (stats, expressions): (Vec<_>, Vec<_>) = metrics.iter().partition(|one| one["MetricStat"].is_object());
            stats.len() <= 10 && expressions.len() <= 10
        }),
    );
    let dead_letters = ["DeadLetterAlarm", "InnerDeadLetterAlarm"].map(|name| list(&alarms[name]["Metrics"]));
    let mut parts = dead_letters.iter().flatten().filter(|one| one["Expression"].is_string() && one["Id"] != "all");
    promise(
        "dead letters are told of when they come, however many there are",
        parts.clone().count() == template.dead_letters().len()
            && parts.all(|one| {
                let id = text(&one["Id"]);
                text(&one["Expression"]) == format!("DIFF(FILL({id}Waiting, 0) + FILL({id}Hidden, 0))")
            }),
    );
}

/// Equality of an iterator with a set: each of its items, nothing else, and nothing twice.
trait EqSet {
    fn eq_set(self, set: &BTreeSet<(String, String)>) -> bool;
}

impl<I: Iterator<Item = (String, String)>> EqSet for I {
    fn eq_set(self, set: &BTreeSet<(String, String)>) -> bool {
        let mut all: Vec<_> = self.collect();
        all.sort();
        all.iter().eq(set)
    }
}
