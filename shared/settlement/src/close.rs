//! Closing (§8.2): may this month be closed now, and its cut.

use crate::number::Number;
use crate::vat::EurRate;
use jiff::{SignedDuration, Timestamp};
use rules::day::{begins_at, day_of};
use rules::label::StatedReason;
use rules::{Currency, Day, Month, PartnerId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The longest that a writer may take and an index may lag, unless a parameter says otherwise.
pub const DELAY: SignedDuration = SignedDuration::from_mins(15);

/// The moment of a close, and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    month: Month,
    at: Timestamp,
    cut: Timestamp,
    day: Day,
}

impl Moment {
    /// The month that is closed.
    pub fn month(&self) -> Month {
        self.month
    }

    /// The moment of closing: what was recorded by then holds, but of entries.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The cut: an entry recorded at it is in.
    pub fn cut(&self) -> Timestamp {
        self.cut
    }

    /// The day of closing (Europe/Paris), which its documents bear.
    pub fn day(&self) -> Day {
        self.day
    }

    /// A close as it was stored.
    pub fn stored(month: Month, at: Timestamp, cut: Timestamp) -> Result<Moment, CloseError> {
        let day = Day::try_from(day_of(at)).map_err(|_| CloseError::OutOfBounds { at })?;
        if cut > at {
            return Err(CloseError::OutOfBounds { at });
        }
        Ok(Moment { month, at, cut, day })
    }
}

/// The close before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// Its moment.
    pub moment: Moment,
    /// All of its documents are made.
    pub is_made: bool,
}

/// The reason why a month cannot be closed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CloseError {
    /// It is closed already.
    #[error("{month} is closed already, and a close is never undone: ask for the stored close")]
    Closed {
        /// The month.
        month: Month,
    },
    /// Another month is next.
    #[error("{month} is not next: close {next} first")]
    OutOfOrder {
        /// The month asked for.
        month: Month,
        /// The month after the last close.
        next: Month,
    },
    /// The month is not over, or the delay has not passed.
    #[error("{month} cannot be closed before {from}, when it is over in Europe/Paris and every entry of it is in")]
    TooEarly {
        /// The month.
        month: Month,
        /// The earliest moment.
        from: Timestamp,
    },
    /// Documents of the close before are being made.
    #[error("not every document of {before} is made: wait until they are")]
    NotMade {
        /// The month of the close before.
        before: Month,
    },
    /// The cut would not be later than the one before.
    #[error(
        "the cut {cut} is not later than {before}, that of the close before: wait, or check the clock and the delay"
    )]
    CutNotLater {
        /// The cut.
        cut: Timestamp,
        /// The cut of the close before.
        before: Timestamp,
    },
    /// The moment is outside the bounds of the calendar, or before its cut.
    #[error("{at} cannot be the moment of a close: it must be from 2000 to 2099, and not before its cut")]
    OutOfBounds {
        /// The moment.
        at: Timestamp,
    },
}

/// The earliest moment at which a month can be closed: it is over in Europe/Paris, and so is the delay. None: outside the calendar.
pub fn earliest(month: Month, delay: SignedDuration) -> Option<Timestamp> {
    let over = month.last().date().tomorrow().ok().and_then(begins_at)?;
    over.checked_add(delay).ok()
}

/// The moment of the close of a month now, if it may be closed: in order, each once; after the month and the delay; after every
/// document of the close before. The first close may be of any month.
pub fn may_be_closed(
    month: Month,
    now: Timestamp,
    delay: SignedDuration,
    before: Option<&Before>,
) -> Result<Moment, CloseError> {
    let out_of_bounds = CloseError::OutOfBounds { at: now };
    if let Some(Before { moment, is_made }) = before {
        let next = moment.month.next().ok_or(out_of_bounds)?;
        if month <= moment.month {
            return Err(CloseError::Closed { month });
        } else if month != next {
            return Err(CloseError::OutOfOrder { month, next });
        } else if !is_made {
            return Err(CloseError::NotMade { before: moment.month });
        }
    }
    let from = earliest(month, delay).ok_or(out_of_bounds)?;
    if now < from {
        return Err(CloseError::TooEarly { month, from });
    }
    let cut = now.checked_sub(delay).map_err(|_| out_of_bounds)?;
    match before {
        Some(before) if cut <= before.moment.cut => Err(CloseError::CutNotLater { cut, before: before.moment.cut }),
        Some(_) | None => Moment::stored(month, now, cut),
    }
}

/// The accounts of which a close keeps the lines as settled lines, instead of documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opening {
    /// None.
    #[default]
    None,
    /// All: the first close.
    All,
    /// Those of partners brought in later, each at a close before its first document.
    Partners(BTreeSet<PartnerId>),
}

impl Opening {
    /// The close opens the partner's accounts.
    pub fn is_of(&self, partner: &PartnerId) -> bool {
        match self {
            Opening::None => false,
            Opening::All => true,
            Opening::Partners(partners) => partners.contains(partner),
        }
    }
}

/// An order to cancel an earlier document of the vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancel {
    /// The number of the document.
    pub number: Number,
    /// The reason that the manager states.
    pub reason: StatedReason,
}

/// A close, with what the manager said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    /// Its moment.
    pub moment: Moment,
    /// The accounts that it opens.
    pub opening: Opening,
    /// The partners whose documents are *final*.
    pub finals: BTreeSet<PartnerId>,
    /// The rates of exchange.
    pub rates: BTreeMap<Currency, EurRate>,
    /// The documents that it cancels.
    pub cancels: Vec<Cancel>,
    /// The partners whose annuities were being decided again at the cut.
    pub being_recomputed: BTreeSet<PartnerId>,
}

impl Close {
    /// A close of which nothing is said.
    pub fn plain(moment: Moment) -> Close {
        Close {
            moment,
            opening: Opening::None,
            finals: BTreeSet::new(),
            rates: BTreeMap::new(),
            cancels: Vec::new(),
            being_recomputed: BTreeSet::new(),
        }
    }

    /// The rate of a currency; none for EUR, which needs none.
    pub fn rate(&self, currency: Currency) -> Option<&EurRate> {
        if currency == Currency::EUR { None } else { self.rates.get(&currency) }
    }

    /// A document in the currency can be made: it is in EUR or has its rate.
    pub fn has_rate(&self, currency: Currency) -> bool {
        currency == Currency::EUR || self.rates.contains_key(&currency)
    }
}
