//! Promises about what each function may do.

use super::*;

pub(super) fn of_roles(template: &Template, promise: Promise<'_>) {
    let functions = template.functions();
    let roles = template.roles_of_functions();
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
