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

/// Answer to setting an item of the attention list aside.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ItemSetAside {
    pub(crate) status: SettingAsideStatus,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SettingAsideStatus {
    /// The ledger will set it aside.
    Accepted,
    /// It was set aside before.
    SetAside,
}

/// Answer to an inquiry, and to the answer of one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Recorded {
    pub(crate) status: RecordedStatus,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RecordedStatus {
    Recorded,
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
