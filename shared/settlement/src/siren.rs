//! SIREN: the number of a company in France (§8.1).

use crate::text::{text_type, without_spaces};

/// The reason why a text is not a SIREN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SirenError {
    /// It has another form.
    #[error("is not a SIREN: give its 9 digits (not the 14 of a SIRET)")]
    Shape,
    /// Its last digit does not fit the others.
    #[error("is mistyped: its last digit does not fit the others (Luhn); copy it from the company's register entry")]
    Luhn,
}

text_type! {
    /// A SIREN: 9 digits, the last a check digit. Spaces are left out.
    Siren, SirenError, read
}

fn read(text: &str) -> Result<String, SirenError> {
    let siren = without_spaces(text);
    if siren.len() != 9 || !siren.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SirenError::Shape);
    }
    if luhn(&siren) { Ok(siren) } else { Err(SirenError::Luhn) }
}

/// Luhn: from the right, every second digit is doubled and its digits added; the sum ends with 0.
fn luhn(digits: &str) -> bool {
    let values = digits.bytes().rev().map(|b| u32::from(b.wrapping_sub(b'0')));
    let sum: u32 = values
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}
