//! What became of a request that changes something.

use serde::Serialize;

/// What became of a choice.
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
    /// The ledger follows.
    Accepted,
    /// It was made before.
    Chosen,
}

/// A year that is set aside.
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
