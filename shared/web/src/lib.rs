//! The parts that the HTTP APIs share: requests as API Gateway hands them on, callers and their access, and answers.
//!
//! | module | content |
//! |---|---|
//! | [`gateway`] | events of API Gateway as requests, and answers as it takes them |
//! | [`routes`] | the table of an API's routes, and the router that checks who calls |
//! | [`access`], [`claims`] | callers, audiences, and who may call which route |
//! | [`parameters`], [`preferences`], [`format`](mod@format) | ids, query parameters, languages and formats of a request |
//! | [`cursors`], [`etags`] | places in lists, versions of what was read |
//! | [`files`], [`static_files`], [`problem`], [`headers`] | files, refusals, and headers of every answer |
//! | [`sign_in`] | the identity provider as the page needs it |
//! | [`observed`] | the log and the metrics of each request |

pub mod access;
pub mod claims;
pub mod cursors;
pub mod etags;
pub mod files;
pub mod format;
pub mod gateway;
pub mod headers;
pub mod observed;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod parameters;
pub mod preferences;
pub mod problem;
pub mod routes;
pub mod sign_in;
pub mod static_files;
