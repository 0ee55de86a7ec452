//! `GET /attention`: the attention list, contracts first, each part newest first, with what to do about each item.
//! `PUT /attention/{item}/set-aside`: a manager sets an item aside.

use crate::answers::attention::{AttentionList, Draft, ItemKind, OtherKind, by_cause};
use crate::answers::status::{ItemSetAside, SettingAsideStatus};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::restatements::When;
use crate::routes::Route;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use events::{Refusal, set_aside};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use ledger::aggregates::Aggregates;
use ledger::anomalies::FoundAnomaly;
use ledger::attention::{Attention, List};
use ledger::journal::{Act, Change};
use ledger::queries::Part;
use ledger::set_aside::ItemId;
use ledger::store::IndexKey;
use ledger::{LedgerError, PartnerRecord, Store};
use rules::people::Role;
use rules::programme::Language;
use rules::sorted::Sorted;
use rules::{AnnuityId, ContractId, Partner, PartnerId};
use runtime::restatement::{Request, SettingAside};
use std::collections::{BTreeMap, BTreeSet};
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, utf8};
use web::problem::Problem;

/// Number of contracts read side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<AttentionList>, Problem> {
    let pages = app.pages(Route::Attention, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let kind: Option<ItemKind> = parameters.parsed("kind")?;
    let lists = lists(&mut parameters, kind)?;
    let language = parameters.language()?;
    parameters.done()?;
    let (part, next) = part(&app, lists, limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let read = Read::of(&app, &part.list).await?;
    let drafts = part.list.iter().flat_map(|attention| read.show(attention, language)).collect();
    let (mut drafts, keys) = without_set_aside(&app, drafts).await?;
    unreadable.add(keys);
    drafts.retain(|draft| kind.is_none_or(|kind| kind == draft.kind()));
    let (causes, items) = by_cause(drafts, &read.names);
    let next_cursor = pages.next(next)?;
    Ok(Json(AttentionList { causes, items, next_cursor, unreadable: Unreadable::of(&unreadable, &Role::Manager) }))
}

/// The place after which a page goes on; within a part of the list, or at the beginning of the next part.
type Place = (List, Option<IndexKey>);

/// The parts of the list that `of` and `kind` ask for; without them, contracts first.
fn lists(parameters: &mut Parameters, kind: Option<ItemKind>) -> Result<&'static [List], Refusal> {
    let of: &[List] = match parameters.take("of").as_deref() {
        None => &List::ALL,
        Some("contracts") => &[List::Contracts],
        Some("messages") => &[List::Messages],
        Some(_) => {
            return Err(Refusal::new("of", Code::NotTheValue { value: "contracts or messages".to_owned() }));
        }
    };
    Ok(match kind {
        Some(ItemKind::Anomaly(_)) if of.contains(&List::Contracts) => &[List::Contracts],
        Some(ItemKind::Other(OtherKind::RejectedMessage)) if of.contains(&List::Messages) => &[List::Messages],
        Some(ItemKind::Anomaly(_) | ItemKind::Other(OtherKind::RejectedMessage)) => &[],
        Some(ItemKind::Other(OtherKind::Unreadable)) | None => of,
    })
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

/// An item that cannot be read, and why.
#[derive(Clone)]
struct Unread {
    key: String,
    why: &'static str,
}

impl Unread {
    /// The item that an error is about; an error of the table itself is about none.
    fn of(error: LedgerError) -> Result<Unread, LedgerError> {
        match error {
            LedgerError::Damaged { key, why } => Ok(Unread { key, why }),
            LedgerError::Unknown { key } | LedgerError::Overflow { what: key, source: _ } => {
                Ok(Unread { key, why: "" })
            }
            error @ (LedgerError::Store(_) | LedgerError::Contended { .. }) => Err(error),
        }
    }

    fn instead<T>(read: Result<T, LedgerError>) -> Result<Result<T, Unread>, LedgerError> {
        match read {
            Ok(read) => Ok(Ok(read)),
            Err(error) => Unread::of(error).map(Err),
        }
    }
}

/// Everything that a page of the list is derived from: each contract read once, and all partners in one request.
struct Read {
    contracts: BTreeMap<ContractId, Result<Aggregates, Unread>>,
    partners: BTreeMap<PartnerId, Result<Partner, Unread>>,
    names: BTreeMap<PartnerId, String>,
}

impl Read {
    async fn of<S: Store>(app: &App<S>, list: &[Attention]) -> Result<Read, LedgerError> {
        let contract_id = |attention: &Attention| match attention {
            Attention::Annuity { annuity, since: _ } => Some(annuity.contract_id.clone()),
            Attention::DeadLetter(_) | Attention::Unreadable { .. } => None,
        };
        let ids: BTreeSet<ContractId> = list.iter().filter_map(contract_id).to_set();
        let read = stream::iter(ids).map(async |id| {
            let read = app.ledger.contract(&id).await.and_then(Aggregates::whole);
            Ok::<_, LedgerError>((id, Unread::instead(read)?))
        });
        let contracts: BTreeMap<_, _> = read.buffered(AT_ONCE).try_collect().await?;
        let sales = contracts.values().flatten().filter_map(|aggregates| aggregates.contract().sale().cloned());
        let sellers: BTreeSet<PartnerId> = sales.map(|sale| sale.partner_id).to_set();
        let (mut partners, mut names) = (BTreeMap::new(), BTreeMap::new());
        for (id, record) in app.ledger.records_of(sellers).await? {
            if let Ok(PartnerRecord { name: Some(name), .. }) = &record {
                names.insert(id.clone(), name.clone());
            }
            let partner = record.map_err(LedgerError::from).and_then(|record| record.known().cloned());
            partners.insert(id, Unread::instead(partner)?);
        }
        Ok(Read { contracts, partners, names })
    }

    /// The items that an entry of the list has now; the list may lag behind. What was set aside is not shown.
    fn show(&self, attention: &Attention, language: Language) -> Vec<Draft> {
        let (annuity, Unread { key, why }) = match attention {
            Attention::DeadLetter(dead_letter) => return vec![Draft::of_dead_letter(dead_letter, language)],
            Attention::Unreadable { key } => (None, Unread { key: key.clone(), why: "" }),
            Attention::Annuity { annuity, since } => match self.annuity(annuity, *since, language) {
                Ok(items) => return items,
                Err(unread) => (Some(annuity.clone()), unread),
            },
        };
        vec![Draft::of_unreadable(ItemId::unreadable(key.clone(), why), annuity, key, language)]
    }

    /// The anomalies of an annuity that are not set aside.
    fn annuity(&self, id: &AnnuityId, since: Option<Timestamp>, language: Language) -> Result<Vec<Draft>, Unread> {
        let Some(aggregates) = self.contracts.get(&id.contract_id) else { return Ok(Vec::new()) };
        let aggregates = aggregates.as_ref().map_err(Clone::clone)?;
        let contract = aggregates.contract();
        let partner = match contract.sale().and_then(|sale| self.partners.get(&sale.partner_id)) {
            Some(partner) => partner.clone()?,
            None => Partner::default(),
        };
        let open = aggregates.anomalies(&contract, id.term, &partner).into_iter();
        let open = open.filter(|found| found.set_aside.is_none());
        let about = (&contract, aggregates.customer_name());
        Ok(open.map(|found| Draft::of_anomaly(id, &found, about, since, language)).collect())
    }
}

/// The items without the unreadable ones that were set aside, and the keys of all unreadable ones.
async fn without_set_aside<S: Store>(
    app: &App<S>,
    drafts: Vec<Draft>,
) -> Result<(Vec<Draft>, Vec<String>), LedgerError> {
    let unreadable = |draft: &Draft| match draft.id() {
        ItemId::Unreadable { key, seen: _ } => Some((draft.id().clone(), key.clone())),
        ItemId::Anomaly { .. } | ItemId::DeadLetter { .. } => None,
    };
    let (ids, keys): (BTreeSet<ItemId>, Vec<String>) = drafts.iter().filter_map(unreadable).unzip();
    let set_aside = app.ledger.unreadable_set_aside(&ids).await?;
    Ok((drafts.into_iter().filter(|draft| !set_aside.contains(draft.id())).collect(), keys))
}

pub(crate) async fn set_aside<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(item): Path<String>,
    parameters: Parameters,
    body: Bytes,
) -> Result<(StatusCode, Json<ItemSetAside>), Problem> {
    parameters.done()?;
    let item: ItemId = item.parse().map_err(|_| Refusal::new("item", Code::NotAnItem))?;
    let why = set_aside::parse(utf8(&body)?)?;
    let Listed::Open { partners } = listed(&app, &item, &why).await? else {
        return Ok((StatusCode::OK, Json(ItemSetAside { status: SettingAsideStatus::SetAside })));
    };
    let occasion = caller.occasion_because((app.now)(), &why)?;
    app.ledger.keep(&Act::new(&occasion, Change::ItemSetAside { item: item.clone(), partners })).await?;
    app.restatements.send(&Request::SetAside(SettingAside { item, why }), When::Now).await.map_err(|error| {
        let error = runtime::chain(&error);
        tracing::error!(error, "an item could not be set aside; the caller was told to try again");
        Problem::try_again(Code::ItemNotTaken)
    })?;
    Ok((StatusCode::ACCEPTED, Json(ItemSetAside { status: SettingAsideStatus::Accepted })))
}

/// An item of the attention list as it is now.
enum Listed {
    /// It is open; `partners` are those of every claim of the sale.
    Open { partners: BTreeSet<PartnerId> },
    /// It is set aside already, for this reason.
    SetAside,
}

/// An item that a manager wants to set aside; a problem if it is not on the list, says something else by now, or was set aside
/// for another reason. So most mistakes are reported at once; the restatement function decides.
async fn listed<S: Store>(app: &App<S>, item: &ItemId, why: &str) -> Result<Listed, Problem> {
    let (is_set_aside, partners) = match item {
        ItemId::Anomaly { annuity, anomaly, seen } => {
            let aggregates = app.ledger.contract(&annuity.contract_id).await?.whole()?;
            let contract = aggregates.contract();
            let partner = app.ledger.partner_of(&contract).await?;
            let found = aggregates.anomalies(&contract, annuity.term, &partner).into_iter();
            let partners = contract.sale_claims().map(|sale| sale.partner_id.clone()).to_set();
            match found.into_iter().find(|found| found.anomaly == *anomaly) {
                None => return Err(Problem::not_found(Code::NoSuchItem)),
                Some(found) if found.digest != *seen => return Err(Problem::conflict(Code::ItemChanged)),
                Some(FoundAnomaly { set_aside: Some((before, _)), .. }) if before != why => {
                    return Err(Problem::conflict(Code::ItemSetAsideAlready));
                }
                Some(found) => (found.set_aside.is_some(), partners),
            }
        }
        ItemId::DeadLetter { message_id } => match app.ledger.is_dead_letter_listed(message_id).await? {
            None => return Err(Problem::not_found(Code::NoSuchItem)),
            Some(listed) => (!listed, BTreeSet::new()),
        },
        ItemId::Unreadable { .. } => {
            let set_aside = app.ledger.unreadable_set_aside(&BTreeSet::from([item.clone()])).await?;
            (!set_aside.is_empty(), BTreeSet::new())
        }
    };
    Ok(if is_set_aside { Listed::SetAside } else { Listed::Open { partners } })
}
