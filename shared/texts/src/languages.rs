//! The languages, each with its table.

use crate::en::English;
use crate::fr::French;
use crate::table::Table;
use rules::text::Language;

pub(crate) fn table(language: Language) -> &'static dyn Table {
    match language {
        Language::Fr => &French,
        Language::En => &English,
    }
}
