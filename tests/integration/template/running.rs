//! Promises about functions, the API and the account that they are in.

use super::*;

pub(super) fn of_functions(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    // Batches of months are the fuller the fewer of them are in work, and a pass is one message at a time.
    let concurrency = |queue: &str| match queue {
        "TotalsQueue" | "SettlementQueue" => json!({ "MaximumConcurrency": 2 }),
        "RestatementQueue" => json!({ "MaximumConcurrency": reference("RestatementConcurrency") }),
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
    // The API's alarm needs the API, which needs the versions: it is named.
    let of_api = template.of_type("AWS::CloudWatch::Alarm")["ApiErrorAlarm"]["AlarmName"].clone();
    let others = ["ErrorAlarm", "FailureAlarm", "DeadLetterAlarm", "InnerDeadLetterAlarm"].map(reference);
    let [errors, failures, dead, inner] = others;
    let watched = json!([errors, failures, of_api, dead, inner]);
    let preference = json!({
        "Type": reference("DeploymentPreference"),
        "Role": { "GetAtt": "CodeDeployRole.Arn" },
        "Alarms": { "If": ["IsGradual", watched, [reference("AWS::NoValue")]] },
    });
    promise(
        "a new version takes over step by step, and goes when functions, messages or answers fail",
        functions
            .values()
            .all(|function| function["AutoPublishAlias"] == "live" && function["DeploymentPreference"] == preference)
            && template.parameter("DeploymentPreference")["Default"] == "Canary10Percent5Minutes",
    );
}

pub(super) fn of_api(template: &Template, promise: Promise<'_>) {
    let api = template.of_type("AWS::Serverless::HttpApi")["Api"];
    promise("an issuer that cannot be read makes no API", api["FailOnWarnings"] == true);
    let open = ["/", "/page/{file}", "/closings/page/{file}"];
    let routes = ["GET", "HEAD"].iter().flat_map(|method| open.map(|path| format!("{method} {path}")));
    let limit = json!({
        "ThrottlingRateLimit": reference("PageRequestsPerSecond"),
        "ThrottlingBurstLimit": reference("PageRequestBurst"),
    });
    let limits: BTreeMap<String, Value> = routes.map(|route| (route, limit.clone())).collect();
    promise("files of the page have a throttle of their own", api["RouteSettings"] == json!(limits));
    let mapping = template.of_type("AWS::ApiGatewayV2::ApiMapping")["DomainMapping"];
    promise(
        "the API can have a name of one's own, and that alone",
        *mapping
            == json!({ "DomainName": reference("Domain"), "ApiId": reference("Api"), "Stage": reference("Api.Stage") })
            && api["DisableExecuteApiEndpoint"] == json!({ "If": ["HasDomainAlone", true, false] })
            && template.0["Rules"].as_object().unwrap().len() == 2,
    );
    let previous = "{{resolve:secretsmanager:${CursorKey}:SecretString::AWSPREVIOUS}}";
    promise(
        "cursors of the key before are good once there is one",
        ["DashboardApi", "SettlementApi"].iter().all(|name| {
            template.functions()[*name]["Environment"]["Variables"]["CURSOR_KEY_BEFORE"]
                == json!({ "If": ["HasPreviousCursorKey", { "Sub": previous }, ""] })
        }),
    );
}

/// What other accounts, regions and partitions ask for.
pub(super) fn of_account(template: &Template, promise: Promise<'_>) {
    let boundary = json!({
        "If": ["HasPermissionsBoundary", reference("PermissionsBoundaryArn"), reference("AWS::NoValue")],
    });
    let roles = template.of_type("AWS::IAM::Role");
    promise(
        "roles stay within the account's boundary",
        roles.values().all(|role| role["Path"] == reference("RolePath") && role["PermissionsBoundary"] == boundary),
    );
    let (code_deploy, service) = (roles["CodeDeployRole"], json!({ "Service": "codedeploy.amazonaws.com" }));
    promise(
        "versions are changed by a role of the template's own",
        code_deploy["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == service
            && code_deploy["ManagedPolicyArns"]
                == json!([{ "Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited" }]),
    );
    promise(
        "queues have names that nobody cuts",
        template
            .of_type("AWS::SQS::Queue")
            .iter()
            .all(|(name, queue)| queue["QueueName"] == json!({ "Sub": format!("${{AWS::StackName}}-{name}") })),
    );
    let dashboard = &template.of_type("AWS::CloudFormation::Stack")["Dashboard"]["Parameters"]["Name"];
    promise("the dashboard is its region's", *dashboard == json!({ "Sub": "${AWS::StackName}-${AWS::Region}" }));
    promise(
        "the API's log needs no room in the account's policy",
        template.of_type("AWS::Logs::LogGroup")["ApiLogs"]["LogGroupName"]
            == json!({ "Sub": "/aws/vendedlogs/${AWS::StackName}/api" }),
    );
    let text = template.0["Resources"].to_string() + &template.0["Outputs"].to_string();
    promise(
        "nothing is of one partition alone",
        ["\"arn:aws:", "amazonaws.com\"", "//console.aws"].iter().all(|part| {
            let services = ["lambda", "sns", "events", "codedeploy"].map(|name| format!("\"{name}.amazonaws.com\""));
            let text = services.iter().fold(text.clone(), |text, service| text.replace(service, ""));
            !text.contains(part)
        }),
    );
}
