//! The demo's world, from a seed and a day: partners, and what billing would have said up to that day, each at the moment
//! when it was recorded.

use super::billing;
use super::names::{
    CHANGED_MODEL, ENDED, INQUIRIES, LATE, Model, NEGOTIATED, NEGOTIATED_BECAUSE, PARTNERS, Profile, client,
};
use events::EventType;
use events::input::{Event, Partner};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use ledger::inquiries::{Answer, RecordedInquiry};
use ledger::perks::PerkDay;
use rules::inquiry::Inquiry;
use rules::programme::DatedPerk;
use rules::{Day, Month, PartnerId};
use serde_json::{Value, json};
use settlement::close::Opening;

const SEED: u64 = 20_131_116;
/// Years of facts.
const YEARS: i16 = 5;
/// Years of recorded history: what is older was taken over on its first day.
const RECORDED_YEARS: i64 = 3;
/// Months that are closed, the first of them as the opening.
const CLOSED_MONTHS: i64 = 13;

/// A recorded fact or registration, and its time.
#[derive(Debug)]
pub struct Step {
    pub at: Timestamp,
    pub what: What,
}

/// Something that is recorded.
#[derive(Debug)]
pub enum What {
    Register(Partner),
    Event(Event),
    /// An inquiry, and its answer if it has one.
    Inquiry(RecordedInquiry),
    /// A day on which a partner took a perk.
    Perk(PartnerId, PerkDay),
    /// The vendor's billing identity.
    Vendor(Value),
    /// A partner's billing identity.
    Billing(PartnerId, Value),
    /// The close of a month: the first one opens all accounts, which were settled elsewhere until then.
    Close(Month, Opening),
}

/// A world up to a day.
#[derive(Debug)]
pub struct World {
    /// The recorded history, in its order.
    pub history: Vec<Step>,
    /// Today's events.
    pub today: Vec<Event>,
}

/// The world up to a day.
pub fn world(today: Date) -> World {
    let mut making = Making::new(today);
    for profile in &PARTNERS {
        making.partner(profile);
    }
    making.special_cases();
    making.closes();
    let Making { mut history, .. } = making;
    history.sort_by_key(|step| step.at);
    let start_of_today = moment(today, 0);
    let split = history.partition_point(|step| step.at < start_of_today);
    let events = history.split_off(split).into_iter().filter_map(|step| match step.what {
        What::Event(event) => Some(event),
        What::Register(_)
        | What::Inquiry(_)
        | What::Perk(_, _)
        | What::Vendor(_)
        | What::Billing(_, _)
        | What::Close(_, _) => None,
    });
    World { history, today: events.collect() }
}

struct Making {
    today: Date,
    random: fastrand::Rng,
    contracts: usize,
    events: usize,
    history: Vec<Step>,
}

/// A sale as it was made.
struct Sold {
    contract_id: String,
    signed_on: Date,
    /// The annual fee, in whole units.
    fee: u64,
    currency: &'static str,
}

impl Making {
    fn new(today: Date) -> Making {
        Making { today, random: fastrand::Rng::with_seed(SEED), contracts: 0, events: 0, history: Vec::new() }
    }

    /// The first day of the recorded history.
    fn beginning(&self) -> Date {
        self.today.saturating_sub(RECORDED_YEARS.years())
    }

    /// The moment at which what happened on a day was recorded, some days later.
    fn recorded(&mut self, day: Date, days_later: i64) -> Timestamp {
        let day = day.saturating_add(days_later.days()).max(self.beginning());
        moment(day, self.random.i8(7..18))
    }

    fn register(&mut self, at: Timestamp, id: &str, body: &Value) {
        let Ok(id) = id.parse() else { return };
        self.history.push(Step { at, what: What::Register(Partner { id, body: body.to_string() }) });
    }

    fn event(&mut self, at: Timestamp, event_type: EventType, data: &Value) {
        self.events += 1;
        let body = json!({
            "specversion": "1.0",
            "id": format!("demo-{:06}", self.events),
            "source": "/billing",
            "type": event_type.as_str(),
            "time": at.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        });
        self.history.push(Step { at, what: What::Event(Event { event_type, body: body.to_string() }) });
    }

    fn partner(&mut self, profile: &Profile) {
        let at = moment(self.beginning(), 6);
        let body = registration(profile, self.today, None);
        self.register(at, profile.id, &body);
        for (years_ago, sales) in (0..=YEARS).rev().zip(profile.sales) {
            let year = self.today.year() - years_ago;
            for n in 0..sales {
                // Evenly over the year, give or take a few days; the current year ends today.
                let day = i32::from(n) * 360 / i32::from(sales) + self.random.i32(0..8);
                let first = jiff::civil::date(year, 1, 1);
                let signed_on = first.saturating_add(day.days());
                if signed_on < self.today {
                    let sold = self.sale(profile, signed_on, 2);
                    self.life(&sold);
                }
            }
        }
    }

    /// A sale, recorded some days after its signature.
    fn sale(&mut self, profile: &Profile, signed_on: Date, days_later: i64) -> Sold {
        self.contracts += 1;
        let n = self.contracts;
        let fee = 900 + 10 * self.random.u64(0..390);
        let sold = Sold { contract_id: format!("C-{n:04}"), signed_on, fee, currency: profile.currency };
        let at = self.recorded(signed_on, days_later);
        self.event(at, EventType::SaleSigned, &sale_data(&sold, profile.id, n));
        sold
    }

    /// Renewals of a contract until today, each two per cent dearer; some get a credit note or end.
    fn life(&mut self, sold: &Sold) {
        let mut cents = sold.fee * 100;
        for term in 2_i16.. {
            let starts_on = sold.signed_on.saturating_add((term - 1).years());
            if starts_on >= self.today {
                break;
            }
            if self.random.u8(0..100) < 4 {
                let at = self.recorded(starts_on, 1);
                let data = json!({"contract_id": sold.contract_id, "ended_on": starts_on});
                return self.event(at, EventType::ContractEnded, &data);
            }
            cents += (cents * 2 + 50) / 100;
            let data = json!({
                "contract_id": sold.contract_id, "term": term, "starts_on": starts_on, "annual_fee": money(cents, sold.currency),
            });
            let at = self.recorded(starts_on, 1);
            self.event(at, EventType::AnnualRenewal, &data);
            if self.random.u8(0..100) < 5 {
                self.adjust(sold, term, starts_on, cents / 10, EventType::CreditNote);
            }
        }
    }

    /// A credit note or a supplement of a term, three weeks after it began.
    fn adjust(&mut self, sold: &Sold, term: i16, starts_on: Date, cents: u64, event_type: EventType) {
        let issued_on = starts_on.saturating_add(21.days());
        if issued_on >= self.today {
            return;
        }
        let number = self.events;
        let (field, prefix) = match event_type {
            EventType::Supplement => ("supplement_id", "SU"),
            _ => ("credit_note_id", "AV"),
        };
        let mut data = json!({
            "contract_id": sold.contract_id, "term": term, "issued_on": issued_on, "amount": money(cents, sold.currency),
        });
        if let Value::Object(fields) = &mut data {
            fields.insert(field.to_owned(), json!(format!("{prefix}-{number:05}")));
        }
        let at = self.recorded(issued_on, 1);
        self.event(at, event_type, &data);
    }

    /// The cases that a manager meets once a year, here all at once.
    fn special_cases(&mut self) {
        let ago = |making: &Making, days: i64| making.today.saturating_sub(days.days());
        let by_id = |id: &str| PARTNERS.iter().find(|profile| profile.id == id);
        if let Some(profile) = by_id(LATE) {
            // Signed soon after the agreement, and reported this month: what the partner earned on its first sales changes.
            let signed_on = since(profile, self.today).saturating_add(40.days());
            let days_later = signed_on.duration_until(ago(self, 20)).as_hours() / 24;
            let sold = self.sale(profile, signed_on, days_later);
            self.adjust(&sold, 1, signed_on.saturating_add(1000.days()), 15_000, EventType::Supplement);
        }
        if let Some(profile) = by_id(ENDED) {
            self.sale(profile, ago(self, 12), 1);
        }
        if let Some(profile) = by_id(NEGOTIATED) {
            let body = registration(profile, self.today, Some("0.75"));
            let at = moment(ago(self, 240), 9);
            self.register(at, profile.id, &body);
        }
        if let Some(profile) = by_id(super::names::PARTNER) {
            let signed_on = ago(self, 9);
            let sold = self.sale(profile, signed_on, 1);
            // Typed twice.
            let dearer = Sold { fee: sold.fee + 450, ..sold };
            let at = moment(ago(self, 5), 10);
            let n = self.contracts;
            self.event(at, EventType::SaleSigned, &sale_data(&dearer, profile.id, n));
            // Signed yesterday, and billed today.
            self.sale(profile, ago(self, 1), 1);
            self.perks(profile);
        }
        self.inquiries();
    }

    /// The partner's own instance, its training, and a seminar in each of the last two years.
    fn perks(&mut self, profile: &Profile) {
        let signed_on = since(profile, self.today).saturating_add(100.days());
        self.contracts += 1;
        let contract_id = format!("C-{:04}", self.contracts);
        let sold = Sold { contract_id, signed_on, fee: 1_200, currency: profile.currency };
        let mut data = sale_data(&sold, profile.id, self.contracts);
        if let Value::Object(fields) = &mut data {
            fields.insert("instance".to_owned(), json!("partner"));
            fields.insert("customer_name".to_owned(), json!(profile.name));
        }
        let at = self.recorded(signed_on, 1);
        self.event(at, EventType::SaleSigned, &data);
        let Ok(partner) = profile.id.parse::<PartnerId>() else { return };
        let seminars = [300, 620].map(|days| (DatedPerk::Seminars, self.today.saturating_sub(days.days())));
        for (perk, on) in [(DatedPerk::TechnicalTraining, signed_on)].into_iter().chain(seminars) {
            if let Ok(day) = on.try_into() {
                let at = self.recorded(on, 2);
                self.history.push(Step { at, what: What::Perk(partner.clone(), PerkDay { perk, day }) });
            }
        }
    }

    /// Billing identities, and a close at the beginning of each month of the last year.
    fn closes(&mut self) {
        let at = moment(self.beginning(), 7);
        self.history.push(Step { at, what: What::Vendor(billing::vendor(self.beginning())) });
        for (n, profile) in (0..).zip(&PARTNERS) {
            let said = billing::partner(n, profile, self.beginning());
            if let (Ok(id), Some(said)) = (profile.id.parse(), said) {
                self.history.push(Step { at, what: What::Billing(id, said) });
            }
        }
        for months_ago in (1..=CLOSED_MONTHS).rev() {
            let first = self.today.first_of_month();
            let closed_on = first.saturating_sub((months_ago - 1).months()).saturating_add(3.days());
            let month = Day::try_from(first.saturating_sub(months_ago.months())).map(Month::from);
            if let (Ok(month), true) = (month, closed_on < self.today) {
                let opening = if months_ago == CLOSED_MONTHS { Opening::All } else { Opening::None };
                self.history.push(Step { at: moment(closed_on, 8), what: What::Close(month, opening) });
            }
        }
    }

    fn inquiries(&mut self) {
        for (n, (partner, concern, text, days, answer)) in INQUIRIES.into_iter().enumerate() {
            let asked_at = moment(self.today.saturating_sub(days.days()), 9);
            let answered_at = moment(self.today.saturating_sub((days - 1).days()), 11);
            let (Ok(partner_id), Ok(id), Ok(text)) = (partner.parse(), format!("demo-{n}").parse(), text.parse())
            else {
                continue;
            };
            let inquiry = Inquiry { concern, contract_id: None, text };
            let answer = answer.and_then(|text| Some(Answer { text: text.parse().ok()?, at: answered_at }));
            let what = What::Inquiry(RecordedInquiry { partner_id, id, inquiry, asked_at, answer });
            self.history.push(Step { at: asked_at, what });
        }
    }
}

fn moment(day: Date, hour: i8) -> Timestamp {
    let zoned = day.at(hour, 0, 0, 0).to_zoned_datetime(TimeZone::UTC);
    zoned.map(|zoned| zoned.timestamp()).unwrap_or_default()
}

fn money(cents: u64, currency: &str) -> Value {
    json!({"amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": currency})
}

fn sale_data(sold: &Sold, partner: &str, n: usize) -> Value {
    json!({
        "contract_id": sold.contract_id,
        "partner_id": partner,
        "customer_id": format!("K-{n:04}"),
        "customer_name": client(n),
        "signed_on": sold.signed_on,
        "annual_fee": money(sold.fee * 100, sold.currency),
    })
}

/// The first day of a partner's agreement: the first of the year of its first sales.
fn since(profile: &Profile, today: Date) -> Date {
    let years_ago = (0..=YEARS).rev().zip(profile.sales).find(|(_, sales)| *sales > 0).map_or(0, |(years, _)| years);
    jiff::civil::date(today.year() - years_ago, 1, 1)
}

/// The registration of a partner, with its agreement since the year of its first sales, and the rate negotiated.
fn registration(profile: &Profile, today: Date, rate: Option<&str>) -> Value {
    let starts_on = since(profile, today);
    let mut negotiated = agreement(profile, starts_on);
    if let (Some(rate), Value::Object(terms)) = (rate, &mut negotiated) {
        terms.insert("rate".to_owned(), json!(rate));
    }
    let mut agreements = vec![negotiated];
    if profile.id == CHANGED_MODEL {
        let march = jiff::civil::date(today.year(), 3, 1);
        let changed_on = if march < today { march } else { march.saturating_sub(1.year()) };
        let before = changed_on.saturating_sub(1.day());
        agreements = vec![
            json!({"model": "referrer", "starts_on": starts_on, "ends_on": before}),
            json!({
                "model": "independent-integrator", "starts_on": changed_on,
                "technical_qualification": {"qualified_on": before},
            }),
        ];
    }
    if profile.id == ENDED {
        let ends_on = today.saturating_sub(40.days());
        agreements = vec![json!({"model": "referrer", "starts_on": starts_on, "ends_on": ends_on})];
    }
    json!({"name": profile.name, "agreements": agreements, "reason": rate.map(|_| NEGOTIATED_BECAUSE)})
}

fn agreement(profile: &Profile, starts_on: Date) -> Value {
    let qualified = json!({"qualified_on": starts_on});
    match profile.model {
        Model::Affiliate(segment, thousands) => json!({
            "model": "affiliate", "starts_on": starts_on, "support_structure": true,
            "entry_fee": {
                "segment": segment,
                "commercial_potential": money(u64::from(thousands) * 100_000, profile.currency),
                "rate": "0.02",
            },
        }),
        Model::AffiliatedIntegrator => {
            json!({"model": "affiliated-integrator", "starts_on": starts_on, "technical_qualification": qualified})
        }
        Model::IndependentIntegrator => {
            json!({"model": "independent-integrator", "starts_on": starts_on, "technical_qualification": qualified})
        }
        Model::Referrer => json!({"model": "referrer", "starts_on": starts_on}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::{cloud_event, registration};
    use rules::Agreements;
    use std::collections::BTreeSet;

    #[test]
    fn a_world_can_be_recorded_on_any_day() {
        for day in ["2026-01-02", "2026-03-01", "2026-11-26", "2028-02-29", "2030-12-31"] {
            let today: Date = day.parse().unwrap();
            let World { history, today: last } = world(today);
            assert!(history.is_sorted_by_key(|step| step.at), "{day}");
            let mut partners = BTreeSet::new();
            for Step { at, what } in &history {
                assert!(at.to_zoned_datetime(TimeZone::UTC).date() < today, "{day}: {at}");
                match what {
                    What::Register(partner) => {
                        partners.insert(partner.id.clone());
                        registration::parse(&partner.body, &Agreements::default()).unwrap();
                    }
                    What::Inquiry(_) | What::Perk(_, _) | What::Vendor(_) | What::Close(_, _) => {}
                    What::Billing(_, said) => {
                        drop(serde_json::from_value::<settlement::Billing>(said.clone()).unwrap());
                    }
                    What::Event(event) => drop(cloud_event::parse(&event.body, event.event_type).unwrap()),
                }
            }
            assert_eq!((partners.len(), last.is_empty()), (24, false), "{day}");
            assert!((350..1500).contains(&history.len()), "{day}: {}", history.len());
        }
    }
}
