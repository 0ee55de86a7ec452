//! The proof of a figure: a document, or a line of it, with everything that it follows from, as one file.
//!
//! The file is `{"proof": …, "sha256": "…"}`: the digest is that of the bytes of the value `proof` as they stand in the file.

mod facts;
mod input;
mod parts;

pub use input::{Figure, ProofError, ProvenEntry};

use crate::file::{File, sha256};
use facts::{ProvenAgreement, ProvenContract};
use parts::{Proof, ProvenDocument, ProvenLine, ProvenPayments, Related, Relation};
use rules::line::LineId;
use rules::{ContractId, Minor};
use serde::Serialize;
use serde_json::value::RawValue;
use settlement::account::Booking;
use settlement::annex::annex;
use settlement::document::{Document, Named};
use settlement::lines::{Line, key, total};
use settlement::records::Records;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct Sealed<'a> {
    proof: &'a RawValue,
    sha256: String,
}

/// The proof of a figure as a file of JSON. The entries of each line and what is due again of it must add up to it, to the cent.
/// A cancellation repeats another document, so its lines have no entries of their own: the document that it names is proved.
pub fn proof(figure: &Figure<'_>) -> Result<File, ProofError> {
    let mut entries: Vec<&ProvenEntry> = figure.entries.iter().collect();
    entries.sort_by_key(|proven| {
        (proven.recorded_at, &proven.line, &proven.entry.posting, proven.entry.amount, proven.entry.vendor_share)
    });
    let lines = lines(figure)?;
    let annexed = annexed(figure, &lines, &entries)?;
    let used: Vec<&ProvenEntry> = annexed.iter().flat_map(|(_, entries, _)| entries.iter().copied()).collect();
    let currency = figure.document.account.currency;
    let proof = Proof {
        line: figure.line.map(Into::into),
        document: ProvenDocument::from(figure.document),
        lines: annexed.iter().map(|(line, entries, again)| ProvenLine::of(line, entries, again, currency)).collect(),
        agreements: agreements(figure, &used),
        contracts: contracts(figure, &used)?,
        related: related(figure),
        payments: ProvenPayments::of(figure.document, figure.books),
    };
    let json = |error: serde_json::Error| ProofError::Json(error.to_string());
    let proof = serde_json::value::to_raw_value(&proof).map_err(json)?;
    let sealed = Sealed { sha256: sha256(proof.get().as_bytes()), proof: &proof };
    Ok(File::new(serde_json::to_vec(&sealed).map_err(json)?))
}

/// The lines to be proved, by key.
fn lines(figure: &Figure<'_>) -> Result<Vec<Line>, ProofError> {
    let mut lines: Vec<Line> = figure.document.lines().copied().collect();
    if let Some(key) = figure.line {
        lines.retain(|line| line.key == key);
        if lines.is_empty() {
            return Err(ProofError::NoLine { number: figure.document.number.clone(), key });
        }
    }
    lines.sort();
    Ok(lines)
}

/// A line, its entries, and what is due again of it.
type Annexed<'a> = (Line, Vec<&'a ProvenEntry>, Vec<Line>);

fn annexed<'a>(
    figure: &Figure<'_>,
    lines: &[Line],
    entries: &[&'a ProvenEntry],
) -> Result<Vec<Annexed<'a>>, ProofError> {
    if figure.document.kind.cancels().is_some() {
        return Ok(lines.iter().map(|line| (*line, Vec::new(), Vec::new())).collect());
    }
    let bookings: Vec<Booking> =
        entries.iter().map(|proven| Booking::of(&proven.line, &proven.entry, proven.recorded_at)).collect();
    let records = Records { entries: &bookings, ..*figure.records };
    let annex = annex(figure.document, &records)?;
    let is_annexed = |booking: &Booking| annex.entries.iter().any(|other| std::ptr::eq(*other, booking));
    let of_line = |line: &Line| {
        let with_bookings = entries.iter().zip(&bookings);
        let own = with_bookings.filter(|(_, booking)| key(booking) == line.key && is_annexed(booking));
        let own: Vec<&ProvenEntry> = own.map(|(proven, _)| *proven).collect();
        let again: Vec<Line> = annex.due_again.iter().filter(|again| again.key == line.key).copied().collect();
        checked(figure.document, line, own, again)
    };
    lines.iter().map(of_line).collect()
}

/// The line with its annex, if that adds up to it.
fn checked<'a>(
    document: &Document,
    line: &Line,
    entries: Vec<&'a ProvenEntry>,
    again: Vec<Line>,
) -> Result<Annexed<'a>, ProofError> {
    let due = |proven: &&ProvenEntry| Some(Booking::of(&proven.line, &proven.entry, proven.recorded_at).due()?.1);
    let sum = Minor::sum(entries.iter().filter_map(due))?.plus(total(&again)?)?;
    if sum == line.amount {
        return Ok((*line, entries, again));
    }
    Err(ProofError::Gap { number: document.number.clone(), key: line.key, line: line.amount, entries: sum })
}

/// The agreements by which the entries were decided.
fn agreements(figure: &Figure<'_>, entries: &[&ProvenEntry]) -> Vec<ProvenAgreement> {
    let ids: BTreeSet<_> = entries.iter().map(|proven| proven.entry.basis.decision.agreement).collect();
    figure.agreements.iter().filter(|agreement| ids.contains(&agreement.id())).map(ProvenAgreement::from).collect()
}

/// The contracts of the entries, by id.
fn contracts(figure: &Figure<'_>, entries: &[&ProvenEntry]) -> Result<Vec<ProvenContract>, ProofError> {
    let ids: BTreeSet<&ContractId> = entries.iter().filter_map(|proven| contract_id(&proven.line)).collect();
    let contract = |id: &ContractId| {
        let contract = figure.contracts.get(id).ok_or_else(|| ProofError::NoContract(id.clone()))?;
        Ok(ProvenContract::of(id, contract))
    };
    ids.into_iter().map(contract).collect()
}

fn contract_id(line: &LineId) -> Option<&ContractId> {
    match line {
        LineId::Annuity { annuity, cause: _ } => Some(&annuity.contract_id),
        LineId::EntryFee { .. } => None,
    }
}

/// The documents of the account that this one names, and those that name it.
fn related(figure: &Figure<'_>) -> Vec<Related> {
    let own = Named::Document(figure.document.number.clone());
    let of_account = || figure.records.documents.iter().filter(|other| other.account == figure.document.account);
    let named = figure.document.kind.names().into_iter().map(|name| {
        let document = of_account().find(|other| Named::Document(other.number.clone()) == name);
        document.map_or_else(|| Related::named(&name), |document| Related::of(document, Relation::Named))
    });
    let naming = of_account().filter(|other| other.kind.names().contains(&own));
    let mut all: Vec<Related> = named.chain(naming.map(|document| Related::of(document, Relation::Names))).collect();
    all.sort();
    all
}
