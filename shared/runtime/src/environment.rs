//! Settings, read by hand from the environment: no configuration chain to walk at a cold start.

/// A variable of the environment that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} {problem}")]
pub struct SettingsError {
    name: &'static str,
    problem: &'static str,
}

/// The text of a variable that must be there.
pub fn variable(name: &'static str) -> Result<String, SettingsError> {
    optional(name)
        .ok_or(SettingsError { name, problem: "is missing or empty; template.yaml sets it for each function" })
}

/// The number in a variable that must be there.
pub fn number(name: &'static str) -> Result<u32, SettingsError> {
    variable(name)?.parse().map_err(|_| SettingsError { name, problem: "is not a whole number" })
}

/// The text of a variable, if it is there and not empty.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
