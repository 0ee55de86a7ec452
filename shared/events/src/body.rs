//! Bodies of requests: JSON of a known shape; a refusal names the path of the field.

use crate::Refusal;
use crate::raw::refused;
use rules::label::{LabelError, MAX_LABEL, is_label};
use serde::Deserialize;
use texts::Code;

/// The largest body of a request, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// Reads a whole body; nothing may follow the JSON.
pub(crate) fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Refusal> {
    if body.len() > MAX_BYTES {
        let reason = Code::RequestTooLarge { bytes: body.len(), most: MAX_BYTES };
        return Err(Refusal::new("body", reason));
    }
    let mut json = serde_json::Deserializer::from_str(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        // The name of an unknown field may be anything, so it is checked before it is quoted.
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
        let names = path.len() <= MAX_LABEL && path.chars().all(is_name) && path.chars().any(char::is_alphanumeric);
        let field = if names { path } else { "body".to_owned() };
        Refusal::new(field, refused(error.inner()))
    })?;
    json.end().map_err(|error| Refusal::new("body", refused(error)))?;
    Ok(read)
}

/// Reads a text written by a person, for other people to read.
pub(crate) fn text(text: String, field: &str) -> Result<String, Refusal> {
    if !is_label(&text) {
        return Err(Refusal::new(field, LabelError));
    }
    Ok(text)
}
