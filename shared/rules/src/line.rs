//! Lines (§3.4, §3.5): the amounts owed for an annuity and for each of its credit notes, with debtor and creditor.

use crate::agreement::AgreementId;
use crate::decision::{Decision, Kind, Reason};
use crate::money::MAX_MINOR;
use crate::{Adjustment, AdjustmentId, Agreement, AnnuityId, Currency, Day, Minor, Model, Money, PartnerId};

/// The cause of a line within an annuity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The annuity itself.
    Annuity,
    /// One of its supplements or credit notes.
    Adjustment(AdjustmentId),
}

/// The id of a line (§4): contract, term and cause; for an entry fee, the agreement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineId {
    /// A line of an annuity.
    Annuity {
        /// The annuity.
        annuity: AnnuityId,
        /// The annuity itself, or one of its credit notes.
        cause: Cause,
    },
    /// The entry fee of an agreement.
    EntryFee {
        /// The partner of the agreement.
        partner_id: PartnerId,
        /// The agreement.
        agreement: AgreementId,
    },
}

/// The posting key: where a line is booked (§4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostingKey {
    /// The partner in whose account the line is booked.
    pub partner_id: PartnerId,
    /// The kind of the amount.
    pub kind: Kind,
    /// The model of the governing agreement.
    pub model: Model,
    /// The currency.
    pub currency: Currency,
    /// The day of booking; it determines the month.
    pub booked_on: Day,
}

/// The basis of an amount, `share(after) − share(before)`. Both are 0 to [`MAX_BASE`] minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The governing decision.
    pub decision: Decision,
    before: Minor,
    after: Minor,
}

/// The largest base of an annuity, in minor units: its fee and a hundred additions to it, each at most [`MAX_MINOR`]. A
/// difference of two such numbers fits 64 bits by far.
pub const MAX_BASE: i64 = 101 * MAX_MINOR;

/// A base outside 0 to [`MAX_BASE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the basis of an amount is out of range")]
pub struct OutOfRange;

impl Basis {
    /// A basis with the rest of an annuity's fee before and after; both must be 0 to [`MAX_BASE`].
    pub fn new(decision: Decision, before: Minor, after: Minor) -> Result<Basis, OutOfRange> {
        let in_range = |minor: Minor| (0..=MAX_BASE).contains(&minor.0);
        if in_range(before) && in_range(after) { Ok(Basis { decision, before, after }) } else { Err(OutOfRange) }
    }

    /// The rest of the fee before, in minor units; zero for the annuity's own line.
    pub fn before(&self) -> Minor {
        self.before
    }

    /// The rest of the fee after, in minor units.
    pub fn after(&self) -> Minor {
        self.after
    }

    /// The partner's part, in minor units.
    pub fn amount(&self) -> Minor {
        let share = |base| self.decision.rates.share(base);
        Minor(share(self.after).0 - share(self.before).0)
    }

    /// The vendor's part, if the partner invoices the client: with [`Basis::amount`] it adds up to the fee exactly.
    pub fn vendor_share(&self) -> Minor {
        match self.decision.reason {
            Reason::RevenueShare => Minor(self.after.0 - self.before.0 - self.amount().0),
            Reason::AgreementEnded
            | Reason::SaleNOrLater { .. }
            | Reason::BeforeSaleN { .. }
            | Reason::PaidOnce
            | Reason::InstanceDiscount
            | Reason::InstanceWithoutPerk
            | Reason::NotTheFirstInstance
            | Reason::EntryFee => Minor::ZERO,
        }
    }
}

/// The amount owed for one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line's id.
    pub id: LineId,
    /// The posting key under which it is booked.
    pub posting: PostingKey,
    /// The basis of its amount.
    pub basis: Basis,
}

impl Line {
    /// The partner's part, in minor units.
    pub fn amount(&self) -> Minor {
        self.basis.amount()
    }

    /// The vendor's part, in minor units.
    pub fn vendor_share(&self) -> Minor {
        self.basis.vendor_share()
    }
}

/// §3.4: the annuity's own line, then those of its supplements and credit notes in the annuity's currency, in the order
/// (`issued_on`, id). Fees are at most 10^12, and adjustments a hundred, so nothing here can overflow.
pub fn annuity_lines<'a>(
    partner_id: &PartnerId,
    annuity: AnnuityId,
    (starts_on, fee): (Day, Money),
    decision: &Decision,
    adjustments: impl IntoIterator<Item = &'a Adjustment>,
) -> Vec<Line> {
    let line = |annuity, cause, booked_on, before, after| Line {
        id: LineId::Annuity { annuity, cause },
        posting: PostingKey {
            partner_id: partner_id.clone(),
            kind: decision.kind,
            model: decision.model,
            currency: fee.currency(),
            booked_on,
        },
        basis: Basis { decision: decision.clone(), before, after },
    };
    let mut adjustments: Vec<&Adjustment> =
        adjustments.into_iter().filter(|adjustment| adjustment.amount.currency() == fee.currency()).collect();
    adjustments.sort_by_key(|adjustment| (adjustment.issued_on, &adjustment.id));
    let mut lines = Vec::with_capacity(1 + adjustments.len());
    let mut left = fee.minor();
    for adjustment in adjustments {
        let after = adjustment.after(left);
        let cause = Cause::Adjustment(adjustment.id.clone());
        lines.push(line(annuity.clone(), cause, adjustment.issued_on, left, after));
        left = after;
    }
    lines.insert(0, line(annuity, Cause::Annuity, starts_on, Minor::ZERO, fee.minor()));
    lines
}

/// §6: the line of an agreement's entry fee, booked on its first day.
pub fn entry_fee_line(partner_id: &PartnerId, agreement: &Agreement) -> Option<Line> {
    let fee = agreement.entry_fee()?;
    let model = agreement.model();
    let decision = Decision {
        agreement: agreement.id(),
        programme: agreement.programme(),
        model,
        kind: Kind::EntryFee,
        rates: fee.rate.into(),
        negotiated: false,
        reason: Reason::EntryFee,
    };
    Some(Line {
        id: LineId::EntryFee { partner_id: partner_id.clone(), agreement: agreement.id() },
        posting: PostingKey {
            partner_id: partner_id.clone(),
            kind: Kind::EntryFee,
            model,
            currency: fee.commercial_potential.currency(),
            booked_on: agreement.starts_on(),
        },
        basis: Basis { decision, before: Minor::ZERO, after: fee.commercial_potential.minor() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AdjustmentKind;
    use crate::{ContractId, ProgrammeVersion, Rate, Term};

    fn lines(rate: &str, reason: Reason, fee: &str, adjustments: &[(&str, &str, &str)]) -> Vec<(i64, i64)> {
        let eur: Currency = "EUR".parse().unwrap();
        let money = |text: &str| match text.split_once(' ') {
            Some((amount, code)) => Money::parse(amount, code.parse().unwrap()).unwrap(),
            None => Money::parse(text, eur).unwrap(),
        };
        let decision = Decision {
            agreement: Day::MIN.into(),
            programme: ProgrammeVersion::V2013_11_16,
            model: Model::Affiliate,
            kind: Kind::RevenueShare,
            rates: rate.parse::<Rate>().unwrap().into(),
            negotiated: false,
            reason,
        };
        let contract_id: ContractId = "C".parse().unwrap();
        let adjustments: Vec<Adjustment> = adjustments
            .iter()
            .map(|(id, day, amount)| {
                let id = match amount.strip_prefix('+') {
                    Some(_) => AdjustmentKind::Supplement.id(id.parse().unwrap()),
                    None => AdjustmentKind::CreditNote.id(id.parse().unwrap()),
                };
                let issued_on = day.parse().unwrap();
                let amount = money(amount.trim_start_matches('+'));
                Adjustment { contract_id: contract_id.clone(), term: Term::FIRST, id, issued_on, amount }
            })
            .collect();
        let partner_id = "P".parse().unwrap();
        let annuity = AnnuityId { contract_id, term: Term::FIRST };
        annuity_lines(&partner_id, annuity, (Day::MIN, money(fee)), &decision, &adjustments)
            .iter()
            .map(|line| (line.amount().0, line.vendor_share().0))
            .collect()
    }

    #[test]
    fn the_rulebooks_example_of_a_credit_note() {
        let notes = [("N", "2026-03-01", "600.00")];
        assert_eq!(lines("0.5", Reason::PaidOnce, "1200.01", &notes), [(60_001, 0), (-30_000, 0)]);
    }

    #[test]
    fn a_full_refund_in_parts_gives_exactly_zero_and_parts_add_up() {
        let notes = [("c", "2024-03-01", "0.33"), ("b", "2024-02-01", "0.33"), ("a", "2024-02-01", "0.33")];
        let lines = lines("0.333333", Reason::RevenueShare, "0.99", &notes);
        assert_eq!(lines, [(33, 66), (-11, -22), (-11, -22), (-11, -22)]);
    }

    #[test]
    fn a_supplement_earns_as_its_annuity_does_and_a_refund_takes_it_back() {
        let adjustments =
            [("n", "2024-03-01", "1200.01"), ("s", "2024-03-01", "+600.00"), ("n", "2024-04-01", "600.00")];
        let lines = lines("0.5", Reason::PaidOnce, "1200.01", &adjustments);
        assert_eq!(lines, [(60_001, 0), (30_000, 0), (-60_001, 0), (-30_000, 0)], "on one day supplements first");
    }

    #[test]
    fn a_basis_is_within_its_bounds() {
        let (before, after) = (Minor::ZERO, Minor(MAX_BASE));
        let decision = Decision {
            agreement: Day::MIN.into(),
            programme: ProgrammeVersion::V2013_11_16,
            model: Model::Affiliate,
            kind: Kind::RevenueShare,
            rates: Rate::percent(100).into(),
            negotiated: false,
            reason: Reason::RevenueShare,
        };
        let check = |before: i64, after: i64, good: bool| {
            assert_eq!(Basis::new(decision.clone(), Minor(before), Minor(after)).is_ok(), good, "{before} {after}");
        };
        check(before.0, after.0, true);
        check(after.0, before.0, true);
        check(-1, 0, false);
        check(0, MAX_BASE + 1, false);
        check(i64::MIN, i64::MAX, false);
        let whole = Basis { decision, before, after };
        assert_eq!((whole.amount(), whole.vendor_share()), (after, Minor::ZERO));
    }

    #[test]
    fn what_is_left_is_never_negative_and_other_currencies_have_no_line() {
        let notes = [
            ("a", "2024-01-01", "80"),
            ("b", "2024-01-02", "80"),
            ("c", "2024-01-03", "1"),
            ("d", "2024-01-04", "1 CHF"),
        ];
        assert_eq!(lines("0.5", Reason::PaidOnce, "100", &notes), [(5_000, 0), (-4_000, 0), (-1_000, 0), (0, 0)]);
    }
}
