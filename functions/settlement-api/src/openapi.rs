//! The `OpenAPI` document: an operation for each route of the table, with schemas of the types that it takes and answers.
//! Tests make it and compare it with the file that is served.

use crate::answers::account::{AccountShown, OpeningItemShown};
use crate::answers::billing::{PartnerBilling, Vendor};
use crate::answers::closing::{CarriedList, ClosingList, ClosingShown, DocumentList};
use crate::answers::contest::OpenContestList;
use crate::answers::document::{Annex, ContestShown, DocumentShown, DocumentSummary};
use crate::answers::preview::PreviewShown;
use crate::bodies::billing::{BillingBody, VendorBody};
use crate::bodies::close::CloseBody;
use crate::bodies::contest::{AnswerBody, ContestBody};
use crate::bodies::received::{CancellationBody, OpeningItemBody, ReceivedBody};
use crate::handlers::billing::MAX_VERSIONS;
use crate::handlers::contests::MAX_CONTESTS;
use crate::handlers::documents::WITH;
use crate::routes::Route;
use rules::{Currency, Month, PartnerId};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use web::format::Format;
use web::openapi::{Api, Operation, Schemas, json, listing, query, text, whole};

/// The document of this API.
pub const API: Api<Route> = Api {
    title: "all-in-web partner programme: closing",
    description: "Billing identities, closes of months, their documents, and what is contested.",
    version: env!("CARGO_PKG_VERSION"),
    routes: Route::ALL,
    operation,
    parameter,
};

/// The numbers of documents that are given here.
const GIVEN: &str = "^(FP|AF-[A-Z0-9]{1,12})-[0-9]{6,12}$";

/// The schema of a parameter of a path.
fn parameter(name: &'static str, route: Route, schemas: &mut Schemas) -> RefOr<Schema> {
    match name {
        "month" => schemas.of::<Month>().into(),
        "currency" => schemas.of::<Currency>().into(),
        "direction" => text().enum_values(Some(["to-partner", "from-partner"])).into(),
        "n" if matches!(route, Route::Contest | Route::AnswerContest) => whole(number(MAX_CONTESTS)).into(),
        "n" => whole(number(MAX_VERSIONS)).into(),
        "number" => text().pattern(Some(GIVEN)).into(),
        _ => schemas.of::<PartnerId>().into(),
    }
}

fn number(most: u32) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// Describes the operation of a route; none for a public route.
fn operation(route: Route, schemas: &mut Schemas) -> Option<Operation> {
    let get = Operation::read;
    Some(match route {
        Route::Description | Route::PageFile => return None,
        Route::Vendor => get("getVendor", "The vendor's billing identity, in versions", schemas.content::<Vendor>()),
        Route::RecordVendor => put::<VendorBody, Vendor>("recordVendor", "Records the next version", schemas),
        Route::Billing => {
            let summary = "A partner's billing identity, in versions, and what it lacks";
            get("getBilling", summary, schemas.content::<PartnerBilling>())
        }
        Route::RecordBilling => {
            put::<BillingBody, PartnerBilling>("recordBilling", "Records the next version", schemas)
        }
        Route::Account => {
            let summary = "A partner's documents, what is carried and why, and its contests";
            get("getAccount", summary, schemas.content::<AccountShown>())
        }
        Route::OpeningItem => {
            let summary = "Records an invoice from before this system that is still unpaid";
            put::<OpeningItemBody, OpeningItemShown>("recordOpeningItem", summary, schemas)
        }
        Route::Receive => {
            let summary = "Records a partner's own invoice or credit note for a close";
            put::<ReceivedBody, DocumentSummary>("receiveDocument", summary, schemas)
        }
        Route::CancelOwn => {
            let summary = "Records the partner's own credit note that cancels its invoice for a close";
            put::<CancellationBody, DocumentSummary>("receiveOwnCancellation", summary, schemas)
        }
        Route::Closings => get("listClosings", "The closes, the last first", schemas.content::<ClosingList>()),
        Route::Closing => get("getClosing", "A close and what it made", schemas.content::<ClosingShown>()),
        Route::Close => put::<CloseBody, ClosingShown>("closeMonth", "Closes a month, once", schemas),
        Route::Preview => {
            let (body, answer) = (schemas.content::<CloseBody>(), schemas.content::<PreviewShown>());
            let summary = "What closing a month now would make, a page of it; writes nothing";
            let cursor = listing().into_iter().nth(1);
            Operation::write("previewClosing", summary, body, answer).query(cursor)
        }
        Route::Documents => {
            get("listDocuments", "The documents of a close, by partner", schemas.content::<DocumentList>())
                .query(listing())
        }
        Route::Carried => {
            get("listCarried", "What a close carried, by partner", schemas.content::<CarriedList>()).query(listing())
        }
        Route::Document => get("getDocument", "A document", schemas.content::<DocumentShown>())
            .query([query("with", text().enum_values(Some(WITH)))
                .description(Some("With `format=html`: the annex at the end of the page"))])
            .formats(&Format::OF_DOCUMENTS)
            .bounded(),
        Route::Annex => get("getAnnex", "The entries that a document adds up", schemas.content::<Annex>()),
        Route::CancelReceived => {
            let summary = "Records the partner's own credit note that cancels a self-billed invoice to it";
            put::<CancellationBody, DocumentSummary>("receiveCancellation", summary, schemas)
        }
        Route::OpenContests => {
            let summary = "Contests without an answer, the oldest first";
            get("listOpenContests", summary, schemas.content::<OpenContestList>()).query(listing())
        }
        Route::Contest => put::<ContestBody, ContestShown>("contest", "Contests a document, or a line of it", schemas),
        Route::AnswerContest => {
            put::<AnswerBody, ContestShown>("answerContest", "Answers a contest, which settles it", schemas)
        }
    })
}

/// A route that records something under a number or a month.
fn put<B: ToSchema, A: ToSchema>(id: &'static str, summary: &'static str, schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<B>(), schemas.content::<A>());
    let mut operation = Operation::write(id, summary, body, answer.clone());
    operation.answers.push(("201", json("201", answer)));
    operation
}
