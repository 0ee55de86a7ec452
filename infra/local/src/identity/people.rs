//! People to be: three who are members, and anybody else by a name.

use machine::members::{ACCOUNTANT, MANAGER, PARTNER, Somebody};
use rules::people::Subject;

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Person {
    Member(Member),
    /// Somebody who becomes a member by an invitation.
    Other(Subject),
}

/// A member to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    /// The member of the partner that the stack shows.
    OfPartner,
    Manager,
    Accountant,
}

impl Member {
    pub(super) const ALL: [Member; 3] = [Member::OfPartner, Member::Manager, Member::Accountant];

    pub(super) fn somebody(self) -> Somebody {
        match self {
            Member::OfPartner => PARTNER,
            Member::Manager => MANAGER,
            Member::Accountant => ACCOUNTANT,
        }
    }
}

/// The longest name, in characters.
pub(super) const LONGEST: usize = 60;

/// The subject of a name that was typed; none: it is empty or too long. Subjects are visible ASCII characters, so that other
/// characters are encoded as in a form.
fn subject_of(name: &str) -> Option<Subject> {
    let name = name.trim();
    let is_short = name.chars().count() <= LONGEST;
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().parse().ok().filter(|_| is_short)
}

impl Person {
    /// The person that a form names; none: its name is no name.
    pub(super) fn of(named: &str) -> Option<Person> {
        let member = Member::ALL.into_iter().find(|member| member.somebody().subject == named);
        member.map(Person::Member).or_else(|| subject_of(named).map(Person::Other))
    }

    /// The subject of their tokens.
    pub(super) fn subject(&self) -> &str {
        match self {
            Person::Member(member) => member.somebody().subject,
            Person::Other(subject) => subject.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_member_or_becomes_a_subject() {
        assert_eq!(Person::of("manager"), Some(Person::Member(Member::Manager)));
        let subject = |name: &str| Person::of(name).map(|person| person.subject().to_owned());
        for (name, expected) in [("zoe", "zoe"), (" Zoé Martin ", "Zo%C3%A9+Martin"), ("a&b", "a%26b")] {
            assert_eq!(subject(name).as_deref(), Some(expected));
        }
        assert!(subject(&"a".repeat(LONGEST)).is_some());
        for none in ["", " ", &"a".repeat(LONGEST + 1), &"é".repeat(LONGEST)] {
            assert_eq!(subject(none), None, "{none:?}");
        }
    }
}
