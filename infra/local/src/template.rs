//! The content of template.yaml, as far as one machine can do it. A part that is unknown here is refused by name, so
//! that the local stack and the deployed system cannot drift apart.

mod api;
mod error;
mod intrinsics;
mod parameters;
mod shapes;
mod yaml;

use machine::verification::Expected;
use std::collections::BTreeMap;

/// A part of the template that this machine cannot do, or that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template.yaml: {place}: {problem}")]
pub struct TemplateError {
    /// The path of the part: `Resources.Ledger`.
    pub place: String,
    /// The problem with it.
    pub problem: String,
}

/// The system as deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub table: Table,
    /// The queues, dead-letter queues included, by logical id.
    pub queues: BTreeMap<String, Queue>,
    /// The functions, by logical id.
    pub functions: BTreeMap<String, Function>,
    /// The HTTP API.
    pub api: Api,
    /// The generated secrets, with their lengths, by logical id.
    pub secrets: BTreeMap<String, usize>,
}

/// The HTTP API: access, origins and throttle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Api {
    /// The logical id.
    pub name: String,
    /// The issuer and the audiences of accepted tokens.
    pub tokens: Expected,
    /// Access of browsers from pages of other origins.
    pub cors: Cors,
    /// Limit of all routes together that have none of their own.
    pub limit: Limit,
    /// Limits of routes of their own, by method and path: `GET /page/{file}`.
    pub limits: BTreeMap<String, Limit>,
}

/// A throttle of the HTTP API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Number of requests admitted in a second.
    pub per_second: u32,
    /// Number of requests admitted at once after a pause.
    pub burst: u32,
}

/// Answers to browsers about requests from pages of other origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// Origins whose pages may send requests.
    pub origins: Vec<String>,
    /// Methods that they may use.
    pub methods: Vec<String>,
    /// Headers that they may send.
    pub headers: Vec<String>,
    /// Headers of the answer that they may read.
    pub exposed: Vec<String>,
    /// Time for which browsers remember this.
    pub max_age_seconds: u32,
}

/// A table with its indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The logical id, which is the table's name here.
    pub name: String,
    /// The attributes that are keys, with their types (`S`, `N`, `B`).
    pub attributes: Vec<(String, String)>,
    /// The key attributes, with their roles (`HASH`, `RANGE`).
    pub key: Vec<(String, String)>,
    pub indexes: Vec<Index>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub name: String,
    /// The key attributes, with their roles.
    pub key: Vec<(String, String)>,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
    /// The attributes that are projected beside the keys.
    pub attributes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Time for which a message in work is hidden.
    pub visibility_seconds: u32,
    /// Time for which a message is kept.
    pub retention_seconds: u32,
    /// The dead-letter queue, by its logical id, and the number of receipts after which a message goes there.
    pub redrive: Option<(String, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The program.
    pub binary: String,
    /// Timeout of an invocation.
    pub timeout_seconds: u32,
    /// The memory it is given, which only its environment shows here.
    pub memory_mib: u32,
    pub environment: BTreeMap<String, Value>,
    /// The queue it serves.
    pub mapping: Option<Mapping>,
    /// The requests it answers.
    pub routes: Vec<Route>,
}

/// A value in a function's environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A literal text.
    Text(String),
    /// The URL of the queue with this logical id.
    QueueUrl(String),
    TableName(String),
    /// The value of the generated secret with this logical id.
    Secret(String),
}

impl Value {
    /// The whole number that a literal text says.
    pub(crate) fn number(&self) -> Option<u32> {
        match self {
            Value::Text(text) => text.parse().ok(),
            Value::QueueUrl(_) | Value::TableName(_) | Value::Secret(_) => None,
        }
    }
}

/// A queue as a function's event source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The queue's logical id.
    pub queue: String,
    /// Maximum number of messages in one invocation.
    pub batch_size: u32,
    /// Time for which messages are gathered after the first has arrived.
    pub window_seconds: u32,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method, in capitals.
    pub method: String,
    /// The path, with parameters in braces.
    pub path: String,
    /// Access to the route.
    pub admission: Admission,
}

/// Access to a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Everyone.
    Open,
    /// Callers with a token.
    Token,
}

/// Values given for a template's parameters.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Values in place of the defaults. An unknown parameter, and a value that its parameter does not admit, is refused.
    pub parameters: &'a BTreeMap<String, String>,
    /// Parameters that may be less than their `MinValue`.
    pub below_minimum: &'a [&'a str],
}

impl Template {
    /// Reads a template.
    pub fn read(text: &str, given: Given<'_>) -> Result<Template, TemplateError> {
        yaml::read(text, given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = include_str!("../../../template.yaml");

    fn read(text: &str, parameters: &[(&str, &str)]) -> Result<Template, TemplateError> {
        let given = [("TokenIssuer", "https://i"), ("TokenAudience", "a")];
        let parameters = given.iter().chain(parameters);
        let parameters = parameters.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Template::read(text, Given { parameters: &parameters, below_minimum: &["VisibilityTimeoutSeconds"] })
    }

    #[test]
    fn the_template_is_understood_whole() {
        let template = read(
            TEMPLATE,
            &[("FunctionTimeoutSeconds", "7"), ("PageRequestsPerSecond", "7"), ("TotalsTimeoutSeconds", "9")],
        )
        .unwrap();
        assert_eq!(template.table.name, "Ledger");
        assert_eq!((template.queues.len(), template.functions.len()), (16, 10));
        let sale_signed = &template.functions["SaleSigned"];
        assert_eq!(sale_signed.binary, "sale-signed");
        assert_eq!(sale_signed.timeout_seconds, 7);
        assert_eq!(
            [template.functions["Totals"].timeout_seconds, template.functions["Restatement"].timeout_seconds],
            [9, 7]
        );
        let queue = "SaleSignedQueue".into();
        assert_eq!(sale_signed.mapping, Some(Mapping { queue, batch_size: 10, window_seconds: 0 }));
        assert_eq!(sale_signed.environment["DEAD_LETTER_QUEUE_URL"], Value::QueueUrl("SaleSignedDeadLetters".into()));
        assert_eq!(template.queues["SaleSignedQueue"].visibility_seconds, 240);
        assert_eq!(template.queues["SaleSignedQueue"].redrive, Some(("SaleSignedDeadLetters".into(), 20)));
        let dashboard = &template.functions["DashboardApi"];
        assert_eq!(dashboard.environment["CURSOR_KEY"], Value::Secret("CursorKey".into()));
        assert_eq!(template.secrets["CursorKey"], 64);
        let open = dashboard.routes.iter().filter(|route| route.method == "GET" && route.admission == Admission::Open);
        assert_eq!(
            open.map(|route| route.path.as_str()).collect::<Vec<_>>(),
            ["/config.json", "/", "/openapi.json", "/page/{file}"]
        );
        let admitted = |path: &str| {
            let route = dashboard.routes.iter().find(|route| route.method == "GET" && route.path == path).unwrap();
            route.admission.clone()
        };
        assert_eq!([admitted("/partners"), admitted("/partners/{id}")], [Admission::Token, Admission::Token]);
        let Api { tokens, cors, limit, limits, .. } = template.api;
        assert_eq!(limit, Limit { per_second: 50, burst: 100 });
        assert_eq!(limits["GET /page/{file}"], Limit { per_second: 7, burst: 100 });
        assert_eq!((tokens.issuer.as_str(), tokens.audiences), ("https://i", vec!["a".to_owned()]));
        assert_eq!(cors.origins, ["https://none.invalid"]);
        let template = read(TEMPLATE, &[("AllowedOrigins", "https://a.example,https://b.example")]).unwrap();
        assert_eq!(template.api.cors.origins, ["https://a.example", "https://b.example"]);
        let template = read(TEMPLATE, &[("TokenAudience", "page, scripts")]).unwrap();
        assert_eq!(template.api.tokens.audiences, ["page", "scripts"]);
    }

    #[test]
    fn conditions_are_decided() {
        let queue = "  SaleSignedQueue:\n    Type: AWS::SQS::Queue\n    Properties:\n";
        let conditional = TEMPLATE
            .replacen(queue, &queue.replace("Properties", "Condition: HasTableKey\n    Properties"), 1)
            .replacen("BatchSize: 10", "BatchSize: !If [HasTableKey, 9, 8]", 1);
        let with_key = read(&conditional, &[("TableKeyArn", "arn:aws:kms:eu-west-3:0:key/k")]).unwrap();
        assert_eq!(with_key.functions["SaleSigned"].mapping.as_ref().unwrap().batch_size, 9);
        let error = read(&conditional, &[]).unwrap_err();
        assert!(error.problem.contains("Queue must be"), "the queue is not there: {error}");
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        let check = |from: &str, to: &str, place: &str, named: &str| {
            assert!(TEMPLATE.contains(from), "{from}");
            let error = read(&TEMPLATE.replacen(from, to, 1), &[]).unwrap_err();
            assert!(error.place.starts_with(place) && error.problem.contains(named), "{error}");
        };
        check("BatchSize: 10", "BatchSizes: 10", "Resources.SaleSigned", "BatchSizes");
        check("[ReportBatchItemFailures]", "[]", "Resources.SaleSigned", "ReportBatchItemFailures");
        check("Type: HttpApi", "Type: Schedule", "Resources.DashboardApi", "Schedule");
        check("Type: AWS::SQS::Queue", "Type: AWS::SQS::Fifo", "Resources.SaleSignedQueue", "AWS::SQS::Fifo");
        check("infra/dashboard.yaml", "infra/other.yaml", "Resources.Dashboard", "infra/other.yaml");
        check("Ref TableKeyArn, \"\"]]", "Ref TableKeyArn]]", "Conditions.HasTableKey", "!Equals");
        check("HasTableKey: !Not [!Equals", "HasTableKey: !And [!Equals", "Conditions.", "!And");
        check("- HasTableKey", "- HasNothing", "Resources.Ledger.SSESpecification", "HasNothing");
        check("SqsManagedSseEnabled: true", "FifoQueue: true", "Resources.SaleSignedQueue", "FifoQueue");
        check("BillingMode: PAY_PER_REQUEST", "StreamSpecification: {}", "Resources.Ledger", "StreamSpecification");
        check("!Ref SaleSignedDeadLetters", "!Ref Nothing", "Resources.SaleSigned", "Nothing");
        check("maxReceiveCount: !Ref MaxReceiveCount", "maxReceiveCount: five", "Resources.SaleSignedQueue", "five");
        let open = "Auth: { Authorizer: NONE }";
        for (wrong, named) in [
            ("Auth: { Authorizer: AWS_IAM }", "Authorizer: NONE"),
            ("Auth: { Authorizer: Tokens }", "Authorizer: NONE"),
            ("Auth: { AuthorizationScopes: [manager] }", "AuthorizationScopes"),
            ("Auth: { Authorizer: NONE, AuthorizationScopes: [manager] }", "AuthorizationScopes"),
            ("Auth: {}", "Authorizer"),
        ] {
            check(open, wrong, "Resources.DashboardApi", named);
        }
        check("{ ApiId: !Ref Api,", "{ ApiId: !Ref Ledger,", "Resources.DashboardApi", "ApiId");
        check("$request.header.Authorization", "$request.querystring.token", "Resources.Api", "IdentitySource");
        check("DefaultAuthorizer: Tokens", "DefaultAuthorizer: Others", "Resources.Api", "Authorizers");
        check("audience: !Ref TokenAudience", "audience: []", "Resources.Api", "audience");
        check("MaxAge: 600", "MaxAge: 600\n        AllowCredentials: true", "Resources.Api", "AllowCredentials");
        check("ExcludePunctuation: true", "ExcludeLowercase: true", "Resources.CursorKey", "ExcludeLowercase");
        check("secretsmanager:${CursorKey}", "ssm:CursorKey", "Resources.DashboardApi", "!Sub");
        check("secretsmanager:${CursorKey}", "secretsmanager:${Ledger}", "Resources.DashboardApi", "!Sub");
        let nothing = Given { parameters: &BTreeMap::new(), below_minimum: &[] };
        let error = Template::read(TEMPLATE, nothing).unwrap_err();
        assert!(error.place == "Parameters.TokenAudience" && error.problem.contains("must be given"), "{error}");
        for (name, meant) in [
            ("TotalDelaySeconds", "perhaps TotalsDelaySeconds is meant"),
            ("totalsdelayseconds", "perhaps TotalsDelaySeconds is meant"),
            ("TotalsWindow", "perhaps TotalsWindowSeconds is meant"),
            ("Zzz", "there are AlarmEmail, AllowedOrigins, "),
        ] {
            let error = read(TEMPLATE, &[(name, "1")]).unwrap_err();
            assert_eq!(error.place, format!("Parameters.{name}"));
            assert!(error.problem.starts_with(&format!("there is no such parameter; {meant}")), "{error}");
        }
    }

    #[test]
    fn a_batch_over_ten_needs_a_window() {
        let read = |batch: &str| {
            let batch = batch.replace(", ", "\n            ").replace("Window", "MaximumBatchingWindowInSeconds");
            let template = read(&TEMPLATE.replacen("BatchSize: 10", &batch, 1), &[("MaximumConcurrency", "7")])?;
            let mapping = template.functions["SaleSigned"].mapping.clone().unwrap();
            Ok::<_, TemplateError>((mapping.batch_size, mapping.window_seconds))
        };
        assert_eq!(read("BatchSize: 10000, Window: 1").unwrap(), (10_000, 1));
        assert_eq!(read("BatchSize: 11, Window: 300").unwrap(), (11, 300));
        assert_eq!(read("BatchSize: 1, Window: 0").unwrap(), (1, 0));
        assert_eq!(read("BatchSize: 10, Window: !Ref MaximumConcurrency").unwrap(), (10, 7));
        for (batch, problem) in [
            ("BatchSize: 11", "a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1"),
            ("BatchSize: 11, Window: 0", "a BatchSize over 10 needs a MaximumBatchingWindowInSeconds of at least 1"),
            ("BatchSize: 10001, Window: 1", "BatchSize must be 1 to 10000"),
            ("BatchSize: 0", "BatchSize must be 1 to 10000"),
            ("BatchSize: 10, Window: 301", "MaximumBatchingWindowInSeconds must be at most 300"),
        ] {
            let error = read(batch).unwrap_err();
            assert_eq!(
                (error.place.as_str(), error.problem.as_str()),
                ("Resources.SaleSigned.Events.Messages", problem)
            );
        }
        let error = read("BatchSize: 10, Window: !Ref TokenAudience").unwrap_err();
        assert!(error.place.starts_with("Resources.SaleSigned") && error.problem.contains("expected u32"), "{error}");
    }

    #[test]
    fn a_parameter_takes_what_it_admits() {
        for (name, value, problem) in [
            ("FunctionTimeoutSeconds", "soon", "must be a whole number from 1 to 30, not soon"),
            ("FunctionTimeoutSeconds", "-1", "must be a whole number from 1 to 30, not -1"),
            ("VisibilityTimeoutSeconds", "-1", "must be a whole number of at most 600, not -1"),
            ("FunctionTimeoutSeconds", "0", "must be a whole number from 1 to 30, not 0"),
            ("FunctionTimeoutSeconds", "31", "must be a whole number from 1 to 30, not 31"),
            ("RestatementDelaySeconds", "60", "must be a whole number from 61 to 900, not 60"),
            ("VisibilityTimeoutSeconds", "601", "must be a whole number of at most 600, not 601"),
            ("Architecture", "arm", "must be one of x86_64, arm64, not arm"),
            ("DeletionProtection", "yes", "must be one of true, false, not yes"),
            ("LogRetentionDays", "2", "must be one of 1, 3, 5,"),
            ("TokenIssuer", "http://i", "must match ^(https://"),
            ("TokenIssuer", "https://i\nj", "must match ^(https://"),
            ("TokenIssuer", "http://127.0.0.1.evil.example/", "must match ^(https://"),
            ("TokenAudience", "a,b c", "must match"),
            ("SignInScope", "profile", "must match"),
            ("SignInScope", "openids", "must match"),
            ("SignInOrigin", "https://a.example/token", "must match"),
            ("SignInOrigin", "http://a.example", "must match"),
            ("AlarmEmail", "nobody", "must match"),
            ("SenderArns", "arn:aws:iam::000000000000:role/a,b", "must match"),
        ] {
            let error = read(TEMPLATE, &[(name, value)]).unwrap_err();
            assert_eq!(error.place, format!("Parameters.{name}"));
            assert!(error.problem.starts_with(problem), "{value}: {error}");
        }
        for (name, value) in [
            ("FunctionTimeoutSeconds", "1"),
            ("FunctionTimeoutSeconds", "30"),
            ("VisibilityTimeoutSeconds", "1"),
            ("Architecture", "arm64"),
            ("LogRetentionDays", "3653"),
            ("AlarmEmail", ""),
            ("TokenIssuer", "http://127.0.0.1:8180/realms/x"),
            ("TokenIssuer", "http://localhost/x"),
            ("TokenAudience", "a, b"),
            ("SignInClientId", ""),
            ("SignInClientId", "0oa1b2"),
            ("SignInScope", "openid"),
            ("SignInScope", "profile openid offline_access"),
            ("SignInOrigin", "https://a.auth.eu-west-3.amazoncognito.com"),
            ("SenderArns", "arn:aws:iam::000000000000:role/a, arn:aws:iam::000000000000:user/b"),
        ] {
            assert!(read(TEMPLATE, &[(name, value)]).is_ok(), "{name} {value}");
        }
    }
}
