//! The shapes of bodies, for the `OpenAPI` document.

use crate::openapi::page_of;
use events::body::MAX_TEXT;
use rules::agreement::MAX_AGREEMENTS;
use rules::programme::FromSale;
use rules::{Kind, Model, ProgrammeVersion};
use serde_json::{Map, Value, json};

/// A schema by its name.
pub(crate) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An array.
pub(crate) fn list(of: &Value) -> Value {
    json!({ "type": "array", "items": of })
}

/// An array of which a partner never sees anything.
fn for_managers(of: &Value) -> Value {
    with(list(of), "description", json!("always empty for a partner"))
}

/// What an answer says of what it is without.
pub(crate) fn unreadable() -> [(&'static str, Value); 2] {
    let keys =
        with(for_managers(&text()), "description", json!("keys of what could not be read; always empty for a partner"));
    let count = with(integer(), "description", json!("how much could not be read: amounts may be incomplete"));
    [("unreadable", keys), ("unreadable_count", count)]
}

/// An object with these properties, and others that may be absent.
pub(crate) fn object(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let properties: Map<String, Value> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let required: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// An object with one more field.
pub(crate) fn with(mut value: Value, name: &str, field: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.insert(name.to_owned(), field);
    }
    value
}

/// An object that takes no other property.
fn closed(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    with(object(required, optional), "additionalProperties", json!(false))
}

fn nullable(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// A text that a person writes.
fn written() -> Value {
    let pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$";
    json!({ "type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": pattern })
}

fn integer() -> Value {
    json!({ "type": "integer" })
}

fn kinds() -> Value {
    json!({ "enum": Kind::ALL })
}

pub(crate) fn schemas() -> Value {
    let mut schemas = Map::new();
    for (name, schema) in basics().into_iter().chain(registry()).chain(ledger()).chain(questions()) {
        schemas.insert(name.to_owned(), schema);
    }
    Value::Object(schemas)
}

fn basics() -> Vec<(&'static str, Value)> {
    let r = reference;
    vec![
        ("Id", json!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" })),
        ("Day", json!({ "type": "string", "format": "date", "pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$" })),
        ("Month", json!({ "type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$" })),
        ("Model", json!({ "enum": Model::ALL })),
        ("Kind", kinds()),
        ("ProgrammeVersion", json!({ "enum": ProgrammeVersion::ALL })),
        ("Rate", json!({ "type": "string", "pattern": "^(0(\\.[0-9]{1,6})?|1(\\.0{1,6})?)$" })),
        ("FromSale", json!({ "type": "integer", "minimum": 1, "maximum": FromSale::MAX })),
        ("Currency", json!({ "type": "string", "pattern": "^[A-Z]{3}$" })),
        (
            "Money",
            object(
                &[
                    ("amount", json!({ "type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$" })),
                    ("currency", r("Currency")),
                ],
                &[],
            ),
        ),
        ("Problem", object(&[("status", integer()), ("title", text()), ("detail", text())], &[("field", text())])),
        ("BothLanguages", object(&[("fr", text()), ("en", text())], &[])),
        (
            "Programme",
            object(
                &[(
                    "versions",
                    list(&object(
                        &[
                            ("version", r("ProgrammeVersion")),
                            ("models", list(&object(&[("model", r("Model")), ("name", r("BothLanguages"))], &[]))),
                        ],
                        &[],
                    )),
                )],
                &[],
            ),
        ),
    ]
}

fn registry() -> Vec<(&'static str, Value)> {
    let r = reference;
    let fee = closed(&[("segment", written()), ("commercial_potential", r("Fee")), ("rate", r("Rate"))], &[]);
    let agreement = closed(
        &[("model", r("Model")), ("starts_on", r("Day"))],
        &[
            ("ends_on", nullable(&r("Day"))),
            ("programme", nullable(&r("ProgrammeVersion"))),
            ("rate", nullable(&r("Rate"))),
            ("from_sale", nullable(&r("FromSale"))),
            ("technical_qualification", nullable(&closed(&[("qualified_on", r("Day"))], &[]))),
            ("support_structure", json!({ "type": ["boolean", "null"] })),
            ("entry_fee", nullable(&fee)),
        ],
    );
    let agreements = with(list(&r("Agreement")), "maxItems", json!(MAX_AGREEMENTS));
    let registered = [("partner_id", r("Id")), ("name", text()), ("agreements", list(&r("Agreement")))];
    let year = object(
        &[
            ("from", text()),
            ("to", text()),
            ("sales", integer()),
            ("minimum", integer()),
            ("status", json!({ "enum": ["met", "on-track", "behind", "missed"] })),
        ],
        &[
            ("agreement", r("Day")),
            ("number", integer()),
            ("current", json!({ "type": "boolean" })),
            ("set_aside", nullable(&object(&[("reason", text()), ("at", text())], &[]))),
        ],
    );
    let balance =
        object(&[("currency", r("Currency")), ("due_to_partner", r("Money")), ("due_from_partner", r("Money"))], &[]);
    let partner = [
        ("balances", list(&balance)),
        ("minimum_sales", list(&r("Year"))),
        ("perks", list(&json!({ "type": "object" }))),
    ];
    vec![
        ("Fee", object(&[("amount", json!({ "type": ["string", "number"] })), ("currency", r("Currency"))], &[])),
        ("Agreement", agreement),
        ("Registration", closed(&[("name", written()), ("agreements", agreements)], &[])),
        ("Registered", object(&registered, &[])),
        ("Year", year),
        ("Partner", object(&[&registered[..], &partner[..]].concat(), &unreadable())),
        (
            "ListedPartner",
            object(
                &[("partner_id", r("Id")), ("name", text()), ("model", nullable(&r("Model")))],
                &[("minimum_sales", nullable(&r("Year"))), ("missed", list(&r("Year")))],
            ),
        ),
        ("PartnerList", page_of("partners", "ListedPartner")),
    ]
}

fn ledger() -> Vec<(&'static str, Value)> {
    let r = reference;
    let amounts = [("amount", r("Money")), ("vendor_share", r("Money"))];
    let of_line = [("term", nullable(&integer())), ("cause", text())];
    let booked = [
        ("partner_id", r("Id")),
        ("kind", r("Kind")),
        ("model", r("Model")),
        ("booked_on", r("Day")),
        ("reason", text()),
        ("explanation", text()),
    ];
    let total = [
        ("kind", r("Kind")),
        ("model", r("Model")),
        ("currency", r("Currency")),
        ("entries", integer()),
        ("due_to_partner", r("Money")),
        ("due_from_partner", r("Money")),
    ];
    let recorded =
        [("contract_id", nullable(&r("Id"))), ("recorded_at", json!({ "type": "string", "format": "date-time" }))];
    let basis = [("agreement", r("Day")), ("programme", r("ProgrammeVersion")), ("rate", r("Rate"))];
    let totals = list(&r("Total"));
    let month = object(&[("month", r("Month")), ("totals", totals.clone())], &[]);
    let months = [
        ("from", r("Month")),
        ("to", r("Month")),
        ("as_of", nullable(&r("Day"))),
        ("totals", totals.clone()),
        ("months", list(&month)),
    ];
    let model = object(&[("model", r("Model")), ("totals", totals.clone())], &[]);
    let partner = object(
        &[("partner_id", r("Id")), ("name", json!({ "type": ["string", "null"] })), ("totals", totals.clone())],
        &[],
    );
    let statement = [
        ("partner_id", r("Id")),
        ("name", text()),
        ("month", r("Month")),
        ("as_of", nullable(&r("Day"))),
        ("since", nullable(&r("Day"))),
        ("entries", list(&r("Entry"))),
        ("totals", totals.clone()),
        ("earlier", list(&r("Entry"))),
        ("earlier_totals", totals),
    ];
    let annuity = object(
        &[
            ("term", integer()),
            ("state", json!({ "enum": ["decided", "void", "pending"] })),
            ("line", nullable(&r("Line"))),
            ("credit_notes", list(&json!({ "type": "object" }))),
        ],
        &[
            ("starts_on", nullable(&r("Day"))),
            ("annual_fee", nullable(&r("Money"))),
            ("attention", for_managers(&text())),
        ],
    );
    let no_longer_yours = json!({
        "enum": ["given-to-another-partner", "none-stands", null],
        "description": "for a partner whose sale it was: that is why it has its own entries alone, no sale, no annuities",
    });
    let contract = [
        ("contract_id", r("Id")),
        ("sale", json!({ "type": ["object", "null"] })),
        ("no_longer_yours", no_longer_yours),
        ("annuities", list(&annuity)),
        ("contradictions", for_managers(&json!({ "type": "object" }))),
        ("choices", for_managers(&json!({ "type": "object" }))),
        ("entries", list(&r("Entry"))),
        ("next_cursor", json!({ "type": ["string", "null"] })),
    ];
    let texts =
        ["cause", "kind", "model", "reason", "currency", "amount_in_minor_units", "vendor_share_in_minor_units"];
    let unknown = object(&texts.map(|name| (name, text())), &[]);
    let unknown_entries = [("unknown_entries", list(&unknown))];
    vec![
        ("Entry", object(&[&of_line[..], &booked[..], &recorded[..], &amounts[..]].concat(), &[])),
        ("EntryList", page_of("entries", "Entry")),
        ("Line", object(&[&booked[..], &basis[..], &amounts[..]].concat(), &[])),
        ("Total", object(&[&total[..], &amounts[..]].concat(), &[])),
        ("Statement", object(&statement, &unreadable())),
        ("PartnerSummary", object(&[&[("partner_id", r("Id"))][..], &months[..]].concat(), &unreadable())),
        (
            "Summary",
            object(
                &[&months[..], &[("models", list(&model)), ("partners", list(&partner))][..]].concat(),
                &unreadable(),
            ),
        ),
        ("Contract", object(&contract, &[&unknown_entries[..], &unreadable()[..]].concat())),
        ("AttentionItem", object(&[("kind", text()), ("what_to_do", text())], &[("key", text())])),
        ("AttentionList", page_of("items", "AttentionItem")),
    ]
}

fn questions() -> Vec<(&'static str, Value)> {
    let r = reference;
    let claim = json!({ "type": ["integer", "null"], "minimum": 1 });
    let seen = json!({
        "type": "integer",
        "minimum": 1,
        "description": "how many claims the contract listed: a choice settles those, and is refused if there are others",
    });
    let who = [("partner_id", r("Id")), ("model", r("Model")), ("programme", r("ProgrammeVersion"))];
    let who: Vec<Value> = who.into_iter().map(|of| closed(&[of], &[])).collect();
    let terms = closed(&[], &[("model", r("Model")), ("rate", r("Rate")), ("from_sale", r("FromSale"))]);
    let terms = with(terms, "minProperties", json!(1));
    let question = [("who", json!({ "oneOf": who })), ("terms", terms)];
    let both = [("today", list(&r("Total"))), ("simulated", list(&r("Total")))];
    let partner = object(&[&[("partner_id", r("Id"))][..], &both[..]].concat(), &[("name", text())]);
    let line = [
        ("contract_id", nullable(&r("Id"))),
        ("term", nullable(&integer())),
        ("cause", text()),
        ("today", nullable(&r("Line"))),
        ("simulated", nullable(&r("Line"))),
    ];
    let answer = [("partners", list(&partner)), ("lines", list(&object(&line, &[]))), ("lines_changed", integer())];
    vec![
        ("Choice", closed(&[("claim", claim), ("seen", seen), ("reason", written())], &[])),
        ("Chosen", object(&[("status", json!({ "enum": ["accepted", "chosen"] }))], &[])),
        ("Reason", closed(&[("reason", written())], &[])),
        ("PutAside", object(&[("status", json!({ "enum": ["set-aside"] }))], &[])),
        ("Question", closed(&question, &[])),
        ("Simulation", object(&[&question[..], &both[..], &answer[..]].concat(), &unreadable())),
    ]
}
