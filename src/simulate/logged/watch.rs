//! The tests of logged units that may be looked at any time.

use indexmap::IndexMap;

use crate::distribution::{Counted, Distribution, Exact, Sought};
use crate::namespace::Namespace;
use crate::simulate::design::{Among, Group, Scope, design_among};
use crate::simulate::observe::SequentialTests;
use crate::simulate::recognize::recognize;
use crate::simulate::test::{Martingale, SIGNIFICANCE};
use crate::value::{Map, Value};

/// The number of parts of equal probability of a continuous param.
const BINS: usize = 20;

/// The most values of a param: each unit takes time for all of them.
const MAX_VALUES: usize = 1000;

/// A combination of inputs by its number, with the bits of those that are not known.
type Combination = (u32, u64);

/// The tests, unit by unit.
#[derive(Debug)]
pub(super) struct Watch<'n> {
    namespace: &'n Namespace,
    counted: Counted,
    /// The shares for each combination of inputs, as they come.
    groups: IndexMap<Combination, Expected>,
    /// The experiments without the default, and with it.
    experiments: [Martingale; 2],
    params: IndexMap<(usize, String), Param>,
    units: u64,
    alarm: Option<u64>,
}

/// The test of a param in a cohort.
#[derive(Debug, Default)]
struct Param {
    martingale: Martingale,
    /// The numbers of the values.
    values: IndexMap<Exact, usize>,
    /// The shares for each combination of inputs; `None` if they are not known.
    shares: IndexMap<Combination, Option<Shares>>,
}

/// The shares of the values of a param.
#[derive(Debug)]
struct Shares {
    known: Distribution,
    by_value: Vec<(usize, f64)>,
    /// The upper ends of the parts of equal probability.
    bins: Vec<f64>,
}

/// The shares of the units with a combination of inputs.
#[derive(Debug)]
struct Expected {
    /// Those of the values of the params, by cohort.
    params: Vec<IndexMap<String, Option<Distribution>>>,
    /// Those of the cohorts, without the default and with it; `None` if they are not known.
    experiments: [Option<Vec<(usize, f64)>>; 2],
}

impl<'n> Watch<'n> {
    pub(super) fn new(namespace: &'n Namespace, counted: Counted) -> Watch<'n> {
        Watch {
            namespace,
            counted,
            groups: IndexMap::new(),
            experiments: [Martingale::default(), Martingale::default()],
            params: IndexMap::new(),
            units: 0,
            alarm: None,
        }
    }

    /// Adds a unit. `inputs` are those of its combination.
    pub(super) fn add(
        &mut self,
        cohort: usize,
        group: Combination,
        (inputs, reads): (impl FnOnce() -> Map, &[&str]),
        params: &[(String, Value)],
    ) {
        self.units += 1;
        let (namespace, counted) = (self.namespace, self.counted);
        let expected = self.groups.entry(group).or_insert_with(|| {
            let unknown = reads.iter().enumerate().filter(|(bit, _)| group.1 >> bit & 1 == 1);
            let unknown: Vec<&str> = unknown.map(|(_, name)| *name).collect();
            let among = Among { counted, cohorts: None, unknown: &unknown };
            Expected::new(namespace, inputs(), &among)
        });
        let level = SIGNIFICANCE / 2.0;
        let last = namespace.experiments().len();
        for (with_default, martingale) in self.experiments.iter_mut().enumerate() {
            let is_counted = cohort < last || with_default == 1;
            if let (true, Some(shares)) = (is_counted, &expected.experiments[with_default]) {
                martingale.add(shares, cohort, level);
            }
        }
        let tests = self.params.len().max(1) as f64;
        for (name, value) in params {
            let param = self.params.entry((cohort, name.clone())).or_default();
            let known = expected.params.get(cohort).and_then(|params| params.get(name));
            param.add(group, known.and_then(Option::as_ref), value, level / tests);
        }
        if self.alarm.is_none() && self.has_failed(cohort, params) {
            self.alarm = Some(self.units);
        }
    }

    /// Whether a test of this unit has failed. The split with the default counts once a unit of it was
    /// seen.
    fn has_failed(&self, cohort: usize, params: &[(String, Value)]) -> bool {
        let last = self.namespace.experiments().len();
        let has_default = self.experiments[1].count(last) > 0;
        self.experiments[usize::from(has_default)].failed_at().is_some()
            || params.iter().any(|(name, _)| {
                let param = self.params.get(&(cohort, name.clone()));
                param.is_some_and(|it| it.is_known() && it.martingale.failed_at().is_some())
            })
    }

    /// The number of units after which a test failed first.
    pub(super) fn alarm(&self) -> Option<u64> {
        self.alarm
    }

    /// The tests so far.
    pub(super) fn tests(&self, has_default: bool) -> SequentialTests {
        let params = self.params.iter().filter(|(_, param)| param.is_known());
        SequentialTests {
            experiments: self.experiments[usize::from(has_default)].test(),
            params: params
                .filter_map(|((cohort, name), param)| {
                    Some(((Scope::Cohort(*cohort), name.clone()), param.martingale.test()?))
                })
                .collect(),
        }
    }
}

impl Expected {
    fn new(namespace: &Namespace, inputs: Map, among: &Among<'_>) -> Expected {
        let design = design_among(namespace, &[Group { inputs, weight: 1.0 }], among);
        let shares: Vec<Option<f64>> =
            design.cohorts.iter().map(|cohort| cohort.share.as_ref().ok().copied()).collect();
        let among = |count: usize| {
            let shares: Vec<f64> = shares[..count].iter().copied().collect::<Option<_>>()?;
            let total: f64 = shares.iter().sum();
            let share = |share: f64| if total > 0.0 { share / total } else { 0.0 };
            Some(shares.into_iter().map(share).enumerate().collect())
        };
        let experiments = [among(shares.len() - 1), among(shares.len())];
        let params = design.cohorts.into_iter().map(|cohort| {
            cohort.params.into_iter().map(|(name, found)| (name, found.ok())).collect()
        });
        Expected { params: params.collect(), experiments }
    }
}

impl Param {
    /// Whether the shares are known of any units. The others are left out, which no value decides.
    fn is_known(&self) -> bool {
        self.shares.values().any(Option::is_some)
    }

    fn add(&mut self, group: Combination, known: Option<&Distribution>, value: &Value, level: f64) {
        if !self.shares.contains_key(&group) {
            let shares = known.and_then(|known| Shares::new(known, &mut self.values));
            self.shares.insert(group, shares);
        }
        let Some(Some(shares)) = self.shares.get(&group) else { return };
        let value = recognize(Some(&shares.known), value.clone());
        let place = match self.values.get(&Sought(&value)) {
            Some(place) if shares.known.position(&value).is_some() => Some(*place),
            _ => shares.bin(&value),
        };
        // A value that cannot be has no number.
        self.martingale.add(&shares.by_value, place.unwrap_or(usize::MAX), level);
    }
}

impl Shares {
    fn new(known: &Distribution, values: &mut IndexMap<Exact, usize>) -> Option<Shares> {
        if known.values().len() > MAX_VALUES || values.len() > MAX_VALUES || known.is_empty() {
            return None;
        }
        let total = known.total();
        let mut by_value = Vec::new();
        for (value, share) in known.values() {
            // The first numbers are those of the parts.
            let next = BINS + values.len();
            let place = *values.entry(Exact(value.clone())).or_insert(next);
            by_value.push((place, share / total));
        }
        let mut bins = Vec::new();
        let mut below = 0.0;
        for bin in (1..=BINS).filter(|_| !known.spans().is_empty()) {
            let end = known.quantile(bin as f64 / BINS as f64)?;
            let share = known.below(end);
            by_value.push((bin - 1, (share - below).max(0.0) * known.continuous() / total));
            below = share;
            bins.push(end);
        }
        Some(Shares { known: known.clone(), by_value, bins })
    }

    /// The part that a number is in.
    fn bin(&self, value: &Value) -> Option<usize> {
        let number = value.as_float()?;
        let least = self.known.spans().iter().map(|span| span.min).reduce(f64::min)?;
        let place = self.bins.partition_point(|end| *end < number);
        (number >= least && place < self.bins.len()).then_some(place)
    }
}
