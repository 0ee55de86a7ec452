//! The audit of what closing keeps beside the ledger (RULEBOOK §8.10): each item as it was recorded, and the sums of each account
//! at each close.

use crate::Failure;
use crate::target::Target;
use closing::audit::journal;
use closing::check::check;
use closing::{Closing, ClosingError};
use ledger::dynamo::DynamoStore;
use ledger::item::text;
use ledger::keys::partner_of;
use ledger::store::Item;
use rules::PartnerId;
use runtime::chain;
use settlement::close::DELAY;
use std::collections::BTreeSet;

/// The items of the ledger alone, and the differences of closing.
pub(super) async fn differences(target: &Target, items: Vec<Item>) -> Result<(Vec<Item>, Vec<String>), Failure> {
    let (mut of_ledger, mut found, mut is_used) = (Vec::new(), Vec::<String>::new(), false);
    let mut partners = BTreeSet::new();
    found.extend(journal::unmatched(&items).iter().map(ToString::to_string));
    for item in items {
        match check(&item) {
            None => {
                partners.extend(partner_of(text(&item, "pk")));
                of_ledger.push(item);
            }
            Some(checked) => {
                is_used = true;
                found.extend(checked.err().map(|unreadable| unreadable.to_string()));
            }
        }
    }
    if is_used {
        let closing = Closing::new(target.ledger().await?.store().clone(), DELAY);
        for partner_id in partners {
            found.extend(of_partner(&closing, &partner_id).await);
        }
    }
    Ok((of_ledger, found))
}

/// The differences of a partner's accounts.
async fn of_partner(closing: &Closing<DynamoStore>, partner_id: &PartnerId) -> Vec<String> {
    match closing.audit(partner_id).await {
        Ok(findings) => findings.iter().map(|finding| chain(finding)).collect(),
        Err(error) => vec![not_added_up(partner_id, &error)],
    }
}

fn not_added_up(partner_id: &PartnerId, error: &ClosingError) -> String {
    format!("PARTNER#{partner_id}: what was settled cannot be added up: {}", chain(error))
}
