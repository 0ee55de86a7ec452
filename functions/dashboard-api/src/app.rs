//! State shared by all routes.

use crate::restatements::Restatements;
use crate::routes::Route;
use jiff::Timestamp;
use jiff::civil::Date;
use ledger::invitations::Randomness;
use ledger::whole_partner::WholePartner;
use ledger::{Ledger, PartnerRecord, Store};
use rules::people::Role;
use rules::{Day, PartnerId};
use std::sync::Arc;
use texts::Code;
use web::cursors::{Cursors, Pages};
use web::parameters::Parameters;
use web::problem::Problem;
use web::routes::Described;
use web::sign_in::SignIn;

/// State shared by all routes.
#[derive(Clone)]
pub struct App<S> {
    pub ledger: Ledger<S>,
    /// The queue of restatements.
    pub restatements: Arc<dyn Restatements>,
    /// The key that seals cursors.
    pub cursors: Arc<Cursors>,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// The identity provider, for the page.
    pub sign_in: Arc<SignIn>,
    /// Fills bytes of a code at random.
    pub random: fn() -> Option<Randomness>,
    /// The most contracts that a request reads for a preview; one of more is made in the background.
    pub most_previewed: usize,
    /// The URL of the page of trials, which the local stack alone has.
    pub try_url: Option<Arc<str>>,
    /// The folder of the script that adds the views of closing to the page, as a URL.
    pub views_url: Option<Arc<str>>,
}

impl<S: Store> App<S> {
    /// The vendor's calendar day.
    pub(crate) fn today(&self) -> Date {
        rules::day::day_of((self.now)())
    }

    /// Today as a day of the rules; none outside their bounds.
    pub(crate) fn day(&self) -> Option<Day> {
        Day::try_from(self.today()).ok()
    }

    /// The pages of a route's list; `id` names its partner or contract, if it is the list of one.
    pub(crate) fn pages(&self, route: Route, id: &str, parameters: &Parameters) -> Pages<'_> {
        self.cursors.pages(route.path(), id, parameters, (self.now)())
    }

    /// A registered partner; one that the caller may not read counts as not registered.
    pub(crate) async fn registered_partner(
        &self,
        role: &Role,
        partner_id: &PartnerId,
    ) -> Result<PartnerRecord, Problem> {
        if !role.may_read(partner_id) {
            return Err(unknown(partner_id));
        }
        let record = self.ledger.partner_record(partner_id).await?;
        if record.name.is_none() { Err(unknown(partner_id)) } else { Ok(record) }
    }

    /// A registered partner with everything in its partition.
    pub(crate) async fn registered_whole_partner(
        &self,
        role: &Role,
        partner_id: &PartnerId,
    ) -> Result<WholePartner, Problem> {
        if !role.may_read(partner_id) {
            return Err(unknown(partner_id));
        }
        let read = self.ledger.whole_partner(partner_id).await?;
        if read.record.name.is_none() { Err(unknown(partner_id)) } else { Ok(read) }
    }
}

/// A partner that is not registered, or not for this caller.
fn unknown(partner_id: &PartnerId) -> Problem {
    Problem::not_found(Code::NoPartner { id: partner_id.clone() })
}
