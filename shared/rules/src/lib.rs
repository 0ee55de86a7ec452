//! The partner programme as a pure function of the facts: each amount owed, its debtor and creditor, and the reason.
//! `RULEBOOK.md`, in this folder, is the law; a § in any comment is a section of it.
//!
//! Nothing here reads a clock, an environment, a file or the network, and nothing waits. The modules follow the
//! rulebook: §1 [`programme`], §2 [`id`], [`day`], [`money`] and [`fact`], §3 [`rank`], [`decision`], [`rates`],
//! [`line`] and [`balance`], §4 [`entry`], §5 [`claims`], [`contract`], [`plausible`] and [`anomaly`], §6 [`agreement`] and [`minimum_sales`].
//! [`partner`] is the part of a partner's history that decisions need, [`fold`] computes all lines at once, [`totals`]
//! adds up entries, [`simulation`] computes the same facts under other terms, and [`preview`] what a change would append. The crate `texts` puts amounts into words.

#![warn(missing_docs)]

pub mod agreement;
pub mod anomaly;
pub mod balance;
pub mod claims;
pub mod contact;
pub mod contract;
mod currency;
pub mod day;
pub mod decision;
pub mod entry;
pub mod fact;
pub mod fold;
pub mod id;
pub mod inquiry;
pub mod label;
pub mod line;
pub mod minimum_sales;
mod minor;
pub mod money;
#[cfg(feature = "openapi")]
mod openapi;
pub mod partner;
pub mod people;
pub mod plausible;
pub mod preview;
pub mod programme;
pub mod rank;
pub mod rates;
pub mod simulation;
pub mod sorted;
pub mod text;
pub mod totals;

pub use agreement::{Agreement, AgreementId, Agreements};
pub use anomaly::Anomaly;
pub use contract::Contract;
pub use day::{Day, Month};
pub use decision::Kind;
pub use entry::Entry;
pub use fact::{
    Adjustment, AdjustmentId, AdjustmentKind, AnnuityId, ContractEnd, Fact, Instance, Renewal, Sale, Subject, Term,
};
pub use id::{ContractId, CustomerId, DocumentId, PartnerId};
pub use label::CustomerName;
pub use line::{Cause, Line, PostingKey};
pub use money::{Currency, Minor, Money, Rate};
pub use partner::Partner;
pub use programme::{Model, ProgrammeVersion};
pub use totals::Totals;
