//! The effort of the evaluations of many units together.

/// How much may be made and copied for units that are evaluated to learn from them, in bytes. More of
/// what takes so long says no more.
pub const MAX_MADE_FOR_ALL: u64 = 1 << 30;

/// The amount that a unit may make without being counted, in bytes: it takes no time.
const LIGHT: usize = 128 << 10;

/// How much has been made and copied for some units, in bytes. What ordinary scripts make is not
/// counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effort(u64);

impl Effort {
    /// As much as may be made.
    pub const MOST: Effort = Effort(MAX_MADE_FOR_ALL);

    /// Adds what was made for a unit, in bytes.
    pub fn add(&mut self, made: usize) {
        if made > LIGHT {
            self.0 = self.0.saturating_add(made as u64);
        }
    }

    /// One of several equal parts.
    pub fn part(self, parts: u64) -> Effort {
        Effort(self.0 / parts.max(1))
    }

    /// How many times as many units as those that took it may be evaluated besides. It follows from
    /// the first units alone, so that threads can share the others and still do the same each time.
    pub fn times_more(self) -> usize {
        let times = MAX_MADE_FOR_ALL.checked_div(self.0).unwrap_or(u64::MAX);
        usize::try_from(times).unwrap_or(usize::MAX)
    }

    /// The effort that so many times as many units may take.
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
