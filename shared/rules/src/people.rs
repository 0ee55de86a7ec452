//! People (§9): members of the programme, and what the role of each allows.

use crate::PartnerId;
use crate::label::{LabelError, is_label};
use crate::text::{error, text_type};
use serde::{Deserialize, Serialize};

/// The longest issuer, in characters.
pub const MAX_ISSUER: usize = 255;
/// The longest subject, in characters (OpenID Connect Core 1.0, section 2).
pub const MAX_SUBJECT: usize = 255;

error! {
    /// A text that is not an issuer. The error does not quote the text, which may be long or hostile.
    IssuerError =
        "must be the issuer as its tokens state it in `iss`: a URL of 1 to 255 visible ASCII characters"
}
error! {
    /// A text that is not a subject. The error does not quote the text, which may be long or hostile.
    SubjectError =
        "must be the subject as its tokens state it in `sub`: 1 to 255 visible ASCII characters"
}

text_type! {
    /// The issuer of a token: the identity provider, byte for byte as its tokens state it.
    Issuer, IssuerError, |text| {
        is_ascii_word(text, MAX_ISSUER) && (text.starts_with("https://") || text.starts_with("http://"))
    }
}
text_type! {
    /// The subject of a token: one person or one machine, as the identity provider names it.
    Subject, SubjectError, |text| is_ascii_word(text, MAX_SUBJECT)
}
text_type! {
    /// The name of a member, as other members read it.
    MemberName, LabelError, is_label
}

fn is_ascii_word(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A subject of an identity provider. All that a token says of its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The identity provider.
    pub issuer: Issuer,
    /// The person or the machine.
    pub subject: Subject,
}

/// The role of a member. The programme grants it; a token cannot ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Does everything.
    Manager,
    /// Reads everything, and records payments, batches and closes.
    Accountant,
    /// A partner's member: reads what concerns its partner, contests, and reports.
    Partner(PartnerId),
}

impl Role {
    /// Permission to read what concerns a partner.
    pub fn may_read(&self, partner: &PartnerId) -> bool {
        match self {
            Role::Manager | Role::Accountant => true,
            Role::Partner(own) => own == partner,
        }
    }

    /// Permission to read what concerns all partners.
    pub fn may_read_everything(&self) -> bool {
        match self {
            Role::Manager | Role::Accountant => true,
            Role::Partner(_) => false,
        }
    }

    /// Permission to report something for a partner.
    pub fn may_report(&self) -> bool {
        match self {
            Role::Manager | Role::Partner(_) => true,
            Role::Accountant => false,
        }
    }

    /// Permission to change agreements, choose claims, and grant roles.
    pub fn may_manage(&self) -> bool {
        match self {
            Role::Manager => true,
            Role::Accountant | Role::Partner(_) => false,
        }
    }

    /// The partner whose member it is.
    pub fn partner(&self) -> Option<&PartnerId> {
        match self {
            Role::Manager | Role::Accountant => None,
            Role::Partner(own) => Some(own),
        }
    }

    /// The kind of role.
    pub fn kind(&self) -> RoleKind {
        match self {
            Role::Manager => RoleKind::Manager,
            Role::Accountant => RoleKind::Accountant,
            Role::Partner(_) => RoleKind::Partner,
        }
    }
}

/// A kind of role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoleKind {
    /// See [`Role::Manager`].
    Manager,
    /// See [`Role::Accountant`].
    Accountant,
    /// See [`Role::Partner`].
    Partner,
}

impl RoleKind {
    /// Every kind.
    pub const ALL: [RoleKind; 3] = [RoleKind::Manager, RoleKind::Accountant, RoleKind::Partner];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            RoleKind::Manager => "manager",
            RoleKind::Accountant => "accountant",
            RoleKind::Partner => "partner",
        }
    }

    /// The role of this kind, with a partner if it is a partner's member's, and without one if not; none otherwise.
    pub fn of(self, partner: Option<PartnerId>) -> Option<Role> {
        match (self, partner) {
            (RoleKind::Manager, None) => Some(Role::Manager),
            (RoleKind::Accountant, None) => Some(Role::Accountant),
            (RoleKind::Partner, Some(partner)) => Some(Role::Partner(partner)),
            (RoleKind::Manager | RoleKind::Accountant, Some(_)) | (RoleKind::Partner, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> PartnerId {
        text.parse().unwrap()
    }

    #[test]
    fn a_role_allows_what_the_rulebook_says() {
        let check = |role: Role, [own, foreign, everything, report, manage]: [bool; 5]| {
            assert_eq!(role.may_read(&id("P-1")), own, "{role:?}");
            for other in ["P-2", "p-1", "P-11", "P-"] {
                assert_eq!(role.may_read(&id(other)), foreign, "{role:?} {other}");
            }
            assert_eq!(role.may_read_everything(), everything, "{role:?}");
            assert_eq!((role.may_report(), role.may_manage()), (report, manage), "{role:?}");
        };
        check(Role::Manager, [true; 5]);
        check(Role::Accountant, [true, true, true, false, false]);
        check(Role::Partner(id("P-1")), [true, false, false, true, false]);
    }

    #[test]
    fn only_the_role_of_a_partners_member_has_a_partner() {
        for kind in RoleKind::ALL {
            let is_partners = kind == RoleKind::Partner;
            for partner in [None, Some(id("P-1"))] {
                let role = kind.of(partner.clone());
                assert_eq!(role.is_some(), is_partners == partner.is_some(), "{kind:?} {partner:?}");
                if let Some(role) = role {
                    assert_eq!((role.kind(), role.partner()), (kind, partner.as_ref()));
                }
            }
        }
    }

    #[test]
    fn issuers_and_subjects_are_as_tokens_state_them() {
        for good in
            ["https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_Ab1", "https://t.eu.auth0.com/", "http://[::1]:1/r"]
        {
            assert_eq!(good.parse::<Issuer>().unwrap().as_str(), good);
        }
        for bad in ["", "https:// a", "ftp://a", "a", "https://é", &format!("https://{}", "a".repeat(248))] {
            assert_eq!(bad.parse::<Issuer>(), Err(IssuerError), "{bad}");
        }
        for good in ["auth0|5f7c8ec7c33c6c004bbafe82", "AKIA@clients", "00uid4BxXw6I6TV4m0g3", &"s".repeat(255)] {
            assert_eq!(good.parse::<Subject>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\n", "é", "\u{7f}", &"s".repeat(256)] {
            assert_eq!(bad.parse::<Subject>(), Err(SubjectError), "{bad}");
        }
    }
}
