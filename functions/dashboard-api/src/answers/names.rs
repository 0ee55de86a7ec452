//! Names of kinds, models, reasons and anomalies, for the page.

use rules::text::Text;
use serde::Serialize;
use texts::names;

/// The name of a code: of `commission` in the group `kind`.
#[derive(Debug, Serialize)]
pub(crate) struct Name {
    group: &'static str,
    code: &'static str,
    text: Text,
}

impl Name {
    /// Every name of the rules.
    pub(crate) fn all() -> Vec<Name> {
        names::all().into_iter().map(|(group, code, text)| Name { group, code, text }).collect()
    }
}
