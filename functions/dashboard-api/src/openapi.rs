//! `GET /openapi.json`: what the API takes and gives (`OpenAPI` 3.1), made from the types and limits that the code keeps to.

use crate::openapi_schemas::{list, object, reference, schemas, unreadable, with};
use crate::parameters::{MAX_LIMIT, MAX_MONTHS};
use axum::Json;
use events::body::MAX_TEXT;
use rules::minimum_sales::MAX_YEARS;
use serde_json::{Map, Value, json};

pub(crate) async fn show() -> Json<Value> {
    Json(document())
}

/// One operation.
struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    /// Who may: partners read what is theirs.
    scopes: &'static [&'static str],
    query: Vec<Value>,
    body: Option<&'static str>,
    answers: Vec<(&'static str, Value)>,
    refusals: &'static [&'static str],
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = path {
            methods.insert(operation.method.to_owned(), operation.json());
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "all-in-web partner programme",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What each partner earns or owes, to the cent, each amount with its reason.",
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
            "schemas": schemas(),
        },
    })
}

impl Operation {
    fn json(&self) -> Value {
        let names = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let query = self.query.iter().cloned().chain([language()]);
        let parameters: Vec<Value> = names.map(path_parameter).chain(query).collect();
        let refusals = self.refusals.iter().map(|status| ((*status).to_owned(), problem(status)));
        let answers = self.answers.iter().map(|(status, content)| {
            ((*status).to_owned(), json!({ "description": description(status), "content": content }))
        });
        let responses: Map<String, Value> = answers.chain(refusals).chain(closed()).collect();
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "description": format!("Scopes: {}.", self.scopes.join(", ")),
            "parameters": parameters,
            "responses": responses,
        });
        if let (Some(body), Value::Object(fields)) = (self.body, &mut operation) {
            let content = json_content(&reference(body));
            fields.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
        }
        operation
    }
}

const BOTH: &[&str] = &["admin", "partner"];
const ADMIN: &[&str] = &["admin"];

fn operations() -> impl Iterator<Item = Operation> {
    reads().into_iter().chain(writes())
}

fn reads() -> Vec<Operation> {
    let get = |path, id, summary, scopes, query, answers| Operation {
        method: "get",
        path,
        id,
        summary,
        scopes,
        query,
        body: None,
        answers,
        refusals: &["400", "404", "503"],
    };
    // More entries than one answer looks through.
    let bounded = |operation: Operation| Operation { refusals: &["400", "404", "422", "503"], ..operation };
    let json = |schema: &str| vec![("200", json_content(&reference(schema)))];
    let statement = or_text(json_content(&reference("Statement")), &["text/csv", "text/html"]);
    let summary = or_text(json_content(&reference("Summary")), &["text/csv"]);
    vec![
        get("/programme", "getProgramme", "The four partner models, cell by cell", BOTH, vec![], json("Programme")),
        get("/partners", "listPartners", "Who is registered", ADMIN, listing(partner_filters()), json("PartnerList")),
        get(
            "/partners/{id}",
            "getPartner",
            "Agreements, balances, sales against the minimum, perks",
            BOTH,
            vec![],
            json("Partner"),
        ),
        get(
            "/partners/{id}/entries",
            "listEntries",
            "What was booked in a period",
            BOTH,
            listing(period()),
            json("EntryList"),
        ),
        bounded(get(
            "/partners/{id}/statement",
            "getStatement",
            "A month to read, to print, or for a spreadsheet",
            BOTH,
            statement_query(),
            vec![("200", statement)],
        )),
        bounded(get(
            "/partners/{id}/summary",
            "getPartnerSummary",
            "What one partner's months add up to",
            BOTH,
            months(),
            json("PartnerSummary"),
        )),
        bounded(get(
            "/summary",
            "getSummary",
            "What everyone's months add up to",
            ADMIN,
            months(),
            vec![("200", summary)],
        )),
        get(
            "/contracts/{id}",
            "getContract",
            "One contract's history, and why each amount is what it is; a page ends when what it shows weighs `limit`: an \
             annuity with its credit notes, a contradiction with its claims, a choice, an entry",
            BOTH,
            listing(vec![]),
            json("Contract"),
        ),
        get(
            "/attention",
            "listAttention",
            "What needs a person, newest first",
            ADMIN,
            listing(vec![]),
            json("AttentionList"),
        ),
    ]
}

fn writes() -> Vec<Operation> {
    let put = |path, id, summary, body, answers, refusals| Operation {
        method: "put",
        path,
        id,
        summary,
        scopes: ADMIN,
        query: vec![],
        body: Some(body),
        answers,
        refusals,
    };
    let registered = || json_content(&reference("Registered"));
    let register = Operation {
        query: vec![header("If-Match"), header("If-None-Match")],
        ..put(
            "/partners/{id}",
            "registerPartner",
            "Registers a name and all agreements, in place of what was there",
            "Registration",
            vec![("200", registered()), ("201", registered())],
            &["400", "412", "428", "503"],
        )
    };
    let chosen = || vec![("200", json_content(&reference("Chosen"))), ("202", json_content(&reference("Chosen")))];
    let choice = |path, id, summary| put(path, id, summary, "Choice", chosen(), &["400", "404", "409", "503"]);
    let annuity =
        choice("/contracts/{id}/terms/{term}/choices/{number}", "chooseAnnuity", "Which claim of an annuity stands");
    let credit_note = choice(
        "/contracts/{id}/terms/{term}/credit-notes/{note}/choices/{number}",
        "chooseCreditNote",
        "Which claim of a credit note stands",
    );
    let simulate = Operation {
        method: "post",
        query: vec![],
        ..put(
            "/simulations",
            "simulate",
            "The recorded facts under other terms, beside today's result; writes nothing",
            "Question",
            vec![("200", json_content(&reference("Simulation")))],
            &["400", "422", "503"],
        )
    };
    let set_aside = put(
        "/partners/{id}/agreements/{starts_on}/years/{n}/set-aside",
        "setYearAside",
        "Takes a missed year of minimum sales off the list, until its sales or its minimum are others",
        "Reason",
        vec![("200", json_content(&reference("PutAside")))],
        &["400", "404", "409", "503"],
    );
    vec![register, annuity, credit_note, set_aside, simulate]
}

fn path_parameter(name: &str) -> Value {
    let schema = match name {
        "term" => json!({ "type": "integer", "minimum": 1, "maximum": 99 }),
        "number" => json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
        "starts_on" => reference("Day"),
        "n" => json!({ "type": "integer", "minimum": 1, "maximum": MAX_YEARS }),
        _ => reference("Id"),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

fn query(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "schema": schema })
}

fn header(name: &str) -> Value {
    json!({ "name": name, "in": "header", "schema": { "type": "string" } })
}

fn language() -> Value {
    query("lang", &json!({ "enum": ["en", "fr"] }))
}

/// A list comes in pages.
fn listing(mut parameters: Vec<Value>) -> Vec<Value> {
    parameters.push(query("limit", &json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT })));
    parameters.push(query("cursor", &json!({ "type": "string", "description": "next_cursor of the page before" })));
    parameters
}

fn partner_filters() -> Vec<Value> {
    let text = json!({ "type": "string", "maxLength": MAX_TEXT });
    vec![query("q", &text), query("with", &json!({ "enum": ["minimum_sales"] }))]
}

fn period() -> Vec<Value> {
    vec![query("from", &reference("Day")), query("to", &reference("Day"))]
}

fn months() -> Vec<Value> {
    let month = |name| {
        let said = format!("both included; at most {MAX_MONTHS} months; the current one if absent");
        with(query(name, &reference("Month")), "description", json!(said))
    };
    vec![month("from"), month("to"), as_of()]
}

fn as_of() -> Value {
    with(query("as_of", &reference("Day")), "description", json!("as known on this day; now if absent"))
}

fn statement_query() -> Vec<Value> {
    let month = with(query("month", &reference("Month")), "required", json!(true));
    vec![month, as_of(), query("since", &reference("Day"))]
}

fn json_content(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// The same answer as text, too.
fn or_text(content: Value, types: &[&str]) -> Value {
    types
        .iter()
        .fold(content, |content, media_type| with(content, media_type, json!({ "schema": { "type": "string" } })))
}

fn problem(status: &str) -> Value {
    json!({
        "description": description(status),
        "content": { "application/problem+json": { "schema": reference("Problem") } },
    })
}

/// What a caller without the right claims gets, on every route.
fn closed() -> [(String, Value); 2] {
    let either = |schema| json!({ "schema": { "anyOf": [reference("Problem"), schema] } });
    let message = object(&[("message", json!({ "type": "string" }))], &[]);
    ["401", "403"].map(|status| {
        let content = json!({
            "application/problem+json": { "schema": reference("Problem") },
            "application/json": either(message.clone()),
        });
        (status.to_owned(), json!({ "description": description(status), "content": content }))
    })
}

fn description(status: &str) -> &'static str {
    match status {
        "200" => "As asked.",
        "201" => "Registered for the first time.",
        "202" => "Accepted; the ledger follows.",
        "400" => "Something is wrong with the request; the problem names the field.",
        "401" => "No token, or none that is valid.",
        "403" => "The token does not allow this.",
        "404" => "There is no such thing, or not for this caller.",
        "409" => "Another choice has this number; or the year is not a missed one, or set aside for another reason.",
        "412" => "What If-Match or If-None-Match asks for is not so.",
        "422" => "Too much at once.",
        "428" => "If-Match is missing.",
        _ => "Not now; try again.",
    }
}

/// The page of a list.
pub(crate) fn page_of(name: &str, item: &str) -> Value {
    object(&[(name, list(&reference(item))), ("next_cursor", json!({ "type": ["string", "null"] }))], &unreadable())
}
