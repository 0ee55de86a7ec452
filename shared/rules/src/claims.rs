//! Claims (§5): what was said of one key, in the order it was recorded. The first that may stand does.

/// Everything said of one key; the claims differ from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims<T>(Vec<T>);

/// What one more claim is to those already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Nothing was said of the key yet.
    First,
    /// The same fact again: no effect.
    Duplicate,
    /// It says something else: a contradicting claim.
    Contradiction,
}

impl<T> Default for Claims<T> {
    fn default() -> Self {
        Claims(Vec::new())
    }
}

impl<T: PartialEq> Claims<T> {
    /// Adds a claim behind the others, unless it is there already.
    pub fn add(&mut self, claim: T) -> Added {
        if self.0.contains(&claim) {
            return Added::Duplicate;
        }
        self.0.push(claim);
        if self.0.len() == 1 { Added::First } else { Added::Contradiction }
    }

    /// The first claim that may stand.
    pub fn standing(&self, may_stand: impl Fn(&T) -> bool) -> Option<&T> {
        self.0.iter().find(|claim| may_stand(claim))
    }

    /// All of them, in the order recorded.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}
