//! The fate of a transfer as stored.

use crate::batch::{Fate, RecordedFate, Signed};
use rules::Day;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    Executed(Day),
    Rejected(Option<String>),
    Returned(Day, Option<String>),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FateForm {
    #[serde(rename = "fa")]
    fate: Form,
    #[serde(flatten)]
    by: Signed,
}

impl From<&RecordedFate> for FateForm {
    fn from(RecordedFate { fate, by }: &RecordedFate) -> FateForm {
        let fate = match fate {
            Fate::Executed { on } => Form::Executed(*on),
            Fate::Rejected { reason } => Form::Rejected(reason.as_ref().map(ToString::to_string)),
            Fate::Returned { on, reason } => Form::Returned(*on, reason.as_ref().map(ToString::to_string)),
        };
        FateForm { fate, by: by.clone() }
    }
}

impl FateForm {
    /// The fate; none: this release does not know it so.
    pub(crate) fn read(self) -> Option<RecordedFate> {
        let reason = |text: Option<String>| match text {
            None => Some(None),
            Some(text) => Some(Some(text.parse().ok()?)),
        };
        let fate = match self.fate {
            Form::Executed(on) => Fate::Executed { on },
            Form::Rejected(text) => Fate::Rejected { reason: reason(text)? },
            Form::Returned(on, text) => Fate::Returned { on, reason: reason(text)? },
        };
        Some(RecordedFate { fate, by: self.by })
    }
}
