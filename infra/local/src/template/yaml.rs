//! Reads YAML into a [`Template`]: every field is known or refused.

use super::error::{error, typed};
use super::intrinsics::{Names, Reference, resolve, untagged};
use super::shapes::{
    RawFunction, RawKey, RawMetadata, RawQueue, RawResource, RawSecret, RawSqsEvent, RawStack, RawTable, RawTemplate,
};
use super::{Api, Function, Given, Index, Mapping, Queue, Table, Template, TemplateError, Value, api, parameters};
use serde_norway::Value as Yaml;
use std::collections::BTreeMap;

/// Resources that matter in an account only: access, logs, alarms and their recipients, names.
const WITHOUT_EFFECT: [&str; 10] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
];
/// The largest batch, the largest one without a window, and the longest window in seconds: limits of Lambda.
const MAX_BATCH: u32 = 10_000;
const REQUEST: u32 = 10;
const MAX_WINDOW: u32 = 300;
/// The one stack within the stack, which has no effect here either.
const DASHBOARD: &str = "infra/dashboard.yaml";

pub(super) fn read(text: &str, given: Given<'_>) -> Result<Template, TemplateError> {
    let raw: Yaml = serde_norway::from_str(text).map_err(|problem| error("the file", problem))?;
    let template: RawTemplate = typed(raw, "the file")?;
    let mut names = Names {
        parameters: parameters::values(&template.parameters, given)?,
        conditions: BTreeMap::new(),
        resources: template.resources.keys().cloned().collect(),
    };
    let conditions = template.conditions.into_iter().map(|(name, condition)| {
        let place = format!("Conditions.{name}");
        let holds = resolve(condition, &place, &names)?;
        holds.as_bool().map(|holds| (name, holds)).ok_or_else(|| error(place, "must be !Equals or !Not"))
    });
    names.conditions = conditions.collect::<Result<_, _>>()?;

    let mut globals = template.globals;
    let defaults = resolve(globals.remove("Function").unwrap_or_default(), "Globals.Function", &names)?;
    if let Some(name) = globals.keys().next() {
        return Err(error(format!("Globals.{name}"), "is not known on this machine"));
    }
    let (mut tables, mut queues, mut functions) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let (mut apis, mut secrets) = (Vec::new(), BTreeMap::new());
    for (name, resource) in template.resources {
        let place = format!("Resources.{name}");
        if WITHOUT_EFFECT.contains(&resource.r#type.as_str()) || !is_wanted(&resource, &place, &names)? {
            continue;
        }
        if resource.r#type == "AWS::CloudFormation::Stack" {
            let RawStack { template_url, _parameters, _tags } = typed(untagged(resource.properties), &place)?;
            if template_url != DASHBOARD {
                return Err(error(place, format!("TemplateURL {template_url} is not known on this machine")));
            }
            continue;
        }
        let properties = resolve(resource.properties, &place, &names)?;
        match resource.r#type.as_str() {
            "AWS::DynamoDB::Table" => tables.push(table(name, typed(properties, &place)?)),
            "AWS::SQS::Queue" => {
                queues.insert(name, queue(typed(properties, &place)?, &place)?);
            }
            "AWS::Serverless::Function" => {
                let properties = typed(merged(&defaults, properties), &place)?;
                let metadata = typed(resource.metadata.unwrap_or_default(), &format!("{place}.Metadata"))?;
                functions.insert(name, (properties, metadata));
            }
            "AWS::Serverless::HttpApi" => {
                apis.push(api::api(&name, properties, &place)?);
            }
            "AWS::SecretsManager::Secret" => {
                let RawSecret { generate_secret_string: generated, _description, _tags } = typed(properties, &place)?;
                secrets.insert(name, generated.password_length);
            }
            other => return Err(error(place, format!("{other} is not known on this machine"))),
        }
    }
    let [table] = <[Table; 1]>::try_from(tables).map_err(|_| error("Resources", "there must be exactly one table"))?;
    let [api] = <[Api; 1]>::try_from(apis).map_err(|_| error("Resources", "there must be exactly one HTTP API"))?;
    let known = Scope { table: &table, queues: &queues, secrets: &secrets, api: &api };
    let functions = functions.into_iter().map(|(name, (properties, metadata))| {
        let place = format!("Resources.{name}");
        function(properties, metadata, &place, &known).map(|function| (name, function))
    });
    let functions = functions.collect::<Result<_, _>>()?;
    Ok(Template { table, queues, functions, api, secrets })
}

/// Names to which functions refer.
struct Scope<'a> {
    table: &'a Table,
    queues: &'a BTreeMap<String, Queue>,
    secrets: &'a BTreeMap<String, usize>,
    api: &'a Api,
}

fn is_wanted(resource: &RawResource, place: &str, names: &Names) -> Result<bool, TemplateError> {
    resource.condition.as_deref().map_or(Ok(true), |condition| names.holds(condition, place))
}

/// A function's properties over the global ones; mappings are merged, everything else is replaced, as SAM does.
fn merged(defaults: &Yaml, own: Yaml) -> Yaml {
    match (defaults, own) {
        (Yaml::Mapping(defaults), Yaml::Mapping(own)) => {
            let mut fields = defaults.clone();
            for (name, value) in own {
                let value = match fields.get(&name) {
                    Some(default) => merged(default, value),
                    None => value,
                };
                fields.insert(name, value);
            }
            Yaml::Mapping(fields)
        }
        (_, own) => own,
    }
}

fn table(name: String, raw: RawTable) -> Table {
    let key = |keys: Vec<RawKey>| keys.into_iter().map(|key| (key.attribute_name, key.key_type)).collect();
    let indexes = raw.global_secondary_indexes.into_iter().map(|index| Index {
        name: index.index_name,
        key: key(index.key_schema),
        projection: index.projection.projection_type,
        attributes: index.projection.non_key_attributes,
    });
    Table {
        name,
        attributes: raw
            .attribute_definitions
            .into_iter()
            .map(|attribute| (attribute.attribute_name, attribute.attribute_type))
            .collect(),
        key: key(raw.key_schema),
        indexes: indexes.collect(),
    }
}

fn queue(raw: RawQueue, place: &str) -> Result<Queue, TemplateError> {
    let redrive = raw.redrive_policy.map(|policy| match Reference::arn(&policy.dead_letter_target_arn) {
        Some(target) => Ok((target, policy.max_receive_count)),
        None => Err(error(place, "RedrivePolicy.deadLetterTargetArn must be the !GetAtt of a queue")),
    });
    Ok(Queue {
        visibility_seconds: raw.visibility_timeout,
        retention_seconds: raw.message_retention_period,
        redrive: redrive.transpose()?,
    })
}

fn function(
    raw: RawFunction,
    metadata: RawMetadata,
    place: &str,
    known: &Scope<'_>,
) -> Result<Function, TemplateError> {
    if raw.runtime != "provided.al2023" {
        return Err(error(place, format!("Runtime {} is not known on this machine", raw.runtime)));
    }
    let environment = raw.environment.variables.into_iter().map(|(name, value)| {
        let place = format!("{place}.Environment.Variables.{name}");
        environment_value(value, &place, known).map(|value| (name, value))
    });
    let mut function = Function {
        binary: metadata.build_properties.binary,
        timeout_seconds: raw.timeout,
        memory_mib: raw.memory_size,
        environment: environment.collect::<Result<_, _>>()?,
        mapping: None,
        routes: Vec::new(),
    };
    for (name, event) in raw.events {
        let place = format!("{place}.Events.{name}");
        match event.r#type.as_str() {
            "SQS" if function.mapping.is_none() => {
                function.mapping = Some(mapping(&typed(event.properties, &place)?, &place, known.queues)?);
            }
            "SQS" => return Err(error(place, "a second queue for one function is not known on this machine")),
            "HttpApi" => {
                function.routes.push(api::route(event.properties, &place, known.api)?);
            }
            other => return Err(error(place, format!("an event of type {other} is not known on this machine"))),
        }
    }
    Ok(function)
}

fn environment_value(value: Yaml, place: &str, known: &Scope<'_>) -> Result<Value, TemplateError> {
    let Scope { table, queues, secrets, api: _ } = known;
    match Reference::of(&value) {
        Some(Reference::Resource(name)) if queues.contains_key(&name) => return Ok(Value::QueueUrl(name)),
        Some(Reference::Resource(name)) if table.name == name => return Ok(Value::TableName(name)),
        Some(Reference::Resource(name)) => {
            return Err(error(place, format!("!Ref {name} is neither a queue nor the table")));
        }
        Some(Reference::Sub(text)) => {
            let name = secret(&text).filter(|name| secrets.contains_key(*name));
            let name = name.ok_or_else(|| error(place, "of !Sub, only secrets are known on this machine"))?;
            return Ok(Value::Secret(name.to_owned()));
        }
        Some(Reference::Arn(_)) => return Err(error(place, "an Arn in an environment is not known on this machine")),
        None => {}
    }
    match value {
        Yaml::Number(number) => Ok(Value::Text(number.to_string())),
        Yaml::Bool(flag) => Ok(Value::Text(flag.to_string())),
        Yaml::String(text) => Ok(Value::Text(text)),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => Err(error(place, "must be a text")),
    }
}

/// The secret that a dynamic reference names, whole.
fn secret(text: &str) -> Option<&str> {
    text.strip_prefix("{{resolve:secretsmanager:${")?.strip_suffix("}}}")
}

fn mapping(raw: &RawSqsEvent, place: &str, queues: &BTreeMap<String, Queue>) -> Result<Mapping, TemplateError> {
    let queue = Reference::arn(&raw.queue).filter(|name| queues.contains_key(name));
    let queue = queue.ok_or_else(|| error(place, "Queue must be the !GetAtt of a queue"))?;
    let (batch_size, window_seconds) = (raw.batch_size, raw.maximum_batching_window_in_seconds);
    if !(1..=MAX_BATCH).contains(&batch_size) {
        return Err(error(place, format!("BatchSize must be 1 to {MAX_BATCH}")));
    }
    if window_seconds > MAX_WINDOW {
        return Err(error(place, format!("MaximumBatchingWindowInSeconds must be at most {MAX_WINDOW}")));
    }
    if batch_size > REQUEST && window_seconds == 0 {
        let problem = format!("a BatchSize over {REQUEST} needs a MaximumBatchingWindowInSeconds of at least 1");
        return Err(error(place, problem));
    }
    if raw.function_response_types != ["ReportBatchItemFailures"] {
        return Err(error(place, "FunctionResponseTypes must be [ReportBatchItemFailures] on this machine"));
    }
    Ok(Mapping { queue, batch_size, window_seconds })
}
