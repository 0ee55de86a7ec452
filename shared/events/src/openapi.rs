//! Schemas that are not derived: texts and amounts written by people.

use rules::label::MAX_LABEL;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// A name or a reason.
pub(crate) fn written() -> Object {
    let pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$";
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.min_length(Some(1)).max_length(Some(MAX_LABEL)).pattern(Some(pattern)).build()
}

/// An amount as text or number, parsed by its digits.
pub(crate) fn text_or_number() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Number])).build()
}

/// A field of an answer that is accepted in a body, but not read.
pub(crate) fn not_read() -> Object {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    any.description(Some("Of an answer that is sent back; not read.")).build()
}
