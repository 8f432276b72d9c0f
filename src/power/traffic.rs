//! The traffic of a namespace: how many distinct units it has had up to each day.

use std::io::Read;

use super::columns::{ColumnsError, Names, read};
use crate::simulate::ReadError;

/// The largest day: up to this number, a double is exact.
const MAX_DAY: f64 = (1_u64 << 53) as f64;

/// The number of distinct units up to each day.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Days, counted from 1, with the distinct units up to each.
    days: Vec<(u64, f64)>,
}

impl Traffic {
    /// Reads CSV with the columns `day` and `units`, the distinct units up to the day. Of two columns,
    /// one may have any name.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a table.
    pub fn read(input: impl Read) -> Result<Traffic, ReadError<ColumnsError>> {
        let mut days: Vec<(u64, f64)> = Vec::new();
        for (line, [day, units]) in read(input, ["day", "units"], Names::AnyOther)? {
            let wrong = |problem| ReadError::Line { line, problem };
            if !(1.0..=MAX_DAY).contains(&day) || day.fract() != 0.0 {
                return Err(wrong(ColumnsError::Day(day)));
            }
            let (last, before) = days.last().copied().unwrap_or_default();
            if day as u64 <= last {
                return Err(wrong(ColumnsError::Order { day, before: last as f64 }));
            }
            if units < before {
                return Err(wrong(ColumnsError::Falls { units, before }));
            }
            days.push((day as u64, units));
        }
        Ok(Traffic { days })
    }

    /// The distinct units up to a day: those of the last day that is known, up to it. `None` for a day
    /// before the first or after the last.
    pub fn units(&self, day: u64) -> Option<f64> {
        let (last, _) = self.last();
        let known = self.days.iter().take_while(|(known, _)| *known <= day).last();
        known.filter(|_| day <= last).map(|(_, units)| *units)
    }

    /// The first day with so many distinct units; `None` if the last day has fewer.
    pub fn day(&self, units: f64) -> Option<u64> {
        self.days.iter().find(|(_, known)| *known >= units).map(|(day, _)| *day)
    }

    /// The last day, and the distinct units up to it.
    pub fn last(&self) -> (u64, f64) {
        self.days.last().copied().unwrap_or_default()
    }

    /// The first day.
    pub fn first(&self) -> u64 {
        self.days.first().map_or(0, |(day, _)| *day)
    }
}
