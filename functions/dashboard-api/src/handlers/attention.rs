//! `GET /attention`: the attention list, contracts first, each part newest first, with what to do about each item.

use crate::access::{Admin, Caller};
use crate::answers::attention::{AnnuityItem, AttentionItem, AttentionList, DeadLetterItem, UnreadableItem};
use crate::answers::contract::KeyName;
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::routes::Route;
use axum::Json;
use axum::extract::State;
use events::Refusal;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use ledger::attention::{Attention, List};
use ledger::queries::Part;
use ledger::store::IndexKey;
use ledger::{LedgerError, Store};
use rules::contract::Anomaly;
use rules::programme::Language;
use rules::{AnnuityId, Contract, Term};
use texts::{Code, explain};

/// Number of contracts read side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn list<S: Store>(
    _: Admin,
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<AttentionList>, Problem> {
    let pages = app.pages(Route::Attention, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let lists = lists(&mut parameters)?;
    let language = parameters.language()?;
    parameters.done()?;
    let (part, next) = part(&app, lists, limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let read = stream::iter(part.list).map(|attention| items(&app, attention, language)).buffered(AT_ONCE);
    let mut items = Vec::new();
    for (some, key) in read.try_collect::<Vec<_>>().await? {
        unreadable.add(key);
        items.extend(some);
    }
    let next_cursor = pages.next(next)?;
    Ok(Json(AttentionList { items, next_cursor, unreadable: Unreadable::of(&unreadable, &Caller::Admin) }))
}

/// The place after which a page goes on; within a part of the list, or at the beginning of the next part.
type Place = (List, Option<IndexKey>);

/// The parts of the list that `of` asks for; without it, contracts first.
fn lists(parameters: &mut Parameters) -> Result<&'static [List], Refusal> {
    match parameters.take("of").as_deref() {
        None => Ok(&List::ALL),
        Some("contracts") => Ok(&[List::Contracts]),
        Some("messages") => Ok(&[List::Messages]),
        Some(_) => Err(Refusal::new("of", Code::NotTheValue { value: "contracts or messages".to_owned() })),
    }
}

/// One page of these parts, and where the next one begins.
async fn part<S: Store>(
    app: &App<S>,
    lists: &[List],
    limit: usize,
    after: Option<Place>,
) -> Result<(Part<Attention>, Option<Place>), LedgerError> {
    let first = after.as_ref().map_or(List::Contracts, |(list, _)| *list);
    let mut open = lists.iter().copied().filter(|list| *list >= first).peekable();
    let mut after = after.and_then(|(_, after)| after);
    let mut page = Part { list: Vec::new(), next: None, unreadable: Vec::new(), unknown: Vec::new() };
    while let Some(list) = open.next() {
        let part = app.ledger.attention(list, limit - page.list.len(), after.take()).await?;
        page.list.extend(part.list);
        page.unreadable.extend(part.unreadable);
        if let Some(next) = part.next {
            return Ok((page, Some((list, Some(next)))));
        }
        if let (true, Some(next)) = (page.list.len() >= limit, open.peek()) {
            return Ok((page, Some((*next, None))));
        }
    }
    Ok((page, None))
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
            contradicting: if kind == Anomaly::Contradiction { contradicting(&contract, id.term) } else { Vec::new() },
            recorded_at: aggregates.recorded_at(id),
            what_to_do: explain::anomaly(kind, language).to_owned(),
        })
    });
    Ok(items.collect())
}

fn contradicting(contract: &Contract, term: Term) -> Vec<KeyName> {
    contract.keys().filter(|key| key.term() == term && contract.is_contradicted(key)).map(KeyName::from).collect()
}
