//! The registry (RULEBOOK §6): one item for each partner, registered or only heard of in a sale.

use crate::keys;
use crate::store::{Consistency, Item, Key, Store, TransactError, Write};
use crate::{Ledger, LedgerError, SHAPE, UNSTORABLE};
use rules::rank::Earliest;
use rules::{Agreements, Partner, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is stored of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Who.
    pub id: PartnerId,
    /// What the partner is called; none: not registered, known from a sale only.
    pub name: Option<String>,
    /// Agreements, earliest sales, earliest instances.
    pub partner: Partner,
    /// Raised by each change of name or agreements, by nothing else; 0 before the first registration.
    pub agreements_version: u64,
    /// Raised by every write; none: nothing is stored yet.
    revision: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct StoredHead {
    pk: String,
    sk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gpk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gsk: Option<String>,
    #[serde(rename = "nm", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "ag")]
    agreements: Agreements,
    #[serde(rename = "av")]
    agreements_version: u64,
    #[serde(rename = "sa")]
    sales: Earliest,
    #[serde(rename = "in")]
    instances: Earliest,
    #[serde(rename = "v")]
    revision: u64,
}

impl Head {
    /// A partner that nothing is stored of.
    pub fn unknown(id: PartnerId) -> Head {
        Head { id, name: None, partner: Partner::default(), agreements_version: 0, revision: None }
    }

    pub(crate) fn read(item: Item) -> Result<Head, LedgerError> {
        let key = crate::queries::name(&item);
        let damaged = |why| LedgerError::Damaged { key: key.clone(), why };
        let stored: StoredHead = serde_dynamo::from_item(item).map_err(|_| damaged(SHAPE))?;
        let id = keys::partner_of(&stored.pk).ok_or_else(|| damaged("its key is none of a partner"))?;
        Ok(Head {
            id,
            name: stored.name,
            partner: Partner { agreements: stored.agreements, sales: stored.sales, instances: stored.instances },
            agreements_version: stored.agreements_version,
            revision: Some(stored.revision),
        })
    }

    /// The write that puts this in place of what was read.
    pub(crate) fn write(&self) -> Result<Write, LedgerError> {
        let Key { pk, sk } = keys::head(&self.id);
        let listed = self.name.is_some();
        let stored = StoredHead {
            pk,
            sk,
            gpk: listed.then(|| keys::PARTNERS.to_owned()),
            gsk: listed.then(|| self.id.to_string()),
            name: self.name.clone(),
            agreements: self.partner.agreements.clone(),
            agreements_version: self.agreements_version,
            sales: self.partner.sales.clone(),
            instances: self.partner.instances.clone(),
            revision: self.revision.unwrap_or(0) + 1,
        };
        let item = serde_dynamo::to_item(stored)
            .map_err(|_| LedgerError::Damaged { key: self.id.to_string(), why: UNSTORABLE })?;
        Ok(match self.revision {
            Some(revision) => Write::Replace(item, revision),
            None => Write::Insert(item),
        })
    }
}

impl<S: Store> Ledger<S> {
    /// What is stored of a partner now.
    pub async fn head(&self, id: &PartnerId) -> Result<Head, LedgerError> {
        let heads = self.heads(vec![id.clone()], Consistency::Strong).await?;
        Ok(heads.into_values().next().unwrap_or_else(|| Head::unknown(id.clone())))
    }

    /// What is stored of each of these partners; those nothing is stored of are left out.
    pub(crate) async fn heads(
        &self,
        ids: Vec<PartnerId>,
        consistency: Consistency,
    ) -> Result<BTreeMap<PartnerId, Head>, LedgerError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items = self.store.get(ids.iter().map(keys::head).collect(), consistency).await?;
        let heads = items.into_iter().map(|item| Head::read(item).map(|head| (head.id.clone(), head)));
        heads.collect()
    }

    /// Registers a partner in place of what `read` was when it was read, and returns it as it is now. `None`: it has
    /// changed meanwhile; read again. The same name and agreements again change nothing.
    pub async fn register(
        &self,
        read: Head,
        name: String,
        agreements: Agreements,
    ) -> Result<Option<Head>, LedgerError> {
        if read.name.as_ref() == Some(&name) && read.partner.agreements == agreements {
            return Ok(Some(read));
        }
        let mut head = read;
        head.name = Some(name);
        head.partner.agreements = agreements;
        head.agreements_version += 1;
        match self.store.transact(vec![head.write()?]).await {
            Ok(()) => {
                head.revision = Some(head.revision.unwrap_or(0) + 1);
                Ok(Some(head))
            }
            Err(TransactError::Conflict) => Ok(None),
            Err(TransactError::Failed(error)) => Err(error.into()),
        }
    }
}
