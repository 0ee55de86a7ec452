//! HTTP: the gateway's events, callers, parameters, cursors, entity tags, formats, problems, headers.

pub(crate) mod claims;
pub(crate) mod cursors;
pub(crate) mod etags;
pub(crate) mod files;
pub(crate) mod format;
pub mod gateway;
pub(crate) mod headers;
pub(crate) mod parameters;
pub(crate) mod preferences;
pub(crate) mod problem;
pub(crate) mod sign_in;
