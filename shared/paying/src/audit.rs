//! Audit of what is stored (§8.10): both sums of each account, reservations, and fates against payments.

pub mod journal;

use crate::batch::{Fate, Placed, State, TransferId, WholeBatch};
use crate::fates::{Of, payment_id};
use crate::partner::PartnerBooks;
use crate::record::is_given;
use crate::{Paying, PayingError, keys};
use closing::audit as of_closing;
use ledger::Store;
use payments::{AccountKey, Amount, Event, Payment, PaymentKind, Sum};
use rules::money::{Minor, Overflow};
use rules::{Currency, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The sum earned is not what was settled, documented and carried.
    #[error(transparent)]
    Earned(#[from] of_closing::Finding),
    /// Documents are not what is paid and open less the surplus.
    #[error("{}: {} {} has documents of {}, which are not what is paid {} and open {} less the surplus {}: compare with a backup", keys::payments(partner), account.currency.code(), account.direction, gross.0, paid.0, open.0, surplus.0)]
    Paid {
        /// The partner.
        partner: PartnerId,
        /// The account.
        account: AccountKey,
        /// Documents and opening items.
        gross: Minor,
        /// Payments.
        paid: Minor,
        /// The open sum.
        open: Minor,
        /// The surplus.
        surplus: Minor,
    },
    /// A transfer reserves its partner, or does not, against its fate.
    #[error(
        "{}: the transfer {transfer} reserves it or does not against its fate: compare with a backup",
        keys::payments(partner)
    )]
    Reservation {
        /// The partner.
        partner: PartnerId,
        /// The transfer.
        transfer: TransferId,
    },
    /// The payments of a transfer are not those of its fate.
    #[error("{transfer}: the payments of the partner are not those of its fate: compare with a backup")]
    Fate {
        /// The transfer.
        transfer: TransferId,
    },
    /// A payment has an id of those that transfers make, and no transfer made it.
    #[error("{}: {id} is a payment of no transfer: compare with a backup", keys::payments(partner))]
    NoTransfer {
        /// The partner.
        partner: PartnerId,
        /// The id of the payment.
        id: String,
    },
    /// Count, sum or file of a batch are not those of its transfers.
    #[error(
        "{}: its count, sum or file is not that of its transfers: compare with a backup",
        keys::batch_partition(batch)
    )]
    Batch {
        /// The batch.
        batch: crate::batch::BatchId,
    },
}

impl PartnerBooks {
    /// The accounts in which anything is recorded.
    pub fn accounts(&self) -> BTreeSet<AccountKey> {
        let mut accounts = BTreeSet::new();
        for (event, _) in &self.events {
            match event {
                Event::Invoice(invoice) => _ = accounts.insert(invoice.account),
                Event::CreditNote(note) => _ = accounts.insert(note.account),
                Event::Payment(payment) => accounts.extend(self.books.accounts(payment)),
                Event::Contested(contest) | Event::Settled(contest) => _ = accounts.insert(contest.account),
            }
        }
        accounts
    }

    /// The gross of the documents and the opening items of an account, as they are stored.
    fn gross(&self, account: AccountKey) -> Result<Minor, Overflow> {
        let documents = self.papers.documents.iter().filter(|document| AccountKey::of(&document.account) == account);
        let openings = self.openings.iter().filter(|item| AccountKey::of(item.account()) == account);
        let open = openings.map(|item| item.open().minor());
        Minor::sum(documents.map(|document| document.amounts.gross).chain(open))
    }

    /// The payments of an account as they are stored; negative ones below zero.
    fn paid(&self, account: AccountKey) -> Result<Minor, Overflow> {
        let of_it = self.payments.iter().map(|stored| &stored.payment);
        let of_it = of_it.filter(|payment| self.books.accounts(payment).contains(&account));
        let signed = of_it.map(|payment| {
            let amount = payment.sum.amount().minor();
            if payment.is_negative() { Minor::ZERO.minus(amount) } else { Ok(amount) }
        });
        Minor::sum(signed.collect::<Result<Vec<_>, _>>()?)
    }

    fn sums(&self) -> Result<Vec<Finding>, Overflow> {
        let mut findings = Vec::new();
        for account in self.accounts() {
            let book = self.books.book(account);
            let (gross, paid) = (self.gross(account)?, self.paid(account)?);
            let open =
                Minor::sum(book.into_iter().flat_map(payments::Book::invoices).map(payments::book::Owing::open))?;
            let surplus = book.map(payments::Book::surplus).unwrap_or_default();
            if paid.plus(open)?.minus(surplus)? != gross {
                let partner = self.partner_id.clone();
                findings.push(Finding::Paid { partner, account, gross, paid, open, surplus });
            }
        }
        Ok(findings)
    }
}

/// Checks the payments of a transfer against its fate; the amount that is taken back may be a part.
fn matches(placed: &Placed, of: &PartnerBooks) -> Result<bool, PayingError> {
    let Placed { id, transfer, fate, returned } = placed;
    let payment = |what| Ok::<_, PayingError>(of.books.payment(&payment_id(id, what)?));
    let is_of = |payment: Option<&Payment>, amount: Minor, on: Option<rules::Day>| match (payment, on) {
        (Some(payment), Some(on)) => {
            let sum = Amount::try_from(amount).ok().and_then(|amount| Sum::new(amount, Currency::EUR, None).ok());
            Some(payment.sum) == sum && payment.value_day == on
        }
        (None, Some(_)) => amount == Minor::ZERO,
        (Some(_), None) => false,
        (None, None) => true,
    };
    let executed = fate.as_ref().and_then(|fate| match fate.fate {
        Fate::Executed { on } => Some(on),
        Fate::Rejected { .. } | Fate::Returned { .. } => None,
    });
    let back = payment(Of::Return)?;
    let is_back = match (back.map(|back| &back.kind), returned) {
        (Some(PaymentKind::TakesBack { payment }), Some(_)) => *payment == payment_id(id, Of::Transfer)?,
        (Some(_), _) => false,
        (None, _) => true,
    };
    let (out, set_off) = (payment(Of::Transfer)?, payment(Of::SetOff)?);
    let kinds = out.is_none_or(|out| out.kind == PaymentKind::Out { names: None })
        && set_off.is_none_or(|set_off| set_off.kind == PaymentKind::SetOff);
    Ok(is_back && kinds && is_of(out, transfer.amount, executed) && is_of(set_off, transfer.set_off, executed))
}

impl<S: Store> Paying<S> {
    /// Checks all that is stored of a partner; it reads every entry.
    pub async fn audit(&self, partner: &PartnerId) -> Result<Vec<Finding>, PayingError> {
        let mut findings: Vec<Finding> = self.closing.audit(partner).await?.into_iter().map(Finding::from).collect();
        let of = self.partner(partner).await?;
        findings.extend(of.sums()?);
        if let Some(transfer) = &of.under_way {
            let whole = self.batch(&transfer.batch).await?;
            let placed = whole.iter().flat_map(|whole| &whole.transfers).find(|placed| placed.id == *transfer);
            if placed.is_none_or(|placed| placed.fate.is_some() || placed.transfer.partner_id != *partner) {
                findings.push(Finding::Reservation { partner: partner.clone(), transfer: transfer.clone() });
            }
        }
        for stored in of.payments.iter().filter(|stored| is_given(&stored.payment.id)) {
            let id = stored.payment.id.to_string();
            let transfer = id.strip_prefix("transfer/").map(|rest| rest.split('/').next().unwrap_or(rest));
            let transfer: Option<TransferId> = transfer.and_then(|text| text.parse().ok());
            let made = match (&transfer, id.starts_with("bank/")) {
                (Some(transfer), _) => self.fates_of(transfer).await?.0.is_some(),
                (None, is_of_bank) => is_of_bank,
            };
            if !made {
                findings.push(Finding::NoTransfer { partner: partner.clone(), id });
            }
        }
        Ok(findings)
    }

    /// Checks a batch: its count, sum and file, and of each transfer the reservation and the payments.
    pub async fn audit_batch(&self, id: &crate::batch::BatchId) -> Result<Vec<Finding>, PayingError> {
        let whole = self.batch(id).await?.ok_or_else(|| PayingError::NoBatch(id.clone()))?;
        let mut findings = Vec::new();
        if !self.is_whole(&whole).await? {
            findings.push(Finding::Batch { batch: id.clone() });
        }
        let mut partners: BTreeMap<&PartnerId, PartnerBooks> = BTreeMap::new();
        for placed in &whole.transfers {
            let partner = &placed.transfer.partner_id;
            if !partners.contains_key(partner) {
                partners.insert(partner, self.partner(partner).await?);
            }
            let Some(of) = partners.get(partner) else { continue };
            let is_pending = placed.fate.is_none() && !matches!(whole.batch.state, State::Void(..));
            if (of.under_way.as_ref() == Some(&placed.id)) != is_pending {
                let (partner, transfer) = (partner.clone(), placed.id.clone());
                findings.push(Finding::Reservation { partner, transfer });
            }
            if !matches(placed, of)? {
                findings.push(Finding::Fate { transfer: placed.id.clone() });
            }
        }
        Ok(findings)
    }

    /// The count and sum of a batch are those of its transfers, and its file is the one that was sealed.
    async fn is_whole(&self, whole: &WholeBatch) -> Result<bool, PayingError> {
        let WholeBatch { batch, transfers, left_out: _ } = whole;
        let sum = Minor::sum(transfers.iter().map(|placed| placed.transfer.amount))?;
        let places = transfers.iter().map(|placed| placed.id.n).eq(1..=batch.count);
        let has_file = match batch.state {
            State::Sealed(_) | State::Sent(..) => self.file(&batch.id).await.is_ok(),
            State::Filling | State::Filled | State::Void(..) => true,
        };
        Ok(places && sum == batch.sum && has_file)
    }
}
