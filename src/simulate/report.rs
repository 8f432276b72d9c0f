//! The comparison of the expected distribution with the observed one.

use indexmap::IndexSet;

use super::design::{Design, Scope};
use super::observe::{Counts, Observed};
use super::test::{Test, Untested, chi_squared, holm};
use crate::distribution::{Distribution, Obstacle};
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
}

/// Compares observations with a design.
pub fn report(design: &Design<'_>, observed: &Observed) -> Report {
    let (experiments, experiments_test) = experiments(design, observed);
    let none = Counts::default();
    let params = questions(design, observed).into_iter().map(|(scope, name)| {
        let counts = observed.params.get(&(scope, name.clone())).unwrap_or(&none);
        param(design, scope, name, counts)
    });
    let (failed, failure) = (observed.failed, observed.failure.clone());
    let mut params: Vec<ParamReport> = params.collect();
    for param in params.iter_mut().filter(|param| failed > 0 && param.test.is_ok()) {
        param.test = Err(Untested::Failed);
    }
    let mut report = Report { experiments, experiments_test, params, failed, failure };
    correct(&mut report);
    report
}

fn correct(report: &mut Report) {
    let p_values: Vec<f64> = report.tests().map(|(_, test)| test.p).collect();
    let params = report.params.iter_mut().filter_map(|param| param.test.as_mut().ok());
    let tests = report.experiments_test.as_mut().ok().into_iter().chain(params);
    for (test, corrected) in tests.zip(holm(&p_values)) {
        test.corrected = corrected;
    }
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
            (Ok(share), Ok(total)) => Ok(share / total),
            (Err(obstacle), _) | (_, Err(obstacle)) => Err(obstacle.clone()),
        },
        count,
    });
    let rows: Vec<ExperimentRow> = rows.collect();
    let cells = rows.iter().map(|row| Some((row.expected.clone().ok()?, row.count)));
    let test = match cells.collect::<Option<Vec<_>>>() {
        Some(cells) => chi_squared(&cells),
        None => Err(Untested::Unknown),
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
    questions.extend(seen.filter(|(scope, _)| *scope == Scope::All));
    let inhabited = |index: usize| observed.cohorts.get(index).copied().flatten() > Some(0);
    let cohorts: Vec<usize> = (0..design.cohorts.len()).filter(|index| inhabited(*index)).collect();
    // A single experiment is the same as all units.
    for index in cohorts.iter().copied().filter(|_| cohorts.len() > 1) {
        let names = design.cohorts[index].own.iter();
        questions.extend(names.map(|name| (Scope::Cohort(index), name.clone())));
    }
    questions.into_iter().collect()
}

fn param(design: &Design<'_>, scope: Scope, param: String, counts: &Counts) -> ParamReport {
    let units = counts.set() + counts.unset.unwrap_or(0);
    let nothing = Distribution::default();
    let expected = design.param(scope, &param).unwrap_or(Ok(&nothing));
    let mut numbers = counts.numbers.clone();
    numbers.sort_by(f64::total_cmp);
    let (mut rows, test) = match expected {
        Ok(distribution) => known(distribution, counts, &numbers),
        Err(_) => (unknown(counts), Err(Untested::Unknown)),
    };
    let mut quantiles = Vec::new();
    let distinct = distinct(&numbers);
    if let (Some(distinct), Err(_)) = (distinct, &expected) {
        let value = |(number, count)| row(RowKind::Value(Value::Float(number)), None, count);
        rows.extend(distinct.into_iter().map(value));
    } else if !numbers.is_empty() || expected.is_ok_and(|expected| !expected.spans().is_empty()) {
        let continuous = expected.ok().map(Distribution::continuous);
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

/// The rows of a param, and its test if the expected distribution is known.
fn known(
    distribution: &Distribution,
    counts: &Counts,
    numbers: &[f64],
) -> (Vec<ValueRow>, Result<Test, Untested>) {
    let values = distribution.values();
    let mut rows: Vec<ValueRow> = values
        .map(|(value, share)| row(RowKind::Value(value.clone()), Some(share), counts.of(value)))
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
    let cells: Vec<(f64, u64)> = cells.chain(bins(distribution, numbers)).collect();
    (rows, chi_squared(&cells))
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
