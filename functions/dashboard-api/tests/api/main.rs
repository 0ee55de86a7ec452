//! The promises of the API, asked in process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on says so")]

mod access;
mod api;
mod attention;
mod contracts;
mod files;
mod generated_requests;
mod inquiries;
mod journal;
mod languages;
mod members;
#[cfg(feature = "openapi")]
mod openapi;
mod pages;
mod partner_files;
mod perks;
mod previews;
mod service;
mod stated;
mod statements;
mod tokens;
