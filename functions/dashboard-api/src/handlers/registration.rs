//! `PUT /partners/{id}`: replaces the name and all agreements. The restatement function decides past facts again. It is
//! asked for two passes: the delayed one, requested before the change, catches functions that still worked with the old
//! agreements. As a preview it only answers what would follow.

use crate::answers::partners::RegisteredPartner;
use crate::app::App;
use crate::previews::{self, Change, Look};
use crate::restatements::When;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use events::{Refusal, Registration, registration};
use ledger::journal::{Moved, Occasion, Registered};
use ledger::preview::Proposed;
use ledger::preview_steps::{PreviewId, Question};
use ledger::{PartnerRecord, Store};
use rules::PartnerId;
use rules::sorted::Sorted;
use runtime::restatement::{PartnerStep, Request};
use texts::Code;
use web::access::Caller;
use web::etags::{Comparison, lists, version_tag};
use web::parameters::{Parameters, id, utf8};
use web::problem::Problem;

/// Number of attempts at a registration while sales keep changing the partner's item.
const ATTEMPTS: usize = 20;

pub(crate) async fn register<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let look = Look::read(&mut parameters)?;
    parameters.done()?;
    let body = utf8(&body)?;
    for _ in 0..ATTEMPTS {
        let read = app.ledger.partner_record(&partner_id).await?;
        let Registration { partner_id: said, name, agreements, reason } =
            registration::parse(body, &read.partner.agreements)?;
        if said.is_some_and(|said| said != partner_id) {
            let words = Code::NotThePathsPartner;
            return Err(Refusal::new("partner_id", words).into());
        }
        let created = read.name.is_none();
        let pass = |agreements_version| Request::Partner(PartnerStep::first(partner_id.clone(), agreements_version));
        let registered = Registered { name, agreements };
        if read.registered().as_ref() == Some(&registered) {
            // This may be a repetition, since the function that made the change may have stopped before it asked for
            // the pass.
            if lists(&headers, header::IF_NONE_MATCH, &version_tag(read.agreements_version), Comparison::Weak)
                == Some(true)
            {
                return Err(Problem::precondition_failed(Code::RegisteredAlready));
            }
            if let Some(language) = look.first {
                read.known()?;
                return previews::answer(&app, change(&partner_id, &registered), look.made, language).await;
            }
            request_pass(&app, &pass(read.agreements_version)).await;
            return Ok(answer(&read, StatusCode::OK));
        }
        check_preconditions(&read, &headers)?;
        if let Some(language) = look.first {
            read.known()?;
            return previews::answer(&app, change(&partner_id, &registered), look.made, language).await;
        }
        let foreseen = foreseen(&app, &read, &registered, look.made.as_ref()).await?;
        if reason.is_none() && needs_reason(&read, &registered, foreseen.as_ref()) {
            return Err(Refusal::new("reason", Code::ReasonMissing).into());
        }
        let version = read.agreements_version + 1;
        let (request, last) = (pass(version), Request::Partner(PartnerStep::last(partner_id.clone(), version)));
        app.restatements.send(&last, When::Delayed).await.map_err(|error| {
            let error = runtime::chain(&error);
            tracing::error!(error, "a registration could not be recorded; the caller was told to try again");
            Problem::try_again(Code::RegistrationNotTaken)
        })?;
        let occasion = Occasion { reason, ..caller.occasion((app.now)()) };
        let Some(record) = app.ledger.register(read, registered, &occasion, foreseen).await? else { continue };
        request_pass(&app, &request).await;
        return Ok(answer(&record, if created { StatusCode::CREATED } else { StatusCode::OK }));
    }
    Err(Problem::try_again(Code::SalesKeepComing))
}

fn change(partner_id: &PartnerId, Registered { name, agreements }: &Registered) -> Change {
    Change {
        proposed: Proposed::Registration { partner_id: partner_id.clone(), agreements: agreements.clone() },
        question: Question::of_registration(partner_id.clone(), agreements.clone()),
        names: std::iter::once((partner_id.clone(), name.clone())).to_map(),
    }
}

/// The amounts that a registration will move, for the journal; none: not computed.
async fn foreseen<S: Store>(
    app: &App<S>,
    read: &PartnerRecord,
    registered: &Registered,
    made: Option<&PreviewId>,
) -> Result<Option<Moved>, Problem> {
    if read.known().is_err() || registered.agreements == read.partner.agreements {
        return Ok(Some(Moved::new()));
    }
    previews::foreseen(app, &change(&read.id, registered), made).await
}

/// A reason is compulsory where amounts of a registered partner change (RULEBOOK §9), or may: too many contracts were not
/// computed.
fn needs_reason(read: &PartnerRecord, registered: &Registered, foreseen: Option<&Moved>) -> bool {
    let changes = foreseen.map_or(read.partner.agreements != registered.agreements, |moved| !moved.is_empty());
    read.name.is_some() && changes
}

/// Asks for a pass at once. If this fails, the registration is kept, and the delayed pass comes in any case.
async fn request_pass<S: Store>(app: &App<S>, request: &Request) {
    if let Err(error) = app.restatements.send(request, When::Now).await {
        let error = runtime::chain(&error);
        tracing::warn!(error, "past facts are decided again only by the delayed pass, which comes by itself");
    }
}

/// Checks `If-Match` and `If-None-Match` (RFC 9110), so that a client overwrites only a version that it has seen.
fn check_preconditions(record: &PartnerRecord, headers: &HeaderMap) -> Result<(), Problem> {
    let current = version_tag(record.agreements_version);
    let registered = record.name.is_some();
    let if_match = lists(headers, header::IF_MATCH, &current, Comparison::Version);
    let if_none_match = lists(headers, header::IF_NONE_MATCH, &current, Comparison::Weak);
    match (if_match, if_none_match) {
        (Some(matches), _) if !(registered && matches) => {
            Err(Problem::precondition_failed(Code::ChangedMeanwhile { current: current.clone() }))
        }
        (_, Some(true)) if registered => Err(Problem::precondition_failed(Code::RegisteredAlready)),
        (None, _) if registered => {
            Err(Problem::precondition_required(Code::IfMatchMissing { current: current.clone() }))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

fn answer(record: &PartnerRecord, status: StatusCode) -> Response {
    (status, [(header::ETAG, version_tag(record.agreements_version))], Json(RegisteredPartner::from(record)))
        .into_response()
}
