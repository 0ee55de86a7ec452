//! Sales against the minimum (RULEBOOK §6), year by year of each of a partner's agreements.

use jiff::civil::Date;
use ledger::missed_years::{SetAside, YearOf};
use ledger::months::Months;
use ledger::whole_partner::WholePartner;
use rules::Agreement;
use rules::minimum_sales::{Status, Year, minimum_sales};

/// A year of minimum sales.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementYear {
    /// The agreement and the number of its year.
    pub of: YearOf,
    /// Its sales against its minimum.
    pub year: Year,
    /// Whether the year is running.
    pub is_current: bool,
    /// The figures and the reason recorded when it was set aside, if the figures still hold.
    pub set_aside: Option<SetAside>,
}

impl AgreementYear {
    /// Whether the year was missed and not set aside.
    pub fn is_open(&self) -> bool {
        self.year.status == Status::Missed && self.set_aside.is_none()
    }
}

/// The years of a partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementYears {
    /// The years with a minimum that have begun, by agreement.
    pub years: Vec<AgreementYear>,
    /// The keys of the month totals that cannot be read, or whose sales are not counted yet, as `PK SK`.
    pub unreadable: Vec<String>,
}

/// Every year with a minimum that has begun, of every agreement of a partner, from the sales in its month totals.
pub fn of_partner(partner: &WholePartner, months: &Months, today: Date) -> AgreementYears {
    let signed_on = months.signed_on();
    let of_agreement = |agreement: &Agreement| {
        let id = agreement.id();
        let with_what_was_said = |year: Year| {
            let of = YearOf { agreement: id, number: year.number };
            let set_aside = partner.set_aside.get(&of).filter(|said| said.is_about(&year)).cloned();
            let is_current = year.from <= today && today <= year.to;
            AgreementYear { of, year, is_current, set_aside }
        };
        minimum_sales(agreement, &signed_on, today).into_iter().map(with_what_was_said).collect::<Vec<_>>()
    };
    let years: Vec<AgreementYear> = partner.record.partner.agreements.iter().flat_map(of_agreement).collect();
    let unreadable = months.unreadable.iter().chain(&months.without_sales).filter(|_| !years.is_empty());
    AgreementYears { unreadable: unreadable.cloned().collect(), years }
}
