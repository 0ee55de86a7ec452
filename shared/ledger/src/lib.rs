//! The ledger in DynamoDB: how facts, entries and partners are stored, and the few ways in which they are written.
//! RULEBOOK is `shared/rules/RULEBOOK.md`.
//!
//! [`record`] is the steady path for events, [`apply`] the slow path, [`restate`] recomputes after a change of
//! agreements, [`partners`] is the registry, [`queries`] has the reads, [`totals`] adds months up and
//! [`months`] reads them. All of them access the table through the one trait [`store::Store`]; [`dynamo`] is that trait
//! over DynamoDB, and [`patience`] makes what DynamoDB has no room for again.

mod act_id;
mod adjust;
mod aggregate;
pub mod aggregates;
pub mod anomalies;
pub mod apply;
pub mod attention;
pub mod audit;
pub mod bookings;
pub mod choices;
mod digits;
pub mod dynamo;
mod error;
mod ids;
pub mod inquiries;
pub mod invitations;
pub mod item;
pub mod journal;
pub mod keys;
mod ledger;
pub mod lenient;
mod listing;
mod marks;
pub mod members;
pub mod missed_years;
mod month_total;
pub mod months;
pub mod on_record;
pub mod partner_contracts;
pub mod partner_files;
mod partner_month;
pub mod partners;
pub mod passes;
mod passing;
pub mod patience;
pub mod perks;
pub mod preview;
pub mod preview_steps;
pub mod projection;
pub mod queries;
pub mod readers;
pub mod record;
pub mod recorded;
pub mod restate;
mod rows;
mod sales_by_day;
pub mod set_aside;
mod shown;
pub mod store;
mod stored;
mod stored_fact;
mod stored_row;
pub mod totals;
pub mod totals_queue;
pub mod whole_contracts;
pub mod whole_partner;

pub use bookings::Booking;
pub use error::{LedgerError, Unreadable, Why};
pub use ledger::Ledger;
pub use partners::PartnerRecord;
pub use record::{Outcome, ReportedFact};
pub use store::Store;
