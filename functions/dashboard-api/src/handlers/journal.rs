//! `GET /journal`: what people did, by partner, person and day, also as a file. `GET /partners/{id}/history`: the versions of
//! a partner's agreements.

use crate::answers::journal::{self, ActShown, AgreementsVersion, Followed, History, Journal};
use crate::answers::journal_file;
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use crate::routes::Route;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use events::Refusal;
use ledger::journal::{Act, Concerned, Period};
use ledger::members::MemberId;
use ledger::queries::Part;
use ledger::store::IndexKey;
use ledger::{LedgerError, Store};
use rules::PartnerId;
use rules::day::begins_at;
use rules::people::Role;
use texts::Code;
use web::format::Format;
use web::parameters::{Parameters, id};
use web::problem::Problem;

/// Maximum number of acts in a file.
const MOST_IN_A_FILE: usize = 5_000;
/// Number of acts read at once for a file.
const PAGE: usize = 100;

/// The acts that a request asks for.
struct Wanted {
    partner: Option<PartnerId>,
    by: Option<MemberId>,
    period: Period,
}

impl Wanted {
    fn read(parameters: &mut Parameters) -> Result<Wanted, Refusal> {
        let partner = parameters.parsed("partner_id")?;
        let by = parameters.take("by").map(|by| by.parse().map_err(|_| Refusal::new("by", Code::NotAMemberId)));
        let (from, to) = parameters.period()?;
        let after = to.date().tomorrow().ok().and_then(begins_at);
        let period = Period { from: begins_at(from.date()), until: after };
        Ok(Wanted { partner, by: by.transpose()?, period })
    }

    /// A part of the list, which has at most `limit` places: acts of the partner, of which those that the member did are
    /// wanted; or all that the member did; or all.
    async fn part<S: Store>(
        &self,
        app: &App<S>,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<Act>, LedgerError> {
        let of = self.partner.as_ref().map(Concerned::Partner).or(self.by.as_ref().map(Concerned::Member));
        let mut part = app.ledger.acts(of, self.period, limit, after).await?;
        part.list.retain(|act| self.by.is_none() || act.occasion.by.member() == self.by.as_ref());
        Ok(part)
    }
}

pub(crate) async fn list<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let pages = app.pages(Route::Journal, "", &parameters);
    let format = Format::asked(&mut parameters, &headers, &Format::OF_LISTS)?;
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    let wanted = Wanted::read(&mut parameters)?;
    parameters.done()?;
    match format {
        Format::Json | Format::Html | Format::Workbook | Format::Xml => {
            let part = wanted.part(&app, limit, after).await?;
            let mut unreadable = reports::Unreadable::default();
            unreadable.add(part.unreadable);
            let followed = followed(&app, &part.list).await?;
            let journal = Journal {
                acts: part.list.into_iter().map(|act| ActShown::of(act, &followed)).collect(),
                next_cursor: pages.next(part.next)?,
                unreadable: Unreadable::of(&unreadable, &Role::Manager),
            };
            Ok(Json(journal).into_response())
        }
        Format::Csv => {
            let acts = all(&app, &wanted).await?;
            let followed = followed(&app, &acts).await?;
            journal_file::file(acts, &followed)
        }
    }
}

/// The amounts that these acts moved, and those that nobody carried out.
async fn followed<S: Store>(app: &App<S>, acts: &[Act]) -> Result<Followed, LedgerError> {
    let passes = acts.iter().filter_map(|act| Some((act, act.passes()?)));
    let passes = passes.flat_map(|(act, of)| act.change.partners().into_iter().map(move |id| (id, of.clone())));
    let ended = app.ledger.ended_passes(&passes.collect::<Vec<_>>()).await?;
    let open: Vec<&Act> = acts.iter().filter(|act| journal::moved(act, &ended).is_none()).collect();
    let not_carried_out = app.ledger.not_carried_out(&open).await?;
    Ok(Followed { ended, not_carried_out })
}

/// Every act that is wanted. One that cannot be read makes no file: it would look complete.
async fn all<S: Store>(app: &App<S>, wanted: &Wanted) -> Result<Vec<Act>, Problem> {
    let (mut acts, mut after) = (Vec::new(), None);
    loop {
        let part = wanted.part(app, PAGE, after).await?;
        if !part.unreadable.is_empty() {
            return Err(Problem::internal(Code::ActsUnreadable));
        }
        acts.extend(part.list);
        if acts.len() > MOST_IN_A_FILE {
            return Err(Problem::too_much(Code::TooManyActs { most: MOST_IN_A_FILE }));
        }
        after = part.next;
        if after.is_none() {
            return Ok(acts);
        }
    }
}

pub(crate) async fn history<S: Store>(
    State(app): State<App<S>>,
    Path(path): Path<String>,
    mut parameters: Parameters,
) -> Result<Json<History>, Problem> {
    let partner_id: PartnerId = id(&path)?;
    let pages = app.pages(Route::History, partner_id.as_str(), &parameters);
    let (limit, after) = (parameters.limit()?, pages.after(&mut parameters)?);
    parameters.done()?;
    app.registered_partner(&Role::Manager, &partner_id).await?;
    let part = app.ledger.acts(Some(Concerned::Partner(&partner_id)), Period::default(), limit, after).await?;
    let followed = followed(&app, &part.list).await?;
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(part.unreadable);
    Ok(Json(History {
        versions: part.list.into_iter().filter_map(|act| AgreementsVersion::of(act, &followed.ended)).collect(),
        next_cursor: pages.next(part.next)?,
        unreadable: Unreadable::of(&unreadable, &Role::Manager),
    }))
}
