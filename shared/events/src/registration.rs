//! Registrations of partners (RULEBOOK §6): a name and all agreements, replaced as a whole. Unknown fields are refused.

use crate::raw::{self, Raw, parsed, parsed_if_there};
use crate::{Refusal, body};
use rules::agreement::{Draft, EntryFee};
use rules::text::Words;
use rules::{Agreement, Agreements, Model, ProgrammeVersion};
use serde::Deserialize;

/// A partner as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// What the partner is called: 1 to [`body::MAX_TEXT`] characters.
    pub name: String,
    /// All of its agreements.
    pub agreements: Agreements,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRegistration<'a> {
    name: String,
    #[serde(borrow)]
    agreements: Vec<RawAgreement<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgreement<'a> {
    model: Model,
    #[serde(borrow)]
    starts_on: Raw<'a>,
    #[serde(borrow)]
    ends_on: Raw<'a>,
    programme: Option<ProgrammeVersion>,
    #[serde(borrow)]
    rate: Raw<'a>,
    #[serde(borrow)]
    from_sale: Raw<'a>,
    #[serde(borrow)]
    technical_qualification: Option<RawQualification<'a>>,
    support_structure: Option<bool>,
    #[serde(borrow)]
    entry_fee: Option<RawEntryFee<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQualification<'a> {
    #[serde(borrow)]
    qualified_on: Raw<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntryFee<'a> {
    segment: String,
    #[serde(borrow)]
    commercial_potential: RawMoney<'a>,
    #[serde(borrow)]
    rate: Raw<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMoney<'a> {
    #[serde(borrow)]
    amount: Raw<'a>,
    #[serde(borrow)]
    currency: Raw<'a>,
}

/// Reads a registration. `known` are the agreements registered so far: an agreement that names no programme version
/// keeps the one that was fixed when it was first registered.
pub fn parse(body: &str, known: &Agreements) -> Result<Registration, Refusal> {
    let raw: RawRegistration<'_> = body::read(body)?;
    let name = body::text(raw.name, "name")?;
    let agreements = raw
        .agreements
        .into_iter()
        .enumerate()
        .map(|(i, agreement)| self::agreement(agreement, known, &format!("agreements[{i}]")));
    let agreements = agreements.collect::<Result<Vec<_>, Refusal>>()?;
    let agreements = Agreements::new(agreements).map_err(|error| Refusal::new("agreements", of_all(&error.into())))?;
    Ok(Registration { name, agreements })
}

fn of_all(words: &Words) -> Words {
    Words::new(format!("ne sont pas acceptés : {}", words.fr), format!("are refused: {}", words.en))
}

fn agreement(raw: RawAgreement<'_>, known: &Agreements, path: &str) -> Result<Agreement, Refusal> {
    let at = |field: &str| format!("{path}.{field}");
    let starts_on = parsed(raw.starts_on, &at("starts_on"))?;
    let fixed = known.iter().find(|known| known.starts_on() == starts_on).map(Agreement::programme);
    let qualified_on =
        |raw: RawQualification<'_>| parsed(raw.qualified_on, &at("technical_qualification.qualified_on"));
    let entry_fee = raw.entry_fee.map(|fee| entry_fee(fee, &at("entry_fee"))).transpose()?;
    let draft = Draft {
        model: raw.model,
        starts_on,
        ends_on: parsed_if_there(raw.ends_on, &at("ends_on"))?,
        programme: raw.programme.or(fixed),
        rate: parsed_if_there(raw.rate, &at("rate"))?,
        from_sale: raw::from_sale(raw.from_sale, &at("from_sale"))?,
        technical_qualification: raw.technical_qualification.map(qualified_on).transpose()?,
        support_structure: raw.support_structure,
        entry_fee,
    };
    draft.accept().map_err(|error| Refusal::new(at(error.field()), error))
}

fn entry_fee(raw: RawEntryFee<'_>, path: &str) -> Result<EntryFee, Refusal> {
    let segment = body::text(raw.segment, &format!("{path}.segment"))?;
    let RawMoney { amount, currency } = raw.commercial_potential;
    let commercial_potential = raw::money(amount, currency, &format!("{path}.commercial_potential"))?;
    Ok(EntryFee { segment, commercial_potential, rate: parsed(raw.rate, &format!("{path}.rate"))? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const PARTNER: &str = r#"{"name":"Dupont & fils","agreements":[
        {"model":"affiliate","starts_on":"2024-01-01","ends_on":"2024-12-31","rate":"0.4","support_structure":true,
         "entry_fee":{"segment":"mairies","commercial_potential":{"amount":100000.10,"currency":"EUR"},"rate":"0.025"}},
        {"model":"independent-integrator","starts_on":"2025-01-01","from_sale":3,
         "technical_qualification":{"qualified_on":"2024-06-01"}},
        {"model":"referrer","starts_on":"2023-01-01","ends_on":"2023-12-31"}]}"#;

    #[test]
    fn what_is_written_out_reads_back_the_same() {
        let registration = parse(PARTNER, &Agreements::default()).unwrap();
        let models: Vec<_> = registration.agreements.iter().map(|agreement| agreement.model().as_str()).collect();
        assert_eq!(models, ["referrer", "affiliate", "independent-integrator"], "by starts_on");
        let out = serde_json::json!({
            "name": registration.name,
            "agreements": registration.agreements.iter().map(json::Agreement::from).collect::<Vec<_>>(),
        });
        assert_eq!(parse(&out.to_string(), &Agreements::default()), Ok(registration));
    }

    #[test]
    fn refusals_name_the_field() {
        let check = |from: &str, to: &str, field: &str| {
            assert!(PARTNER.contains(from), "{from}");
            let refusal = parse(&PARTNER.replacen(from, to, 1), &Agreements::default()).unwrap_err();
            assert_eq!(refusal.field, field, "{to}: {refusal}");
        };
        check("{\"name\"", "[\"name\"", "body");
        check("\"Dupont & fils\"", "\"\"", "name");
        check("\"Dupont & fils\"", "\" Dupont\"", "name");
        check("\"Dupont & fils\"", "\"a\\u0000b\"", "name");
        check("\"Dupont & fils\"", "null", "name");
        check("\"Dupont & fils\"", "\"A\",\"\":1", "body");
        check("\"Dupont & fils\"", "\"A\",\"\u{1f600}\":1", "body");
        check("\"ends_on\"", "\"end_on\"", "agreements[0].end_on");
        check("\"affiliate\"", "\"Affiliate\"", "agreements[0].model");
        check("2024-01-01", "2024-02-30", "agreements[0].starts_on");
        check("2024-12-31", "2023-12-31", "agreements[0].ends_on");
        check("2024-12-31", "2025-01-01", "agreements");
        check("\"0.4\"", "0.4", "agreements[0].rate");
        check("\"0.4\"", "\"1.1\"", "agreements[0].rate");
        check("true", "false", "agreements[0].support_structure");
        check("true", "1", "agreements[0].support_structure");
        check("100000.10", "100000.101", "agreements[0].entry_fee.commercial_potential.amount");
        check("EUR", "EURO", "agreements[0].entry_fee.commercial_potential.currency");
        check("\"mairies\"", "\"\"", "agreements[0].entry_fee.segment");
        check("\"from_sale\":3", "\"from_sale\":13", "agreements[1].from_sale");
        check("\"from_sale\":3", "\"from_sale\":0", "agreements[1].from_sale");
        check("\"from_sale\":3", "\"programme\":\"2014-01-01\"", "agreements[1].programme");
        check("2024-06-01", "2025-01-02", "agreements[1].technical_qualification.qualified_on");
        check("\"referrer\"", "\"independent-integrator\"", "agreements[2].technical_qualification.qualified_on");
    }
}
