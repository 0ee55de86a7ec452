//! Reading a bank's file.

use crate::error::{BankFileError, Problem};
use crate::movement::{BankFile, Message};
use crate::values::text;
use crate::xml::{Element, tree};
use crate::{camt054, pain002};

/// The movements of a bank's file: a `pain.002` or `camt.054` of any version, also within the envelope of a business message.
pub fn read(bytes: &[u8]) -> Result<BankFile, BankFileError> {
    let root = tree(bytes)?;
    let document = if root.name == "Document" { Some(&root) } else { root.child("Document") };
    let found = document.and_then(|document| {
        let report = document.child("CstmrPmtStsRpt").map(|report| (Message::StatusReport, report));
        let notification = || document.child("BkToCstmrDbtCdtNtfctn").map(|all| (Message::Notification, all));
        report.or_else(notification)
    });
    let Some((message, content)) = found else {
        return Err(BankFileError { place: root.place, problem: Problem::OtherMessage });
    };
    let movements: fn(&Element) -> Result<_, BankFileError> = match message {
        Message::StatusReport => pain002::movements,
        Message::Notification => camt054::movements,
    };
    Ok(BankFile { message, id: text(content, &["GrpHdr", "MsgId"]), movements: movements(content)? })
}
