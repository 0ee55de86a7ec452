//! Routes: name, method, path, audience and handler of each, stated here and nowhere else.

use web::routes;

/// Gives the table to a macro.
macro_rules! table {
    ($with:ident) => {
        $with! {
            Description: GET "/closings/openapi.json", Public => page::openapi;
            PageFile: GET "/closings/page/{file}", Public => page::show;
            Vendor: GET "/vendor", Readers => billing::vendor::<S>;
            RecordVendor: PUT "/vendor/{n}", Readers => billing::record_vendor::<S>;
            Billing: GET "/partners/{id}/billing", Members => billing::show::<S>;
            RecordBilling: PUT "/partners/{id}/billing/{n}", Readers => billing::record::<S>;
            Account: GET "/partners/{id}/account", Members => account::show::<S>;
            OpeningItem: PUT "/partners/{id}/opening-items/{currency}/{direction}", Readers => received::opening_item::<S>;
            Receive: PUT "/partners/{id}/received/{currency}/{month}", Readers => received::receive::<S>;
            CancelOwn: PUT "/partners/{id}/received/{currency}/{month}/cancellation", Readers => received::cancel_own::<S>;
            Closings: GET "/closings", Readers => closings::list::<S>;
            Closing: GET "/closings/{month}", Readers => closings::show::<S>;
            Close: PUT "/closings/{month}", Readers => closings::close::<S>;
            Preview: POST "/closings/{month}/preview", Readers => closings::preview::<S>;
            Documents: GET "/closings/{month}/documents", Readers => closings::documents::<S>;
            Carried: GET "/closings/{month}/carried", Readers => closings::carried::<S>;
            Document: GET "/documents/{number}", Members => documents::show::<S>;
            Annex: GET "/documents/{number}/annex", Members => documents::annex::<S>;
            CancelReceived: PUT "/documents/{number}/cancellation", Readers => received::cancel::<S>;
            OpenContests: GET "/contests", Readers => contests::open::<S>;
            Contest: PUT "/documents/{number}/contests/{n}", Reporters => contests::contest::<S>;
            AnswerContest: PUT "/documents/{number}/contests/{n}/answer", Managers => contests::answer::<S>;
        }
    };
}
pub(crate) use table;
table!(routes);
