//! Sorted sets and maps of what an iterator gives.

use std::collections::{BTreeMap, BTreeSet};

/// Collects by inserting. `collect` sorts first, and each iterator that it is called on has a sort of its own in a program, of 3 kB.
pub trait Sorted: Iterator + Sized {
    /// The set of all.
    fn to_set(self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        let mut set = BTreeSet::new();
        set.extend(self);
        set
    }

    /// The map of all pairs; of equal keys the last one counts.
    fn to_map<K: Ord, V>(self) -> BTreeMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        let mut map = BTreeMap::new();
        map.extend(self);
        map
    }
}

impl<I: Iterator> Sorted for I {}
