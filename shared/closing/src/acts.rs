//! Acts of people (§9) in what is stored here.

use crate::ClosingError;
use ledger::journal::{Author, Occasion};
use rules::people::MemberName;

/// The name of the member of an occasion; an error if it is the operator's.
pub(crate) fn member(occasion: &Occasion) -> Result<MemberName, ClosingError> {
    match &occasion.by {
        Author::Member { id: _, name } => Ok(name.clone()),
        Author::Operator => Err(ClosingError::NoMember),
    }
}
