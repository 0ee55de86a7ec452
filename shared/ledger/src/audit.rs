//! A whole table held against the rules: every line computed again with the fold, beside what its entries add up to;
//! and every month's totals. Pure.

use crate::keys::RowKey;
use crate::partners::Head;
use crate::rows::text;
use crate::slots::Slots;
use crate::store::{Item, Key};
use crate::totals::{PartnerMonth, StoredTotals};
use crate::{LedgerError, keys};
use rules::fold::fold_contracts;
use rules::line::LineId;
use rules::{Agreements, Contract, ContractId, Entry, Minor, PartnerId, Posting, Totals};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a table comes to.
#[derive(Debug, Default)]
pub struct Audit {
    /// How many lines are owed.
    pub lines: usize,
    /// Each thing that is not as it should be.
    pub findings: Vec<Finding>,
    /// The contracts, as recorded.
    pub contracts: BTreeMap<ContractId, Contract>,
    /// The agreements of every registered partner.
    pub registry: BTreeMap<PartnerId, Agreements>,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A line's entries do not add up to it.
    Difference {
        /// Which line.
        line: LineId,
        /// Where it is, or was, booked.
        posting: Posting,
        /// The partner's and the vendor's part that is owed; none: the line is not owed under this posting.
        owed: Option<(Minor, Minor)>,
        /// What its entries add up to; none: it has no entry.
        booked: Option<(Minor, Minor)>,
    },
    /// A fact still has something to do: its message has not been processed to the end.
    Unfinished {
        /// Its item.
        key: Key,
    },
    /// A slot counts other rows than there are.
    Torn {
        /// The partition.
        partition: String,
    },
    /// A month's totals are not what its entries add up to: they have not been refreshed yet, or never were.
    Totals {
        /// Whose, and when.
        of: PartnerMonth,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Difference { line, posting, owed, booked } => {
                let amounts = |amounts: &Option<(Minor, Minor)>| match amounts {
                    Some((amount, vendor_share)) => {
                        let money = |minor| posting.currency.decimal(minor);
                        format!("{} (vendor {})", money(*amount), money(*vendor_share))
                    }
                    None => "nothing".to_owned(),
                };
                let Posting { partner_id, kind, model, currency, booked_on } = posting;
                let line = match line {
                    LineId::Annuity { contract_id, term, cause: rules::Cause::Annuity } => {
                        format!("contract {contract_id} term {term}")
                    }
                    LineId::Annuity { contract_id, term, cause: rules::Cause::CreditNote(note) } => {
                        format!("contract {contract_id} term {term} credit note {note}")
                    }
                    LineId::EntryFee { partner_id, agreement } => {
                        format!("entry fee of {partner_id}, agreement of {agreement}")
                    }
                };
                let (owed, booked) = (amounts(owed), amounts(booked));
                write!(
                    f,
                    "{line}: owed {owed}, booked {booked} {currency} ({partner_id}, {kind}, {model}, {booked_on})"
                )
            }
            Finding::Unfinished { key } => write!(f, "{} {}: not processed to the end", key.pk, key.sk),
            Finding::Totals { of: PartnerMonth { partner_id, month } } => {
                write!(f, "totals of {partner_id}, {month}: not what the entries add up to")
            }
            Finding::Torn { partition } => write!(f, "{partition}: counts other rows than there are"),
        }
    }
}

type Months = BTreeMap<PartnerMonth, Totals>;
type Sums = BTreeMap<(LineId, Posting), (Minor, Minor)>;

/// Holds all items of a table against the rules.
pub fn audit(items: Vec<Item>) -> Result<Audit, LedgerError> {
    let mut audit = Audit::default();
    let mut partitions: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    let mut stored = Months::new();
    for item in items {
        let key = Key { pk: text(&item, "pk").to_owned(), sk: text(&item, "sk").to_owned() };
        if RowKey::parse(&key).is_some() {
            if item.contains_key("t") {
                audit.findings.push(Finding::Unfinished { key: key.clone() });
            }
            partitions.entry(key.pk).or_default().push(item);
        } else if keys::totals_of(&key.pk).is_some() {
            let (of, totals, _) = StoredTotals::read(item)?;
            stored.insert(of, totals);
        } else if keys::partner_of(&key.pk).is_some_and(|partner| key == keys::head(&partner)) {
            let head = Head::read(item)?;
            if head.name.is_some() {
                audit.registry.insert(head.id, head.partner.agreements);
            }
        }
    }
    let (mut booked, mut months) = (Sums::new(), Months::new());
    for (partition, items) in partitions {
        match Slots::read(items)? {
            Ok(slots) => audit.read(&partition, &slots, &mut booked, &mut months)?,
            Err(_) => audit.findings.push(Finding::Torn { partition }),
        }
    }
    audit.compare(booked);
    audit.compare_months(&months, &stored);
    Ok(audit)
}

impl Audit {
    fn read(
        &mut self,
        partition: &str,
        slots: &Slots,
        booked: &mut Sums,
        months: &mut Months,
    ) -> Result<(), LedgerError> {
        for (line, entries) in slots.entries() {
            for recorded in entries {
                let overflow = |source| LedgerError::Overflow { what: partition.to_owned(), source };
                let Entry { posting, amount, vendor_share, .. } = &recorded.entry;
                let of = PartnerMonth { partner_id: posting.partner_id.clone(), month: posting.booked_on.into() };
                months.entry(of).or_default().book(posting, *amount, *vendor_share).map_err(overflow)?;
                let sum = booked.entry((line.clone(), recorded.entry.posting)).or_default();
                sum.0 = sum.0.plus(recorded.entry.amount).map_err(overflow)?;
                sum.1 = sum.1.plus(recorded.entry.vendor_share).map_err(overflow)?;
            }
        }
        if let Some(id) = keys::contract_of(partition) {
            self.contracts.insert(id, slots.contract());
        }
        Ok(())
    }

    fn compare_months(&mut self, months: &Months, stored: &Months) {
        let all: BTreeSet<&PartnerMonth> = months.keys().chain(stored.keys()).collect();
        let differ = all.into_iter().filter(|of| months.get(of) != stored.get(of));
        self.findings.extend(differ.map(|of| Finding::Totals { of: of.clone() }));
    }

    fn compare(&mut self, mut booked: Sums) {
        let lines = fold_contracts(&self.contracts, &self.registry);
        self.lines = lines.len();
        for line in lines {
            let owed = (line.amount(), line.vendor_share());
            let booked = booked.remove(&(line.id.clone(), line.posting.clone()));
            if booked != Some(owed) {
                let (line, posting) = (line.id, line.posting);
                self.findings.push(Finding::Difference { line, posting, owed: Some(owed), booked });
            }
        }
        for ((line, posting), booked) in booked.into_iter().filter(|(_, sum)| *sum != (Minor::ZERO, Minor::ZERO)) {
            self.findings.push(Finding::Difference { line, posting, owed: None, booked: Some(booked) });
        }
    }
}
