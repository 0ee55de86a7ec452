//! What of a partner's history a decision needs: bounded, however long the history is.

use crate::rank::{Earliest, Place};
use crate::{Agreements, Instance, Sale};

/// A partner's agreements, its earliest customer sales and its earliest own instances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partner {
    /// The agreements as last accepted.
    pub agreements: Agreements,
    /// The earliest customer sales, whatever model they were signed under, pending or not.
    pub sales: Earliest,
    /// The earliest partner instances; the first one is the one that can have the discount.
    pub instances: Earliest,
}

impl Partner {
    /// Forgets a sale that stands no more, or for another partner, and returns those it leaves behind: their rank, or which
    /// of them is the first, has changed. `None`: nothing changed.
    pub fn remove(&mut self, sale: &Sale) -> Option<Vec<Place>> {
        self.list_mut(sale.instance).remove(&Place::from(sale))
    }

    /// Makes a standing sale known and returns those it displaces: their rank, or which of them is the first, has
    /// changed. `None`: nothing changed.
    pub fn add(&mut self, sale: &Sale) -> Option<Vec<Place>> {
        self.list_mut(sale.instance).add(Place::from(sale))
    }

    fn list_mut(&mut self, instance: Instance) -> &mut Earliest {
        match instance {
            Instance::Customer => &mut self.sales,
            Instance::Partner => &mut self.instances,
        }
    }
}
