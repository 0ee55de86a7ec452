//! Forms in which the values of this crate are stored. A value is read back by parsing, as it was checked when it was recorded;
//! the account, the month and the number that the key says are not repeated.

mod carried;
mod close;
mod contest;
mod document;
mod opening;
mod text;

pub(crate) use carried::CarriedForm;
pub(crate) use close::CloseForm;
pub(crate) use contest::ContestForm;
pub(crate) use document::DocumentForm;
pub(crate) use opening::{OpeningForm, OpeningItemForm};
pub(crate) use text::{key_text, read_key, words};
