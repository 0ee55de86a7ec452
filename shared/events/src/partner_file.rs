//! The file of a partner: its contacts and a note.

use crate::field::{Field, required};
use crate::{Refusal, body};
use rules::contact::{Contact, ContactLabel, Email, MAX_CONTACTS, PartnerFile, Telephone};
use rules::inquiry::Note;
use serde::Deserialize;
use texts::Code;

/// The file on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewPartnerFile))]
#[serde(deny_unknown_fields)]
pub struct PartnerFileBody<'a> {
    #[serde(borrow)]
    contacts: Vec<ContactBody<'a>>,
    /// Null: no note.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Note>))]
    note: Option<Field<'a, Note>>,
}

/// A contact on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewContact))]
#[serde(deny_unknown_fields)]
pub struct ContactBody<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = ContactLabel, required = true))]
    name: Option<Field<'a, ContactLabel>>,
    /// The person's function at the partner.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ContactLabel>))]
    function: Option<Field<'a, ContactLabel>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Email>))]
    email: Option<Field<'a, Email>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Telephone>))]
    telephone: Option<Field<'a, Telephone>>,
}

/// Reads the file.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str) -> Result<PartnerFile, Refusal> {
    let PartnerFileBody { contacts, note } = body::read(body)?;
    if contacts.len() > MAX_CONTACTS {
        return Err(Refusal::new("contacts", Code::TooManyContacts { most: MAX_CONTACTS }));
    }
    let contacts = (0..).zip(contacts).map(|(n, contact)| read(n, contact)).collect::<Result<_, _>>()?;
    Ok(PartnerFile { contacts, note: note.map(|note| note.parsed("note")).transpose()? })
}

fn read(n: usize, ContactBody { name, function, email, telephone }: ContactBody<'_>) -> Result<Contact, Refusal> {
    let at = |field: &str| format!("contacts[{n}].{field}");
    Ok(Contact {
        name: required(name, &at("name"))?,
        function: function.map(|function| function.parsed(&at("function"))).transpose()?,
        email: email.map(|email| email.parsed(&at("email"))).transpose()?,
        telephone: telephone.map(|telephone| telephone.parsed(&at("telephone"))).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_refused_at_its_field() {
        let file =
            parse(r#"{"contacts":[{"name":"Anne","email":null},{"name":"Paul","telephone":"112"}],"note":"Call."}"#);
        assert_eq!(file.map(|file| file.contacts.len()), Ok(2));
        assert_eq!(parse(r#"{"contacts":[]}"#), Ok(PartnerFile::default()));
        let many = format!(r#"{{"contacts":[{}]}}"#, vec![r#"{"name":"A"}"#; 21].join(","));
        for (body, field) in [
            (r#"{"contacts":[{"name":"A"},{"email":"a@b.c"}]}"#, "contacts[1].name"),
            (r#"{"contacts":[{"name":"A","email":"a"}]}"#, "contacts[0].email"),
            (r#"{"contacts":[{"name":"A","telephone":"x"}]}"#, "contacts[0].telephone"),
            (r#"{"contacts":[{"name":"A","function":""}]}"#, "contacts[0].function"),
            (r#"{"contacts":[],"note":""}"#, "note"),
            (r#"{"contacts":[],"notes":"x"}"#, "notes"),
            (&many, "contacts"),
        ] {
            assert_eq!(parse(body).map_err(|refusal| refusal.field), Err(field.to_owned()), "{body}");
        }
    }
}
