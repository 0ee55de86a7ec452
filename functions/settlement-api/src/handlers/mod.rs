//! Handlers, one for each route.

pub(crate) mod account;
pub(crate) mod billing;
pub(crate) mod closings;
pub(crate) mod contests;
pub(crate) mod documents;
pub(crate) mod page;
pub(crate) mod received;
