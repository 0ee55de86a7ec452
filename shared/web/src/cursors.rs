//! Cursors: the sealed position at which the rest of a list begins. A cursor can be neither read nor made up. It is
//! valid for the list that gave it out (route, partner, filters), and for a day.

use crate::parameters::Parameters;
use crate::problem::Problem;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use events::Refusal;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use texts::Code;

/// Time for which a cursor is valid.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Maximum length of a cursor; ours are under a third of it.
const MAX_LENGTH: usize = 2048;

/// The key that seals cursors, and the key before it, which opens those that are out.
#[derive(Debug)]
pub struct Cursors {
    key: RandomizedNonceKey,
    before: Option<RandomizedNonceKey>,
}

/// Content of a cursor: the item of the list after which the rest begins.
#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    /// Seconds since 1970.
    until: i64,
    behind: T,
}

impl Cursors {
    /// Makes the keys from secrets, that of now and that before; none if the cipher is not available.
    pub fn new(secret: &str, before: Option<&str>) -> Option<Cursors> {
        let key = |secret: &str| {
            let key = digest(&SHA256, secret.as_bytes());
            RandomizedNonceKey::new(&AES_256_GCM, key.as_ref()).ok()
        };
        Some(Cursors { key: key(secret)?, before: before.and_then(key) })
    }

    /// The pages of one list at a moment. The list is that of a route, of the partner or contract that `id` names, and
    /// of the parameters that narrow it down.
    pub fn pages(&self, path: &str, id: &str, parameters: &Parameters, now: Timestamp) -> Pages<'_> {
        let list = serde_json::to_string(&(path, id, parameters.filters())).unwrap_or_default();
        Pages { cursors: self, list, now }
    }

    fn seal<T: Serialize>(&self, list: &str, place: &Sealed<T>) -> Option<String> {
        let mut sealed = serde_json::to_vec(place).ok()?;
        let nonce = self.key.seal_in_place_append_tag(Aad::from(list), &mut sealed).ok()?;
        Some(BASE64_URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &sealed].concat()))
    }

    fn open<T: DeserializeOwned>(&self, list: &str, cursor: &str, now: Timestamp) -> Option<T> {
        let sealed = Some(cursor).filter(|cursor| cursor.len() <= MAX_LENGTH)?;
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let place = [Some(&self.key), self.before.as_ref()].into_iter().flatten().find_map(|key| {
            let mut sealed = sealed.to_vec();
            let length = key.open_in_place(Nonce::from(nonce), Aad::from(list), &mut sealed).ok()?.len();
            sealed.truncate(length);
            Some(sealed)
        })?;
        let Sealed { until, behind } = serde_json::from_slice(&place).ok()?;
        (now.as_second() < until).then_some(behind)
    }
}

/// The pages of one list.
#[derive(Debug)]
pub struct Pages<'a> {
    cursors: &'a Cursors,
    list: String,
    now: Timestamp,
}

impl Pages<'_> {
    /// Reads the position at which the requested page begins.
    pub fn after<T: DeserializeOwned>(&self, parameters: &mut Parameters) -> Result<Option<T>, Refusal> {
        let Some(cursor) = parameters.take("cursor") else { return Ok(None) };
        let place = self.cursors.open(&self.list, &cursor, self.now);
        place.map(Some).ok_or_else(|| Refusal::new("cursor", Code::CursorInvalid))
    }

    /// The cursor of the next page, if there is one.
    pub fn next<T: Serialize>(&self, behind: Option<T>) -> Result<Option<String>, Problem> {
        let Some(behind) = behind else { return Ok(None) };
        let until = (self.now + LIFETIME).as_second();
        let cursor = self.cursors.seal(&self.list, &Sealed { until, behind });
        cursor.map(Some).ok_or_else(|| Problem::internal(Code::CursorNotMade))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::store::IndexKey;
    use serde_json::json;

    const LIST: &str = "a list";

    fn key() -> IndexKey {
        serde_json::from_value(json!({ "gsk": "2026-01-31#C-1#01", "pk": "CONTRACT#C-1", "sk": "TERM#01" })).unwrap()
    }

    fn sealed(cursors: &Cursors, now: Timestamp) -> String {
        cursors.seal(LIST, &Sealed { until: (now + LIFETIME).as_second(), behind: key() }).unwrap()
    }

    #[test]
    fn a_cursor_is_good_for_a_day() {
        let cursors = Cursors::new("secret", None).unwrap();
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        let cursor = sealed(&cursors, now);
        let second = SignedDuration::from_secs(1);
        for (then, good) in
            [(now, true), (now + LIFETIME - second, true), (now + LIFETIME, false), (now + LIFETIME * 365, false)]
        {
            assert_eq!(cursors.open(LIST, &cursor, then), good.then(key), "{then}");
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_list_and_its_key() {
        let cursors = Cursors::new("secret", None).unwrap();
        let now = runtime::now();
        let cursor = sealed(&cursors, now);
        assert_eq!(cursors.open(LIST, &cursor, now), Some(key()));
        assert_eq!(cursors.open::<IndexKey>("another list", &cursor, now), None);
        assert_eq!(Cursors::new("Secret", None).unwrap().open::<IndexKey>(LIST, &cursor, now), None);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("CONTRACT#"), "nothing can be read");
        assert_ne!(sealed(&cursors, now), cursor, "nothing can be compared");
    }

    #[test]
    fn a_cursor_of_the_key_before_is_good_and_an_older_one_is_not() {
        let now = runtime::now();
        let [first, second, third] = [("1", None), ("2", Some("1")), ("3", Some("2"))]
            .map(|(secret, before)| Cursors::new(secret, before).unwrap());
        let cursor = sealed(&first, now);
        let opened = |cursors: &Cursors| cursors.open::<IndexKey>(LIST, &cursor, now);
        assert_eq!([opened(&first), opened(&second), opened(&third)], [Some(key()), Some(key()), None]);
        let cursor = sealed(&second, now);
        assert_eq!(first.open::<IndexKey>(LIST, &cursor, now), None, "it is sealed with the new key");
    }

    #[test]
    fn no_bit_of_a_cursor_can_be_changed() {
        let cursors = Cursors::new("secret", None).unwrap();
        let now = runtime::now();
        let cursor = sealed(&cursors, now);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            *changed.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
            assert_eq!(cursors.open::<IndexKey>(LIST, &BASE64_URL_SAFE_NO_PAD.encode(changed), now), None, "bit {bit}");
        }
        for length in 0..bytes.len() {
            let cut = bytes.get(..length).unwrap();
            assert_eq!(
                cursors.open::<IndexKey>(LIST, &BASE64_URL_SAFE_NO_PAD.encode(cut), now),
                None,
                "{length} bytes"
            );
        }
    }
}
