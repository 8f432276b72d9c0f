//! Chi-squared tests of counts, and the correction for their number.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// A corrected p-value below this is reported as a difference.
pub const SIGNIFICANCE: f64 = 0.001;

/// The least number of units that each cell of a test must expect. Smaller cells are pooled.
const MIN_EXPECTED: f64 = 5.0;

/// The result of a chi-squared test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The sum of squared differences, each divided by the expected number. It is infinite if an
    /// impossible value was observed.
    pub statistic: f64,
    /// The degrees of freedom.
    pub degrees: usize,
    /// The probability that chance alone causes a difference of at least this size.
    pub p: f64,
    /// The same, corrected by Holm's method for all tests of a report.
    pub corrected: f64,
}

/// The reason why there is no test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untested {
    /// There is only one possible value.
    #[error("there is only one value")]
    OneValue,
    /// Fewer than two cells expect enough units.
    #[error("there are too few units")]
    FewUnits,
    /// Some units could not be evaluated, so the counts of the others are incomplete.
    #[error("some units could not be evaluated")]
    Failed,
    /// The expected shares are not known.
    #[error("it cannot be enumerated")]
    Unknown,
}

impl Test {
    /// Whether the observations are hardly due to chance.
    pub fn fails(&self) -> bool {
        self.corrected < SIGNIFICANCE
    }
}

/// Compares counts with their expected shares, given as pairs, for a number of units. Cells that
/// expect fewer than 5 units are pooled. The p-value is not corrected yet.
///
/// # Errors
/// There is nothing to test.
pub fn chi_squared(cells: &[(f64, u64)]) -> Result<Test, Untested> {
    if cells.iter().any(|(share, count)| *share <= 0.0 && *count > 0) {
        return Ok(Test { statistic: f64::INFINITY, degrees: 1, p: 0.0, corrected: 0.0 });
    }
    let mut cells: Vec<_> = cells.iter().copied().filter(|(share, _)| *share > 0.0).collect();
    if cells.len() < 2 {
        return Err(Untested::OneValue);
    }
    let total: f64 = cells.iter().map(|(share, _)| share).sum();
    let units: u64 = cells.iter().map(|(_, count)| count).sum();
    cells.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut pooled: Vec<(f64, f64)> = Vec::with_capacity(cells.len());
    let mut pool = (0.0, 0.0);
    for (share, count) in cells {
        let expected = share / total * units as f64;
        if expected < MIN_EXPECTED || pool.0 > 0.0 {
            pool = (pool.0 + expected, pool.1 + count as f64);
            if pool.0 >= MIN_EXPECTED {
                pooled.push(std::mem::take(&mut pool));
            }
        } else {
            pooled.push((expected, count as f64));
        }
    }
    match pooled.last_mut() {
        Some(last) => *last = (last.0 + pool.0, last.1 + pool.1),
        None => return Err(Untested::FewUnits),
    }
    let degrees = pooled.len() - 1;
    let chances = ChiSquared::new(degrees as f64).map_err(|_| Untested::FewUnits)?;
    let terms = pooled.iter().map(|(expected, count)| (count - expected).powi(2) / expected);
    let statistic = terms.sum();
    let p = chances.sf(statistic).clamp(0.0, 1.0);
    Ok(Test { statistic, degrees, p, corrected: p })
}

/// Corrects p-values for the number of tests, by Holm's method: if no distribution differs, the
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
