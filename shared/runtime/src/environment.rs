//! Settings, read from the environment directly: no configuration chain to evaluate at a cold start.

/// An environment variable that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} {problem}")]
pub struct SettingsError {
    name: &'static str,
    problem: &'static str,
}

/// The text of a required variable.
pub fn variable(name: &'static str) -> Result<String, SettingsError> {
    optional(name)
        .ok_or(SettingsError { name, problem: "is missing or empty; template.yaml sets it for each function" })
}

/// The number in a required variable.
pub fn number(name: &'static str) -> Result<u32, SettingsError> {
    variable(name)?.parse().map_err(|_| SettingsError { name, problem: "is not a whole number" })
}

/// The text of a variable, if it is set and not empty.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
