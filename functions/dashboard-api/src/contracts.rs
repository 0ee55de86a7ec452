//! `GET /contracts/{id}`: one contract's history, and why each of its amounts is what it is, page by page. What of it a
//! partner sees, [`View`] says.

use crate::App;
use crate::access::Caller;
use crate::contract_pieces::{PageOfPieces, Piece, Pieces, View};
use crate::entries::{entry, unknown_entry};
use crate::openapi_schemas::with;
use crate::parameters::{MAX_LIMIT, Parameters, id};
use crate::problem::Problem;
use crate::unreadable::Unreadable;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use events::json::Money;
use ledger::LedgerError;
use ledger::choices::ChoiceMade;
use ledger::slots::Slots;
use rules::contract::{Key, Oddity, State as Standing};
use rules::decision::Pending;
use rules::programme::Language;
use rules::text::Words;
use rules::{
    Cause, Contract, ContractId, CreditNote, CreditNoteId, Fact, Line, Partner, Renewal, Sale, Term, explain,
    line::LineId,
};
use serde_json::{Value, json};

pub(crate) async fn show(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let contract_id: ContractId = id(&path)?;
    let mut parameters = Parameters::read(query)?;
    let pages = app.cursors.pages("/contracts/{id}", contract_id.as_str(), &parameters);
    let (limit, after) = (parameters.limit_or(MAX_LIMIT)?, pages.after(&mut parameters)?);
    let language = parameters.language(&headers)?;
    parameters.done()?;
    let slots = readable(&app, &caller, &contract_id).await?.ok_or_else(|| {
        Problem::not_found(Words::new(
            format!("rien n'est connu d'un contrat {contract_id}"),
            format!("nothing is known of a contract {contract_id}"),
        ))
    })?;
    let contract = slots.contract();
    let view = View::of(&contract, &caller);
    let partner = match contract.sale() {
        Some(sale) if view.shows_what_stands() => app.ledger.head(&sale.partner_id).await?.known()?.clone(),
        Some(_) | None => Partner::default(),
    };
    let page = Pieces::of(&contract, &slots, &view).page(&contract, after, limit);
    let next_cursor = pages.next(page.next.as_ref())?;
    let shown = history(&contract_id, (&contract, &partner), &view, page, language);
    let shown = with(shown, "next_cursor", json!(next_cursor));
    let unknown = slots.unknown_entries().into_iter().filter(|entry| view.shows_entry_of_text(&entry.partner));
    let shown = with(shown, "unknown_entries", unknown.map(|entry| unknown_entry(&entry)).collect());
    let mut unreadable = Unreadable::default();
    unreadable.add(slots.unreadable().map(|one| format!("{} {}", one.key.pk, one.key.sk)));
    Ok(Json(unreadable.told(shown, &caller)))
}

/// A contract of which something is known and that the caller may read.
async fn readable(app: &App, caller: &Caller, id: &ContractId) -> Result<Option<Slots>, LedgerError> {
    match caller {
        Caller::Admin => {
            let slots = app.ledger.contract(id).await?;
            let is_known = !slots.contract().terms().is_empty() || slots.unreadable().next().is_some();
            Ok(is_known.then_some(slots))
        }
        Caller::Partner(partner) => app.ledger.contract_for(id, partner).await,
    }
}

/// A page of a contract.
pub(crate) fn history(
    id: &ContractId,
    (contract, partner): (&Contract, &Partner),
    view: &View,
    page: PageOfPieces,
    language: Language,
) -> Value {
    let (mut annuities, mut contradictions, mut choices, mut entries) = (vec![], vec![], vec![], vec![]);
    for piece in page.pieces {
        match piece {
            Piece::Annuity(term) => annuities.push(annuity(contract, term, partner, view, language)),
            Piece::Contradiction(key) => contradictions.push(contradiction(contract, &key)),
            Piece::Choice(made) => choices.push(choice(&made)),
            Piece::Entry(line, recorded) => entries.push(entry(&line, &recorded, language)),
        }
    }
    let (stands, no_longer_yours) = match view {
        View::Whole | View::Own(_) => (contract.sale(), None),
        View::Former(_, left) => (None, Some(left)),
    };
    json!({
        "contract_id": id,
        "sale": stands.map(sale),
        "no_longer_yours": no_longer_yours,
        "annuities": annuities,
        "contradictions": contradictions,
        "choices": choices,
        "entries": entries,
    })
}

fn annuity(contract: &Contract, term: Term, partner: &Partner, view: &View, language: Language) -> Value {
    let lines = contract.lines(term, partner);
    let own = lines.iter().find(|line| matches!(line.id, LineId::Annuity { cause: Cause::Annuity, .. }));
    let (state, pending) = match contract.state(term, partner) {
        Standing::Decided(_) => ("decided", None),
        Standing::Void => ("void", None),
        Standing::Pending(pending) => {
            let explanation = explain::pending(pending, language);
            ("pending", Some(json!({ "waits_for": pending, "explanation": explanation })))
        }
    };
    let billed = contract.billed(term);
    let mut notes: Vec<&CreditNote> = contract.credit_notes(term).collect();
    notes.sort_by_key(|note| (note.issued_on, &note.credit_note_id));
    let credit_notes: Vec<Value> = notes
        .into_iter()
        .map(|note| {
            let line = lines.iter().find(
                |line| matches!(&line.id, LineId::Annuity { cause: Cause::CreditNote(id), .. } if *id == note.credit_note_id),
            );
            json!({
                "credit_note_id": note.credit_note_id,
                "issued_on": note.issued_on,
                "credited": money(note.amount),
                "line": line.map(|line| self::line(line, language)),
            })
        })
        .collect();
    let oddities = if view.is_whole() { contract.oddities(term, partner) } else { Vec::new() };
    let attention: Vec<&str> = oddities.into_iter().map(oddity).collect();
    json!({
        "term": term.number(),
        "starts_on": billed.map(|(starts_on, _)| starts_on),
        "annual_fee": billed.map(|(_, fee)| money(fee)),
        "state": state,
        "pending": pending,
        "line": own.map(|own| line(own, language)),
        "credit_notes": credit_notes,
        "attention": attention,
    })
}

/// The name of what needs a person.
pub(crate) fn oddity(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::Pending(Pending::NoAgreement) => "pending-no-agreement",
        Oddity::Pending(Pending::ContractNotSigned) => "pending-contract-not-signed",
        Oddity::Pending(Pending::TermNotBilled) => "pending-term-not-billed",
        Oddity::Void => "void",
        Oddity::Contradiction => "contradiction",
        Oddity::OverCredited => "over-credited",
        Oddity::ForeignCurrency => "credit-note-in-another-currency",
    }
}

/// What a line is.
pub(crate) fn line(line: &Line, language: Language) -> Value {
    let currency = line.posting.currency;
    json!({
        "partner_id": line.posting.partner_id,
        "kind": line.posting.kind,
        "model": line.posting.model,
        "booked_on": line.posting.booked_on,
        "amount": Money::new(line.amount(), currency),
        "vendor_share": Money::new(line.vendor_share(), currency),
        "agreement": line.basis.decision.agreement,
        "programme": line.basis.decision.programme,
        "rate": line.basis.decision.rates,
        "reason": line.basis.decision.reason.as_str(),
        "explanation": explain::basis(&line.basis, currency, language),
    })
}

/// Every claim of a key that has several, in the order recorded.
fn contradiction(contract: &Contract, key: &Key) -> Value {
    let claims: Vec<Value> = contract.claims(key).iter().map(fact).collect();
    let (term, credit_note_id, open) = (key.term().number(), note_of(key), contract.is_contested(key));
    json!({ "term": term, "credit_note_id": credit_note_id, "claims": claims, "open": open })
}

/// A choice of what stands.
fn choice(choice: &ChoiceMade) -> Value {
    json!({
        "term": choice.key.term().number(),
        "credit_note_id": note_of(&choice.key),
        "claim": choice.claim.as_ref().map(fact),
        "seen": choice.seen,
        "reason": choice.why,
        "chosen_at": choice.at,
    })
}

fn note_of(key: &Key) -> Option<&CreditNoteId> {
    match key {
        Key::Sale | Key::Renewal(_) => None,
        Key::CreditNote(_, note) => Some(note),
    }
}

fn fact(fact: &Fact) -> Value {
    match fact {
        Fact::Sale(sale) => self::sale(sale),
        Fact::Renewal(renewal) => self::renewal(renewal),
        Fact::CreditNote(note) => self::credit_note(note),
    }
}

fn sale(sale: &Sale) -> Value {
    json!({
        "partner_id": sale.partner_id,
        "customer_id": sale.customer_id,
        "signed_on": sale.signed_on,
        "annual_fee": money(sale.annual_fee),
        "instance": sale.instance,
    })
}

fn renewal(renewal: &Renewal) -> Value {
    json!({
        "term": renewal.term.number(),
        "starts_on": renewal.starts_on,
        "annual_fee": money(renewal.annual_fee),
    })
}

fn credit_note(note: &CreditNote) -> Value {
    json!({
        "term": note.term.number(),
        "credit_note_id": note.credit_note_id,
        "issued_on": note.issued_on,
        "amount": money(note.amount),
    })
}

fn money(money: rules::Money) -> Money {
    Money::new(money.minor(), money.currency())
}
