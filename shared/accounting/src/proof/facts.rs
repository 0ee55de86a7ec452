//! The facts of a proof: claims, which of them are effective, choices, and the agreements by which they were decided.

use rules::claims::{Choice, Source};
use rules::contract::Key;
use rules::rates::Rates;
use rules::{Agreement, Contract, Fact, Money};
use serde::Serialize;

/// A contract with its claims.
#[derive(Serialize)]
pub(crate) struct ProvenContract {
    contract_id: String,
    facts: Vec<ProvenFact>,
}

/// The claims of one key.
#[derive(Serialize)]
struct ProvenFact {
    fact: String,
    claims: Vec<ProvenClaim>,
    /// The number of the effective claim, from 1.
    effective: Option<usize>,
    choices: Vec<ProvenChoice>,
}

#[derive(Serialize)]
struct ProvenClaim {
    source: Source,
    #[serde(flatten)]
    fact: FactFields,
}

#[derive(Serialize)]
struct ProvenChoice {
    /// The number of the claim chosen, from 1; none: no claim is effective.
    claim: Option<usize>,
    /// The number of claims when it was made.
    seen: usize,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum FactFields {
    Sale { partner_id: String, customer_id: String, signed_on: String, annual_fee: Sum, instance: rules::Instance },
    Renewal { term: u8, starts_on: String, annual_fee: Sum },
    Adjustment { term: u8, id: String, issued_on: String, amount: Sum },
    ContractEnd { ended_on: String },
}

/// An amount with its currency.
#[derive(Serialize)]
struct Sum {
    amount: String,
    currency: &'static str,
}

impl From<Money> for Sum {
    fn from(money: Money) -> Sum {
        Sum { amount: money.decimal(), currency: money.currency().code() }
    }
}

impl ProvenContract {
    /// A contract, the keys of its facts in order.
    pub(crate) fn of(contract_id: &rules::ContractId, contract: &Contract) -> ProvenContract {
        let fact = |key: &Key| {
            let claims = contract.claims(key);
            let with_sources = claims.iter().zip(contract.sources(key));
            let number = |choice: &Choice<Fact>| {
                let chosen = choice.claim.as_ref()?;
                claims.iter().position(|claim| claim == chosen).map(|before| before + 1)
            };
            ProvenFact {
                fact: name(key),
                claims: with_sources
                    .map(|(fact, source)| ProvenClaim { source: *source, fact: fields(fact) })
                    .collect(),
                effective: contract.effective(key),
                choices: contract
                    .choices(key)
                    .iter()
                    .map(|choice| ProvenChoice { claim: number(choice), seen: choice.seen })
                    .collect(),
            }
        };
        ProvenContract { contract_id: contract_id.to_string(), facts: contract.keys().map(fact).collect() }
    }
}

fn name(key: &Key) -> String {
    match key {
        Key::Sale => "sale".to_owned(),
        Key::Renewal(term) => format!("renewal {term}"),
        Key::Adjustment(term, id) => format!("{id} of term {term}"),
        Key::End => "end".to_owned(),
    }
}

fn fields(fact: &Fact) -> FactFields {
    match fact {
        Fact::Sale(sale) => FactFields::Sale {
            partner_id: sale.partner_id.to_string(),
            customer_id: sale.customer_id.to_string(),
            signed_on: sale.signed_on.to_string(),
            annual_fee: sale.annual_fee.into(),
            instance: sale.instance,
        },
        Fact::Renewal(renewal) => FactFields::Renewal {
            term: renewal.term.number(),
            starts_on: renewal.starts_on.to_string(),
            annual_fee: renewal.annual_fee.into(),
        },
        Fact::Adjustment(adjustment) => FactFields::Adjustment {
            term: adjustment.term.number(),
            id: adjustment.id.to_string(),
            issued_on: adjustment.issued_on.to_string(),
            amount: adjustment.amount.into(),
        },
        Fact::ContractEnd(end) => FactFields::ContractEnd { ended_on: end.ended_on.to_string() },
    }
}

/// An agreement by which an entry was decided.
#[derive(Serialize)]
pub(crate) struct ProvenAgreement {
    agreement: String,
    model: rules::Model,
    programme: rules::ProgrammeVersion,
    ends_on: Option<String>,
    negotiated_rate: Option<rules::Rate>,
}

impl From<&Agreement> for ProvenAgreement {
    fn from(agreement: &Agreement) -> ProvenAgreement {
        ProvenAgreement {
            agreement: agreement.id().to_string(),
            model: agreement.model(),
            programme: agreement.programme(),
            ends_on: agreement.ends_on().map(|day| day.to_string()),
            negotiated_rate: agreement.negotiated_rate(),
        }
    }
}

/// The partner's part of a base as a formula, before it is rounded: `0.7 × 7667.50`; by bands, a sum.
pub(crate) fn share(rates: &Rates, base: rules::Minor, currency: rules::Currency) -> String {
    match rates {
        Rates::One(rate) => format!("{rate} × {}", currency.decimal(base)),
        Rates::Bands(bands) => {
            let parts = bands.parts(base).map(|(part, rate)| format!("{rate} × {}", currency.decimal(part)));
            let parts: Vec<String> = parts.collect();
            if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") }
        }
    }
}
