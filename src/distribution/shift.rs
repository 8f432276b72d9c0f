//! The shares of units that get another value.

use indexmap::IndexMap;

use super::shares::Exact;

/// Shares that differ by less are the same.
const TOLERANCE: f64 = 1e-12;

/// The units of a case, in shares of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shift {
    /// The share that gets another value of any param.
    pub any: f64,
    /// The share of which one version says that they are in the experiment, and the other one that
    /// they are not.
    pub in_experiment: f64,
    /// The share that fails before.
    pub failed_before: f64,
    /// The share that fails after.
    pub failed_after: f64,
    /// The params of which any unit gets another value.
    pub params: IndexMap<String, ParamShift>,
}

/// A param of which units get another value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParamShift {
    /// The share of the units.
    pub share: f64,
    /// The values before and after, with the share of the units that go from one to the other; at
    /// most a thousand pairs.
    pub moves: IndexMap<(Side, Side), f64>,
}

/// A value before or after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The param is not set.
    Missing,
    /// A value.
    Value(Exact),
    /// A number of too many to name each.
    Number,
    /// A value that depends on inputs.
    Open,
}

impl Shift {
    /// Whether two shifts are the same but for what computing makes of them.
    pub(super) fn is_close(&self, other: &Shift) -> bool {
        let close = |one: f64, other: f64| (one - other).abs() <= TOLERANCE;
        close(self.any, other.any)
            && close(self.in_experiment, other.in_experiment)
            && close(self.failed_before, other.failed_before)
            && close(self.failed_after, other.failed_after)
            && self.params.len() == other.params.len()
            && self.params.iter().all(|(name, one)| {
                other.params.get(name).is_some_and(|other| {
                    close(one.share, other.share)
                        && one.moves.len() == other.moves.len()
                        && one.moves.iter().all(|(sides, share)| {
                            other.moves.get(sides).is_some_and(|other| close(*share, *other))
                        })
                })
            })
    }

    /// Whether nothing changes or fails.
    pub(super) fn is_nothing(&self) -> bool {
        self.any <= 0.0
            && self.in_experiment <= 0.0
            && self.failed_before <= 0.0
            && self.failed_after <= 0.0
    }

    pub(super) fn add(&mut self, more: Shift) {
        self.any += more.any;
        self.in_experiment += more.in_experiment;
        self.failed_before += more.failed_before;
        self.failed_after += more.failed_after;
        for (name, more) in more.params {
            let param = self.params.entry(name).or_default();
            param.share += more.share;
            for (sides, share) in more.moves {
                *param.moves.entry(sides).or_default() += share;
            }
        }
    }
}
