//! `GET /attention`: what needs a person, newest first, and what to do about it.

use crate::App;
use crate::access::{Admin, Caller};
use crate::contracts::oddity;
use crate::openapi_schemas::with;
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ledger::LedgerError;
use ledger::attention::{Attention, Rejected};
use rules::programme::Language;
use rules::{AnnuityId, Partner, explain};
use serde_json::{Value, json};

/// How many contracts are read side by side.
const AT_ONCE: usize = 16;

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
    let mut unreadable = Unreadable::default();
    unreadable.add(part.unreadable);
    let items = stream::iter(part.list).map(|attention| items(&app, attention, language)).buffered(AT_ONCE);
    let mut all = Vec::new();
    for (items, key) in items.try_collect::<Vec<_>>().await? {
        unreadable.add(key);
        all.extend(items);
    }
    let answer = json!({ "items": all, "next_cursor": pages.next(part.next)? });
    Ok(Json(unreadable.told(answer, &Caller::Admin)))
}

/// What is to be said of something on the list, and what of it could not be read.
async fn items(
    app: &App,
    attention: Attention,
    language: Language,
) -> Result<(Vec<Value>, Option<String>), LedgerError> {
    Ok(match attention {
        Attention::Annuity(id) => match annuity(app, &id, language).await {
            Ok(items) => (items, None),
            Err(
                LedgerError::Damaged { key, why: _ }
                | LedgerError::Unknown { key }
                | LedgerError::Overflow { what: key, source: _ },
            ) => {
                let of = json!({ "contract_id": id.contract_id, "term": id.term.number() });
                (vec![self::unreadable(of, &key, language)], Some(key))
            }
            Err(error @ (LedgerError::Store(_) | LedgerError::Contended { .. })) => return Err(error),
        },
        Attention::Rejected(rejected) => (vec![self::rejected(&rejected, language)], None),
        Attention::Unreadable { key } => (vec![self::unreadable(json!({}), &key, language)], Some(key)),
    })
}

/// Everything about an annuity as it is now; the list may lag behind.
async fn annuity(app: &App, id: &AnnuityId, language: Language) -> Result<Vec<Value>, LedgerError> {
    let slots = app.ledger.contract(&id.contract_id).await?.whole()?;
    let contract = slots.contract();
    let partner = match contract.sale() {
        Some(sale) => app.ledger.head(&sale.partner_id).await?.known()?.clone(),
        None => Partner::default(),
    };
    let items = contract.oddities(id.term, &partner).into_iter().map(|what| {
        json!({
            "kind": oddity(what),
            "contract_id": id.contract_id,
            "term": id.term.number(),
            "partner_id": contract.sale().map(|sale| &sale.partner_id),
            "recorded_at": slots.recorded_at(id),
            "what_to_do": explain::oddity(what, language),
        })
    });
    Ok(items.collect())
}

/// Something on the list that cannot be read, whatever it was about.
fn unreadable(of: Value, key: &str, language: Language) -> Value {
    let what_to_do = match language {
        Language::Fr => {
            "Cet élément est illisible : le comparer à une sauvegarde (operate audit le nomme), puis le restaurer."
        }
        Language::En => "This item cannot be read: compare it with a backup (operate audit names it), and restore it.",
    };
    let item = with(with(of, "kind", json!("unreadable")), "key", json!(key));
    with(item, "what_to_do", json!(what_to_do))
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
