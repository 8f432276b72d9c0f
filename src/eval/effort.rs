//! The effort that the evaluations of many units may take together.

/// The number of bytes that the evaluation of sample units may make and copy. Where evaluations take
/// so long, more of them tell little more.
pub const MAX_MADE_FOR_ALL: u64 = 1 << 30;

/// The number of bytes that a unit may make without being counted, because that takes no time.
const LIGHT: usize = 128 << 10;

/// The number of bytes that evaluations have made and copied. The amounts of ordinary scripts are not
/// counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effort(u64);

impl Effort {
    /// The whole allowance.
    pub const MOST: Effort = Effort(MAX_MADE_FOR_ALL);

    /// Adds the bytes that were made for a unit.
    pub fn add(&mut self, made: usize) {
        if made > LIGHT {
            self.0 = self.0.saturating_add(made as u64);
        }
    }

    /// One of several equal parts.
    pub fn part(self, parts: u64) -> Effort {
        Effort(self.0 / parts.max(1))
    }

    /// The factor by which the number of further units may exceed the number that took this effort.
    /// It depends only on the first units, so that threads can share the others and the result is the
    /// same each time.
    pub fn times_more(self) -> usize {
        let times = MAX_MADE_FOR_ALL.checked_div(self.0).unwrap_or(u64::MAX);
        usize::try_from(times).unwrap_or(usize::MAX)
    }

    /// The effort that `times` times as many units may take.
    pub fn times(self, times: usize) -> Effort {
        let expected = self.0.saturating_mul(2).saturating_mul(times as u64);
        Effort(expected.max(MAX_MADE_FOR_ALL / 32))
    }
}

impl std::ops::AddAssign for Effort {
    fn add_assign(&mut self, more: Effort) {
        self.0 = self.0.saturating_add(more.0);
    }
}
