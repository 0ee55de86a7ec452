//! Comma-separated values for machines (RFC 4180).

/// A file of comma-separated values, lines ended by CR LF. A text that a spreadsheet program would take for a formula stays a text.
pub fn csv(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut file = line(columns.iter().map(|column| quoted(column)));
    for row in rows {
        file += &line(row.iter().map(|field| quoted(&harmless(field))));
    }
    file.into_bytes()
}

fn line(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(",") + "\r\n"
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Keeps a text that a spreadsheet program would take for a formula as text; a negative amount is not a formula.
fn harmless(field: &str) -> String {
    let is_number = field.strip_prefix('-').is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()));
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_becomes_a_formula() {
        for field in ["=1+1", "+1", "-x", "@sum", "\t=1", "-"] {
            assert_eq!(harmless(field), format!("'{field}"));
        }
        for field in ["", "P-1", "-300.00", "12.00", "a=b"] {
            assert_eq!(harmless(field), field);
        }
    }

    #[test]
    fn a_field_with_a_comma_a_quote_or_a_line_end_is_quoted() {
        let row = ["a, b", "\"c\"", "d\r\ne", "f"].map(str::to_owned).to_vec();
        assert_eq!(csv(&["x", "y"], [row]), b"x,y\r\n\"a, b\",\"\"\"c\"\"\",\"d\r\ne\",f\r\n");
    }
}
