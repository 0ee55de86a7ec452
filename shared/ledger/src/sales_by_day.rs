//! The customer sales of one month, by the day on which they were signed.

use rules::{Day, Month};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Numbers of customer sales by day of a month. As text `3:1 17:2`: one sale signed on the 3rd, two on the 17th.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SalesByDay(BTreeMap<u8, u32>);

/// A text that is not one of [`SalesByDay`].
#[derive(Debug, thiserror::Error)]
#[error("the sales of a month are written in another way")]
pub struct NoSales;

impl SalesByDay {
    /// Counts a sale signed on a day of the month.
    pub(crate) fn count(&mut self, signed_on: Day) {
        let day = u8::try_from(signed_on.date().day()).unwrap_or_default();
        let number = self.0.entry(day).or_default();
        *number = number.saturating_add(1);
    }

    /// Tells a month without sales.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The days of the sales in a month, each as often as sales were signed on it.
    pub fn days(&self, month: Month) -> impl Iterator<Item = Day> {
        let day =
            move |day: u8| Day::try_from(month.first().date().with().day(i8::try_from(day).ok()?).build().ok()?).ok();
        let all = self.0.iter().filter_map(move |(number, sales)| Some((day(*number)?, *sales)));
        all.flat_map(|(day, sales)| std::iter::repeat_n(day, usize::try_from(sales).unwrap_or_default()))
    }
}

impl fmt::Display for SalesByDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (day, sales)) in self.0.iter().enumerate() {
            let gap = if n == 0 { "" } else { " " };
            write!(f, "{gap}{day}:{sales}")?;
        }
        Ok(())
    }
}

impl FromStr for SalesByDay {
    type Err = NoSales;

    /// Reads what [`fmt::Display`] writes, and nothing else.
    fn from_str(text: &str) -> Result<SalesByDay, NoSales> {
        let mut sales = SalesByDay::default();
        for word in text.split_whitespace() {
            let (day, number) = word.split_once(':').ok_or(NoSales)?;
            let (day, number) = (day.parse().map_err(|_| NoSales)?, number.parse().map_err(|_| NoSales)?);
            if !(1..=31).contains(&day) || number == 0 {
                return Err(NoSales);
            }
            sales.0.insert(day, number);
        }
        if sales.to_string() == text { Ok(sales) } else { Err(NoSales) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sales_are_stored_as_one_short_text() {
        let mut sales = SalesByDay::default();
        for day in ["2026-02-17", "2026-02-03", "2026-02-17"] {
            sales.count(day.parse().unwrap());
        }
        assert_eq!(sales.to_string(), "3:1 17:2");
        assert_eq!("3:1 17:2".parse::<SalesByDay>().unwrap(), sales);
        assert_eq!("".parse::<SalesByDay>().unwrap(), SalesByDay::default());
        let days: Vec<String> = sales.days("2026-02".parse().unwrap()).map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-02-03", "2026-02-17", "2026-02-17"]);
        for other in ["3", "3:", ":1", "3:0", "0:1", "32:1", "17:2 3:1", "3:1 3:1", " 3:1", "3:1  17:2", "3:-1", "03:1"]
        {
            assert!(other.parse::<SalesByDay>().is_err(), "{other}");
        }
    }
}
