//! Promises about times that must be longer than others.

use super::*;

/// Checks of times that must be longer than others, for all parameters within their bounds.
pub(super) fn of_delays(template: &Template, promise: Promise<'_>) {
    const SQS_DELAYS_AT_MOST: u64 = 900;
    const API_GATEWAY_WAITS: u64 = 30;
    const NO_WRITER_RUNS_LONGER: u64 = 120;
    /// The least lag of the index that is allowed for.
    const INDEX_LAGS: u64 = 30;
    let functions = template.functions();
    let queues = template.of_type("AWS::SQS::Queue");
    let longest = functions.values().map(|function| template.most(&function["Timeout"])).max().unwrap();
    promise("no writer runs for longer than 120 s", longest <= NO_WRITER_RUNS_LONGER);
    promise(
        "the API answers while API Gateway waits",
        template.most(&functions["DashboardApi"]["Timeout"]) <= API_GATEWAY_WAITS,
    );
    // A function with a delay sends delayed messages; each function writes, and may have read just before the change.
    let delay = |function: &Value| function["Environment"]["Variables"]["RESTATEMENT_DELAY_SECONDS"].clone();
    let delayed: Vec<&Value> = functions.values().filter(|function| !delay(function).is_null()).collect();
    promise(
        "what is delayed comes after whoever sent it, and then any writer, has ended",
        delayed.len() == 2
            && delayed.iter().all(|sender| {
                template.least(&delay(sender)) > template.most(&sender["Timeout"]) + longest
                    && template.most(&delay(sender)) <= SQS_DELAYS_AT_MOST
            }),
    );
    // A month is added up for the last time so long after its announcement, or longer.
    let confirm = &functions["Totals"]["Environment"]["Variables"]["TOTALS_CONFIRM_SECONDS"];
    promise(
        "a month is added up once more after whoever announced it has ended",
        !confirm.is_null()
            && template.least(confirm) >= longest + INDEX_LAGS
            && template.most(confirm) <= SQS_DELAYS_AT_MOST,
    );
    // Whoever books ends, and the month is added up twice, each time after its batch was gathered.
    let totals = |name: &str| template.most(&functions["SaleSigned"]["Environment"]["Variables"][name]);
    let window = template.most(&mappings(&functions["Totals"])[0]["MaximumBatchingWindowInSeconds"]);
    let added_up = 3 * longest + totals("TOTALS_DELAY_SECONDS") + 2 * window + template.most(confirm) + INDEX_LAGS;
    let settlement = &functions["Settlement"]["Environment"]["Variables"]["SETTLEMENT_DELAY_SECONDS"];
    promise(
        "the documents of a close are made when all that was booked before its cut is added up",
        !settlement.is_null()
            && 2 * template.least(settlement) >= added_up
            && template.most(settlement) <= SQS_DELAYS_AT_MOST,
    );
    let served = functions.values().flat_map(|function| {
        let mappings = mappings(function).into_iter();
        mappings.map(|mapping| (template.most(&function["Timeout"]), mapping))
    });
    promise(
        "a message in work is hidden for six times as long as a function may run, and as it waits for its batch",
        served.clone().all(|(timeout, mapping)| {
            let window = &mapping["MaximumBatchingWindowInSeconds"];
            let window = if window.is_null() { 0 } else { template.most(window) };
            template.least(&queues[named(&mapping["Queue"]).as_str()]["VisibilityTimeout"]) >= 6 * timeout + window
        }),
    );
    let most_delay = delayed.iter().map(|sender| template.most(&delay(sender))).max().unwrap();
    let most_delay = most_delay.max(template.most(settlement));
    let mut redriven = served.map(|(_, mapping)| queues[named(&mapping["Queue"]).as_str()]);
    promise(
        "a message becomes a dead letter before it is no longer kept",
        redriven.clone().all(|queue| {
            let tries = template.most(&queue["RedrivePolicy"]["maxReceiveCount"]);
            let needed = most_delay + tries * template.most(&queue["VisibilityTimeout"]);
            needed < template.least(&queue["MessageRetentionPeriod"])
        }),
    );
    promise(
        "a dead letter is kept for longer than any message waits",
        redriven.clone().all(|queue| {
            let dead = queues[named(&queue["RedrivePolicy"]["deadLetterTargetArn"]).as_str()];
            template.least(&dead["MessageRetentionPeriod"]) > template.most(&queue["MessageRetentionPeriod"])
        }),
    );
    let alarm = &template.of_type("AWS::CloudWatch::Alarm")["OldestMessageAlarm"]["Threshold"];
    promise(
        "the oldest message is told of once it waits for longer than it should, and before it is no longer kept",
        template.least(alarm) > most_delay + longest
            && redriven.all(|queue| template.most(alarm) < template.least(&queue["MessageRetentionPeriod"])),
    );
}
