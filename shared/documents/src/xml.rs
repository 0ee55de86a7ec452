//! XML, written: a text gets in by being escaped only.

/// Elements side by side; none is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Xml(String);

impl Xml {
    /// The bytes of a file.
    pub(crate) fn into_file(self) -> String {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", self.0)
    }
}

impl FromIterator<Xml> for Xml {
    fn from_iter<I: IntoIterator<Item = Xml>>(all: I) -> Xml {
        Xml(all.into_iter().map(|xml| xml.0).collect())
    }
}

/// Attributes: names and values.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// An element with others in it.
pub(crate) fn element(name: &str, content: impl IntoIterator<Item = Xml>) -> Xml {
    written(name, &[], &content.into_iter().collect::<Xml>().0)
}

/// An element with attributes and others in it.
pub(crate) fn element_with(name: &str, attributes: Attributes<'_>, content: impl IntoIterator<Item = Xml>) -> Xml {
    written(name, attributes, &content.into_iter().collect::<Xml>().0)
}

/// An element with a text.
pub(crate) fn text(name: &str, text: &str) -> Xml {
    written(name, &[], &escaped(text))
}

/// An element with an attribute and a text.
pub(crate) fn text_with(name: &str, attribute: (&str, &str), text: &str) -> Xml {
    written(name, &[attribute], &escaped(text))
}

fn written(name: &str, attributes: Attributes<'_>, content: &str) -> Xml {
    let attribute = |(name, value): &(&str, &str)| format!(" {name}=\"{}\"", escaped(value));
    let attributes = attributes.iter().map(attribute).collect::<Vec<_>>().concat();
    Xml(format!("<{name}{attributes}>{content}</{name}>"))
}

/// A text of visible characters in XML: all of them are characters that XML has.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_and_an_attribute_are_escaped() {
        let xml = element("a", [text_with("b", ("c", "\"<&>"), "R&D <\"L'Été\">"), Xml::default(), text("d", "")]);
        let written = "<a><b c=\"&quot;&lt;&amp;&gt;\">R&amp;D &lt;&quot;L'Été&quot;&gt;</b><d></d></a>";
        assert_eq!(xml.into_file(), format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{written}\n"));
    }
}
