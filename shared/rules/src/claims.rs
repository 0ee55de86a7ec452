//! Claims (§5): what was said of one key, in the order it was recorded. The first that may stand does, until a manager
//! chooses another, or none.

/// Everything said of one key, and what was chosen; the claims differ from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims<T> {
    claims: Vec<T>,
    choices: Vec<Option<T>>,
}

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
        Claims { claims: Vec::new(), choices: Vec::new() }
    }
}

impl<T: PartialEq> Claims<T> {
    /// Adds a claim behind the others, unless it is there already.
    pub fn add(&mut self, claim: T) -> Added {
        if self.claims.contains(&claim) {
            return Added::Duplicate;
        }
        self.claims.push(claim);
        if self.claims.len() == 1 { Added::First } else { Added::Contradiction }
    }

    /// Chooses what stands from now on: one of the claims, or none.
    pub fn choose(&mut self, choice: Option<T>) {
        self.choices.push(choice);
    }

    /// The claim that stands: the one last chosen, without a choice the first one; if it may.
    pub fn standing(&self, may_stand: impl Fn(&T) -> bool) -> Option<&T> {
        match self.choices.last() {
            Some(choice) => choice.as_ref().filter(|claim| may_stand(claim)),
            None => self.claims.iter().find(|claim| may_stand(claim)),
        }
    }

    /// All of them, in the order recorded.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.claims.iter()
    }

    /// What was chosen, the last one holds.
    pub fn choices(&self) -> &[Option<T>] {
        &self.choices
    }

    /// Whether nobody has decided yet between several.
    pub fn is_contested(&self) -> bool {
        self.claims.len() > 1 && self.choices.is_empty()
    }
}
