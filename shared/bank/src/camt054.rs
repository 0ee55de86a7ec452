//! `camt.054`: the debit and credit notification, which says what moved on the account.

use crate::error::BankFileError;
use crate::movement::{BankText, Fate, Movement, Subject};
use crate::values::{amount, day_at, given, is_credit, needed, reason, text};
use crate::xml::Element;
use rules::{Day, Money};

/// The movements of a notification: one for each transaction of each entry; of an entry without any, one for all of it.
pub(crate) fn movements(notifications: &Element) -> Result<Vec<Movement>, BankFileError> {
    let mut movements = Vec::new();
    for entry in notifications.children("Ntfctn").flat_map(|notification| notification.children("Ntry")) {
        let all = Entry::of(entry)?;
        let transactions: Vec<&Element> =
            entry.children("NtryDtls").flat_map(|details| details.children("TxDtls")).collect();
        for transaction in &transactions {
            movements.push(all.transaction(transaction, transactions.len() == 1)?);
        }
        if transactions.is_empty() {
            movements.push(all.whole());
        }
    }
    Ok(movements)
}

/// An entry, which says what its transactions do not.
struct Entry<'a> {
    element: &'a Element,
    amount: Money,
    is_credit: bool,
    is_reversal: bool,
    /// The status, unless it is booked.
    not_booked: Option<BankText>,
    on: Option<Day>,
}

impl<'a> Entry<'a> {
    fn of(element: &'a Element) -> Result<Entry<'a>, BankFileError> {
        // Up to version 7 the status is a text, then a choice.
        let status = text(element, &["Sts", "Cd"]).or_else(|| text(element, &["Sts"]));
        let on = match day_at(element, "ValDt")? {
            Some(day) => Some(day),
            None => day_at(element, "BookgDt")?,
        };
        Ok(Entry {
            element,
            amount: amount(needed(element, ("Ntry", "Amt"))?, "Amt")?,
            is_credit: is_credit(needed(element, ("Ntry", "CdtDbtInd"))?)?,
            is_reversal: ["true", "1"].map(Some).contains(&element.text_at(&["RvslInd"])),
            not_booked: status.filter(|status| status.as_str() != "BOOK"),
            on,
        })
    }

    fn whole(&self) -> Movement {
        Movement {
            place: self.element.place,
            subject: Subject::Unnamed,
            fate: self.fate(self.is_credit, self.element),
            amount: Some(self.amount),
            reference: self.reference(),
            remittance: text(self.element, &["AddtlNtryInf"]),
        }
    }

    fn transaction(&self, element: &Element, is_only: bool) -> Result<Movement, BankFileError> {
        let is_credit = element.child("CdtDbtInd").map_or(Ok(self.is_credit), is_credit)?;
        let own = element.child("Amt").or_else(|| element.at(&["AmtDtls", "TxAmt", "Amt"]));
        let own = own.map(|element| amount(element, "Amt")).transpose()?;
        let id = given(element, &["Refs", "EndToEndId"]);
        let lines = element.child("RmtInf").map(remittance);
        Ok(Movement {
            place: element.place,
            subject: id.map_or(Subject::Unnamed, Subject::Transfer),
            fate: self.fate(is_credit, element),
            amount: own.or_else(|| is_only.then_some(self.amount)),
            reference: given(element, &["Refs", "AcctSvcrRef"]).or_else(|| self.reference().filter(|_| is_only)),
            remittance: lines.and_then(|lines| BankText::new(&lines)),
        })
    }

    fn reference(&self) -> Option<BankText> {
        given(self.element, &["AcctSvcrRef"]).or_else(|| given(self.element, &["NtryRef"]))
    }

    fn fate(&self, is_credit: bool, element: &Element) -> Fate {
        if let Some(status) = &self.not_booked {
            return Fate::UnderWay { status: status.clone() };
        }
        let why = element.child("RtrInf");
        let is_return = |element: &Element| element.text_at(&["BkTxCd", "Domn", "Fmly", "SubFmlyCd"]) == Some("RRTN");
        let is_returned = why.is_some() || self.is_reversal || is_return(element) || is_return(self.element);
        let on = self.on;
        match (is_credit, is_returned) {
            (true, true) => Fate::Returned { on, reason: why.and_then(reason) },
            (true, false) => Fate::Received { on },
            (false, true | false) => Fate::Executed { on },
        }
    }
}

/// The lines of a remittance: free ones, and references of creditors.
fn remittance(element: &Element) -> String {
    let free = element.children("Ustrd").map(Element::text);
    let references = element.children("Strd").filter_map(|one| one.text_at(&["CdtrRefInf", "Ref"]));
    let numbers = element.children("Strd").filter_map(|one| one.text_at(&["RfrdDocInf", "Nb"]));
    free.chain(references).chain(numbers).collect::<Vec<_>>().join(" ")
}
