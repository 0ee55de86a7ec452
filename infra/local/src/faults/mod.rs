//! Faults of DynamoDB. AWS's DynamoDB shows them now and then, the embedded one never does; the local stack adds those that
//! it is started with:
//!
//! - **Lag.** Every read that is not strongly consistent, those of indexes included, shows the table as it was some time
//!   ago. A replica answers these reads: a second embedded DynamoDB, in memory, which begins as a copy of the first. It gets
//!   each write as it came, in the order in which the first one made them, after the lag. It was in the same state then as the
//!   first one was, so it decides each condition alike. Writes wait for each other, so that their order is known.
//! - **Throttles.** A share of requests is refused for lack of throughput; of a batch, a share of its statements or keys.
//! - **Conflicts.** A share of writes is refused as if a transaction were in progress; of a batch, a share of its statements.
//! - **Outages.** For as long as a test wants, every request is refused.
//!
//! A generator with a seed draws what is refused: the same numbers for the same seed. A scan is never refused but in
//! an outage, since no function makes one.

mod drawn;
mod front;
mod operation;
mod replica;

pub(crate) use front::Front;

use std::str::FromStr;
use std::time::Duration;

/// The faults that a stack is started with; by default none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Time for which a write is missing from reads that are not strongly consistent.
    pub lag: Lag,
    /// Share of requests, statements and keys that are throttled.
    pub throttles: Share,
    /// Share of writes that meet a transaction.
    pub conflicts: Share,
    /// Seed of the generator that draws them.
    pub seed: u64,
}

/// A share in thousandths, up to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share(u16);

/// A time in whole seconds, up to a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag(u8);

/// A number out of its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number from 0 to {most}, {what}")]
pub struct OutOfRange {
    most: u16,
    what: &'static str,
}

impl Share {
    const MOST: u16 = 1000;
}

impl Lag {
    const MOST: u8 = 60;

    /// The lag in seconds.
    pub fn seconds(self) -> u32 {
        self.0.into()
    }

    fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl FromStr for Share {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Share, OutOfRange> {
        let share = text.parse().ok().filter(|share| *share <= Share::MOST);
        share.map(Share).ok_or(OutOfRange { most: Share::MOST, what: "of a thousand" })
    }
}

impl FromStr for Lag {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Lag, OutOfRange> {
        let seconds = text.parse().ok().filter(|seconds| *seconds <= Lag::MOST);
        seconds.map(Lag).ok_or(OutOfRange { most: Lag::MOST.into(), what: "in seconds" })
    }
}

/// Counts of the faults that a stack has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shown {
    /// Throttled requests, statements and keys.
    pub throttles: u64,
    /// Writes refused because of a transaction.
    pub conflicts: u64,
    /// Writes that reads do not show yet.
    pub lagging: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_its_range_is_refused() {
        assert_eq!(("0".parse(), "1000".parse()), (Ok(Share(0)), Ok(Share(1000))));
        assert_eq!(("0".parse(), "60".parse()), (Ok(Lag(0)), Ok(Lag(60))));
        for text in ["1001", "-1", "5%", "0.5", "", "70000"] {
            let error = text.parse::<Share>().unwrap_err().to_string();
            assert_eq!(error, "must be a whole number from 0 to 1000, of a thousand", "{text}");
        }
        for text in ["61", "-1", "1s", "0.5", "", "256"] {
            let error = text.parse::<Lag>().unwrap_err().to_string();
            assert_eq!(error, "must be a whole number from 0 to 60, in seconds", "{text}");
        }
    }
}
