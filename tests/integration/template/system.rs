//! Promises about parameters, table, queues and senders.

use super::*;

pub(super) fn of_parameters(template: &Template, promise: Promise<'_>) {
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
    let without_tags =
        ["AWS::SQS::QueuePolicy", "AWS::IAM::Policy", "AWS::SNS::Subscription", "AWS::ApiGatewayV2::ApiMapping"];
    promise(
        "everything that can have tags has them",
        template.resources().all(|(name, resource)| match text(&resource["Type"]) {
            "AWS::Serverless::Function" => {
                functions[name]["Tags"] == serverless && functions[name]["PropagateTags"] == true
            }
            "AWS::Serverless::HttpApi" | "AWS::SSM::Parameter" | "AWS::ApiGatewayV2::DomainName" => {
                resource["Properties"]["Tags"] == serverless
            }
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

pub(super) fn of_table(template: &Template, promise: Promise<'_>) {
    let (_, table) = template.resources().find(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table").unwrap();
    let settings = &table["Properties"];
    promise(
        "the table outlives its stack, and no creation that failed",
        table["DeletionPolicy"] == "RetainExceptOnCreate" && table["UpdateReplacePolicy"] == "Retain",
    );
    let name = json!({ "If": ["CreatesLedger", reference("Ledger"), reference("LedgerTableName")] });
    let arn = &template.of_type("AWS::SSM::Parameter")["LedgerArn"]["Value"];
    let other = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${LedgerTableName}";
    promise(
        "the stack can work on a table that exists",
        table["Condition"] == "CreatesLedger"
            && template.0["Globals"]["Function"]["Environment"]["Variables"]["TABLE_NAME"] == name
            && *arn == json!({ "If": ["CreatesLedger", { "GetAtt": "Ledger.Arn" }, { "Sub": other }] }),
    );
    let index = &settings["GlobalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"];
    promise("the index has what is used of it, and some to spare", *index == json!([&USED[..], &SPARE[..]].concat()));
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
            && names(&key_policy["Roles"]) == template.roles_of_functions().into_keys().map(str::to_owned).collect()
            && key_policy["PolicyDocument"]["Statement"][0]["Resource"] == reference("TableKeyArn"),
    );
}

pub(super) fn of_queues(template: &Template, promise: Promise<'_>) {
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

pub(super) fn of_senders(template: &Template, promise: Promise<'_>) {
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
    let roles: BTreeSet<String> = template.roles_of_functions().into_keys().map(str::to_owned).collect();
    let senders = |queue: &str| if billing.contains(queue) { strings(&["SenderArns"]) } else { roles.clone() };
    let statements = policies.values().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    let mut allowing = statements.filter(|statement| statement["Effect"] != "Deny");
    let services = json!({ "Service": ["sns.amazonaws.com", "events.amazonaws.com"] });
    let by_sources = json!({ "ArnLike": { "aws:SourceArn": reference("SourceArns") } });
    let no_service = json!({ "aws:PrincipalIsAWSService": "false" });
    let by_senders = json!({ "ArnLike": { "aws:PrincipalArn": reference("SenderArns") } });
    promise(
        "senders are named",
        queues.keys().all(|queue| {
            let denied = denied(queue, "sqs:SendMessage");
            let [condition] = denied.as_slice() else { return false };
            names(&condition["ArnNotLike"]["aws:PrincipalArn"]) == senders(queue)
                && names(&condition["ArnNotEquals"]["aws:PrincipalArn"]) == strings(&["OperatorArns"])
                && condition["Null"] == json!({ "aws:PrincipalArn": "false" })
                && condition.as_object().unwrap().len() == if billing.contains(*queue) { 4 } else { 3 }
                && (!billing.contains(*queue) || condition["BoolIfExists"] == no_service)
        }) && allowing.all(|statement| match text(&statement["Sid"]) {
            "Sources" => statement["Principal"] == services && statement["Condition"] == by_sources,
            _ => statement["Condition"] == by_senders,
        }),
    );
    promise(
        "nobody sends unless told to",
        ["SenderArns", "OperatorArns"]
            .iter()
            .all(|name| text(&template.parameter(name)["Default"]).ends_with("role/nobody"))
            && text(&template.parameter("SourceArns")["Default"]).ends_with(":nothing"),
    );
}
