//! The file of a partner.

use ledger::partner_files::RecordedFile;
use rules::contact::{Contact, ContactLabel, Email, Telephone};
use rules::inquiry::Note;
use serde::Serialize;

/// Contacts of a partner, and a note that the partner never sees.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PartnerFile {
    contacts: Vec<ContactShown>,
    note: Option<Note>,
}

/// A person to write to or to call.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Contact))]
struct ContactShown {
    name: ContactLabel,
    /// The person's function at the partner.
    function: Option<ContactLabel>,
    email: Option<Email>,
    telephone: Option<Telephone>,
}

impl From<RecordedFile> for PartnerFile {
    fn from(recorded: RecordedFile) -> PartnerFile {
        let shown = |Contact { name, function, email, telephone }| ContactShown { name, function, email, telephone };
        let contacts = recorded.file.contacts.into_iter().map(shown).collect();
        PartnerFile { contacts, note: recorded.file.note }
    }
}
