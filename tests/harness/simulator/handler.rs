//! What a handler does with its batch: the ledger's real code.

use super::table::SimStore;
use super::{Message, scenario};
use jiff::Timestamp;
use ledger::announce::{Announce, Announced, Booked};
use ledger::choices::Chosen;
use ledger::slots::Origin;
use ledger::store::StoreError;
use ledger::totals::PartnerMonth;
use ledger::{Ledger, Reported, Store};
use rules::{Agreements, PartnerId};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

/// What a handler leaves behind: which of its messages must come back, and which new ones it sent.
pub(super) type Done = (Vec<Message>, Vec<Message>);

/// Works on a batch of messages of one kind.
pub(super) fn work(store: SimStore, messages: Vec<Message>, id: usize) -> Pin<Box<dyn Future<Output = Done>>> {
    Box::pin(async move {
        let refreshes = Refreshes { store: store.clone(), booked: Arc::default() };
        let ledger = Ledger::new(Announced::new(store, refreshes.clone()));
        let (back, mut new) = take(&ledger, messages, id).await;
        let booked = std::mem::take(&mut *refreshes.booked.lock().unwrap());
        new.extend((!booked.is_empty()).then_some(Message::Refresh(booked)));
        (back, new)
    })
}

/// Refreshes of totals: the delayed ones go to the queue before the write, the others at the handler's end.
#[derive(Clone)]
struct Refreshes {
    store: SimStore,
    booked: Arc<Mutex<BTreeSet<PartnerMonth>>>,
}

impl Announce for Refreshes {
    async fn before(&self, months: &BTreeSet<PartnerMonth>) -> Result<(), StoreError> {
        self.store.send_refresh(months).await
    }

    fn after(&self, booked: Vec<Booked>) {
        if self.store.keeps_totals() {
            self.booked.lock().unwrap().extend(booked.into_iter().map(|booked| booked.within));
        }
    }
}

async fn take(ledger: &Ledger<impl Store>, messages: Vec<Message>, id: usize) -> Done {
    let at = Timestamp::from_second(i64::try_from(id).unwrap_or(0)).unwrap_or_default();
    let events: Vec<Reported> = messages
        .iter()
        .filter_map(|message| match message {
            Message::Event(fact) => Some(Reported::new(fact.clone(), "event")),
            Message::Change(_, _) | Message::Choose(_) | Message::Restate(_, _) | Message::Refresh(_) => None,
        })
        .collect();
    if !events.is_empty() {
        let outcomes = ledger.record(&events, at).await;
        let failed = messages.into_iter().zip(outcomes).filter(|(_, outcome)| outcome.is_err());
        return (failed.map(|(message, _)| message).collect(), Vec::new());
    }
    let (mut back, mut new) = (Vec::new(), Vec::new());
    for message in messages {
        match &message {
            Message::Event(_) => {}
            Message::Change(partner, agreements) => {
                if change(ledger, partner, agreements).await {
                    new.push(Message::Restate(partner.clone(), None));
                } else {
                    back.push(message);
                }
            }
            Message::Choose(choice) => match ledger.choose(choice, Origin { at, because: "choice" }).await {
                Ok(Chosen::Now | Chosen::Already) => {
                    new.extend(scenario::partners().map(|partner| Message::Restate(partner, None)));
                }
                Ok(Chosen::OutOfTurn { .. } | Chosen::UnknownClaim) | Err(_) => back.push(message),
            },
            Message::Refresh(months) => {
                for of in months {
                    if ledger.refresh_totals(of).await.is_err() {
                        back.push(message.clone());
                        break;
                    }
                }
            }
            Message::Restate(partner, after) => {
                let origin = Origin { at, because: "agreements" };
                match ledger.restate(partner, after.clone(), origin).await {
                    Ok(Some(after)) => new.push(Message::Restate(partner.clone(), Some(after))),
                    Ok(None) => {}
                    Err(_) => back.push(message),
                }
            }
        }
    }
    (back, new)
}

async fn change(ledger: &Ledger<impl Store>, partner: &PartnerId, agreements: &Agreements) -> bool {
    let Ok(head) = ledger.head(partner).await else { return false };
    matches!(ledger.register(head, partner.to_string(), agreements.clone()).await, Ok(Some(_)))
}
