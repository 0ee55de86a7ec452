//! `PUT /partners/{id}/inquiries/{inquiry}`: a partner reports a missing sale or an error.
//! `PUT …/answer`: a manager answers. `GET /partners/{id}/inquiries` and `GET /inquiries` list them.

use crate::answers::inquiries::{InquiryList, InquiryShown};
use crate::answers::status::{Recorded, RecordedStatus};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::routes::Route;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use events::{Refusal, inquiry};
use ledger::inquiries::{Answer, MAX_INQUIRIES, MAX_OPEN, Outcome, RecordedInquiry};
use ledger::{PartnerRecord, Store};
use rules::people::Role;
use rules::sorted::Sorted;
use rules::{DocumentId, PartnerId};
use std::collections::{BTreeMap, BTreeSet};
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, id, utf8};
use web::problem::Problem;

/// Lists a partner's inquiries.
pub(crate) async fn of_partner<S: Store>(
    Caller { role, .. }: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
) -> Result<Json<InquiryList>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    parameters.done()?;
    let partner = app.registered_partner(&role, &partner_id).await?;
    let part = app.ledger.inquiries_of(&partner_id).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let names = partner.name.map(|name| (partner_id, name)).into_iter().collect();
    Ok(Json(InquiryList {
        inquiries: InquiryShown::all(part.list, &names),
        next_cursor: None,
        unreadable: Unreadable::of(&unreadable, &role),
    }))
}

/// Lists the inquiries that wait for an answer.
pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<InquiryList>, Problem> {
    let pages = app.pages(Route::Inquiries, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    parameters.done()?;
    let part = app.ledger.open_inquiries(limit, after).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    let partners: BTreeSet<PartnerId> = part.list.iter().map(|recorded| recorded.partner_id.clone()).to_set();
    let with_name = |(id, record): (PartnerId, Result<PartnerRecord, _>)| Some((id, record.ok()?.name?));
    let names: BTreeMap<_, _> = app.ledger.records_of(partners).await?.into_iter().filter_map(with_name).to_map();
    Ok(Json(InquiryList {
        inquiries: InquiryShown::all(part.list, &names),
        next_cursor: pages.next(part.next)?,
        unreadable: Unreadable::of(&unreadable, &Role::Manager),
    }))
}

pub(crate) async fn inquire<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((partner, inquiry)): Path<(String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Json<Recorded>, Problem> {
    let (partner_id, id) = named(&partner, &inquiry)?;
    parameters.done()?;
    let inquiry = inquiry::parse(utf8(&body)?)?;
    app.registered_partner(&caller.role, &partner_id).await?;
    let occasion = caller.occasion((app.now)());
    let asked = RecordedInquiry { partner_id, id, inquiry, asked_at: occasion.at, answer: None };
    recorded(app.ledger.inquire(&asked, &occasion).await?)
}

pub(crate) async fn answer<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((partner, inquiry)): Path<(String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Json<Recorded>, Problem> {
    let (partner_id, id) = named(&partner, &inquiry)?;
    parameters.done()?;
    let occasion = caller.occasion((app.now)());
    let answer = Answer { text: inquiry::parse_answer(utf8(&body)?)?, at: occasion.at };
    recorded(app.ledger.answer_inquiry(&partner_id, &id, &answer, &occasion).await?)
}

fn named(partner: &str, inquiry: &str) -> Result<(PartnerId, DocumentId), Refusal> {
    let id = inquiry.parse().map_err(|error| Refusal::new("inquiry", error))?;
    Ok((web::parameters::id(partner)?, id))
}

fn recorded(outcome: Outcome) -> Result<Json<Recorded>, Problem> {
    match outcome {
        Outcome::Recorded | Outcome::Already => Ok(Json(Recorded { status: RecordedStatus::Recorded })),
        Outcome::Other => Err(Problem::conflict(Code::SaidOtherwise)),
        Outcome::NoInquiry => Err(Problem::not_found(Code::NoSuchInquiry)),
        Outcome::TooManyOpen => Err(Problem::conflict(Code::TooManyOpenInquiries { most: MAX_OPEN })),
        Outcome::TooMany => Err(Problem::conflict(Code::TooManyInquiries { most: MAX_INQUIRIES })),
    }
}
