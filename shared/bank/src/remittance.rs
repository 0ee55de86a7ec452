//! Numbers of documents in the text that came with a payment.

/// The text as banks may change it: letters and digits alone, in capitals, each word after a space.
pub(crate) fn words(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<String> = plain.split_whitespace().map(str::to_uppercase).collect();
    format!(" {} ", words.join(" "))
}

/// The number is among the words, whole.
pub(crate) fn says(words_of_text: &str, number: &str) -> bool {
    let number = words(number);
    number.trim() != "" && words_of_text.contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_whole_however_its_dashes_are_written() {
        let text = words("Facture fp-000012/FP 000013, merci");
        for number in ["FP-000012", "FP-000013", "fp 000012"] {
            assert!(says(&text, number), "{number}");
        }
        for number in ["FP-00001", "000014", "P-000012", "-", ""] {
            assert!(!says(&text, number), "{number}");
        }
    }
}
