//! Schemas that are not derived, of what people write.

use crate::body::MAX_TEXT;
use crate::simulation::Concerned;
use rules::{Model, PartnerId, ProgrammeVersion};
use std::borrow::Cow;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, OneOf, Ref, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A name or a reason.
pub(crate) fn written() -> Object {
    let pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$";
    let text = ObjectBuilder::new().schema_type(Type::String);
    text.min_length(Some(1)).max_length(Some(MAX_TEXT)).pattern(Some(pattern)).build()
}

/// An amount, taken by its digits.
pub(crate) fn text_or_number() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Number])).build()
}

impl PartialSchema for Concerned<'_> {
    fn schema() -> RefOr<Schema> {
        fn one<T: ToSchema>(name: &str) -> Object {
            let object = ObjectBuilder::new().property(name, Ref::from_schema_name(T::name())).required(name);
            object.additional_properties(Some(AdditionalProperties::FreeForm(false))).build()
        }
        let by_name = OneOf::builder().item(one::<PartnerId>("partner_id")).item(one::<Model>("model"));
        by_name.item(one::<ProgrammeVersion>("programme")).into()
    }
}

impl ToSchema for Concerned<'_> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Concerned")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((PartnerId::name().into(), PartnerId::schema()));
        schemas.push((Model::name().into(), Model::schema()));
        schemas.push((ProgrammeVersion::name().into(), ProgrammeVersion::schema()));
    }
}
