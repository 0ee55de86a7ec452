//! The ends of all series (§8.5), as the documents given so far leave them.

use crate::document::Document;
use crate::number::{End, Number, NumberError, Series};
use rules::Day;
use std::collections::BTreeMap;

/// The end of each series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbering(BTreeMap<Series, End>);

impl Numbering {
    /// The ends as they were stored.
    pub fn stored(ends: BTreeMap<Series, End>) -> Numbering {
        Numbering(ends)
    }

    /// The end of a series.
    pub fn end(&self, series: &Series) -> End {
        self.0.get(series).copied().unwrap_or_default()
    }

    /// The ends that documents leave.
    pub fn after<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Numbering {
        let mut numbering = Numbering::default();
        for document in documents {
            match &document.number {
                Number::Given(number) => {
                    let end = numbering.0.entry(number.series().clone()).or_default();
                    *end = End { place: end.place.max(number.place()), date: end.date.max(Some(document.date)) };
                }
                Number::Own(_) => {}
            }
        }
        numbering
    }

    /// The next number of a series, for a document of a date.
    pub fn give(&mut self, series: &Series, date: Day) -> Result<Number, NumberError> {
        let end = self.0.entry(series.clone()).or_default();
        end.next(series, date).map(Number::Given)
    }
}
