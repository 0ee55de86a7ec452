//! Answers to requests that change something.

use serde::Serialize;

/// Answer to a choice.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Chosen))]
pub(crate) struct Chosen {
    pub(crate) status: ChoiceStatus,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ChoiceStatus {
    /// The ledger will apply the choice.
    Accepted,
    /// The same choice was made before.
    Chosen,
}

/// Answer to setting a year aside.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct YearSetAside {
    pub(crate) status: SetAsideStatus,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SetAsideStatus {
    SetAside,
}
