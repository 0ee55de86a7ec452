//! VAT ids of members of the European Union (§8.1): a pattern each, and the key of a French one.

use crate::text::{text_type, without_spaces};

/// The reason why a text is not a VAT id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VatIdError {
    /// It does not begin with the letters of a member.
    #[error(
        "is not a VAT id of the European Union: it begins with the two letters of a member (FR, DE, EL for Greece, …)"
    )]
    Country,
    /// It has another form than the ids of its country.
    #[error(
        "does not have the form of its country's VAT ids: copy it from the company's own invoice (France: FR, a key of two characters, the 9 digits of the SIREN)"
    )]
    Shape,
    /// The two characters after FR do not fit the SIREN.
    #[error("is mistyped: the key after FR does not fit the SIREN that follows it")]
    Key,
}

text_type! {
    /// A VAT id with its country's letters: `FR68512345612`. Spaces are left out.
    VatId, VatIdError, read
}

/// The forms by country: `d` a digit, `l` a letter, `x` either; others stand for themselves.
const FORMS: [(&str, &[&str]); 27] = [
    ("AT", &["Udddddddd"]),
    ("BE", &["0ddddddddd", "1ddddddddd"]),
    ("BG", &["ddddddddd", "dddddddddd"]),
    ("CY", &["ddddddddl"]),
    ("CZ", &["dddddddd", "ddddddddd", "dddddddddd"]),
    ("DE", &["ddddddddd"]),
    ("DK", &["dddddddd"]),
    ("EE", &["ddddddddd"]),
    ("EL", &["ddddddddd"]),
    ("ES", &["xdddddddx"]),
    ("FI", &["dddddddd"]),
    ("FR", &["xxddddddddd"]),
    ("HR", &["ddddddddddd"]),
    ("HU", &["dddddddd"]),
    ("IE", &["dddddddl", "dddddddll", "dldddddl"]),
    ("IT", &["ddddddddddd"]),
    ("LT", &["ddddddddd", "dddddddddddd"]),
    ("LU", &["dddddddd"]),
    ("LV", &["ddddddddddd"]),
    ("MT", &["dddddddd"]),
    ("NL", &["dddddddddBdd"]),
    ("PL", &["dddddddddd"]),
    ("PT", &["ddddddddd"]),
    ("RO", &["dd", "ddd", "dddd", "ddddd", "dddddd", "ddddddd", "dddddddd", "ddddddddd", "dddddddddd"]),
    ("SE", &["dddddddddddd"]),
    ("SI", &["dddddddd"]),
    ("SK", &["dddddddddd"]),
];

fn read(text: &str) -> Result<String, VatIdError> {
    let id = without_spaces(text);
    let (country, rest) = id.split_at_checked(2).ok_or(VatIdError::Country)?;
    let (_, forms) = FORMS.iter().find(|(known, _)| *known == country).ok_or(VatIdError::Country)?;
    if !forms.iter().any(|form| has_form(rest, form)) {
        return Err(VatIdError::Shape);
    }
    if country == "FR" && !french_key_fits(rest) { Err(VatIdError::Key) } else { Ok(id) }
}

fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, place): (u8, u8)| match place {
        b'd' => byte.is_ascii_digit(),
        b'l' => byte.is_ascii_uppercase(),
        b'x' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        _ => byte == place,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// The key before a SIREN: two digits, `(12 + 3 × (SIREN mod 97)) mod 97`; or a letter among them, by another sum.
fn french_key_fits(rest: &str) -> bool {
    let Some((key, siren)) = rest.split_at_checked(2) else { return false };
    let Ok(siren) = siren.parse::<u32>() else { return false };
    match key.parse::<u32>() {
        Ok(key) => key == (12 + 3 * (siren % 97)) % 97,
        Err(_) => letters_fit(key, siren),
    }
}

fn letters_fit(key: &str, siren: u32) -> bool {
    let value = |c: char| "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ".chars().zip(0_u32..).find(|(known, _)| *known == c);
    let mut values = key.chars().filter_map(value);
    let (Some((first, a)), Some((_, b))) = (values.next(), values.next()) else { return false };
    let sum = if first.is_ascii_digit() { (a * 24 + b).checked_sub(10) } else { (a * 34 + b).checked_sub(100) };
    sum.is_some_and(|sum| (siren + 1 + sum / 11) % 11 == sum % 11)
}

impl VatId {
    /// The SIREN within a French VAT id; none: of another country.
    pub fn siren(&self) -> Option<&str> {
        self.as_str().strip_prefix("FR").and_then(|rest| rest.get(2..))
    }
}
