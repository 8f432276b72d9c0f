//! Units that the log and the namespace treat differently.

use std::collections::BTreeMap;

use super::LoggedUnit;
use crate::eval::EvalError;
use crate::value::Value;

/// The number of units that are named.
const NAMED: usize = 5;

/// The difference between the log and the namespace for a unit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// The experiments differ; `None` is the default.
    Experiment {
        /// The experiment of the log.
        logged: Option<String>,
        /// The experiment of the namespace.
        assigned: Option<String>,
    },
    /// The unit was logged, although the script returns a false value for it.
    NotExposed,
    /// The values of a param differ.
    Param {
        /// The param.
        param: String,
        /// The value of the log.
        logged: Value,
        /// The value of the namespace; `None` if the unit does not get the param.
        assigned: Option<Value>,
    },
    /// A param is missing, which other units of the experiment have in the log.
    Missing {
        /// The param.
        param: String,
        /// The value of the namespace.
        assigned: Value,
    },
}

/// A unit with its difference.
#[derive(Clone, Debug, PartialEq)]
pub struct DifferentUnit {
    /// The unit.
    pub unit: Value,
    /// Its line or row in the log, from 1.
    pub line: u64,
    /// The first difference.
    pub difference: Difference,
}

/// A unit that was logged in two experiments.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The unit as text.
    pub unit: String,
    /// The line or row of the second experiment.
    pub line: u64,
    /// Both experiments; `None` is the default.
    pub experiments: [Option<String>; 2],
}

/// The differences between a log and a namespace.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Different {
    /// The number of units that differ.
    pub units: u64,
    /// The first of these.
    pub first: Vec<DifferentUnit>,
    /// The number of units that seem to differ, and whose scripts read an input that no unit of the
    /// log has.
    pub unknown: u64,
    /// The number of records of units that were logged in another experiment before.
    pub moved: u64,
    /// The first of these.
    pub moves: Vec<Move>,
    /// The number of units whose scripts fail, so that they cannot be compared.
    pub failed: u64,
    /// The first failure.
    pub failure: Option<EvalError>,
}

/// The number of some units, and the first of them.
type Few = (u64, Vec<DifferentUnit>);

/// The differences, as they are found.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// By the bits of the inputs that the unit lacked and its scripts read.
    by_absent: BTreeMap<u64, Few>,
    /// By cohort and param, the units that lack the param, if their scripts had all inputs.
    lacking: BTreeMap<(usize, String), Few>,
    moved: u64,
    moves: Vec<Move>,
    failed: u64,
    failure: Option<EvalError>,
}

impl Differences {
    pub(super) fn add(&mut self, unit: &Value, line: u64, absent: u64, difference: Difference) {
        let (count, first) = self.by_absent.entry(absent).or_default();
        *count += 1;
        if first.len() < NAMED {
            first.push(DifferentUnit { unit: unit.clone(), line, difference });
        }
    }

    /// A unit lacks a param, which matters if others of its cohort have it.
    pub(super) fn lacks(&mut self, logged: &LoggedUnit<'_>, absent: u64, difference: Difference) {
        let Difference::Missing { param, .. } = &difference else { return };
        if absent != 0 {
            return;
        }
        let (count, first) = self.lacking.entry((logged.cohort, param.clone())).or_default();
        *count += 1;
        if first.len() < NAMED {
            let (unit, line) = (logged.unit.clone(), logged.line);
            first.push(DifferentUnit { unit, line, difference });
        }
    }

    pub(super) fn moved(&mut self, unit: &str, line: u64, experiments: [Option<String>; 2]) {
        self.moved += 1;
        if self.moves.len() < NAMED {
            self.moves.push(Move { unit: unit.to_owned(), line, experiments });
        }
    }

    pub(super) fn failed(&mut self, error: &EvalError) {
        self.failed += 1;
        self.failure.get_or_insert_with(|| error.clone());
    }

    /// The differences, as far as they are certain: a unit that lacks an input which no unit has may
    /// have been evaluated with it. `present` are the bits of the inputs that any unit has, and `has` says
    /// whether units of a cohort were logged with a param.
    pub(super) fn found(&self, present: u64, has: impl Fn(usize, &str) -> bool) -> Different {
        let mut found = Different {
            moved: self.moved,
            moves: self.moves.clone(),
            failed: self.failed,
            failure: self.failure.clone(),
            ..Different::default()
        };
        for (absent, (count, first)) in &self.by_absent {
            if absent & !present == 0 {
                found.units += count;
                found.first.extend_from_slice(first);
            } else {
                found.unknown += count;
            }
        }
        // A unit may lack several params: it counts once.
        let mut most: BTreeMap<usize, &Few> = BTreeMap::new();
        for ((cohort, _), few) in self.lacking.iter().filter(|((it, name), _)| has(*it, name)) {
            let known = most.entry(*cohort).or_insert(few);
            if few.0 > known.0 {
                *known = few;
            }
        }
        for (count, first) in most.into_values() {
            found.units += count;
            found.first.extend_from_slice(first);
        }
        found.first.sort_by_key(|unit| unit.line);
        found.first.truncate(NAMED);
        found
    }
}
