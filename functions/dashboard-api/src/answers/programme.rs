//! The programme's table, cell by cell, in both languages.

use rules::programme::{Condition, Earnings, Party, Perk, Terms, Text};
use rules::{Model, ProgrammeVersion};
use serde::Serialize;

/// The programme, version by version.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Programme {
    versions: Vec<Edition>,
}

impl Programme {
    /// Lists all versions.
    pub(crate) fn all() -> Programme {
        let edition = |version: ProgrammeVersion| Edition {
            version,
            models: version.programme().models.iter().map(ModelTerms::from).collect(),
        };
        Programme { versions: ProgrammeVersion::ALL.iter().copied().map(edition).collect() }
    }
}

/// One version of the programme.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Edition {
    version: ProgrammeVersion,
    models: Vec<ModelTerms>,
}

/// The terms of a model.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct ModelTerms {
    model: Model,
    name: Text,
    principle: Text,
    conditions: Vec<ConditionInWords>,
    services_delivered_by: PartyInWords,
    services_invoiced_by: PartyInWords,
    recurring_contract_held_by: PartyInWords,
    support_by: PartyInWords,
    new_versions_by: PartyInWords,
    earnings: EarningsInWords,
    perks: Vec<PerkInWords>,
}

impl From<&Terms> for ModelTerms {
    fn from(terms: &Terms) -> ModelTerms {
        let in_words = |condition: &Condition| ConditionInWords { condition: *condition, text: condition.text() };
        ModelTerms {
            model: terms.model,
            name: terms.name,
            principle: terms.principle,
            conditions: terms.conditions.iter().map(in_words).collect(),
            services_delivered_by: terms.services_delivered_by.into(),
            services_invoiced_by: terms.services_invoiced_by.into(),
            recurring_contract_held_by: terms.recurring_contract_held_by.into(),
            support_by: terms.support_by.into(),
            new_versions_by: terms.new_versions_by.into(),
            earnings: EarningsInWords { earnings: terms.earnings.clone(), text: terms.earnings.text() },
            perks: PerkInWords::all(terms),
        }
    }
}

/// A condition for signing an agreement.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct ConditionInWords {
    #[serde(flatten)]
    condition: Condition,
    text: Text,
}

/// The party responsible for a task.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct PartyInWords {
    party: Party,
    text: Text,
}

impl From<Party> for PartyInWords {
    fn from(party: Party) -> PartyInWords {
        PartyInWords { party, text: party.text() }
    }
}

/// Earnings under a model.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct EarningsInWords {
    #[serde(flatten)]
    earnings: Earnings,
    text: Text,
}

/// A perk: something that a model grants beside money.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PerkInWords {
    #[serde(flatten)]
    perk: Perk,
    text: Text,
}

impl PerkInWords {
    /// Lists the perks of a model.
    pub(crate) fn all(terms: &Terms) -> Vec<PerkInWords> {
        terms.perks.iter().copied().map(PerkInWords::from).collect()
    }
}

impl From<Perk> for PerkInWords {
    fn from(perk: Perk) -> PerkInWords {
        PerkInWords { perk, text: perk.text() }
    }
}
