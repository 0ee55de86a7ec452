//! The HTTP API in the template: access, origins and throttle.

use super::error::{error, typed};
use super::intrinsics::Reference;
use super::{Admission, Api, Cors, Limit, Route, TemplateError};
use machine::verification::Expected;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_norway::Value as Yaml;
use std::collections::BTreeMap;

/// The only place of a token in a request.
const IDENTITY_SOURCE: &str = "$request.header.Authorization";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawApi {
    auth: RawAuth,
    cors_configuration: RawCors,
    default_route_settings: RawRouteSettings,
    /// By `GET /path`.
    #[serde(default)]
    route_settings: BTreeMap<String, RawRouteSettings>,
    /// An issuer that cannot be read is found when a token is.
    #[serde(rename = "FailOnWarnings")]
    _fail_on_warnings: Option<IgnoredAny>,
    #[serde(rename = "DisableExecuteApiEndpoint")]
    _disable_execute_api_endpoint: Option<IgnoredAny>,
    /// The destination of logs matters in an account only.
    #[serde(rename = "AccessLogSettings")]
    _access_log_settings: Option<IgnoredAny>,
    #[serde(rename = "Tags")]
    _tags: Option<IgnoredAny>,
    #[serde(rename = "PropagateTags")]
    _propagate_tags: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawAuth {
    default_authorizer: String,
    authorizers: BTreeMap<String, RawAuthorizer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawAuthorizer {
    identity_source: String,
    jwt_configuration: RawJwt,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawJwt {
    issuer: String,
    audience: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawCors {
    allow_origins: Vec<String>,
    allow_methods: Vec<String>,
    allow_headers: Vec<String>,
    expose_headers: Vec<String>,
    max_age: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawRouteSettings {
    throttling_rate_limit: u32,
    throttling_burst_limit: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawHttpEvent {
    api_id: Yaml,
    method: String,
    path: String,
    auth: Option<RawRouteAuth>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct RawRouteAuth {
    authorizer: String,
}

pub(super) fn api(name: &str, properties: Yaml, place: &str) -> Result<Api, TemplateError> {
    let RawApi { auth, cors_configuration: cors, default_route_settings, route_settings, .. } =
        typed(properties, place)?;
    let RawAuth { default_authorizer, authorizers } = auth;
    let mut authorizers = authorizers.into_iter();
    let authorizer = match (authorizers.next(), authorizers.next()) {
        (Some((name, authorizer)), None) if name == default_authorizer => authorizer,
        _ => return Err(error(place, "Authorizers must have exactly one, the DefaultAuthorizer, on this machine")),
    };
    if authorizer.identity_source != IDENTITY_SOURCE {
        return Err(error(place, format!("IdentitySource must be {IDENTITY_SOURCE} on this machine")));
    }
    let RawJwt { issuer, audience } = authorizer.jwt_configuration;
    if audience.is_empty() {
        return Err(error(place, "JwtConfiguration.audience must have at least one"));
    }
    let limit = limit(&default_route_settings, &format!("{place}.DefaultRouteSettings"))?;
    let limits = route_settings.iter().map(|(route, settings)| {
        Ok((route.clone(), self::limit(settings, &format!("{place}.RouteSettings.{route}"))?))
    });
    Ok(Api {
        name: name.to_owned(),
        tokens: Expected { issuer, audiences: audience },
        cors: Cors {
            origins: cors.allow_origins,
            methods: cors.allow_methods,
            headers: cors.allow_headers,
            exposed: cors.expose_headers,
            max_age_seconds: cors.max_age,
        },
        limit,
        limits: limits.collect::<Result<_, TemplateError>>()?,
    })
}

fn limit(settings: &RawRouteSettings, place: &str) -> Result<Limit, TemplateError> {
    let RawRouteSettings { throttling_rate_limit: per_second, throttling_burst_limit: burst } = *settings;
    if per_second == 0 || burst == 0 {
        return Err(error(place, "would let nothing through"));
    }
    Ok(Limit { per_second, burst })
}

/// A route is open to every token of the issuer, whatever its scopes, unless it is open to everyone: who may do what is in the
/// ledger.
pub(super) fn route(properties: Yaml, place: &str, api: &Api) -> Result<Route, TemplateError> {
    let RawHttpEvent { api_id, method, path, auth } = typed(properties, place)?;
    if Reference::of(&api_id) != Some(Reference::Resource(api.name.clone())) {
        return Err(error(place, format!("ApiId must be !Ref {}", api.name)));
    }
    let admission = match auth.map(|auth| auth.authorizer) {
        None => Admission::Token,
        Some(authorizer) if authorizer == "NONE" => Admission::Open,
        Some(_) => return Err(error(place, "Auth must be Authorizer: NONE, or be left out for the DefaultAuthorizer")),
    };
    Ok(Route { method: method.to_uppercase(), path, admission })
}
