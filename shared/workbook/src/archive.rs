//! The container of a workbook: a ZIP archive (APPNOTE 6.3) of compressed files, all of the first moment it can name.

use miniz_oxide::deflate::compress_to_vec;
use std::num::TryFromIntError;

/// The version needed to extract (2.0: compressed files), and the flag of names in UTF-8.
const VERSION_AND_FLAGS: [u8; 4] = [20, 0, 0, 8];
const DEFLATED: [u8; 2] = [8, 0];
/// Midnight of 1 January 1980.
const FIRST_MOMENT: [u8; 4] = [0, 0, 33, 0];
const LEVEL: u8 = 6;

/// The archive of named files.
pub(crate) fn archive(files: &[(String, String)]) -> Result<Vec<u8>, TryFromIntError> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = four_bytes(archive.len())?;
        let compressed = compress_to_vec(content.as_bytes(), LEVEL);
        let described = description(name, content, &compressed)?;
        archive.extend(b"PK\x03\x04");
        archive.extend(&described);
        archive.extend(name.as_bytes());
        archive.extend(&compressed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&described);
        // No comment; on the first disk; no attributes.
        directory.extend([0; 10]);
        directory.extend(offset);
        directory.extend(name.as_bytes());
    }
    let number = u16::try_from(files.len())?.to_le_bytes();
    let (size, start) = (four_bytes(directory.len())?, four_bytes(archive.len())?);
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(number.iter().chain(&number).chain(&size).chain(&start).chain(&[0, 0]));
    Ok(archive)
}

/// The description of a file in its own header and in the directory.
fn description(name: &str, content: &str, compressed: &[u8]) -> Result<Vec<u8>, TryFromIntError> {
    let mut bytes = Vec::new();
    bytes.extend(VERSION_AND_FLAGS);
    bytes.extend(DEFLATED);
    bytes.extend(FIRST_MOMENT);
    bytes.extend(checksum(content.as_bytes()).to_le_bytes());
    bytes.extend(four_bytes(compressed.len())?);
    bytes.extend(four_bytes(content.len())?);
    bytes.extend(u16::try_from(name.len())?.to_le_bytes());
    bytes.extend([0, 0]);
    Ok(bytes)
}

fn four_bytes(number: usize) -> Result<[u8; 4], TryFromIntError> {
    Ok(u32::try_from(number)?.to_le_bytes())
}

/// CRC-32 (ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    let rest = bytes.iter().fold(u32::MAX, |rest, byte| {
        (0..8).fold(rest ^ u32::from(*byte), |rest, _| (rest >> 1) ^ (POLYNOMIAL * (rest & 1)))
    });
    !rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!([checksum(b""), checksum(b"123456789")], [0, 0xCBF4_3926]);
    }
}
