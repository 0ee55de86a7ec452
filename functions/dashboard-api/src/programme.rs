//! `GET /programme`: every cell of the programme's table, in both languages.

use crate::access::Caller;
use crate::parameters::Parameters;
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use rules::ProgrammeVersion;
use rules::programme::{Condition, Earnings, Party, Perk, Terms, Text};
use serde_json::{Value, json};

pub(crate) async fn show(_: Caller, Query(query): Query<Vec<(String, String)>>) -> Result<Json<Value>, Problem> {
    Parameters::read(query)?.done()?;
    let versions: Vec<Value> = ProgrammeVersion::ALL
        .iter()
        .map(|version| {
            let models: Vec<Value> = version.programme().models.iter().map(terms).collect();
            json!({ "version": version, "models": models })
        })
        .collect();
    Ok(Json(json!({ "versions": versions })))
}

fn terms(terms: &Terms) -> Value {
    json!({
        "model": terms.model,
        "name": terms.name,
        "principle": terms.principle,
        "conditions": terms.conditions.iter().copied().map(condition).collect::<Vec<_>>(),
        "services_delivered_by": party(terms.services_delivered_by),
        "services_invoiced_by": party(terms.services_invoiced_by),
        "recurring_contract_held_by": party(terms.recurring_contract_held_by),
        "support_by": party(terms.support_by),
        "new_versions_by": party(terms.new_versions_by),
        "earnings": earnings(&terms.earnings),
        "perks": perks(terms),
    })
}

fn condition(condition: Condition) -> Value {
    with_text(json!(condition), condition.text())
}

fn party(party: Party) -> Value {
    json!({ "party": party, "text": party.text() })
}

fn earnings(earnings: &Earnings) -> Value {
    with_text(json!(earnings), earnings.text())
}

/// What a model grants beside money.
pub(crate) fn perks(terms: &Terms) -> Vec<Value> {
    let perks: &[Perk] = terms.perks;
    perks.iter().map(|perk| with_text(json!(perk), perk.text())).collect()
}

fn with_text(mut value: Value, text: Text) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.insert("text".to_owned(), json!(text));
    }
    value
}
