//! The proof of a figure by hand: a commission that a credit note of billing lowered.

use crate::world::*;
use accounting::proof::{Figure, ProofError, ProvenEntry};
use accounting::*;
use jiff::Timestamp;
use payments::{Books, PaymentKind};
use rules::agreement::Draft;
use rules::entry::entries_due;
use rules::{
    Adjustment, AdjustmentKind, Agreements, Contract, ContractId, Entry, Fact, Instance, Line, Minor, Model, Money,
    Partner, Sale, Term,
};
use serde_json::{Value, json};
use settlement::Booking;
use settlement::document::Document;
use settlement::lines::LineKey;
use settlement::records::Records;
use sha2::Digest;
use std::collections::BTreeMap;

fn euros(text: &str) -> Money {
    Money::parse(text, currency("EUR")).unwrap()
}

fn contract_id() -> ContractId {
    "C-1".parse().unwrap()
}

fn sale(fee: &str) -> Sale {
    Sale {
        contract_id: contract_id(),
        partner_id: partner("P-1"),
        customer_id: "K-1".parse().unwrap(),
        signed_on: day("2026-01-10"),
        annual_fee: euros(fee),
        instance: Instance::Customer,
    }
}

/// A contract signed for 1,000.00, which is chosen over 900.00, and lowered by 200.00 in February; with the entries as the ledger has
/// them: 10 % at once, then the difference.
struct Proven {
    world: World,
    contract: Contract,
    agreements: Agreements,
    entries: Vec<ProvenEntry>,
}

fn recorded(lines: &[Line], entries: &mut Vec<ProvenEntry>, at: &str) {
    let recorded_at: Timestamp = at.parse().unwrap();
    for line in lines {
        let before: Vec<Entry> =
            entries.iter().filter(|proven| proven.line == line.id).map(|proven| proven.entry.clone()).collect();
        let due = entries_due(Some(line), &before.iter().collect::<Vec<_>>()).unwrap();
        entries.extend(due.into_iter().map(|entry| ProvenEntry { line: line.id.clone(), entry, recorded_at }));
    }
}

fn proven() -> Proven {
    let draft = Draft { rate: Some("0.1".parse().unwrap()), ..Draft::new(Model::Referrer, day("2025-01-01")) };
    let draft = Draft { from_sale: Some(1.try_into().unwrap()), ..draft };
    let agreements = Agreements::new(vec![draft.accept().unwrap()]).unwrap();
    let mut registered = Partner { agreements: agreements.clone(), ..Partner::default() };
    let (mut contract, mut entries) = (Contract::default(), Vec::new());
    registered.add(&sale("1000"));
    contract.add(Fact::Sale(sale("1000")));
    contract.add(Fact::Sale(sale("900")));
    contract.choose(&rules::contract::Key::Sale, Some(Fact::Sale(sale("1000"))));
    recorded(&contract.lines(Term::FIRST, &registered), &mut entries, "2026-01-10T12:00:00Z");
    let id = AdjustmentKind::CreditNote.id("CN-1".parse().unwrap());
    let (issued_on, amount) = (day("2026-02-05"), euros("200"));
    contract.add(Fact::Adjustment(Adjustment { contract_id: contract_id(), term: Term::FIRST, id, issued_on, amount }));
    recorded(&contract.lines(Term::FIRST, &registered), &mut entries, "2026-02-05T12:00:00Z");
    let mut world = World::new();
    world.entries = entries.iter().map(|proven| Booking::of(&proven.line, &proven.entry, proven.recorded_at)).collect();
    world.close("2026-01", "2026-02-03", "1", |_| {});
    world.pay("P-1", "O1", PaymentKind::Out { names: None }, ("EUR", 5_000, None), "2026-02-20");
    Proven { world, contract, agreements, entries }
}

impl Proven {
    fn prove(&self, document: &Document, line: Option<LineKey>, entries: &[ProvenEntry]) -> Result<File, ProofError> {
        let contracts: BTreeMap<ContractId, Contract> = [(contract_id(), self.contract.clone())].into();
        let records = Records { entries: &[], ..self.world.records() };
        let books: &Books = &self.world.books[&partner("P-1")];
        let (contracts, agreements, records) = (&contracts, &self.agreements, &records);
        proof(&Figure { document, line, entries, contracts, agreements, records, books })
    }

    fn document(&self) -> Document {
        self.world.documents[0].clone()
    }
}

#[test]
fn a_figure_is_proved_with_all_that_it_follows_from() {
    let proven = proven();
    let document = proven.document();
    let file = proven.prove(&document, None, &proven.entries).unwrap();
    let written: Value = serde_json::from_slice(file.bytes()).unwrap();
    let proof = &written["proof"];
    assert_eq!(
        (&proof["document"]["net"], &proof["document"]["gross"], &proof["document"]["vat"][0]["formula"]),
        (&json!("100.00"), &json!("120.00"), &json!("round(0.2 × 100.00)"))
    );
    // The adjustment of February is not in January's document.
    assert_eq!(proof["lines"].as_array().unwrap().len(), 1);
    let entry = &proof["lines"][0]["entries"][0];
    assert_eq!(proof["lines"][0]["entries"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&entry["formula"], &entry["due"], &entry["reason"], &entry["agreement"]),
        (
            &json!("round(0.1 × 1000.00) - round(0.1 × 0.00)"),
            &json!("100.00"),
            &json!("sale-n-or-later"),
            &json!("2025-01-01")
        )
    );
    assert_eq!(
        proof["agreements"],
        json!([{"agreement": "2025-01-01", "model": "referrer", "programme": "2013-11-16", "ends_on": null, "negotiated_rate": "0.1"}])
    );
    let facts = &proof["contracts"][0]["facts"];
    assert_eq!((&facts[0]["fact"], &facts[0]["effective"]), (&json!("sale"), &json!(1)));
    assert_eq!(facts[0]["choices"], json!([{"claim": 1, "seen": 2}]));
    assert_eq!(facts[0]["claims"][1]["annual_fee"], json!({"amount": "900.00", "currency": "EUR"}));
    assert_eq!(facts[1]["fact"], "credit-note CN-1 of term 1");
    let paid = json!({"id": "O1", "kind": "out", "value_day": "2026-02-20", "reference": "VIR", "pays": "50.00"});
    assert_eq!(proof["payments"], json!({"open": "70.00", "paid_by": [paid]}));
}

#[test]
fn the_digest_is_that_of_the_value_as_it_stands() {
    let proven = proven();
    let file = proven.prove(&proven.document(), None, &proven.entries).unwrap();
    let text = std::str::from_utf8(file.bytes()).unwrap();
    let (value, digest) = text.strip_prefix("{\"proof\":").unwrap().rsplit_once(",\"sha256\":\"").unwrap();
    let own: Vec<u8> = sha2::Sha256::digest(value.as_bytes()).to_vec();
    let pairs = digest.strip_suffix("\"}").unwrap().as_bytes().chunks(2);
    let said: Vec<u8> = pairs.map(|hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap()).collect();
    assert_eq!(said, own);
}

#[test]
fn entries_in_another_order_give_the_same_bytes() {
    let proven = proven();
    let mut turned = proven.entries.clone();
    turned.reverse();
    let document = proven.document();
    assert_eq!(proven.prove(&document, None, &proven.entries), proven.prove(&document, None, &turned));
}

#[test]
fn a_line_that_is_not_there_or_does_not_add_up_is_refused() {
    let proven = proven();
    let document = proven.document();
    let key = document.lines().next().unwrap().key;
    assert!(proven.prove(&document, Some(key), &proven.entries).is_ok());
    let other = LineKey { month: "2026-02".parse().unwrap(), ..key };
    assert!(matches!(proven.prove(&document, Some(other), &proven.entries), Err(ProofError::NoLine { .. })));
    let gap = ProofError::Gap { number: document.number.clone(), key, line: Minor(10_000), entries: Minor(0) };
    assert_eq!(proven.prove(&document, None, &proven.entries[1..]), Err(gap));
    let empty = Figure {
        document: &document,
        line: None,
        entries: &proven.entries,
        contracts: &BTreeMap::new(),
        agreements: &proven.agreements,
        records: &proven.world.records(),
        books: &Books::default(),
    };
    assert_eq!(proof(&empty), Err(ProofError::NoContract(contract_id())));
}
