//! The yearly declaration (§8.9): what was paid to each partner in a calendar year by value day, VAT included, in EUR, against the
//! threshold of the year.

use crate::exchange::part;
use crate::file::File;
use crate::items::{Partners, Recorded, by_partner};
use crate::threshold::{Thresholds, Year};
use payments::{Event, Payment, PaymentId, PaymentKind};
use rules::money::{Minor, Overflow};
use rules::{Currency, Day, PartnerId};
use settlement::Direction;
use settlement::identity::Identity;
use std::collections::BTreeMap;

/// Payments to a partner in a year, in cents of EUR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The partner.
    pub partner_id: PartnerId,
    /// Transfers, without what was returned or taken back later.
    pub transfers: Minor,
    /// Set-off, without what was taken back later.
    pub set_off: Minor,
    /// The surplus that the partner paid back.
    pub paid_back: Minor,
    /// Transfers and set-off less what was paid back.
    pub total: Minor,
    /// The total is more than the threshold of the year.
    pub is_declared: bool,
}

/// Payments to each partner in a year, by value day (§8.9). A payment that was returned or taken back counts as never paid, in
/// the year in which it was made.
pub fn yearly_declaration(events: &[Recorded], thresholds: &Thresholds, year: Year) -> Result<Vec<Paid>, Overflow> {
    let mut all = Vec::new();
    for (partner_id, events) in by_partner(events) {
        let payments: Vec<&Payment> = events.iter().filter_map(|recorded| payment(&recorded.event)).collect();
        let left = left(&payments)?;
        let (mut transfers, mut set_off, mut paid_back) = (Minor::ZERO, Minor::ZERO, Minor::ZERO);
        for payment in payments.iter().filter(|payment| payment.value_day.date().year() == year.number()) {
            let eur = || {
                let (amount, eur) = (payment.sum.amount().minor(), payment.sum.eur().minor());
                part((amount, eur), left.get(&payment.id).copied().unwrap_or(amount))
            };
            match &payment.kind {
                PaymentKind::Out { .. } => transfers = transfers.plus(eur()?)?,
                PaymentKind::SetOff => set_off = set_off.plus(eur()?)?,
                PaymentKind::PaysSurplusBack { direction: Direction::ToPartner } => {
                    paid_back = paid_back.plus(eur()?)?;
                }
                PaymentKind::PaysSurplusBack { direction: Direction::FromPartner }
                | PaymentKind::In { .. }
                | PaymentKind::WriteOff { .. }
                | PaymentKind::TakesBack { .. } => {}
            }
        }
        if [transfers, set_off, paid_back] != [Minor::ZERO; 3] {
            let total = transfers.plus(set_off)?.minus(paid_back)?;
            let is_declared = total > thresholds.of(year);
            all.push(Paid { partner_id: partner_id.clone(), transfers, set_off, paid_back, total, is_declared });
        }
    }
    Ok(all)
}

fn payment(event: &Event) -> Option<&Payment> {
    match event {
        Event::Payment(payment) => Some(payment),
        Event::Invoice(_) | Event::CreditNote(_) | Event::Contested(_) | Event::Settled(_) => None,
    }
}

/// The amounts left of payments that were taken back in whole or part.
fn left<'a>(payments: &[&'a Payment]) -> Result<BTreeMap<&'a PaymentId, Minor>, Overflow> {
    let amounts: BTreeMap<&PaymentId, Minor> =
        payments.iter().map(|payment| (&payment.id, payment.sum.amount().minor())).collect();
    let mut left: BTreeMap<&PaymentId, Minor> = BTreeMap::new();
    for payment in payments {
        if let PaymentKind::TakesBack { payment: named } = &payment.kind {
            let before = left.get(named).or_else(|| amounts.get(named)).copied().unwrap_or_default();
            left.insert(named, before.minus(payment.sum.amount().minor())?);
        }
    }
    Ok(left)
}

/// The declaration of a year as a table, a row for each partner that was paid; amounts as plain decimals. The vendor declares. The
/// partners are named as on the last day of the year.
pub fn declaration_table(
    paid: &[Paid],
    (thresholds, year): (&Thresholds, Year),
    vendor: Option<&Identity>,
    partners: Partners<'_>,
) -> File {
    let end = jiff::civil::date(year.number(), 12, 31);
    let on = Day::try_from(end).unwrap_or(Day::MAX);
    let eur = |cents: Minor| Currency::EUR.decimal(cents);
    let siren =
        |identity: Option<&Identity>| identity.and_then(Identity::siren).map(ToString::to_string).unwrap_or_default();
    let row = |paid: &Paid| {
        let Paid { partner_id, transfers, set_off, paid_back, total, is_declared } = paid;
        let identity = partners.identity(partner_id, on);
        let country = identity.and_then(Identity::country).map(ToString::to_string).unwrap_or_default();
        let address = identity.and_then(Identity::address).map(ToString::to_string).unwrap_or_default();
        let mut row = vec![year.number().to_string(), siren(vendor), partner_id.to_string()];
        row.extend([partners.party(partner_id, on).name, siren(identity), address, country]);
        row.extend([transfers, set_off, paid_back, total].map(|cents| eur(*cents)));
        row.extend([eur(thresholds.of(year)), is_declared.to_string()]);
        row
    };
    let mut rows: Vec<Vec<String>> = paid.iter().map(row).collect();
    rows.sort();
    File::new(workbook::csv(&COLUMNS, rows))
}

const COLUMNS: [&str; 13] = [
    "year",
    "declarant_siren",
    "partner_id",
    "name",
    "siren",
    "address",
    "country",
    "transfers_eur",
    "set_off_eur",
    "paid_back_eur",
    "paid_eur",
    "threshold_eur",
    "declared",
];
