//! Ids, query parameters and headers: parsed, or refused by name.

use crate::preferences::{Match, preferred};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use events::Refusal;
use rules::label::MAX_LABEL;
use rules::programme::Language;
use rules::{Day, Month};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use texts::{Code, Notice};

/// Default number of items on a page.
const DEFAULT_LIMIT: usize = 100;
/// Maximum number of items on a page.
pub const MAX_LIMIT: usize = 500;
/// Maximum number of months in one summary.
pub const MAX_MONTHS: usize = 36;
/// Parameters of how a list is shown, which do not filter it.
const NO_FILTERS: [&str; 3] = ["cursor", "lang", "limit"];

/// An id from the path.
pub fn id<T: FromStr<Err: Into<Notice>>>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|error: T::Err| Refusal::new("id", error))
}

/// A whole number from the path or the query.
pub fn number_in<T>(name: &str, text: &str, range: RangeInclusive<T>) -> Result<T, Refusal>
where
    T: FromStr + PartialOrd + Display,
{
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        Refusal::new(name, Code::NotInRange { least: least.to_string(), most: most.to_string() })
    })
}

/// A body as text.
pub fn utf8(body: &[u8]) -> Result<&str, Refusal> {
    std::str::from_utf8(body).map_err(|_| Refusal::new("body", Code::NotUtf8))
}

/// The query parameters of a request. Each is taken once; those left over are refused.
pub struct Parameters {
    left: BTreeMap<String, String>,
    filters: BTreeMap<String, String>,
    accepted: Language,
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Parameters, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Parameters::read(pairs, accepted_language(&parts.headers))?)
    }
}

impl Parameters {
    fn read(pairs: Vec<(String, String)>, accepted: Language) -> Result<Parameters, Refusal> {
        let mut left = BTreeMap::new();
        for (name, value) in pairs {
            if left.insert(name.clone(), value).is_some() {
                return Err(Refusal::new(name, Code::GivenTwice));
            }
        }
        let mut filters = left.clone();
        filters.retain(|name, _| !NO_FILTERS.contains(&name.as_str()));
        Ok(Parameters { left, filters, accepted })
    }

    /// The parameters that filter a list, taken or not.
    pub fn filters(&self) -> &BTreeMap<String, String> {
        &self.filters
    }

    /// The text of a parameter.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.left.remove(name)
    }

    pub fn parsed<T: FromStr<Err: Into<Notice>>>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let value = self.left.remove(name).map(|text| text.parse());
        value.transpose().map_err(|error: T::Err| Refusal::new(name, error))
    }

    /// `from` and `to`, both included.
    pub fn period(&mut self) -> Result<(Day, Day), Refusal> {
        let from = self.parsed("from")?.unwrap_or(Day::MIN);
        let to = self.parsed("to")?.unwrap_or(Day::MAX);
        if from > to {
            return Err(Refusal::new("to", Code::BeforeFrom));
        }
        Ok((from, to))
    }

    /// Reads an optional day.
    pub fn day(&mut self, name: &str) -> Result<Option<Day>, Refusal> {
        self.parsed(name)
    }

    /// Reads a required month.
    pub fn month(&mut self) -> Result<Month, Refusal> {
        self.parsed("month")?.ok_or_else(|| Refusal::new("month", Code::MonthMissing))
    }

    /// Reads `from` and `to`, months, both included; by default the current month.
    pub fn months(&mut self, today: Option<Day>) -> Result<(Month, Month), Refusal> {
        let current = today.unwrap_or(Day::MAX).into();
        let (from, to): (Option<Month>, Option<Month>) = (self.parsed("from")?, self.parsed("to")?);
        let given = to.is_some();
        let from = from.or(to).unwrap_or(current);
        let to = to.unwrap_or(from.max(current));
        if from > to {
            return Err(Refusal::new("to", Code::BeforeFrom));
        }
        let months = std::iter::successors(Some(from), |month| month.next()).take_while(|month| *month <= to);
        if months.take(MAX_MONTHS + 1).count() > MAX_MONTHS {
            let (name, code) = if given {
                ("to", Code::TooManyMonths { most: MAX_MONTHS })
            } else {
                ("from", Code::TooLongAgo { most: MAX_MONTHS })
            };
            return Err(Refusal::new(name, code));
        }
        Ok((from, to))
    }

    /// Reads a text to search for; empty by default.
    pub fn text(&mut self, name: &str) -> Result<String, Refusal> {
        let text = self.left.remove(name).unwrap_or_default();
        if text.chars().count() > MAX_LABEL {
            return Err(Refusal::new(name, Code::TooLong { most: MAX_LABEL }));
        }
        Ok(text)
    }

    /// Reads a list of these values, with commas between them; says of each whether it is in the list.
    pub fn flags<const N: usize>(&mut self, name: &str, values: [&str; N]) -> Result<[bool; N], Refusal> {
        let Some(given) = self.left.remove(name) else { return Ok([false; N]) };
        let given: Vec<&str> = given.split(',').collect();
        if given.iter().any(|one| !values.contains(one)) {
            return Err(Refusal::new(name, Code::NotTheValue { value: values.join(", ") }));
        }
        Ok(values.map(|value| given.contains(&value)))
    }

    pub fn limit(&mut self) -> Result<usize, Refusal> {
        self.limit_or(DEFAULT_LIMIT)
    }

    /// Reads the number of items on a page, or takes this default.
    pub fn limit_or(&mut self, default: usize) -> Result<usize, Refusal> {
        let limit = self.left.remove("limit").map(|text| number_in("limit", &text, 1..=MAX_LIMIT));
        limit.unwrap_or(Ok(default))
    }

    /// Reads `lang`; else takes the browser's preferred language, else English.
    pub fn language(&mut self) -> Result<Language, Refusal> {
        Ok(self.chosen_language()?.unwrap_or(self.accepted))
    }

    fn chosen_language(&mut self) -> Result<Option<Language>, Refusal> {
        match self.left.remove("lang").as_deref().map(named) {
            Some(Some(language)) => Ok(Some(language)),
            Some(None) => Err(Refusal::new("lang", Code::NotALanguage)),
            None => Ok(None),
        }
    }

    /// Refuses parameters that the route does not have. `lang` is always allowed, even if the answer has no text.
    pub fn done(mut self) -> Result<(), Refusal> {
        self.chosen_language()?;
        match self.left.into_keys().next() {
            Some(name) => Err(Refusal::new(name, Code::NotAParameter)),
            None => Ok(()),
        }
    }
}

/// Finds the language of a request that may have been refused before its parameters were read.
pub fn language_of(uri: &Uri, headers: &HeaderMap) -> Language {
    let chosen = uri.query().unwrap_or("").split('&').find_map(|pair| named(pair.strip_prefix("lang=")?));
    chosen.unwrap_or_else(|| accepted_language(headers))
}

fn named(name: &str) -> Option<Language> {
    match name {
        "fr" => Some(Language::Fr),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The language that `Accept-Language` prefers; English without a preference.
fn accepted_language(headers: &HeaderMap) -> Language {
    let matches = |language: Language, range: &str| match range {
        "*" => Some(Match::Wildcard),
        _ => (named(range.split('-').next()?)? == language).then_some(Match::Exact),
    };
    preferred(headers, header::ACCEPT_LANGUAGE, &[Language::En, Language::Fr], matches).unwrap_or(Language::En)
}
