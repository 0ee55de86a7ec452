//! Bank files and movements in few words.

use bank::*;

/// A status report of a version: what is in `CstmrPmtStsRpt` after its header.
pub(crate) fn report(version: &str, content: &str) -> String {
    let name = format!("urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}");
    let header = "<GrpHdr><MsgId>ANSWER-1</MsgId><CreDtTm>2026-03-06T08:00:00</CreDtTm></GrpHdr>";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"{name}\"><CstmrPmtStsRpt>{header}{content}</CstmrPmtStsRpt></Document>"
    )
}

/// A notification of a version: its entries.
pub(crate) fn notification(version: &str, entries: &str) -> String {
    let name = format!("urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}");
    let header = "<GrpHdr><MsgId>NOTE-1</MsgId><CreDtTm>2026-03-06T08:00:00</CreDtTm></GrpHdr>";
    let account = "<Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct>";
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ns2:Document xmlns:ns2=\"{name}\"><ns2:BkToCstmrDbtCdtNtfctn>\
         {header}<Ntfctn><Id>1</Id>{account}{entries}</Ntfctn></ns2:BkToCstmrDbtCdtNtfctn></ns2:Document>"
    )
    .replace("<ns2:BkToCstmrDbtCdtNtfctn>", "\n<ns2:BkToCstmrDbtCdtNtfctn>")
}

/// An entry in EUR: `("100.00", "DBIT", "BOOK")`, and what is in `TxDtls`.
pub(crate) fn entry((amount, side, status): (&str, &str, &str), transactions: &[&str]) -> String {
    let details = transactions.iter().map(|one| format!("<TxDtls>{one}</TxDtls>")).collect::<Vec<_>>().concat();
    let details = if details.is_empty() { details } else { format!("<NtryDtls>{details}</NtryDtls>") };
    format!(
        "<Ntry><NtryRef>N1</NtryRef><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>\
         <BookgDt><Dt>2026-03-05</Dt></BookgDt><ValDt><DtTm>2026-03-06T00:00:00+01:00</DtTm></ValDt>{details}</Ntry>"
    )
}

pub(crate) fn movements(file: &str) -> Vec<Movement> {
    read(file.as_bytes()).unwrap().movements
}

/// A movement as a person would note it: `T-1: executed 2026-03-06, 100.00 EUR`.
pub(crate) fn noted(movement: &Movement) -> String {
    let text = |text: &Option<bank::movement::BankText>| text.as_ref().map_or("?", |text| text.as_str()).to_owned();
    let day = |on: &Option<rules::Day>| on.map_or("?".to_owned(), |on| on.to_string());
    let subject = match &movement.subject {
        Subject::Transfer(id) => id.as_str().to_owned(),
        Subject::Batch(id) => format!("all of {}", id.as_str()),
        Subject::Unnamed => "unnamed".to_owned(),
    };
    let fate = match &movement.fate {
        Fate::Executed { on } => format!("executed {}", day(on)),
        Fate::Rejected { reason } => format!("rejected {}", text(reason)),
        Fate::Returned { on, reason } => format!("returned {} {}", day(on), text(reason)),
        Fate::Received { on } => format!("received {}", day(on)),
        Fate::UnderWay { status } => format!("under way {}", status.as_str()),
    };
    let amount = movement.amount.map_or("?".to_owned(), |money| format!("{} {}", money.decimal(), money.currency()));
    format!("{subject}: {fate}, {amount}")
}

pub(crate) fn all_noted(file: &str) -> Vec<String> {
    movements(file).iter().map(noted).collect()
}
