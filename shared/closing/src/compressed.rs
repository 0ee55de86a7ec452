//! Texts that are stored compressed: the XML of documents as it was issued (§8.5), so that no later release changes it; the lines
//! of long documents; the sums of an account.

use crate::dictionary::{self, BEST, MOST};
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A text, compressed. It is stored as bytes, in the format of zlib; that of an XML with a [dictionary].
#[derive(Debug)]
pub(crate) struct Compressed(Vec<u8>);

impl Serialize for Compressed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Compressed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Compressed, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Compressed;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Compressed, E> {
                Ok(Compressed(bytes.to_vec()))
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Compressed, E> {
                Ok(Compressed(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

impl Compressed {
    /// A text.
    pub(crate) fn of(text: &str) -> Compressed {
        Compressed(compress_to_vec_zlib(text.as_bytes(), BEST))
    }

    /// Lines as one text.
    pub(crate) fn of_lines(lines: &[String]) -> Compressed {
        Compressed::of(&lines.join("\n"))
    }

    /// The XML of a document.
    pub(crate) fn of_xml(xml: &str) -> Compressed {
        Compressed(dictionary::compress(xml.as_bytes()))
    }

    /// The text; none: a later release wrote it otherwise.
    pub(crate) fn text(&self) -> Option<String> {
        let plain = || decompress_to_vec_zlib_with_limit(&self.0, MOST).ok();
        String::from_utf8(dictionary::decompress(&self.0).or_else(plain)?).ok()
    }

    /// The lines of a text.
    pub(crate) fn lines(&self) -> Option<Vec<String>> {
        Some(self.text()?.lines().map(str::to_owned).collect())
    }

    /// The size in bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<ram:SellerTradeParty><ram:Name>L'Été</ram:Name></ram:SellerTradeParty>";

    #[test]
    fn a_text_is_read_as_it_was_compressed() {
        for text in ["", "a", XML, &"Été 12 ".repeat(100_000)] {
            assert_eq!(Compressed::of(text).text().as_deref(), Some(text));
            assert_eq!(Compressed::of_xml(text).text().as_deref(), Some(text));
        }
        let lines = ["a b".to_owned(), "c".to_owned()];
        assert_eq!(Compressed::of_lines(&lines).lines().as_deref(), Some(lines.as_slice()));
        assert_eq!(Compressed::of_lines(&[]).lines(), Some(Vec::new()));
    }

    #[test]
    fn what_is_changed_or_cut_is_not_read() {
        let Compressed(bytes) = Compressed::of_xml(XML);
        for n in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[n] ^= 1;
            assert_eq!(Compressed(changed).text(), None, "byte {n}");
            assert_eq!(Compressed(bytes[..n].to_vec()).text(), None, "cut at {n}");
        }
    }
}
