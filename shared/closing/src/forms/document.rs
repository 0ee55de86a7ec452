//! A document as stored, with both sides as they were and all amounts as they were issued.

use super::text::{read_taxed, read_vat, taxed_text, vat_text};
use crate::compressed::Compressed;
use jiff::Timestamp;
use rules::money::Minor;
use rules::{Day, Month};
use serde::{Deserialize, Serialize};
use settlement::close::Moment;
use settlement::document::{Amounts, Parties};
use settlement::lines::total;
use settlement::number::Number;
use settlement::vat::{EurRate, TaxedLine};
use settlement::{Account, Document, DocumentKind};

/// The most lines that are stored as texts, which a person can read: a kB has no room for more.
const MOST_TEXTS: usize = 4;

/// The lines of a document: a text each, or compressed if they are many.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum LinesForm {
    Texts(Vec<String>),
    Many(Compressed),
}

impl LinesForm {
    fn of(lines: &[TaxedLine]) -> LinesForm {
        let texts: Vec<String> = lines.iter().map(taxed_text).collect();
        if texts.len() <= MOST_TEXTS { LinesForm::Texts(texts) } else { LinesForm::Many(Compressed::of_lines(&texts)) }
    }

    fn read(self) -> Option<Vec<TaxedLine>> {
        let texts = match self {
            LinesForm::Texts(texts) => texts,
            LinesForm::Many(compressed) => compressed.lines()?,
        };
        texts.iter().map(|text| read_taxed(text)).collect()
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DocumentForm {
    #[serde(rename = "nu")]
    number: Number,
    #[serde(rename = "ki")]
    kind: DocumentKind,
    #[serde(rename = "cm")]
    close: Month,
    #[serde(rename = "ca")]
    closed_at: Timestamp,
    #[serde(rename = "cc")]
    cut: Timestamp,
    #[serde(rename = "at")]
    made_at: Timestamp,
    #[serde(rename = "da")]
    date: Day,
    #[serde(rename = "du", default, skip_serializing_if = "Option::is_none")]
    due: Option<Day>,
    #[serde(rename = "pa")]
    parties: Parties,
    #[serde(rename = "li")]
    lines: LinesForm,
    #[serde(rename = "ne")]
    net: Minor,
    #[serde(rename = "va")]
    vat: Vec<String>,
    #[serde(rename = "gr")]
    gross: Minor,
    #[serde(rename = "eu", default, skip_serializing_if = "Option::is_none")]
    in_eur: Option<(EurRate, Minor)>,
}

impl From<&Document> for DocumentForm {
    fn from(document: &Document) -> DocumentForm {
        let Document { account: _, close, made_at, number, kind, date, due, parties, amounts } = document;
        let Amounts { lines, net, vat, gross, in_eur } = amounts;
        DocumentForm {
            number: number.clone(),
            kind: kind.clone(),
            close: close.month(),
            closed_at: close.at(),
            cut: close.cut(),
            made_at: *made_at,
            date: *date,
            due: *due,
            parties: parties.clone(),
            lines: LinesForm::of(lines),
            net: *net,
            vat: vat.iter().map(vat_text).collect(),
            gross: *gross,
            in_eur: in_eur.clone(),
        }
    }
}

impl DocumentForm {
    /// The document of an account; none: this release does not know it so.
    pub(crate) fn read(self, account: Account) -> Option<Document> {
        let DocumentForm { number, kind, close, closed_at, cut, made_at, date, due, parties, .. } = self;
        let amounts = Amounts {
            lines: self.lines.read()?,
            net: self.net,
            vat: self.vat.iter().map(|text| read_vat(text)).collect::<Option<_>>()?,
            gross: self.gross,
            in_eur: self.in_eur,
        };
        let net = total(amounts.lines.iter().map(|taxed| &taxed.line)).ok()?;
        let vat = Minor::sum(amounts.vat.iter().map(|sum| sum.vat)).ok()?;
        let adds_up = amounts.net == net && net.plus(vat).ok()? == amounts.gross;
        let close = Moment::stored(close, closed_at, cut).ok()?;
        adds_up.then_some(Document { account, close, made_at, number, kind, date, due, parties, amounts })
    }
}
