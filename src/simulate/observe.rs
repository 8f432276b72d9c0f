//! The values of units, evaluated and counted.

use indexmap::IndexMap;

use super::design::{Design, Scope};
use super::test::Test;
use crate::distribution::{Distribution, Exact, Sought};
use crate::eval::Effort;
use crate::namespace::{AssignError, Assignment, Rows};
use crate::parallel;
use crate::progress::Progress;
use crate::scramble::scrambled;
use crate::value::{Map, Value};

/// The least number of units that are evaluated at a time.
const MIN_CHUNK: usize = 4096;

/// The most parts. Their number does not depend on the number of threads.
const MAX_CHUNKS: usize = 1024;

/// The number of units that are evaluated first, to learn how much data scripts make.
const FIRST: usize = 256;

/// The number of values of a param that are kept although the design does not have them.
const MAX_VALUES: usize = 10_000;

/// The most bytes that these values of a param may take.
const MAX_BYTES: usize = 8 << 20;

/// The most bytes that these values of all params may take together.
const MAX_KEPT: usize = 32 << 20;

/// The number of parts that a thread counts before they are added up, which bounds the memory.
const AT_ONCE: usize = 8;

/// Made-up units: each is a whole number that depends only on the seed and on its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Units {
    /// The number of units.
    pub count: usize,
    /// The seed of the random units.
    pub seed: u64,
    /// The inputs besides the primary unit.
    pub inputs: Map,
}

/// The counts of observed values.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The number of counted units of each cohort, in the order of the design; `None` if it is
    /// unknown.
    pub cohorts: Vec<Option<u64>>,
    /// The params, by the units that were counted.
    pub params: IndexMap<(Scope, String), Counts>,
    /// The number of units that could not be evaluated.
    pub failed: u64,
    /// The failure of the first of these units.
    pub failure: Option<AssignError>,
    /// Whether a param that is not listed here was observed to be missing.
    pub complete: bool,
    /// The number of evaluated units, if these are only the first ones, because scripts make too much
    /// data for all of them.
    pub cut: Option<usize>,
    /// The tests that these counts get.
    pub tests: Tests,
}

/// The tests that counts get.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Tests {
    /// Tests of all counts at once.
    #[default]
    Fixed,
    /// Tests that may be looked at any time, which were made unit by unit.
    Sequential(SequentialTests),
    /// The same for counts that were looked at several times, each time with all counts up to then.
    Looks(Vec<Observed>),
}

/// Tests that were made unit by unit.
#[derive(Clone, Debug, Default)]
pub struct SequentialTests {
    /// That of the experiments, if there are several.
    pub experiments: Option<Test>,
    /// Those of the params that have several values.
    pub params: IndexMap<(Scope, String), Test>,
}

/// The values of a param.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// The number of units with each value, in the order in which the values were found.
    pub values: IndexMap<Exact, u64>,
    /// Numbers that the design does not distinguish.
    pub numbers: Vec<f64>,
    /// The number of units with other values than these. If the design has the param, these are
    /// unexpected values. Otherwise they are all values, because there are too many to keep.
    pub others: u64,
    /// The number of units without the param; `None` if it is unknown.
    pub unset: Option<u64>,
    /// The number of bytes that the values take.
    bytes: usize,
    /// Whether there were too many values to keep any.
    dropped: bool,
}

impl Counts {
    /// The number of units with the param.
    pub fn set(&self) -> u64 {
        self.values.values().sum::<u64>() + self.numbers.len() as u64 + self.others
    }

    /// The number of units with a value.
    pub fn of(&self, value: &Value) -> u64 {
        self.values.get(&Sought(value)).copied().unwrap_or(0)
    }

    /// Counts units with a value. Expected values are kept, and so are up to 10,000 others. If no
    /// values are expected and there are more, none is kept.
    pub fn add(&mut self, value: &Value, units: u64, expected: Option<&Distribution>) {
        if let Some(count) = self.values.get_mut(&Sought(value)) {
            *count += units;
            return;
        }
        let bytes = self.bytes.saturating_add(value.extent().bytes);
        let fits = !self.dropped && self.values.len() < MAX_VALUES && bytes <= MAX_BYTES;
        if fits || expected.is_some_and(|expected| expected.position(value).is_some()) {
            self.bytes = bytes;
            self.values.insert(Exact(value.clone()), units);
            return;
        }
        self.others += units;
        if expected.is_none() {
            self.drop_values();
        }
    }

    /// Counts the additional bytes of unexpected values, and keeps none of these if those of all
    /// params take too much.
    fn fit(&mut self, before: usize, kept: &mut usize) {
        *kept = kept.saturating_add(self.bytes.saturating_sub(before));
        if *kept > MAX_KEPT && self.bytes > before {
            *kept = kept.saturating_sub(self.bytes);
            self.drop_values();
        }
    }

    fn drop_values(&mut self) {
        let values = std::mem::take(&mut self.values);
        self.others += values.into_values().sum::<u64>();
        (self.dropped, self.bytes) = (true, 0);
    }

    /// Adds later counts.
    pub fn merge(&mut self, later: &Counts, expected: Option<&Distribution>) {
        for (value, count) in &later.values {
            self.add(&value.0, *count, expected);
        }
        self.numbers.extend_from_slice(&later.numbers);
        self.others += later.others;
        if later.dropped && !self.dropped {
            self.drop_values();
        }
    }
}

impl Units {
    /// The primary unit at a position.
    pub fn unit(&self, index: usize) -> i64 {
        (scrambled(self.seed, index) >> 1) as i64
    }
}

/// Evaluates made-up units.
pub fn observe(design: &Design<'_>, units: &Units, threads: usize) -> Observed {
    observe_with(design, units, threads, &Progress::new())
}

/// Evaluates made-up units, and counts those that are done.
pub fn observe_with(
    design: &Design<'_>,
    units: &Units,
    threads: usize,
    progress: &Progress,
) -> Observed {
    let primary = design.namespace.unit();
    let inputs = units.inputs.iter().filter(|(name, _)| *name != primary);
    let (columns, values): (Vec<&str>, Vec<&Value>) =
        inputs.map(|(name, value)| (name.as_str(), value)).unzip();
    let columns: Vec<&str> = [primary].into_iter().chain(columns).collect();
    observe_rows(design, &columns, units.count, threads, progress, |index, row| {
        if row.is_empty() {
            row.push(Value::Null);
            row.extend(values.iter().copied().cloned());
        }
        row[0] = Value::Int(units.unit(index));
    })
}

/// Evaluates units in rows of values with these columns. `fill` makes the row of a position from the
/// row before, which is empty at first. Counts the units that are done.
pub fn observe_rows(
    design: &Design<'_>,
    columns: &[&str],
    count: usize,
    threads: usize,
    progress: &Progress,
    fill: impl Fn(usize, &mut Vec<Value>) + Sync,
) -> Observed {
    progress.expect(count);
    let rows = design.namespace.with_columns(columns);
    let unit = columns.iter().position(|column| *column == design.namespace.unit());
    let chunk = count.div_ceil(MAX_CHUNKS).max(MIN_CHUNK);
    let evaluate = |start: usize, end: usize, most: Effort| {
        let mut tally = Tally::new(design);
        let mut row = Vec::new();
        for index in start..end {
            if tally.effort >= most {
                tally.is_cut = true;
                break;
            }
            fill(index, &mut row);
            tally.unit(&rows, unit, &row);
            tally.units += 1;
        }
        progress.add(tally.units);
        tally
    };
    let first = FIRST.min(count);
    let mut total = evaluate(0, first, Effort::MOST);
    let effort = total.effort;
    let last = FIRST.saturating_mul(effort.times_more().saturating_add(1)).min(count);
    let most = effort.times(chunk.div_ceil(FIRST));
    let starts: Vec<usize> = (first..last).step_by(chunk).collect();
    for starts in starts.chunks(threads.max(1) * AT_ONCE) {
        if total.is_cut {
            break;
        }
        let tallies = parallel::map_on(threads, starts.to_vec(), |start| {
            evaluate(start, last.min(start + chunk), most)
        });
        tallies.iter().for_each(|tally| total.merge(tally));
    }
    let cut = (total.units < count).then_some(total.units);
    Observed { cut, ..total.observed() }
}

/// The counts of some units.
struct Tally<'d> {
    design: &'d Design<'d>,
    cohorts: Vec<CohortTally>,
    failed: u64,
    failure: Option<AssignError>,
    units: usize,
    /// The number of bytes that were made for the units, and that had to be counted.
    effort: Effort,
    /// Whether some units were left out, because scripts make too much data.
    is_cut: bool,
    /// The number of bytes that the values of all params take.
    kept: usize,
}

#[derive(Default)]
struct CohortTally {
    units: u64,
    /// The number of units that could be evaluated.
    evaluated: u64,
    params: IndexMap<String, Counts>,
}

impl<'d> Tally<'d> {
    fn new(design: &'d Design<'_>) -> Tally<'d> {
        let mut cohorts = Vec::new();
        cohorts.resize_with(design.cohorts.len(), CohortTally::default);
        Tally {
            design,
            cohorts,
            failed: 0,
            failure: None,
            units: 0,
            effort: Effort::default(),
            is_cut: false,
            kept: 0,
        }
    }

    fn unit(&mut self, rows: &Rows<'_>, unit: Option<usize>, row: &[Value]) {
        match rows.assign(row) {
            Ok(assignment) => {
                let params = &assignment.params;
                self.effort.add(params.made().saturating_add(params.bytes()));
                self.assigned(&assignment);
            }
            Err(error) => {
                self.effort.add(error.made());
                if !matches!(error, AssignError::MissingUnit { .. })
                    && let Some(unit) = unit.and_then(|column| row.get(column))
                {
                    // The unit is in its experiment, and gets nothing there.
                    let segment = self.design.namespace.segment(unit);
                    let cohort = self.cohort(Some(segment));
                    self.cohorts[cohort].units += 1;
                }
                self.failed += 1;
                self.failure.get_or_insert(error);
            }
        }
    }

    fn cohort(&self, segment: Option<u32>) -> usize {
        let owner = segment.and_then(|segment| self.design.namespace.owner(segment));
        owner.unwrap_or(self.cohorts.len() - 1)
    }

    fn assigned(&mut self, assignment: &Assignment<'_>) {
        let segment = assignment.segment.filter(|_| assignment.experiment.is_some());
        let index = self.cohort(segment);
        let (design, tally) = (self.design, &mut self.cohorts[index]);
        tally.units += 1;
        tally.evaluated += 1;
        for (place, (name, value)) in assignment.params.iter().enumerate() {
            // Params are usually in the same order.
            let counts = match tally.params.get_index(place) {
                Some((known, _)) if known == name => &mut tally.params[place],
                _ => tally.params.entry(name.to_owned()).or_default(),
            };
            let before = counts.bytes;
            let expected = design.param(Scope::Cohort(index), name);
            match (expected, value.as_float()) {
                (Some(Ok(distribution)), Some(number))
                    if !distribution.spans().is_empty()
                        && distribution.position(value).is_none() =>
                {
                    counts.numbers.push(number);
                }
                (Some(Ok(known)), _) => counts.add(value, 1, Some(known)),
                (_, None) => counts.add(value, 1, None),
                // The number of possible values is unknown.
                (_, Some(number)) => counts.numbers.push(number),
            }
            if !matches!(expected, Some(Ok(_))) {
                counts.fit(before, &mut self.kept);
            }
        }
    }

    /// Adds the results of later units, unless some units before them were left out.
    fn merge(&mut self, later: &Tally<'_>) {
        if self.is_cut {
            return;
        }
        self.units += later.units;
        self.is_cut = later.is_cut;
        let cohorts = self.cohorts.iter_mut().zip(&later.cohorts).enumerate();
        for (index, (cohort, later)) in cohorts {
            cohort.units += later.units;
            cohort.evaluated += later.evaluated;
            for (name, counts) in &later.params {
                let expected = self.design.known(Scope::Cohort(index), name);
                let (before, known) = match cohort.params.get_mut(name) {
                    Some(known) => {
                        let before = known.bytes;
                        known.merge(counts, expected);
                        (before, known)
                    }
                    None => (0, cohort.params.entry(name.clone()).or_insert(counts.clone())),
                };
                if expected.is_none() {
                    known.fit(before, &mut self.kept);
                }
            }
        }
        self.failed += later.failed;
        self.failure = self.failure.take().or_else(|| later.failure.clone());
    }

    fn observed(self) -> Observed {
        let evaluated: u64 = self.cohorts.iter().map(|cohort| cohort.evaluated).sum();
        let mut params: IndexMap<(Scope, String), Counts> = IndexMap::new();
        for (index, cohort) in self.cohorts.iter().enumerate() {
            for (name, counts) in &cohort.params {
                let all = params.entry((Scope::All, name.clone())).or_default();
                all.merge(counts, self.design.known(Scope::All, name));
                let unset = Some(cohort.evaluated - counts.set());
                let counts = Counts { unset, ..counts.clone() };
                params.insert((Scope::Cohort(index), name.clone()), counts);
            }
        }
        for ((scope, _), counts) in &mut params {
            if *scope == Scope::All {
                counts.unset = Some(evaluated - counts.set());
            }
        }
        let cohorts = self.cohorts.iter().map(|cohort| Some(cohort.units)).collect();
        let (failed, failure) = (self.failed, self.failure);
        Observed { cohorts, params, failed, failure, complete: true, ..Observed::default() }
    }
}
