//! Members: roles that a manager grants, and the codes of invitations.

use crate::field::{Field, required};
use crate::{Refusal, body, raw};
use rules::PartnerId;
use rules::people::{Identity, Issuer, MemberName, Role, RoleKind, Subject};
use serde::Deserialize;
use texts::Code;

/// An invitation on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewInvitation))]
#[serde(deny_unknown_fields)]
pub struct InvitationBody<'a> {
    #[cfg_attr(feature = "openapi", schema(value_type = RoleKind, required = true))]
    role: Option<String>,
    /// The partner, for the role `partner` alone.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<PartnerId>))]
    partner_id: Option<Field<'a, PartnerId>>,
    /// The name, as other members read it.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = MemberName, required = true))]
    name: Option<Field<'a, MemberName>>,
}

/// A member on the wire, whom a manager enters.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewMember))]
#[serde(deny_unknown_fields)]
pub struct MemberBody<'a> {
    /// The identity provider, as its tokens state it in `iss`.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Issuer, required = true))]
    issuer: Option<Field<'a, Issuer>>,
    /// The person or the machine, as its tokens state it in `sub`.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Subject, required = true))]
    subject: Option<Field<'a, Subject>>,
    #[cfg_attr(feature = "openapi", schema(value_type = RoleKind, required = true))]
    role: Option<String>,
    /// The partner, for the role `partner` alone.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<PartnerId>))]
    partner_id: Option<Field<'a, PartnerId>>,
    /// The name, as other members read it.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = MemberName, required = true))]
    name: Option<Field<'a, MemberName>>,
}

/// A code on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = InvitationCode))]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// The code of an invitation's link.
    code: String,
}

/// Reads an invitation: the role that it grants, and the member's name.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse_invitation(body: &str) -> Result<(Role, MemberName), Refusal> {
    let InvitationBody { role, partner_id, name } = body::read(body)?;
    Ok((parse_role(role.as_deref(), partner_id)?, required(name, "name")?))
}

/// Reads a member whom a manager enters.
#[inline]
pub fn parse(body: &str) -> Result<(Identity, Role, MemberName), Refusal> {
    let MemberBody { issuer, subject, role, partner_id, name } = body::read(body)?;
    let identity = Identity { issuer: required(issuer, "issuer")?, subject: required(subject, "subject")? };
    Ok((identity, parse_role(role.as_deref(), partner_id)?, required(name, "name")?))
}

/// Reads the code of an invitation, of whatever form.
#[inline]
pub fn parse_code(body: &str) -> Result<String, Refusal> {
    let CodeBody { code } = body::read(body)?;
    Ok(code)
}

fn parse_role(role: Option<&str>, partner_id: Option<Field<'_, PartnerId>>) -> Result<Role, Refusal> {
    let role = role.ok_or_else(|| raw::missing("role"))?;
    let kind = RoleKind::ALL.into_iter().find(|known| known.as_str() == role);
    let kind = kind.ok_or_else(|| Refusal::new("role", Code::NotARole))?;
    let partner_id = match kind {
        RoleKind::Partner => Some(required(partner_id, "partner_id")?),
        RoleKind::Manager | RoleKind::Accountant => partner_id.map(|id| id.parsed("partner_id")).transpose()?,
    };
    kind.of(partner_id).ok_or_else(|| Refusal::new("partner_id", Code::OnlyForPartners))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_a_partner_or_none_as_it_must() {
        let check = |body: &str, expected: Result<Role, &str>| {
            let read = parse_invitation(body).map(|(role, _)| role).map_err(|refusal| refusal.field);
            assert_eq!(read, expected.map_err(str::to_owned), "{body}");
        };
        check(r#"{"role":"manager","name":"A"}"#, Ok(Role::Manager));
        check(r#"{"role":"accountant","partner_id":null,"name":"A"}"#, Ok(Role::Accountant));
        check(r#"{"role":"partner","partner_id":"P-1","name":"A"}"#, Ok(Role::Partner("P-1".parse().unwrap())));
        check(r#"{"role":"partner","name":"A"}"#, Err("partner_id"));
        check(r#"{"role":"partner","partner_id":"P 1","name":"A"}"#, Err("partner_id"));
        check(r#"{"role":"manager","partner_id":"P-1","name":"A"}"#, Err("partner_id"));
        check(r#"{"role":"owner","name":"A"}"#, Err("role"));
        check(r#"{"role":"Manager","name":"A"}"#, Err("role"));
        check(r#"{"name":"A"}"#, Err("role"));
        check(r#"{"role":"manager"}"#, Err("name"));
        check(r#"{"role":"manager","name":" A"}"#, Err("name"));
        check(r#"{"role":"manager","name":"A","scope":"x"}"#, Err("scope"));
    }

    #[test]
    fn a_member_has_issuer_and_subject() {
        let field = |issuer: &str, subject: &str| {
            let body = format!(r#"{{"issuer":"{issuer}","subject":"{subject}","role":"accountant","name":"Export"}}"#);
            parse(&body).map(|(identity, ..)| identity.subject.as_str().to_owned()).map_err(|refusal| refusal.field)
        };
        assert_eq!(field("https://i", "a@clients"), Ok("a@clients".to_owned()));
        assert_eq!(field("i", "a"), Err("issuer".to_owned()));
        assert_eq!(field("https://i", ""), Err("subject".to_owned()));
        assert_eq!(parse_code(r#"{"code":"x"}"#), Ok("x".to_owned()));
        assert_eq!(parse_code(r#"{"code":1}"#).map_err(|refusal| refusal.field), Err("code".to_owned()));
    }
}
