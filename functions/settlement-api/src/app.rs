//! State shared by all routes.

use crate::passes::Passes;
use crate::routes::Route;
use crate::words;
use closing::Closing;
use jiff::Timestamp;
use ledger::{Ledger, PartnerRecord, Store};
use rules::PartnerId;
use rules::people::Role;
use settlement::Document;
use settlement::number::GivenNumber;
use std::sync::Arc;
use texts::Code;
use web::cursors::{Cursors, Pages};
use web::parameters::Parameters;
use web::problem::Problem;
use web::routes::Described;

/// State shared by all routes.
#[derive(Clone)]
pub struct App<S> {
    pub ledger: Ledger<S>,
    pub closing: Closing<S>,
    /// The queue of passes.
    pub passes: Arc<dyn Passes>,
    /// The key that seals cursors.
    pub cursors: Arc<Cursors>,
    /// The clock.
    pub now: fn() -> Timestamp,
}

impl<S: Store> App<S> {
    /// The pages of a route's list.
    pub(crate) fn pages(&self, route: Route, id: &str, parameters: &Parameters) -> Pages<'_> {
        self.cursors.pages(route.path(), id, parameters, (self.now)())
    }

    /// A registered partner; one that the caller may not read counts as not registered.
    pub(crate) async fn partner(&self, role: &Role, partner_id: &PartnerId) -> Result<PartnerRecord, Problem> {
        let unknown = || Problem::not_found(Code::NoPartner { id: partner_id.clone() });
        if !role.may_read(partner_id) {
            return Err(unknown());
        }
        let record = self.ledger.partner_record(partner_id).await?;
        if record.name.is_none() { Err(unknown()) } else { Ok(record) }
    }

    /// A document that was numbered here; one that the caller may not read counts as none.
    pub(crate) async fn document(&self, role: &Role, number: &str) -> Result<(GivenNumber, Document), Problem> {
        let unknown = || Problem::not_found(words::no_document());
        let given: GivenNumber = number.parse().map_err(|_| unknown())?;
        let document = self.closing.document(&given).await.map_err(words::problem)?;
        let document = document.filter(|document| role.may_read(&document.account.partner_id));
        document.map(|document| (given, document)).ok_or_else(unknown)
    }
}
