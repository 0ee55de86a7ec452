//! Sessions, codes and refresh tokens, in memory: they end with the stack.

use super::authorization::Challenge;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Lifetime of a code.
const CODE: SignedDuration = SignedDuration::from_mins(1);
/// Lifetime of a session, and of what it has led to.
const SESSION: SignedDuration = SignedDuration::from_hours(24);

/// Sessions, codes and renewals, by their secret names.
#[derive(Debug, Default)]
pub(super) struct Grants {
    sessions: BTreeMap<String, Session>,
    codes: BTreeMap<String, Code>,
    renewals: BTreeMap<String, Renewal>,
}

/// Somebody in a browser.
#[derive(Debug)]
struct Session {
    subject: String,
    ends: Timestamp,
}

/// A code, until its minute is over.
#[derive(Debug)]
struct Code {
    wanted: Wanted,
    ends: Timestamp,
    /// The renewal that it was exchanged for.
    spent_on: Option<String>,
}

/// The request for which a code is given.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) session: String,
    pub(super) challenge: Challenge,
    pub(super) nonce: Option<String>,
}

/// A chain of tokens that can be renewed, from the exchange of a code on.
#[derive(Debug)]
struct Renewal {
    session: String,
    subject: String,
    /// The refresh token that is good; those before it are not.
    secret: String,
    ends: Timestamp,
}

/// The bearer of tokens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) subject: String,
    pub(super) nonce: Option<String>,
    pub(super) refresh_token: String,
}

/// Two new secret names.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) id: String,
    pub(super) secret: String,
}

impl Grants {
    pub(super) fn begin_session(&mut self, id: String, subject: String, now: Timestamp) {
        self.forget(now);
        self.sessions.insert(id, Session { subject, ends: now + SESSION });
    }

    pub(super) fn has_session(&self, id: &str, now: Timestamp) -> bool {
        self.sessions.get(id).is_some_and(|session| now < session.ends)
    }

    /// Ends a session, and the renewals that it has led to.
    pub(super) fn end_session(&mut self, id: &str) {
        self.sessions.remove(id);
        self.codes.retain(|_, code| code.wanted.session != id);
        self.renewals.retain(|_, renewal| renewal.session != id);
    }

    pub(super) fn give_code(&mut self, code: String, wanted: Wanted, now: Timestamp) {
        self.codes.insert(code, Code { wanted, ends: now + CODE, spent_on: None });
    }

    /// Exchanges a code. Whoever comes with a code for the second time, or without its secret, ends what it was good for.
    pub(super) fn exchange(&mut self, code: &str, verifier: &str, names: Names, now: Timestamp) -> Option<Granted> {
        self.forget(now);
        let known = self.codes.get_mut(code)?;
        if let Some(renewal) = &known.spent_on {
            self.renewals.remove(renewal);
            return None;
        }
        known.spent_on = Some(names.id.clone());
        let Wanted { session, challenge, nonce } = known.wanted.clone();
        let subject = self.sessions.get(&session).filter(|_| challenge.is_met_by(verifier))?.subject.clone();
        let refresh_token = joined(&names);
        let renewal = Renewal { session, subject: subject.clone(), secret: names.secret, ends: now + SESSION };
        self.renewals.insert(names.id, renewal);
        Some(Granted { subject, nonce, refresh_token })
    }

    /// Exchanges a refresh token for the next. One that was exchanged before is somebody else's too: all end.
    pub(super) fn renew(&mut self, refresh_token: &str, secret: String, now: Timestamp) -> Option<Granted> {
        self.forget(now);
        let (id, shown) = refresh_token.split_once(BETWEEN)?;
        let renewal = self.renewals.get_mut(id)?;
        if renewal.secret != shown {
            self.renewals.remove(id);
            return None;
        }
        renewal.secret.clone_from(&secret);
        let refresh_token = joined(&Names { id: id.to_owned(), secret });
        Some(Granted { subject: renewal.subject.clone(), nonce: None, refresh_token })
    }

    /// Forgets what has ended.
    fn forget(&mut self, now: Timestamp) {
        self.sessions.retain(|_, session| now < session.ends);
        self.codes.retain(|_, code| now < code.ends);
        self.renewals.retain(|_, renewal| now < renewal.ends);
    }
}

const BETWEEN: char = '.';

fn joined(Names { id, secret }: &Names) -> String {
    format!("{id}{BETWEEN}{secret}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::authorization::tests::{CHALLENGE, VERIFIER};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn names(id: &str) -> Names {
        Names { id: id.to_owned(), secret: "one".to_owned() }
    }

    /// Somebody with a session, and a code of it, at the beginning.
    fn with_code() -> Grants {
        let mut grants = Grants::default();
        grants.begin_session("session".to_owned(), "manager".to_owned(), at(0));
        let (challenge, nonce) = (Challenge::of(CHALLENGE).unwrap(), Some("n".to_owned()));
        grants.give_code("code".to_owned(), Wanted { session: "session".to_owned(), challenge, nonce }, at(0));
        grants
    }

    #[test]
    fn a_code_is_good_once_for_a_minute_and_for_whoever_knows_its_secret() {
        let expected =
            Granted { subject: "manager".to_owned(), nonce: Some("n".to_owned()), refresh_token: "r.one".to_owned() };
        let mut grants = with_code();
        assert_eq!(grants.exchange("code", VERIFIER, names("r"), at(59)), Some(expected));
        assert!(with_code().exchange("code", VERIFIER, names("r"), at(60)).is_none());
        assert!(with_code().exchange("other", VERIFIER, names("r"), at(1)).is_none());
        // A guess at the secret uses the code up.
        let mut grants = with_code();
        assert!(grants.exchange("code", CHALLENGE, names("r"), at(1)).is_none());
        assert!(grants.exchange("code", VERIFIER, names("r"), at(1)).is_none());
        // Used for the second time, it ends what it was exchanged for.
        let mut grants = with_code();
        grants.exchange("code", VERIFIER, names("r"), at(1)).unwrap();
        assert!(grants.exchange("code", VERIFIER, names("q"), at(2)).is_none());
        assert!(grants.renew("r.one", "two".to_owned(), at(3)).is_none());
    }

    #[test]
    fn a_refresh_token_is_good_once_and_its_reuse_ends_all() {
        let mut grants = with_code();
        grants.exchange("code", VERIFIER, names("r"), at(1)).unwrap();
        let renewed = grants.renew("r.one", "two".to_owned(), at(600)).unwrap();
        assert_eq!((renewed.subject.as_str(), renewed.refresh_token.as_str()), ("manager", "r.two"));
        assert!(grants.renew("r.two", "three".to_owned(), at(1200)).is_some());
        assert!(grants.renew("r.two", "four".to_owned(), at(1201)).is_none());
        assert!(grants.renew("r.three", "five".to_owned(), at(1202)).is_none(), "it ended with the reuse");
        for text in ["", ".", "r", "r.", "other.one"] {
            assert!(with_code().renew(text, "two".to_owned(), at(1)).is_none(), "{text}");
        }
    }

    #[test]
    fn with_a_session_ends_what_it_has_led_to() {
        let day = 24 * 3600;
        let grants = with_code();
        assert!(grants.has_session("session", at(day - 1)) && !grants.has_session("session", at(day)));
        assert!(!grants.has_session("", at(0)) && !grants.has_session("other", at(0)));
        let mut grants = with_code();
        grants.exchange("code", VERIFIER, names("r"), at(1)).unwrap();
        grants.end_session("session");
        assert!(!grants.has_session("session", at(2)) && grants.renew("r.one", "two".to_owned(), at(2)).is_none());
        let mut grants = with_code();
        grants.end_session("session");
        assert!(grants.exchange("code", VERIFIER, names("r"), at(1)).is_none());
        let mut grants = with_code();
        grants.exchange("code", VERIFIER, names("r"), at(1)).unwrap();
        assert!(grants.renew("r.one", "two".to_owned(), at(day + 1)).is_none(), "a day is all");
    }
}
