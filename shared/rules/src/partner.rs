//! The part of a partner's history that decisions need; its size is bounded.

use crate::rank::{Earliest, RankKey};
use crate::{Agreements, Instance, Sale};

/// A partner's agreements, its earliest customer sales and its earliest own instances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partner {
    /// The agreements as last accepted.
    pub agreements: Agreements,
    /// The earliest customer sales, under any model, pending or not.
    pub sales: Earliest,
    /// The earliest partner instances; only the first one can have the discount.
    pub instances: Earliest,
}

impl Partner {
    /// Removes a sale that is no longer effective, or is now another partner's. Returns the sales whose rank, or whose
    /// place as first instance, has changed. `None`: nothing changed.
    pub fn remove(&mut self, sale: &Sale) -> Option<Vec<RankKey>> {
        self.list_mut(sale.instance).remove(&RankKey::from(sale))
    }

    /// Adds an effective sale. Returns the sales whose rank, or whose place as first instance, has changed. `None`:
    /// nothing changed.
    pub fn add(&mut self, sale: &Sale) -> Option<Vec<RankKey>> {
        self.list_mut(sale.instance).add(RankKey::from(sale))
    }

    fn list_mut(&mut self, instance: Instance) -> &mut Earliest {
        match instance {
            Instance::Customer => &mut self.sales,
            Instance::Partner => &mut self.instances,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Day, Money};

    fn sale(contract: &str, instance: Instance) -> Sale {
        Sale {
            contract_id: contract.parse().unwrap(),
            partner_id: "P".parse().unwrap(),
            customer_id: "K".parse().unwrap(),
            signed_on: Day::MIN,
            annual_fee: Money::parse("1", "EUR".parse().unwrap()).unwrap(),
            instance,
        }
    }

    #[test]
    fn a_sale_that_stands_no_more_leaves_the_list_it_is_on() {
        let check = |instance| {
            let [a, b, c] = ["A", "B", "C"].map(|contract| sale(contract, instance));
            let mut partner = Partner::default();
            for sale in [&a, &b, &c] {
                assert_eq!(partner.add(sale), Some(vec![]));
            }
            assert_eq!(partner.remove(&a), Some(vec![RankKey::from(&b), RankKey::from(&c)]));
            assert_eq!(partner.remove(&a), None);
            assert_eq!(partner.add(&a), Some(vec![RankKey::from(&b), RankKey::from(&c)]));
            partner
        };
        let (customers, own) = (check(Instance::Customer), check(Instance::Partner));
        assert_eq!((customers.sales.iter().count(), customers.instances.iter().count()), (3, 0));
        assert_eq!((own.sales.iter().count(), own.instances.iter().count()), (0, 3));
    }
}
