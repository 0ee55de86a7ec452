//! Short links that sign a browser in: `/as/<code>` leads to the page with a new token in its fragment, `/as/<code>/try`
//! to that of trials. A code is known to whoever started the stack, and to nobody else.

use crate::tokens::{self, Role, Tokens};
use crate::trial;
use aws_lc_rs::error::Unspecified;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

const PREFIX: &str = "/as/";
/// Bytes of a code.
const BYTES: usize = 6;

/// The codes that were given out, each for a role.
#[derive(Debug)]
pub struct Visits {
    tokens: Arc<Tokens>,
    codes: Mutex<BTreeMap<String, Role>>,
}

impl Visits {
    pub fn new(tokens: Arc<Tokens>) -> Visits {
        Visits { tokens, codes: Mutex::default() }
    }

    /// The path of a link for a role.
    pub fn path(&self, role: Role) -> Result<String, Unspecified> {
        let mut bytes = [0; BYTES];
        aws_lc_rs::rand::fill(&mut bytes)?;
        let code = bytes.iter().fold(String::new(), |mut code, byte| {
            let _ = write!(code, "{byte:02x}");
            code
        });
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(code.clone(), role);
        Ok(format!("{PREFIX}{code}"))
    }

    /// The answer to a link; none: the path is none.
    pub(crate) fn answer(&self, path: &str) -> Option<Response> {
        let rest = path.strip_prefix(PREFIX)?;
        let (code, page) = match rest.strip_suffix(trial::PATH) {
            Some(code) => (code, trial::PATH),
            None => (rest, "/"),
        };
        let role = self.codes.lock().unwrap_or_else(PoisonError::into_inner).get(code).cloned()?;
        let token = self.tokens.mint(&role, tokens::LIFETIME).ok()?;
        let headers =
            [(header::LOCATION, format!("{page}#token={token}")), (header::CACHE_CONTROL, "no-store".to_owned())];
        Some((StatusCode::SEE_OTHER, headers).into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_signs_in_as_whom_it_was_made_for() {
        let tokens = Arc::new(Tokens::first(tempfile::tempdir().unwrap().path(), "https://i", "a").unwrap());
        let visits = Visits::new(Arc::clone(&tokens));
        let path = visits.path(Role::Partner("P-1".parse().unwrap())).unwrap();
        assert_ne!(path, visits.path(Role::Admin).unwrap());
        let answer = visits.answer(&path).unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let location = answer.headers()[header::LOCATION].to_str().unwrap();
        let claims = tokens.verified(location.strip_prefix("/#token=").unwrap()).unwrap();
        assert_eq!(claims["partner_id"], "P-1");
        let answer = visits.answer(&format!("{path}/try")).unwrap();
        assert!(answer.headers()[header::LOCATION].to_str().unwrap().starts_with("/try#token=ey"));
        for path in ["/", "/as/", "/as/000000000000", "/as", "/as/try", &format!("{path}/else")] {
            assert!(visits.answer(path).is_none(), "{path}");
        }
    }
}
