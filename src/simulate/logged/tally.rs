//! The counts of logged units.

use indexmap::IndexMap;

use crate::distribution::{Distribution, Exact, Sought};
use crate::simulate::design::{Design, Scope};
use crate::simulate::observe::{Counts, Observed};
use crate::simulate::recognize::recognize;
use crate::value::Value;

/// The most values of a param that are kept with their types. Numbers beyond are kept as such.
const MAX_VALUES: usize = 10_000;

/// The most bytes of the values of all params.
const MAX_BYTES: usize = 64 << 20;

/// The counts of some units.
#[derive(Debug)]
pub(super) struct Tally {
    cohorts: Vec<u64>,
    /// The number of units of each combination of inputs.
    groups: IndexMap<u32, u64>,
    params: IndexMap<(usize, String), Values>,
    /// The bytes of the values of all params.
    bytes: usize,
}

/// The values of a param in a cohort.
#[derive(Debug, Default)]
struct Values {
    values: IndexMap<Exact, u64>,
    numbers: Vec<f64>,
    others: u64,
}

impl Tally {
    pub(super) fn new(cohorts: usize) -> Tally {
        Tally {
            cohorts: vec![0; cohorts],
            groups: IndexMap::new(),
            params: IndexMap::new(),
            bytes: 0,
        }
    }

    pub(super) fn add(&mut self, cohort: usize, group: Option<u32>, params: &[(String, Value)]) {
        if let Some(count) = self.cohorts.get_mut(cohort) {
            *count += 1;
        }
        if let Some(group) = group {
            *self.groups.entry(group).or_default() += 1;
        }
        for (name, value) in params {
            let found = self.params.entry((cohort, name.clone())).or_default();
            if let Some(count) = found.values.get_mut(&Sought(value)) {
                *count += 1;
                continue;
            }
            let bytes = self.bytes.saturating_add(value.extent().bytes);
            if found.values.len() < MAX_VALUES && bytes <= MAX_BYTES {
                self.bytes = bytes;
                found.values.insert(Exact(value.clone()), 1);
            } else {
                match value.as_float() {
                    Some(number) => found.numbers.push(number),
                    None => found.others += 1,
                }
            }
        }
    }

    pub(super) fn units(&self, cohort: usize) -> u64 {
        self.cohorts.get(cohort).copied().unwrap_or(0)
    }

    /// Whether any unit of a cohort was logged with a param.
    pub(super) fn has(&self, cohort: usize, param: &str) -> bool {
        self.params.keys().any(|(of, name)| *of == cohort && name == param)
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = (u32, u64)> {
        self.groups.iter().map(|(group, units)| (*group, *units))
    }

    /// The counts by the values that the design has.
    pub(super) fn observed(&self, design: &Design<'_>, among: &[bool]) -> Observed {
        let cohorts =
            self.cohorts.iter().zip(among).map(|(count, is_counted)| is_counted.then_some(*count));
        let mut observed = Observed { cohorts: cohorts.collect(), ..Observed::default() };
        for ((cohort, name), values) in &self.params {
            let scope = Scope::Cohort(*cohort);
            // A param that the scripts do not set is not a param of the cohort.
            let Some(found) = design.param(scope, name) else { continue };
            let counts = observed.params.entry((scope, name.clone())).or_default();
            values.count(found.ok(), counts);
            counts.unset = Some(self.units(*cohort).saturating_sub(counts.set()));
        }
        observed
    }
}

impl Values {
    fn count(&self, known: Option<&Distribution>, counts: &mut Counts) {
        let is_measured = |value: &Value| {
            known.is_none_or(|it| !it.spans().is_empty() && it.position(value).is_none())
        };
        for (value, units) in &self.values {
            let value = recognize(known, value.0.clone());
            match value.as_float().filter(|_| is_measured(&value)) {
                Some(number) => counts.numbers.extend((0..*units).map(|_| number)),
                None => counts.add(&value, *units, known),
            }
        }
        for number in &self.numbers {
            let value = Value::Float(*number);
            if is_measured(&value) {
                counts.numbers.push(*number);
            } else {
                counts.add(&value, 1, known);
            }
        }
        counts.others += self.others;
    }
}
