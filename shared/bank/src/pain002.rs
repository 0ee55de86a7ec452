//! `pain.002`: the payment status report, which says of the transfers of a file what the bank does with them.

use crate::error::{BankFileError, Place};
use crate::movement::{BankText, Fate, Movement, Subject};
use crate::values::{amount, day_at, given, reason, text};
use crate::xml::Element;
use rules::Day;

/// The movements of a report: of each transfer that it names, then of the whole file where the bank says something final of that.
pub(crate) fn movements(report: &Element) -> Result<Vec<Movement>, BankFileError> {
    let group = report.child("OrgnlGrpInfAndSts");
    let sent = group.and_then(|group| given(group, &["OrgnlMsgId"]));
    let group_status = group.and_then(|group| text(group, &["GrpSts"]));
    let mut movements = Vec::new();
    for payment in report.children("OrgnlPmtInfAndSts") {
        let status = text(payment, &["PmtInfSts"]).or_else(|| group_status.clone());
        for transfer in payment.children("TxInfAndSts") {
            movements.extend(of_transfer(transfer, status.as_ref())?);
        }
        let says_of_all = payment.child("PmtInfSts").is_some() || payment.child("TxInfAndSts").is_none();
        let batch = sent.clone().or_else(|| given(payment, &["OrgnlPmtInfId"]));
        if let Some(status) = status.filter(|_| says_of_all) {
            movements.extend(of_all(payment, batch, &status));
        }
    }
    if let (Some(group), Some(status)) = (group, group_status.filter(|_| movements.is_empty())) {
        movements.extend(of_all(group, sent, &status));
    }
    Ok(movements)
}

fn of_transfer(transfer: &Element, above: Option<&BankText>) -> Result<Option<Movement>, BankFileError> {
    let Some(status) = text(transfer, &["TxSts"]).or_else(|| above.cloned()) else { return Ok(None) };
    let ordered = transfer.at(&["OrgnlTxRef", "Amt"]);
    let amount = ordered.and_then(|ordered| ordered.child("InstdAmt")).map(|element| amount(element, "InstdAmt"));
    let id = given(transfer, &["OrgnlEndToEndId"]).or_else(|| given(transfer, &["OrgnlInstrId"]));
    Ok(Some(Movement {
        place: transfer.place,
        subject: id.map_or(Subject::Unnamed, Subject::Transfer),
        fate: fate(&status, executed_on(transfer)?, transfer.child("StsRsnInf")),
        amount: amount.transpose()?,
        reference: given(transfer, &["AcctSvcrRef"]),
        remittance: text(transfer, &["OrgnlTxRef", "RmtInf", "Ustrd"]),
    }))
}

/// The day on which the account was debited, as far as a report says one.
fn executed_on(transfer: &Element) -> Result<Option<Day>, BankFileError> {
    match day_at(transfer, "FctvIntrBkSttlmDt")? {
        Some(day) => Ok(Some(day)),
        None => day_at(transfer, "AccptncDtTm"),
    }
}

/// The status of a whole file: a rejection is one of each transfer; any other status is said of each transfer itself.
fn of_all(element: &Element, batch: Option<BankText>, status: &BankText) -> Option<Movement> {
    let place: Place = element.place;
    let fate = match fate(status, None, element.child("StsRsnInf")) {
        rejected @ Fate::Rejected { .. } => rejected,
        Fate::Executed { .. } | Fate::Returned { .. } | Fate::Received { .. } | Fate::UnderWay { .. } => {
            if element.child("TxInfAndSts").is_some() {
                return None;
            }
            Fate::UnderWay { status: status.clone() }
        }
    };
    let subject = batch.map_or(Subject::Unnamed, Subject::Batch);
    Some(Movement { place, subject, fate, amount: None, reference: None, remittance: None })
}

/// The fate that a status is: settled (ACSC, ACCC), rejected or cancelled, or nothing final.
fn fate(status: &BankText, on: Option<Day>, why: Option<&Element>) -> Fate {
    match status.as_str() {
        "ACSC" | "ACCC" => Fate::Executed { on },
        "RJCT" | "CANC" => Fate::Rejected { reason: why.and_then(reason) },
        _ => Fate::UnderWay { status: status.clone() },
    }
}
