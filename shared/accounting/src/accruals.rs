//! Month-end accruals (§8.9): earned up to the month less documented by its end, net, per currency, what openings settled subtracted.

use crate::chart::Chart;
use crate::document::{converted, net_role};
use crate::entry::{Head, JournalEntry, JournalError, Lines, On, Party};
use crate::file::File;
use crate::items::Partners;
use crate::role::{JournalName, Role, Subject};
use rules::day::day_of;
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, Kind, Month};
use settlement::close::Close;
use settlement::document::Document;
use settlement::lines::{Line, earned};
use settlement::records::Records;
use settlement::vat::EurRate;
use settlement::{Account, Direction};
use std::collections::BTreeMap;

/// The accrual of an account at a month's end, as its close has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accrual {
    /// The account.
    pub account: Account,
    /// The month.
    pub month: Month,
    /// The day of the close.
    pub closed_on: Day,
    /// The rate of the close; none: in EUR, or the close has none for the currency.
    pub rate: Option<EurRate>,
    /// The sums by kind; none is zero throughout.
    pub sums: BTreeMap<Kind, AccrualSums>,
}

/// The sums of a kind, in minor units of the account's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccrualSums {
    /// The entries booked up to the month and recorded up to the cut of its close.
    pub earned: Minor,
    /// The lines settled by openings up to that close.
    pub opened: Minor,
    /// The lines of the documents made up to the month's last day.
    pub documented: Minor,
}

impl AccrualSums {
    /// Earned, less what openings settled and less what is documented.
    pub fn accrued(&self) -> Result<Minor, Overflow> {
        self.earned.minus(self.opened)?.minus(self.documented)
    }
}

impl Accrual {
    /// Accrued amounts by kind.
    pub fn by_kind(&self) -> Result<BTreeMap<Kind, Minor>, Overflow> {
        self.sums.iter().map(|(kind, sums)| Ok((*kind, sums.accrued()?))).collect()
    }

    /// Its amount can be said in EUR.
    pub fn has_eur(&self) -> bool {
        self.account.currency == Currency::EUR || self.rate.is_some()
    }
}

/// The accruals of the month of a close, by account.
pub fn accruals(close: &Close, records: &Records<'_>) -> Result<Vec<Accrual>, Overflow> {
    let moment = &close.moment;
    let mut all = Vec::new();
    for account in records.accounts(moment) {
        let sums = sums(&account, close, records)?;
        let mut accrued = sums.values().map(AccrualSums::accrued);
        if accrued.any(|accrued| accrued != Ok(Minor::ZERO)) {
            let rate = close.rate(account.currency).cloned();
            all.push(Accrual { month: moment.month(), closed_on: moment.day(), rate, sums, account });
        }
    }
    Ok(all)
}

fn sums(account: &Account, close: &Close, records: &Records<'_>) -> Result<BTreeMap<Kind, AccrualSums>, Overflow> {
    let moment = &close.moment;
    let (month, end) = (moment.month(), moment.month().last().date());
    let mut sums: BTreeMap<Kind, AccrualSums> = BTreeMap::new();
    for (key, amount) in earned(account, records.entries, month, moment.cut())? {
        let sum = &mut sums.entry(key.kind).or_default().earned;
        *sum = sum.plus(amount)?;
    }
    let opened = records.settled.iter().filter(|settled| settled.account == *account && settled.close.month() <= month);
    for line in opened.flat_map(|settled| &settled.lines) {
        let sum = &mut sums.entry(line.key.kind).or_default().opened;
        *sum = sum.plus(line.amount)?;
    }
    let made =
        records.documents.iter().filter(|document| document.account == *account && day_of(document.made_at) <= end);
    for Line { key, amount } in made.flat_map(Document::lines) {
        let sum = &mut sums.entry(key.kind).or_default().documented;
        *sum = sum.plus(*amount)?;
    }
    Ok(sums)
}

/// The journal entries of an accrual: of the month's last day, and its reversal of the next. None: it has no EUR.
pub(crate) fn accrual_entries(
    accrual: &Accrual,
    partners: Partners<'_>,
    chart: &Chart,
) -> Result<Vec<JournalEntry>, JournalError> {
    if !accrual.has_eur() {
        return Ok(Vec::new());
    }
    let last = accrual.month.last();
    let first = Day::try_from(last.date().tomorrow().unwrap_or(jiff::civil::Date::MAX));
    let booked = accrual_entry(accrual, (last, Subject::Accrual), partners, chart)?;
    // After the last month of the calendar there is no day to reverse it on.
    let reversed = match first {
        Ok(first) => accrual_entry(accrual, (first, Subject::Reversal), partners, chart)?,
        Err(_) => None,
    };
    Ok(booked.into_iter().chain(reversed).collect())
}

fn accrual_entry(
    accrual: &Accrual,
    (day, subject): (Day, Subject),
    partners: Partners<'_>,
    chart: &Chart,
) -> Result<Option<JournalEntry>, JournalError> {
    let Accrual { account, month, closed_on, rate, sums: _ } = accrual;
    let is_reversed = match subject {
        Subject::Reversal => true,
        Subject::Accrual | Subject::Document(_) | Subject::Payment(_) | Subject::Exchange => false,
    };
    // To the partner a charge is debited, from it a product credited; a reversal turns both.
    let is_debit = (account.direction == Direction::ToPartner) != is_reversed;
    let party = partners.party(&account.partner_id, month.last());
    // Its accounts are those of the month's end, on both days.
    let mut lines = Lines::new(chart.on(month.last())?, party.clone());
    let foreign = |amount: Minor| (account.currency != Currency::EUR).then_some((amount, account.currency));
    let (mut total, mut total_eur) = (Minor::ZERO, Minor::ZERO);
    for (kind, amount) in accrual.by_kind()? {
        let eur = converted(amount, account.currency, rate.as_ref())?;
        (total, total_eur) = (total.plus(amount)?, total_eur.plus(eur)?);
        let on = On::Role(net_role(kind));
        if is_debit { lines.debit(on, eur, foreign(amount)) } else { lines.credit(on, eur, foreign(amount)) }?;
    }
    let on = On::Partner(accrued_role(account.direction, total_eur));
    if is_debit { lines.credit(on, total_eur, foreign(total)) } else { lines.debit(on, total_eur, foreign(total)) }?;
    let piece = format!("{month} {} {}", account.currency, account.direction);
    lines.entry(head(day, subject, party, piece, *month, (*closed_on).max(day)))
}

fn head(day: Day, subject: Subject, party: Party, piece: String, month: Month, valid_on: Day) -> Head {
    let about = format!("{month} {}", party.name);
    Head { day, subject, party, piece, piece_date: month.last(), valid_on, journal: JournalName::General, about }
}

/// The account of what is not documented: above zero invoices will come, below zero credit notes.
fn accrued_role(direction: Direction, total: Minor) -> Role {
    match (direction, total < Minor::ZERO) {
        (Direction::ToPartner, false) => Role::AccruedPurchases,
        (Direction::ToPartner, true) => Role::CreditsDueFromSuppliers,
        (Direction::FromPartner, false) => Role::AccruedSales,
        (Direction::FromPartner, true) => Role::CreditsDueToCustomers,
    }
}

/// The table of accruals: a row for each account and kind, amounts as plain decimals; `accrued_eur` is empty where the close has no
/// rate.
pub fn accruals_table(accruals: &[Accrual], partners: Partners<'_>) -> Result<File, Overflow> {
    let mut rows = Vec::new();
    for accrual in accruals {
        let Accrual { account, month, rate, .. } = accrual;
        let Account { partner_id, currency, direction } = account;
        for (kind, sums) in &accrual.sums {
            let accrued = sums.accrued()?;
            let eur = accrual.has_eur().then(|| converted(accrued, *currency, rate.as_ref())).transpose()?;
            let mut row =
                vec![month.to_string(), partner_id.to_string(), partners.party(partner_id, month.last()).name];
            row.extend([currency.code().to_owned(), direction.to_string(), kind.to_string()]);
            row.extend([sums.earned, sums.opened, sums.documented, accrued].map(|amount| currency.decimal(amount)));
            row.push(rate.as_ref().map(ToString::to_string).unwrap_or_default());
            row.push(eur.map(|eur| Currency::EUR.decimal(eur)).unwrap_or_default());
            rows.push(row);
        }
    }
    rows.sort();
    Ok(File::new(workbook::csv(&COLUMNS, rows)))
}

const COLUMNS: [&str; 12] = [
    "month",
    "partner_id",
    "name",
    "currency",
    "direction",
    "kind",
    "earned",
    "opened",
    "documented",
    "accrued",
    "rate",
    "accrued_eur",
];
