//! Opening items (§8.2): invoices from before this system that are still unpaid.

use crate::acts::document_act;
use crate::forms::OpeningItemForm;
use crate::known::Known;
use crate::table::{ATTEMPTS, contended};
use crate::{Closing, ClosingError, item, keys};
use ledger::Store;
use ledger::journal::{Occasion, SettlementStep};
use ledger::store::Write;
use rules::PartnerId;
use settlement::Account;
use settlement::opening::{OpeningItem, Settled};
use settlement::received::is_new;

/// The outcome of recording an opening item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is recorded.
    Recorded,
    /// The same was recorded before.
    Already,
    /// Another item of the account has this number, and stays.
    Other,
}

impl<S: Store> Closing<S> {
    /// Records an opening item of an account under its number, as of the moment of the occasion, whatever moment the item has;
    /// repeated, it changes nothing. A number that another document of the partner has is refused.
    pub async fn record_opening_item(&self, new: &OpeningItem, occasion: &Occasion) -> Result<Outcome, ClosingError> {
        let (account, number) = (new.account(), new.number());
        let key = keys::opening_item(account, number);
        let item = item::once(&key, &OpeningItemForm::of(new, occasion.at), None)?;
        let mut recorded = document_act(occasion, SettlementStep::OpeningItem, account, (&[number], None))?;
        recorded.push(Write::Insert(item));
        for attempt in 0..ATTEMPTS {
            if let Some(item) = self.item(key.clone()).await? {
                let known = item::read::<OpeningItemForm>(&item)?.read(account.clone(), number.clone());
                let said = |item: &OpeningItem| (item.date(), item.due(), item.gross(), item.open());
                let is_same = said(&known.ok_or_else(|| item::unknown(key))?) == said(new);
                return Ok(if is_same { Outcome::Already } else { Outcome::Other });
            }
            // Before any close no document can have the number.
            let last = self.last_close().await?;
            is_new(account, number, &self.known_of(&account.partner_id).await?.records())?;
            let mut writes = recorded.clone();
            writes.extend(last.map(|last| last.kept()).transpose()?);
            if self.applied(writes, attempt).await? {
                return Ok(Outcome::Recorded);
            }
        }
        Err(contended(key.pk))
    }

    /// The opening items of a partner, as they were recorded.
    pub async fn opening_items(&self, partner: &PartnerId) -> Result<Vec<OpeningItem>, ClosingError> {
        let mut known = Known::default();
        self.learn_openings(partner, |_| true, &mut known).await?;
        Ok(known.items)
    }

    /// The opening of an account: the lines that it settled, if there are any, and the opening items.
    pub async fn opening(&self, account: &Account) -> Result<(Option<Settled>, Vec<OpeningItem>), ClosingError> {
        let mut known = Known::default();
        self.learn_opening(account, &mut known).await?;
        Ok((known.settled.pop(), known.items))
    }
}
