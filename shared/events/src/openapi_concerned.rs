//! The schema of [`Concerned`]: the agreements that a simulation changes.

use crate::simulation::Concerned;
use rules::{Model, PartnerId, ProgrammeVersion};
use std::borrow::Cow;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, OneOf, Ref};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

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
