//! The history of a contract, page by page, with the reason for each amount. [`View`] decides which parts a partner
//! sees.

use crate::answers::claims::{Claim, ClaimFrom, SaleClaim};
use crate::answers::contract_pieces::{Left, PageOfPieces, Piece, View};
use crate::answers::entries::{Entry, LineAnswer, UnknownEntry};
use crate::answers::unreadable::Unreadable;
use crate::routes::Route;
use events::json::Money;
use jiff::Timestamp;
use ledger::aggregates::Aggregates;
use ledger::anomalies::FoundAnomaly;
use ledger::choices::ChoiceMade;
use rules::claims::{MAX_CHOICES, Source};
use rules::contract::{Key, State};
use rules::decision;
use rules::programme::Language;
use rules::{
    Adjustment, AdjustmentId, AdjustmentKind, Anomaly, Cause, Contract, ContractId, CustomerName, Day, DocumentId,
    Line, Partner, Term, line::LineId,
};
use serde::Serialize;
use texts::{Code, Notice, explain};
use web::routes::Described;

/// A page of a contract.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Contract))]
pub(crate) struct ContractPage {
    #[serde(flatten)]
    pub(crate) history: History,
    /// Entries of a later release.
    pub(crate) unknown_entries: Vec<UnknownEntry>,
    pub(crate) next_cursor: Option<String>,
    #[serde(flatten)]
    pub(crate) unreadable: Unreadable,
}

/// The parts of a contract that a page shows.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct History {
    contract_id: ContractId,
    /// The effective sale.
    sale: Option<SaleClaim>,
    /// The client's name as billing sent it; null: show the client's id.
    customer_name: Option<CustomerName>,
    /// The last day of the contract, once billing has said that it ends.
    ended_on: Option<Day>,
    /// Reason why the sale is no longer the partner's, else null. With a reason, the page has the partner's own
    /// entries, but no sale and no annuities.
    no_longer_yours: Option<Left>,
    annuities: Vec<Annuity>,
    /// Every fact of the contract, each with its effective claim; always empty for a partner.
    keys: Vec<ClaimedKey>,
    /// Claims of each key that has several, or none that is effective; always empty for a partner.
    contradictions: Vec<Contradiction>,
    /// Choices that managers made; always empty for a partner.
    choices: Vec<ChoiceAnswer>,
    entries: Vec<Entry>,
}

impl History {
    pub(crate) fn of(
        id: &ContractId,
        (contract, aggregates, partner): (&Contract, &Aggregates, &Partner),
        view: &View,
        page: PageOfPieces,
        language: Language,
    ) -> History {
        let sale = contract.sale().filter(|_| view.shows_sale()).map(SaleClaim::from);
        let mut history = History {
            contract_id: id.clone(),
            customer_name: sale.as_ref().and(aggregates.customer_name().cloned()),
            ended_on: contract.end().filter(|_| view.shows_sale()).map(|end| end.ended_on),
            sale,
            no_longer_yours: view.left(),
            annuities: Vec::new(),
            keys: Vec::new(),
            contradictions: Vec::new(),
            choices: Vec::new(),
            entries: Vec::new(),
        };
        for piece in page.pieces {
            match piece {
                Piece::Annuity(term) => {
                    history.annuities.push(Annuity::of((contract, aggregates), term, partner, view, language));
                }
                Piece::Key(key) => history.keys.push(ClaimedKey::of(id, contract, &key)),
                Piece::Contradiction(key) => history.contradictions.push(Contradiction::of(contract, &key)),
                Piece::Choice(made) => history.choices.push((&made).into()),
                Piece::Entry(line, recorded) => history.entries.push(Entry::of(&line, &recorded, language)),
            }
        }
        history
    }
}

/// An annuity with its supplements and credit notes.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Annuity {
    term: Term,
    starts_on: Option<Day>,
    annual_fee: Option<Money>,
    state: AnnuityState,
    pending: Option<Pending>,
    /// In words that the vendor entered this as a correction; null: it is as billing reported it.
    correction: Option<String>,
    line: Option<LineAnswer>,
    /// Its supplements and credit notes by day, as they are computed.
    adjustments: Vec<AdjustmentAnswer>,
    /// Anomalies of the annuity; always empty for a partner.
    attention: Vec<Anomaly>,
    /// Anomalies that managers set aside; always empty for a partner.
    set_aside: Vec<AnomalySetAside>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
enum AnnuityState {
    Decided,
    Void,
    Pending,
}

/// The fact or the agreement that a pending annuity waits for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = PendingAnnuity))]
struct Pending {
    waits_for: decision::Pending,
    explanation: String,
}

/// An anomaly that a manager set aside.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct AnomalySetAside {
    kind: Anomaly,
    reason: String,
    at: Timestamp,
}

/// A supplement or a credit note, as its effective claim states it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Adjustment))]
struct AdjustmentAnswer {
    kind: AdjustmentKind,
    id: DocumentId,
    issued_on: Day,
    /// The amount added to the annuity, or credited.
    amount: Money,
    /// In words that the vendor entered this as a correction; null: it is as billing reported it.
    correction: Option<String>,
    line: Option<LineAnswer>,
    /// The reason why it has no line, though its annuity has one: another currency.
    without_line: Option<String>,
}

impl Annuity {
    fn of(
        (contract, aggregates): (&Contract, &Aggregates),
        term: Term,
        partner: &Partner,
        view: &View,
        language: Language,
    ) -> Annuity {
        let found = if view.is_whole() { aggregates.anomalies(contract, term, partner) } else { Vec::new() };
        let (set_aside, open): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.set_aside.is_some());
        let lines = contract.lines(term, partner);
        let (state, pending) = match contract.state(term, partner) {
            State::Decided(_) => (AnnuityState::Decided, None),
            State::Void => (AnnuityState::Void, None),
            State::Pending(waits_for) => {
                let explanation = explain::pending(waits_for, language).to_owned();
                (AnnuityState::Pending, Some(Pending { waits_for, explanation }))
            }
        };
        let billed = contract.billed(term);
        Annuity {
            term,
            starts_on: billed.map(|(starts_on, _)| starts_on),
            annual_fee: billed.map(|(_, fee)| fee.into()),
            state,
            pending,
            correction: correction(contract, &Key::of(term, None), language),
            line: line_of(&lines, &Cause::Annuity, language),
            adjustments: adjustments(contract, term, &lines, language),
            attention: open.iter().map(|found| found.anomaly).collect(),
            set_aside: set_aside.into_iter().filter_map(AnomalySetAside::of).collect(),
        }
    }
}

impl AnomalySetAside {
    fn of(found: FoundAnomaly) -> Option<AnomalySetAside> {
        let (reason, at) = found.set_aside?;
        Some(AnomalySetAside { kind: found.anomaly, reason, at })
    }
}

/// The supplements and credit notes of an annuity by day, on one day as they are computed (§3.4).
fn adjustments(contract: &Contract, term: Term, lines: &[Line], language: Language) -> Vec<AdjustmentAnswer> {
    let mut all: Vec<&Adjustment> = contract.adjustments(term).collect();
    all.sort_by_key(|one| (one.issued_on, &one.id));
    let answer = |Adjustment { contract_id: _, term: _, id, issued_on, amount }: &Adjustment| AdjustmentAnswer {
        kind: id.kind,
        id: id.id.clone(),
        issued_on: *issued_on,
        amount: (*amount).into(),
        correction: correction(contract, &Key::of(term, Some(id.clone())), language),
        line: line_of(lines, &Cause::Adjustment(id.clone()), language),
        without_line: lines
            .first()
            .filter(|line| line.posting.currency != amount.currency())
            .map(|_| Notice::from(Code::AnotherCurrency).in_language(language)),
    };
    all.into_iter().map(answer).collect()
}

/// A partner reads a stated claim as a correction, and never which claims it displaced.
fn correction(contract: &Contract, key: &Key, language: Language) -> Option<String> {
    match contract.effective_source(key)? {
        Source::Billing => None,
        Source::Manager => Some(Notice::from(Code::CorrectedByTheVendor).in_language(language)),
    }
}

fn line_of(lines: &[Line], wanted: &Cause, language: Language) -> Option<LineAnswer> {
    let is_wanted = |line: &&Line| match &line.id {
        LineId::Annuity { annuity: _, cause } => cause == wanted,
        LineId::EntryFee { .. } => false,
    };
    lines.iter().find(is_wanted).map(|line| LineAnswer::of(line, language))
}

/// The key of a fact; each can be claimed only once without contradiction.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct KeyName {
    /// The kind of the fact.
    fact: FactKind,
    /// The term of the annuity; 1 for the sale and the contract's end.
    term: Term,
    /// The id of the supplement or credit note.
    id: Option<DocumentId>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
enum FactKind {
    Adjustment(AdjustmentKind),
    Other(OtherFact),
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
enum OtherFact {
    Sale,
    Renewal,
    ContractEnd,
}

impl From<&Key> for KeyName {
    fn from(key: &Key) -> KeyName {
        let (fact, id) = match key {
            Key::Sale => (FactKind::Other(OtherFact::Sale), None),
            Key::Renewal(_) => (FactKind::Other(OtherFact::Renewal), None),
            Key::Adjustment(_, id) => (FactKind::Adjustment(id.kind), Some(id.id.clone())),
            Key::End => (FactKind::Other(OtherFact::ContractEnd), None),
        };
        KeyName { fact, term: key.term(), id }
    }
}

/// A key with its effective claim and its next choice.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct ClaimedKey {
    #[serde(flatten)]
    key: KeyName,
    /// Number of claims.
    claims: usize,
    /// The source of each claim, in the order recorded.
    sources: Vec<Source>,
    /// Number of the effective claim, counted from 1; null: no claim is effective.
    effective: Option<usize>,
    /// An unresolved contradiction: claims differ, and no choice has seen them all.
    open: bool,
    /// Null: as many choices as there can be were made.
    next_choice: Option<NextChoice>,
}

/// The next choice of a key: its number, and the path for sending it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct NextChoice {
    number: usize,
    path: String,
}

impl ClaimedKey {
    fn of(id: &ContractId, contract: &Contract, key: &Key) -> ClaimedKey {
        let number = contract.next_choice(key);
        let (term, n) = (key.term().to_string(), number.to_string());
        let path = match key {
            Key::Sale | Key::Renewal(_) => Route::ChooseAnnuity.path_of(&[id.as_str(), &term, &n]),
            Key::Adjustment(_, AdjustmentId { kind, id: adjustment }) => {
                let kind = format!("{}s", kind.as_str());
                Route::ChooseAdjustment.path_of(&[id.as_str(), &term, &kind, adjustment.as_str(), &n])
            }
            Key::End => Route::ChooseEnd.path_of(&[id.as_str(), &n]),
        };
        ClaimedKey {
            key: key.into(),
            claims: contract.claims(key).len(),
            sources: contract.sources(key).to_vec(),
            effective: contract.effective(key),
            open: contract.is_contradicted(key),
            next_choice: (number <= MAX_CHOICES).then_some(NextChoice { number, path }),
        }
    }
}

/// All claims of a key that has several, or none that is effective, in the order recorded.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Contradiction {
    #[serde(flatten)]
    key: KeyName,
    claims: Vec<ClaimFrom>,
    /// Number of the effective claim, counted from 1; null: no claim is effective.
    effective: Option<usize>,
    /// True while no choice has resolved the contradiction.
    open: bool,
}

impl Contradiction {
    fn of(contract: &Contract, key: &Key) -> Contradiction {
        let claims = contract.claims(key).iter().zip(contract.sources(key));
        Contradiction {
            key: key.into(),
            claims: claims.map(|(claim, source)| ClaimFrom { claim: claim.into(), source: *source }).collect(),
            effective: contract.effective(key),
            open: contract.is_contradicted(key),
        }
    }
}

/// A manager's choice of the effective claim.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ChoiceMade))]
struct ChoiceAnswer {
    #[serde(flatten)]
    key: KeyName,
    /// The chosen claim; null: no claim is to be effective.
    claim: Option<Claim>,
    /// Number of claims that the choice has seen.
    seen: usize,
    reason: String,
    chosen_at: Timestamp,
    /// The manager stated the claim.
    stated: bool,
}

impl From<&ChoiceMade> for ChoiceAnswer {
    fn from(choice: &ChoiceMade) -> ChoiceAnswer {
        ChoiceAnswer {
            key: (&choice.key).into(),
            claim: choice.claim.as_ref().map(Claim::from),
            seen: choice.seen,
            reason: choice.why.clone(),
            chosen_at: choice.at,
            stated: choice.is_stated,
        }
    }
}
