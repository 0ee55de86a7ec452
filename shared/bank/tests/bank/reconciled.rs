//! Reconciliation of transfers, of whole files, and of money that came in.

use crate::world::*;
use bank::reconcile::{OpenDocument, Sent, State};
use bank::*;
use rules::{Currency, Minor};
use settlement::document::Named;
use settlement::number::Number;
use std::collections::BTreeSet;

fn sent(id: &str, cents: i64, state: State) -> Sent {
    Sent { id: id.into(), batch: "B-1".into(), amount: Minor(cents).try_into().unwrap(), state }
}

fn number(text: &str) -> Named {
    Named::Document(text.parse().map_or_else(|_| Number::Own(text.parse().unwrap()), Number::Given))
}

fn document(text: &str, cents: i64) -> OpenDocument {
    let (partner_id, open) = ("P-1".parse().unwrap(), Minor(cents).try_into().unwrap());
    OpenDocument { partner_id, number: number(text), open, currency: Currency::EUR }
}

fn reconciled(
    file: &str,
    transfers: &[Sent],
    documents: &[OpenDocument],
    recorded: &[&str],
) -> Vec<Result<Vec<Fact>, Unmatched>> {
    let recorded: BTreeSet<String> = recorded.iter().map(|text| (*text).to_owned()).collect();
    reconcile(&movements(file), &Known { sent: transfers, documents, recorded: &recorded })
}

/// Each outcome in words: the ids and numbers of its facts, or why there is none.
fn outcomes(all: &[Result<Vec<Fact>, Unmatched>]) -> Vec<String> {
    let fact = |fact: &Fact| match fact {
        Fact::Executed { id, on } => format!("{id} executed {on}"),
        Fact::Rejected { id, reason } => format!("{id} rejected {}", reason.as_ref().map_or("?", |code| code.as_str())),
        Fact::Returned { id, on, .. } => format!("{id} returned {on}"),
        Fact::Paid { partner_id, number, amount, on } => {
            format!("{partner_id} paid {} of {number} {on}", amount.decimal())
        }
    };
    let outcome = |one: &Result<Vec<Fact>, Unmatched>| match one {
        Ok(facts) => facts.iter().map(fact).collect::<Vec<_>>().join("; "),
        Err(why) => why.to_string(),
    };
    all.iter().map(outcome).collect()
}

fn transaction(id: &str, amount: &str, more: &str) -> String {
    format!("<Refs><EndToEndId>{id}</EndToEndId></Refs><Amt Ccy=\"EUR\">{amount}</Amt>{more}")
}

const BACK: &str = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>";

/// A return comes first in the file, and after its execution all the same.
#[test]
fn a_transfer_is_executed_once_and_returned_once() {
    let [out, back] = [transaction("T-1", "100.00", ""), transaction("T-1", "100.00", BACK)];
    let entries = [entry(("100.00", "CRDT", "BOOK"), &[&back]), entry(("200.00", "DBIT", "BOOK"), &[&out, &out])];
    let file = notification("08", &entries.concat());
    let transfers = |state| [sent("T-1", 10_000, state)];
    assert_eq!(
        outcomes(&reconciled(&file, &transfers(State::UnderWay), &[], &[])),
        ["T-1 returned 2026-03-06", "T-1 executed 2026-03-06", "this is recorded already"]
    );
    let again = outcomes(&reconciled(&file, &transfers(State::Returned), &[], &[]));
    assert!(again.iter().all(|outcome| outcome == "this is recorded already"), "{again:?}");
    let rejected = reconciled(&file, &transfers(State::Rejected), &[], &[]);
    assert!(rejected.iter().all(|outcome| *outcome == Err(Unmatched::Contradicts(State::Rejected))), "{rejected:?}");
    let only_back = notification("08", &entries[0]);
    assert_eq!(reconciled(&only_back, &transfers(State::UnderWay), &[], &[]), [Err(Unmatched::NotExecuted)]);
}

#[test]
fn another_amount_or_an_unknown_id_matches_nothing() {
    let entries = entry(("1.00", "DBIT", "BOOK"), &[&transaction("T-1", "99.00", ""), &transaction("T-9", "1.00", "")]);
    assert_eq!(
        outcomes(&reconciled(&notification("08", &entries), &[sent("T-1", 10_000, State::UnderWay)], &[], &[])),
        [
            "the movement is of 99.00 EUR, but 100.00 EUR were sent: ask the bank",
            "no transfer was sent with this end-to-end id: it is another program's, or of another account",
        ]
    );
}

#[test]
fn a_rejected_file_rejects_every_transfer_of_it_that_is_under_way() {
    let group = "<OrgnlGrpInfAndSts><OrgnlMsgId>B-1</OrgnlMsgId><GrpSts>RJCT</GrpSts>\
        <StsRsnInf><Rsn><Cd>DU01</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>";
    let file = report("10", group);
    let two = [sent("T-1", 1, State::UnderWay), sent("T-2", 2, State::Rejected), sent("T-3", 3, State::UnderWay)];
    assert_eq!(outcomes(&reconciled(&file, &two, &[], &[])), ["T-1 rejected DU01; T-3 rejected DU01"]);
    let executed = [sent("T-1", 1, State::Executed)];
    assert_eq!(reconciled(&file, &executed, &[], &[]), [Err(Unmatched::Contradicts(State::Executed))]);
    assert_eq!(reconciled(&file, &[], &[], &[]), [Err(Unmatched::UnknownBatch)]);
    assert_eq!(reconciled(&file, &[sent("T-1", 1, State::Rejected)], &[], &[]), [Err(Unmatched::Recorded)]);
}

#[test]
fn a_settled_transfer_without_a_day_waits_for_the_notification() {
    let settled = "<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>T-1</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>\
        <TxInfAndSts><OrgnlEndToEndId>T-2</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>";
    let transfers = [sent("T-1", 1, State::UnderWay), sent("T-2", 2, State::UnderWay)];
    let outcomes = outcomes(&reconciled(&report("10", settled), &transfers, &[], &[]));
    assert_eq!(
        outcomes[0],
        "the movement says no value day: wait for the notification (camt.054), or record it by hand"
    );
    assert_eq!(outcomes[1], "the bank has not decided yet (PDNG): wait for its next file");
}

fn came(amount: &str, text: &str, reference: &str) -> String {
    let transaction =
        format!("<Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs><RmtInf><Ustrd>{text}</Ustrd></RmtInf>");
    entry((amount, "CRDT", "BOOK"), &[&transaction])
}

/// FP-000001 is open with 360.00, FP-000002 with 40.00, 2025-7 with 50.00.
#[test]
fn money_that_came_in_pays_the_documents_that_it_names() {
    let documents = [document("FP-000001", 36_000), document("FP-000002", 4_000), document("2025-7", 5_000)];
    let check = |entries: &[String], expected: &[&str]| {
        let file = notification("08", &entries.concat());
        assert_eq!(outcomes(&reconciled(&file, &[], &documents, &["OLD"])), expected);
    };
    check(&[came("360.00", "fp 000001 merci", "R1")], &["P-1 paid 360.00 of FP-000001 2026-03-06"]);
    // A part, or too much: the rest is open, or a surplus.
    check(&[came("100.00", "FP-000001", "R1")], &["P-1 paid 100.00 of FP-000001 2026-03-06"]);
    check(
        &[came("400.00", "FP-000001 + FP-000002", "R1")],
        &["P-1 paid 360.00 of FP-000001 2026-03-06; P-1 paid 40.00 of FP-000002 2026-03-06"],
    );
    check(
        &[came("300.00", "FP-000001 FP-000002", "R1")],
        &["the text names FP-000001, FP-000002, whose open amounts are another sum: record a payment for each by hand"],
    );
    // A number from elsewhere may be there by chance.
    check(&[came("50.00", "2025-7", "R1")], &["P-1 paid 50.00 of 2025-7 2026-03-06"]);
    check(
        &[came("49.00", "2025-7", "R1")],
        &["the text names 2025-7, whose open amounts are another sum: record a payment for each by hand"],
    );
    check(&[came("40.00", "merci", "R1")], &["the text names no open document; of this amount: FP-000002"]);
    check(&[came("1.00", "merci", "R1")], &["the text names no open document; of this amount: none"]);
    check(&[came("40.00", "FP-000002", "OLD")], &["this is recorded already"]);
    // Twice in one file: the same reference is the same money, another one finds nothing open.
    check(
        &[came("40.00", "FP-000002", "R1"), came("40.00", "FP-000002", "R1"), came("40.00", "FP-000002", "R2")],
        &[
            "P-1 paid 40.00 of FP-000002 2026-03-06",
            "this is recorded already",
            "the text names no open document; of this amount: none",
        ],
    );
}
