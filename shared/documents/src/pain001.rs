//! The bank's file of a sealed batch: `pain.001.001.09` of ISO 20022, as SEPA takes it (EPC132-08).
//!
//! Elements are in the order of the schema.

use crate::batch::{Booking, Debtor, Head, SealedBatch, SepaIban, Transfer};
use crate::xml::{Xml, element, element_with, text, text_with};
use rules::Currency;

/// The bank's file of a batch, in UTF-8. The bank knows by the batch's id that it already has a file, so nothing in it depends
/// on when it is asked for.
pub fn pain001(batch: &SealedBatch) -> String {
    let name = ("xmlns", "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09");
    let order = element("CstmrCdtTrfInitn", [group_header(batch), payment(batch)]);
    element_with("Document", &[name], [order]).into_file()
}

fn group_header(batch: &SealedBatch) -> Xml {
    let Head { id, sealed_at, on: _, debtor } = batch.head();
    let moment = sealed_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let [count, sum] = totals(batch);
    let content = [text("MsgId", id.as_str()), text("CreDtTm", &moment), count, sum, holder("InitgPty", debtor)];
    element("GrpHdr", content)
}

fn holder(name: &str, debtor: &Debtor) -> Xml {
    element(name, [text("Nm", debtor.holder.as_str())])
}

/// The number of transfers and their sum.
fn totals(batch: &SealedBatch) -> [Xml; 2] {
    let count = batch.transfers().len().to_string();
    [text("NbOfTxs", &count), text("CtrlSum", &Currency::EUR.decimal(batch.sum()))]
}

fn payment(batch: &SealedBatch) -> Xml {
    let Head { id, sealed_at: _, on, debtor } = batch.head();
    let is_together = match debtor.booking {
        Booking::Together => "true",
        Booking::Each => "false",
    };
    let [count, sum] = totals(batch);
    let head = [
        text("PmtInfId", id.as_str()),
        text("PmtMtd", "TRF"),
        text("BtchBookg", is_together),
        count,
        sum,
        element("PmtTpInf", [element("SvcLvl", [text("Cd", "SEPA")])]),
        element("ReqdExctnDt", [text("Dt", &on.to_string())]),
        holder("Dbtr", debtor),
        account("DbtrAcct", &debtor.iban),
        element("DbtrAgt", [element("FinInstnId", [bank(debtor)])]),
        text("ChrgBr", "SLEV"),
    ];
    element("PmtInf", head.into_iter().chain(batch.transfers().iter().map(transfer)))
}

/// The debtor's bank. The schema wants it; the IBAN says it already.
fn bank(debtor: &Debtor) -> Xml {
    match &debtor.bic {
        Some(bic) => text("BICFI", bic.as_str()),
        None => element("Othr", [text("Id", "NOTPROVIDED")]),
    }
}

fn account(name: &str, iban: &SepaIban) -> Xml {
    element(name, [element("Id", [text("IBAN", iban.iban().whole())])])
}

fn transfer(transfer: &Transfer) -> Xml {
    let id = transfer.id.as_str();
    let amount = Currency::EUR.decimal(transfer.amount.minor());
    element(
        "CdtTrfTxInf",
        [
            element("PmtId", [text("InstrId", id), text("EndToEndId", id)]),
            element("Amt", [text_with("InstdAmt", ("Ccy", "EUR"), &amount)]),
            element("Cdtr", [text("Nm", transfer.holder.as_str())]),
            account("CdtrAcct", &transfer.iban),
            element("RmtInf", [text("Ustrd", transfer.remittance.as_str())]),
        ],
    )
}
