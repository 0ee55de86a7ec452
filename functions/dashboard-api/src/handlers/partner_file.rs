//! `GET /partners/{id}/file`, `PUT /partners/{id}/file`: a partner's contacts and a note, which the partner never sees.

use crate::answers::partner_file::PartnerFile;
use crate::app::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use events::partner_file;
use ledger::Store;
use ledger::partner_files::RecordedFile;
use rules::PartnerId;
use rules::people::Role;
use texts::Code;
use web::access::Caller;
use web::etags::{Comparison, lists, version_tag};
use web::parameters::{Parameters, id, utf8};
use web::problem::Problem;

pub(crate) async fn show<S: Store>(
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    parameters.done()?;
    app.registered_partner(&Role::Manager, &partner_id).await?;
    Ok(answer(app.ledger.partner_file(&partner_id).await?))
}

pub(crate) async fn write<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path(path): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let partner_id: PartnerId = id(&path)?;
    parameters.done()?;
    let file = partner_file::parse(utf8(&body)?)?;
    app.registered_partner(&Role::Manager, &partner_id).await?;
    let read = app.ledger.partner_file(&partner_id).await?;
    if read.file == file {
        return Ok(answer(read));
    }
    let current = version_tag(read.revision);
    match lists(&headers, header::IF_MATCH, &current, Comparison::Version) {
        Some(true) => {}
        Some(false) => return Err(Problem::precondition_failed(Code::FileChangedMeanwhile { current })),
        None => return Err(Problem::precondition_required(Code::FileIfMatchMissing { current })),
    }
    match app.ledger.write_partner_file(&partner_id, read, file, &caller.occasion((app.now)())).await? {
        Some(written) => Ok(answer(written)),
        None => Err(Problem::precondition_failed(Code::FileChangedMeanwhile { current })),
    }
}

fn answer(recorded: RecordedFile) -> Response {
    ([(header::ETAG, version_tag(recorded.revision))], Json(PartnerFile::from(recorded))).into_response()
}
