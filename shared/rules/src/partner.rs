//! The part of a partner's history that decisions need; its size is bounded.

use crate::programme::Earnings;
use crate::rank::{EARLIEST, Earliest, Moved, RankKey};
use crate::{Agreement, Agreements, Instance, Sale};

/// A partner's agreements, its earliest customer sales and its earliest own instances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partner {
    /// The agreements as last accepted.
    pub agreements: Agreements,
    /// The earliest customer sales, under any model, pending or not, as far as the agreements need them; longer if they
    /// needed more before.
    pub sales: Earliest,
    /// The earliest partner instances; only the first one can have the discount.
    pub instances: Earliest,
}

impl Partner {
    /// Removes a sale that is no longer effective, or is now another partner's. Returns the sales that are decided
    /// otherwise for it. `None`: nothing changed.
    pub fn remove(&mut self, sale: &Sale) -> Option<Vec<RankKey>> {
        let moved = self.list_mut(sale.instance).remove(&RankKey::from(sale))?;
        Some(self.decided_otherwise(sale.instance, moved))
    }

    /// Adds an effective sale. Returns the sales that are decided otherwise for it. `None`: nothing changed.
    pub fn add(&mut self, sale: &Sale) -> Option<Vec<RankKey>> {
        let most = self.most_listed(sale.instance);
        let moved = self.list_mut(sale.instance).add(RankKey::from(sale), most)?;
        Some(self.decided_otherwise(sale.instance, moved))
    }

    /// The customer sales that are paid at one of their two ranks alone: those whose agreement pays from the higher one.
    /// All instances that moved, since there are few.
    fn decided_otherwise(&self, instance: Instance, moved: Vec<Moved>) -> Vec<RankKey> {
        let is_paid_from =
            |moved: &Moved| match self.agreements.in_force_on(moved.key.signed_on).map(Agreement::earnings) {
                Some(Earnings::Once { rates: _, from_sale }) => usize::from(from_sale.number()) == moved.higher,
                Some(Earnings::Recurring { .. }) | None => false,
            };
        let changed = moved.into_iter().filter(|moved| match instance {
            Instance::Customer => is_paid_from(moved),
            Instance::Partner => true,
        });
        changed.map(|moved| moved.key).collect()
    }

    /// Whether an effective sale is, or would be, listed.
    pub fn admits(&self, sale: &Sale) -> bool {
        let list = match sale.instance {
            Instance::Customer => &self.sales,
            Instance::Partner => &self.instances,
        };
        list.admits(&RankKey::from(sale), self.most_listed(sale.instance))
    }

    fn most_listed(&self, instance: Instance) -> usize {
        match instance {
            Instance::Customer => self.agreements.most_listed(),
            Instance::Partner => EARLIEST,
        }
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
    use crate::agreement::Draft;
    use crate::{Day, Model, Money};

    fn referrer() -> Draft {
        Draft::new(Model::Referrer, Day::MIN)
    }

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

    /// A partner whose agreements pay from these sales on, each for a year from 2021 on.
    fn partner(from_sales: &[u64]) -> Partner {
        let drafts = from_sales.iter().zip(2021..).map(|(from_sale, year)| Draft {
            starts_on: format!("{year}-01-01").parse().unwrap(),
            ends_on: format!("{year}-12-31").parse().ok(),
            from_sale: (*from_sale).try_into().ok(),
            ..referrer()
        });
        let agreements = Agreements::new(drafts.map(|draft| draft.accept().unwrap()).collect()).unwrap();
        Partner { agreements, ..Partner::default() }
    }

    fn names(changed: Option<Vec<RankKey>>) -> Option<String> {
        changed.map(|keys| keys.iter().map(|key| key.contract_id.as_str()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_sale_is_decided_otherwise_if_it_crosses_the_sale_from_which_its_agreement_pays() {
        // A year in which the second sale is paid, one in which the fourth is, and one in which all are.
        let mut partner = partner(&[2, 4, 1]);
        let on = |contract: &str, signed_on: &str| Sale {
            signed_on: signed_on.parse().unwrap(),
            ..sale(contract, Instance::Customer)
        };
        let check = |changed: Option<Vec<RankKey>>, expected: Option<&str>| {
            assert_eq!(names(changed).as_deref(), expected);
        };
        check(partner.add(&on("B", "2021-02-01")), Some(""));
        check(partner.add(&on("C", "2021-03-01")), Some(""));
        check(partner.add(&on("E", "2022-01-01")), Some(""));
        check(partner.add(&on("F", "2022-02-01")), None);
        // B becomes the second sale, which is paid; C, the third, is paid as before; E drops off the end, as the fourth.
        check(partner.add(&on("A", "2021-01-01")), Some("B E"));
        // A sale in front of C moves C off the end, and decides nothing otherwise.
        check(partner.add(&on("BB", "2021-02-02")), Some(""));
        // B is the first again; BB is the second, and paid as before.
        check(partner.remove(&on("A", "2021-01-01")), Some("B"));
        check(partner.remove(&on("A", "2021-01-01")), None);
        // Sales of a year in which all are paid are not listed behind three others, and decided as before in front of them.
        check(partner.add(&on("C", "2021-03-01")), Some(""));
        check(partner.add(&on("G", "2023-01-01")), None);
    }

    #[test]
    fn every_instance_that_moves_is_decided_again() {
        let [a, b, c] = ["A", "B", "C"].map(|contract| sale(contract, Instance::Partner));
        let mut partner = Partner::default();
        for sale in [&a, &b, &c] {
            assert_eq!(partner.add(sale), Some(vec![]));
        }
        assert_eq!(names(partner.remove(&a)).as_deref(), Some("B C"));
        assert_eq!(partner.remove(&a), None);
        assert_eq!(names(partner.add(&a)).as_deref(), Some("B C"));
        assert_eq!((partner.sales.iter().count(), partner.instances.iter().count()), (0, 3));
    }
}
