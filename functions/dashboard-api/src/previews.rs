//! Previews (`?preview=true`): what a request would append to the ledger. Writes nothing to it. A preview of more contracts than
//! one request reads is made by the restatement function; the same request with `previewed` asks for it again, and is answered
//! once it is there. With `previewed` alone, the request is carried out, and the journal has the amounts of that preview.

use crate::answers::preview::{Preview, UnderWay};
use crate::app::App;
use crate::restatements::When;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use events::Refusal;
use jiff::SignedDuration;
use ledger::Store;
use ledger::journal::{Act, Concerned, Moved, Period};
use ledger::preview::{ChangedContract, Previewed, Proposed};
use ledger::preview_steps::{PreviewId, Progress, Question};
use reports::{overflow_of_several, preview};
use rules::programme::Language;
use rules::sorted::Sorted;
use rules::{Day, PartnerId};
use runtime::restatement::{PreviewStep, Request};
use std::collections::{BTreeMap, BTreeSet};
use texts::Code;
use web::parameters::Parameters;
use web::problem::Problem;

/// Maximum number of contracts that a request reads for a preview.
pub const MAX_CONTRACTS: usize = 5000;
/// Seconds after which it is worth asking again for a preview that is made in the background.
const ASK_AGAIN: &str = "2";
/// Acts that are not older may still be on their way.
const LATELY: SignedDuration = SignedDuration::from_mins(15);
/// The most acts of a partner that are looked at.
const MOST_LATELY: usize = 100;
/// The longest that a preview is being made; one that is not there after it failed.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// The parts of a request about previews.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// The language of the preview that is asked for; none: the request is to be carried out.
    pub(crate) first: Option<Language>,
    /// The preview that was made in the background.
    pub(crate) made: Option<PreviewId>,
}

impl Look {
    /// Reads `preview`, and the language of its answer, and `previewed`.
    pub(crate) fn read(parameters: &mut Parameters) -> Result<Look, Refusal> {
        let language = parameters.language()?;
        let first = match parameters.take("preview").as_deref() {
            Some("true") => Some(language),
            Some("false") | None => None,
            Some(_) => return Err(Refusal::new("preview", Code::NotTheValue { value: "true, false".to_owned() })),
        };
        let made = parameters.take("previewed");
        let made = made.map(|id| id.parse().map_err(|_| Refusal::new("previewed", Code::NotAPreviewId)));
        Ok(Look { first, made: made.transpose()? })
    }
}

/// A change that was checked: as the rules see it, and as the restatement function is asked about it.
pub(crate) struct Change {
    pub(crate) proposed: Proposed,
    pub(crate) question: Question,
    /// The names that partners would have.
    pub(crate) names: BTreeMap<PartnerId, String>,
}

impl Change {
    pub(crate) fn of_contract(contract: ChangedContract, choice: ledger::choices::Choice) -> Change {
        let (proposed, question) = (Proposed::Contract(contract), Question::Choice(choice));
        Change { proposed, question, names: BTreeMap::new() }
    }
}

/// The amounts that a change will move, for the journal; none: it concerns too many contracts, and no preview was made of it.
pub(crate) async fn foreseen<S: Store>(
    app: &App<S>,
    Change { proposed, question, names: _ }: &Change,
    made: Option<&PreviewId>,
) -> Result<Option<Moved>, Problem> {
    let kept = match made {
        Some(id) => app.ledger.preview_kept(id, question, proposed).await?,
        None => None,
    };
    let previewed = match kept {
        Some(kept) => Some(kept),
        None => app.ledger.preview(proposed, app.most_previewed).await?,
    };
    let sums = previewed.map(|previewed| preview::of(previewed, Day::MAX.into()).map(|preview| preview.sums));
    Ok(sums.transpose().map_err(overflow_of_several)?)
}

/// Answers a preview, or that it is being made.
pub(crate) async fn answer<S: Store>(
    app: &App<S>,
    Change { proposed, question, names }: Change,
    made: Option<PreviewId>,
    language: Language,
) -> Result<Response, Problem> {
    let proposed = match proposed {
        Proposed::Contract(contract) => Proposed::Contract(ChangedContract { now: contract.now.whole()?, ..contract }),
        registration @ Proposed::Registration { .. } => registration,
    };
    let previewed = match &made {
        Some(id) => app.ledger.preview_kept(id, &question, &proposed).await?,
        None => app.ledger.preview(&proposed, app.most_previewed).await?,
    };
    if let Some(previewed) = previewed {
        return shown(app, previewed, (&proposed, names), language).await;
    }
    let now = (app.now)();
    let id = match made {
        Some(id) if id.is_of(&question) && now.duration_since(id.begun_at()) < LONGEST => id,
        Some(_) => return Err(Problem::not_found(Code::NoSuchPreview)),
        None => {
            let id = PreviewId::of(&question, now);
            begin(app, Progress::new(id.clone(), question)).await?;
            id
        }
    };
    let under_way = Json(UnderWay { previewed: id });
    Ok((StatusCode::ACCEPTED, [(header::RETRY_AFTER, ASK_AGAIN)], under_way).into_response())
}

async fn begin<S: Store>(app: &App<S>, progress: Progress) -> Result<(), Problem> {
    let not_begun = |error: &dyn std::error::Error| {
        let error = runtime::chain(error);
        tracing::error!(error, "a preview could not be begun; the caller was told to try again");
        Problem::try_again(Code::PreviewNotBegun)
    };
    let step = PreviewStep::of(&progress).map_err(|error| not_begun(&error))?;
    app.restatements.send(&Request::Preview(step), When::Now).await.map_err(|error| not_begun(&error))
}

/// The number of acts of the last minutes that concern these partners and are not carried out yet, or were refused.
async fn to_carry_out<S: Store>(app: &App<S>, partners: &BTreeSet<PartnerId>) -> Result<usize, Problem> {
    let period = Period { from: (app.now)().checked_sub(LATELY).ok(), until: None };
    let mut lately = Vec::new();
    for partner in partners {
        lately.extend(app.ledger.acts(Some(Concerned::Partner(partner)), period, MOST_LATELY, None).await?.list);
    }
    Ok(app.ledger.not_carried_out(&lately.iter().collect::<Vec<&Act>>()).await?.len())
}

async fn shown<S: Store>(
    app: &App<S>,
    previewed: Previewed,
    (proposed, mut names): (&Proposed, BTreeMap<PartnerId, String>),
    language: Language,
) -> Result<Response, Problem> {
    let mut unreadable = reports::Unreadable::default();
    unreadable.add(previewed.unreadable.clone());
    let present = app.day().unwrap_or(Day::MAX).into();
    let preview = preview::of(previewed, present).map_err(overflow_of_several)?;
    let seller = proposed.seller();
    let partners: BTreeSet<PartnerId> = preview.balances.keys().chain(seller).cloned().to_set();
    for (id, record) in app.ledger.records_of(partners).await? {
        if let Some(name) = record.ok().and_then(|record| record.name) {
            names.entry(id).or_insert(name);
        }
    }
    let unregistered = seller.filter(|seller| !names.contains_key(seller));
    let about = (&names, unregistered, to_carry_out(app, &proposed.partners()).await?);
    Ok(Json(Preview::of(&preview, about, &unreadable, present, language)).into_response())
}
