//! The addresses of the stack that runs on this machine, in its data folder, so that commands find it.

use crate::HOST;
use serde_json::{Value, json};
use std::path::Path;

/// The name of their file in a data folder.
pub const FILE: &str = "addresses.json";

/// The addresses of the HTTP API and of the engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    pub api: String,
    pub dynamodb: String,
    pub sqs: String,
}

impl Addresses {
    /// The address of a port of this machine.
    pub fn local(port: u16) -> String {
        format!("http://{HOST}:{port}")
    }

    /// The content of their file.
    pub fn text(&self) -> String {
        let Addresses { api, dynamodb, sqs } = self;
        json!({ "api": api, "dynamodb": dynamodb, "sqs": sqs }).to_string()
    }

    /// Those of the stack that started last with this data folder; none: no stack has, or the file is unreadable.
    pub fn read(data: &Path) -> Option<Addresses> {
        let written: Value = serde_json::from_str(&std::fs::read_to_string(data.join(FILE)).ok()?).ok()?;
        let text = |name: &str| written.get(name)?.as_str().map(str::to_owned);
        Some(Addresses { api: text("api")?, dynamodb: text("dynamodb")?, sqs: text("sqs")? })
    }
}
