//! Routes: name, method, path, audience and handler of each, stated here and nowhere else. This table makes the router,
//! the `OpenAPI` document, and the lists that tests compare with the template and with the table of access.

use web::routes;

/// Gives the table to a macro.
macro_rules! table {
    ($with:ident) => {
        $with! {
            Index: GET "/", Public => page::index::<S>;
            PageFile: GET "/page/{file}", Public => page::show;
            Config: GET "/config.json", Public => page::config::<S>;
            Description: GET "/openapi.json", Public => page::openapi;
            Programme: GET "/programme", Members => programme::show;
            Partners: GET "/partners", Readers => partners::list::<S>;
            Partner: GET "/partners/{id}", Members => partners::show::<S>;
            Register: PUT "/partners/{id}", Managers => registration::register::<S>;
            PartnerFile: GET "/partners/{id}/file", Readers => partner_file::show::<S>;
            WritePartnerFile: PUT "/partners/{id}/file", Managers => partner_file::write::<S>;
            SetYearAside: PUT "/partners/{id}/agreements/{starts_on}/years/{n}/set-aside", Managers => minimum_sales::set_aside::<S>;
            History: GET "/partners/{id}/history", Readers => journal::history::<S>;
            Entries: GET "/partners/{id}/entries", Members => entries::list::<S>;
            Contracts: GET "/partners/{id}/contracts", Members => contracts::list::<S>;
            PartnerInquiries: GET "/partners/{id}/inquiries", Members => inquiries::of_partner::<S>;
            Inquire: PUT "/partners/{id}/inquiries/{inquiry}", Reporters => inquiries::inquire::<S>;
            AnswerInquiry: PUT "/partners/{id}/inquiries/{inquiry}/answer", Managers => inquiries::answer::<S>;
            RecordPerk: PUT "/partners/{id}/perks/{perk}/days/{day}", Managers => perks::record::<S>;
            Statement: GET "/partners/{id}/statement", Members => statement::show::<S>;
            PartnerSummary: GET "/partners/{id}/summary", Members => summary::of_partner::<S>;
            Summary: GET "/summary", Readers => summary::of_everyone::<S>;
            Simulate: POST "/simulations", Readers => simulations::run::<S>;
            Contract: GET "/contracts/{id}", Members => contracts::show::<S>;
            ChooseAnnuity: PUT "/contracts/{id}/terms/{term}/choices/{number}", Managers => choices::of_annuity::<S>;
            ChooseAdjustment: PUT "/contracts/{id}/terms/{term}/{kind}/{adjustment}/choices/{number}", Managers => choices::of_adjustment::<S>;
            ChooseEnd: PUT "/contracts/{id}/end/choices/{number}", Managers => choices::of_end::<S>;
            StateAnnuity: PUT "/contracts/{id}/terms/{term}/stated/{number}", Managers => stated::of_annuity::<S>;
            StateAdjustment: PUT "/contracts/{id}/terms/{term}/{kind}/{adjustment}/stated/{number}", Managers => stated::of_adjustment::<S>;
            Attention: GET "/attention", Readers => attention::list::<S>;
            Inquiries: GET "/inquiries", Readers => inquiries::list::<S>;
            Me: GET "/me", Members => members::me::<S>;
            AcceptInvitation: PUT "/me/invitation", Identified => invitations::accept::<S>;
            Journal: GET "/journal", Readers => journal::list::<S>;
            Members: GET "/members", Readers => members::list::<S>;
            GrantRole: POST "/members", Managers => members::grant::<S>;
            RevokeMember: DELETE "/members/{member}", Managers => members::revoke::<S>;
            Invitations: GET "/invitations", Readers => invitations::list::<S>;
            Invite: POST "/invitations", Managers => invitations::invite::<S>;
            InviteAgain: POST "/invitations/{invitation}/code", Managers => invitations::invite_again::<S>;
            RevokeInvitation: DELETE "/invitations/{invitation}", Managers => invitations::revoke::<S>;
            SetItemAside: PUT "/attention/{item}/set-aside", Managers => attention::set_aside::<S>;
        }
    };
}
pub(crate) use table;
table!(routes);
