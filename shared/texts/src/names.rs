//! Names of kinds, models, reasons and anomalies, for headings and tables: for the API, its printed statement, its
//! workbooks and the page.

use crate::heading::Heading;
use crate::languages::table;
use rules::decision::Reason;
use rules::line::LineId;
use rules::programme::ProgrammeVersion;
use rules::text::{Language, Text};
use rules::{AdjustmentId, AdjustmentKind, Anomaly, Cause, Instance, Kind, Model};

impl Heading {
    /// The words in a language.
    pub fn in_language(self, language: Language) -> &'static str {
        table(language).heading(self)
    }
}

/// A kind of amount: `Commission`.
pub fn kind(kind: Kind, language: Language) -> &'static str {
    table(language).kind(kind)
}

/// A model of the programme: `Referrer`.
pub fn model(model: Model, language: Language) -> &'static str {
    named(model).map_or(model.as_str(), |name| name.in_language(language))
}

/// The supplement or credit note of a line, `Credit note CN-00058`; none for an annuity or an entry fee.
pub fn document(line: &LineId, language: Language) -> Option<String> {
    match line {
        LineId::Annuity { annuity: _, cause: Cause::Adjustment(AdjustmentId { kind, id }) } => {
            Some(format!("{} {id}", table(language).adjustment(*kind)))
        }
        LineId::Annuity { annuity: _, cause: Cause::Annuity } | LineId::EntryFee { .. } => None,
    }
}

/// The title of a problem, by its HTTP status.
pub fn status(status: u16, language: Language) -> &'static str {
    table(language).status(status)
}

/// The items of a list that could not be read; `keys` is empty or in parentheses.
pub fn unreadable(count: usize, keys: &str, language: Language) -> String {
    table(language).unreadable(count, keys)
}

/// Every name, by group and by its name on the wire: `kind`, `commission`.
pub fn all() -> Vec<(&'static str, &'static str, Text)> {
    let [fr, en] = [Language::Fr, Language::En].map(table);
    let kinds = Kind::ALL.iter().flat_map(|one| {
        let kind = Text { fr: fr.kind(*one), en: en.kind(*one) };
        let kinds = Text { fr: fr.kinds(*one), en: en.kinds(*one) };
        [("kind", one.as_str(), kind), ("kinds", one.as_str(), kinds)]
    });
    let models = Model::ALL.iter().filter_map(|one| Some(("model", one.as_str(), named(*one)?)));
    let reasons = Reason::each().map(|one| ("reason", one.as_str(), Text { fr: fr.reason(one), en: en.reason(one) }));
    let anomalies = Anomaly::ALL
        .map(|one| ("attention", one.as_str(), Text { fr: fr.anomaly_name(one), en: en.anomaly_name(one) }));
    let adjustments = AdjustmentKind::ALL
        .map(|one| ("adjustment", one.as_str(), Text { fr: fr.adjustment(one), en: en.adjustment(one) }));
    let instances = [(Instance::Customer, "customer"), (Instance::Partner, "partner")]
        .map(|(one, name)| ("instance", name, Text { fr: fr.instance(one), en: en.instance(one) }));
    kinds.chain(models).chain(reasons).chain(anomalies).chain(adjustments).chain(instances).collect()
}

/// A model, as the latest version of the programme that has it calls it.
fn named(model: Model) -> Option<Text> {
    let name = |version: &ProgrammeVersion| Some(version.programme().terms(model)?.name);
    ProgrammeVersion::ALL.iter().rev().find_map(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everything_has_one_name_in_each_language() {
        let all = all();
        let keys: BTreeSet<_> = all.iter().map(|(group, name, _)| (*group, *name)).collect();
        assert_eq!(keys.len(), all.len());
        let count = |group| all.iter().filter(|(of, _, _)| *of == group).count();
        assert_eq!(count("reason"), Reason::NAMES.len());
        assert_eq!(
            [count("kind"), count("kinds"), count("model")],
            [Kind::ALL.len(), Kind::ALL.len(), Model::ALL.len()]
        );
        assert!(all.iter().all(|(_, _, name)| !name.fr.is_empty() && !name.en.is_empty()));
    }
}
