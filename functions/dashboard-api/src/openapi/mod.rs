//! The `OpenAPI` document: an operation for each route of the table, with schemas of the types that it takes and answers.
//! Tests make it and compare it with the file that is served.

mod people;

use crate::answers::attention::{AttentionList, ItemKind};
use crate::answers::contract::ContractPage;
use crate::answers::contracts::ContractList;
use crate::answers::entries::EntryList;
use crate::answers::inquiries::InquiryList;
use crate::answers::partners::{Partner, PartnerList, RegisteredPartner};
use crate::answers::preview::{Preview, UnderWay};
use crate::answers::programme::Programme;
use crate::answers::simulation::Simulation;
use crate::answers::statement::Statement;
use crate::answers::status::{Chosen, ItemSetAside, Recorded, YearSetAside};
use crate::answers::summary::{PartnerSummary, Summary};
use crate::choosing::MAX_CHOICE_NUMBER;
use crate::handlers::partners::WITH;
use crate::routes::Route;
use events::choice::ChoiceBody;
use events::inquiry::{AnswerBody, InquiryBody};
use events::perk::PerkTaken;
use events::registration::RegistrationBody;
use events::set_aside::Reason;
use events::simulation::Question;
use events::stated::{StatedAdjustment, StatedRenewal, StatedSale};
use rules::minimum_sales::MAX_YEARS;
use rules::programme::DatedPerk;
use rules::{AdjustmentKind, ContractId, Day, DocumentId, Month, PartnerId, Term};
use utoipa::ToSchema;
use utoipa::openapi::path::ParameterBuilder;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Content, RefOr, Required};
use web::format::Format;
use web::openapi::{Api, Operation, Schemas, header, json, listing, query, search, text, whole};
use web::parameters::MAX_MONTHS;
use web::routes::Described;

/// The document of this API.
pub const API: Api<Route> = Api {
    title: "all-in-web partner programme",
    description: "What each partner earns or owes, to the cent, each amount with its reason.",
    version: env!("CARGO_PKG_VERSION"),
    routes: Route::ALL,
    operation,
    parameter,
};

/// The schema of a parameter of a path.
fn parameter(name: &'static str, route: Route, schemas: &mut Schemas) -> RefOr<Schema> {
    let is_of_contract = route.path().starts_with(Route::Contract.path());
    match name {
        "term" => schemas.of::<Term>().into(),
        "number" => whole(MAX_CHOICE_NUMBER).into(),
        "starts_on" | "day" => schemas.of::<Day>().into(),
        "perk" => text().enum_values(Some(DatedPerk::ALL.map(DatedPerk::as_str))).into(),
        "n" => whole(usize::from(MAX_YEARS)).into(),
        "kind" => text().enum_values(Some(AdjustmentKind::ALL.map(|kind| format!("{}s", kind.as_str())))).into(),
        "item" | "member" | "invitation" => text().into(),
        "adjustment" | "inquiry" => schemas.of::<DocumentId>().into(),
        _ if is_of_contract => schemas.of::<ContractId>().into(),
        _ => schemas.of::<PartnerId>().into(),
    }
}

/// Describes the operation of a route; none for a public route.
fn operation(route: Route, schemas: &mut Schemas) -> Option<Operation> {
    let get = Operation::read;
    Some(match route {
        Route::Index | Route::PageFile | Route::Config | Route::Description => return None,
        Route::Programme => {
            get("getProgramme", "The four partner models, cell by cell", schemas.content::<Programme>())
        }
        Route::Partners => get("listPartners", "Who is registered", schemas.content::<PartnerList>())
            .query(partner_filters(schemas).into_iter().chain(listing())),
        Route::Partner => {
            let summary = "Agreements, balances, sales against the minimum, perks";
            get("getPartner", summary, schemas.content::<Partner>())
        }
        Route::Entries => get("listEntries", "What was booked in a period", schemas.content::<EntryList>())
            .query(["from", "to"].map(|name| query(name, schemas.of::<Day>())).into_iter().chain(listing())),
        Route::Contracts => {
            let summary = "Contracts by day of signature, pending ones too; a page looks through `limit` places of the list";
            get("listContracts", summary, schemas.content::<ContractList>()).query(listing().into_iter().chain([search()]))
        }
        Route::PartnerInquiries => {
            get("listInquiriesOfPartner", "A partner's inquiries, newest first", schemas.content::<InquiryList>())
        }
        Route::Inquiries => {
            get("listInquiries", "Inquiries without an answer, newest first", schemas.content::<InquiryList>())
                .query(listing())
        }
        Route::RecordPerk => record_perk(schemas),
        Route::Inquire => inquire(schemas),
        Route::AnswerInquiry => answer_inquiry(schemas),
        Route::Statement => {
            let month = query("month", schemas.of::<Month>()).required(Required::True);
            let query = [month, as_of(schemas), query("since", schemas.of::<Day>())];
            get("getStatement", "A month to read, to print, or for a spreadsheet", schemas.content::<Statement>())
                .query(query)
                .formats(&Format::OF_STATEMENTS)
                .bounded()
        }
        Route::PartnerSummary => {
            get("getPartnerSummary", "What one partner's months add up to", schemas.content::<PartnerSummary>())
                .query(months(schemas))
                .formats(&Format::OF_SUMS)
                .bounded()
        }
        Route::Summary => get("getSummary", "What everyone's months add up to", schemas.content::<Summary>())
            .query(months(schemas))
            .formats(&Format::OF_SUMS)
            .bounded(),
        Route::Contract => get(
            "getContract",
            "One contract's history, and why each amount is what it is; a page ends when what it shows weighs `limit`: an \
             annuity with its credit notes, a key, a contradiction with its claims, a choice, an entry",
            schemas.content::<ContractPage>(),
        )
        .query(listing()),
        Route::Attention => {
            let of = query("of", text().enum_values(Some(["contracts", "messages"])));
            let kind = query("kind", schemas.of::<ItemKind>());
            let summary = "What needs a person, by cause: contracts first, then messages, each newest first; a page looks \
                           through `limit` places of the list";
            get("listAttention", summary, schemas.content::<AttentionList>()).query(listing().into_iter().chain([of, kind]))
        }
        Route::Register => register(schemas),
        Route::Journal => people::journal(schemas),
        Route::History => people::history(schemas),
        Route::Me => people::me(schemas),
        Route::AcceptInvitation => people::accept_invitation(schemas),
        Route::Members => people::members(schemas),
        Route::GrantRole => people::grant_role(schemas),
        Route::RevokeMember => people::revoke_member(schemas),
        Route::Invitations => people::invitations(schemas),
        Route::Invite => people::invite(schemas),
        Route::InviteAgain => people::invite_again(schemas),
        Route::RevokeInvitation => people::revoke_invitation(schemas),
        Route::PartnerFile => people::partner_file(schemas),
        Route::WritePartnerFile => people::write_partner_file(schemas),
        Route::SetYearAside => set_year_aside(schemas),
        Route::SetItemAside => set_item_aside(schemas),
        Route::ChooseAnnuity => choice("chooseAnnuity", "Choose the effective claim of an annuity", schemas),
        Route::ChooseAdjustment => {
            choice("chooseAdjustment", "Choose the effective claim of a supplement or a credit note", schemas)
        }
        Route::ChooseEnd => choice("chooseEnd", "Choose the effective claim of a contract's end", schemas),
        Route::StateAnnuity => state_annuity(schemas),
        Route::StateAdjustment => state_adjustment(schemas),
        Route::Simulate => Operation {
            refusals: &["400", "422", "503"],
            ..Operation::write(
                "simulate",
                "The recorded facts under other terms, beside today's result; writes nothing",
                schemas.content::<Question<'_>>(),
                schemas.content::<Simulation>(),
            )
        },
    })
}

fn set_year_aside(schemas: &mut Schemas) -> Operation {
    let summary = "Takes a missed year of minimum sales off the list, until its sales or its minimum are others";
    Operation::write("setYearAside", summary, schemas.content::<Reason>(), schemas.content::<YearSetAside>())
}

fn set_item_aside(schemas: &mut Schemas) -> Operation {
    let summary = "Takes an item off the attention list, until it says something else";
    let answer = schemas.content::<ItemSetAside>();
    let mut operation = Operation::write("setItemAside", summary, schemas.content::<Reason>(), answer);
    operation.answers.push(("202", json("202", schemas.content::<ItemSetAside>())));
    operation
}

fn record_perk(schemas: &mut Schemas) -> Operation {
    let summary = "Records that a partner took a perk on a day, or takes the day back";
    let (body, answer) = (schemas.content::<PerkTaken>(), schemas.content::<Recorded>());
    Operation { refusals: &["400", "404", "503"], ..Operation::write("recordPerk", summary, body, answer) }
}

fn inquire(schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<InquiryBody<'_>>(), schemas.content::<Recorded>());
    Operation::write("inquire", "Reports a missing sale or an error; a manager answers", body, answer)
}

fn answer_inquiry(schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<AnswerBody<'_>>(), schemas.content::<Recorded>());
    Operation::write("answerInquiry", "Answers an inquiry, once", body, answer)
}

fn register(schemas: &mut Schemas) -> Operation {
    let body = AnyOfBuilder::new().item(schemas.of::<RegistrationBody<'_>>()).item(schemas.of::<Partner>());
    Operation {
        id: "registerPartner",
        summary: "Registers a name and all agreements, in place of what was there; what GET answers can be sent back",
        query: ["If-Match", "If-None-Match"].map(header).into_iter().chain(preview()).collect(),
        body: Some(Content::new(Some(body))),
        answers: vec![
            ("200", json("200", or_preview::<RegisteredPartner>(schemas))),
            ("201", json("201", schemas.content::<RegisteredPartner>())),
            ("202", json("202", schemas.content::<UnderWay>())),
        ],
        refusals: &["400", "412", "422", "428", "503"],
    }
}

/// Asks for what the request would append to the ledger, in place of making it.
fn preview() -> [ParameterBuilder; 2] {
    let described = "only answers what the request would append to the ledger; every check of the request applies";
    let preview = query("preview", ObjectBuilder::new().schema_type(Type::Boolean).description(Some(described)));
    let described = "the preview that was begun because it concerns too many contracts for one request: with preview=true it is answered once it is there, without it its amounts are kept in the journal";
    let id = text().pattern(Some("^[0-9a-f]{32}$")).description(Some(described));
    [preview, query("previewed", id)]
}

/// An answer, or the preview of the request.
fn or_preview<T: ToSchema>(schemas: &mut Schemas) -> Content {
    Content::new(Some(AnyOfBuilder::new().item(schemas.of::<T>()).item(schemas.of::<Preview>())))
}

fn choice(id: &'static str, summary: &'static str, schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<ChoiceBody>(), schemas.content::<Chosen>());
    let accepted = AnyOfBuilder::new().item(schemas.of::<Chosen>()).item(schemas.of::<UnderWay>());
    let accepted = json("202", Content::new(Some(accepted)));
    let answers = vec![("200", json("200", or_preview::<Chosen>(schemas))), ("202", accepted)];
    let refusals = &["400", "404", "409", "422", "503"];
    Operation { answers, refusals, query: preview().into(), ..Operation::write(id, summary, body, answer) }
}

fn state_annuity(schemas: &mut Schemas) -> Operation {
    let body = AnyOfBuilder::new().item(schemas.of::<StatedSale<'_>>()).item(schemas.of::<StatedRenewal<'_>>());
    let summary = "State the sale or the renewal as it should be, and choose it";
    Operation { body: Some(Content::new(Some(body))), ..choice("stateAnnuity", summary, schemas) }
}

fn state_adjustment(schemas: &mut Schemas) -> Operation {
    let summary = "State the supplement or the credit note as it should be, and choose it";
    Operation { body: Some(schemas.content::<StatedAdjustment<'_>>()), ..choice("stateAdjustment", summary, schemas) }
}

fn partner_filters(schemas: &mut Schemas) -> [ParameterBuilder; 3] {
    let one = WITH.join("|");
    let with = text().pattern(Some(format!("^({one})(,({one}))*$")));
    let until = query("until", schemas.of::<Month>()).description(Some("balances at the end of this month"));
    [search(), query("with", with), until]
}

fn months(schemas: &mut Schemas) -> [ParameterBuilder; 3] {
    let said = format!("both included; at most {MAX_MONTHS} months; the current one if absent");
    let [from, to] = ["from", "to"].map(|name| query(name, schemas.of::<Month>()).description(Some(said.clone())));
    [from, to, as_of(schemas)]
}

fn as_of(schemas: &mut Schemas) -> ParameterBuilder {
    query("as_of", schemas.of::<Day>()).description(Some("as known on this day; now if absent"))
}
