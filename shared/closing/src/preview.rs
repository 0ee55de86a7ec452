//! A preview of a close: what it would make now, and what to look at first. It writes nothing.

use crate::cancelling::cancellations_of;
use crate::closes::Said;
use crate::play::Sheet;
use crate::series::Ends;
use crate::sums;
use crate::{Closing, ClosingError, keys};
use jiff::Timestamp;
use ledger::Store;
use ledger::store::IndexKey;
use rules::sorted::Sorted;
use rules::{Month, PartnerId};
use serde::{Deserialize, Serialize};
use settlement::attention::stays_negative;
use settlement::close::{Close, CloseError, Moment, may_be_closed};
use settlement::complete::{Lacking, lacking_at};
use settlement::number::{End, Series};
use settlement::numbering::Numbering;
use settlement::opening::Settled;
use settlement::settle::Outcome;
use settlement::{Account, Carried, Direction, Document, Reason};

/// The place at which a part of a preview begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviewPlace {
    after: IndexKey,
    /// The end of the vendor's series after the parts before.
    vendor: End,
}

/// A part of a preview: cancellations come with the first, partners in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The documents, with the numbers that they would get now.
    pub documents: Vec<Document>,
    /// The accounts that would be carried, each with the reason.
    pub carried: Vec<Carried>,
    /// The lines that an opening would settle.
    pub settled: Vec<Settled>,
    /// Things to look at first.
    pub attention: Vec<Look>,
    /// The place at which the next part begins; none: that was all.
    pub next: Option<PreviewPlace>,
}

/// Something to look at before a month is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// The month cannot be closed now.
    Refused(CloseError),
    /// An account is not documented because an identity lacks something.
    Incomplete {
        /// The account.
        account: Account,
        /// The fields that are lacking.
        lacking: Vec<Lacking>,
    },
    /// An account to a partner stays negative (§8.4).
    StaysNegative(Account),
    /// The partner's annuities are being decided again.
    BeingRecomputed(PartnerId),
}

/// A preview while it is made.
struct Draft {
    close: Close,
    /// The cancellations of the close.
    cancelled: Vec<Document>,
    /// The end of the vendor's series.
    vendor: End,
    preview: Preview,
}

impl<S: Store> Closing<S> {
    /// A part of the preview of a month's close, as if it were closed now; the month need not be over.
    pub async fn preview(
        &self,
        month: Month,
        said: &Said,
        now: Timestamp,
        place: Option<PreviewPlace>,
    ) -> Result<Preview, ClosingError> {
        let cut = now.checked_sub(self.delay).map_err(|_| CloseError::OutOfBounds { at: now })?;
        let close = said.clone().at(Moment::stored(month, now, cut)?);
        let (after, vendor) = match place {
            None => (None, self.end(&Series::Vendor).await?.end),
            Some(PreviewPlace { after, vendor }) => (Some(after), vendor),
        };
        let mut numbers = Numbering::stored([(Series::Vendor, vendor)].into());
        let cancelled = cancellations_of(&close, &self.orders(&close).await?, &mut numbers)?;
        let cancelled: Vec<Document> = cancelled.into_iter().map(|(_, document)| document).collect();
        let mut draft = Draft { close, cancelled, vendor, preview: Preview::default() };
        if after.is_none() {
            draft.vendor = numbers.end(&Series::Vendor);
            draft.preview.documents = draft.cancelled.clone();
            let before = self.before().await?;
            self.may_open(&draft.close, before.is_none()).await?;
            let refused = may_be_closed(month, now, self.delay, before.as_ref()).err();
            draft.preview.attention.extend(refused.map(Look::Refused));
        }
        self.draft(draft, after).await
    }

    async fn draft(&self, mut draft: Draft, after: Option<IndexKey>) -> Result<Preview, ClosingError> {
        let part = self.partners(after).await?;
        let vendor = self.vendor().await?;
        for partner in part.list {
            let sheet = self.sheet(&partner.id, &draft.close, &vendor, &draft.cancelled).await?;
            self.draft_partner(&partner.id, sheet, &mut draft).await?;
        }
        draft.preview.next = part.next.map(|after| PreviewPlace { after, vendor: draft.vendor });
        Ok(draft.preview)
    }

    async fn draft_partner(
        &self,
        partner: &PartnerId,
        mut sheet: Sheet,
        draft: &mut Draft,
    ) -> Result<(), ClosingError> {
        if sheet.close.being_recomputed.contains(partner) {
            draft.preview.attention.push(Look::BeingRecomputed(partner.clone()));
        }
        let mut numbers = self.numbers(&sheet, draft.vendor).await?;
        for (account, book) in std::mem::take(&mut sheet.books) {
            match self.decide(&account, &book, &mut sheet, &mut numbers).await? {
                None => {}
                Some(Outcome::Document(document)) => draft.preview.documents.push(*document),
                Some(Outcome::Settled(settled)) => draft.preview.settled.push(settled),
                Some(Outcome::Carried(carried)) => {
                    let lines = sums::lines(&book.sums)?;
                    if carried.reason == Reason::IdentityIncomplete {
                        let lacking = lacking_at(&account, &lines, &sheet.close.moment, &sheet.known.records());
                        draft.preview.attention.push(Look::Incomplete { account: account.clone(), lacking });
                    }
                    if self.stays_negative(&carried, &sheet).await? {
                        draft.preview.attention.push(Look::StaysNegative(account.clone()));
                    }
                    draft.preview.carried.push(carried);
                }
            }
        }
        draft.vendor = numbers.end(&Series::Vendor);
        Ok(())
    }

    /// The numbering for a partner: the vendor's series as the draft has it, the partner's own as it is stored.
    async fn numbers(&self, sheet: &Sheet, vendor: End) -> Result<Numbering, ClosingError> {
        let own = sheet.books.keys().find(|account| account.direction == Direction::ToPartner);
        let own = match own {
            None => Ends::new(),
            Some(account) => self.ends(account, &sheet.known, &sheet.close).await?,
        };
        let ends = own.into_iter().map(|(series, stored)| (series, stored.end));
        Ok(Numbering::stored(ends.chain([(Series::Vendor, vendor)]).to_map()))
    }

    /// The account would be carried as negative once more, and stays so (§8.4).
    async fn stays_negative(&self, now: &Carried, sheet: &Sheet) -> Result<bool, ClosingError> {
        if now.reason != Reason::Negative {
            return Ok(false);
        }
        let moment = sheet.close.moment;
        let mut months = vec![moment.month()];
        for _ in 0..2 {
            let before = months.last().and_then(|month| month.first().date().yesterday().ok());
            let before = before.and_then(|day| rules::Day::try_from(day).ok());
            months.extend(before.map(Month::from));
        }
        let keys = months.iter().skip(1).map(|month| keys::carried(&now.account, *month)).collect();
        let mut carried = vec![now.clone()];
        for item in self.items(keys).await? {
            carried.push(crate::documents::read_carried(&item)?);
        }
        let stored = months.iter().rev().map(|month| Moment::stored(*month, moment.at(), moment.cut()));
        let closes = stored.collect::<Result<Vec<_>, _>>()?;
        let record = self.ledger.partner_record(&now.account.partner_id).await?;
        let has_agreement = record.partner.agreements.in_force_on(moment.day()).is_some();
        Ok(stays_negative(&now.account, &closes, &carried, has_agreement))
    }
}
