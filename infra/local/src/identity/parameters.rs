//! Parameters of a query or a form.

use std::collections::BTreeMap;

/// The parameters, each given once (RFC 6749, 3.1). One without a value counts as not given.
#[derive(Debug, Default)]
pub(super) struct Parameters(BTreeMap<String, String>);

/// A parameter that was given twice.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeated;

impl Parameters {
    pub(super) fn read(text: &[u8]) -> Result<Parameters, Repeated> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text).into_owned() {
            if parameters.insert(name, value).is_some() {
                return Err(Repeated);
            }
        }
        parameters.retain(|_, value| !value.is_empty());
        Ok(Parameters(parameters))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A URL with parameters after it; those without a value are left out.
pub(super) fn url(base: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        query if query.is_empty() => base.to_owned(),
        query => format!("{base}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_and_those_without_a_value_not_at_all() {
        let parameters = Parameters::read(b"a=1&b=&c=x%20y+z&d").unwrap();
        assert_eq!(["a", "b", "c", "d"].map(|name| parameters.get(name)), [Some("1"), None, Some("x y z"), None]);
        assert_eq!(Parameters::read(b"a=1&b=2&a=1").unwrap_err(), Repeated);
        assert_eq!(Parameters::read(b"a=&a=1").unwrap_err(), Repeated);
    }

    #[test]
    fn a_url_takes_what_there_is() {
        assert_eq!(url("http://a/", &[("state", None)]), "http://a/");
        assert_eq!(
            url("http://a/", &[("code", Some("c")), ("s", None), ("t", Some("&="))]),
            "http://a/?code=c&t=%26%3D"
        );
    }
}
