//! Ids, query parameters and headers: parsed, or refused by name.

use crate::App;
use axum::http::{HeaderMap, header};
use events::Refusal;
use events::body::MAX_TEXT;
use rules::programme::Language;
use rules::{Day, Month};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

/// How many items a page has when nothing is said.
const DEFAULT_LIMIT: usize = 100;
/// How many it has at most.
pub(crate) const MAX_LIMIT: usize = 500;
/// How many months one summary covers at most.
pub(crate) const MAX_MONTHS: usize = 36;
/// What says how a list is shown, not what is in it.
const NO_FILTERS: [&str; 3] = ["cursor", "lang", "limit"];

/// An id from the path.
pub(crate) fn id<T: FromStr<Err: Display>>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|error: T::Err| Refusal::new("id", error))
}

/// The query parameters of a request. Each is taken once; what is left over is refused.
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(crate) fn read(pairs: Vec<(String, String)>) -> Result<Parameters, Refusal> {
        let mut parameters = BTreeMap::new();
        for (name, value) in pairs {
            if parameters.insert(name.clone(), value).is_some() {
                return Err(Refusal::new(name, "is given twice"));
            }
        }
        Ok(Parameters(parameters))
    }

    /// Everything that says what is in a list.
    pub(crate) fn filters(&self) -> BTreeMap<&str, &str> {
        let all = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(|(name, _)| !NO_FILTERS.contains(name)).collect()
    }

    /// The text of a parameter.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>, Refusal> {
        let value = self.0.remove(name).map(|text| text.parse());
        value.transpose().map_err(|error: T::Err| Refusal::new(name, error))
    }

    /// `from` and `to`, both included.
    pub(crate) fn period(&mut self) -> Result<(Day, Day), Refusal> {
        let from = self.parsed("from")?.unwrap_or(Day::MIN);
        let to = self.parsed("to")?.unwrap_or(Day::MAX);
        if from > to {
            return Err(Refusal::new("to", "is before from"));
        }
        Ok((from, to))
    }

    /// A day that may be given.
    pub(crate) fn day(&mut self, name: &str) -> Result<Option<Day>, Refusal> {
        self.parsed(name)
    }

    /// The month that must be given.
    pub(crate) fn month(&mut self) -> Result<Month, Refusal> {
        self.parsed("month")?.ok_or_else(|| Refusal::new("month", "is missing: YYYY-MM"))
    }

    /// `from` and `to`, months, both included; the current month when nothing is said.
    pub(crate) fn months(&mut self) -> Result<(Month, Month), Refusal> {
        let current = Day::try_from(App::today()).map_or(Day::MAX, |today| today).into();
        let (from, to): (Option<Month>, Option<Month>) = (self.parsed("from")?, self.parsed("to")?);
        let from = from.or(to).unwrap_or(current);
        let to = to.unwrap_or(from.max(current));
        if from > to {
            return Err(Refusal::new("to", "is before from"));
        }
        let months = std::iter::successors(Some(from), |month| month.next()).take_while(|month| *month <= to);
        if months.take(MAX_MONTHS + 1).count() > MAX_MONTHS {
            return Err(Refusal::new("to", format!("is more than {MAX_MONTHS} months after from")));
        }
        Ok((from, to))
    }

    /// A text to look for; empty when nothing is said.
    pub(crate) fn text(&mut self, name: &str) -> Result<String, Refusal> {
        let text = self.0.remove(name).unwrap_or_default();
        if text.chars().count() > MAX_TEXT {
            return Err(Refusal::new(name, format!("must be at most {MAX_TEXT} characters")));
        }
        Ok(text)
    }

    /// Whether something is asked for with its one value.
    pub(crate) fn flag(&mut self, name: &str, value: &str) -> Result<bool, Refusal> {
        match self.0.remove(name) {
            Some(given) if given == value => Ok(true),
            Some(_) => Err(Refusal::new(name, format!("must be {value}"))),
            None => Ok(false),
        }
    }

    pub(crate) fn limit(&mut self) -> Result<usize, Refusal> {
        let Some(text) = self.0.remove("limit") else { return Ok(DEFAULT_LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| Refusal::new("limit", format!("must be a whole number from 1 to {MAX_LIMIT}")))
    }

    /// `lang`, else what the browser prefers, else English.
    pub(crate) fn language(&mut self, headers: &HeaderMap) -> Result<Language, Refusal> {
        Ok(self.chosen_language()?.unwrap_or_else(|| accepted_language(headers)))
    }

    fn chosen_language(&mut self) -> Result<Option<Language>, Refusal> {
        match self.0.remove("lang").as_deref() {
            Some("fr") => Ok(Some(Language::Fr)),
            Some("en") => Ok(Some(Language::En)),
            Some(_) => Err(Refusal::new("lang", "must be fr or en")),
            None => Ok(None),
        }
    }

    /// Refuses whatever was not asked for. A language may be, even where nothing is said in one.
    pub(crate) fn done(mut self) -> Result<(), Refusal> {
        self.chosen_language()?;
        match self.0.into_keys().next() {
            Some(name) => Err(Refusal::new(name, "is no parameter of this path")),
            None => Ok(()),
        }
    }
}

/// The first of our languages in `Accept-Language`; browsers list them by preference.
fn accepted_language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let known = accepted.split(',').find_map(|range| {
        let tag = range.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        match tag.split('-').next() {
            Some("fr") => Some(Language::Fr),
            Some("en") => Some(Language::En),
            _ => None,
        }
    });
    known.unwrap_or(Language::En)
}
