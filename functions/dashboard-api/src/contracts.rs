//! `GET /contracts/{id}`: one contract's history, and why each of its amounts is what it is. A partner sees a contract whose
//! sale stands for it, without what is another partner's.

use crate::App;
use crate::access::Caller;
use crate::entries::entry;
use crate::parameters::{Parameters, id};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use events::json::Money;
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
    let language = parameters.language(&headers)?;
    parameters.done()?;
    let slots = app.ledger.contract(&contract_id).await?;
    let contract = slots.contract();
    let standing = contract.sale().map(|sale| &sale.partner_id);
    if contract.terms().is_empty() || !caller.may_read_contract(standing) {
        return Err(Problem::not_found(Words::new(
            format!("rien n'est connu d'un contrat {contract_id}"),
            format!("nothing is known of a contract {contract_id}"),
        )));
    }
    let partner = match contract.sale() {
        Some(sale) => app.ledger.head(&sale.partner_id).await?.partner,
        None => Partner::default(),
    };
    Ok(Json(history(&contract_id, (&contract, &slots, &partner), &caller, language)))
}

fn history(
    id: &ContractId,
    (contract, slots, partner): (&Contract, &Slots, &Partner),
    caller: &Caller,
    language: Language,
) -> Value {
    // If another partner claimed the sale as well, nothing of that dispute is shown.
    let is_foreign = |fact: &Fact| matches!(fact, Fact::Sale(sale) if !caller.may_read(&sale.partner_id));
    let hides_sale = contract.claims(&Key::Sale).iter().any(is_foreign);
    let is_shown = |key: &Key| !(hides_sale && *key == Key::Sale);
    let annuities = contract.terms().into_iter().map(|term| {
        let mut oddities = contract.oddities(term, partner);
        oddities.retain(|what| !(hides_sale && term == Term::FIRST && *what == Oddity::Contradiction));
        annuity(contract, term, partner, &oddities, language)
    });
    let mut entries: Vec<_> = slots
        .entries()
        .into_iter()
        .flat_map(|(line, all)| all.into_iter().map(move |one| (line.clone(), one)))
        .filter(|(_, recorded)| caller.may_read(&recorded.entry.posting.partner_id))
        .collect();
    entries.sort_by_key(|(_, recorded)| recorded.recorded_at);
    let entries: Vec<Value> = entries.iter().map(|(line, recorded)| entry(line, recorded, language)).collect();
    json!({
        "contract_id": id,
        "sale": contract.sale().map(sale),
        "annuities": annuities.collect::<Vec<_>>(),
        "contradictions": contradictions(contract, is_shown),
        "choices": slots.choices().iter().filter(|made| is_shown(&made.key)).map(choice).collect::<Vec<_>>(),
        "entries": entries,
    })
}

fn annuity(contract: &Contract, term: Term, partner: &Partner, oddities: &[Oddity], language: Language) -> Value {
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
    let attention: Vec<&str> = oddities.iter().copied().map(oddity).collect();
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
        "rate": line.basis.decision.rate,
        "reason": line.basis.decision.reason.as_str(),
        "explanation": explain::basis(&line.basis, currency, language),
    })
}

/// Every claim of a key that has several, in the order recorded.
fn contradictions(contract: &Contract, is_shown: impl Fn(&Key) -> bool) -> Vec<Value> {
    let several = contract.keys().into_iter().filter(is_shown).filter_map(|key| {
        let claims = contract.claims(&key);
        (claims.len() > 1).then(|| {
            let claims: Vec<Value> = claims.iter().map(fact).collect();
            json!({ "term": key.term().number(), "credit_note_id": note_of(&key), "claims": claims })
        })
    });
    several.collect()
}

/// A choice of what stands.
fn choice(choice: &ChoiceMade) -> Value {
    json!({
        "term": choice.key.term().number(),
        "credit_note_id": note_of(&choice.key),
        "claim": choice.claim.as_ref().map(fact),
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
