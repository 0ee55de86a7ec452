//! Shapes of the template's parts: every allowed field; those without effect here have a name with `_`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_norway::Value as Yaml;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawTemplate {
    #[serde(rename = "AWSTemplateFormatVersion")]
    pub(super) _version: IgnoredAny,
    #[serde(rename = "Transform")]
    pub(super) _transform: IgnoredAny,
    #[serde(rename = "Description")]
    pub(super) _description: IgnoredAny,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, RawParameter>,
    #[serde(default)]
    pub(super) conditions: BTreeMap<String, Yaml>,
    #[serde(default)]
    pub(super) globals: BTreeMap<String, Yaml>,
    pub(super) resources: BTreeMap<String, RawResource>,
    /// CloudFormation checks rules before it begins; those of this machine are in `delays`.
    #[serde(default, rename = "Rules")]
    pub(super) _rules: Option<IgnoredAny>,
    #[serde(default, rename = "Mappings")]
    pub(super) _mappings: Option<IgnoredAny>,
    #[serde(default, rename = "Outputs")]
    pub(super) _outputs: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawParameter {
    pub(super) r#type: String,
    pub(super) default: Option<Yaml>,
    pub(super) min_value: Option<u64>,
    pub(super) max_value: Option<u64>,
    #[serde(default)]
    pub(super) allowed_values: Vec<Yaml>,
    pub(super) allowed_pattern: Option<String>,
    #[serde(rename = "Description")]
    pub(super) _description: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawResource {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) properties: Yaml,
    pub(super) metadata: Option<Yaml>,
    pub(super) condition: Option<String>,
    #[serde(rename = "DeletionPolicy")]
    pub(super) _deletion_policy: Option<IgnoredAny>,
    #[serde(rename = "UpdateReplacePolicy")]
    pub(super) _update_replace_policy: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawTable {
    pub(super) attribute_definitions: Vec<RawAttribute>,
    pub(super) key_schema: Vec<RawKey>,
    #[serde(default)]
    pub(super) global_secondary_indexes: Vec<RawIndex>,
    #[serde(rename = "BillingMode")]
    pub(super) _billing_mode: IgnoredAny,
    #[serde(rename = "PointInTimeRecoverySpecification")]
    pub(super) _point_in_time_recovery: Option<IgnoredAny>,
    #[serde(rename = "DeletionProtectionEnabled")]
    pub(super) _deletion_protection: Option<IgnoredAny>,
    #[serde(rename = "SSESpecification")]
    pub(super) _encryption: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    pub(super) _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawAttribute {
    pub(super) attribute_name: String,
    pub(super) attribute_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawKey {
    pub(super) attribute_name: String,
    pub(super) key_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawIndex {
    pub(super) index_name: String,
    pub(super) key_schema: Vec<RawKey>,
    pub(super) projection: RawProjection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawProjection {
    pub(super) projection_type: String,
    #[serde(default)]
    pub(super) non_key_attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawQueue {
    /// A queue has its logical id as its name here.
    #[serde(rename = "QueueName")]
    pub(super) _name: Option<IgnoredAny>,
    #[serde(default = "thirty")]
    pub(super) visibility_timeout: u32,
    pub(super) message_retention_period: u32,
    pub(super) redrive_policy: Option<RawRedrive>,
    #[serde(rename = "SqsManagedSseEnabled")]
    pub(super) _encrypted: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    pub(super) _tags: Option<IgnoredAny>,
}

/// SQS's default.
fn thirty() -> u32 {
    30
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawRedrive {
    pub(super) dead_letter_target_arn: Yaml,
    pub(super) max_receive_count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawFunction {
    pub(super) timeout: u32,
    pub(super) memory_size: u32,
    pub(super) environment: RawEnvironment,
    #[serde(default)]
    pub(super) events: BTreeMap<String, RawEvent>,
    #[serde(rename = "CodeUri")]
    pub(super) _code_uri: IgnoredAny,
    #[serde(rename = "Handler")]
    pub(super) _handler: IgnoredAny,
    pub(super) runtime: String,
    #[serde(rename = "Architectures")]
    pub(super) _architectures: IgnoredAny,
    #[serde(rename = "Description")]
    pub(super) _description: Option<IgnoredAny>,
    #[serde(rename = "Role")]
    pub(super) _role: IgnoredAny,
    #[serde(rename = "LoggingConfig")]
    pub(super) _logging_config: Option<IgnoredAny>,
    /// Here there is one version of a function, which takes over at once.
    #[serde(rename = "AutoPublishAlias")]
    pub(super) _alias: Option<IgnoredAny>,
    #[serde(rename = "AutoPublishCodeSha256")]
    pub(super) _release: IgnoredAny,
    /// Nothing here ends a function whose messages come back to it.
    #[serde(rename = "RecursiveLoop")]
    pub(super) _recursive_loop: Option<IgnoredAny>,
    #[serde(rename = "DeploymentPreference")]
    pub(super) _deployment_preference: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    pub(super) _tags: Option<IgnoredAny>,
    #[serde(rename = "PropagateTags")]
    pub(super) _propagate_tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawEnvironment {
    pub(super) variables: BTreeMap<String, Yaml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawEvent {
    pub(super) r#type: String,
    pub(super) properties: Yaml,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawSqsEvent {
    pub(super) queue: Yaml,
    pub(super) batch_size: u32,
    #[serde(default)]
    pub(super) maximum_batching_window_in_seconds: u32,
    #[serde(default)]
    pub(super) function_response_types: Vec<String>,
    /// One batch at a time is within any limit.
    #[serde(rename = "ScalingConfig")]
    pub(super) _scaling_config: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawSecret {
    pub(super) generate_secret_string: RawGenerated,
    #[serde(rename = "Description")]
    pub(super) _description: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    pub(super) _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawGenerated {
    pub(super) password_length: usize,
    /// There is none here in any case.
    #[serde(rename = "ExcludePunctuation")]
    pub(super) _exclude_punctuation: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawStack {
    #[serde(rename = "TemplateURL")]
    pub(super) template_url: String,
    #[serde(rename = "Parameters")]
    pub(super) _parameters: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    pub(super) _tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawMetadata {
    #[serde(rename = "BuildMethod")]
    pub(super) _build_method: IgnoredAny,
    pub(super) build_properties: RawBuildProperties,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct RawBuildProperties {
    pub(super) binary: String,
}
