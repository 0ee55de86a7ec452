//! `GET /attention`: the attention list, newest first, with what to do about each item.

use crate::access::{Admin, Caller};
use crate::answers::attention::{AnnuityItem, AttentionItem, AttentionList, DeadLetterItem, UnreadableItem};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::routes::Route;
use axum::Json;
use axum::extract::State;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ledger::attention::Attention;
use ledger::{LedgerError, Store};
use rules::AnnuityId;
use rules::programme::Language;
use texts::explain;

/// Number of contracts read side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn list<S: Store>(
    _: Admin,
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<AttentionList>, Problem> {
    let pages = app.pages(Route::Attention, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let language = parameters.language()?;
    parameters.done()?;
    let part = app.ledger.attention(limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let read = stream::iter(part.list).map(|attention| items(&app, attention, language)).buffered(AT_ONCE);
    let mut items = Vec::new();
    for (some, key) in read.try_collect::<Vec<_>>().await? {
        unreadable.add(key);
        items.extend(some);
    }
    let next_cursor = pages.next(part.next)?;
    Ok(Json(AttentionList { items, next_cursor, unreadable: Unreadable::of(&unreadable, &Caller::Admin) }))
}

/// The items that the answer shows for an entry of the list, and the key of a part that could not be read.
async fn items<S: Store>(
    app: &App<S>,
    attention: Attention,
    language: Language,
) -> Result<(Vec<AttentionItem>, Option<String>), LedgerError> {
    let (unreadable, key) = match attention {
        Attention::Annuity(id) => match annuity(app, &id, language).await {
            Ok(items) => return Ok((items, None)),
            Err(
                LedgerError::Damaged { key, why: _ }
                | LedgerError::Unknown { key }
                | LedgerError::Overflow { what: key, source: _ },
            ) => (UnreadableItem::of(Some(id), key.clone(), language), key),
            Err(error @ (LedgerError::Store(_) | LedgerError::Contended { .. })) => return Err(error),
        },
        Attention::DeadLetter(dead_letter) => {
            return Ok((vec![AttentionItem::DeadLetter(DeadLetterItem::of(&dead_letter, language))], None));
        }
        Attention::Unreadable { key } => (UnreadableItem::of(None, key.clone(), language), key),
    };
    Ok((vec![AttentionItem::Unreadable(unreadable)], Some(key)))
}

/// All anomalies of an annuity as it is now; the list may lag behind.
async fn annuity<S: Store>(
    app: &App<S>,
    id: &AnnuityId,
    language: Language,
) -> Result<Vec<AttentionItem>, LedgerError> {
    let aggregates = app.ledger.contract(&id.contract_id).await?.whole()?;
    let contract = aggregates.contract();
    let partner = app.ledger.partner_of(&contract).await?;
    let items = contract.anomalies(id.term, &partner).into_iter().map(|kind| {
        AttentionItem::Annuity(AnnuityItem {
            kind,
            contract_id: id.contract_id.clone(),
            term: id.term,
            partner_id: contract.sale().map(|sale| sale.partner_id.clone()),
            recorded_at: aggregates.recorded_at(id),
            what_to_do: explain::anomaly(kind, language).to_owned(),
        })
    });
    Ok(items.collect())
}
