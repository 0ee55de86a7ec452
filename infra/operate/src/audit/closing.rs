//! The audit of what closing and paying keep beside the ledger (RULEBOOK §8.10): each item as it was recorded, the sums of each account
//! at each close, and what is paid and open.

use crate::Failure;
use crate::target::Target;
use closing::Closing;
use ledger::dynamo::DynamoStore;
use ledger::item::text;
use ledger::keys::partner_of;
use ledger::store::Item;
use paying::{Caution, Paying, PayingError};
use rules::PartnerId;
use runtime::chain;
use settlement::close::DELAY;
use std::collections::BTreeSet;

/// The most batches that are read of their list at once.
const BATCHES: usize = 100;

/// The items of the ledger alone, and the differences of closing and paying.
pub(super) async fn differences(target: &Target, items: Vec<Item>) -> Result<(Vec<Item>, Vec<String>), Failure> {
    let (mut of_ledger, mut found, mut is_used) = (Vec::new(), Vec::<String>::new(), false);
    let mut partners = BTreeSet::new();
    found.extend(closing::audit::journal::unmatched(&items).iter().map(ToString::to_string));
    found.extend(paying::audit::journal::unmatched(&items).iter().map(ToString::to_string));
    for item in items {
        match check(&item) {
            None => {
                partners.extend(partner_of(text(&item, "pk")));
                of_ledger.push(item);
            }
            Some(checked) => {
                is_used = true;
                found.extend(checked.err());
            }
        }
    }
    if is_used {
        let closing = Closing::new(target.ledger().await?.store().clone(), DELAY);
        let paying = Paying::new(closing, Caution::default());
        for partner_id in partners {
            found.extend(of_partner(&paying, &partner_id).await);
        }
        found.extend(of_batches(&paying).await.unwrap_or_else(|error| vec![chain(&error)]));
    }
    Ok((of_ledger, found))
}

/// Checks an item of closing or of paying: the text of what is wrong; none: it is of the ledger.
fn check(item: &Item) -> Option<Result<(), String>> {
    match closing::check::check(item) {
        Some(checked) => Some(checked.map_err(|unreadable| unreadable.to_string())),
        None => Some(paying::check::check(item)?.map_err(|error| chain(&error))),
    }
}

/// The differences of a partner's accounts.
async fn of_partner(paying: &Paying<DynamoStore>, partner_id: &PartnerId) -> Vec<String> {
    match paying.audit(partner_id).await {
        Ok(findings) => findings.iter().map(|finding| chain(finding)).collect(),
        Err(error) => vec![not_added_up(partner_id, &error)],
    }
}

fn not_added_up(partner_id: &PartnerId, error: &PayingError) -> String {
    format!("PARTNER#{partner_id}: what was settled and paid cannot be added up: {}", chain(error))
}

/// The differences of every batch.
async fn of_batches(paying: &Paying<DynamoStore>) -> Result<Vec<String>, PayingError> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let part = paying.batches(BATCHES, after).await?;
        for batch in part.list {
            let findings = paying.audit_batch(&batch.id).await;
            found.extend(findings?.iter().map(|finding| chain(finding)));
        }
        match part.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}
