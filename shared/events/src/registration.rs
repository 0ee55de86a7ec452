//! Registrations of partners (RULEBOOK §6): a name and all agreements, replaced as a whole. Unknown fields are refused.

use crate::agreement::Agreement;
use crate::field::Field;
use crate::{Refusal, body};
use rules::label::StatedReason;
use rules::{Agreements, PartnerId};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A partner as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The partner's id, if the body has it.
    pub partner_id: Option<PartnerId>,
    /// The partner's name: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters.
    pub name: String,
    /// All agreements of the partner.
    pub agreements: Agreements,
    /// The reason for the change, for the journal.
    pub reason: Option<StatedReason>,
}

/// A registration on the wire. The other fields of an answer are accepted, so that it can be sent back; they change
/// nothing.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Registration))]
#[serde(deny_unknown_fields)]
pub struct RegistrationBody<'a> {
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    name: String,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    agreements: Vec<Agreement<'a>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<PartnerId>))]
    partner_id: Option<Field<'a, PartnerId>>,
    /// The reason for the change: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters; compulsory where amounts change.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    reason: Option<String>,
    #[serde(default, rename = "balances")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::not_read))]
    _balances: IgnoredAny,
    #[serde(default, rename = "minimum_sales")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::not_read))]
    _minimum_sales: IgnoredAny,
    #[serde(default, rename = "perks")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::not_read))]
    _perks: IgnoredAny,
    #[serde(default, rename = "unreadable")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::not_read))]
    _unreadable: IgnoredAny,
    #[serde(default, rename = "unreadable_count")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::not_read))]
    _unreadable_count: IgnoredAny,
}

/// Reads a registration. `known` are the agreements registered so far: an agreement that names no programme version
/// keeps the version fixed when it was first registered.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str, known: &Agreements) -> Result<Registration, Refusal> {
    let RegistrationBody { name, agreements, partner_id, reason, .. } = body::read(body)?;
    let partner_id = partner_id.map(|id| id.parsed("partner_id")).transpose()?;
    let name = body::text(name, "name")?;
    let reason = reason.map(|reason| reason.parse().map_err(|error| Refusal::new("reason", error))).transpose()?;
    let agreements = agreements.into_iter().enumerate();
    let agreements = agreements.map(|(i, agreement)| agreement.read(known, &format!("agreements[{i}]")));
    let agreements = agreements.collect::<Result<Vec<_>, Refusal>>()?;
    let agreements = Agreements::new(agreements).map_err(|error| Refusal::new("agreements", error))?;
    Ok(Registration { partner_id, name, agreements, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "agreements": registration.agreements.iter().map(Agreement::from).collect::<Vec<_>>(),
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
        check("{\"qualified_on\":\"2024-06-01\"}", "[\"2024-06-01\"]", "agreements[1].technical_qualification");
        check(
            "{\"amount\":100000.10,\"currency\":\"EUR\"}",
            "[\"1\",\"EUR\"]",
            "agreements[0].entry_fee.commercial_potential",
        );
        check(
            "{\"model\":\"referrer\",\"starts_on\":\"2023-01-01\",\"ends_on\":\"2023-12-31\"}",
            "[\"referrer\"]",
            "agreements[2]",
        );
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
