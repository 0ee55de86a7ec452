//! A template that breaks a promise is caught.

use super::*;

#[test]
fn a_template_that_breaks_a_promise_is_caught() {
    let mut wrong = Vec::new();
    let mut check = |from: &str, to: &str, promise: &str| {
        assert!(TEMPLATE.contains(from), "{from}");
        let broken = broken(&Template::read(&TEMPLATE.replacen(from, to, 1)));
        if broken != [promise] {
            wrong.push((from.to_owned(), to.to_owned(), broken));
        }
    };
    check("    Description: How long logs are kept.\n", "", "parameters are described");
    check("    Default: 1800\n", "", "only whose tokens are accepted must be said");
    check("[!Ref Architecture]", "[x86_64]", "the architecture is x86_64, or arm64 if wanted");
    let outlives = "the table outlives its stack, and no creation that failed";
    check("    DeletionPolicy: RetainExceptOnCreate\n", "", outlives);
    check("DeletionPolicy: RetainExceptOnCreate", "DeletionPolicy: Retain", outlives);
    let other = "the stack can work on a table that exists";
    check("    Condition: CreatesLedger\n", "", other);
    check("TABLE_NAME: !If [CreatesLedger, !Ref Ledger, !Ref LedgerTableName]", "TABLE_NAME: !Ref Ledger", other);
    check(", pc, pd]", ", pc, v]", "the index has what is used of it, and some to spare");
    check("RecoveryEnabled: true", "RecoveryEnabled: false", "the table goes back to any second");
    check("Default: \"true\"", "Default: \"false\"", "the table refuses to be deleted");
    let own_key = "the table can have a key of one's own, which every function may then use";
    check("KMSMasterKeyId: !Ref TableKeyArn", "KMSMasterKeyId: alias/aws/dynamodb", own_key);
    check("        - !Ref DashboardApiRole\n", "", own_key);
    check("      SqsManagedSseEnabled: true\n", "", "queues are encrypted");
    let second_look = "what is delayed comes after whoever sent it, and then any writer, has ended";
    check("MinValue: 61", "MinValue: 60", second_look);
    check("MaxValue: 900", "MaxValue: 901", second_look);
    check("RESTATEMENT_DELAY_SECONDS: !Ref RestatementDelaySeconds", "RESTATEMENT_DELAY_SECONDS: 1", second_look);
    check("          RESTATEMENT_DELAY_SECONDS: !Ref RestatementDelaySeconds\n", "", second_look);
    let confirmed = "a month is added up once more after whoever announced it has ended";
    check("    MinValue: 60\n    MaxValue: 900\n", "    MinValue: 59\n    MaxValue: 900\n", confirmed);
    check("TOTALS_CONFIRM_SECONDS: !Ref TotalsConfirmSeconds", "TOTALS_CONFIRM_SECONDS: 901", confirmed);
    let closed = "the documents of a close are made when all that was booked before its cut is added up";
    check("MinValue: 660\n", "MinValue: 599\n", closed);
    check("SETTLEMENT_DELAY_SECONDS: !Ref SettlementDelaySeconds", "SETTLEMENT_DELAY_SECONDS: 901", closed);
    let hidden =
        "a message in work is hidden for six times as long as a function may run, and as it waits for its batch";
    check("MinValue: 240", "MinValue: 239", hidden);
    check("VisibilityTimeout: !Ref VisibilityTimeoutSeconds", "VisibilityTimeout: 30", hidden);
    check("BatchSize: 10", "BatchSize: 10\n            MaximumBatchingWindowInSeconds: 61", hidden);
    let in_time = "a message becomes a dead letter before it is no longer kept";
    check("MaxValue: 600", "MaxValue: 900", in_time);
    check("MaxValue: 100\n", "MaxValue: 150\n", in_time);
    check("MinValue: 86400", "MinValue: 60900", in_time);
    let oldest =
        "the oldest message is told of once it waits for longer than it should, and before it is no longer kept";
    check("MinValue: 960", "MinValue: 930", oldest);
    check("MaxValue: 43200", "MaxValue: 86400", oldest);
    check("Default: 1800", "Default: 900", "defaults are within their bounds");
    check("MinValue: 5\n", "MinValue: 4\n", "a message is tried five times");
    let own_dead_letters = "each queue has dead letters of its own";
    check(
        "!GetAtt SaleSignedDeadLetters.Arn\n        max",
        "!GetAtt TotalsDeadLetters.Arn\n        max",
        own_dead_letters,
    );
    check("MaxValue: 604800", "MaxValue: 1209600", "a dead letter is kept for longer than any message waits");
    check("aws:SecureTransport: \"false\"", "aws:SecureTransport: \"true\"", "queues answer over TLS alone");
    check("!GetAtt TotalsRole.Arn\n                  -", "\"*\"\n                  -", "senders are named");
    check("role/nobody", "role/*", "nobody sends unless told to");
    check(
        "            ScalingConfig: { MaximumConcurrency: !Ref MaximumConcurrency }\n",
        "",
        "no queue takes all the concurrency there is",
    );
    let logs = "each function and the API has a log of its own, kept for a time";
    check("      RetentionInDays: !Ref LogRetentionDays\n", "", logs);
    check("LogGroup: !Ref TotalsLogs", "LogGroup: !Ref SaleSignedLogs", logs);
    let alarms = "there is an alarm for whatever goes wrong";
    check("!GetAtt TotalsQueue.QueueName }] }", "!GetAtt SaleSignedQueue.QueueName }] }", alarms);
    check("MetricName: 5xx", "MetricName: 4xx", alarms);
    check("      AlarmActions: [!Ref AlarmTopic]\n", "", "alarms go to a topic, from a threshold that can be set");
    let release = "a release replaces every version";
    check("      AutoPublishCodeSha256: !Ref Release\n", "", release);
    check("        RELEASE: !Ref Release\n", "", release);
    check("[0-9A-Za-z]{10}", "[0-9A-Za-z]{4,}", release);
    check(
        "          - !Ref FailureAlarm\n",
        "",
        "a new version takes over step by step, and goes when functions, messages or answers fail",
    );
    check(
        "      Tags: [{ Key: Application, Value: !Ref Application }]\n",
        "",
        "everything that can have tags has them",
    );
    check("  DashboardUrl:", "  Url:", "outputs say what to do next");
    check(
        "Role: !GetAtt TotalsRole.Arn",
        "Role: !GetAtt RestatementRole.Arn",
        "each function has a role of its own, and nobody else",
    );
    check(
        "                Resource: !GetAtt LedgerArn.Value\n",
        "                NotResource: x\n",
        "roles say what they allow, and nothing else does",
    );
    check(
        "ArnLike: { aws:PrincipalArn: !Ref SenderArns }",
        "Bool: { aws:SecureTransport: \"true\" }",
        "senders are named",
    );
    let wildcard = "roles have no wildcard";
    check("                Resource: !GetAtt LedgerArn.Value\n", "                Resource: \"*\"\n", wildcard);
    check("[dynamodb:BatchGetItem,", "[dynamodb:Batch*,", wildcard);
    check("[dynamodb:BatchGetItem,", "[dynamodb:Scan,", "no function deletes or scans");
    let index = "                Resource: !Sub \"${LedgerArn.Value}/index/by-partner\"\n";
    check("                Resource: !GetAtt LedgerArn.Value\n", index, "functions that take events in read no index");
    check("\"ACCOUNT#*\", \"PARTNER", "\"PARTNER", "functions that book write nothing of settlement");
    let settlement = "settlement writes closes, series and accounts alone, and what it refuses";
    check("\"SERIES#*\", \"ACCOUNT#*\"]\n", "\"SERIES#*\", \"*\"]\n", settlement);
    check("[\"REJECTED#*\"]", "[\"CONTRACT#*\"]", settlement);
    check("      RecursiveLoop: Allow\n", "", "a function may send itself as many messages as its work takes");
    check("\"PARTNER#*\"", "\"*\"", "the API writes partners, inquiries and members alone");
    check("FailOnWarnings: true", "FailOnWarnings: false", "an issuer that cannot be read makes no API");
    check("\"HEAD /page/{file}\": {", "\"HEAD /page\": {", "files of the page have a throttle of their own");
    check("      Path: !Ref RolePath\n", "", "roles stay within the account's boundary");
    check("-ContractEndedQueue\"", "-Ended\"", "queues have names that nobody cuts");
    check("LambdaLimited", "Lambda", "versions are changed by a role of the template's own");
    check(
        "Name: !Sub \"${AWS::StackName}-${AWS::Region}\"",
        "Name: !Ref AWS::StackName",
        "the dashboard is its region's",
    );
    check("/aws/vendedlogs/", "/", "the API's log needs no room in the account's policy");
    check(
        "${AWS::Region}.${AWS::URLSuffix}\" }",
        "${AWS::Region}.amazonaws.com\" }",
        "nothing is of one partition alone",
    );
    check("::AWSPREVIOUS", "::AWSCURRENT", "cursors of the key before are good once there is one");
    check(
        "\"DIFF(FILL(totalsWaiting",
        "\"(FILL(totalsWaiting",
        "dead letters are told of when they come, however many there are",
    );
    check("aws:SourceArn: !Ref SourceArns", "aws:SourceArn: \"*\"", "senders are named");
    check("MetricName: RecursiveInvocationsDropped", "MetricName: Errors", alarms);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A change to the other side of a relation breaks a promise, too.
#[test]
fn a_longer_timeout_asks_for_longer_delays() {
    let broken = broken(&Template::read(&TEMPLATE.replacen("MaxValue: 30\n", "MaxValue: 31\n", 1)));
    assert_eq!(
        broken,
        [
            "the API answers while API Gateway waits",
            "what is delayed comes after whoever sent it, and then any writer, has ended",
            "a month is added up once more after whoever announced it has ended",
            "a message in work is hidden for six times as long as a function may run, and as it waits for its batch",
        ]
    );
}
