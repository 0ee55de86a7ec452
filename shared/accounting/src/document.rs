//! Documents as journal entries (§8.9): at their close's rate, a cancellation at the rate of what it cancels.

use crate::chart::{Chart, VatSide};
use crate::entry::{Head, JournalEntry, JournalError, Lines, On, Party, turned};
use crate::role::{JournalName, Role, Subject};
use rules::day::day_of;
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, Kind};
use settlement::Direction;
use settlement::country::Regime;
use settlement::document::Document;
use settlement::identity::Billing;
use settlement::vat::{EurRate, Mention, VatRate, VatSum, in_eur, mention};
use std::collections::BTreeMap;

/// The EUR of a document, with the ledger's signs, in cents. They add up: the VAT is that which the document states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InEur {
    /// The lines by kind, in the document's currency and in EUR.
    pub net: BTreeMap<Kind, (Minor, Minor)>,
    /// The VAT of each regime and rate.
    pub vat: Vec<(VatSum, Minor)>,
    /// All of it.
    pub gross: Minor,
}

impl InEur {
    /// The EUR of a document, at its rate.
    pub fn of(document: &Document) -> Result<InEur, Overflow> {
        let (currency, amounts) = (document.account.currency, &document.amounts);
        let rate = amounts.in_eur.as_ref().map(|(rate, _)| rate);
        let mut net: BTreeMap<Kind, (Minor, Minor)> = BTreeMap::new();
        for line in document.lines() {
            let (sum, _) = net.entry(line.key.kind).or_default();
            *sum = sum.plus(line.amount)?;
        }
        for (sum, eur) in net.values_mut() {
            *eur = converted(*sum, currency, rate)?;
        }
        // Each rate's VAT is converted but the last's, which is the rest of the VAT in EUR that the document states.
        let mut rest = amounts.in_eur.as_ref().map(|(_, vat)| *vat);
        let mut vat = Vec::with_capacity(amounts.vat.len());
        let last = amounts.vat.iter().rposition(|sum| sum.vat != Minor::ZERO);
        for (index, sum) in amounts.vat.iter().enumerate() {
            let eur = match rest.filter(|_| Some(index) == last) {
                Some(rest) => rest,
                None => converted(sum.vat, currency, rate)?,
            };
            rest = rest.map(|rest| rest.minus(eur)).transpose()?;
            vat.push((*sum, eur));
        }
        let all = net.values().map(|(_, eur)| *eur).chain(vat.iter().map(|(_, eur)| *eur));
        let gross = Minor::sum(all)?;
        Ok(InEur { net, vat, gross })
    }
}

/// An amount in EUR: by the rate, or as it is.
pub(crate) fn converted(amount: Minor, currency: Currency, rate: Option<&EurRate>) -> Result<Minor, Overflow> {
    rate.map_or(Ok(amount), |rate| in_eur(amount, currency, rate))
}

/// The journal entry of a document, of the day on which it was made: for what is received, the day of recording. None: all of
/// it is zero.
pub fn document_entry(document: &Document, chart: &Chart) -> Result<Option<JournalEntry>, JournalError> {
    let Document { account, made_at, number, kind, date, .. } = document;
    let day = Day::try_from(day_of(*made_at))?;
    let chart = chart.on(day)?;
    let party = Party::of(&account.partner_id, document.parties.partner.as_ref().map(Billing::identity));
    let eur = InEur::of(document)?;
    let foreign = |amount: Minor| (account.currency != Currency::EUR).then_some((amount, account.currency));
    let mut lines = Lines::new(chart, party.clone());
    let gross = foreign(document.amounts.gross);
    match account.direction {
        Direction::ToPartner => {
            for (kind, (amount, eur)) in &eur.net {
                lines.debit(On::Role(net_role(*kind)), *eur, foreign(*amount))?;
            }
            for (sum, eur) in eur.vat.iter().filter(|(sum, _)| sum.rate != VatRate::ZERO) {
                lines.debit(On::Account(chart.vat(sum.rate, VatSide::Deductible)?), *eur, foreign(sum.vat))?;
            }
            lines.credit(On::Partner(Role::Supplier), eur.gross, gross)?;
            for (owed, vat) in reverse_charge(document)? {
                let eur = converted(vat, account.currency, document.amounts.in_eur.as_ref().map(|(rate, _)| rate))?;
                lines.debit(On::Role(Role::ReverseChargeDeductible), eur, foreign(vat))?;
                lines.credit(On::Role(owed), eur, foreign(vat))?;
            }
        }
        Direction::FromPartner => {
            lines.debit(On::Partner(Role::Customer), eur.gross, gross)?;
            for (kind, (amount, eur)) in &eur.net {
                lines.credit(On::Role(net_role(*kind)), *eur, foreign(*amount))?;
            }
            for (sum, eur) in eur.vat.iter().filter(|(sum, _)| sum.rate != VatRate::ZERO) {
                lines.credit(On::Account(chart.vat(sum.rate, VatSide::Collected)?), *eur, foreign(sum.vat))?;
            }
        }
    }
    lines.entry(Head {
        day,
        subject: Subject::Document(kind.name()),
        about: format!("{number} {}", party.name),
        party,
        piece: number.to_string(),
        piece_date: *date,
        valid_on: day,
        journal: match account.direction {
            Direction::ToPartner => JournalName::Purchases,
            Direction::FromPartner => JournalName::Sales,
        },
    })
}

/// The role of the account of what is earned. An instance's discount is due neither way, so no line has its kind.
pub(crate) fn net_role(kind: Kind) -> Role {
    match kind {
        Kind::Commission | Kind::InstanceDiscount => Role::Commission,
        Kind::RevenueShare => Role::RevenueShare,
        Kind::EntryFee => Role::EntryFee,
    }
}

/// The VAT that the vendor owes and deducts itself for the services of partners in other countries: the standard rate of the last
/// day of each line's month, once for each regime and rate, in the document's currency.
fn reverse_charge(document: &Document) -> Result<Vec<(Role, Minor)>, Overflow> {
    let mut bases: BTreeMap<(Role, VatRate), Minor> = BTreeMap::new();
    for taxed in &document.amounts.lines {
        if let Some(role) = owed_role(document.account.direction, taxed.regime) {
            let base = bases.entry((role, VatRate::standard(taxed.line.key.month.last()))).or_default();
            *base = base.plus(taxed.line.amount)?;
        }
    }
    bases.into_iter().map(|((role, rate), base)| Ok((role, rate.of(base)?))).collect()
}

fn owed_role(direction: Direction, regime: Regime) -> Option<Role> {
    match mention(direction, regime)? {
        Mention::Franchise | Mention::OutsideFrance => None,
        Mention::ReverseCharge => match regime {
            Regime::Eu => Some(Role::ReverseChargeEu),
            Regime::FrVat | Regime::FrFranchise | Regime::OutsideEu => Some(Role::ReverseChargeOutsideEu),
        },
    }
}

/// The EUR of a document's gross amount without its sign: what its event is worth.
pub(crate) fn worth(document: &Document) -> Result<Minor, Overflow> {
    let gross = InEur::of(document)?.gross;
    if gross < Minor::ZERO { turned(gross) } else { Ok(gross) }
}
