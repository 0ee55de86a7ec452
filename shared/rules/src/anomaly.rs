//! Anomalies of an annuity: everything that a manager should look at (§3.1, §3.4, §5).

use crate::contract::{Key, State};
use crate::decision::Pending;
use crate::plausible::{Implausible, implausible};
use crate::text::error;
use crate::{Adjustment, AdjustmentKind, Contract, Fact, Partner, Term};
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// An anomaly of an annuity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anomaly {
    /// The annuity or one of its credit notes is pending.
    Pending(Pending),
    /// There are claims, but none of them is effective.
    Void,
    /// Several claims of one key without a choice, or a claim after the last choice.
    Contradiction,
    /// A credit note exceeds what was left of the annuity.
    OverCredited,
    /// A supplement or a credit note in another currency than the fee's.
    ForeignCurrency,
    /// An odd fact that still counts.
    Implausible(Implausible),
}

error! {
    /// A text that is not an anomaly.
    AnomalyError =
        "is not the name of an anomaly"
}

impl Anomaly {
    /// All anomalies.
    pub const ALL: [Anomaly; 14] = [
        Anomaly::Pending(Pending::NoAgreement),
        Anomaly::Pending(Pending::ContractNotSigned),
        Anomaly::Pending(Pending::TermNotBilled),
        Anomaly::Void,
        Anomaly::Contradiction,
        Anomaly::OverCredited,
        Anomaly::ForeignCurrency,
        Anomaly::Implausible(Implausible::DocumentOnTwoTerms),
        Anomaly::Implausible(Implausible::OffAnniversary),
        Anomaly::Implausible(Implausible::Gap),
        Anomaly::Implausible(Implausible::CurrencyChanged),
        Anomaly::Implausible(Implausible::UnusualFee),
        Anomaly::Implausible(Implausible::DatedAhead),
        Anomaly::Implausible(Implausible::AfterEnd),
    ];

    /// The anomaly's name on the wire: `over-credited`.
    pub fn as_str(self) -> &'static str {
        match self {
            Anomaly::Pending(Pending::NoAgreement) => "pending-no-agreement",
            Anomaly::Pending(Pending::ContractNotSigned) => "pending-contract-not-signed",
            Anomaly::Pending(Pending::TermNotBilled) => "pending-term-not-billed",
            Anomaly::Void => "void",
            Anomaly::Contradiction => "contradiction",
            Anomaly::OverCredited => "over-credited",
            Anomaly::ForeignCurrency => "in-another-currency",
            Anomaly::Implausible(Implausible::DocumentOnTwoTerms) => "document-on-two-terms",
            Anomaly::Implausible(Implausible::OffAnniversary) => "off-anniversary",
            Anomaly::Implausible(Implausible::Gap) => "gap",
            Anomaly::Implausible(Implausible::CurrencyChanged) => "currency-changed",
            Anomaly::Implausible(Implausible::UnusualFee) => "unusual-fee",
            Anomaly::Implausible(Implausible::DatedAhead) => "dated-ahead",
            Anomaly::Implausible(Implausible::AfterEnd) => "after-end",
        }
    }

    /// Whether the facts count although they are odd. Such an anomaly may be found by a reader first, since the writing of
    /// most annuities does not read all facts that show it.
    pub fn is_implausible(self) -> bool {
        match self {
            Anomaly::Implausible(_) => true,
            Anomaly::Pending(_)
            | Anomaly::Void
            | Anomaly::Contradiction
            | Anomaly::OverCredited
            | Anomaly::ForeignCurrency => false,
        }
    }
}

impl std::str::FromStr for Anomaly {
    type Err = AnomalyError;
    fn from_str(text: &str) -> Result<Anomaly, AnomalyError> {
        Anomaly::ALL.into_iter().find(|one| one.as_str() == text).ok_or(AnomalyError)
    }
}

impl Serialize for Anomaly {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The anomalies of an annuity, each with the facts that show it, in the order of their keys. `recorded_on` gives the
/// vendor's day on which a claim was recorded, if that is known.
pub fn anomalies(
    contract: &Contract,
    term: Term,
    partner: &Partner,
    recorded_on: impl Fn(&Fact) -> Option<Date>,
) -> BTreeMap<Anomaly, Vec<Fact>> {
    let mut anomalies = BTreeMap::new();
    let claims = |wanted: &dyn Fn(&Key) -> bool| -> Vec<Fact> {
        let keys = contract.keys().filter(|key| key.term() == term && wanted(key));
        keys.flat_map(|key| contract.claims(key)).cloned().collect()
    };
    let own = Key::of(term, None);
    match contract.state(term, partner) {
        State::Pending(pending) if contract.terms().contains(&term) => {
            let waits = |key: &Key| *key == own || (pending == Pending::TermNotBilled && *key != Key::End);
            anomalies.insert(Anomaly::Pending(pending), claims(&waits));
        }
        State::Void if !is_chosen_void(contract, &own) => {
            anomalies.insert(Anomaly::Void, claims(&|key| *key == own));
        }
        State::Pending(_) | State::Void | State::Decided(_) => {}
    }
    let contradicting = claims(&|key| contract.is_contradicted(key));
    if !contradicting.is_empty() {
        anomalies.insert(Anomaly::Contradiction, contradicting);
    }
    anomalies.extend(of_adjustments(contract, term));
    let odd = implausible(contract, term, recorded_on).into_iter();
    anomalies.extend(odd.map(|(kind, facts)| (Anomaly::Implausible(kind), facts)));
    anomalies
}

/// The adjustments that do not fit their annuity.
fn of_adjustments(contract: &Contract, term: Term) -> Vec<(Anomaly, Vec<Fact>)> {
    let Some((_, fee)) = contract.billed(term) else { return Vec::new() };
    let (mut same, foreign): (Vec<_>, Vec<_>) =
        contract.adjustments(term).partition(|one| one.amount.currency() == fee.currency());
    same.sort_by_key(|one| (one.issued_on, &one.id));
    let mut left = fee.minor();
    let exceeds = |one: &&Adjustment| {
        let before = left;
        left = one.after(before);
        one.id.kind == AdjustmentKind::CreditNote && one.amount.minor() > before
    };
    let exceeds = same.iter().copied().filter(exceeds).count() > 0;
    let facts = |of: &[&Adjustment]| of.iter().map(|one| Fact::Adjustment((*one).clone())).collect();
    let mut found = Vec::new();
    if exceeds {
        found.push((Anomaly::OverCredited, facts(&same)));
    }
    if !foreign.is_empty() {
        found.push((Anomaly::ForeignCurrency, facts(&foreign)));
    }
    found
}

/// Whether a manager chose no claim of the annuity.
fn is_chosen_void(contract: &Contract, own: &Key) -> bool {
    contract.choices(own).last().is_some_and(|choice| choice.claim.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anomaly_has_one_name_that_reads_back() {
        for anomaly in Anomaly::ALL {
            if let Anomaly::Pending(pending) = anomaly {
                let name = serde_json::to_value(pending).unwrap();
                assert_eq!(anomaly.as_str(), format!("pending-{}", name.as_str().unwrap()));
            }
            assert_eq!(serde_json::to_value(anomaly).unwrap(), anomaly.as_str());
            assert_eq!(anomaly.as_str().parse(), Ok(anomaly));
        }
        assert_eq!("odd".parse::<Anomaly>(), Err(AnomalyError));
    }
}
