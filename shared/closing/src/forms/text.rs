//! Lines as one text each: short, since a document may have many.

use rules::Minor;
use settlement::lines::{Line, LineKey};
use settlement::vat::{TaxedLine, VatSum};

/// The words of a text, if it has so many.
pub(crate) fn words<const N: usize>(text: &str) -> Option<[&str; N]> {
    text.split(' ').collect::<Vec<_>>().try_into().ok()
}

/// A key as text: `2026-01 commission referrer`.
pub(crate) fn key_text(LineKey { month, kind, model }: LineKey) -> String {
    format!("{month} {kind} {model}")
}

/// The key of three words.
pub(crate) fn read_key([month, kind, model]: [&str; 3]) -> Option<LineKey> {
    Some(LineKey { month: month.parse().ok()?, kind: kind.parse().ok()?, model: model.parse().ok()? })
}

/// A line: `2026-01 commission referrer -1200`.
pub(super) fn line_text(Line { key, amount }: &Line) -> String {
    format!("{} {}", key_text(*key), amount.0)
}

pub(super) fn read_line(text: &str) -> Option<Line> {
    let [month, kind, model, amount] = words(text)?;
    Some(Line { key: read_key([month, kind, model])?, amount: minor(amount)? })
}

/// A line of a document: `2026-01 commission referrer 1200 fr-vat 0.2 adjustment`, or `own` in place of the last word if it is of
/// the month of the close.
pub(super) fn taxed_text(TaxedLine { line, is_adjustment, regime, rate }: &TaxedLine) -> String {
    let of = if *is_adjustment { ADJUSTMENT } else { OWN };
    format!("{} {regime} {rate} {of}", line_text(line))
}

const ADJUSTMENT: &str = "adjustment";
const OWN: &str = "own";

pub(super) fn read_taxed(text: &str) -> Option<TaxedLine> {
    let [month, kind, model, amount, regime, rate, of] = words(text)?;
    let line = Line { key: read_key([month, kind, model])?, amount: minor(amount)? };
    let is_adjustment = match of {
        ADJUSTMENT => true,
        OWN => false,
        _ => return None,
    };
    Some(TaxedLine { line, is_adjustment, regime: regime.parse().ok()?, rate: rate.parse().ok()? })
}

/// The VAT of a regime and rate: `fr-vat 0.2 1200 240`, the base before the VAT.
pub(super) fn vat_text(VatSum { regime, rate, base, vat }: &VatSum) -> String {
    format!("{regime} {rate} {} {}", base.0, vat.0)
}

pub(super) fn read_vat(text: &str) -> Option<VatSum> {
    let [regime, rate, base, vat] = words(text)?;
    Some(VatSum { regime: regime.parse().ok()?, rate: rate.parse().ok()?, base: minor(base)?, vat: minor(vat)? })
}

fn minor(text: &str) -> Option<Minor> {
    text.parse().ok().map(Minor)
}
