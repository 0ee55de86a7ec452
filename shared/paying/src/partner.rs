//! Records of a partner in the order recorded, and the books that follow: what is open, what is paid by what.

use crate::batch::{Signed, State, TransferId};
use crate::forms::{HeadForm, PaymentForm};
use crate::keys::{self, ItemKey};
use crate::stored_payment::StoredPayment;
use crate::{Paying, PayingError};
use closing::documents::Papers;
use closing::item::{self, revision};
use closing::table::ATTEMPTS;
use jiff::Timestamp;
use ledger::item::key;
use ledger::journal::{Author, Occasion};
use ledger::store::{Item, Key, Write};
use ledger::{LedgerError, Store};
use payments::{AccountKey, Books, Contest, Event, Payment};
use rules::PartnerId;
use settlement::document::Named;
use settlement::number::Number;
use settlement::opening::OpeningItem;
use std::collections::{BTreeMap, BTreeSet};

/// All of a partner that decides what is paid.
#[derive(Debug, Clone)]
pub struct PartnerBooks {
    /// The partner.
    pub partner_id: PartnerId,
    /// Documents, what is carried, contests.
    pub papers: Papers,
    /// Invoices from before this system.
    pub openings: Vec<OpeningItem>,
    /// The payments in the order recorded.
    pub payments: Vec<StoredPayment>,
    /// The events in the order recorded, each with its moment. Those since the last payment may still change their order.
    pub events: Vec<(Event, Timestamp)>,
    /// The books that follow.
    pub books: Books,
    /// The transfer under way; none: none is.
    pub under_way: Option<TransferId>,
    revision: u64,
    unseen: Vec<String>,
}

/// A document, contest or answer of a partner, with its name among them and its place in the order of moments.
#[derive(Debug)]
struct Paper {
    name: String,
    order: (Timestamp, u8, AccountKey, (bool, usize, String)),
    event: Event,
}

/// The member of an occasion and its moment; an error if it is the operator's.
pub(crate) fn signed(occasion: &Occasion) -> Result<Signed, PayingError> {
    match &occasion.by {
        Author::Member { id, name } => Ok(Signed { member: id.clone(), name: name.clone(), at: occasion.at }),
        Author::Operator => Err(closing::ClosingError::NoMember.into()),
    }
}

/// Reads the item of a payment.
pub(crate) fn read_payment(item: &Item) -> Result<StoredPayment, PayingError> {
    let unknown = || item::unknown(key(item));
    let Some(ItemKey::Payment(_, id)) = ItemKey::parse(&key(item)) else { return Err(unknown().into()) };
    Ok(item::read::<PaymentForm>(item)?.read(id).ok_or_else(unknown)?)
}

fn paper(what: &str, event: Event, at: Timestamp) -> Paper {
    let (account, number, rank) = match &event {
        // A credit note pays what it names before the invoice of the same close.
        Event::CreditNote(note) => (note.account, Named::Document(note.number.clone()), 0),
        Event::Invoice(invoice) => (invoice.account, invoice.number.clone(), 1),
        Event::Contested(contest) => (contest.account, contest.document.clone(), 2),
        Event::Settled(contest) => (contest.account, contest.document.clone(), 3),
        // No paper is a payment; it would be the last.
        Event::Payment(payment) => {
            let account = AccountKey { currency: payment.sum.currency(), direction: settlement::Direction::ToPartner };
            return Paper { name: payment.id.to_string(), order: (at, 4, account, (false, 0, String::new())), event };
        }
    };
    let kind = match &number {
        Named::Document(Number::Given(_)) => "given",
        Named::Document(Number::Own(_)) => "own",
        Named::OpeningItem(_) => "opening",
    };
    let AccountKey { currency, direction } = account;
    let name = format!("{what} {} {direction} {kind} {number}", currency.code());
    Paper { name, order: (at, rank, account, Number::order(&number.to_string())), event }
}

/// All papers of a partner, by moment.
fn papers(papers: &Papers, openings: &[OpeningItem]) -> Result<Vec<Paper>, PayingError> {
    let mut all = Vec::new();
    for document in &papers.documents {
        all.extend(Event::of(document)?.map(|event| paper("document", event, document.made_at)));
    }
    all.extend(openings.iter().filter_map(|item| Some(paper("item", Event::of_item(item)?, item.recorded_at()))));
    for closing::contests::NumberedContest { n, contest } in &papers.contests {
        let of = Contest {
            account: AccountKey::of(&contest.account),
            document: Named::Document(contest.number.clone()),
            number: *n,
        };
        all.push(paper(&format!("contest {n}"), Event::Contested(of.clone()), contest.at));
        all.extend(contest.settled_at().map(|at| paper(&format!("answer {n}"), Event::Settled(of), at)));
    }
    all.sort_by(|one, other| one.order.cmp(&other.order));
    Ok(all)
}

impl PartnerBooks {
    /// The books of what is recorded, the events in their order.
    fn new(
        partner_id: &PartnerId,
        (head, revision): (&HeadForm, u64),
        payments: Vec<StoredPayment>,
        (papers_of, openings): (Papers, Vec<OpeningItem>),
    ) -> Result<PartnerBooks, PayingError> {
        let mut of = PartnerBooks {
            partner_id: partner_id.clone(),
            papers: papers_of,
            openings,
            payments: Vec::new(),
            events: Vec::new(),
            books: Books::default(),
            under_way: head.under_way.clone(),
            revision,
            unseen: Vec::new(),
        };
        let all = papers(&of.papers, &of.openings)?;
        let mut left: BTreeMap<String, Paper> = all.into_iter().map(|paper| (paper.name.clone(), paper)).collect();
        for stored in &payments {
            for name in &stored.seen {
                let lost = || damaged(partner_id, "a document or contest that a payment saw is not there");
                let paper = left.remove(name).ok_or_else(lost)?;
                of.play(paper.event, paper.order.0)?;
            }
            of.play(Event::Payment(stored.payment.clone()), stored.by.at)?;
        }
        let mut rest: Vec<Paper> = left.into_values().collect();
        rest.sort_by(|one, other| one.order.cmp(&other.order));
        for paper in rest {
            of.unseen.push(paper.name);
            of.play(paper.event, paper.order.0)?;
        }
        of.payments = payments;
        Ok(of)
    }

    fn play(&mut self, event: Event, at: Timestamp) -> Result<(), PayingError> {
        self.books.record(&event)?;
        self.events.push((event, at));
        Ok(())
    }

    /// The writes of new payments, in their order, and of the head, which the transfer under way then is in or not. They conflict if
    /// others wrote for the partner.
    pub(crate) fn writes(
        &self,
        new: &[Payment],
        by: &Signed,
        under_way: Option<&TransferId>,
    ) -> Result<Vec<Write>, PayingError> {
        let mut seen = self.unseen.clone();
        let mut count = u32::try_from(self.payments.len()).unwrap_or(u32::MAX);
        let mut writes = Vec::new();
        for payment in new {
            count = count.saturating_add(1);
            let key = keys::payment(&self.partner_id, &payment.id);
            let seen = std::mem::take(&mut seen);
            let stored = StoredPayment { n: count, seen, payment: payment.clone(), by: by.clone() };
            writes.push(Write::Insert(item::once(&key, &PaymentForm::from(&stored), None)?));
        }
        let head = HeadForm { count, under_way: under_way.cloned() };
        let next = item::revised(&keys::head(&self.partner_id), &head, self.revision.saturating_add(1))?;
        writes.push(if self.revision == 0 { Write::Insert(next) } else { Write::Replace(next, self.revision) });
        Ok(writes)
    }
}

fn damaged(partner: &PartnerId, why: &'static str) -> PayingError {
    LedgerError::Damaged { key: keys::payments(partner), why }.into()
}

impl<S: Store> Paying<S> {
    /// All of a partner that decides what is paid, as it is now.
    pub async fn partner(&self, partner: &PartnerId) -> Result<PartnerBooks, PayingError> {
        // Payments first: what they saw was recorded before them.
        let (head, revision, payments) = self.stored_payments(partner).await?;
        let papers = self.closing.papers(partner).await?;
        let openings = self.closing.opening_items(partner).await?;
        let mut of = PartnerBooks::new(partner, (&head, revision), payments, (papers, openings))?;
        if let Some(transfer) = &of.under_way
            && self.is_void(transfer).await?
        {
            of.under_way = None;
        }
        Ok(of)
    }

    /// The batch of a transfer is void, so that it reserves nothing.
    async fn is_void(&self, transfer: &TransferId) -> Result<bool, PayingError> {
        let stored = self.stored_batch(&transfer.batch).await?;
        Ok(match stored.batch.state {
            State::Void(..) => true,
            State::Filling | State::Filled | State::Sealed(_) | State::Sent(..) => false,
        })
    }

    /// The head of a partner's payments with its revision, and the payments that it counts, in order. A query may read the payments
    /// of a transaction and not its head, or the other way round: then it is made again.
    pub(crate) async fn stored_payments(
        &self,
        partner: &PartnerId,
    ) -> Result<(HeadForm, u64, Vec<StoredPayment>), PayingError> {
        for attempt in 0..ATTEMPTS {
            let items = self.closing.store().partition(keys::payments(partner)).await?;
            let (mut head, mut of_head, mut payments) = (HeadForm::default(), 0, Vec::new());
            for item in &items {
                match ItemKey::parse(&key(item)) {
                    Some(ItemKey::Head(_)) => (head, of_head) = (item::read(item)?, revision(item)),
                    Some(ItemKey::Payment(..)) => payments.push(read_payment(item)?),
                    Some(_) | None => return Err(item::unknown(key(item)).into()),
                }
            }
            payments.retain(|payment| payment.n <= head.count);
            payments.sort_by_key(|payment| payment.n);
            let places: BTreeSet<u32> = payments.iter().map(|payment| payment.n).collect();
            if places.len() == payments.len() && places.iter().copied().eq(1..=head.count) {
                return Ok((head, of_head, payments));
            }
            self.closing.store().back_off(attempt).await;
        }
        let Key { pk, sk: _ } = keys::head(partner);
        Err(LedgerError::Damaged { key: pk, why: "its head counts other payments than are there" }.into())
    }
}
