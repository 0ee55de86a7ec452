//! `POST /simulations`: the recorded facts under other terms, beside today's result. Writes nothing.

use crate::answers::entries::LineAnswer;
use crate::answers::simulation::{Difference, SimulatedLine, SimulatedPartner, Simulation, YearlyCost};
use crate::answers::unreadable::Unreadable;
use crate::app::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use events::json::Total;
use events::{Refusal, simulation};
use futures_util::stream::{self, StreamExt};
use ledger::Store;
use reports::{names, overflow_of_several};
use rules::line::LineId;
use rules::people::Role;
use rules::programme::Language;
use rules::simulation::{Pair, Who, cost, simulation};
use rules::totals::of_lines;
use rules::{Agreements, Contract, ContractId, Day, Line, Month, PartnerId};
use std::collections::BTreeMap;
use texts::Code;
use web::parameters::{Parameters, utf8};
use web::problem::Problem;

/// Maximum number of contracts that one simulation reads.
const MAX_CONTRACTS: usize = 2000;
/// Maximum number of lines that an answer lists.
const MAX_LINES: usize = 200;
/// Number of partners read side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn run<S: Store>(
    State(app): State<App<S>>,
    mut parameters: Parameters,
    body: Bytes,
) -> Result<Json<Simulation>, Problem> {
    let language = parameters.language()?;
    parameters.done()?;
    let question = simulation::parse(utf8(&body)?)?;
    let (names, mut unreadable) = names(&app.ledger).await?;
    let registry = registry(&app, &question.who, &names, &mut unreadable).await?;
    let contracts = contracts(&app, registry.keys(), &mut unreadable).await?;
    let pairs = simulation(&contracts, &registry, &question.who, question.terms, question.from);
    let year = Month::from(app.day().unwrap_or(Day::MAX)).year();
    let differing: Vec<(&LineId, &Pair)> = pairs.iter().filter(|(_, pair)| differs(pair)).collect();
    let partners = registry.keys().map(|id| partner(id, names.get(id), &pairs, year));
    Ok(Json(Simulation {
        today: sum(today(&pairs))?,
        simulated: sum(simulated(&pairs))?,
        partners: partners.collect::<Result<Vec<_>, Problem>>()?,
        lines: differing.iter().take(MAX_LINES).map(|(id, pair)| line(id, pair, language)).collect(),
        lines_changed: differing.len(),
        unreadable: Unreadable::of(&unreadable, &Role::Manager),
        yearly_cost: YearlyCost { from: year.0, to: year.1, differences: difference(pairs.values(), year)? },
        who: question.who,
        terms: question.terms,
        from: question.from,
    }))
}

/// The partners concerned, each with all of its agreements.
async fn registry<S: Store>(
    app: &App<S>,
    who: &Who,
    names: &BTreeMap<PartnerId, String>,
    unreadable: &mut reports::Unreadable,
) -> Result<BTreeMap<PartnerId, Agreements>, Problem> {
    let ids: Vec<PartnerId> = match who {
        Who::PartnerId(id) if names.contains_key(id) => vec![id.clone()],
        Who::PartnerId(_) => {
            let words = Code::NotARegisteredPartner;
            return Err(Refusal::new("who.partner_id", words).into());
        }
        Who::Model(_) | Who::Programme(_) => names.keys().cloned().collect(),
    };
    let partner_records =
        stream::iter(ids).map(|id| async move { app.ledger.partner_record(&id).await }).buffer_unordered(AT_ONCE);
    let mut concerned = Vec::new();
    for record in partner_records.collect::<Vec<_>>().await {
        let record = record.and_then(|record| {
            record.known()?;
            Ok(record)
        });
        concerned.extend(unreadable.pass_over(record)?.map(|record| (record.id, record.partner.agreements)));
    }
    let concerned = concerned.into_iter();
    Ok(concerned.filter(|(id, agreements)| agreements.iter().any(|agreement| who.includes(id, agreement))).collect())
}

async fn contracts<S: Store>(
    app: &App<S>,
    partners: impl Iterator<Item = &PartnerId>,
    unreadable: &mut reports::Unreadable,
) -> Result<BTreeMap<ContractId, Contract>, Problem> {
    let too_many = || Problem::too_much(Code::TooManyContracts { most: MAX_CONTRACTS });
    let partners: Vec<PartnerId> = partners.cloned().collect();
    let of_partners =
        stream::iter(partners).map(|partner| async move { app.ledger.contracts_of(&partner, MAX_CONTRACTS).await });
    let mut of_partners = of_partners.buffer_unordered(AT_ONCE);
    let mut contracts = BTreeMap::new();
    while let Some(of_partner) = of_partners.next().await {
        for (id, aggregates) in of_partner?.ok_or_else(too_many)? {
            contracts.extend(unreadable.pass_over(aggregates)?.map(|aggregates| (id, aggregates.contract())));
        }
        if contracts.len() > MAX_CONTRACTS {
            return Err(too_many());
        }
    }
    Ok(contracts)
}

type Pairs = BTreeMap<LineId, Pair>;

fn today(pairs: &Pairs) -> impl Iterator<Item = &Line> {
    pairs.values().filter_map(|(today, _)| today.as_ref())
}

fn simulated(pairs: &Pairs) -> impl Iterator<Item = &Line> {
    pairs.values().filter_map(|(_, simulated)| simulated.as_ref())
}

fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> Result<Vec<Total>, Problem> {
    Ok(of_lines(lines).map(|sum| Total::all(&sum)).map_err(overflow_of_several)?)
}

fn difference<'a>(pairs: impl Iterator<Item = &'a Pair>, year: (Day, Day)) -> Result<Vec<Difference>, Problem> {
    Ok(cost(pairs, year).map(|cost| Difference::all(&cost)).map_err(overflow_of_several)?)
}

fn partner(
    id: &PartnerId,
    name: Option<&String>,
    pairs: &Pairs,
    year: (Day, Day),
) -> Result<SimulatedPartner, Problem> {
    let own = |line: &&Line| line.posting.partner_id == *id;
    let own_pairs = pairs.values().filter(|(today, simulated)| today.iter().chain(simulated).any(|line| own(&line)));
    Ok(SimulatedPartner {
        partner_id: id.clone(),
        name: name.cloned(),
        today: sum(today(pairs).filter(own))?,
        simulated: sum(simulated(pairs).filter(own))?,
        yearly_cost: difference(own_pairs, year)?,
    })
}

/// A difference of posting, amount or vendor's share.
fn differs((today, simulated): &Pair) -> bool {
    let owed =
        |line: &Option<Line>| line.as_ref().map(|line| (line.posting.clone(), line.amount(), line.vendor_share()));
    owed(today) != owed(simulated)
}

fn line(id: &LineId, (today, simulated): &Pair, language: Language) -> SimulatedLine {
    SimulatedLine {
        line: id.into(),
        today: today.as_ref().map(|line| LineAnswer::of(line, language)),
        simulated: simulated.as_ref().map(|line| LineAnswer::of(line, language)),
    }
}
