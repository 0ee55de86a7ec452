//! Parts of the `OpenAPI` document: schemas, parameters, answers and refusals.

use crate::http::format::Format;
use crate::http::parameters::{MAX_CHOICE_NUMBER, MAX_LIMIT};
use crate::http::problem::Written;
use crate::routes::Route;
use rules::label::MAX_LABEL;
use rules::minimum_sales::MAX_YEARS;
use rules::programme::DatedPerk;
use rules::{AdjustmentKind, ContractId, Day, DocumentId, PartnerId, Term};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Content, Ref, RefOr, Required, Response, ResponseBuilder, Schema};

/// Schemas of the document, by name.
#[derive(Default)]
pub(super) struct Schemas(pub(super) BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Refers to the schema of a type. Two types of one name have one schema.
    pub(super) fn of<T: ToSchema>(&mut self) -> Ref {
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

    pub(super) fn content<T: ToSchema>(&mut self) -> Content {
        Content::new(Some(self.of::<T>()))
    }
}

/// Optional fields of answers.
pub(super) const OPTIONAL: [(&str, &[&str]); 6] = [
    ("Condition", &["per_year"]),
    ("Earnings", &["from_sale"]),
    ("ListedPartner", &["minimum_sales", "missed", "balances"]),
    ("MinimumSales", &["set_aside"]),
    ("Perk", &["discount", "per_year"]),
    ("Problem", &["field"]),
];

/// Marks every other field of an answer as required, since it is present, if only as null. Bodies refuse unknown
/// fields, and state by themselves which fields they require.
pub(super) fn require(name: &str, schema: &mut RefOr<Schema>) {
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
pub(super) struct Operation {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: Vec<ParameterBuilder>,
    pub(super) body: Option<Content>,
    pub(super) answers: Vec<(&'static str, Response)>,
    pub(super) refusals: &'static [&'static str],
}

impl Operation {
    /// A route that reads, and gives one answer.
    pub(super) fn read(id: &'static str, summary: &'static str, answer: Content) -> Operation {
        let answers = vec![("200", json("200", answer))];
        Operation { id, summary, query: Vec::new(), body: None, answers, refusals: &["400", "404", "503"] }
    }

    /// A route that takes a body, and gives one answer.
    pub(super) fn write(id: &'static str, summary: &'static str, body: Content, answer: Content) -> Operation {
        let refusals = &["400", "404", "409", "503"];
        Operation { body: Some(body), refusals, ..Operation::read(id, summary, answer) }
    }

    /// Adds query parameters.
    pub(super) fn query(self, query: impl IntoIterator<Item = ParameterBuilder>) -> Operation {
        Operation { query: query.into_iter().collect(), ..self }
    }

    /// Adds the formats in which the answer can be had as well, and the parameter that chooses one.
    pub(super) fn formats(mut self, formats: &[Format]) -> Operation {
        let other = |format: &Format| {
            let schema = match format {
                Format::Json => return None,
                Format::Csv | Format::Html => text(),
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
    pub(super) fn bounded(self) -> Operation {
        Operation { refusals: &["400", "404", "422", "503"], ..self }
    }

    pub(super) fn build(self, route: Route, schemas: &mut Schemas) -> OperationBuilder {
        let named = route.names().map(|name| path_parameter(name, route, schemas)).collect::<Vec<_>>();
        let language = query("lang", ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["en", "fr"])));
        let parameters = named.into_iter().chain(self.query).chain([language]).map(Parameter::from);
        let audience = format!("For {}.", route.audience().in_words());
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

pub(super) fn path_parameter(name: &'static str, route: Route, schemas: &mut Schemas) -> ParameterBuilder {
    let is_of_contract = route.path().starts_with(Route::Contract.path());
    let schema: RefOr<Schema> = match name {
        "term" => schemas.of::<Term>().into(),
        "number" => whole(MAX_CHOICE_NUMBER).into(),
        "starts_on" | "day" => schemas.of::<Day>().into(),
        "perk" => text().enum_values(Some(DatedPerk::ALL.map(DatedPerk::as_str))).into(),
        "n" => whole(usize::from(MAX_YEARS)).into(),
        "kind" => text().enum_values(Some(AdjustmentKind::ALL.map(|kind| format!("{}s", kind.as_str())))).into(),
        "item" | "member" | "invitation" => text().into(),
        "adjustment" | "inquiry" => schemas.of::<DocumentId>().into(),
        _ if is_of_contract => schemas.of::<ContractId>().into(),
        _ => schemas.of::<PartnerId>().into(),
    };
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True).schema(Some(schema))
}

/// A whole number from 1 on.
pub(super) fn whole(most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(most))
}

pub(super) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

pub(super) fn query(name: &str, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.schema(Some(schema))
}

pub(super) fn header(name: &str) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    parameter.schema(Some(text()))
}

/// A list comes in pages.
pub(super) fn listing() -> [ParameterBuilder; 2] {
    let cursor = query("cursor", text().description(Some("next_cursor of the page before")));
    [query("limit", whole(MAX_LIMIT)), cursor]
}

/// The words to look for, in any order, whatever their accents and their case.
pub(super) fn search() -> ParameterBuilder {
    query("q", text().max_length(Some(MAX_LABEL)))
}

pub(super) fn json(status: &str, content: Content) -> Response {
    ResponseBuilder::new().description(description(status)).content("application/json", content).build()
}

/// Refusals of a caller without the required claims, on every route.
pub(super) const CLOSED: [&str; 2] = ["401", "403"];

/// The name of a refusal.
pub(super) fn refusal(status: &str) -> &'static str {
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
pub(super) fn refusals(schemas: &mut Schemas) -> BTreeMap<String, RefOr<Response>> {
    let problems =
        ["400", "404", "409", "410", "412", "422", "428", "503"].map(|status| (status, problem(status, schemas)));
    let closed = CLOSED.map(|status| (status, closed(status, schemas)));
    let named = |(status, response): (&str, Response)| (refusal(status).to_owned(), RefOr::T(response));
    problems.into_iter().chain(closed).map(named).collect()
}

pub(super) fn problem(status: &str, schemas: &mut Schemas) -> Response {
    let content = schemas.content::<Written<'_>>();
    ResponseBuilder::new().description(description(status)).content("application/problem+json", content).build()
}

/// Body of a refusal: API Gateway answers with a message, the function with a problem.
pub(super) fn closed(status: &str, schemas: &mut Schemas) -> Response {
    let message = ObjectBuilder::new().property("message", text()).required("message");
    let either = AnyOfBuilder::new().item(schemas.of::<Written<'_>>()).item(message);
    ResponseBuilder::from(problem(status, schemas)).content("application/json", Content::new(Some(either))).build()
}

pub(super) fn description(status: &str) -> &'static str {
    match status {
        "200" => "As asked.",
        "201" => "Recorded for the first time.",
        "202" => "Accepted; the ledger follows.",
        "400" => "Something is wrong with the request; the problem names the field.",
        "401" => "No token, or none that is valid.",
        "403" => "No member, or one whose role does not allow this.",
        "404" => "It does not exist, or the caller may not read it.",
        "409" => {
            "Another choice has this number; the item says something else by now; the year is not a missed one, or set aside for another reason; the inquiry or its answer is another; the invitation was accepted; the member has another role, or is the last manager."
        }
        "410" => "The invitation has expired.",
        "412" => "What If-Match or If-None-Match asks for is not so.",
        "422" => "Too much at once.",
        "428" => "If-Match is missing.",
        _ => "Not now; try again.",
    }
}
