//! Rank (§3.3): a sale's place among a partner's customer sales, by day of signature, then by contract id.

use crate::programme::FromSale;
use crate::{ContractId, Day, Sale};

/// The most of a partner's earliest sales that any agreements need: none pays from later than sale 12.
pub const EARLIEST: usize = FromSale::MAX as usize - 1;

/// The sort key of a sale. Ordered as §3.3 orders sales.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RankKey {
    /// The day of signature.
    pub signed_on: Day,
    /// The contract; sales of one day are ordered by its bytes.
    pub contract_id: ContractId,
}

impl From<&Sale> for RankKey {
    fn from(sale: &Sale) -> RankKey {
        RankKey { signed_on: sale.signed_on, contract_id: sale.contract_id.clone() }
    }
}

/// A sale whose rank changes by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The sale.
    pub key: RankKey,
    /// The higher one of its ranks before and after.
    pub higher: usize,
}

/// The earliest sales of a partner, in order: as many as its agreements need, or all of them, if there are fewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earliest(Vec<RankKey>);

/// A list that cannot be a list of earliest sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the earliest sales are not in order, or more than {EARLIEST}")]
pub struct NotEarliest;

impl TryFrom<Vec<RankKey>> for Earliest {
    type Error = NotEarliest;
    fn try_from(keys: Vec<RankKey>) -> Result<Self, NotEarliest> {
        let in_order = keys.is_sorted_by(|one, next| one < next);
        if in_order && keys.len() <= EARLIEST { Ok(Earliest(keys)) } else { Err(NotEarliest) }
    }
}

impl Earliest {
    /// Whether a sale is, or would be, among the `most` earliest. Later facts can only turn true into false.
    pub fn admits(&self, key: &RankKey, most: usize) -> bool {
        match most.checked_sub(1) {
            None => false,
            Some(last) => self.0.get(last).is_none_or(|last| key <= last),
        }
    }

    /// Adds a sale, if it is among the `most` earliest and not listed yet. Returns the sales whose rank grows: those after
    /// it, including the one that drops off the end. `None`: nothing changed.
    pub fn add(&mut self, key: RankKey, most: usize) -> Option<Vec<Moved>> {
        if !self.admits(&key, most) {
            return None;
        }
        let at = self.0.binary_search(&key).err()?;
        let displaced = self.moved_from(at);
        self.0.insert(at, key);
        self.cut(most);
        Some(displaced)
    }

    /// Keeps the `most` earliest.
    pub fn cut(&mut self, most: usize) {
        self.0.truncate(most);
    }

    /// Removes a sale and returns those after it, whose rank shrinks. The list may then be incomplete although there
    /// are later sales: a write that looks at one of those [adds](Earliest::add) it. `None`: it is not on the list.
    pub fn remove(&mut self, key: &RankKey) -> Option<Vec<Moved>> {
        let at = self.0.binary_search(key).ok()?;
        self.0.remove(at);
        Some(self.moved_from(at))
    }

    /// The sales from a place on, for which one more is or was in front of them.
    fn moved_from(&self, at: usize) -> Vec<Moved> {
        let moved = |(place, key): (usize, &RankKey)| Moved { key: key.clone(), higher: place + 2 };
        self.0.iter().enumerate().skip(at).map(moved).collect()
    }

    /// Whether the sale is the first on the list.
    pub fn is_first(&self, key: &RankKey) -> bool {
        self.0.first() == Some(key)
    }

    /// The sales that are also on another list.
    #[must_use]
    pub fn also_in(&self, other: &Earliest) -> Earliest {
        Earliest(self.0.iter().filter(|key| other.0.contains(key)).cloned().collect())
    }

    /// All listed sales, in order.
    pub fn iter(&self) -> impl Iterator<Item = &RankKey> {
        self.0.iter()
    }
}

/// §3.3: the rank of a sale that has been [added](Earliest::add) to its partner's earliest sales. A sale that is not
/// among them is paid under each of the partner's agreements; none distinguishes such sales, so the answer is 12.
pub fn rank(sale: &Sale, earliest: &Earliest) -> usize {
    let key = (sale.signed_on, &sale.contract_id);
    earliest.0.binary_search_by(|other| (other.signed_on, &other.contract_id).cmp(&key)).unwrap_or(EARLIEST) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(day: u8, contract: &str) -> RankKey {
        let signed_on = format!("2024-01-{day:02}").parse().unwrap();
        RankKey { signed_on, contract_id: contract.parse().unwrap() }
    }

    fn rank_of(key: RankKey, earliest: &Earliest) -> usize {
        let RankKey { signed_on, contract_id } = key;
        let annual_fee = crate::Money::parse("1", "EUR".parse().unwrap()).unwrap();
        let (partner_id, customer_id) = ("P".parse().unwrap(), "K".parse().unwrap());
        let instance = crate::Instance::Customer;
        rank(&Sale { contract_id, partner_id, customer_id, signed_on, annual_fee, instance }, earliest)
    }

    fn names(moved: Option<Vec<Moved>>) -> Option<Vec<String>> {
        moved.map(|moved| moved.into_iter().map(|moved| moved.key.contract_id.to_string()).collect())
    }

    #[test]
    fn sales_of_one_day_rank_by_the_bytes_of_their_contract() {
        let mut earliest = Earliest::default();
        assert_eq!(names(earliest.add(key(2, "T-2"), EARLIEST)), Some(vec![]));
        assert_eq!(names(earliest.add(key(2, "T-10"), EARLIEST)), Some(vec!["T-2".into()]));
        assert_eq!(names(earliest.add(key(1, "T-9"), EARLIEST)), Some(vec!["T-10".into(), "T-2".into()]));
        assert_eq!(earliest.add(key(1, "T-9"), EARLIEST), None, "the same sale again");
        assert!(earliest.is_first(&key(1, "T-9")));
        assert_eq!(["T-10", "T-2"].map(|contract| rank_of(key(2, contract), &earliest)), [2, 3]);
    }

    #[test]
    fn beyond_the_eleventh_every_sale_is_paid() {
        let mut earliest = Earliest::default();
        for day in 10..21 {
            assert_eq!(names(earliest.add(key(day, "C"), EARLIEST)), Some(vec![]));
        }
        assert_eq!(earliest.iter().count(), EARLIEST);
        assert_eq!(earliest.add(key(21, "C"), EARLIEST), None);
        assert!(!earliest.admits(&key(20, "D"), EARLIEST) && earliest.admits(&key(20, "B"), EARLIEST));
        assert_eq!(rank_of(key(20, "C"), &earliest), 11);
        assert_eq!(
            names(earliest.add(key(20, "B"), EARLIEST)),
            Some(vec!["C".into()]),
            "who drops off is displaced too"
        );
        assert_eq!(rank_of(key(20, "C"), &earliest), 12);
    }

    #[test]
    fn a_list_is_as_long_as_it_must_be() {
        let mut earliest = Earliest::default();
        assert!(!earliest.admits(&key(10, "A"), 0), "no agreement asks for a rank");
        assert_eq!(earliest.add(key(10, "A"), 0), None);
        assert_eq!(names(earliest.add(key(10, "A"), 1)), Some(vec![]));
        assert!(!earliest.admits(&key(11, "B"), 1) && earliest.admits(&key(9, "B"), 1));
        assert_eq!(names(earliest.add(key(9, "B"), 1)), Some(vec!["A".into()]), "who drops off is displaced too");
        assert_eq!(earliest.iter().count(), 1);
        // A list from before the agreements were these is longer, and is cut when it next changes.
        for day in 12..20 {
            earliest.add(key(day, "C"), EARLIEST);
        }
        assert!(earliest.admits(&key(11, "D"), 2) && !earliest.admits(&key(13, "D"), 2));
        assert_eq!(names(earliest.add(key(8, "E"), 2)).map(|displaced| displaced.len()), Some(9));
        assert_eq!(earliest.iter().count(), 2);
    }

    #[test]
    fn a_list_is_in_order_and_bounded() {
        let reads = |days: &[u8]| {
            let keys: Vec<RankKey> = days.iter().map(|day| key(*day, "C")).collect();
            Earliest::try_from(keys).is_ok()
        };
        assert!(reads(&[]) && reads(&[1, 2]) && reads(&(1..=11).collect::<Vec<_>>()));
        assert!(!reads(&[2, 1]) && !reads(&[1, 1]) && !reads(&(1..=12).collect::<Vec<_>>()));
    }

    #[test]
    fn a_sale_that_is_taken_off_lets_the_next_one_in() {
        let mut earliest = Earliest::default();
        for day in 10..21 {
            earliest.add(key(day, "C"), EARLIEST);
        }
        assert_eq!(names(earliest.remove(&key(19, "C"))), Some(vec!["C".into()]));
        assert_eq!(earliest.remove(&key(19, "C")), None);
        assert!(earliest.admits(&key(28, "Z"), EARLIEST));
        assert_eq!(names(earliest.add(key(28, "Z"), EARLIEST)), Some(vec![]));
        assert_eq!(
            names(earliest.add(key(27, "Y"), EARLIEST)),
            Some(vec!["Z".into()]),
            "the true eleventh displaces it"
        );
    }
}
