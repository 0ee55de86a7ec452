//! Parts of the `OpenAPI` document: schemas, parameters, answers and refusals.

use crate::access::Audience;
use crate::format::Format;
use crate::parameters::MAX_LIMIT;
use crate::problem::Written;
use crate::routes::Described;
use axum::http::Method;
use rules::label::MAX_LABEL;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required, Response,
    ResponseBuilder, Schema,
};

/// An API as its document describes it.
pub struct Api<R: 'static> {
    pub title: &'static str,
    pub description: &'static str,
    pub version: &'static str,
    pub routes: &'static [R],
    /// The operation of a route; none: it is not described.
    pub operation: fn(R, &mut Schemas) -> Option<Operation>,
    /// The schema of a parameter of a path.
    pub parameter: fn(&'static str, R, &mut Schemas) -> RefOr<Schema>,
}

impl<R: Described> Api<R> {
    /// The whole document.
    pub fn document(&self) -> OpenApi {
        let mut schemas = Schemas::default();
        let mut paths = Paths::new();
        for route in self.routes.iter().copied() {
            let Some(operation) = (self.operation)(route, &mut schemas) else { continue };
            let named = route.names().map(|name| path_parameter(name, (self.parameter)(name, route, &mut schemas)));
            let operation = operation.build(route.audience(), named.collect());
            paths.add_path_operation(route.path(), vec![method(&route.method())], operation);
        }
        let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build();
        let info = InfoBuilder::new()
            .title(self.title)
            .version(self.version)
            .description(Some(self.description))
            .license(Some(license));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let mut components = Components::new();
        components.responses = refusals(&mut schemas);
        components.schemas = schemas.0;
        components.add_security_scheme("token", SecurityScheme::Http(token));
        let security = SecurityRequirement::new::<_, [&str; 0], &str>("token", []);
        OpenApiBuilder::new()
            .info(info.build())
            .paths(paths)
            .components(Some(components))
            .security(Some([security]))
            .build()
    }

    /// The document as it is checked in and served: a line for each operation, each schema and each answer, so that it is
    /// short, and its changes can be read.
    pub fn as_text(&self) -> Result<String, serde_json::Error> {
        let mut text = String::new();
        write_lines(&serde_json::to_value(self.document())?, 0, &mut text);
        Ok(text + "\n")
    }
}

fn write_lines(value: &Value, depth: usize, text: &mut String) {
    const LINES: usize = 3;
    let Value::Object(fields) = value else { return text.push_str(&value.to_string()) };
    if depth >= LINES || fields.is_empty() {
        return text.push_str(&value.to_string());
    }
    let mut between = "{\n";
    for (name, value) in fields {
        text.push_str(between);
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write_lines(value, depth + 1, text);
        between = ",\n";
    }
    text.push_str("\n}");
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::PUT => HttpMethod::Put,
        Method::POST => HttpMethod::Post,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn path_parameter(name: &str, schema: RefOr<Schema>) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(schema))
}

/// Schemas of the document, by name.
#[derive(Default)]
pub struct Schemas(pub BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Refers to the schema of a type. Two types of one name have one schema.
    ///
    /// # Panics
    ///
    /// If two different types have one name: a document is made by tests alone.
    pub fn of<T: ToSchema>(&mut self) -> Ref {
        let mut all = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut all);
        for (name, schema) in all {
            let mut schema = schema;
            require(&name, &mut schema);
            let known = self.0.entry(name.clone()).or_insert_with(|| schema.clone());
            assert!(*known == schema, "two schemas are called {name}");
        }
        Ref::from_schema_name(T::name())
    }

    pub fn content<T: ToSchema>(&mut self) -> Content {
        Content::new(Some(self.of::<T>()))
    }
}

/// Optional fields of answers.
pub const OPTIONAL: [(&str, &[&str]); 6] = [
    ("Condition", &["per_year"]),
    ("Earnings", &["from_sale"]),
    ("ListedPartner", &["minimum_sales", "missed", "balances"]),
    ("MinimumSales", &["set_aside"]),
    ("Perk", &["discount", "per_year"]),
    ("Problem", &["field"]),
];

/// Marks every other field of an answer as required, since it is present, if only as null. Bodies refuse unknown
/// fields, and state by themselves which fields they require.
pub fn require(name: &str, schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) if object.additional_properties.is_none() => {
            let optional = OPTIONAL.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, fields)| fields);
            let fields = object.properties.keys().filter(|field| !optional.contains(&field.as_str()));
            object.required = fields.cloned().collect();
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(|part| require(name, part)),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// Description of a route beyond the table.
pub struct Operation {
    pub id: &'static str,
    pub summary: &'static str,
    pub query: Vec<ParameterBuilder>,
    pub body: Option<Content>,
    pub answers: Vec<(&'static str, Response)>,
    pub refusals: &'static [&'static str],
}

impl Operation {
    /// A route that reads, and gives one answer.
    pub fn read(id: &'static str, summary: &'static str, answer: Content) -> Operation {
        let answers = vec![("200", json("200", answer))];
        Operation { id, summary, query: Vec::new(), body: None, answers, refusals: &["400", "404", "503"] }
    }

    /// A route that takes a body, and gives one answer.
    pub fn write(id: &'static str, summary: &'static str, body: Content, answer: Content) -> Operation {
        let refusals = &["400", "404", "409", "503"];
        Operation { body: Some(body), refusals, ..Operation::read(id, summary, answer) }
    }

    /// Adds query parameters.
    #[must_use]
    pub fn query(self, query: impl IntoIterator<Item = ParameterBuilder>) -> Operation {
        Operation { query: query.into_iter().collect(), ..self }
    }

    /// Adds the formats in which the answer can be had as well, and the parameter that chooses one.
    #[must_use]
    pub fn formats(mut self, formats: &[Format]) -> Operation {
        let other = |format: &Format| {
            let schema = match format {
                Format::Json => return None,
                Format::Csv | Format::Html | Format::Xml => text(),
                Format::Workbook => text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary))),
            };
            Some((format.media_type().to_owned(), RefOr::T(Content::new(Some(schema)))))
        };
        for (_, response) in &mut self.answers {
            response.content.extend(formats.iter().filter_map(other));
        }
        let names = text().enum_values(Some(formats.iter().map(|format| format.name())));
        self.query.push(query("format", names).description(Some("the format; absent: the one that Accept prefers")));
        self
    }

    /// Adds the refusal of a request for more entries than one answer looks through.
    #[must_use]
    pub fn bounded(self) -> Operation {
        Operation { refusals: &["400", "404", "422", "503"], ..self }
    }

    fn build(self, audience: Audience, named: Vec<ParameterBuilder>) -> OperationBuilder {
        let language = query("lang", ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["en", "fr"])));
        let parameters = named.into_iter().chain(self.query).chain([language]).map(Parameter::from);
        let audience = format!("For {}.", audience.in_words());
        let body = self.body.map(|body| {
            RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", body).build()
        });
        let operation = OperationBuilder::new()
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .description(Some(audience))
            .parameters(Some(parameters.collect::<Vec<_>>()))
            .request_body(body);
        let answers = self.answers.into_iter();
        let operation = answers.fold(operation, |operation, (status, answer)| operation.response(status, answer));
        let refusals = self.refusals.iter().chain(&CLOSED);
        refusals
            .fold(operation, |operation, status| operation.response(*status, Ref::from_response_name(refusal(status))))
    }
}

/// A whole number from 1 on.
pub fn whole(most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(most))
}

pub fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

pub fn query(name: &str, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.schema(Some(schema))
}

pub fn header(name: &str) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    parameter.schema(Some(text()))
}

/// A list comes in pages.
pub fn listing() -> [ParameterBuilder; 2] {
    let cursor = query("cursor", text().description(Some("next_cursor of the page before")));
    [query("limit", whole(MAX_LIMIT)), cursor]
}

/// The words to look for, in any order, whatever their accents and their case.
pub fn search() -> ParameterBuilder {
    query("q", text().max_length(Some(MAX_LABEL)))
}

pub fn json(status: &str, content: Content) -> Response {
    ResponseBuilder::new().description(description(status)).content("application/json", content).build()
}

/// Refusals of a caller without the required claims, on every route.
pub const CLOSED: [&str; 2] = ["401", "403"];

/// The name of a refusal.
pub fn refusal(status: &str) -> &'static str {
    match status {
        "400" => "BadRequest",
        "401" => "Unauthorized",
        "403" => "Forbidden",
        "404" => "NotFound",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "PreconditionFailed",
        "422" => "TooMuch",
        "428" => "PreconditionRequired",
        _ => "NotNow",
    }
}

/// Every refusal, by name.
pub fn refusals(schemas: &mut Schemas) -> BTreeMap<String, RefOr<Response>> {
    let problems =
        ["400", "404", "409", "410", "412", "422", "428", "503"].map(|status| (status, problem(status, schemas)));
    let closed = CLOSED.map(|status| (status, closed(status, schemas)));
    let named = |(status, response): (&str, Response)| (refusal(status).to_owned(), RefOr::T(response));
    problems.into_iter().chain(closed).map(named).collect()
}

pub fn problem(status: &str, schemas: &mut Schemas) -> Response {
    let content = schemas.content::<Written<'_>>();
    ResponseBuilder::new().description(description(status)).content("application/problem+json", content).build()
}

/// Body of a refusal: API Gateway answers with a message, the function with a problem.
pub fn closed(status: &str, schemas: &mut Schemas) -> Response {
    let message = ObjectBuilder::new().property("message", text()).required("message");
    let either = AnyOfBuilder::new().item(schemas.of::<Written<'_>>()).item(message);
    ResponseBuilder::from(problem(status, schemas)).content("application/json", Content::new(Some(either))).build()
}

pub fn description(status: &str) -> &'static str {
    match status {
        "200" => "As asked.",
        "201" => "Recorded for the first time.",
        "202" => "Accepted; the ledger follows.",
        "400" => "Something is wrong with the request; the problem names the field.",
        "401" => "No token, or none that is valid.",
        "403" => "No member, or one whose role does not allow this.",
        "404" => "It does not exist, or the caller may not read it.",
        "409" => "It is not what is recorded, or cannot be done any more; the problem says why.",
        "410" => "The invitation has expired.",
        "412" => "What If-Match or If-None-Match asks for is not so.",
        "422" => "Too much at once.",
        "428" => "If-Match is missing.",
        _ => "Not now; try again.",
    }
}
