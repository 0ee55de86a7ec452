//! The XML of documents as it was issued (§8.5): stored with its document, compressed, so that no later release changes it.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The best compression: a document is written once.
const BEST: u8 = 10;
/// The largest XML that is read, in bytes: a document of 500 lines has a third of it.
const MOST: usize = 1024 * 1024;

/// The XML of a document, compressed. It is stored as bytes.
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
    pub(crate) fn of(xml: &str) -> Compressed {
        Compressed(compress_to_vec_zlib(xml.as_bytes(), BEST))
    }

    /// The text; none: a later release wrote it otherwise.
    pub(crate) fn text(&self) -> Option<String> {
        String::from_utf8(decompress_to_vec_zlib_with_limit(&self.0, MOST).ok()?).ok()
    }
}
