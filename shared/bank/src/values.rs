//! Values of elements: amounts, days, texts.

use crate::error::{BankFileError, Problem};
use crate::movement::BankText;
use crate::xml::Element;
use rules::{Currency, Day, Money};

fn wrong<T>(element: &Element, problem: Problem) -> Result<T, BankFileError> {
    Err(BankFileError { place: element.place, problem })
}

/// The text of an element that must be there.
pub(crate) fn needed<'a>(
    within: &'a Element,
    (name, element): (&'static str, &'static str),
) -> Result<&'a Element, BankFileError> {
    let lacking = BankFileError { place: within.place, problem: Problem::Lacking { within: name, element } };
    within.child(element).ok_or(lacking)
}

/// The text at the end of a path, if it is not empty.
pub(crate) fn text(within: &Element, path: &[&str]) -> Option<BankText> {
    BankText::new(within.text_at(path)?)
}

/// An id that whoever ordered gave; banks write NOTPROVIDED where it gave none.
pub(crate) fn given(within: &Element, path: &[&str]) -> Option<BankText> {
    text(within, path).filter(|id| !["NOTPROVIDED", "NONREF"].contains(&id.as_str()))
}

/// The code of a reason: of the list, or the bank's own.
pub(crate) fn reason(within: &Element) -> Option<BankText> {
    text(within, &["Rsn", "Cd"]).or_else(|| text(within, &["Rsn", "Prtry"]))
}

/// An amount with its currency. The schema has up to five decimals, so zeros beyond the minor unit are left out.
pub(crate) fn amount(element: &Element, name: &'static str) -> Result<Money, BankFileError> {
    let currency = element.currency.as_deref().and_then(|code| code.parse::<Currency>().ok());
    let amount = currency.and_then(|currency| {
        let text = element.text();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let (kept, rest) = match usize::try_from(currency.decimals()).ok().and_then(|at| fraction.split_at_checked(at))
        {
            Some((kept, rest)) => (kept, rest),
            None => (fraction, ""),
        };
        let whole = if whole.len() > 1 { whole.trim_start_matches('0') } else { whole };
        let whole = if whole.is_empty() { "0" } else { whole };
        let plain = if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") };
        let is_fine = rest.bytes().all(|b| b == b'0');
        Money::parse_fee(&plain, currency).ok().filter(|_| is_fine)
    });
    amount.map_or_else(|| wrong(element, Problem::Amount(name)), Ok)
}

/// A day: itself, or the day of a moment as the bank writes it; in `Dt` or `DtTm` if the element is a choice.
pub(crate) fn day(element: &Element, name: &'static str) -> Result<Day, BankFileError> {
    let element = element.either(&["Dt", "DtTm"]).unwrap_or(element);
    let (day, rest) = element.text().split_at_checked(10).unwrap_or((element.text(), ""));
    let ends_well = rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-']);
    let day = day.parse().ok().filter(|_| ends_well);
    day.map_or_else(|| wrong(element, Problem::Day(name)), Ok)
}

/// The day of an element, if it is there.
pub(crate) fn day_at(within: &Element, name: &'static str) -> Result<Option<Day>, BankFileError> {
    within.child(name).map(|element| day(element, name)).transpose()
}

/// Money that is credited, and not debited.
pub(crate) fn is_credit(element: &Element) -> Result<bool, BankFileError> {
    match element.text() {
        "CRDT" => Ok(true),
        "DBIT" => Ok(false),
        _ => wrong(element, Problem::Side("CdtDbtInd")),
    }
}
