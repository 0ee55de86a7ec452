//! Schemas of the names, ids, days and numbers of the rules, for the `OpenAPI` document. Only tests enable them.

use crate::Anomaly;
use crate::agreement::AgreementId;
use crate::claims::Source;
use crate::contact::{ContactLabel, Email, Telephone};
use crate::decision::Pending;
use crate::inquiry::{Concern, MAX_NOTE, Note};
use crate::label::StatedReason;
use crate::minimum_sales::Status;
use crate::people::{Issuer, MemberName, RoleKind, Subject};
use crate::programme::{Condition, Earnings, FromSale, Party, Perk, Text};
use crate::rates::Rates;
use crate::{
    AdjustmentKind, ContractId, Currency, CustomerId, CustomerName, Day, DocumentId, Instance, Kind, Model, Month,
    PartnerId, ProgrammeVersion, Rate, Term,
};
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

const CONDITIONS: [&str; 5] =
    ["support-structure", "minimum-sales", "entry-fee", "technical-qualification", "vendor-brand"];
const PERKS: [&str; 4] = ["technical-training", "technical-team-access", "partner-instance", "seminars"];

macro_rules! schema {
    ($($type:ty: $name:literal = $schema:expr;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )*};
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn pattern(pattern: &str) -> Object {
    text().pattern(Some(pattern)).build()
}

fn day() -> Object {
    let format = Some(SchemaFormat::KnownFormat(KnownFormat::Date));
    text().format(format).pattern(Some("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$")).build()
}

fn id() -> Object {
    pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
}

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Object {
    text().enum_values(Some(names)).build()
}

fn whole(least: u8, most: u8) -> Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    number.minimum(Some(least)).maximum(Some(most)).build()
}

/// The schema of an object with a tag, and with the numbers that some tags have.
fn tagged<'a>(tag: &str, names: impl IntoIterator<Item = &'a str>, numbers: &[(&str, RefOr<Schema>)]) -> Object {
    let object = ObjectBuilder::new().property(tag, one_of(names)).required(tag);
    let with = |object: ObjectBuilder, (name, schema): &(&str, RefOr<Schema>)| object.property(*name, schema.clone());
    numbers.iter().fold(object, with).build()
}

/// The schema of rates: one rate, or one for each band of a sum.
fn rates() -> RefOr<Schema> {
    let from = ObjectBuilder::new().schema_type(Type::Integer).description(Some("in minor units"));
    let band = ObjectBuilder::new().property("from", from).property("rate", Rate::schema());
    let bands = ArrayBuilder::new().items(RefOr::T(Schema::from(band.required("from").required("rate").build())));
    OneOfBuilder::new().item(Rate::schema()).item(bands).into()
}

fn number() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Integer).into()
}

fn both_languages() -> Object {
    ObjectBuilder::new().property("fr", text()).property("en", text()).required("fr").required("en").build()
}

schema! {
    ContractId: "Id" = id();
    DocumentId: "Id" = id();
    Note: "Note" = text().min_length(Some(1)).max_length(Some(MAX_NOTE)).build();
    Concern: "Concern" = one_of(Concern::ALL.map(Concern::as_str));
    ContactLabel: "ContactLabel" = text().min_length(Some(1)).max_length(Some(crate::label::MAX_LABEL)).build();
    Email: "Email" = text().min_length(Some(3)).max_length(Some(crate::contact::MAX_EMAIL)).build();
    Telephone: "Telephone" = text().min_length(Some(1)).max_length(Some(crate::contact::MAX_TELEPHONE)).build();
    MemberName: "MemberName" = text().min_length(Some(1)).max_length(Some(crate::label::MAX_LABEL)).build();
    Issuer: "Issuer" = text().min_length(Some(1)).max_length(Some(crate::people::MAX_ISSUER)).build();
    Subject: "SubjectId" = text().min_length(Some(1)).max_length(Some(crate::people::MAX_SUBJECT)).build();
    RoleKind: "Role" = one_of(RoleKind::ALL.map(RoleKind::as_str));
    StatedReason: "StatedReason" = text().min_length(Some(1)).max_length(Some(crate::label::MAX_LABEL)).build();
    CustomerName: "CustomerName" = text().min_length(Some(1)).max_length(Some(crate::label::MAX_LABEL)).build();
    AdjustmentKind: "AdjustmentKind" = one_of(AdjustmentKind::ALL.map(AdjustmentKind::as_str));
    CustomerId: "Id" = id();
    PartnerId: "Id" = id();
    Day: "Day" = day();
    Month: "Month" = pattern("^20[0-9]{2}-(0[1-9]|1[0-2])$");
    Term: "Term" = whole(1, 99);
    FromSale: "FromSale" = whole(1, FromSale::MAX);
    Currency: "Currency" = pattern("^[A-Z]{3}$");
    AgreementId: "Day" = day();
    Rates: "Rates" = rates();
    Rate: "Rate" = pattern("^(0(\\.[0-9]{1,6})?|1(\\.0{1,6})?)$");
    Model: "Model" = one_of(Model::ALL.iter().map(|model| model.as_str()));
    Kind: "Kind" = one_of(Kind::ALL.iter().map(|kind| kind.as_str()));
    ProgrammeVersion: "ProgrammeVersion" = one_of(ProgrammeVersion::ALL.iter().map(|version| version.as_str()));
    Instance: "Instance" = one_of(["customer", "partner"]);
    Pending: "Pending" = one_of(["no-agreement", "contract-not-signed", "term-not-billed"]);
    Anomaly: "Anomaly" = one_of(Anomaly::ALL.map(Anomaly::as_str));
    Source: "ClaimSource" = one_of(["billing", "manager"]);
    Status: "MinimumSalesStatus" = one_of(["met", "on-track", "behind", "missed"]);
    Party: "Party" = one_of(["partner", "partner-as-subcontractor", "vendor"]);
    Condition: "Condition" = tagged("condition", CONDITIONS, &[("per_year", number())]);
    Earnings: "Earnings" = tagged("earnings", ["recurring", "once"], &[("rate", rates()), ("from_sale", number())]);
    Perk: "Perk" = tagged("perk", PERKS, &[("discount", Rate::schema()), ("per_year", number())]);
    Text: "BothLanguages" = both_languages();
}
