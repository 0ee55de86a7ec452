//! The records that a close reads, and what of them counts for it (§8.2, §8.3).

use crate::account::{Account, Booking};
use crate::close::Moment;
use crate::document::Document;
use crate::identity::{Billing, Identity};
use crate::lines::{Line, earned, lines};
use crate::number::{Number, OwnNumber};
use crate::opening::{OpeningItem, Settled};
use crate::vat::{TaxedLine, rate};
use crate::versions::Versions;
use rules::money::Overflow;
use rules::{Day, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is recorded. What came after the moment of a close may be among it, and is left out.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// The closes so far, in order.
    pub closes: &'a [Moment],
    /// The entries of the ledger.
    pub entries: &'a [Booking],
    /// The vendor's billing identity.
    pub vendor: &'a Versions<Identity>,
    /// The partners' billing identities.
    pub partners: &'a BTreeMap<PartnerId, Versions<Billing>>,
    /// The documents made so far, in the order in which they were recorded.
    pub documents: &'a [Document],
    /// The lines settled by openings.
    pub settled: &'a [Settled],
    /// The opening items.
    pub items: &'a [OpeningItem],
}

impl<'a> Records<'a> {
    /// The vendor's identity on a day, as recorded at the moment of a close.
    pub fn vendor_on(&self, day: Day, close: &Moment) -> Option<&'a Identity> {
        self.vendor.holds_on(day, close.at())
    }

    /// A partner's identity on a day, as recorded at the moment of a close.
    pub fn partner_on(&self, partner: &PartnerId, day: Day, close: &Moment) -> Option<&'a Billing> {
        self.partners.get(partner)?.holds_on(day, close.at())
    }

    /// The documents of earlier closes that were made by the moment of a close.
    pub fn earlier(&self, close: &Moment) -> impl Iterator<Item = &'a Document> + use<'a> {
        let (month, at) = (close.month(), close.at());
        self.documents.iter().filter(move |document| document.close.month() < month && document.made_at <= at)
    }

    /// The earlier documents of an account.
    pub fn earlier_of(&self, account: &Account, close: &Moment) -> impl Iterator<Item = &'a Document> {
        self.earlier(close).filter(move |document| document.account == *account)
    }

    /// An opening item or a document of a partner in a direction has the number, in whatever currency: what one company numbers itself
    /// has a number of its own.
    pub fn has_number(&self, account: &Account, number: &OwnNumber) -> bool {
        let is_its = |of: &Account| (&of.partner_id, of.direction) == (&account.partner_id, account.direction);
        let own = Number::Own(number.clone());
        let mut documents = self.documents.iter().filter(|document| is_its(&document.account));
        let mut items = self.items.iter().filter(|item| is_its(item.account()));
        documents.any(|document| document.number == own) || items.any(|item| item.number() == number)
    }

    /// The lines that openings before a close settled for an account.
    pub fn opened_lines(&self, account: &Account, close: &Moment) -> impl Iterator<Item = &'a Line> {
        let before = move |settled: &&Settled| settled.account == *account && settled.close.month() < close.month();
        self.settled.iter().filter(before).flat_map(|settled| &settled.lines)
    }

    /// The accounts that have entries, documents or settled lines.
    pub fn accounts(&self, close: &Moment) -> BTreeSet<Account> {
        let booked = self.entries.iter().filter_map(Booking::account);
        let documented = self.earlier(close).map(|document| document.account.clone());
        booked.chain(documented).chain(self.settled.iter().map(|settled| settled.account.clone())).collect()
    }

    /// The lines of an account at a close, of which `cancelled` are the documents that the close cancels.
    pub fn lines(&self, account: &Account, close: &Moment, cancelled: &[Document]) -> Result<Vec<Line>, Overflow> {
        let earned = earned(account, self.entries, close.month(), close.cut())?;
        let here = cancelled.iter().filter(|document| document.account == *account);
        let documented = self.earlier_of(account, close).chain(here).flat_map(Document::lines);
        lines(earned, documented.chain(self.opened_lines(account, close)))
    }

    /// Lines with the regime and the rate of the last day of their month; none: the partner has no regime on one of them.
    pub fn taxed(&self, account: &Account, lines: &[Line], close: &Moment) -> Option<Vec<TaxedLine>> {
        let versions = self.partners.get(&account.partner_id)?;
        let taxed = lines.iter().map(|line| {
            let on = line.key.month.last();
            let regime = versions.holds_or_first(on, close.at())?.identity().regime()?;
            let rate = rate(account.direction, regime, on);
            Some(TaxedLine { line: *line, is_adjustment: line.key.month < close.month(), regime, rate })
        });
        taxed.collect()
    }
}
