//! The identity provider of the local stack (OpenID Connect Core 1.0: code with PKCE, refresh tokens, logout), under
//! `/identity` of the HTTP API's port. Whoever comes chooses whom to be; nobody is asked for a password.

mod authorization;
mod discovery;
mod exchange;
mod grants;
mod pages;
mod parameters;
mod people;
mod words;

use crate::tokens::{CLIENT_ID, IDENTITY, Tokens};
use authorization::{Authorization, Prompt, Refusal, Wrong};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use grants::{Grants, Wanted};
use jiff::Timestamp;
use machine::secrets;
use maud::Markup;
use parameters::{Parameters, url};
use people::Person;
use std::io::{Error, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The identity provider.
#[derive(Debug)]
pub struct Provider {
    /// The address of the page, which is also where sign-in leads.
    page: String,
    /// The name of the session's cookie: cookies do not know ports, and each stack has a port of its own.
    cookie: String,
    tokens: Arc<Tokens>,
    /// The name of the partner that has a member to be.
    partner: Mutex<Option<String>>,
    grants: Mutex<Grants>,
}

/// A request under [`IDENTITY`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a Method,
    /// The path after [`IDENTITY`].
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// The path of the page on which people choose who signs in, and of its forms.
const PEOPLE: &str = "/";
/// Length of a secret name, in letters and digits.
const SECRET: usize = 43;

/// The policy of the pages: their style, and forms that lead to where they came from.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // A form of these pages says whose it is.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

impl Provider {
    /// The provider of the stack whose HTTP API has this URL.
    pub fn new(api_url: &str, tokens: Arc<Tokens>) -> Provider {
        let port = api_url.rsplit(':').next().unwrap_or_default();
        Provider {
            page: format!("{api_url}/"),
            cookie: format!("identity-{port}"),
            tokens,
            partner: Mutex::default(),
            grants: Mutex::default(),
        }
    }

    /// Shows the member of a partner among the people to choose from.
    pub fn show_partner(&self, name: &str) {
        *self.partner.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.to_owned());
    }

    /// The answer to a request; none: the path leads nowhere.
    pub(crate) fn answer(&self, request: Request<'_>, now: Timestamp) -> Option<Response> {
        let is_read = [Method::GET, Method::HEAD].contains(request.method);
        let is_form = request.method == Method::POST;
        let answered = match request.path {
            "" if is_read => Ok(see_other(&format!("{IDENTITY}{PEOPLE}"))),
            PEOPLE if is_read => Ok(self.people(request, None)),
            PEOPLE if is_form => self.choose(request, now),
            discovery::PATH if is_read => Ok(axum::Json(discovery::document(self.tokens.issuer())).into_response()),
            discovery::KEYS if is_read => Ok(axum::Json(discovery::keys(&self.tokens)).into_response()),
            discovery::AUTHORIZE if is_read => self.authorize(request, now),
            discovery::TOKEN if is_form => {
                exchange::answer(request.body, &self.page, &self.tokens, &mut self.grants(), now)
            }
            discovery::LOGOUT if is_read => Ok(self.log_out(request, request.query.as_bytes())),
            discovery::LOGOUT if is_form => Ok(self.log_out(request, request.body)),
            pages::STYLE_PATH if is_read => {
                Ok(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], pages::STYLE).into_response())
            }
            _ => return None,
        };
        let mut answer = answered.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
        answer.headers_mut().extend(HEADERS);
        Some(answer)
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page of people; their forms carry the request on that they are asked for.
    fn people(&self, request: Request<'_>, problem: Option<Wrong>) -> Response {
        let language = words::language(request.headers);
        let partner = self.partner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let action = match request.query {
            "" => format!("{IDENTITY}{PEOPLE}"),
            query => format!("{IDENTITY}{PEOPLE}?{query}"),
        };
        let said = problem.map(|wrong| words::wrong(wrong, &self.page, language));
        let status = problem.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
        page(status, &pages::people(partner.as_deref(), &action, said.as_deref(), language))
    }

    fn wrong(&self, request: Request<'_>, wrong: Wrong) -> Response {
        page(StatusCode::BAD_REQUEST, &pages::wrong(wrong, &self.page, words::language(request.headers)))
    }

    /// The session of a browser.
    fn session(&self, request: Request<'_>, now: Timestamp) -> Option<String> {
        let cookies = request.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, session) = pairs.find(|(name, _)| *name == self.cookie)?;
        self.grants().has_session(session, now).then(|| session.to_owned())
    }

    fn authorize(&self, request: Request<'_>, now: Timestamp) -> Result<Response> {
        let wanted = match self.wanted(request) {
            Ok(wanted) => wanted,
            Err(refusal) => return Ok(self.refused(request, refusal)),
        };
        match (wanted.prompt, self.session(request, now)) {
            (Prompt::Never | Prompt::IfNeeded, Some(session)) => self.give_code(session, wanted, now),
            (Prompt::Never, None) => Ok(self.refused(
                request,
                Refusal::AtClient { error: "login_required", description: "nobody is signed in", state: wanted.state },
            )),
            (Prompt::IfNeeded, None) | (Prompt::Always, _) => Ok(self.people(request, None)),
        }
    }

    fn wanted(&self, request: Request<'_>) -> std::result::Result<Authorization, Refusal> {
        let parameters = Parameters::read(request.query.as_bytes()).map_err(|_| Refusal::OnPage(Wrong::Repeated))?;
        authorization::read(&parameters, &self.page)
    }

    fn refused(&self, request: Request<'_>, refusal: Refusal) -> Response {
        match refusal {
            Refusal::OnPage(wrong) => self.wrong(request, wrong),
            Refusal::AtClient { error, description, state } => self.lead_back(&[
                ("error", Some(error)),
                ("error_description", Some(description)),
                ("state", state.as_deref()),
            ]),
        }
    }

    fn give_code(&self, session: String, wanted: Authorization, now: Timestamp) -> Result<Response> {
        let Authorization { state, nonce, challenge, prompt: _ } = wanted;
        let code = secret()?;
        self.grants().give_code(code.clone(), Wanted { session, challenge, nonce }, now);
        Ok(self.lead_back(&[("code", Some(&code)), ("state", state.as_deref())]))
    }

    /// Leads back to the page, and says who does (RFC 9207).
    fn lead_back(&self, parameters: &[(&str, Option<&str>)]) -> Response {
        let parameters = [parameters, &[("iss", Some(self.tokens.issuer()))]].concat();
        see_other(&url(&self.page, &parameters))
    }

    /// Signs somebody in, and goes on with what was asked; without that, to the page.
    fn choose(&self, request: Request<'_>, now: Timestamp) -> Result<Response> {
        if !self.is_of_this_site(request.headers) {
            return Ok(self.wrong(request, Wrong::OtherSite));
        }
        let form = Parameters::read(request.body).unwrap_or_default();
        let Some(person) = form.get("subject").and_then(Person::of) else {
            return Ok(self.people(request, Some(Wrong::Name)));
        };
        let wanted = match request.query {
            "" => None,
            _ => match self.wanted(request) {
                Ok(wanted) => Some(wanted),
                Err(refusal) => return Ok(self.refused(request, refusal)),
            },
        };
        let session = secret()?;
        if let Some(before) = self.session(request, now) {
            self.grants().end_session(&before);
        }
        self.grants().begin_session(session.clone(), person.subject().to_owned(), now);
        let cookie = self.cookie_of(&session, "");
        let answer = match wanted {
            Some(wanted) => self.give_code(session, wanted, now)?,
            None => see_other(&self.page),
        };
        Ok(([(header::SET_COOKIE, cookie)], answer).into_response())
    }

    /// Whether a form comes from a page of this provider: nobody else signs a browser in as somebody.
    fn is_of_this_site(&self, headers: &HeaderMap) -> bool {
        let origin = self.page.trim_end_matches('/');
        headers.get(header::ORIGIN).is_none_or(|from| from.as_bytes() == origin.as_bytes())
    }

    fn cookie_of(&self, session: &str, end: &str) -> String {
        format!("{}={session}; Path={IDENTITY}; HttpOnly; SameSite=Lax{end}", self.cookie)
    }

    /// Signs a browser out that comes from the page (RP-Initiated Logout 1.0), by an address or by a form.
    fn log_out(&self, request: Request<'_>, parameters: &[u8]) -> Response {
        let Ok(parameters) = Parameters::read(parameters) else {
            return self.wrong(request, Wrong::Repeated);
        };
        let hint = parameters.get("id_token_hint").and_then(|token| self.tokens.of_this_key(token));
        let is_ours =
            |name: &str, expected: &str| hint.as_ref().and_then(|claims| claims.get(name)?.as_str()) == Some(expected);
        // Without an ID token the page says who it is by its client id.
        let is_of_page = match parameters.get("id_token_hint") {
            Some(_) => is_ours("iss", self.tokens.issuer()) && is_ours("aud", CLIENT_ID),
            None => parameters.get("client_id") == Some(CLIENT_ID),
        };
        if !is_of_page {
            return self.wrong(request, Wrong::Hint);
        }
        if parameters.get("post_logout_redirect_uri").is_some_and(|uri| uri != self.page) {
            return self.wrong(request, Wrong::LogoutUri);
        }
        if let Some(session) = self.session(request, Timestamp::MIN) {
            self.grants().end_session(&session);
        }
        let cookie = self.cookie_of("", "; Max-Age=0");
        ([(header::SET_COOKIE, cookie)], see_other(&url(&self.page, &[("state", parameters.get("state"))])))
            .into_response()
    }
}

/// A new secret name.
fn secret() -> Result<String> {
    String::from_utf8(secrets::password(SECRET)?).map_err(Error::other)
}

fn page(status: StatusCode, content: &Markup) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, html, content.0.clone()).into_response()
}

fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests;
