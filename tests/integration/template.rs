//! Promises of `template.yaml` about the system in an account, and of `infra/dashboard.yaml` about the dashboard.

use serde_json::{Map, Value, json};
use serde_norway::Value as Yaml;
use std::collections::{BTreeMap, BTreeSet};

const TEMPLATE: &str = include_str!("../../template.yaml");
const DASHBOARD: &str = include_str!("../../infra/dashboard.yaml");

/// A template, its intrinsic functions as objects: `{"Ref": "Ledger"}`.
pub(crate) struct Template(Value);

impl Template {
    /// The deployed template.
    pub(crate) fn deployed() -> Template {
        Template::read(TEMPLATE)
    }

    fn read(text: &str) -> Template {
        Template(json(serde_norway::from_str(text).unwrap()))
    }

    fn parameter(&self, name: &str) -> &Value {
        &self.0["Parameters"][name]
    }

    fn number(&self, name: &str, bound: &str) -> u64 {
        self.parameter(name)[bound].as_u64().unwrap()
    }

    /// Minimum of a setting: a number, or the lowest value that its parameter admits.
    fn least(&self, setting: &Value) -> u64 {
        self.bound(setting, "MinValue")
    }

    /// Maximum of a setting.
    fn most(&self, setting: &Value) -> u64 {
        self.bound(setting, "MaxValue")
    }

    fn bound(&self, setting: &Value, bound: &str) -> u64 {
        setting.as_u64().unwrap_or_else(|| self.number(text(&setting["Ref"]), bound))
    }

    fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0["Resources"].as_object().unwrap().iter().map(|(name, resource)| (name.as_str(), resource))
    }

    /// The resources of a type: their properties, by logical id.
    pub(crate) fn of_type(&self, of: &str) -> BTreeMap<&str, &Value> {
        let wanted = self.resources().filter(|(_, resource)| resource["Type"] == of);
        wanted.map(|(name, resource)| (name, &resource["Properties"])).collect()
    }

    /// The functions: their properties over the global ones, by logical id.
    pub(crate) fn functions(&self) -> BTreeMap<&str, Value> {
        let own = self.of_type("AWS::Serverless::Function");
        let over = |own: &Value| {
            let mut properties = self.0["Globals"]["Function"].as_object().unwrap().clone();
            properties.extend(own.as_object().unwrap().clone());
            Value::Object(properties)
        };
        own.into_iter().map(|(name, own)| (name, over(own))).collect()
    }

    /// The queue that a function serves.
    pub(crate) fn queue_of(&self, function: &str) -> Option<String> {
        mappings(&self.functions()[function]).first().map(|mapping| named(&mapping["Queue"]))
    }

    fn served(&self) -> BTreeSet<String> {
        self.functions().keys().filter_map(|name| self.queue_of(name)).collect()
    }

    /// The queues that no function serves.
    fn dead_letters(&self) -> BTreeSet<String> {
        let (queues, served) = (self.of_type("AWS::SQS::Queue"), self.served());
        queues.into_keys().filter(|name| !served.contains(*name)).map(str::to_owned).collect()
    }

    /// Actions that the role of a function allows, each with its resource.
    pub(crate) fn allowed(&self, function: &str) -> BTreeSet<(String, String)> {
        let role = named(&self.functions()[function]["Role"]);
        let policies = list(&self.of_type("AWS::IAM::Role")[role.as_str()]["Policies"]);
        let statements = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
        let pairs = statements.filter(|statement| statement["Effect"] == "Allow").flat_map(|statement| {
            let resources: Vec<String> = list(&statement["Resource"]).iter().map(named).collect();
            let with = move |action: &Value| {
                let action = action.as_str().unwrap().to_owned();
                resources.clone().into_iter().map(move |resource| (action.clone(), resource))
            };
            list(&statement["Action"]).iter().flat_map(with).collect::<Vec<_>>()
        });
        pairs.collect()
    }

    /// Metrics that an alarm watches, each with its resource.
    fn watched(alarm: &Value) -> BTreeSet<(String, String)> {
        let stats = list(&alarm["Metrics"]);
        let metrics = stats.iter().map(|stat| &stat["MetricStat"]["Metric"]).chain([alarm]);
        let metrics = metrics.filter(|metric| metric["MetricName"].is_string());
        let name = |metric: &Value| format!("{} {}", text(&metric["Namespace"]), text(&metric["MetricName"]));
        metrics.map(|metric| (name(metric), named(&metric["Dimensions"][0]["Value"]))).collect()
    }
}

fn json(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string().trim_start_matches('!').to_owned();
            Value::Object(Map::from_iter([(name, json(tagged.value))]))
        }
        Yaml::Sequence(items) => items.into_iter().map(json).collect(),
        Yaml::Mapping(fields) => Value::Object(
            fields.into_iter().map(|(name, value)| (name.as_str().unwrap().to_owned(), json(value))).collect(),
        ),
        other => serde_json::to_value(other).unwrap(),
    }
}

/// A value as a list: a single value as a list of one, an absent one as an empty list.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        alone => vec![alone.clone()],
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Target of a reference: `Ledger` for its ARN, `Ledger/index/attention` for its index's; any other value unchanged.
fn named(reference: &Value) -> String {
    let attribute = text(&reference["GetAtt"]).split('.').next().unwrap_or_default();
    let built = text(&reference["Sub"]).replace("${", "").replace(".Arn}", "");
    let known = [text(&reference["Ref"]), attribute, &built].into_iter().find(|name| !name.is_empty());
    known.map_or_else(|| reference.to_string(), str::to_owned)
}

fn names(references: &Value) -> BTreeSet<String> {
    list(references).iter().map(named).collect()
}

fn mappings(function: &Value) -> Vec<Value> {
    let events = function["Events"].as_object().unwrap().values();
    events.filter(|event| event["Type"] == "SQS").map(|event| event["Properties"].clone()).collect()
}

fn strings(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The promises that a template does not keep.
fn broken(template: &Template) -> Vec<&'static str> {
    let mut broken = Vec::new();
    for part in [of_parameters, of_table, of_queues, of_delays, of_senders, of_functions, of_alarms, of_roles] {
        part(template, &mut |promise, kept| {
            if !kept {
                broken.push(promise);
            }
        });
    }
    broken
}

/// Notes a promise, and whether it is kept.
type Promise<'a> = &'a mut dyn FnMut(&'static str, bool);

fn reference(name: &str) -> Value {
    json!({ "Ref": name })
}

fn of_parameters(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    let parameters = template.0["Parameters"].as_object().unwrap();
    promise("parameters are described", parameters.values().all(|parameter| parameter["Description"].is_string()));
    let without_default = parameters.iter().filter(|(_, parameter)| parameter["Default"].is_null());
    promise(
        "only whose tokens are accepted must be said",
        without_default.map(|(name, _)| name.as_str()).eq(["TokenAudience", "TokenIssuer"]),
    );
    let mut numbers = parameters.values().filter(|parameter| parameter["Default"].is_u64());
    promise(
        "defaults are within their bounds",
        numbers.all(|number| {
            let default = number["Default"].as_u64();
            let is_listed = list(&number["AllowedValues"]).contains(&number["Default"]);
            let (least, most) = (number["MinValue"].as_u64(), number["MaxValue"].as_u64());
            is_listed || least.is_some() && least <= default && most.is_none_or(|most| default <= Some(most))
        }),
    );
    let architecture = template.parameter("Architecture");
    promise(
        "the architecture is x86_64, or arm64 if wanted",
        architecture["Default"] == "x86_64"
            && architecture["AllowedValues"] == json!(["x86_64", "arm64"])
            && functions.values().all(|function| function["Architectures"] == json!([reference("Architecture")])),
    );

    let tag = json!([{ "Key": "Application", "Value": reference("Application") }]);
    let serverless = json!({ "Application": reference("Application") });
    let without_tags = ["AWS::SQS::QueuePolicy", "AWS::IAM::Policy", "AWS::SNS::Subscription"];
    promise(
        "everything that can have tags has them",
        template.resources().all(|(name, resource)| match text(&resource["Type"]) {
            "AWS::Serverless::Function" => {
                functions[name]["Tags"] == serverless && functions[name]["PropagateTags"] == true
            }
            "AWS::Serverless::HttpApi" => resource["Properties"]["Tags"] == serverless,
            other => without_tags.contains(&other) || resource["Properties"]["Tags"] == tag,
        }),
    );

    let outputs = template.0["Outputs"].as_object().unwrap();
    let next = [
        "ApiUrl",
        "SaleSignedQueueUrl",
        "AnnualRenewalQueueUrl",
        "CreditNoteQueueUrl",
        "SupplementQueueUrl",
        "ContractEndedQueueUrl",
        "DashboardUrl",
        "AlarmTopicArn",
    ];
    promise(
        "outputs say what to do next",
        next.iter().all(|name| outputs.contains_key(*name))
            && outputs.values().all(|output| output["Description"].is_string()),
    );
}

fn of_table(template: &Template, promise: Promise<'_>) {
    let (_, table) = template.resources().find(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table").unwrap();
    let settings = &table["Properties"];
    promise(
        "the table outlives its stack",
        table["DeletionPolicy"] == "Retain" && table["UpdateReplacePolicy"] == "Retain",
    );
    promise(
        "the table goes back to any second",
        settings["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true,
    );
    promise(
        "the table refuses to be deleted",
        settings["DeletionProtectionEnabled"] == reference("DeletionProtection")
            && template.parameter("DeletionProtection")["Default"] == "true",
    );
    let own_key = json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": reference("TableKeyArn") });
    let key_policy = template.of_type("AWS::IAM::Policy").remove("TableKeyPolicy").unwrap_or(&Value::Null);
    promise(
        "the table can have a key of one's own, which every function may then use",
        settings["SSESpecification"]["If"] == json!(["HasTableKey", own_key, reference("AWS::NoValue")])
            && names(&key_policy["Roles"])
                == template.of_type("AWS::IAM::Role").into_keys().map(str::to_owned).collect()
            && key_policy["PolicyDocument"]["Statement"][0]["Resource"] == reference("TableKeyArn"),
    );
}

fn of_queues(template: &Template, promise: Promise<'_>) {
    let queues = template.of_type("AWS::SQS::Queue");
    let (served, dead_letters) = (template.served(), template.dead_letters());
    promise("queues are encrypted", queues.values().all(|queue| queue["SqsManagedSseEnabled"] == true));
    let redrives: Vec<&Value> = served.iter().map(|queue| &queues[queue.as_str()]["RedrivePolicy"]).collect();
    promise(
        "a message is tried five times",
        template.number("MaxReceiveCount", "MinValue") >= 5
            && redrives.iter().all(|redrive| redrive["maxReceiveCount"] == reference("MaxReceiveCount")),
    );
    let targets: BTreeSet<String> = redrives.iter().map(|redrive| named(&redrive["deadLetterTargetArn"])).collect();
    promise("each queue has dead letters of its own", targets == dead_letters && targets.len() == redrives.len());
}

/// Checks of times that must be longer than others, for all parameters within their bounds.
fn of_delays(template: &Template, promise: Promise<'_>) {
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

fn of_senders(template: &Template, promise: Promise<'_>) {
    let policies = template.of_type("AWS::SQS::QueuePolicy");
    // The conditions under which a caller is denied this action on the queue.
    let denied = |queue: &str, action: &str| {
        let policies = policies.values().filter(|policy| names(&policy["Queues"]).contains(queue));
        let statements = policies.flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
        let statements = statements.filter(|statement| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && statement["Action"] == action
                && names(&statement["Resource"]).contains(queue)
        });
        statements.map(|statement| statement["Condition"].clone()).collect::<Vec<_>>()
    };
    let without_tls = json!({ "Bool": { "aws:SecureTransport": "false" } });
    let queues = template.of_type("AWS::SQS::Queue");
    promise("queues answer over TLS alone", queues.keys().all(|queue| denied(queue, "sqs:*") == [without_tls.clone()]));
    let billing =
        strings(&["SaleSignedQueue", "AnnualRenewalQueue", "CreditNoteQueue", "SupplementQueue", "ContractEndedQueue"]);
    let roles: BTreeSet<String> = template.of_type("AWS::IAM::Role").into_keys().map(str::to_owned).collect();
    let senders = |queue: &str| if billing.contains(queue) { strings(&["SenderArns"]) } else { roles.clone() };
    let statements = policies.values().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    let mut allowing = statements.filter(|statement| statement["Effect"] != "Deny");
    let by_senders = json!({ "ArnLike": { "aws:PrincipalArn": reference("SenderArns") } });
    promise(
        "senders are named",
        queues.keys().all(|queue| {
            let denied = denied(queue, "sqs:SendMessage");
            let [condition] = denied.as_slice() else { return false };
            names(&condition["ArnNotLike"]["aws:PrincipalArn"]) == senders(queue)
                && names(&condition["ArnNotEquals"]["aws:PrincipalArn"]) == strings(&["OperatorArns"])
                && condition["Null"] == json!({ "aws:PrincipalArn": "false" })
                && condition.as_object().unwrap().len() == 3
        }) && allowing.all(|statement| statement["Condition"] == by_senders),
    );
    promise(
        "nobody sends unless told to",
        ["SenderArns", "OperatorArns"]
            .iter()
            .all(|name| text(&template.parameter(name)["Default"]).ends_with("role/nobody")),
    );
}

fn of_functions(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    // Batches of months are the fuller the fewer of them are in work, and a pass is one message at a time.
    let concurrency = |queue: &str| match queue {
        "TotalsQueue" | "SettlementQueue" => json!({ "MaximumConcurrency": 2 }),
        _ => json!({ "MaximumConcurrency": reference("MaximumConcurrency") }),
    };
    promise(
        "no queue takes all the concurrency there is",
        functions
            .values()
            .flat_map(mappings)
            .all(|mapping| mapping["ScalingConfig"] == concurrency(&named(&mapping["Queue"]))),
    );
    let continues = |name: &str| {
        let sends = |queue: String| template.allowed(name).contains(&("sqs:SendMessage".to_owned(), queue));
        template.queue_of(name).is_some_and(sends)
    };
    promise(
        "a function may send itself as many messages as its work takes",
        functions.iter().all(|(name, function)| !continues(name) || function["RecursiveLoop"] == "Allow"),
    );
    let groups = template.of_type("AWS::Logs::LogGroup");
    let of_functions = functions.values().map(|function| named(&function["LoggingConfig"]["LogGroup"]));
    let of_apis = template.of_type("AWS::Serverless::HttpApi").into_values();
    let of_apis = of_apis.map(|api| named(&api["AccessLogSettings"]["DestinationArn"]));
    let logs: Vec<String> = of_functions.chain(of_apis).collect();
    promise(
        "each function and the API has a log of its own, kept for a time",
        logs.iter().map(String::as_str).collect::<BTreeSet<_>>() == groups.keys().copied().collect()
            && logs.len() == groups.len()
            && groups.values().all(|group| group["RetentionInDays"] == reference("LogRetentionDays")),
    );

    promise(
        "a release replaces every version",
        functions.values().all(|function| {
            function["AutoPublishCodeSha256"] == reference("Release")
                && template.0["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"] == reference("Release")
        }) && template.parameter("Release")["AllowedPattern"] == "^[0-9A-Za-z]{10}$",
    );
    let preference = json!({
        "Type": reference("DeploymentPreference"),
        "Alarms": { "If": ["IsGradual", [reference("ErrorAlarm")], [reference("AWS::NoValue")]] },
    });
    promise(
        "a new version takes over step by step, and goes when functions fail",
        functions.values().all(|function| {
            function["AutoPublishAlias"] == "live" && function["DeploymentPreference"] == preference
        }) && template.parameter("DeploymentPreference")["Default"] == "Canary10Percent5Minutes",
    );
}

fn of_alarms(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    let alarms = template.of_type("AWS::CloudWatch::Alarm");
    let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
    let mut expect = |metric: &str, of: &mut dyn Iterator<Item = &str>| {
        expected.extend(of.map(|name| (metric.to_owned(), name.to_owned())));
    };
    expect("AWS/SQS ApproximateAgeOfOldestMessage", &mut template.served().iter().map(String::as_str));
    expect("AWS/SQS ApproximateNumberOfMessagesVisible", &mut template.dead_letters().iter().map(String::as_str));
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
                && template.parameter(&named(&alarm["Threshold"])).is_object()
                && alarm["TreatMissingData"] == "notBreaching"
        }) && template.of_type("AWS::SNS::Topic").contains_key("AlarmTopic"),
    );
}

fn of_roles(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    let roles = template.of_type("AWS::IAM::Role");
    let of_functions: Vec<String> = functions.values().map(|function| named(&function["Role"])).collect();
    let lambda =
        json!([{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }]);
    promise(
        "each function has a role of its own, and nobody else",
        of_functions.iter().map(String::as_str).collect::<BTreeSet<_>>() == roles.keys().copied().collect()
            && of_functions.len() == roles.len()
            && roles.values().all(|role| {
                role["AssumeRolePolicyDocument"]["Statement"] == lambda && role["ManagedPolicyArns"].is_null()
            }),
    );
    let allowed: BTreeMap<&str, BTreeSet<(String, String)>> =
        functions.keys().map(|name| (*name, template.allowed(name))).collect();
    let everything = || allowed.values().flatten();
    let statements = roles.values().flat_map(|role| list(&role["Policies"][0]["PolicyDocument"]["Statement"]));
    let parts = strings(&["Effect", "Action", "Resource", "Condition"]);
    promise(
        "roles say what they allow, and nothing else does",
        statements.flat_map(|statement| statement.as_object().unwrap().clone()).all(|(part, _)| parts.contains(&part))
            && template.of_type("AWS::IAM::Policy").keys().eq(["TableKeyPolicy"].iter()),
    );
    promise(
        "roles have no wildcard",
        everything().all(|(action, resource)| !action.contains('*') && !resource.contains('*')),
    );
    promise(
        "no function deletes or scans",
        everything().all(|(action, _)| {
            action == "sqs:DeleteMessage" || !["Delete", "Scan"].iter().any(|word| action.contains(word))
        }),
    );
    let ingest = ["SaleSigned", "AnnualRenewal", "CreditNote", "Supplement", "ContractEnded"];
    promise(
        "functions that take events in read no index",
        ingest.iter().all(|name| !allowed[name].iter().any(|(_, resource)| resource.contains("/index/"))),
    );
    let statements =
        |function: &str| list(&roles[format!("{function}Role").as_str()]["Policies"][0]["PolicyDocument"]["Statement"]);
    let conditions = |function: &str, effect: &str| {
        let statements = statements(function).into_iter().filter(|statement| statement["Effect"] == effect);
        let writes = statements.filter(|statement| {
            let actions = list(&statement["Action"]);
            actions.iter().any(|action| ["dynamodb:PutItem", "dynamodb:PartiQLInsert"].contains(&text(action)))
        });
        writes.map(|statement| (statement["Action"].clone(), statement["Condition"].clone())).collect::<Vec<_>>()
    };
    let settled = ["CLOSE", "VENDOR", "SERIES#*", "ACCOUNT#*", "PARTNER#*#BILLING"];
    let not_theirs = (
        json!(["dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PutItem"]),
        json!({ "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": settled } }),
    );
    promise(
        "functions that book write nothing of settlement",
        ingest.iter().chain(&["Restatement", "Totals"]).all(|name| conditions(name, "Deny") == [not_theirs.clone()]),
    );
    let alone = |action: &str, keys: &[&str]| {
        let among = json!({ "dynamodb:LeadingKeys": keys });
        let condition = json!({ "ForAllValues:StringLike": among, "Null": { "dynamodb:LeadingKeys": "false" } });
        (json!([action]), condition)
    };
    promise(
        "settlement writes closes, series and accounts alone, and what it refuses",
        conditions("Settlement", "Allow")
            == [
                alone("dynamodb:PutItem", &["CLOSE", "SERIES#*", "ACCOUNT#*"]),
                alone("dynamodb:PartiQLInsert", &["REJECTED#*"]),
            ],
    );
    promise(
        "the API of settlement writes what people state alone",
        conditions("SettlementApi", "Allow")
            == [alone(
                "dynamodb:PutItem",
                &["CLOSE", "VENDOR", "SERIES#*", "ACCOUNT#*", "PARTNER#*#BILLING", "JOURNAL#*"],
            )],
    );
    let api_statements = list(&roles["DashboardApiRole"]["Policies"][0]["PolicyDocument"]["Statement"]);
    let own = json!({
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["PARTNER#*", "MEMBERS#*", "JOURNAL#*"] },
        "Null": { "dynamodb:LeadingKeys": "false" },
    });
    let writes = |statement: &&Value| {
        !list(&statement["Action"]).iter().all(|action| {
            ["dynamodb:BatchGetItem", "dynamodb:Query"].contains(&text(action))
                || !text(action).starts_with("dynamodb:")
        })
    };
    promise(
        "the API writes partners, inquiries and members alone",
        api_statements.iter().filter(writes).all(|statement| statement["Condition"] == own),
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

#[test]
fn the_template_keeps_its_promises() {
    assert_eq!(broken(&Template::deployed()), [""; 0]);
}

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
    check("    Default: 10\n", "", "only whose tokens are accepted must be said");
    check("[!Ref Architecture]", "[x86_64]", "the architecture is x86_64, or arm64 if wanted");
    check("    DeletionPolicy: Retain\n", "", "the table outlives its stack");
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
        "[!Ref ErrorAlarm]",
        "[!Ref ThrottleAlarm]",
        "a new version takes over step by step, and goes when functions fail",
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
        "                Resource: !GetAtt Ledger.Arn\n",
        "                NotResource: x\n",
        "roles say what they allow, and nothing else does",
    );
    check(
        "ArnLike: { aws:PrincipalArn: !Ref SenderArns }",
        "Bool: { aws:SecureTransport: \"true\" }",
        "senders are named",
    );
    let wildcard = "roles have no wildcard";
    check("                Resource: !GetAtt Ledger.Arn\n", "                Resource: \"*\"\n", wildcard);
    check("[dynamodb:BatchGetItem,", "[dynamodb:Batch*,", wildcard);
    check("[dynamodb:BatchGetItem,", "[dynamodb:Scan,", "no function deletes or scans");
    let index = "                Resource: !Sub \"${Ledger.Arn}/index/by-partner\"\n";
    check("                Resource: !GetAtt Ledger.Arn\n", index, "functions that take events in read no index");
    check("\"ACCOUNT#*\", \"PARTNER", "\"PARTNER", "functions that book write nothing of settlement");
    let settlement = "settlement writes closes, series and accounts alone, and what it refuses";
    check("\"SERIES#*\", \"ACCOUNT#*\"]\n", "\"SERIES#*\", \"*\"]\n", settlement);
    check("[\"REJECTED#*\"]", "[\"CONTRACT#*\"]", settlement);
    check("      RecursiveLoop: Allow\n", "", "a function may send itself as many messages as its work takes");
    check("\"PARTNER#*\"", "\"*\"", "the API writes partners, inquiries and members alone");
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

/// The body of the dashboard is JSON, gets its variables, and shows the metrics that are counted.
#[test]
fn the_dashboard_shows_what_is_counted() {
    let dashboard = Template::read(DASHBOARD);
    let template = Template::deployed();
    let stack = template.of_type("AWS::CloudFormation::Stack")["Dashboard"];
    let given = stack["Parameters"].as_object().unwrap();
    assert!(given.keys().eq(dashboard.0["Parameters"].as_object().unwrap().keys()), "{given:?}");
    let alarms: BTreeSet<String> = template.of_type("AWS::CloudWatch::Alarm").into_keys().map(str::to_owned).collect();
    assert_eq!(names(&given["Alarms"]["Join"][1]), alarms);
    assert_eq!(names(&given["Queues"]["Join"][1]), template.served());

    let body = &dashboard.of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Sub"];
    let mut text = text(&body[0]).to_owned();
    for (name, join) in body[1].as_object().unwrap() {
        let between = join["Join"][0].as_str().unwrap();
        text = text.replace(&format!("${{{name}}}"), &format!("one{between}other"));
    }
    let body: Value = serde_json::from_str(&text).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    assert!(widgets.iter().all(|widget| widget["properties"]["title"].is_string()));
    let metrics = widgets.iter().map(|widget| widget["properties"]["metrics"].to_string()).collect::<String>();
    for metric in [
        "Events",
        "EntriesAppended",
        "AmountMinorUnits",
        "Pending",
        "Contradictions",
        "AgeAtProcessing",
        "UnitsRead",
        "UnitsWritten",
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesVisible",
        "Errors",
        "Throttles",
        "Duration",
        "5xx",
        "Latency",
        "TransactionConflict",
    ] {
        assert!(metrics.contains(&format!("\"{metric}\\\"")) || metrics.contains(&format!("\"{metric}\"")), "{metric}");
    }
    assert!(metrics.contains(r#"QueueName=(\"one\" OR \"other\")"#), "{metrics}");
}
