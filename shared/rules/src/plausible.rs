//! Plausibility (§5): facts that are odd and still count. They are judged within their contract, from what is effective.

use crate::{Adjustment, AdjustmentId, Contract, Day, Fact, Money, Renewal, Sale, Term};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The most days between the start of a year and the anniversary that it is expected on.
pub const MAX_DAYS_OFF: i32 = 60;
/// The most days that a fact can be dated after it was recorded.
pub const MAX_DAYS_AHEAD: i32 = 92;
/// A fee over so many times the last one, or under that part of it, is unusual.
pub const MAX_RATIO: i64 = 10;

/// An implausible fact of an annuity. It changes no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Implausible {
    /// A supplement or a credit note of this annuity is one of another annuity too.
    DocumentOnTwoTerms,
    /// The year starts more than [`MAX_DAYS_OFF`] days before or after its anniversary.
    OffAnniversary,
    /// The year before is not billed.
    Gap,
    /// The fee is in another currency than the first year's.
    CurrencyChanged,
    /// The fee is over [`MAX_RATIO`] times, or under that part of, the last one in its currency that was not free.
    UnusualFee,
    /// The sale, or an adjustment, is dated more than [`MAX_DAYS_AHEAD`] days after it was recorded.
    DatedAhead,
    /// The year starts after the contract ended.
    AfterEnd,
}

/// The implausible facts of an annuity, each with the facts that show it. `recorded_on` gives the vendor's day on which a
/// claim was recorded, if that is known.
pub fn implausible(
    contract: &Contract,
    term: Term,
    recorded_on: impl Fn(&Fact) -> Option<Date>,
) -> BTreeMap<Implausible, Vec<Fact>> {
    let mut found = BTreeMap::new();
    let mut add = |kind: Implausible, facts: Vec<Fact>| {
        if !facts.is_empty() {
            found.insert(kind, facts);
        }
    };
    add(Implausible::DocumentOnTwoTerms, on_two_terms(contract, term));
    let own = contract.sale().filter(|_| term == Term::FIRST).cloned().map(Fact::Sale);
    let adjustments = contract.adjustments(term).cloned().map(Fact::Adjustment);
    let dated = own.into_iter().chain(adjustments);
    let ahead = |fact: &Fact| dated_on(fact).zip(recorded_on(fact)).is_some_and(|(day, at)| is_ahead(day, at));
    add(Implausible::DatedAhead, dated.filter(ahead).collect());
    let Some(renewal) = contract.renewal(term) else { return found };
    let with = |other: Option<Fact>| std::iter::once(Fact::Renewal(renewal.clone())).chain(other).collect::<Vec<_>>();
    let sale = || contract.sale().cloned().map(Fact::Sale);
    if expected_on(contract, term).is_some_and(|expected| is_off(renewal.starts_on, expected)) {
        add(Implausible::OffAnniversary, with(before(contract, term).or_else(sale)));
    }
    if leaves_a_gap(contract, term) {
        add(Implausible::Gap, with(None));
    }
    if contract.sale().is_some_and(|sale| changes_currency(renewal, sale)) {
        add(Implausible::CurrencyChanged, with(sale()));
    }
    if let Some((last, fee)) = last_fee(contract, renewal)
        && is_unusual(renewal.annual_fee, fee)
    {
        add(Implausible::UnusualFee, with(billed_by(contract, last)));
    }
    if let Some(end) = contract.end().filter(|end| renewal.starts_on > end.ended_on) {
        add(Implausible::AfterEnd, with(Some(Fact::ContractEnd(end.clone()))));
    }
    found
}

/// Judges a fact by itself and its contract's sale, the only facts that the writing of most annuities
/// reads.
pub fn is_implausible_beside(sale: &Sale, fact: &Fact, recorded_on: Date) -> bool {
    let is_second = |renewal: &Renewal| {
        let expected = sale.signed_on.anniversary(1);
        is_off(renewal.starts_on, expected) || is_unusual(renewal.annual_fee, sale.annual_fee)
    };
    match fact {
        Fact::Sale(sale) => is_ahead(sale.signed_on, recorded_on),
        Fact::Renewal(renewal) => {
            changes_currency(renewal, sale) || (renewal.term.before() == Some(Term::FIRST) && is_second(renewal))
        }
        Fact::Adjustment(adjustment) => is_ahead(adjustment.issued_on, recorded_on),
        Fact::ContractEnd(_) => false,
    }
}

/// All adjustments whose id is that of an adjustment of this annuity and of another one.
fn on_two_terms(contract: &Contract, term: Term) -> Vec<Fact> {
    if contract.adjustments(term).next().is_none() {
        return Vec::new();
    }
    let all: Vec<&Adjustment> =
        contract.terms().into_iter().flat_map(|term| contract.adjustments(term).collect::<Vec<_>>()).collect();
    let has = |id: &AdjustmentId, here: bool| all.iter().any(|one| one.id == *id && (one.term == term) == here);
    all.iter()
        .filter(|one| has(&one.id, true) && has(&one.id, false))
        .map(|one| Fact::Adjustment((*one).clone()))
        .collect()
}

/// The day of signature or of issue.
fn dated_on(fact: &Fact) -> Option<Day> {
    match fact {
        Fact::Sale(sale) => Some(sale.signed_on),
        Fact::Adjustment(adjustment) => Some(adjustment.issued_on),
        Fact::Renewal(_) | Fact::ContractEnd(_) => None,
    }
}

fn is_ahead(day: Day, recorded_on: Date) -> bool {
    day.date() > recorded_on.saturating_add(MAX_DAYS_AHEAD.days())
}

/// A year after the term before; if that is not billed, the anniversary of the signature.
fn expected_on(contract: &Contract, term: Term) -> Option<Date> {
    let before = term.before().and_then(|before| contract.billed(before));
    let by_signature = || Some(contract.sale()?.signed_on.anniversary(i16::from(term.number()) - 1));
    before.map(|(starts_on, _)| starts_on.anniversary(1)).or_else(by_signature)
}

fn is_off(starts_on: Day, expected: Date) -> bool {
    let margin = MAX_DAYS_OFF.days();
    let (earliest, latest) = (expected.saturating_sub(margin), expected.saturating_add(margin));
    !(earliest..=latest).contains(&starts_on.date())
}

/// Looks for a year before this one that is not billed. A missing sale is an anomaly of its own.
fn leaves_a_gap(contract: &Contract, term: Term) -> bool {
    term.before().is_some_and(|before| before > Term::FIRST && contract.billed(before).is_none())
}

fn changes_currency(renewal: &Renewal, sale: &Sale) -> bool {
    renewal.annual_fee.currency() != sale.annual_fee.currency()
}

/// The last annuity before a renewal that was billed in its currency and not free, and its fee.
fn last_fee(contract: &Contract, renewal: &Renewal) -> Option<(Term, Money)> {
    let fee = |term: Term| {
        let (_, fee) = contract.billed(term)?;
        (fee.currency() == renewal.annual_fee.currency() && !fee.is_zero()).then_some((term, fee))
    };
    contract.terms().into_iter().rev().filter(|term| *term < renewal.term).find_map(fee)
}

/// Compares a fee that is not free with another one in the same currency.
fn is_unusual(fee: Money, last: Money) -> bool {
    let (fee_in, last_in) = (fee.minor().0, last.minor().0);
    let comparable = fee.currency() == last.currency() && fee_in != 0 && last_in != 0;
    comparable && (fee_in > last_in.saturating_mul(MAX_RATIO) || fee_in.saturating_mul(MAX_RATIO) < last_in)
}

/// The fact that bills the annuity before, if one is effective.
fn before(contract: &Contract, term: Term) -> Option<Fact> {
    billed_by(contract, term.before()?)
}

/// The fact that bills an annuity.
fn billed_by(contract: &Contract, term: Term) -> Option<Fact> {
    let first = contract.sale().filter(|_| term == Term::FIRST).cloned().map(Fact::Sale);
    first.or_else(|| contract.renewal(term).cloned().map(Fact::Renewal))
}
