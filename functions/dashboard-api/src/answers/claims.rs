//! Claims: facts as they were reported or stated.

use events::json::Money;
use rules::claims::Source;
use rules::{Adjustment, AdjustmentKind, CustomerId, Day, DocumentId, Fact, Instance, PartnerId, Term};
use serde::Serialize;

/// A claim and its source.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ClaimFrom {
    #[serde(flatten)]
    pub(crate) claim: Claim,
    pub(crate) source: Source,
}

/// A claim of a fact.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub(crate) enum Claim {
    Sale(SaleClaim),
    Renewal(RenewalClaim),
    Adjustment(AdjustmentClaim),
    End(EndClaim),
}

/// A sale as claimed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct SaleClaim {
    partner_id: PartnerId,
    pub(crate) customer_id: CustomerId,
    signed_on: Day,
    annual_fee: Money,
    instance: Instance,
}

/// A renewal as claimed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct RenewalClaim {
    term: Term,
    starts_on: Day,
    annual_fee: Money,
}

/// A supplement or a credit note as claimed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct AdjustmentClaim {
    kind: AdjustmentKind,
    term: Term,
    id: DocumentId,
    issued_on: Day,
    amount: Money,
}

/// The end of a contract as claimed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct EndClaim {
    ended_on: Day,
}

impl From<&rules::Sale> for SaleClaim {
    fn from(sale: &rules::Sale) -> SaleClaim {
        SaleClaim {
            partner_id: sale.partner_id.clone(),
            customer_id: sale.customer_id.clone(),
            signed_on: sale.signed_on,
            annual_fee: sale.annual_fee.into(),
            instance: sale.instance,
        }
    }
}

impl From<&Fact> for Claim {
    fn from(fact: &Fact) -> Claim {
        match fact {
            Fact::Sale(sale) => Claim::Sale(sale.into()),
            Fact::Renewal(renewal) => Claim::Renewal(RenewalClaim {
                term: renewal.term,
                starts_on: renewal.starts_on,
                annual_fee: renewal.annual_fee.into(),
            }),
            Fact::Adjustment(Adjustment { contract_id: _, term, id, issued_on, amount }) => {
                Claim::Adjustment(AdjustmentClaim {
                    kind: id.kind,
                    term: *term,
                    id: id.id.clone(),
                    issued_on: *issued_on,
                    amount: (*amount).into(),
                })
            }
            Fact::ContractEnd(end) => Claim::End(EndClaim { ended_on: end.ended_on }),
        }
    }
}
