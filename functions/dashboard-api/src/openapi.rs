//! The `OpenAPI` document: an operation for each route of the table, with schemas of the types that it takes and answers.
//! Tests make it and compare it with the file that is served.

use crate::answers::attention::{AttentionList, ItemKind};
use crate::answers::contract::ContractPage;
use crate::answers::contracts::ContractList;
use crate::answers::entries::EntryList;
use crate::answers::inquiries::InquiryList;
use crate::answers::members::{InvitationList, InvitationShown, InvitationWithCode, Me, MemberList, MemberShown};
use crate::answers::partner_file::PartnerFile;
use crate::answers::partners::{Partner, PartnerList, RegisteredPartner};
use crate::answers::programme::Programme;
use crate::answers::simulation::Simulation;
use crate::answers::statement::Statement;
use crate::answers::status::{Chosen, ItemSetAside, Recorded, YearSetAside};
use crate::answers::summary::{PartnerSummary, Summary};
use crate::handlers::partners::WITH;
use crate::http::format::Format;
use crate::http::parameters::{MAX_CHOICE_NUMBER, MAX_LIMIT, MAX_MONTHS};
use crate::http::problem::Written;
use crate::routes::Route;
use axum::http::Method;
use events::choice::ChoiceBody;
use events::inquiry::{AnswerBody, InquiryBody};
use events::member::{CodeBody, InvitationBody, MemberBody};
use events::partner_file::PartnerFileBody;
use events::perk::PerkTaken;
use events::registration::RegistrationBody;
use events::set_aside::Reason;
use events::simulation::Question;
use rules::label::MAX_LABEL;
use rules::minimum_sales::MAX_YEARS;
use rules::programme::DatedPerk;
use rules::{AdjustmentKind, ContractId, Day, DocumentId, Month, PartnerId, Term};
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

pub fn document() -> OpenApi {
    let mut schemas = Schemas::default();
    let mut paths = Paths::new();
    for route in Route::ALL {
        let Some(operation) = operation(*route, &mut schemas) else { continue };
        paths.add_path_operation(route.path(), vec![method(*route)], operation.build(*route, &mut schemas));
    }
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build();
    let info = InfoBuilder::new()
        .title("all-in-web partner programme")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("What each partner earns or owes, to the cent, each amount with its reason."))
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

/// The document as it is checked in and served: a line for each operation, each schema and each answer, so that it is short,
/// and its changes can be read.
pub fn as_text() -> Result<String, serde_json::Error> {
    let mut text = String::new();
    write_lines(&serde_json::to_value(document())?, 0, &mut text);
    Ok(text + "\n")
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

fn method(route: Route) -> HttpMethod {
    match route.method() {
        Method::PUT => HttpMethod::Put,
        Method::POST => HttpMethod::Post,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

/// Schemas of the document, by name.
#[derive(Default)]
struct Schemas(BTreeMap<String, RefOr<Schema>>);

impl Schemas {
    /// Refers to the schema of a type. Two types of one name have one schema.
    fn of<T: ToSchema>(&mut self) -> Ref {
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

    fn content<T: ToSchema>(&mut self) -> Content {
        Content::new(Some(self.of::<T>()))
    }
}

/// Optional fields of answers.
const OPTIONAL: [(&str, &[&str]); 6] = [
    ("Condition", &["per_year"]),
    ("Earnings", &["from_sale"]),
    ("ListedPartner", &["minimum_sales", "missed", "balances"]),
    ("MinimumSales", &["set_aside"]),
    ("Perk", &["discount", "per_year"]),
    ("Problem", &["field"]),
];

/// Marks every other field of an answer as required, since it is present, if only as null. Bodies refuse unknown
/// fields, and state by themselves which fields they require.
fn require(name: &str, schema: &mut RefOr<Schema>) {
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
struct Operation {
    id: &'static str,
    summary: &'static str,
    query: Vec<ParameterBuilder>,
    body: Option<Content>,
    answers: Vec<(&'static str, Response)>,
    refusals: &'static [&'static str],
}

impl Operation {
    /// A route that reads, and gives one answer.
    fn read(id: &'static str, summary: &'static str, answer: Content) -> Operation {
        let answers = vec![("200", json("200", answer))];
        Operation { id, summary, query: Vec::new(), body: None, answers, refusals: &["400", "404", "503"] }
    }

    /// A route that takes a body, and gives one answer.
    fn write(id: &'static str, summary: &'static str, body: Content, answer: Content) -> Operation {
        let refusals = &["400", "404", "409", "503"];
        Operation { body: Some(body), refusals, ..Operation::read(id, summary, answer) }
    }

    /// Adds query parameters.
    fn query(self, query: impl IntoIterator<Item = ParameterBuilder>) -> Operation {
        Operation { query: query.into_iter().collect(), ..self }
    }

    /// Adds the formats in which the answer can be had as well, and the parameter that chooses one.
    fn formats(mut self, formats: &[Format]) -> Operation {
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
    fn bounded(self) -> Operation {
        Operation { refusals: &["400", "404", "422", "503"], ..self }
    }

    fn build(self, route: Route, schemas: &mut Schemas) -> OperationBuilder {
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

/// Describes the operation of a route; none for a public route.
fn operation(route: Route, schemas: &mut Schemas) -> Option<Operation> {
    let get = Operation::read;
    Some(match route {
        Route::Index | Route::PageFile | Route::Config | Route::Description => return None,
        Route::Programme => {
            get("getProgramme", "The four partner models, cell by cell", schemas.content::<Programme>())
        }
        Route::Partners => get("listPartners", "Who is registered", schemas.content::<PartnerList>())
            .query(partner_filters(schemas).into_iter().chain(listing())),
        Route::Partner => {
            let summary = "Agreements, balances, sales against the minimum, perks";
            get("getPartner", summary, schemas.content::<Partner>())
        }
        Route::Entries => get("listEntries", "What was booked in a period", schemas.content::<EntryList>())
            .query(["from", "to"].map(|name| query(name, schemas.of::<Day>())).into_iter().chain(listing())),
        Route::Contracts => {
            let summary = "Contracts by day of signature, pending ones too; a page looks through `limit` places of the list";
            get("listContracts", summary, schemas.content::<ContractList>()).query(listing().into_iter().chain([search()]))
        }
        Route::PartnerInquiries => {
            get("listInquiriesOfPartner", "A partner's inquiries, newest first", schemas.content::<InquiryList>())
        }
        Route::Inquiries => {
            get("listInquiries", "Inquiries without an answer, newest first", schemas.content::<InquiryList>())
                .query(listing())
        }
        Route::RecordPerk => record_perk(schemas),
        Route::Inquire => inquire(schemas),
        Route::AnswerInquiry => answer_inquiry(schemas),
        Route::Statement => {
            let month = query("month", schemas.of::<Month>()).required(Required::True);
            let query = [month, as_of(schemas), query("since", schemas.of::<Day>())];
            get("getStatement", "A month to read, to print, or for a spreadsheet", schemas.content::<Statement>())
                .query(query)
                .formats(&Format::OF_STATEMENTS)
                .bounded()
        }
        Route::PartnerSummary => {
            get("getPartnerSummary", "What one partner's months add up to", schemas.content::<PartnerSummary>())
                .query(months(schemas))
                .formats(&Format::OF_SUMS)
                .bounded()
        }
        Route::Summary => get("getSummary", "What everyone's months add up to", schemas.content::<Summary>())
            .query(months(schemas))
            .formats(&Format::OF_SUMS)
            .bounded(),
        Route::Contract => get(
            "getContract",
            "One contract's history, and why each amount is what it is; a page ends when what it shows weighs `limit`: an \
             annuity with its credit notes, a key, a contradiction with its claims, a choice, an entry",
            schemas.content::<ContractPage>(),
        )
        .query(listing()),
        Route::Attention => {
            let of = query("of", text().enum_values(Some(["contracts", "messages"])));
            let kind = query("kind", schemas.of::<ItemKind>());
            let summary = "What needs a person, by cause: contracts first, then messages, each newest first; a page looks \
                           through `limit` places of the list";
            get("listAttention", summary, schemas.content::<AttentionList>()).query(listing().into_iter().chain([of, kind]))
        }
        Route::Register => register(schemas),
        Route::Me
        | Route::AcceptInvitation
        | Route::Members
        | Route::GrantRole
        | Route::RevokeMember
        | Route::Invitations
        | Route::Invite
        | Route::InviteAgain
        | Route::RevokeInvitation => of_people(route, schemas)?,
        Route::PartnerFile => {
            get("getPartnerFile", "Contacts, and a note that the partner never sees", schemas.content::<PartnerFile>())
        }
        Route::WritePartnerFile => {
            let (body, answer) = (schemas.content::<PartnerFileBody<'_>>(), schemas.content::<PartnerFile>());
            let refusals = &["400", "404", "412", "428", "503"];
            let operation = Operation::write("writePartnerFile", "Writes contacts and note, in place of what was there", body, answer);
            Operation { refusals, query: vec![header("If-Match")], ..operation }
        }
        Route::SetYearAside => Operation::write(
            "setYearAside",
            "Takes a missed year of minimum sales off the list, until its sales or its minimum are others",
            schemas.content::<Reason>(),
            schemas.content::<YearSetAside>(),
        ),
        Route::SetItemAside => {
            let mut operation = Operation::write(
                "setItemAside",
                "Takes an item off the attention list, until it says something else",
                schemas.content::<Reason>(),
                schemas.content::<ItemSetAside>(),
            );
            operation.answers.push(("202", json("202", schemas.content::<ItemSetAside>())));
            operation
        }
        Route::ChooseAnnuity => choice("chooseAnnuity", "Choose the effective claim of an annuity", schemas),
        Route::ChooseAdjustment => {
            choice("chooseAdjustment", "Choose the effective claim of a supplement or a credit note", schemas)
        }
        Route::ChooseEnd => choice("chooseEnd", "Choose the effective claim of a contract's end", schemas),
        Route::Simulate => Operation {
            refusals: &["400", "422", "503"],
            ..Operation::write(
                "simulate",
                "The recorded facts under other terms, beside today's result; writes nothing",
                schemas.content::<Question<'_>>(),
                schemas.content::<Simulation>(),
            )
        },
    })
}

/// The routes of members and invitations.
fn of_people(route: Route, schemas: &mut Schemas) -> Option<Operation> {
    let get = Operation::read;
    Some(match route {
        Route::Me => get("getMe", "The caller: name, role, partner", schemas.content::<Me>()),
        Route::AcceptInvitation => {
            let summary = "Makes whoever has the code of an invitation a member";
            let (body, answer) = (schemas.content::<CodeBody>(), schemas.content::<Me>());
            let refusals = &["400", "404", "409", "410", "503"];
            Operation { refusals, ..Operation::write("acceptInvitation", summary, body, answer) }
        }
        Route::Members => get("listMembers", "Who has which role", schemas.content::<MemberList>())
            .query(listing().into_iter().chain([query("partner_id", schemas.of::<PartnerId>())])),
        Route::GrantRole => {
            let summary = "Enters a program, or a person whose subject is known, as a member";
            let (body, answer) = (schemas.content::<MemberBody<'_>>(), schemas.content::<MemberShown>());
            let mut operation = Operation::write("grantRole", summary, body, answer);
            operation.answers.push(("201", json("201", schemas.content::<MemberShown>())));
            operation
        }
        Route::RevokeMember => {
            let refusals = &["400", "404", "409", "503"];
            let answer = schemas.content::<MemberShown>();
            Operation {
                refusals,
                ..get("revokeMember", "Takes a member's role away; the last manager keeps it", answer)
            }
        }
        Route::Invitations => {
            get("listInvitations", "Invitations, newest first", schemas.content::<InvitationList>()).query(listing())
        }
        Route::Invite => {
            let answers = vec![("201", json("201", schemas.content::<InvitationWithCode>()))];
            let body = Some(schemas.content::<InvitationBody<'_>>());
            let (id, summary) = ("invite", "Makes an invitation; its code is given here only");
            Operation { id, summary, query: Vec::new(), body, answers, refusals: &["400", "503"] }
        }
        Route::InviteAgain => {
            let answer = schemas.content::<InvitationWithCode>();
            let summary = "Gives an invitation another code, for seven days anew; the old one is no longer good";
            Operation { refusals: &["400", "404", "409", "503"], ..get("inviteAgain", summary, answer) }
        }
        Route::RevokeInvitation => {
            let answer = schemas.content::<InvitationShown>();
            let refusals = &["400", "404", "409", "503"];
            Operation { refusals, ..get("revokeInvitation", "Makes the code of an invitation useless", answer) }
        }
        _ => return None,
    })
}

fn record_perk(schemas: &mut Schemas) -> Operation {
    let summary = "Records that a partner took a perk on a day, or takes the day back";
    let (body, answer) = (schemas.content::<PerkTaken>(), schemas.content::<Recorded>());
    Operation { refusals: &["400", "404", "503"], ..Operation::write("recordPerk", summary, body, answer) }
}

fn inquire(schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<InquiryBody<'_>>(), schemas.content::<Recorded>());
    Operation::write("inquire", "Reports a missing sale or an error; a manager answers", body, answer)
}

fn answer_inquiry(schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<AnswerBody<'_>>(), schemas.content::<Recorded>());
    Operation::write("answerInquiry", "Answers an inquiry, once", body, answer)
}

fn register(schemas: &mut Schemas) -> Operation {
    let body = AnyOfBuilder::new().item(schemas.of::<RegistrationBody<'_>>()).item(schemas.of::<Partner>());
    Operation {
        id: "registerPartner",
        summary: "Registers a name and all agreements, in place of what was there; what GET answers can be sent back",
        query: ["If-Match", "If-None-Match"].map(header).into(),
        body: Some(Content::new(Some(body))),
        answers: ["200", "201"].map(|status| (status, json(status, schemas.content::<RegisteredPartner>()))).into(),
        refusals: &["400", "412", "428", "503"],
    }
}

fn choice(id: &'static str, summary: &'static str, schemas: &mut Schemas) -> Operation {
    let answers = ["200", "202"].map(|status| (status, json(status, schemas.content::<Chosen>()))).into();
    let (body, answer) = (schemas.content::<ChoiceBody>(), schemas.content::<Chosen>());
    Operation { answers, ..Operation::write(id, summary, body, answer) }
}

fn path_parameter(name: &'static str, route: Route, schemas: &mut Schemas) -> ParameterBuilder {
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
fn whole(most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(most))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn query(name: &str, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.schema(Some(schema))
}

fn header(name: &str) -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    parameter.schema(Some(text()))
}

/// A list comes in pages.
fn listing() -> [ParameterBuilder; 2] {
    let cursor = query("cursor", text().description(Some("next_cursor of the page before")));
    [query("limit", whole(MAX_LIMIT)), cursor]
}

/// The words to look for, in any order, whatever their accents and their case.
fn search() -> ParameterBuilder {
    query("q", text().max_length(Some(MAX_LABEL)))
}

fn partner_filters(schemas: &mut Schemas) -> [ParameterBuilder; 3] {
    let one = WITH.join("|");
    let with = text().pattern(Some(format!("^({one})(,({one}))*$")));
    let until = query("until", schemas.of::<Month>()).description(Some("balances at the end of this month"));
    [search(), query("with", with), until]
}

fn months(schemas: &mut Schemas) -> [ParameterBuilder; 3] {
    let said = format!("both included; at most {MAX_MONTHS} months; the current one if absent");
    let [from, to] = ["from", "to"].map(|name| query(name, schemas.of::<Month>()).description(Some(said.clone())));
    [from, to, as_of(schemas)]
}

fn as_of(schemas: &mut Schemas) -> ParameterBuilder {
    query("as_of", schemas.of::<Day>()).description(Some("as known on this day; now if absent"))
}

fn json(status: &str, content: Content) -> Response {
    ResponseBuilder::new().description(description(status)).content("application/json", content).build()
}

/// Refusals of a caller without the required claims, on every route.
const CLOSED: [&str; 2] = ["401", "403"];

/// The name of a refusal.
fn refusal(status: &str) -> &'static str {
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
fn refusals(schemas: &mut Schemas) -> BTreeMap<String, RefOr<Response>> {
    let problems =
        ["400", "404", "409", "410", "412", "422", "428", "503"].map(|status| (status, problem(status, schemas)));
    let closed = CLOSED.map(|status| (status, closed(status, schemas)));
    let named = |(status, response): (&str, Response)| (refusal(status).to_owned(), RefOr::T(response));
    problems.into_iter().chain(closed).map(named).collect()
}

fn problem(status: &str, schemas: &mut Schemas) -> Response {
    let content = schemas.content::<Written<'_>>();
    ResponseBuilder::new().description(description(status)).content("application/problem+json", content).build()
}

/// Body of a refusal: API Gateway answers with a message, the function with a problem.
fn closed(status: &str, schemas: &mut Schemas) -> Response {
    let message = ObjectBuilder::new().property("message", text()).required("message");
    let either = AnyOfBuilder::new().item(schemas.of::<Written<'_>>()).item(message);
    ResponseBuilder::from(problem(status, schemas)).content("application/json", Content::new(Some(either))).build()
}

fn description(status: &str) -> &'static str {
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
