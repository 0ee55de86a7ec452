//! Events from billing (RULEBOOK §2): CloudEvents 1.0, structured JSON, one per message.

use crate::Refusal;
use crate::raw::{Raw, Text, missing, parsed, parsed_as_written, present, refused, text, whole_number};
use jiff::Timestamp;
use rules::{
    Adjustment, AdjustmentId, AdjustmentKind, ContractEnd, ContractId, CustomerName, Fact, Instance, Money, Renewal,
    Sale, Term,
};
use serde::Deserialize;
use texts::Code;

/// The largest message, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;

macro_rules! event_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $key:literal;)*) => {
        /// The type of an event from billing; each has its own queue and its own function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventType {
            $($(#[$doc])* $variant,)*
        }

        impl EventType {
            /// All types.
            pub const ALL: &[EventType] = &[$(EventType::$variant),*];

            /// The CloudEvents `type` of the event.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(EventType::$variant => concat!("com.all-in-web.billing.", $name, ".v1"),)*
                }
            }

            /// The short name: `sale-signed`. It is also that of the function's program.
            pub fn name(self) -> &'static str {
                match self {
                    $(EventType::$variant => $name,)*
                }
            }

            /// The logical id of the function in the template: `SaleSigned`. The ids of its queues begin with it.
            pub fn logical_id(self) -> &'static str {
                match self {
                    $(EventType::$variant => stringify!($variant),)*
                }
            }

            /// The field that identifies the fact, for errors about the fact as a whole.
            pub fn key_field(self) -> &'static str {
                match self {
                    $(EventType::$variant => concat!("data.", $key),)*
                }
            }
        }
    };
}

event_types! {
    /// A contract begins.
    SaleSigned = "sale-signed", "contract_id";
    /// One more year of a contract.
    AnnualRenewal = "annual-renewal", "contract_id";
    /// A part of one annuity is refunded.
    CreditNote = "credit-note", "credit_note_id";
    /// One annuity is raised.
    Supplement = "supplement", "supplement_id";
    /// A contract ends.
    ContractEnded = "contract-ended", "contract_id";
}

impl EventType {
    /// The type with this name.
    pub fn named(name: &str) -> Option<EventType> {
        EventType::ALL.iter().copied().find(|event_type| event_type.as_str() == name)
    }
}

/// One event: a fact, and the id under which it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The CloudEvents id: not empty, without control characters. The same fact may come under several.
    pub id: String,
    /// The CloudEvents `time`, if the event has one.
    pub time: Option<Timestamp>,
    /// The reported fact.
    pub fact: Fact,
    /// The label of the client, of a sale; a bad one counts as absent (§2).
    pub customer_name: Option<CustomerName>,
}

/// The attributes as written; repeated ones are refused, unknown ones ignored, and `null` is absent (CloudEvents 1.0).
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    specversion: Text<'a>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    source: Text<'a>,
    #[serde(borrow, default)]
    r#type: Text<'a>,
    #[serde(borrow, default)]
    time: Text<'a>,
    #[serde(borrow, default)]
    data: Raw<'a>,
}

macro_rules! fields {
    ($name:ident { $($field:ident: $kind:ident),* }) => {
        /// Fields as written; repeated fields are refused, unknown ones ignored.
        #[derive(Deserialize)]
        struct $name<'a> {
            $(#[serde(borrow, default, deserialize_with = "present")] $field: $kind<'a>,)*
        }
    };
}

fields!(Data {
    contract_id: Text,
    partner_id: Text,
    customer_id: Text,
    customer_name: Raw,
    signed_on: Text,
    annual_fee: Raw,
    instance: Text,
    term: Raw,
    starts_on: Text,
    credit_note_id: Text,
    supplement_id: Text,
    issued_on: Text,
    amount: Raw,
    ended_on: Text
});
fields!(WrittenMoney { amount: Raw, currency: Text });

/// The `type` of a message, if it has one; nothing else is read.
pub fn type_of(body: &str) -> Option<EventType> {
    let envelope: Envelope<'_> = serde_json::from_str(body).ok()?;
    EventType::named(text(&envelope.r#type, "type").ok()?)
}

/// Reads a message from the queue of events of type `expected`.
pub fn parse(body: &str, expected: EventType) -> Result<Event, Refusal> {
    if body.len() > MAX_BYTES {
        return Err(Refusal::new("body", Code::EventTooLarge { bytes: body.len(), most: MAX_BYTES }));
    }
    let envelope: Envelope<'_> = object(body, "body")?;
    if text(&envelope.specversion, "specversion")? != "1.0" {
        return Err(Refusal::new("specversion", Code::NotSpecversion));
    }
    let id = attribute(&envelope.id, "id")?.to_owned();
    attribute(&envelope.source, "source")?;
    if text(&envelope.r#type, "type")? != expected.as_str() {
        return Err(Refusal::new("type", Code::NotOnThisQueue { expected: expected.as_str() }));
    }
    let time = envelope.time.is_some().then(|| time(&envelope.time)).transpose()?;
    let data = envelope.data.ok_or_else(|| missing("data"))?;
    let data = object(data.get(), "data")?;
    let fact = fact(&data, expected)?;
    let customer_name = match (&fact, data.customer_name) {
        (Fact::Sale(_), Some(name)) => parsed_as_written(name, "data.customer_name").ok(),
        (_, _) => None,
    };
    Ok(Event { id, time, fact, customer_name })
}

fn time(read: &Text<'_>) -> Result<Timestamp, Refusal> {
    let text = text(read, "time")?;
    let time = is_rfc3339(text).then(|| text.parse().ok()).flatten();
    time.ok_or_else(|| Refusal::new("time", Code::NotATime))
}

/// Checks the form of RFC 3339, `2026-01-15T09:00:00.5+01:00`. The parser takes more forms than these, and refuses days and
/// hours that do not exist.
fn is_rfc3339(text: &str) -> bool {
    const SECOND: &[u8] = b"0000-00-00T00:00:00";
    let (Some(second), Some(rest)) = (text.get(..SECOND.len()), text.get(SECOND.len()..)) else { return false };
    let is_second = second.bytes().zip(SECOND).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte.eq_ignore_ascii_case(form),
    });
    let offset = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => match fraction.trim_start_matches(|c: char| c.is_ascii_digit()) {
            offset if offset.len() < fraction.len() => offset,
            _ => return false,
        },
    };
    is_second && is_offset(offset.as_bytes())
}

fn is_offset(offset: &[u8]) -> bool {
    match offset {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hours @ .., b':', tens, ones] => {
            hours.len() == 2 && hours.iter().chain([tens, ones]).all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

fn fact(data: &Data<'_>, event_type: EventType) -> Result<Fact, Refusal> {
    let contract_id = parsed(&data.contract_id, "data.contract_id")?;
    Ok(match event_type {
        EventType::SaleSigned => Fact::Sale(Sale {
            contract_id,
            partner_id: parsed(&data.partner_id, "data.partner_id")?,
            customer_id: parsed(&data.customer_id, "data.customer_id")?,
            signed_on: parsed(&data.signed_on, "data.signed_on")?,
            annual_fee: fee(data.annual_fee, "data.annual_fee")?,
            instance: instance(&data.instance)?,
        }),
        EventType::AnnualRenewal => Fact::Renewal(Renewal {
            contract_id,
            term: term(data.term, "data.term", 2)?,
            starts_on: parsed(&data.starts_on, "data.starts_on")?,
            annual_fee: fee(data.annual_fee, "data.annual_fee")?,
        }),
        EventType::CreditNote => {
            let id = parsed(&data.credit_note_id, "data.credit_note_id")?;
            Fact::Adjustment(adjustment(data, contract_id, AdjustmentKind::CreditNote.id(id))?)
        }
        EventType::Supplement => {
            let id = parsed(&data.supplement_id, "data.supplement_id")?;
            Fact::Adjustment(adjustment(data, contract_id, AdjustmentKind::Supplement.id(id))?)
        }
        EventType::ContractEnded => {
            Fact::ContractEnd(ContractEnd { contract_id, ended_on: parsed(&data.ended_on, "data.ended_on")? })
        }
    })
}

fn adjustment(data: &Data<'_>, contract_id: ContractId, id: AdjustmentId) -> Result<Adjustment, Refusal> {
    Ok(Adjustment {
        contract_id,
        term: term(data.term, "data.term", 1)?,
        id,
        issued_on: parsed(&data.issued_on, "data.issued_on")?,
        amount: money(data.amount, "data.amount")?,
    })
}

fn instance(read: &Text<'_>) -> Result<Instance, Refusal> {
    if read.is_none() {
        return Ok(Instance::Customer);
    }
    match text(read, "data.instance")? {
        "customer" => Ok(Instance::Customer),
        "partner" => Ok(Instance::Partner),
        _ => Err(Refusal::new("data.instance", Code::NotAnInstance)),
    }
}

fn term(raw: Raw<'_>, field: &str, least: u8) -> Result<Term, Refusal> {
    let number = whole_number(raw.ok_or_else(|| missing(field))?);
    let term = number.and_then(|number| Term::try_from(number).ok()).filter(|term| term.number() >= least);
    term.ok_or_else(|| Refusal::new(field, Code::NotATermFrom { least }))
}

/// Reads `{"amount": …, "currency": …}`.
fn money(raw: Raw<'_>, field: &str) -> Result<Money, Refusal> {
    let raw = raw.ok_or_else(|| missing(field))?;
    let WrittenMoney { amount, currency } = object(raw.get(), field)?;
    crate::raw::money(amount, &currency, field)
}

/// Reads an annual fee of the same form.
fn fee(raw: Raw<'_>, field: &str) -> Result<Money, Refusal> {
    let raw = raw.ok_or_else(|| missing(field))?;
    let WrittenMoney { amount, currency } = object(raw.get(), field)?;
    crate::raw::fee(amount, &currency, field)
}

/// A CloudEvents attribute: a string that is not empty and has no control characters.
fn attribute<'a>(read: &'a Text<'_>, field: &str) -> Result<&'a str, Refusal> {
    let text = text(read, field)?;
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(Refusal::new(field, Code::NotAnAttribute));
    }
    Ok(text)
}

/// Reads an object's fields. The parser's message is kept only if it cannot quote the input.
fn object<'a, T: Deserialize<'a>>(json: &'a str, field: &str) -> Result<T, Refusal> {
    use serde_json::error::Category;
    if !json.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{') {
        return Err(Refusal::new(field, Code::NotAnObject));
    }
    serde_json::from_str(json).map_err(|error| {
        let reason = match error.classify() {
            Category::Data => refused(&error),
            Category::Syntax | Category::Eof | Category::Io => {
                Code::NotJson { line: error.line(), column: error.column() }
            }
        };
        Refusal::new(field, reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::Subject;

    const SALE: &str = r#"{"contract_id":"C-1","partner_id":"P-1","customer_id":"K-1","signed_on":"2024-02-29","annual_fee":{"amount":"1200.00","currency":"EUR"}}"#;

    fn event(event_type: EventType, data: &str) -> String {
        format!(r#"{{"specversion":"1.0","id":"e","source":"/b","type":"{}","data":{data}}}"#, event_type.as_str())
    }

    fn sale(data: &str) -> Result<Event, Refusal> {
        parse(&event(EventType::SaleSigned, data), EventType::SaleSigned)
    }

    #[test]
    fn the_same_fact_is_equal_however_it_is_written() {
        let plain = sale(SALE).unwrap();
        for same in [
            SALE.replace("\"1200.00\"", "1200"),
            SALE.replace("\"1200.00\"", "1200.0"),
            SALE.replace("\"1200.00\"", "\"1200\""),
            SALE.replace("C-1", "\\u0043-1"),
            SALE.replace("{\"contract_id\"", "{\"instance\":\"customer\",\"unknown\":[1e400],\"contract_id\""),
        ] {
            assert_eq!(sale(&same), Ok(plain.clone()), "{same}");
        }
        assert_ne!(sale(&SALE.replace("1200.00", "1200.01")).unwrap(), plain);
    }

    /// SNS and `EventBridge` deliver an event alone if they are told to (infra/OPERATIONS.md).
    #[test]
    fn an_event_in_an_envelope_is_refused_by_name() {
        let alone = event(EventType::SaleSigned, SALE);
        let of_sns = serde_json::json!({
            "Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-west-3:000000000000:t", "Message": alone,
            "Timestamp": "2026-11-28T12:00:00.000Z", "SignatureVersion": "1",
        });
        let of_event_bridge = format!(
            r#"{{"version":"0","id":"i","detail-type":"sale","source":"billing","account":"000000000000","detail":{alone}}}"#
        );
        assert!(parse(&alone, EventType::SaleSigned).is_ok());
        for envelope in [of_sns.to_string(), of_event_bridge] {
            assert_eq!(parse(&envelope, EventType::SaleSigned).unwrap_err().field, "specversion", "{envelope}");
        }
    }

    #[test]
    fn a_customer_name_is_a_label_and_a_bad_one_is_absent() {
        let plain = sale(SALE).unwrap();
        let named = |name: &str| {
            let event = sale(&SALE.replace("\"K-1\"", &format!("\"K-1\",\"customer_name\":{name}"))).unwrap();
            assert_eq!(event.fact, plain.fact, "no part of the fact");
            event.customer_name.map(|name| name.as_str().to_owned())
        };
        assert_eq!(named("\"Mairie de Saint-Malo\"").as_deref(), Some("Mairie de Saint-Malo"));
        let longest = "é".repeat(200);
        assert_eq!(named(&format!("\"{longest}\"")), Some(longest));
        for bad in
            ["null", "7", "[]", "1e400", "\"\"", "\" \"", "\"a\\u0007\"", "\"\\u202e\"", "\"\\u200b\"", "\"\\ud800\""]
        {
            assert_eq!(named(bad), None, "{bad}");
        }
        assert_eq!(named(&format!("\"{}\"", "x".repeat(201))), None);
        let end =
            event(EventType::ContractEnded, r#"{"contract_id":"C-1","ended_on":"2025-01-31","customer_name":"A"}"#);
        assert_eq!(parse(&end, EventType::ContractEnded).unwrap().customer_name, None);
    }

    #[test]
    fn a_number_is_taken_by_its_digits() {
        let fee = |amount: &str| -> Result<i64, Refusal> {
            let event = sale(&SALE.replace("\"1200.00\"", amount))?;
            match event.fact {
                Fact::Sale(sale) => Ok(sale.annual_fee.minor().0),
                Fact::Renewal(_) | Fact::Adjustment(_) | Fact::ContractEnd(_) => unreachable!(),
            }
        };
        assert_eq!(fee("1200.10"), Ok(120_010));
        assert_eq!(fee("9007199254.99"), Ok(900_719_925_499), "more digits than a binary float keeps apart");
        assert_eq!(fee("0.00"), Ok(0), "a free year");
        for bad in ["1.2e3", "12E2", "-1", "-0", "0.001", "1e400", "true", "null", "[]", "\"1e3\""] {
            assert_eq!(fee(bad).unwrap_err().field, "data.annual_fee.amount", "{bad}");
        }
    }

    #[test]
    fn a_time_is_of_rfc_3339_and_a_null_attribute_is_absent() {
        let whole = event(EventType::SaleSigned, SALE);
        let read = |time: &str| {
            let body = whole.replace("\"id\":\"e\"", &format!("\"id\":\"e\",\"time\":{time},\"subject\":null"));
            parse(&body, EventType::SaleSigned).map(|event| event.time)
        };
        assert_eq!(read("null"), Ok(None));
        for good in ["2026-01-15T09:00:00Z", "2026-01-15t09:00:00.5z", "2026-01-15T09:00:00.123456789+01:00"] {
            assert!(read(&format!("\"{good}\"")).unwrap().is_some(), "{good}");
        }
        for bad in [
            "2026-01-15T09Z",
            "2026-01-15 09:00:00Z",
            "2026-01-15T09:00:00",
            "2026-01-15T24:00:00Z",
            "2026-02-30T09:00:00Z",
            "2026-01-15T09:00:00.Z",
            "2026-01-15T09:00:00+0100",
            "2026-01-15T09:00:00+01:00[Europe/Paris]",
            "20260115T090000Z",
        ] {
            assert_eq!(read(&format!("\"{bad}\"")).unwrap_err().field, "time", "{bad}");
        }
        for attribute in ["id", "source", "type", "specversion", "data"] {
            let mut body: serde_json::Value = serde_json::from_str(&whole).unwrap();
            body[attribute] = serde_json::Value::Null;
            let refusal = parse(&body.to_string(), EventType::SaleSigned).unwrap_err();
            assert_eq!((refusal.field.as_str(), refusal.reason), (attribute, Code::Missing.into()));
        }
    }

    #[test]
    fn a_term_is_a_whole_number() {
        let renewal = |term: &str| {
            let fee = r#"{"amount":"1","currency":"EUR"}"#;
            let data = format!(r#"{{"contract_id":"C","term":{term},"starts_on":"2024-01-01","annual_fee":{fee}}}"#);
            parse(&event(EventType::AnnualRenewal, &data), EventType::AnnualRenewal)
        };
        let term = |number: &str| {
            let Subject::Annuity(_, term) = renewal(number).unwrap().fact.subject();
            term.number()
        };
        assert_eq!(term("2"), 2);
        assert_eq!(term("99"), 99);
        for bad in ["1", "0", "100", "-2", "2.0", "2e0", "\"2\"", "null", "257", "18446744073709551618"] {
            assert_eq!(renewal(bad).unwrap_err().field, "data.term", "{bad}");
        }
    }

    #[test]
    fn refusals_name_the_field_and_quote_nothing() {
        let whole = event(EventType::SaleSigned, SALE);
        let check = |body: &str, field: &str| {
            let refusal = parse(body, EventType::SaleSigned).unwrap_err();
            assert_eq!(refusal.field, field, "{body}: {refusal}");
            assert!(!format!("{:?}", refusal.reason).contains("secret"), "{refusal}");
        };
        for body in ["", "secret", "null", "[]", "\"{}\"", "{", "{\"secret\":}", "\u{feff}{}"] {
            check(body, "body");
        }
        check(&whole.replace("\"id\":\"e\"", "\"id\":\"e\",\"id\":\"secret\""), "body");
        check(&whole.replace("\"id\":\"e\"", "\"id\":\"\""), "id");
        check(&whole.replace("\"id\":\"e\"", "\"id\":7"), "id");
        check(&whole.replace("\"1.0\"", "\"0.3\""), "specversion");
        check(&whole.replace("sale-signed", "secret"), "type");
        check(&whole.replace("sale-signed", "annual-renewal"), "type");
        check(&whole.replace("\"id\":\"e\"", "\"id\":\"e\",\"time\":\"secret\""), "time");
        check(&whole.replace(SALE, "null"), "data");
        check(&whole.replace(SALE, "\"secret\""), "data");
        check(&whole.replace("\"K-1\"", "\"secret#1\""), "data.customer_id");
        check(&whole.replace("\"K-1\"", "{\"secret\":1}"), "data.customer_id");
        check(&whole.replace("2024-02-29", "2023-02-29"), "data.signed_on");
        check(&whole.replace("\"EUR\"", "\"eur\""), "data.annual_fee.currency");
        check(&whole.replace("{\"contract_id\"", "{\"instance\":null,\"contract_id\""), "data.instance");
        check(&whole.replace("{\"contract_id\"", "{\"instance\":\"Partner\",\"contract_id\""), "data.instance");
        check(&whole.replace("\"C-1\"", &"[".repeat(10_000)), "body");
        check(&format!("{}{}", whole, " ".repeat(MAX_BYTES)), "body");
    }
}
