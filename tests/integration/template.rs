//! Promises of `template.yaml` about the system in an account, and of `infra/dashboard.yaml` about the dashboard.

mod broken;
mod roles;
mod running;
mod system;
mod times;
mod watching;

use ledger::projection::{SPARE, USED};
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
        if let [_, one, other] = list(&setting["If"]).as_slice() {
            let (one, other) = (self.bound(one, bound), self.bound(other, bound));
            return if bound == "MaxValue" { one.max(other) } else { one.min(other) };
        }
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
        let of = |metric: &Value| {
            let dimensions = list(&metric["Dimensions"]);
            let index = dimensions.iter().find(|dimension| dimension["Name"] == "GlobalSecondaryIndexName");
            named(&index.unwrap_or(&dimensions[0])["Value"])
        };
        metrics.map(|metric| (name(metric), of(metric))).collect()
    }

    /// The roles of functions, by logical id.
    fn roles_of_functions(&self) -> BTreeMap<&str, &Value> {
        let roles = self.of_type("AWS::IAM::Role").into_iter();
        roles.filter(|(name, _)| *name != "CodeDeployRole").collect()
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

/// Target of a reference: `Ledger` for its ARN, `Ledger/index/attention` for its index's; of a choice, the first; a text as it
/// is; any other value as JSON.
fn named(reference: &Value) -> String {
    if let [_, first, _] = list(&reference["If"]).as_slice() {
        return named(first);
    }
    if let Some(text) = reference.as_str() {
        return text.to_owned();
    }
    // The parameter holds the ARN of the table that the stack works on.
    named_once(reference).replace("LedgerArn", "Ledger")
}

fn named_once(reference: &Value) -> String {
    let attribute = text(&reference["GetAtt"]).split('.').next().unwrap_or_default();
    let built = text(&reference["Sub"]).replace("${", "").replace(".Arn}", "").replace(".Value}", "");
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
    let parts = [
        system::of_parameters,
        system::of_table,
        system::of_queues,
        times::of_delays,
        system::of_senders,
        running::of_functions,
        running::of_api,
        watching::of_alarms,
        watching::of_alarm_metrics,
        roles::of_roles,
        running::of_account,
    ];
    for part in parts {
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

#[test]
fn the_template_keeps_its_promises() {
    assert_eq!(broken(&Template::deployed()), [""; 0]);
}

/// The index never has what changes often and is never listed; DynamoDB takes so many attributes.
#[test]
fn the_index_has_neither_revision_nor_daily_sales() {
    let all = [&USED[..], &SPARE[..]].concat();
    assert!(!["v", "sa"].iter().any(|name| all.contains(name)), "{all:?}");
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (20, 20));
    let item = include_str!("../../shared/ledger/src/item.rs");
    for name in SPARE {
        assert!(!item.contains(&format!("\"{name}\"")), "{name} is not to spare");
    }
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
