//! Tests of counts against designed shares, and the correction for the number of tests.
//!
//! A test of two values is exact. A test of more is the chi-squared one where every value expects so
//! many units that the approximation holds far into the tail, and exact otherwise: by all outcomes if
//! these are few, else by random outcomes of the design. No values are taken together.

mod binomial;
mod multinomial;
mod sequential;

use statrs::distribution::{ChiSquared, ContinuousCDF};

pub use binomial::two_sided;
pub(super) use sequential::of_looks;
pub use sequential::{Martingale, PRIOR, bayes_factor};

/// A corrected p-value below this is reported as a difference.
pub const SIGNIFICANCE: f64 = 0.001;

/// The least number of units that each value must expect for a chi-squared test. The p-values that
/// matter after a correction are as small as 1e-5, where the error of the approximation is about
/// `cosh(z^3 / (6 sqrt(expected)))` for the standard deviations `z` of such a value: 7 % here.
const MIN_EXPECTED: f64 = 1000.0;

/// The way in which a p-value was found.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// Something was observed that has no share.
    Impossible,
    /// The exact binomial test of two values.
    Binomial,
    /// All outcomes of the multinomial distribution, as many as this.
    Multinomial(u64),
    /// As many random outcomes of the multinomial distribution, with the standard error of the p-value.
    MonteCarlo {
        /// The number of outcomes.
        draws: u64,
        /// The standard error.
        error: f64,
    },
    /// Pearson's approximation for large counts.
    ChiSquared,
    /// The test that may be looked at any time, and the number of units after which it failed first.
    Sequential(Option<u64>),
}

impl Method {
    /// Its name in one or two words.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Impossible => "impossible",
            Method::Binomial => "binomial",
            Method::Multinomial(_) => "multinomial",
            Method::MonteCarlo { .. } => "monte carlo",
            Method::ChiSquared => "chi-squared",
            Method::Sequential(_) => "sequential",
        }
    }
}

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The sum of squared differences, each divided by the expected number; of a sequential test, the
    /// natural logarithm of the largest Bayes factor. It is infinite if something impossible was
    /// observed.
    pub statistic: f64,
    /// The degrees of freedom: one less than the number of values.
    pub degrees: usize,
    /// The probability that chance alone causes a difference of at least this size.
    pub p: f64,
    /// The same, corrected for all tests of a report.
    pub corrected: f64,
    /// The way in which it was found.
    pub method: Method,
}

/// The reason why there is no test.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untested {
    /// There is only one possible value.
    #[error("there is only one value")]
    OneValue,
    /// Nothing was counted.
    #[error("there are no units")]
    NoUnits,
    /// Some units could not be evaluated, so the counts of the others are incomplete.
    #[error("some units could not be evaluated")]
    Failed,
    /// The expected shares are not known.
    #[error("it cannot be enumerated")]
    Unknown,
    /// The shares of single units are not known, so that the test cannot be made unit by unit.
    #[error("its shares are not known unit by unit")]
    Single,
    /// The param follows from another one, whose test is also a test of this one.
    #[error("it follows from `{0}`, which is tested")]
    Derived(String),
}

impl Test {
    /// Whether the observations are hardly due to chance.
    pub fn fails(&self) -> bool {
        self.corrected < SIGNIFICANCE
    }

    fn new(statistic: f64, degrees: usize, p: f64, method: Method) -> Test {
        let p = p.clamp(0.0, 1.0);
        Test { statistic, degrees, p, corrected: p, method }
    }

    pub(super) fn impossible(method: Method) -> Test {
        Test::new(f64::INFINITY, 1, 0.0, method)
    }
}

/// Compares counts with their expected shares, given as pairs, for a number of units. The p-value is
/// not corrected yet. The probability of a p-value at or below any bound is at most that bound if the
/// shares are right: exactly so for few units, and nearly so for many.
///
/// ```
/// use planout::simulate::{Method, goodness_of_fit};
///
/// // 4 units were expected among 20,000, and 60 came.
/// let test = goodness_of_fit(&[(0.9998, 19_940), (0.0002, 60)])?;
/// assert_eq!(test.method, Method::Binomial);
/// assert!(test.p > 1e-48 && test.p < 1e-47);
/// # Ok::<(), planout::simulate::Untested>(())
/// ```
///
/// # Errors
/// There is nothing to test.
pub fn goodness_of_fit(cells: &[(f64, u64)]) -> Result<Test, Untested> {
    if cells.iter().any(|(share, count)| *share <= 0.0 && *count > 0) {
        return Ok(Test::impossible(Method::Impossible));
    }
    let cells: Vec<(f64, u64)> = cells.iter().copied().filter(|(share, _)| *share > 0.0).collect();
    let units: u64 = cells.iter().map(|(_, count)| count).sum();
    let total: f64 = cells.iter().map(|(share, _)| share).sum();
    if cells.len() < 2 {
        return Err(Untested::OneValue);
    }
    if units == 0 {
        return Err(Untested::NoUnits);
    }
    let cells: Vec<(f64, u64)> =
        cells.into_iter().map(|(share, count)| (share / total, count)).collect();
    let expected = |share: f64| share * units as f64;
    let statistic: f64 = cells
        .iter()
        .map(|(share, count)| (*count as f64 - expected(*share)).powi(2) / expected(*share))
        .sum();
    let degrees = cells.len() - 1;
    if let [(share, count), _] = cells[..]
        && let Some(p) = two_sided(count, units, share)
    {
        return Ok(Test::new(statistic, degrees, p, Method::Binomial));
    }
    let is_large = cells.iter().all(|(share, _)| expected(*share) >= MIN_EXPECTED);
    let (p, method) = if is_large {
        let chances = ChiSquared::new(degrees as f64).map_err(|_| Untested::OneValue)?;
        (chances.sf(statistic), Method::ChiSquared)
    } else {
        multinomial::p_value(&cells, units, statistic)
    };
    Ok(Test::new(statistic, degrees, p, method))
}

/// Corrects p-values for the number of tests, by Holm's method (1979): if no distribution differs, the
/// probability that any of the p-values is below a bound is at most that bound.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        least = least.max((p_values[index] * factor).min(1.0));
        corrected[index] = least;
    }
    corrected
}

/// Corrects the p-values of several families of tests: each family has an equal part of the allowed
/// error, and its tests share that by Holm's method. So a family with many tests does not weaken
/// another, and the bound holds for all of them together. Families without a test take no part.
pub fn by_families(families: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let tested = families.iter().filter(|family| !family.is_empty()).count() as f64;
    let all = |p: f64| (p * tested).min(1.0);
    families.iter().map(|family| holm(family).into_iter().map(all).collect()).collect()
}
