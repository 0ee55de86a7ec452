//! `POST /simulations`: the recorded facts under other terms, beside today's result. Writes nothing.

use crate::App;
use crate::access::{Admin, Caller};
use crate::contracts::line;
use crate::entries::cause;
use crate::parameters::{Parameters, utf8};
use crate::problem::Problem;
use crate::totals::of_all;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use events::json::Total;
use events::{Refusal, Simulation, simulation};
use futures_util::stream::{self, StreamExt};
use rules::line::LineId;
use rules::programme::Language;
use rules::text::Words;
use rules::totals::of_lines;
use rules::what_if::{Pair, Who, what_if};
use rules::{Agreements, AnnuityId, Contract, ContractId, Line, PartnerId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The most contracts that one question looks at.
const MAX_CONTRACTS: usize = 2000;
/// The most lines that an answer lists.
const MAX_LINES: usize = 200;
/// How many partners are read side by side.
const AT_ONCE: usize = 16;

pub(crate) async fn run(
    _: Admin,
    State(app): State<App>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Problem> {
    let mut parameters = Parameters::read(query)?;
    let language = parameters.language(&headers)?;
    parameters.done()?;
    let simulation = simulation::parse(utf8(&body)?)?;
    let (names, mut unreadable) = app.names().await?;
    let registry = registry(&app, &simulation.who, &names, &mut unreadable).await?;
    let contracts = contracts(&app, registry.keys(), &mut unreadable).await?;
    let pairs = what_if(&contracts, &registry, &simulation.who, simulation.terms);
    let answer = answer(&simulation, &pairs, (&registry, &names), language)?;
    Ok(Json(unreadable.told(answer, &Caller::Admin)))
}

/// The partners concerned, each with all of its agreements.
async fn registry(
    app: &App,
    who: &Who,
    names: &BTreeMap<PartnerId, String>,
    unreadable: &mut Unreadable,
) -> Result<BTreeMap<PartnerId, Agreements>, Problem> {
    let ids: Vec<PartnerId> = match who {
        Who::PartnerId(id) if names.contains_key(id) => vec![id.clone()],
        Who::PartnerId(_) => {
            let words = Words::new("n'est pas un partenaire enregistré", "is no registered partner");
            return Err(Refusal::new("who.partner_id", words).into());
        }
        Who::Model(_) | Who::Programme(_) => names.keys().cloned().collect(),
    };
    let heads = stream::iter(ids).map(|id| async move { app.ledger.head(&id).await }).buffer_unordered(AT_ONCE);
    let mut concerned = Vec::new();
    for head in heads.collect::<Vec<_>>().await {
        let head = head.and_then(|head| {
            head.known()?;
            Ok(head)
        });
        concerned.extend(unreadable.pass_over(head)?.map(|head| (head.id, head.partner.agreements)));
    }
    let concerned = concerned.into_iter();
    Ok(concerned.filter(|(id, agreements)| agreements.iter().any(|agreement| who.includes(id, agreement))).collect())
}

async fn contracts(
    app: &App,
    partners: impl Iterator<Item = &PartnerId>,
    unreadable: &mut Unreadable,
) -> Result<BTreeMap<ContractId, Contract>, Problem> {
    let too_many = || {
        Problem::too_much(Words::new(
            format!("cela concerne plus de {MAX_CONTRACTS} contrats ; demander pour un partenaire ou un modèle"),
            format!("this concerns more than {MAX_CONTRACTS} contracts; ask about one partner or one model"),
        ))
    };
    let partners: Vec<PartnerId> = partners.cloned().collect();
    let of_partners =
        stream::iter(partners).map(|partner| async move { app.ledger.contracts_of(&partner, MAX_CONTRACTS).await });
    let mut of_partners = of_partners.buffer_unordered(AT_ONCE);
    let mut contracts = BTreeMap::new();
    while let Some(of_partner) = of_partners.next().await {
        for (id, contract) in of_partner?.ok_or_else(too_many)? {
            contracts.extend(unreadable.pass_over(contract)?.map(|contract| (id, contract)));
        }
        if contracts.len() > MAX_CONTRACTS {
            return Err(too_many());
        }
    }
    Ok(contracts)
}

type Registry<'a> = (&'a BTreeMap<PartnerId, Agreements>, &'a BTreeMap<PartnerId, String>);

fn answer(
    simulation: &Simulation,
    pairs: &BTreeMap<LineId, Pair>,
    (registry, names): Registry<'_>,
    language: Language,
) -> Result<Value, Problem> {
    let sum = |lines: Vec<&Line>| of_lines(lines).map(|sum| Total::all(&sum)).map_err(of_all);
    let of = |id: &PartnerId, line: &&Line| line.posting.partner_id == *id;
    let today = || pairs.values().filter_map(|pair| pair.0.as_ref());
    let simulated = || pairs.values().filter_map(|pair| pair.1.as_ref());
    let mut partners = Vec::new();
    for id in registry.keys() {
        partners.push(json!({
            "partner_id": id,
            "name": names.get(id),
            "today": sum(today().filter(|line| of(id, line)).collect())?,
            "simulated": sum(simulated().filter(|line| of(id, line)).collect())?,
        }));
    }
    let differs = |pair: &Pair| {
        let owed =
            |line: &Option<Line>| line.as_ref().map(|line| (line.posting.clone(), line.amount(), line.vendor_share()));
        owed(&pair.0) != owed(&pair.1)
    };
    let differing: Vec<(&LineId, &Pair)> = pairs.iter().filter(|(_, pair)| differs(pair)).collect();
    let lines: Vec<Value> = differing.iter().take(MAX_LINES).map(|(id, pair)| both(id, pair, language)).collect();
    Ok(json!({
        "who": simulation.who,
        "terms": simulation.terms,
        "today": sum(today().collect())?,
        "simulated": sum(simulated().collect())?,
        "partners": partners,
        "lines": lines,
        "lines_changed": differing.len(),
    }))
}

fn both(id: &LineId, (today, simulated): &Pair, language: Language) -> Value {
    let (contract_id, term, cause) = match id {
        LineId::Annuity { annuity: AnnuityId { contract_id, term }, cause: of } => {
            (Some(contract_id), Some(term.number()), cause(of))
        }
        LineId::EntryFee { partner_id: _, agreement } => (None, None, agreement.to_string()),
    };
    json!({
        "contract_id": contract_id,
        "term": term,
        "cause": cause,
        "today": today.as_ref().map(|today| line(today, language)),
        "simulated": simulated.as_ref().map(|simulated| line(simulated, language)),
    })
}
