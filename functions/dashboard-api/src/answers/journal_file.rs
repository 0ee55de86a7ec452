//! The journal as a file for a machine.

use crate::answers::journal::{ActShown, Followed, moved};
use axum::response::Response;
use ledger::journal::{Act, Author};
use ledger::totals::PartnerMonth;
use rules::label::StatedReason;
use rules::totals::{Group, Total};
use rules::{PartnerId, Totals};
use texts::Code;
use web::files::csv;
use web::problem::Problem;

const COLUMNS: [&str; 18] = [
    "at",
    "act",
    "by",
    "by_id",
    "kind_of_act",
    "partners",
    "reason",
    "carried_out",
    "change",
    "amounts",
    "partner_id",
    "month",
    "kind",
    "model",
    "currency",
    "entries",
    "amount",
    "vendor_share",
];

/// Number of columns that say what an amount is of.
const OF_AMOUNT: usize = 8;

/// The amounts that an act moved, once its passes have ended.
const MOVED: &str = "moved";
/// The amounts that it was going to move.
const FORESEEN: &str = "foreseen";

/// Writes a row for each amount that an act moved or, until its passes have ended, was going to move, by partner, month, kind,
/// model and currency; one row for an act of no amount. The change is JSON, as in the list.
pub(crate) fn file(acts: Vec<Act>, followed: &Followed) -> Result<Response, Problem> {
    let mut rows = Vec::with_capacity(acts.len());
    for act in acts {
        let (said, moved) = match moved(&act, &followed.ended) {
            Some(moved) => (MOVED, moved),
            None => (FORESEEN, act.foreseen.clone().unwrap_or_default()),
        };
        let of_act = cells(act, followed)?;
        let moved = moved.iter().map(|(of, totals)| (of, totals.that_move()));
        let amounts: Vec<[String; OF_AMOUNT]> = moved.flat_map(|(of, totals)| amounts(of, &totals)).collect();
        if amounts.is_empty() {
            rows.push([of_act.clone(), vec![String::new(); OF_AMOUNT + 1]].concat());
        }
        let row = |amount: [String; OF_AMOUNT]| [of_act.clone(), vec![said.to_owned()], amount.to_vec()].concat();
        rows.extend(amounts.into_iter().map(row));
    }
    Ok(csv("journal.csv", &COLUMNS, rows))
}

/// The columns that every row of an act has.
fn cells(act: Act, followed: &Followed) -> Result<Vec<String>, Problem> {
    let [by, by_id] = match &act.occasion.by {
        Author::Member { id, name } => [name.to_string(), id.to_string()],
        Author::Operator => [String::new(), String::new()],
    };
    let (at, id) = (act.occasion.at.to_string(), act.id().to_string());
    let reason = act.occasion.reason.as_ref().map(StatedReason::to_string).unwrap_or_default();
    let partners: Vec<&str> = act.change.partners().into_iter().map(PartnerId::as_str).collect();
    let (partners, kind) = (partners.join(" "), act.change.name().to_owned());
    let shown = ActShown::of(act, followed);
    let change = shown.change_as_text().map_err(|_| Problem::internal(Code::AnswerNotWritten))?;
    Ok(vec![at, id, by, by_id, kind, partners, reason, shown.carried_out.to_string(), change])
}

fn amounts(of: &PartnerMonth, totals: &Totals) -> Vec<[String; OF_AMOUNT]> {
    let rows = totals.0.iter().map(|(group, total)| {
        let (Group { kind, model, currency }, Total { count, amount, vendor_share }) = (*group, *total);
        [
            of.partner_id.to_string(),
            of.month.to_string(),
            kind.to_string(),
            model.to_string(),
            currency.code().to_owned(),
            count.to_string(),
            currency.decimal(amount),
            currency.decimal(vendor_share),
        ]
    });
    rows.collect()
}
