//! `/partners`: who is registered, under which agreements, and where they stand.

use crate::App;
use crate::access::{Admin, Caller};
use crate::minimum_sales::{all_years, for_the_list, sales_against_minimum, view, view_for_managers};
use crate::openapi_schemas::with;
use crate::parameters::{Parameters, id, utf8};
use crate::problem::Problem;
use crate::programme::perks;
use crate::totals::overflow;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use events::json::{Agreement, Money};
use events::{Registration, registration};
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt};
use jiff::civil::Date;
use ledger::lenient::UnknownAgreement;
use ledger::queries::Registered;
use ledger::set_aside::WithYears;
use ledger::{Head, LedgerError};
use rules::balance::Balances;
use rules::money::Overflow;
use rules::text::Words;
use rules::{Day, PartnerId, Totals};
use runtime::restatement::{PartnerStep, Request};
use serde_json::{Value, json};

/// How often a registration is tried again because a sale changed the partner's item meanwhile.
const ATTEMPTS: usize = 20;

/// How many partners are looked at side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn list(
    _: Admin,
    State(app): State<App>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Problem> {
    let mut parameters = Parameters::read(query)?;
    let pages = app.cursors.pages("/partners", "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let (wanted, with_minimum) = (parameters.text("q")?, parameters.flag("with", "minimum_sales")?);
    parameters.done()?;
    let wanted = wanted.to_lowercase();
    let is_wanted = |partner: &Registered| {
        let contains = |text: &str| text.to_lowercase().contains(&wanted);
        contains(partner.id.as_str()) || contains(&partner.name)
    };
    let part = app.ledger.partners(is_wanted, limit, after).await?;
    let mut unreadable = Unreadable::default();
    unreadable.add(part.unreadable);
    let read = stream::iter(part.list).map(|partner| listed(&app, partner, with_minimum)).buffered(AT_ONCE);
    let mut partners = Vec::new();
    for read in read.collect::<Vec<_>>().await {
        let Some((partner, keys)) = unreadable.pass_over(read)? else { continue };
        unreadable.add(keys);
        partners.push(partner);
    }
    let answer = json!({ "partners": partners, "next_cursor": pages.next(part.next)? });
    Ok(Json(unreadable.told(answer, &Caller::Admin)))
}

/// A partner as listed, and what of it could not be read.
async fn listed(app: &App, partner: Registered, with_minimum: bool) -> Result<(Value, Vec<String>), LedgerError> {
    let read = app.ledger.partner_with_years(&partner.id).await?;
    let today = App::today();
    let agreements = &read.head.partner.agreements;
    let in_force = Day::try_from(today).ok().and_then(|today| agreements.in_force_on(today));
    let view = json!({
        "partner_id": partner.id,
        "name": partner.name,
        "model": in_force.map(rules::Agreement::model),
    });
    if !with_minimum {
        return Ok((view, Vec::new()));
    }
    let sales = sales_against_minimum(app, &read.head).await?;
    let (current, missed) = for_the_list(&read, &sales.signed_on, today);
    let view = with(with(view, "minimum_sales", json!(current)), "missed", json!(missed));
    Ok((view, [read.unreadable, sales.unreadable].concat()))
}

pub(crate) async fn show(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    Parameters::read(query)?.done()?;
    let read = registered_with_years(&app, &caller, &partner_id).await?;
    let (months, sales) =
        try_join(app.ledger.totals_of_partner(&partner_id), sales_against_minimum(&app, &read.head)).await?;
    let mut unreadable = Unreadable::default();
    if caller == Caller::Admin {
        unreadable.add(read.unreadable.iter().cloned());
    }
    unreadable.add(months.unreadable);
    unreadable.add(sales.unreadable);
    let balances = balances(months.totals.values()).map_err(|source| overflow(&partner_id, source))?;
    let today = App::today();
    let years = all_years(&read.head, &sales.signed_on, today).into_iter().map(|(of, year)| match &caller {
        Caller::Admin => view_for_managers(&read, of, &year, today),
        Caller::Partner(_) => view(of, &year, today),
    });
    let partner = partner(&read.head, &balances, &years.collect::<Vec<_>>(), today);
    Ok((etag(&read.head), Json(unreadable.told(partner, &caller))).into_response())
}

/// A partner that is not registered, or not for this caller.
pub(crate) fn unknown(partner_id: &PartnerId) -> Problem {
    Problem::not_found(Words::new(
        format!("aucun partenaire {partner_id} n'est enregistré"),
        format!("no partner {partner_id} is registered"),
    ))
}

/// A partner that is registered; one that the caller may not read is as good as not.
pub(crate) async fn registered_head(app: &App, caller: &Caller, partner_id: &PartnerId) -> Result<Head, Problem> {
    if !caller.may_read(partner_id) {
        return Err(unknown(partner_id));
    }
    let head = app.ledger.head(partner_id).await?;
    if head.name.is_none() { Err(unknown(partner_id)) } else { Ok(head) }
}

/// The same with the years that were set aside.
async fn registered_with_years(app: &App, caller: &Caller, partner_id: &PartnerId) -> Result<WithYears, Problem> {
    if !caller.may_read(partner_id) {
        return Err(unknown(partner_id));
    }
    let read = app.ledger.partner_with_years(partner_id).await?;
    if read.head.name.is_none() { Err(unknown(partner_id)) } else { Ok(read) }
}

/// `PUT`: the name and all agreements, in place of what was there. Past facts are decided again by the restatement
/// function, which is asked twice: the delayed pass, asked for before the change, catches whoever was still at work with
/// the old agreements.
pub(crate) async fn register(
    _: Admin,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    Parameters::read(query)?.done()?;
    let body = utf8(&body)?;
    for _ in 0..ATTEMPTS {
        let read = app.ledger.head(&partner_id).await?;
        let Registration { name, agreements } = registration::parse(body, &read.partner.agreements)?;
        let created = read.name.is_none();
        let pass = |agreements_version| Request::Partner(PartnerStep::first(partner_id.clone(), agreements_version));
        if read.name.as_ref() == Some(&name) && read.partner.agreements == agreements {
            // Perhaps a repetition, because whoever changed it was stopped before the pass.
            request_pass(&app, &pass(read.agreements_version)).await;
            return Ok(registered(&read, StatusCode::OK));
        }
        check_preconditions(&read, &headers)?;
        let request = pass(read.agreements_version + 1);
        app.restatements.send_delayed(&request).await.map_err(|error| {
            let error = runtime::chain(&error);
            tracing::error!(error, "a registration could not be taken in: whoever made it is told to try again");
            Problem::try_again(Words::new(
                "l'enregistrement n'a pu être reçu à présent ; rien n'a changé, réessayer",
                "the registration could not be taken in now; nothing was changed, try again",
            ))
        })?;
        let Some(head) = app.ledger.register(read, name, agreements).await? else { continue };
        request_pass(&app, &request).await;
        return Ok(registered(&head, if created { StatusCode::CREATED } else { StatusCode::OK }));
    }
    Err(Problem::try_again(Words::new(
        "des ventes de ce partenaire ne cessent d'arriver ; rien n'a changé, réessayer",
        "sales of this partner keep coming in; nothing was changed, try again",
    )))
}

/// Asks for a pass at once. The registration stands without it, and the delayed pass comes in any case.
async fn request_pass(app: &App, request: &Request) {
    if let Err(error) = app.restatements.send(request).await {
        let error = runtime::chain(&error);
        tracing::warn!(error, "past facts are decided again only by the delayed pass, which comes by itself");
    }
}

/// `If-Match` and `If-None-Match` (RFC 9110): nobody overwrites what they have not seen.
fn check_preconditions(head: &Head, headers: &HeaderMap) -> Result<(), Problem> {
    let [(_, current)] = etag(head);
    let names = |name: HeaderName, tag: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.map(|value| value.split(',').any(|listed| listed.trim() == tag || listed.trim() == "*"))
    };
    let registered = head.name.is_some();
    match (names(header::IF_MATCH, &current), names(header::IF_NONE_MATCH, &current)) {
        (Some(matches), _) if !(registered && matches) => Err(Problem::precondition_failed(Words::new(
            format!(
                "le partenaire n'est pas, ou n'est plus, tel que le dit If-Match : son ETag est {current} ; le relire et refaire la modification"
            ),
            format!(
                "the partner is not, or no longer, as If-Match says: its ETag is {current}; read it again and repeat the change"
            ),
        ))),
        (_, Some(true)) if registered => Err(Problem::precondition_failed(Words::new(
            "le partenaire est déjà enregistré, ce que If-None-Match exclut",
            "the partner is registered already, which If-None-Match excludes",
        ))),
        (None, _) if registered => Err(Problem::precondition_required(Words::new(
            format!(
                "le partenaire est enregistré avec d'autres données : envoyer If-Match avec l'ETag lu (à présent {current})"
            ),
            format!(
                "the partner is registered with other data: send If-Match with the ETag that you read (it is {current} now)"
            ),
        ))),
        (Some(_) | None, _) => Ok(()),
    }
}

fn registered(head: &Head, status: StatusCode) -> Response {
    (status, etag(head), Json(registration_of(head))).into_response()
}

fn etag(head: &Head) -> [(HeaderName, String); 1] {
    [(header::ETAG, format!("\"{}\"", head.agreements_version))]
}

fn registration_of(head: &Head) -> Value {
    let known = head.partner.agreements.iter().map(|agreement| json!(Agreement::from(agreement)));
    let agreements: Vec<Value> = known.chain(head.unknown.iter().map(unknown_agreement)).collect();
    json!({ "partner_id": head.id, "name": head.name, "agreements": agreements })
}

/// An agreement of a later release, as the texts that it has.
fn unknown_agreement(agreement: &UnknownAgreement) -> Value {
    let UnknownAgreement { model, programme, starts_on, ends_on } = agreement;
    json!({ "model": model, "programme": programme, "starts_on": starts_on, "ends_on": ends_on })
}

/// What everything ever booked comes to, in each currency.
fn balances<'a>(months: impl Iterator<Item = &'a Totals>) -> Result<Balances, Overflow> {
    let mut balances = Balances::default();
    for (group, total) in months.flat_map(|totals| &totals.0) {
        let due = total.due(group.kind);
        let balance = balances.0.entry(group.currency).or_default();
        balance.due_to_partner = balance.due_to_partner.plus(due.due_to_partner)?;
        balance.due_from_partner = balance.due_from_partner.plus(due.due_from_partner)?;
    }
    Ok(balances)
}

fn partner(head: &Head, balances: &Balances, minimum_sales: &[Value], today: Date) -> Value {
    let balances: Vec<Value> = balances
        .0
        .iter()
        .map(|(currency, balance)| {
            json!({
                "currency": currency,
                "due_to_partner": Money::new(balance.due_to_partner, *currency),
                "due_from_partner": Money::new(balance.due_from_partner, *currency),
            })
        })
        .collect();
    let in_force = Day::try_from(today).ok().and_then(|today| head.partner.agreements.in_force_on(today));
    let mut view = registration_of(head);
    if let Value::Object(fields) = &mut view {
        fields.insert("balances".to_owned(), json!(balances));
        fields.insert("minimum_sales".to_owned(), json!(minimum_sales));
        let perks = in_force.map(|agreement| perks(agreement.terms())).unwrap_or_default();
        fields.insert("perks".to_owned(), json!(perks));
    }
    view
}
