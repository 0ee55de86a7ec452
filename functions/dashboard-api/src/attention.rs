//! `GET /attention`: what needs a person, newest first, and what to do about it.

use crate::App;
use crate::access::Admin;
use crate::contracts::oddity;
use crate::parameters::Parameters;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use ledger::attention::{Attention, Rejected};
use rules::programme::Language;
use rules::{ContractId, Partner, Term, explain};
use serde_json::{Value, json};

pub(crate) async fn list(
    _: Admin,
    State(app): State<App>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let mut parameters = Parameters::read(query)?;
    let pages = app.cursors.pages("/attention", "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let language = parameters.language(&headers)?;
    parameters.done()?;
    let part = app.ledger.attention(limit, after).await?;
    let mut items = Vec::new();
    for attention in part.list {
        match attention {
            Attention::Annuity { contract_id, term } => {
                items.extend(annuity(&app, &contract_id, term, language).await?);
            }
            Attention::Rejected(rejected) => items.push(self::rejected(&rejected, language)),
        }
    }
    Ok(Json(json!({ "items": items, "next_cursor": pages.next(part.next)? })))
}

/// Everything about an annuity as it is now; the list may lag behind.
async fn annuity(app: &App, id: &ContractId, term: Term, language: Language) -> Result<Vec<Value>, Problem> {
    let slots = app.ledger.contract(id).await?;
    let contract = slots.contract();
    let partner = match contract.sale() {
        Some(sale) => app.ledger.head(&sale.partner_id).await?.partner,
        None => Partner::default(),
    };
    let items = contract.oddities(term, &partner).into_iter().map(|what| {
        json!({
            "kind": oddity(what),
            "contract_id": id,
            "term": term.number(),
            "partner_id": contract.sale().map(|sale| &sale.partner_id),
            "recorded_at": slots.recorded_at(id, term),
            "what_to_do": explain::oddity(what, language),
        })
    });
    Ok(items.collect())
}

fn rejected(rejected: &Rejected, language: Language) -> Value {
    let what_to_do = match language {
        Language::Fr => "Corriger la cause à sa source et renvoyer ; le message est dans la file des lettres mortes.",
        Language::En => "Correct it at its source and send it again; the message is in the dead-letter queue.",
    };
    json!({
        "kind": "rejected-message",
        "message_id": rejected.message_id,
        "function": rejected.function,
        "field": rejected.field,
        "reason": rejected.reason.in_language(language),
        "recorded_at": rejected.at,
        "what_to_do": what_to_do,
    })
}
