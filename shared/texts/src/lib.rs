//! Everything that the system says to people, with one table for each language: `en.rs` and `fr.rs`.
//!
//! All other crates hand over codes with parameters: a [`Notice`], or the rules' own kinds, reasons and lines. The edges
//! (the API, dead letters) ask for the words in a language. The wording of the vendor's programme is data of the rules;
//! the page has tables of its own, and takes these names from the API.

mod code;
mod en;
pub mod explain;
mod fr;
mod heading;
mod languages;
pub mod names;
mod notice;
pub mod numbers;
mod sentence;
mod table;
mod words;

pub use heading::Heading;
pub use notice::{Code, Notice, Words};
