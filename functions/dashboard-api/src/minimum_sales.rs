//! Sales against the minimum, year by year of each agreement, and
//! `PUT /partners/{id}/agreements/{starts_on}/years/{n}/set-aside`: a manager sets a missed year aside.

use crate::App;
use crate::access::Admin;
use crate::openapi_schemas::with;
use crate::parameters::{Parameters, id, number_in, utf8};
use crate::partners::unknown;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use events::{Refusal, set_aside};
use jiff::civil::Date;
use ledger::queries::CustomerSales;
use ledger::set_aside::{Outcome, SetAside, WithYears, YearOf};
use ledger::{Head, LedgerError};
use rules::minimum_sales::{MAX_YEARS, Status, Year, minimum_sales};
use rules::text::Words;
use rules::{Agreement, Day, PartnerId};
use serde_json::{Value, json};

/// The customer sales that count for some minimum: none of them, and nothing is read, if no agreement asks for one.
pub(crate) async fn sales_against_minimum(app: &App, head: &Head) -> Result<CustomerSales, LedgerError> {
    let asking = head.partner.agreements.iter().filter(|agreement| agreement.terms().minimum_sales().is_some());
    match asking.map(Agreement::starts_on).min() {
        Some(first) => app.ledger.customer_sales(&head.id, first).await,
        None => Ok(CustomerSales::default()),
    }
}

/// Every year with a minimum that has begun, of every agreement.
pub(crate) fn all_years(head: &Head, signed_on: &[Day], today: Date) -> Vec<(YearOf, Year)> {
    let of_agreement = |agreement: &Agreement| {
        let agreement_id = agreement.id();
        let named = move |year: Year| (YearOf { agreement: agreement_id, number: year.number }, year);
        minimum_sales(agreement, signed_on, today).into_iter().map(named).collect::<Vec<_>>()
    };
    head.partner.agreements.iter().flat_map(of_agreement).collect()
}

/// A year as it is answered.
pub(crate) fn view(of: YearOf, year: &Year, today: Date) -> Value {
    json!({
        "agreement": of.agreement,
        "number": of.number,
        "from": year.from,
        "to": year.to,
        "sales": year.sales,
        "minimum": year.minimum,
        "status": year.status,
        "current": is_current(year, today),
    })
}

/// The same for a manager: with what was said when it was set aside, if it is still as it was then.
pub(crate) fn view_for_managers(partner: &WithYears, of: YearOf, year: &Year, today: Date) -> Value {
    let set_aside = set_aside_as_it_is(partner, of, year).map(|said| json!({ "reason": said.reason, "at": said.at }));
    with(view(of, year, today), "set_aside", json!(set_aside))
}

/// The current year, if there is one, and every missed one that was not set aside.
pub(crate) fn for_the_list(partner: &WithYears, signed_on: &[Day], today: Date) -> (Option<Value>, Vec<Value>) {
    let all = all_years(&partner.head, signed_on, today);
    let current = all.iter().find(|(_, year)| is_current(year, today)).map(|(of, year)| view(*of, year, today));
    let is_open =
        |of: &YearOf, year: &Year| year.status == Status::Missed && set_aside_as_it_is(partner, *of, year).is_none();
    let missed = all.iter().filter(|(of, year)| is_open(of, year)).map(|(of, year)| view(*of, year, today));
    (current, missed.collect())
}

fn is_current(year: &Year, today: Date) -> bool {
    year.from <= today && today <= year.to
}

fn set_aside_as_it_is<'a>(partner: &'a WithYears, of: YearOf, year: &Year) -> Option<&'a SetAside> {
    partner.set_aside.get(&of).filter(|set_aside| set_aside.is_about(year))
}

pub(crate) async fn put_aside(
    _: Admin,
    State(app): State<App>,
    Path((partner, starts_on, number)): Path<(String, String, String)>,
    Query(query): Query<Vec<(String, String)>>,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let partner_id: PartnerId = id(&partner)?;
    let starts_on: Day = starts_on.parse().map_err(|error| Refusal::new("starts_on", error))?;
    let number = number_in("n", &number, 1..=MAX_YEARS)?;
    Parameters::read(query)?.done()?;
    let reason = set_aside::parse(utf8(&body)?)?;
    let of = YearOf { agreement: starts_on.into(), number };
    let partner = app.ledger.partner_with_years(&partner_id).await?;
    if partner.head.name.is_none() {
        return Err(unknown(&partner_id));
    }
    let signed_on = sales_against_minimum(&app, &partner.head).await?.signed_on;
    let year = missed(&partner.head, of, &signed_on, App::today())?;
    let seen = SetAside { sales: year.sales, minimum: year.minimum, reason, at: runtime::now() };
    match app.ledger.set_aside(&partner_id, of, &seen).await? {
        Outcome::Now | Outcome::Already => Ok(Json(json!({ "status": "set-aside" }))),
        Outcome::ForAnotherReason => Err(Problem::conflict(Words::new(
            "cette année est déjà classée sans suite, pour un autre motif, qui est conservé",
            "this year is set aside already, for another reason, which stays",
        ))),
    }
}

/// A year that was missed; what else it is, is said.
fn missed(head: &Head, of: YearOf, signed_on: &[Day], today: Date) -> Result<Year, Problem> {
    let YearOf { agreement: id, number } = of;
    let Some(agreement) = head.partner.agreements.iter().find(|agreement| agreement.id() == id) else {
        return Err(Problem::not_found(Words::new(
            format!("aucun accord de {} ne commence le {id}", head.id),
            format!("no agreement of {} starts on {id}", head.id),
        )));
    };
    if agreement.terms().minimum_sales().is_none() {
        return Err(Problem::conflict(Words::new(
            "cet accord ne demande pas de minimum de ventes",
            "this agreement asks for no minimum of sales",
        )));
    }
    let year = minimum_sales(agreement, signed_on, today).into_iter().find(|year| year.number == number);
    let Some(year) = year else {
        return Err(Problem::conflict(Words::new(
            format!("l'année {number} de cet accord n'a pas commencé, ou n'existe pas"),
            format!("year {number} of this agreement has not begun, or does not exist"),
        )));
    };
    match year.status {
        Status::Missed => Ok(year),
        Status::Met => Err(Problem::conflict(Words::new(
            format!("le minimum de cette année est atteint : {} ventes sur {}", year.sales, year.minimum),
            format!("the minimum of this year is reached: {} sales of {}", year.sales, year.minimum),
        ))),
        Status::OnTrack | Status::Behind => Err(Problem::conflict(Words::new(
            format!("cette année n'est pas terminée : elle court jusqu'au {}", year.to),
            format!("this year is not over: it runs until {}", year.to),
        ))),
    }
}
