//! The comparison of the expected distribution with the observed one.

use indexmap::IndexSet;

use super::design::{Design, Scope};
use super::merged::Merged;
use super::observe::{Counts, Observed, Tests};
use super::test::{Test, Untested, by_families, goodness_of_fit, of_looks};
use crate::distribution::{Distribution, Exact, Follows, Obstacle};
use crate::namespace::AssignError;
use crate::value::Value;

/// The number of parts of equal probability for the test of a continuous param.
const BINS: u32 = 20;

/// The quantiles that are shown.
const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// The most different numbers of a param that are shown one by one, if its values cannot be
/// enumerated.
const MAX_DISTINCT: usize = 20;

/// The comparison of a design with observations.
#[derive(Clone, Debug)]
pub struct Report {
    /// The experiments that were counted, and then the default.
    pub experiments: Vec<ExperimentRow>,
    /// The test whether units are spread over the experiments as designed.
    pub experiments_test: Result<Test, Untested>,
    /// The params: first over all units, then by experiment.
    pub params: Vec<ParamReport>,
    /// The number of units that could not be evaluated.
    pub failed: u64,
    /// The failure of the first of these units.
    pub failure: Option<AssignError>,
    /// The same for parts of the units.
    pub parts: Vec<Part>,
}

/// The comparison of some of the units.
#[derive(Clone, Debug)]
pub struct Part {
    /// The value that these units have in common.
    pub value: Value,
    /// The comparison. It has no parts.
    pub report: Report,
}

/// The settings of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportSettings {
    /// Takes the experiments that run one definition together, for the tests of params.
    pub by_definition: bool,
}

/// The units of an experiment.
#[derive(Clone, Debug)]
pub struct ExperimentRow {
    /// The experiment; `None` for the default one.
    pub experiment: Option<String>,
    /// The number of its segments.
    pub segments: usize,
    /// Its share of the units of all counted experiments.
    pub expected: Result<f64, Obstacle>,
    /// The number of counted units.
    pub count: u64,
}

/// The values of a param.
#[derive(Clone, Debug)]
pub struct ParamReport {
    /// The name of the param.
    pub param: String,
    /// The units that are counted.
    pub scope: Scope,
    /// The number of units.
    pub units: u64,
    /// The reason why the expected distribution is unknown.
    pub obstacle: Option<Obstacle>,
    /// The rows of values.
    pub rows: Vec<ValueRow>,
    /// The quantiles of numbers that are not listed one by one. Empty if there are none.
    pub quantiles: Vec<Quantile>,
    /// The test whether the values are as designed.
    pub test: Result<Test, Untested>,
}

/// The units with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueRow {
    /// The value of the row.
    pub kind: RowKind,
    /// The share of the units that should have the value, if it is known.
    pub expected: Option<f64>,
    /// The number of units that have the value.
    pub count: u64,
}

/// The property that the units of a row share.
#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// The value.
    Value(Value),
    /// The units have numbers that are measured and not distinguished.
    Numbers,
    /// The units have values that are unexpected, or whose expectation is unknown. There are too many
    /// to name.
    Others,
    /// The units do not have the param.
    Unset,
}

/// A quantile: a share of the units have at most this number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The share.
    pub share: f64,
    /// The number by the design, if it is known.
    pub expected: Option<f64>,
    /// The number that was observed, if there are any.
    pub observed: Option<f64>,
}

impl Report {
    /// All tests. The test of the experiments has no param.
    pub fn tests(&self) -> impl Iterator<Item = (Option<&ParamReport>, &Test)> {
        let experiments = self.experiments_test.as_ref().ok().map(|test| (None, test));
        let params = self.params.iter();
        let params = params.filter_map(|param| Some((Some(param), param.test.as_ref().ok()?)));
        experiments.into_iter().chain(params)
    }

    /// The tests whose result is hardly due to chance.
    pub fn failed_tests(&self) -> impl Iterator<Item = (Option<&ParamReport>, &Test)> {
        self.tests().filter(|(_, test)| test.fails())
    }

    /// Whether all that was tested is as designed, in all parts, too; `None` if nothing was tested.
    pub fn as_designed(&self) -> Option<bool> {
        let parts = self.parts.iter().flat_map(|part| part.report.tests());
        self.tests().chain(parts).map(|(_, test)| !test.fails()).reduce(|a, b| a && b)
    }

    /// Adds the comparisons of parts of the units, and allows for their tests.
    pub fn add_parts(&mut self, parts: Vec<Part>) {
        self.parts = parts;
        self.correct();
    }

    /// Corrects the tests: the split over the experiments, the params, and the parts are a family
    /// each.
    fn correct(&mut self) {
        let p_values = |report: &Report, is_split: bool| {
            let tests = report.tests().filter(|(param, _)| param.is_none() == is_split);
            tests.map(|(_, test)| test.p).collect::<Vec<f64>>()
        };
        let parts = self.parts.iter().flat_map(|part| part.report.tests());
        let parts: Vec<f64> = parts.map(|(_, test)| test.p).collect();
        let families = by_families(&[p_values(self, true), p_values(self, false), parts]);
        let mut corrected = families.into_iter().flatten();
        for test in self.tests_mut() {
            test.corrected = corrected.next().unwrap_or(1.0);
        }
        for part in &mut self.parts {
            for test in part.report.tests_mut() {
                test.corrected = corrected.next().unwrap_or(1.0);
            }
        }
    }

    fn tests_mut(&mut self) -> Vec<&mut Test> {
        let params = self.params.iter_mut().filter_map(|param| param.test.as_mut().ok());
        self.experiments_test.as_mut().ok().into_iter().chain(params).collect()
    }
}

/// Compares observations with a design.
pub fn report(design: &Design<'_>, observed: &Observed) -> Report {
    report_with(design, observed, ReportSettings::default())
}

/// The same with settings.
pub fn report_with(design: &Design<'_>, observed: &Observed, settings: ReportSettings) -> Report {
    report_mixed(design, observed, &[], settings)
}

/// The same for units that consist of parts with their own designs. The expected shares of a param are
/// those of the parts, in proportion to the units of each that were counted with the param. Without
/// parts, they are those of the design.
pub fn report_mixed(
    design: &Design<'_>,
    observed: &Observed,
    parts: &[(&Design<'_>, &Observed)],
    settings: ReportSettings,
) -> Report {
    let merged = settings.by_definition.then(|| Merged::new(design, observed));
    let observed = merged.as_ref().map_or(observed, |merged| &merged.observed);
    let expected = |scope, name: &str| match (&merged, scope) {
        (Some(merged), Scope::Definition(first)) => merged.expected(design, first, name),
        _ if !parts.is_empty() => mixed(parts, scope, name),
        _ => design.param(scope, name).map(|found| found.cloned().map_err(Obstacle::clone)),
    };
    let (experiments, experiments_test) = experiments(design, observed);
    // All units were seen, and none had a param that has no counts.
    let without = |scope| {
        let units = observed.cohorts.iter().enumerate().filter(|(cohort, _)| match scope {
            Scope::All => true,
            Scope::Cohort(it) | Scope::Definition(it) => *cohort == it,
        });
        let units: Option<u64> = units.map(|(_, units)| *units).sum();
        let mut counts = Counts::default();
        counts.unset = units.filter(|_| observed.complete);
        counts
    };
    let (failed, failure) = (observed.failed, observed.failure.clone());
    let params = questions(design, observed).into_iter().map(|(scope, name)| {
        let expected = expected(scope, &name).unwrap_or(Ok(Distribution::default()));
        let none = without(scope);
        let counts = observed.params.get(&(scope, name.clone())).unwrap_or(&none);
        let mut report = param(scope, name.clone(), &expected, counts);
        report.test = match (&observed.tests, report.test) {
            (_, Ok(_)) if failed > 0 => Err(Untested::Failed),
            (_, Err(untested @ Untested::Unknown)) => Err(untested),
            (Tests::Fixed, test) => test,
            (Tests::Sequential(_), Err(untested)) => Err(untested),
            (Tests::Sequential(tests), Ok(_)) => {
                tests.params.get(&(scope, name)).copied().ok_or(Untested::Single)
            }
            (Tests::Looks(looks), _) => {
                let looks = looks.iter().filter_map(|look| {
                    let counts = look.params.get(&(scope, name.clone()))?;
                    Some(known(expected.as_ref().ok()?, counts, &counts.numbers).1)
                });
                of_looks(&looks.collect::<Vec<_>>()).ok_or(Untested::OneValue)
            }
        };
        report
    });
    let mut params: Vec<ParamReport> = params.collect();
    count_once(design, &mut params);
    let mut report =
        Report { experiments, experiments_test, params, failed, failure, parts: Vec::new() };
    report.correct();
    report
}

/// The distribution of a param over parts, as their units were counted.
fn mixed(
    parts: &[(&Design<'_>, &Observed)],
    scope: Scope,
    name: &str,
) -> Option<Result<Distribution, Obstacle>> {
    let counted = |observed: &Observed| {
        let counts = observed.params.get(&(scope, name.to_owned()));
        counts.map_or(0, |counts| counts.set() + counts.unset.unwrap_or(0))
    };
    let total: u64 = parts.iter().map(|(_, observed)| counted(observed)).sum();
    let mut sum = Distribution::default();
    for (design, observed) in parts.iter().filter(|(_, observed)| counted(observed) > 0) {
        let share = counted(observed) as f64 / total as f64;
        let added = match design.param(scope, name)? {
            // Units without the param were not counted.
            Ok(found) if found.is_empty() => Ok(()),
            Ok(found) => sum.add(found, share / found.total()),
            Err(obstacle) => Err(obstacle.clone()),
        };
        if let Err(obstacle) = added {
            return Some(Err(obstacle));
        }
    }
    Some(Ok(sum))
}

/// Leaves out the tests of params that follow from another one, as far as the counts follow, too: the
/// test of the other one tests them.
fn count_once(design: &Design<'_>, params: &mut [ParamReport]) {
    for index in 0..params.len() {
        let scope = params[index].scope;
        let follows = match scope {
            Scope::All => &design.follows,
            Scope::Cohort(cohort) | Scope::Definition(cohort) => {
                design.cohorts.get(cohort).map_or(&design.follows, |cohort| &cohort.follows)
            }
        };
        let Some(rule) = follows.iter().find(|rule| rule.param == params[index].param) else {
            continue;
        };
        let from = params.iter().find(|it| it.scope == scope && it.param == rule.from);
        if params[index].test.is_ok()
            && from.is_some_and(|from| from.test.is_ok() && is_told(&params[index], from, rule))
        {
            params[index].test = Err(Untested::Derived(rule.from.clone()));
        }
    }
}

/// Whether the counts of a param are those of the param that it follows from.
fn is_told(param: &ParamReport, from: &ParamReport, rule: &Follows) -> bool {
    let mut counts: Vec<(Option<&Value>, u64)> = Vec::new();
    for row in &from.rows {
        let value = match &row.kind {
            RowKind::Value(value) => match rule.values.get(&Exact(value.clone())) {
                Some(value) => Some(&value.0),
                None if row.count == 0 => continue,
                None => return false,
            },
            RowKind::Unset => None,
            RowKind::Numbers | RowKind::Others => return false,
        };
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += row.count,
            None => counts.push((value, row.count)),
        }
    }
    let count = |value: Option<&Value>| {
        counts.iter().find(|(known, _)| *known == value).map_or(0, |(_, count)| *count)
    };
    param.units == from.units
        && param.rows.iter().all(|row| match &row.kind {
            RowKind::Value(value) => count(Some(value)) == row.count,
            RowKind::Unset => count(None) == row.count,
            RowKind::Numbers | RowKind::Others => false,
        })
}

fn experiments(
    design: &Design<'_>,
    observed: &Observed,
) -> (Vec<ExperimentRow>, Result<Test, Untested>) {
    let counted = design.cohorts.iter().zip(&observed.cohorts);
    let counted = counted.filter_map(|(cohort, count)| Some((cohort, (*count)?)));
    // A default experiment without expected and observed units is left out.
    let counted =
        counted.filter(|(it, count)| it.experiment.is_some() || it.segments > 0 || *count > 0);
    let counted: Vec<_> = counted.collect();
    let total: Result<f64, Obstacle> = counted.iter().map(|(it, _)| it.share.clone()).sum();
    let rows = counted.into_iter().map(|(cohort, count)| ExperimentRow {
        experiment: cohort.experiment.clone(),
        segments: cohort.segments,
        expected: match (&cohort.share, &total) {
            // No unit of these inputs is expected anywhere.
            (Ok(_), Ok(total)) if *total <= 0.0 => Ok(0.0),
            (Ok(share), Ok(total)) => Ok(share / total),
            (Err(obstacle), _) | (_, Err(obstacle)) => Err(obstacle.clone()),
        },
        count,
    });
    let rows: Vec<ExperimentRow> = rows.collect();
    let cells = |rows: &[ExperimentRow]| {
        let cells = rows.iter().map(|row| Some((row.expected.clone().ok()?, row.count)));
        cells.collect::<Option<Vec<(f64, u64)>>>()
    };
    let test = match (&observed.tests, cells(&rows)) {
        (_, None) => Err(Untested::Unknown),
        (Tests::Fixed, Some(cells)) => goodness_of_fit(&cells),
        (Tests::Sequential(tests), _) => tests.experiments.ok_or(Untested::OneValue),
        (Tests::Looks(looks), _) => {
            let looks = looks.iter().filter_map(|look| {
                let looked = Observed { tests: Tests::Fixed, ..look.clone() };
                cells(&experiments(design, &looked).0)
            });
            of_looks(&looks.collect::<Vec<_>>()).ok_or(Untested::OneValue)
        }
    };
    (rows, test)
}

/// The params of the report.
fn questions(design: &Design<'_>, observed: &Observed) -> Vec<(Scope, String)> {
    let seen = observed.params.keys().cloned();
    if !observed.complete {
        return seen.collect();
    }
    let mut questions: IndexSet<(Scope, String)> = IndexSet::new();
    questions.extend(design.params.keys().map(|name| (Scope::All, name.clone())));
    questions.extend(seen.clone().filter(|(scope, _)| *scope == Scope::All));
    let inhabited = |index: usize| observed.cohorts.get(index).copied().flatten() > Some(0);
    let cohorts: Vec<usize> = (0..design.cohorts.len()).filter(|index| inhabited(*index)).collect();
    // A single experiment is the same as all units.
    for index in cohorts.iter().copied().filter(|_| cohorts.len() > 1) {
        let names = design.cohorts[index].own.iter();
        let scopes = names.map(|name| (Scope::Cohort(index), name.clone()));
        // Runs of one definition that were taken together are counted as such.
        let is_merged = observed.params.keys().any(|(scope, _)| *scope == Scope::Definition(index));
        questions.extend(scopes.filter(|_| !is_merged));
    }
    questions.extend(seen.filter(|(scope, name)| match scope {
        Scope::Definition(index) => design.cohorts[*index].own.contains(name),
        _ => false,
    }));
    questions.into_iter().collect()
}

fn param(
    scope: Scope,
    param: String,
    expected: &Result<Distribution, Obstacle>,
    counts: &Counts,
) -> ParamReport {
    let expected = expected.as_ref();
    let units = counts.set() + counts.unset.unwrap_or(0);
    let mut numbers = counts.numbers.clone();
    numbers.sort_by(f64::total_cmp);
    let (mut rows, test) = match expected {
        Ok(distribution) => {
            let (rows, cells) = known(distribution, counts, &numbers);
            (rows, goodness_of_fit(&cells))
        }
        Err(_) => (unknown(counts), Err(Untested::Unknown)),
    };
    let mut quantiles = Vec::new();
    let distinct = distinct(&numbers);
    if let (Some(distinct), Err(_)) = (distinct, &expected) {
        let value = |(number, count)| row(RowKind::Value(Value::Float(number)), None, count);
        rows.extend(distinct.into_iter().map(value));
    } else if !numbers.is_empty() || expected.is_ok_and(|expected| !expected.spans().is_empty()) {
        let of = expected.ok().filter(|_| counts.unset.is_none()).map_or(1.0, Distribution::total);
        let continuous =
            expected.ok().map(|spread| spread.continuous() / of.max(f64::MIN_POSITIVE));
        let position = rows.iter().position(|row| row.kind == RowKind::Unset);
        let numbers_row = row(RowKind::Numbers, continuous, numbers.len() as u64);
        rows.insert(position.unwrap_or(rows.len()), numbers_row);
        let quantile = |share: f64| Quantile {
            share,
            expected: expected.ok().and_then(|spread| spread.quantile(share)),
            observed: quantile(&numbers, share),
        };
        quantiles = QUANTILES.into_iter().map(quantile).collect();
    }
    let obstacle = expected.err().cloned();
    ParamReport { param, scope, units, obstacle, rows, quantiles, test }
}

fn row(kind: RowKind, expected: Option<f64>, count: u64) -> ValueRow {
    ValueRow { kind, expected, count }
}

/// The rows of a param, and the shares and counts that are tested.
fn known(
    distribution: &Distribution,
    counts: &Counts,
    numbers: &[f64],
) -> (Vec<ValueRow>, Vec<(f64, u64)>) {
    // If units without the param were not counted, the shares are those of the units with it.
    let set = distribution.total();
    let of = if counts.unset.is_none() && set > 0.0 { set } else { 1.0 };
    let values = distribution.values();
    let mut rows: Vec<ValueRow> = values
        .map(|(value, share)| {
            row(RowKind::Value(value.clone()), Some(share / of), counts.of(value))
        })
        .collect();
    for (value, count) in &counts.values {
        if distribution.position(&value.0).is_none() {
            rows.push(row(RowKind::Value(value.0.clone()), Some(0.0), *count));
        }
    }
    if counts.others > 0 {
        rows.push(row(RowKind::Others, Some(0.0), counts.others));
    }
    let left = (1.0 - distribution.total()).max(0.0);
    let left = if left > 1e-9 { left } else { 0.0 };
    if let Some(unset) = counts.unset
        && (left > 0.0 || unset > 0)
    {
        rows.push(row(RowKind::Unset, Some(left), unset));
    }
    let cells = rows.iter().map(|row| (row.expected.unwrap_or(0.0), row.count));
    let bins = bins(distribution, numbers).into_iter().map(|(share, count)| (share / of, count));
    let cells: Vec<(f64, u64)> = cells.chain(bins).collect();
    (rows, cells)
}

fn unknown(counts: &Counts) -> Vec<ValueRow> {
    let values = counts.values.iter();
    let mut rows: Vec<ValueRow> =
        values.map(|(value, count)| row(RowKind::Value(value.0.clone()), None, *count)).collect();
    let more = [(RowKind::Others, counts.others), (RowKind::Unset, counts.unset.unwrap_or(0))];
    rows.extend(
        more.into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| row(kind, None, count)),
    );
    rows
}

/// The counts of sorted numbers in parts of equal probability, and the count of impossible numbers.
fn bins(distribution: &Distribution, numbers: &[f64]) -> Vec<(f64, u64)> {
    let ends = (1..=BINS).map(|bin| distribution.quantile(f64::from(bin) / f64::from(BINS)));
    let Some(ends) = ends.collect::<Option<Vec<f64>>>() else {
        return vec![(0.0, numbers.len() as u64)];
    };
    let least = distribution.spans().iter().map(|span| span.min).fold(f64::INFINITY, f64::min);
    let at_most = |end: f64| numbers.partition_point(|number| *number <= end);
    let mut before = numbers.partition_point(|number| *number < least);
    let mut below = 0.0;
    let mut bins = vec![(0.0, (before + numbers.len() - at_most(ends[ends.len() - 1])) as u64)];
    for end in ends {
        let (count, share) = (at_most(end), distribution.below(end));
        let expected = (share - below) * distribution.continuous();
        bins.push((expected.max(0.0), (count - before) as u64));
        (before, below) = (count, share);
    }
    bins
}

/// The number that a share of sorted numbers do not exceed.
fn quantile(numbers: &[f64], share: f64) -> Option<f64> {
    let rank = (share * numbers.len() as f64).ceil() as usize;
    numbers.get(rank.saturating_sub(1)).copied()
}

/// The different numbers with the count of each, if there are few.
fn distinct(sorted: &[f64]) -> Option<Vec<(f64, u64)>> {
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64));
    let distinct: Vec<_> = runs.take(MAX_DISTINCT + 1).collect();
    (!distinct.is_empty() && distinct.len() <= MAX_DISTINCT).then_some(distinct)
}
