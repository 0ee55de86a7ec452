//! Files for the accountant (RULEBOOK §8.9), as pure functions: the accounting journal, month-end accruals, aging, the yearly
//! declaration, and the proof of a figure.
//!
//! Nothing here reads a clock, an environment, a file or the network, and nothing waits. Each file is a function of its items, in
//! whatever order they are given, and carries the SHA-256 of its bytes. Nothing of `settlement` and `payments` imports this crate.
//!
//! | of §8.9 | modules |
//! |---|---|
//! | journal | [`chart`] and [`role`] (accounts as data), [`journal()`] (its [`entry`]s), [`mod@document`], [`fec()`] (the layout) |
//! | month-end accruals | [`mod@accruals`] |
//! | aging | [`aging_table()`] |
//! | yearly declaration | [`threshold`], [`yearly_declaration()`] |
//! | proof of a figure | [`proof()`] |

#![warn(missing_docs)]

pub mod accruals;
pub mod chart;
pub mod declaration;
pub mod document;
pub mod entry;
mod exchange;
pub mod fec;
pub mod file;
pub mod items;
pub mod journal;
mod payment;
pub mod proof;
pub mod receivables;
pub mod role;
pub mod threshold;

pub use accruals::{Accrual, accruals, accruals_table};
pub use chart::Chart;
pub use declaration::{declaration_table, yearly_declaration};
pub use fec::{Charset, Layout, Separator, fec};
pub use file::File;
pub use items::{Items, Partners, Recorded};
pub use journal::journal;
pub use proof::proof;
pub use receivables::aging_table;
