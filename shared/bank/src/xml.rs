//! XML, read: elements by their local names, bounded in size, number and depth, without a document type and entities.

use crate::error::{BankFileError, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, Place, Problem};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// The attribute `Ccy`.
    pub(crate) currency: Option<String>,
    /// Its own text, without that of the elements in it.
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The first element of a name in it.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The elements of a name in it.
    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at the end of a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The first of some elements that is there.
    pub(crate) fn either(&self, names: &[&str]) -> Option<&Element> {
        names.iter().find_map(|name| self.child(name))
    }

    /// Its own text without spaces around it.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text at the end of a path.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(Element::text)
    }
}

/// Reads a file, and returns its outermost element.
pub(crate) fn tree(bytes: &[u8]) -> Result<Element, BankFileError> {
    if bytes.len() > MAX_BYTES {
        return wrong(Place { line: 1, column: 1 }, Problem::TooLarge(bytes.len()));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).and_then(|before| std::str::from_utf8(before).ok());
            return wrong(Scan::default().after(before.unwrap_or_default()), Problem::NotUtf8);
        }
    };
    Builder::default().read(text)
}

fn wrong<T>(place: Place, problem: Problem) -> Result<T, BankFileError> {
    Err(BankFileError { place, problem })
}

/// The place reached, moved along the text once.
#[derive(Debug)]
struct Scan {
    offset: usize,
    place: Place,
}

impl Default for Scan {
    fn default() -> Scan {
        Scan { offset: 0, place: Place { line: 1, column: 1 } }
    }
}

impl Scan {
    /// The place after a text.
    fn after(mut self, text: &str) -> Place {
        self.to(text, text.len())
    }

    /// Moves on to an offset of the text.
    fn to(&mut self, text: &str, offset: usize) -> Place {
        for byte in text.as_bytes().get(self.offset..offset).unwrap_or_default() {
            let Place { line, column } = self.place;
            self.place =
                if *byte == b'\n' { Place { line: line + 1, column: 1 } } else { Place { line, column: column + 1 } };
        }
        self.offset = self.offset.max(offset);
        self.place
    }
}

/// The elements that are not ended yet, the outermost first.
#[derive(Debug, Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Builder {
    fn read(mut self, text: &str) -> Result<Element, BankFileError> {
        let (mut reader, mut scan) = (Reader::from_str(text), Scan::default());
        loop {
            let place = scan.to(text, usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                    return wrong(scan.to(text, at), Problem::Xml(said(&error)));
                }
            };
            match event {
                Event::Start(start) => self.start(&start, place)?,
                Event::Empty(start) => {
                    self.start(&start, place)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(content) => self.add(&content.xml10_content(), place)?,
                Event::CData(content) => self.add(&content.xml10_content(), place)?,
                Event::GeneralRef(reference) => self.refer(&reference, place)?,
                Event::DocType(_) => return wrong(place, Problem::Entity),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return self.finish(place),
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, place: Place) -> Result<(), BankFileError> {
        self.count += 1;
        if self.count > MAX_ELEMENTS {
            return wrong(place, Problem::TooMany);
        }
        if self.open.len() >= MAX_DEPTH {
            return wrong(place, Problem::TooDeep);
        }
        if self.open.is_empty() && self.root.is_some() {
            return wrong(place, Problem::Xml("a second outermost element".into()));
        }
        let currency = start.try_get_attribute("Ccy").map_err(|error| error.to_string());
        let currency = currency.or_else(|error| wrong(place, Problem::Xml(error)))?;
        self.open.push(Element {
            name: start.local_name().as_ref().to_owned(),
            place,
            currency: currency.map(|currency| currency.value.into_owned()),
            text: String::new(),
            children: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn add(&mut self, text: &str, place: Place) -> Result<(), BankFileError> {
        match self.open.last_mut() {
            Some(element) => element.text += text,
            None if text.trim().is_empty() => {}
            None => return wrong(place, Problem::Xml("text outside of the outermost element".into())),
        }
        Ok(())
    }

    /// A character, or one of the five entities that XML has of itself.
    fn refer(&mut self, reference: &BytesRef<'_>, place: Place) -> Result<(), BankFileError> {
        let char = match reference.resolve_char_ref() {
            Ok(char) => char,
            Err(error) => return wrong(place, Problem::Xml(said(&error))),
        };
        match (char, resolve_xml_entity(&reference.xml10_content())) {
            (Some(char), _) => self.add(char.encode_utf8(&mut [0; 4]), place),
            (None, Some(text)) => self.add(text, place),
            (None, None) => wrong(place, Problem::Entity),
        }
    }

    fn finish(self, place: Place) -> Result<Element, BankFileError> {
        match (self.open.last(), self.root) {
            (Some(open), _) => wrong(open.place, Problem::Xml("an element that is not ended".into())),
            (None, Some(root)) => Ok(root),
            (None, None) => wrong(place, Problem::Xml("no element".into())),
        }
    }
}

/// The kind of an error, without the texts of the file that the reader's own words quote.
fn said(error: &quick_xml::Error) -> String {
    let kind = match error {
        quick_xml::Error::Syntax(_) => "markup that does not end",
        quick_xml::Error::IllFormed(_) => "an end without its start, or a start without its end",
        quick_xml::Error::InvalidAttr(_) => "an attribute that is not written as one",
        quick_xml::Error::Escape(_) => "a reference to a character that there is not",
        quick_xml::Error::Io(_) | quick_xml::Error::Encoding(_) | quick_xml::Error::Namespace(_) => {
            "something unreadable"
        }
    };
    kind.to_owned()
}
