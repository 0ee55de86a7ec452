//! Sales against the minimum (RULEBOOK §6), year by year of each of a partner's agreements.

use jiff::civil::Date;
use ledger::missed_years::{SetAside, YearOf};
use ledger::queries::CustomerSales;
use ledger::whole_partner::WholePartner;
use ledger::{Ledger, LedgerError, PartnerRecord, Store};
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
    /// The keys of the unreadable items that were skipped, as `PK SK`.
    pub unreadable: Vec<String>,
}

/// Every year with a minimum that has begun, of every agreement of a partner.
pub async fn of_partner<S: Store>(
    ledger: &Ledger<S>,
    partner: &WholePartner,
    today: Date,
) -> Result<AgreementYears, LedgerError> {
    let CustomerSales { signed_on, unreadable } = sales(ledger, &partner.record).await?;
    let of_agreement = |agreement: &Agreement| {
        let id = agreement.id();
        let with_what_was_said = move |year: Year| {
            let of = YearOf { agreement: id, number: year.number };
            let set_aside = partner.set_aside.get(&of).filter(|said| said.is_about(&year)).cloned();
            let is_current = year.from <= today && today <= year.to;
            AgreementYear { of, year, is_current, set_aside }
        };
        minimum_sales(agreement, &signed_on, today).into_iter().map(with_what_was_said).collect::<Vec<_>>()
    };
    let years = partner.record.partner.agreements.iter().flat_map(of_agreement).collect();
    Ok(AgreementYears { years, unreadable })
}

/// The customer sales that count for a minimum; empty, without a read, if no agreement has one.
async fn sales<S: Store>(ledger: &Ledger<S>, record: &PartnerRecord) -> Result<CustomerSales, LedgerError> {
    let asking = record.partner.agreements.iter().filter(|agreement| agreement.terms().minimum_sales().is_some());
    match asking.map(Agreement::starts_on).min() {
        Some(first) => ledger.customer_sales(&record.id, first).await,
        None => Ok(CustomerSales::default()),
    }
}
