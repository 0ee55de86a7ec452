//! Items of the ledger that could not be read and are left out of an answer. A manager gets their keys. A partner gets
//! their number only, since a key may reveal data for managers (how often a contract was claimed, or chosen about).

use rules::people::Role;
use rules::programme::Language;
use serde::Serialize;
use texts::names;

/// Items that could not be read and are left out of the answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct Unreadable {
    /// Keys of the items that could not be read; always empty for a partner.
    unreadable: Vec<String>,
    /// Number of items that could not be read; if there are any, amounts may be incomplete.
    unreadable_count: usize,
}

impl Unreadable {
    /// Names or counts the items, as far as this role may know them.
    pub(crate) fn of(unreadable: &reports::Unreadable, role: &Role) -> Unreadable {
        let keys = keys_for(unreadable, role);
        let unreadable_count = unreadable.len();
        Unreadable { unreadable: keys.into_iter().map(str::to_owned).collect(), unreadable_count }
    }
}

/// Lists the keys that this role may know.
pub(crate) fn keys_for<'a>(unreadable: &'a reports::Unreadable, role: &Role) -> Vec<&'a str> {
    match role {
        Role::Manager | Role::Accountant => unreadable.keys().collect(),
        Role::Partner(_) => Vec::new(),
    }
}

/// The same as a sentence; none if everything could be read.
pub(crate) fn note(unreadable: &reports::Unreadable, role: &Role, language: Language) -> Option<String> {
    let keys = keys_for(unreadable, role).join(", ");
    let keys = if keys.is_empty() { keys } else { format!(" ({keys})") };
    let n = unreadable.len();
    (n > 0).then(|| names::unreadable(n, &keys, language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_told_to_managers_and_counted_for_partners() {
        let mut unreadable = reports::Unreadable::default();
        let partner = Role::Partner("P-1".parse().unwrap_or_else(|_| unreachable!()));
        assert_eq!(note(&unreadable, &partner, Language::Fr), None);
        let told = |unreadable: &_, role: &_| serde_json::to_value(Unreadable::of(unreadable, role)).unwrap();
        assert_eq!(told(&unreadable, &partner), json!({ "unreadable": [], "unreadable_count": 0 }));
        unreadable.add(["B 2", "A 1", "B 2"].map(str::to_owned));
        assert_eq!(told(&unreadable, &Role::Manager), json!({ "unreadable": ["A 1", "B 2"], "unreadable_count": 2 }));
        assert_eq!(told(&unreadable, &partner), json!({ "unreadable": [], "unreadable_count": 2 }));
        let said = |role| note(&unreadable, role, Language::En).unwrap();
        assert_eq!(said(&Role::Manager), "2 items could not be read; amounts may be incomplete (A 1, B 2)");
        assert_eq!(said(&partner), "2 items could not be read; amounts may be incomplete");
    }
}
