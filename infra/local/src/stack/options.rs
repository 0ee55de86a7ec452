//! Options of a start of the local stack, and the reasons why it does not start.

use crate::binaries::BinariesError;
use crate::delays::DelayError;
use crate::faults::{Faults, Lag};
use crate::issuers::IssuerError;
use crate::template::TemplateError;
use machine::members::MembersError;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The DynamoDB that keeps the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dynamodb {
    /// The embedded DynamoDB.
    Embedded {
        /// Its port; 0: any free one.
        port: u16,
        /// The faults that it shows.
        faults: Faults,
    },
    /// A running DynamoDB, by its URL.
    At(String),
}

impl Dynamodb {
    pub(super) fn lag(&self) -> Lag {
        match self {
            Dynamodb::Embedded { faults, .. } => faults.lag,
            Dynamodb::At(_) => Lag::default(),
        }
    }
}

/// Options of a start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of the data.
    pub data: PathBuf,
    /// Whether to delete the data of earlier runs.
    pub fresh: bool,
    /// Port of the HTTP API; 0: any free one.
    pub api_port: u16,
    pub dynamodb: Dynamodb,
    pub sqs_port: u16,
    /// The folder of the functions' programs.
    pub binaries: PathBuf,
    /// Processes of each function that reads a queue, with a poller each.
    pub processes: usize,
    /// Parameters of the template.
    pub parameters: BTreeMap<String, String>,
}

/// Reason why the system did not start. No part of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The template has a part that this machine cannot do.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Times of the template do not fit each other.
    #[error(transparent)]
    Delays(#[from] DelayError),
    /// A program is missing.
    #[error(transparent)]
    Binaries(#[from] BinariesError),
    /// The data folder cannot be used.
    #[error("the data folder {} cannot be used", folder.display())]
    Data {
        folder: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// Another run uses the data folder.
    #[error("the data folder {} is in use by another run: stop that one, or choose another with --data", folder.display())]
    InUse { folder: PathBuf },
    /// A port is taken.
    #[error(
        "port {port} cannot be used for {service}: stop what uses it, or choose another with {option} (0: any free one)"
    )]
    Port {
        port: u16,
        /// The service that was to listen on it.
        service: &'static str,
        /// The option that chooses another port.
        option: &'static str,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The tokens of the issuer cannot be verified.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The members that everybody can be here were not made.
    #[error(transparent)]
    Members(#[from] MembersError),
    /// An embedded service did not come up.
    #[error("{service} could not be set up")]
    Service {
        service: &'static str,
        /// The reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
