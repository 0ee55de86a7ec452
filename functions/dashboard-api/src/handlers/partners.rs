//! `GET /partners`, `GET /partners/{id}`: the registered partners, their agreements, balances and sales against the
//! minimum.

use crate::answers::partners::{Balance, ListedPartner, MinimumSales, Partner, PartnerList, PerkTaken};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::routes::Route;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use ledger::queries::RegisteredPartner;
use ledger::{LedgerError, Store};
use reports::search::Search;
use reports::{balances, minimum_sales, overflow};
use rules::people::Role;
use rules::{Agreement, Day, Month, PartnerId};
use std::collections::BTreeMap;
use texts::Code;
use web::access::Caller;
use web::etags::{Comparison, answer_tag, lists};
use web::parameters::{Parameters, id};
use web::problem::Problem;

/// Number of partners read side by side.
const AT_ONCE: usize = 16;
/// Values of `with`.
pub(crate) const WITH: [&str; 2] = ["minimum_sales", "balances"];

/// The parts of a listed partner beside its name.
#[derive(Debug, Clone, Copy)]
struct With {
    minimum_sales: bool,
    /// The balances at the end of a month.
    balances: Option<Month>,
}

pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<PartnerList>, Problem> {
    let pages = app.pages(Route::Partners, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let wanted = parameters.text("q")?;
    let [minimum_sales, balances] = parameters.flags("with", WITH)?;
    let until: Option<Month> = if balances { parameters.parsed("until")? } else { None };
    let with = With { minimum_sales, balances: balances.then(|| until.unwrap_or(Day::MAX.into())) };
    parameters.done()?;
    let search = Search::of(&wanted);
    let contacts = if search.is_empty() { BTreeMap::new() } else { app.ledger.contact_texts().await? };
    let is_wanted = |partner: &RegisteredPartner| {
        let contacts = contacts.get(&partner.id).map_or("", String::as_str);
        search.finds([partner.id.as_str(), &partner.name, contacts])
    };
    let part = app.ledger.partners(is_wanted, limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let read = stream::iter(part.list).map(|partner| listed(&app, partner, with)).buffered(AT_ONCE);
    let mut partners = Vec::new();
    for read in read.collect::<Vec<_>>().await {
        let Some((partner, keys)) = unreadable.pass_over(read)? else { continue };
        unreadable.add(keys);
        partners.push(partner);
    }
    let next_cursor = pages.next(part.next)?;
    Ok(Json(PartnerList { partners, next_cursor, unreadable: Unreadable::of(&unreadable, &Role::Manager) }))
}

/// A partner as listed, and the keys of the items that could not be read.
async fn listed<S: Store>(
    app: &App<S>,
    partner: RegisteredPartner,
    with: With,
) -> Result<(ListedPartner, Vec<String>), LedgerError> {
    let read = app.ledger.whole_partner(&partner.id).await?;
    let in_force = app.day().and_then(|today| read.record.partner.agreements.in_force_on(today));
    let mut listed = ListedPartner::new(partner.id.clone(), partner.name, in_force.map(Agreement::model));
    let mut unreadable = Vec::new();
    if !with.minimum_sales && with.balances.is_none() {
        return Ok((listed, unreadable));
    }
    let months = app.ledger.totals_of_partner(&partner.id).await?;
    if with.minimum_sales {
        let found = minimum_sales::of_partner(&read, &months, app.today());
        listed = listed.with_years(&found.years);
        unreadable.extend(read.unreadable.into_iter().chain(found.unreadable));
    }
    if let Some(until) = with.balances {
        let totals = months.totals.range(..=until).map(|(_, totals)| totals);
        let balances = balances::of_totals(totals).map_err(|source| overflow(&partner.id, source))?;
        listed = listed.with_balances(&balances);
        unreadable.extend(months.unreadable);
    }
    Ok((listed, unreadable))
}

pub(crate) async fn show<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    parameters.done()?;
    let read = app.registered_whole_partner(&role, &partner_id).await?;
    let months = app.ledger.totals_of_partner(&partner_id).await?;
    let years = minimum_sales::of_partner(&read, &months, app.today());
    let mut unreadable = reports::Unreadable::default();
    if role.may_read_everything() {
        unreadable.add(read.unreadable.iter().cloned());
    }
    unreadable.add(months.unreadable);
    unreadable.add(years.unreadable);
    let balances = balances::of_totals(months.totals.values()).map_err(|source| overflow(&partner_id, source))?;
    let in_force = app.day().and_then(|today| read.record.partner.agreements.in_force_on(today));
    let year = |year| match &role {
        Role::Manager | Role::Accountant => MinimumSales::for_managers(year),
        Role::Partner(_) => MinimumSales::from(year),
    };
    let partner = Partner {
        registered: (&read.record).into(),
        balances: Balance::all(&balances),
        minimum_sales: years.years.iter().map(year).collect(),
        perks: in_force.map(|agreement| PerkTaken::all(agreement.terms(), &read)).unwrap_or_default(),
        unreadable: Unreadable::of(&unreadable, &role),
    };
    let answer = serde_json::to_vec(&partner).map_err(|_| Problem::internal(Code::AnswerNotWritten))?;
    let tag = answer_tag(read.record.agreements_version, &answer);
    let is_known = lists(&headers, header::IF_NONE_MATCH, &tag, Comparison::Weak) == Some(true);
    let tag = [(header::ETAG, tag)];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    Ok((tag, [(header::CONTENT_TYPE, "application/json")], answer).into_response())
}
