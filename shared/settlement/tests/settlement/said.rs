//! Words of the tests: the accounts, months and amounts that they speak of.

use crate::world::partner;
use rules::Currency;
use rules::label::StatedReason;
use settlement::close::Cancel;
use settlement::*;
use std::collections::BTreeSet;

pub(crate) const COMMISSION: (&str, &str) = ("commission", "referrer");
pub(crate) const SHARE: (&str, &str) = ("revenue-share", "affiliate");
pub(crate) const FEE: (&str, &str) = ("entry-fee", "affiliate");

pub(crate) fn to_partner() -> Account {
    Account { partner_id: partner("P-1"), currency: Currency::EUR, direction: Direction::ToPartner }
}

pub(crate) fn say_final(close: &mut Close) {
    close.finals = BTreeSet::from([partner("P-1")]);
}

pub(crate) fn cancel(document: &Document) -> impl FnOnce(&mut Close) {
    let number = document.number.clone();
    move |close| close.cancels = vec![Cancel { number, reason: "Wrong".parse::<StatedReason>().unwrap() }]
}

/// Months and amounts of a document's lines.
pub(crate) fn lines(document: &Document) -> Vec<(String, i64)> {
    document.lines().map(|line| (line.key.month.to_string(), line.amount.0)).collect()
}

pub(crate) fn reasons(closed: &Closed) -> Vec<(Reason, i64)> {
    closed.carried.iter().map(|carried| (carried.reason, carried.total.0)).collect()
}

pub(crate) fn line(month: &str, amount: i64) -> (String, i64) {
    (month.to_owned(), amount)
}
