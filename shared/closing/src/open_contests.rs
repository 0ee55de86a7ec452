//! The list of contests without an answer (§8.8).

use crate::contests::{NumberedContest, read_contest};
use crate::documents::{self, Part};
use crate::keys::{self, DocumentPlace, ItemKey};
use crate::{Closing, ClosingError};
use ledger::item::key;
use ledger::store::IndexKey;
use ledger::{Store, Unreadable, Why};
use rules::sorted::Sorted;
use settlement::Document;
use std::collections::BTreeMap;

/// A contest without an answer, with the document that waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenContest {
    /// The contest.
    pub contest: NumberedContest,
    /// The document.
    pub document: Document,
}

impl<S: Store> Closing<S> {
    /// Everyone's contests without an answer, the oldest first, a part of them.
    pub async fn open_contests(
        &self,
        limit: usize,
        after: Option<IndexKey>,
    ) -> Result<Part<OpenContest>, ClosingError> {
        let (items, next) = self.listed(keys::CONTESTS.to_owned(), limit, after).await?;
        let mut open = Vec::new();
        for item in &items {
            let contest = read_contest(item)?;
            // The index lags behind the table.
            if let (None, Some(ItemKey::Contest(place, _))) = (&contest.contest.answer, ItemKey::parse(&key(item))) {
                open.push((place, contest));
            }
        }
        let places = open.iter().map(|(place, _)| place.key()).to_set();
        let mut documents = BTreeMap::new();
        for item in self.items(places.into_iter().collect()).await? {
            let (place, document) = documents::read(&item)?;
            documents.insert(place, document);
        }
        let with_document = |(place, contest): (DocumentPlace, NumberedContest)| {
            let why = Why::Damaged("it is contested, and not there");
            let document = documents.get(&place).cloned().ok_or_else(|| Unreadable { key: place.key(), why })?;
            Ok::<_, Unreadable>(OpenContest { contest, document })
        };
        Ok(Part { list: open.into_iter().map(with_document).collect::<Result<_, _>>()?, next })
    }
}
