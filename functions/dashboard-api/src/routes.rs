//! Routes: name, method, path, audience and handler of each, stated here and nowhere else. This table makes the router,
//! the `OpenAPI` document, and the lists that tests compare with the template and with the table of access.

use axum::http::Method;

/// Gives the table to a macro.
macro_rules! table {
    ($with:ident) => {
        $with! {
            Index: GET "/", Public => page::index;
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

/// Audience of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone, without a token.
    Public,
    /// Everyone with a token, members or not.
    Identified,
    /// Members; a partner's member for its partner's data.
    Members,
    /// Managers, and partner's members for their partner.
    Reporters,
    /// Managers and accountants.
    Readers,
    Managers,
}

impl Audience {
    /// The audience in words, for the description of the API.
    pub fn in_words(self) -> &'static str {
        match self {
            Audience::Public => "everyone",
            Audience::Identified => "everyone with a token",
            Audience::Members => "every member; a partner's member for its partner",
            Audience::Reporters => "managers; a partner's member for its partner",
            Audience::Readers => "managers and accountants",
            Audience::Managers => "managers",
        }
    }
}

macro_rules! route {
    ($($name:ident: $method:ident $path:literal, $audience:ident => $handler:expr;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Route {
            $(
                #[doc = concat!("`", stringify!($method), " ", $path, "`")]
                $name,
            )*
        }

        impl Route {
            /// All routes.
            pub const ALL: &[Route] = &[$(Route::$name),*];

            pub fn method(self) -> Method {
                match self {
                    $(Route::$name => Method::$method,)*
                }
            }

            /// The path, with the names of its parameters in braces.
            pub fn path(self) -> &'static str {
                match self {
                    $(Route::$name => $path,)*
                }
            }

            pub fn audience(self) -> Audience {
                match self {
                    $(Route::$name => Audience::$audience,)*
                }
            }
        }
    };
}
table!(route);

impl Route {
    /// The names of the path's parameters, in their order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.path().split('/').filter_map(name)
    }

    /// The path with a value in place of each parameter, in their order.
    pub fn path_of(self, values: &[&str]) -> String {
        let mut values = values.iter();
        let parts = self.path().split('/').map(|part| match name(part) {
            Some(_) => values.next().copied().unwrap_or_default(),
            None => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

fn name(part: &'static str) -> Option<&'static str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_filled_in_order() {
        let path = Route::ChooseAdjustment.path_of(&["C", "2", "credit-notes", "N", "1"]);
        assert_eq!(path, "/contracts/C/terms/2/credit-notes/N/choices/1");
        let names: Vec<_> = Route::ChooseAdjustment.names().collect();
        assert_eq!(names, ["id", "term", "kind", "adjustment", "number"]);
        assert_eq!(Route::Summary.path_of(&[]), "/summary");
    }
}
