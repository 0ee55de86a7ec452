//! A sale that billing reports late, as the page of trials sends it.

use crate::demo::{self, CLIENTS, client};
use events::EventType;
use events::input::Event;
use jiff::{Timestamp, ToSpan};
use ledger::ReportedFact;
use ledger::on_record::{OnRecord, Recording};
use rules::{Currency, Day, PartnerId};
use serde::Serialize;
use serde_json::json;

/// The beginning of the id of each late sale's event.
const EVENT: &str = "late-";
/// Days since a sale was signed, unless the partner's agreement began later or ended earlier.
const DAYS_AGO: std::ops::Range<i64> = 100..200;

/// The partner whose sale comes late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Seller {
    pub partner_id: PartnerId,
    pub name: String,
    #[serde(skip)]
    currency: Currency,
    /// The days of its latest agreement, up to today.
    #[serde(skip)]
    in_force: (Day, Day),
    /// The day of its first sale.
    #[serde(skip)]
    first_sale: Option<Day>,
}

/// A late sale as it is shown; the event has the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LateSale {
    pub partner_id: PartnerId,
    pub contract_id: String,
    pub customer_name: String,
    pub signed_on: Day,
    pub annual_fee: Fee,
}

/// A fee as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fee {
    amount: String,
    currency: Currency,
}

/// The partner that one signs in as in the demo, or else the first that has, or had, an agreement.
pub(super) fn seller(on_record: &OnRecord, today: Day) -> Option<Seller> {
    let sellers = on_record.partners.iter().filter_map(|(partner_id, registered)| {
        let begun = registered.agreements.iter().filter(|agreement| agreement.starts_on() <= today);
        let agreement = begun.max_by_key(|agreement| agreement.starts_on())?;
        let last = agreement.ends_on().map_or(today, |ends_on| ends_on.min(today));
        let booked = on_record.booked.get(partner_id).into_iter().flat_map(|totals| &totals.0);
        let most = booked.max_by_key(|(_, total)| total.count);
        let sales = reported(on_record).filter_map(|reported| reported.fact().sale());
        Some(Seller {
            partner_id: partner_id.clone(),
            name: registered.name.clone(),
            currency: most.map_or(Currency::EUR, |(group, _)| group.currency),
            in_force: (agreement.starts_on(), last),
            first_sale: sales.filter(|sale| sale.partner_id == *partner_id).map(|sale| sale.signed_on).min(),
        })
    });
    sellers.min_by_key(|seller| seller.partner_id.as_str() != demo::PARTNER)
}

fn reported(on_record: &OnRecord) -> impl Iterator<Item = &ReportedFact> {
    on_record.recordings.iter().flatten().filter_map(|recording| match recording {
        Recording::Fact(reported) => Some(reported),
        Recording::Choice(_) => None,
    })
}

/// The number of late sales on record.
pub(super) fn late_sales(on_record: &OnRecord) -> usize {
    reported(on_record).filter(|reported| reported.trigger().to_string().starts_with(EVENT)).count()
}

/// The day of the next late sale: some months ago, and every other time before the partner's first sale, so that an older
/// commission moves.
fn signed_on(seller: &Seller, before: usize, random: &mut fastrand::Rng) -> Day {
    let (first, last) = seller.in_force;
    let day_before = seller.first_sale.and_then(|sale| Day::try_from(sale.date().yesterday().ok()?).ok());
    match day_before {
        Some(day) if before % 2 == 1 && first <= day && day <= last => day,
        Some(_) | None => {
            let days_ago = last.date().saturating_sub(random.i64(DAYS_AGO).days());
            Day::try_from(days_ago).unwrap_or(first).max(first)
        }
    }
}

/// A sale of this partner by one of the demo's clients that is reported only now, after so many others.
pub(super) fn late_sale(
    seller: &Seller,
    before: usize,
    now: Timestamp,
    mut random: fastrand::Rng,
) -> (LateSale, Event) {
    let signed_on = signed_on(seller, before, &mut random);
    let number = random.u32(10_000_000..100_000_000);
    let fee = 900 + 10 * random.u64(0..390);
    let sale = LateSale {
        partner_id: seller.partner_id.clone(),
        contract_id: format!("C-{number}"),
        customer_name: client(random.usize(..CLIENTS)),
        signed_on,
        annual_fee: Fee { amount: fee.to_string(), currency: seller.currency },
    };
    let event = json!({
        "specversion": "1.0",
        "id": format!("{EVENT}{number}"),
        "source": "/billing",
        "type": EventType::SaleSigned.as_str(),
        "time": now.to_string(),
        "datacontenttype": "application/json",
        "data": {
            "contract_id": sale.contract_id,
            "partner_id": sale.partner_id,
            "customer_id": format!("K-{number}"),
            "customer_name": sale.customer_name,
            "signed_on": sale.signed_on,
            "annual_fee": sale.annual_fee,
        },
    });
    (sale, Event { event_type: EventType::SaleSigned, body: event.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::{cloud_event, registration};
    use ledger::journal::Registered;
    use rules::Agreements;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn registered(on_record: &mut OnRecord, id: &str, agreements: &serde_json::Value) {
        let body = json!({ "name": id, "agreements": agreements }).to_string();
        let said = registration::parse(&body, &Agreements::default()).unwrap();
        let partner = Registered { name: said.name, agreements: said.agreements };
        on_record.partners.insert(id.parse().unwrap(), partner);
    }

    /// The next late sale, as billing would report it; it is on record then.
    fn next(on_record: &mut OnRecord, today: &str, seed: u64) -> LateSale {
        let seller = seller(on_record, day(today)).unwrap();
        let random = fastrand::Rng::with_seed(seed);
        let (sale, event) = late_sale(&seller, late_sales(on_record), "2026-11-26T12:00:00Z".parse().unwrap(), random);
        let read = cloud_event::parse(&event.body, event.event_type).unwrap();
        on_record.recordings.push(vec![Recording::Fact(ReportedFact::new(read.fact, &read.id))]);
        sale
    }

    #[test]
    fn whose_sale_comes_late() {
        let mut on_record = OnRecord::default();
        let chosen = |on_record: &OnRecord| {
            seller(on_record, day("2026-11-26")).map(|seller| (seller.partner_id.to_string(), seller.in_force))
        };
        assert_eq!(chosen(&on_record), None);
        registered(&mut on_record, "a", &json!([]));
        registered(&mut on_record, "b", &json!([{"model": "referrer", "starts_on": "2026-12-01"}]));
        assert_eq!(chosen(&on_record), None);
        let ended = json!([{"model": "referrer", "starts_on": "2020-01-01", "ends_on": "2021-01-01"}]);
        registered(&mut on_record, "c", &ended);
        assert_eq!(chosen(&on_record), Some(("c".to_owned(), (day("2020-01-01"), day("2021-01-01")))));
        registered(&mut on_record, demo::PARTNER, &json!([{"model": "referrer", "starts_on": "2020-01-01"}]));
        assert_eq!(chosen(&on_record), Some((demo::PARTNER.to_owned(), (day("2020-01-01"), day("2026-11-26")))));
    }

    #[test]
    fn every_other_sale_comes_before_the_first_one() {
        let mut on_record = OnRecord::default();
        registered(&mut on_record, "p", &json!([{"model": "referrer", "starts_on": "2026-03-01"}]));
        let sales: Vec<LateSale> = (0..4).map(|seed| next(&mut on_record, "2026-11-26", seed)).collect();
        let [first, before, third, fourth] = sales.as_slice() else { unreachable!() };
        assert!(first.signed_on > day("2026-05-01") && third.signed_on > day("2026-05-01"), "{sales:?}");
        assert_eq!(before.signed_on.date().tomorrow().unwrap(), first.signed_on.date().min(third.signed_on.date()));
        assert!(fourth.signed_on < before.signed_on);
        assert!(sales.iter().all(|sale| sale.signed_on < day("2026-09-01")), "{sales:?}");
        // There is no day before the agreement.
        let mut on_record = OnRecord::default();
        registered(&mut on_record, "p", &json!([{"model": "referrer", "starts_on": "2026-11-20"}]));
        for seed in 0..3 {
            assert_eq!(next(&mut on_record, "2026-11-26", seed).signed_on, day("2026-11-20"));
        }
    }
}
