//! Stated claims (RULEBOOK §5): a sale, a renewal, a supplement or a credit note as it should be. A body has the fields of
//! the event's `data` that the path does not name.

use crate::amount::Amount;
use crate::field::{Field, required};
use crate::{Refusal, body};
use rules::{
    Adjustment, AdjustmentId, ContractId, CustomerId, CustomerName, Day, Fact, Instance, PartnerId, Renewal, Sale, Term,
};
use serde::Deserialize;

/// A claim that a manager states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The fact as it should be.
    pub fact: Fact,
    /// Another name of the client, with a sale.
    pub customer_name: Option<CustomerName>,
    /// The number of claims that the contract listed; 0 for the first one.
    pub seen: usize,
    /// The reason.
    pub reason: String,
}

/// A sale as it should be.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StatedSale<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = PartnerId))]
    partner_id: Option<Field<'a, PartnerId>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = CustomerId))]
    customer_id: Option<Field<'a, CustomerId>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Day))]
    signed_on: Option<Field<'a, Day>>,
    #[serde(borrow)]
    annual_fee: Amount<'a>,
    /// `customer` if absent.
    instance: Option<Instance>,
    /// A name of the client, in place of the one known; it stays if absent.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    customer_name: Option<Field<'a, CustomerName>>,
    /// The number of claims that the contract listed; 0 for the first one.
    seen: usize,
    /// The reason: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    reason: String,
}

/// A renewal as it should be.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StatedRenewal<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Day))]
    starts_on: Option<Field<'a, Day>>,
    #[serde(borrow)]
    annual_fee: Amount<'a>,
    /// The number of claims that the contract listed; 0 for the first one.
    seen: usize,
    /// The reason: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    reason: String,
}

/// A supplement or a credit note as it should be.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StatedAdjustment<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = Day))]
    issued_on: Option<Field<'a, Day>>,
    #[serde(borrow)]
    amount: Amount<'a>,
    /// The number of claims that the contract listed; 0 for the first one.
    seen: usize,
    /// The reason: 1 to [`MAX_LABEL`](rules::label::MAX_LABEL) characters.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::written))]
    reason: String,
}

/// Reads a stated claim of an annuity, or of one of its adjustments.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(
    body: &str,
    contract_id: ContractId,
    term: Term,
    adjustment: Option<AdjustmentId>,
) -> Result<Stated, Refusal> {
    let (fact, customer_name, seen, reason) = match adjustment {
        None if term == Term::FIRST => {
            let StatedSale { partner_id, customer_id, signed_on, annual_fee, instance, customer_name, seen, reason } =
                body::read(body)?;
            let sale = Sale {
                contract_id,
                partner_id: required(partner_id, "partner_id")?,
                customer_id: required(customer_id, "customer_id")?,
                signed_on: required(signed_on, "signed_on")?,
                annual_fee: annual_fee.read_fee("annual_fee")?,
                instance: instance.unwrap_or(Instance::Customer),
            };
            let name = customer_name.map(|name| name.parsed("customer_name")).transpose()?;
            (Fact::Sale(sale), name, seen, reason)
        }
        None => {
            let StatedRenewal { starts_on, annual_fee, seen, reason } = body::read(body)?;
            let starts_on = required(starts_on, "starts_on")?;
            let annual_fee = annual_fee.read_fee("annual_fee")?;
            (Fact::Renewal(Renewal { contract_id, term, starts_on, annual_fee }), None, seen, reason)
        }
        Some(id) => {
            let StatedAdjustment { issued_on, amount, seen, reason } = body::read(body)?;
            let (issued_on, amount) = (required(issued_on, "issued_on")?, amount.read("amount")?);
            (Fact::Adjustment(Adjustment { contract_id, term, id, issued_on, amount }), None, seen, reason)
        }
    };
    Ok(Stated { fact, customer_name, seen, reason: body::text(reason, "reason")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::AdjustmentKind;

    fn read(body: &str, term: u64, note: Option<&str>) -> Result<Stated, Refusal> {
        let adjustment = note.map(|id| AdjustmentKind::CreditNote.id(id.parse().unwrap()));
        parse(body, "C".parse().unwrap(), term.try_into().unwrap(), adjustment)
    }

    const SALE: &str = r#"{"partner_id":"P","customer_id":"K","signed_on":"2024-02-29","annual_fee":{"amount":1200.10,"currency":"EUR"},"seen":0,"reason":"r"}"#;
    const RENEWAL: &str =
        r#"{"starts_on":"2025-03-01","annual_fee":{"amount":"0","currency":"EUR"},"seen":1,"reason":"r"}"#;
    const NOTE: &str =
        r#"{"issued_on":"2025-03-01","amount":{"amount":"7.50","currency":"EUR"},"seen":1,"reason":"r"}"#;

    #[test]
    fn a_claim_has_the_fields_of_its_event() {
        let sale = read(SALE, 1, None).unwrap();
        let fact = sale.fact.sale().unwrap();
        assert_eq!((fact.contract_id.as_str(), fact.annual_fee.minor().0), ("C", 120_010));
        assert_eq!((fact.instance, sale.customer_name, sale.seen), (Instance::Customer, None, 0));
        let named = SALE.replace("\"seen\"", "\"instance\":\"partner\",\"customer_name\":\"Mairie\",\"seen\"");
        let named = read(&named, 1, None).unwrap();
        assert_eq!(named.fact.sale().unwrap().instance, Instance::Partner);
        assert_eq!(named.customer_name.unwrap().as_str(), "Mairie");
        let renewal = read(RENEWAL, 2, None).unwrap();
        assert_eq!(renewal.fact.renewal().unwrap().annual_fee.minor().0, 0, "a free year");
        let note = read(NOTE, 1, Some("N")).unwrap();
        assert_eq!(note.fact.adjustment().unwrap().amount.minor().0, 750);
    }

    #[test]
    fn a_bad_field_is_named() {
        let check = |body: String, (term, note): (u64, Option<&str>), field: &str| {
            assert_eq!(read(&body, term, note).unwrap_err().field, field, "{body}");
        };
        check(SALE.replace("\"P\"", "\"P#\""), (1, None), "partner_id");
        check(SALE.replace("\"partner_id\":\"P\",", ""), (1, None), "partner_id");
        check(SALE.replace("1200.10", "1200.101"), (1, None), "annual_fee.amount");
        check(SALE.replace("EUR", "eur"), (1, None), "annual_fee.currency");
        check(SALE.replace("\"seen\"", "\"customer_name\":\"a\\u202eb\",\"seen\""), (1, None), "customer_name");
        check(SALE.replace("\"seen\"", "\"instance\":\"own\",\"seen\""), (1, None), "instance");
        check(SALE.replace("\"reason\":\"r\"", "\"reason\":\" \""), (1, None), "reason");
        check(SALE.replace("\"seen\":0", "\"seen\":-1"), (1, None), "seen");
        check(RENEWAL.replace("2025-03-01", "2025-02-29"), (2, None), "starts_on");
        check(RENEWAL.replace("{\"amount\":\"0\",\"currency\":\"EUR\"}", "[\"0\",\"EUR\"]"), (2, None), "annual_fee");
        check(SALE.to_owned(), (2, None), "partner_id");
        check(NOTE.replace("7.50", "0"), (1, Some("N")), "amount.amount");
        check(RENEWAL.to_owned(), (1, Some("N")), "starts_on");
    }
}
