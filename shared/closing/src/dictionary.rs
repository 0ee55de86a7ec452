//! Compression with a preset dictionary (zlib, RFC 1950): what the XML of all documents has in common is not stored with each, so
//! that a document's XML takes a quarter of the bytes. Any library of zlib reads it, given the dictionary.
//!
//! Every stored XML needs the dictionary as it is here, for ever: it never changes. Another one would be a second file, and the sum
//! before the compressed bytes says which of the two they need.

use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{self, DecompressorOxide};
use miniz_oxide::{MZ_ADLER32_INIT, mz_adler32_oxide};

/// The best compression: what is compressed is short, and is written once.
pub(crate) const BEST: u8 = 10;
/// The largest text that is read, in bytes: the XML of a document of 500 lines has a third of it.
pub(crate) const MOST: usize = 1024 * 1024;
/// The dictionary: parts of XML, those that are in every document last, so that they are near.
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");
/// The format, the best compression, and that a dictionary is needed.
const HEADER: [u8; 2] = [0x78, 0xF9];
/// No header and no sum: they are written here.
const RAW: i32 = 0;

fn sum(bytes: &[u8]) -> [u8; 4] {
    mz_adler32_oxide(MZ_ADLER32_INIT, bytes).to_be_bytes()
}

pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let flags = create_comp_flags_from_zip_params(BEST.into(), RAW, CompressionStrategy::Default as i32);
    let mut compressor = CompressorOxide::new(flags);
    // The bytes of the dictionary itself are left out; those that follow refer to what it says.
    compress_to_output(&mut compressor, DICTIONARY, TDEFLFlush::Sync, |_| true);
    let mut written = [HEADER.as_slice(), &sum(DICTIONARY)].concat();
    compress_to_output(&mut compressor, bytes, TDEFLFlush::Finish, |part| {
        written.extend_from_slice(part);
        true
    });
    written.extend(sum(bytes));
    written
}

/// The bytes; none: they were not compressed with this dictionary, or are not as they were.
pub(crate) fn decompress(written: &[u8]) -> Option<Vec<u8>> {
    let rest = written.strip_prefix(&HEADER)?.strip_prefix(&sum(DICTIONARY))?;
    let (compressed, sum_of_all) = rest.split_last_chunk::<4>()?;
    let mut all = DICTIONARY.to_vec();
    all.resize(DICTIONARY.len().saturating_add(MOST), 0);
    let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, read, length) =
        core::decompress(&mut DecompressorOxide::new(), compressed, &mut all, DICTIONARY.len(), flags);
    let mut bytes = all.split_off(DICTIONARY.len());
    bytes.truncate(length);
    let is_whole = status == TINFLStatus::Done && read == compressed.len() && sum(&bytes) == *sum_of_all;
    is_whole.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_the_one_that_stored_documents_need() {
        assert_eq!(u32::from_be_bytes(sum(DICTIONARY)), 991_449_798);
        assert_eq!((u16::from(HEADER[0]) * 256 + u16::from(HEADER[1])) % 31, 0);
        assert_eq!(DICTIONARY.len(), 17_929);
    }
}
