//! Names of kinds, models, reasons and anomalies, for the page.

use rules::names;
use rules::text::Language;
use serde::Serialize;
use std::collections::BTreeMap;

/// Names by language, then by group and code: `kind.commission`.
#[derive(Debug, Serialize)]
pub(crate) struct Names {
    en: BTreeMap<String, &'static str>,
    fr: BTreeMap<String, &'static str>,
}

impl Names {
    /// Every name of the rules.
    pub(crate) fn all() -> Names {
        let all = names::all();
        let of = |language| {
            all.iter().map(|(group, code, name)| (format!("{group}.{code}"), name.in_language(language))).collect()
        };
        Names { en: of(Language::En), fr: of(Language::Fr) }
    }
}
