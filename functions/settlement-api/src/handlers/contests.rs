//! `/documents/{number}/contests`: a partner contests a document; a manager answers, which settles it. `/contests` lists what waits.

use crate::answers::contest::{OpenContestList, OpenContestShown};
use crate::answers::document::ContestShown;
use crate::app::App;
use crate::routes::Route;
use crate::{bodies, words};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use closing::contests::Outcome;
use ledger::Store;
use settlement::number::GivenNumber;
use texts::Code;
use web::access::Caller;
use web::parameters::{Parameters, number_in, utf8};
use web::problem::Problem;

/// The most contests of a document.
pub(crate) const MAX_CONTESTS: u32 = 100;

pub(crate) async fn open<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
) -> Result<Json<OpenContestList>, Problem> {
    let pages = app.pages(Route::OpenContests, "", &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    parameters.done()?;
    let part = app.closing.open_contests(limit, after).await.map_err(words::problem)?;
    let next_cursor = pages.next(part.next)?;
    Ok(Json(OpenContestList { contests: part.list.iter().map(OpenContestShown::from).collect(), next_cursor }))
}

pub(crate) async fn contest<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((path, n)): Path<(String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let (number, n) = named(&app, &caller, (&path, &n), parameters).await?;
    let contested = bodies::contest::parse(utf8(&body)?)?;
    let occasion = caller.occasion((app.now)());
    let outcome = app.closing.contest(&number, n, contested, &occasion).await.map_err(words::problem)?;
    shown(&app, outcome, &number, n).await
}

pub(crate) async fn answer<S: Store>(
    caller: Caller,
    State(app): State<App<S>>,
    Path((path, n)): Path<(String, String)>,
    parameters: Parameters,
    body: Bytes,
) -> Result<Response, Problem> {
    let (number, n) = named(&app, &caller, (&path, &n), parameters).await?;
    let text = bodies::contest::answer(utf8(&body)?)?;
    let occasion = caller.occasion((app.now)());
    let outcome = app.closing.settle_contest(&number, n, &text, &occasion).await.map_err(words::problem)?;
    shown(&app, outcome, &number, n).await
}

/// The document and the number of a contest that a path names.
async fn named<S: Store>(
    app: &App<S>,
    caller: &Caller,
    (path, n): (&str, &str),
    parameters: Parameters,
) -> Result<(GivenNumber, u32), Problem> {
    let n = number_in("n", n, 1..=MAX_CONTESTS)?;
    parameters.done()?;
    let (number, _) = app.document(&caller.role, path).await?;
    Ok((number, n))
}

/// The contest as it stands.
async fn shown<S: Store>(app: &App<S>, outcome: Outcome, number: &GivenNumber, n: u32) -> Result<Response, Problem> {
    let status = match outcome {
        Outcome::Recorded => StatusCode::CREATED,
        Outcome::Already => StatusCode::OK,
        Outcome::Other => return Err(Problem::conflict(words::recorded_otherwise())),
        Outcome::Message => return Err(Problem::conflict(words::too_late())),
        Outcome::NoContest => return Err(Problem::not_found(words::no_contest())),
    };
    let contests = app.closing.contests(number).await.map_err(words::problem)?;
    let found = contests.iter().find(|numbered| numbered.n == n);
    let found = found.ok_or_else(|| Problem::internal(Code::AnswerNotWritten))?;
    Ok((status, Json(ContestShown::from(found))).into_response())
}
