//! The amount that a transfer would pay a partner on a day, and why not (§8.7). Every path asks the one function of `payments`.

use crate::batch::{Transfer, Why};
use crate::partner::PartnerBooks;
use crate::{Paying, PayingError};
use documents::batch::{Holder, TransferAmount};
use jiff::Timestamp;
use ledger::Store;
use payments::payable::{Facts, Payable, payable};
use payments::{AccountKey, with_vat};
use rules::money::Minor;
use rules::{Currency, Day};
use settlement::document::Named;
use settlement::{Account, Billing, Direction};

/// The amount payable to a partner on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The amounts, and every reason why nothing is transferred.
    pub payable: Payable,
    /// The transfer, or every reason why there is none.
    pub transfer: Result<Transfer, Vec<Why>>,
}

impl<S: Store> Paying<S> {
    /// The amount that a transfer in EUR would pay a partner on a day, by what is known at a moment. The transfer under way may be left out of
    /// account: a batch that is sealed asks so about its own.
    pub async fn due(
        &self,
        of: &PartnerBooks,
        on: Day,
        (now, is_under_way): (Timestamp, bool),
    ) -> Result<Due, PayingError> {
        self.due_in(of, Currency::EUR, on, (now, is_under_way)).await
    }

    /// The same in a currency: in another than EUR there is never a transfer.
    pub async fn due_in(
        &self,
        of: &PartnerBooks,
        currency: Currency,
        on: Day,
        (now, is_under_way): (Timestamp, bool),
    ) -> Result<Due, PayingError> {
        let versions = self.closing.billing(&of.partner_id).await?;
        let lines = self.closing.undocumented(&of.partner_id, on).await?;
        let undocumented = |direction| {
            let account = Account { partner_id: of.partner_id.clone(), currency, direction };
            lines.get(&account).map_or(Ok(Minor::ZERO), |lines| with_vat(&account, lines, &versions, now))
        };
        let billing = versions.holds_on(on, now);
        let facts = Facts {
            billing,
            undocumented_to: undocumented(Direction::ToPartner)?,
            undocumented_from: undocumented(Direction::FromPartner)?,
            is_under_way,
        };
        let payable = payable(&of.books, currency, on, &facts)?;
        let transfer = match (&payable.transfer, billing) {
            (Err(reasons), _) => Err(reasons.iter().map(|reason| Why::NotPayable(*reason)).collect()),
            (Ok(amount), billing) => transfer(of, &payable, amount.minor(), billing),
        };
        Ok(Due { payable, transfer })
    }
}

/// The transfer of an amount, or every reason why no bank would take it.
fn transfer(
    of: &PartnerBooks,
    payable: &Payable,
    amount: Minor,
    billing: Option<&Billing>,
) -> Result<Transfer, Vec<Why>> {
    let name = billing.and_then(|billing| billing.account_holder().or_else(|| billing.identity().legal_name()));
    let holder = name.filter(|name| Holder::try_from(*name).is_ok());
    let is_too_large = TransferAmount::try_from(amount).is_err();
    match (holder, billing.and_then(Billing::iban)) {
        (Some(holder), Some(iban)) if !is_too_large => Ok(Transfer {
            partner_id: of.partner_id.clone(),
            due: payable.due,
            retained: payable.retained,
            set_off: payable.set_off,
            amount,
            holder: holder.clone(),
            iban: iban.clone(),
            documents: paid(of, amount),
        }),
        (holder, _) => {
            let holder = holder.is_none().then_some(Why::NoHolder);
            Err(holder.into_iter().chain(is_too_large.then_some(Why::TooLarge)).collect())
        }
    }
}

/// The documents that an amount pays, in their order.
fn paid(of: &PartnerBooks, amount: Minor) -> Vec<Named> {
    let account = AccountKey { currency: Currency::EUR, direction: Direction::ToPartner };
    let mut rest = amount.0;
    let mut documents = Vec::new();
    for owing in of.books.book(account).into_iter().flat_map(payments::Book::invoices) {
        if rest > 0 && owing.open() > Minor::ZERO && !owing.is_contested() {
            documents.push(owing.invoice().number.clone());
            rest = rest.saturating_sub(owing.open().0);
        }
    }
    documents
}
