//! Answers of the API: a type for each, from which the `OpenAPI` document has its schemas, and the files,
//! workbooks and pages in which some of them are also available.

pub(crate) mod attention;
pub(crate) mod claims;
pub(crate) mod contract;
pub(crate) mod contract_pieces;
#[cfg(test)]
mod contract_tests;
pub(crate) mod contracts;
pub(crate) mod entries;
pub(crate) mod inquiries;
pub(crate) mod journal;
pub(crate) mod journal_file;
pub(crate) mod members;
pub(crate) mod partner_file;
pub(crate) mod partners;
pub(crate) mod preview;
pub(crate) mod programme;
pub(crate) mod simulation;
pub(crate) mod statement;
pub(crate) mod statement_page;
pub(crate) mod statement_workbook;
pub(crate) mod status;
pub(crate) mod summary;
pub(crate) mod summary_workbook;
pub(crate) mod unreadable;
pub(crate) mod workbooks;
