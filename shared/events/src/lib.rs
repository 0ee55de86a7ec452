//! The wire: events from billing and registrations of partners, parsed into facts; amounts and agreements as JSON.
//! RULEBOOK is `shared/rules/RULEBOOK.md`.
//!
//! Nothing here stores or sends anything. Every refusal is a [`Refusal`]: the field and the reason, without quoting the
//! input.

#![warn(missing_docs)]

pub mod agreement;
mod amount;
pub mod body;
pub mod choice;
pub mod cloud_event;
pub mod field;
pub mod input;
pub mod inquiry;
pub mod json;
pub mod member;
#[cfg(feature = "openapi")]
mod openapi;
#[cfg(feature = "openapi")]
mod openapi_concerned;
pub mod partner_file;
pub mod perk;
mod raw;
pub mod registration;
pub mod set_aside;
pub mod simulation;
pub mod stated;

pub use choice::ChoiceBody;
pub use cloud_event::{Event, EventType};
pub use registration::Registration;
pub use simulation::Simulation;

use texts::Notice;

/// The refusal of an input: field and reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct Refusal {
    /// The path of the field, `data.annual_fee.amount`; `body` for the whole body.
    pub field: String,
    /// The reason, worded to follow the field's name.
    pub reason: Notice,
}

impl Refusal {
    /// Refuses a field.
    pub fn new(field: impl Into<String>, reason: impl Into<Notice>) -> Self {
        Refusal { field: field.into(), reason: reason.into() }
    }

    /// The field and the reason as a sentence.
    pub fn sentence(&self) -> Notice {
        Notice::Field { field: self.field.clone(), reason: Box::new(self.reason.clone()) }
    }
}
