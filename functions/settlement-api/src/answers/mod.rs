//! Answers of the API: a type for each, from which the `OpenAPI` document has its schemas.

pub(crate) mod account;
pub(crate) mod billing;
pub(crate) mod closing;
pub(crate) mod contest;
pub(crate) mod document;
pub(crate) mod preview;
