//! The power of the test for a sample ratio mismatch: units that are lost, or counted twice, in some
//! arms.

use super::noncentral::{chi_squared_noncentrality, chi_squared_power};

/// How far the counts of a unit are from the design: the sum of squared differences of the shares,
/// each divided by the designed share. The noncentrality of the test is this, times the number of
/// units. The shares of both are taken relative to their sums.
pub fn distance(observed: &[f64], expected: &[f64]) -> f64 {
    let (all_observed, all_expected): (f64, f64) = (observed.iter().sum(), expected.iter().sum());
    let pairs = observed.iter().zip(expected);
    let terms = pairs.map(|(observed, expected)| {
        let expected = expected / all_expected;
        (observed / all_observed - expected).powi(2) / expected
    });
    terms.sum()
}

/// The power of the chi-squared test of counts against the design.
///
/// ```
/// let power = planout::power::mismatch::power(1e5, &[0.505, 0.495], &[0.5, 0.5], 0.001);
/// assert!((power - 0.449).abs() < 5e-4);
/// ```
pub fn power(units: f64, observed: &[f64], expected: &[f64], alpha: f64) -> f64 {
    let degrees = expected.len().saturating_sub(1);
    chi_squared_power(degrees, alpha, units * distance(observed, expected))
}

/// The number of units with which the test finds a mismatch with a power; `None` if there is no
/// mismatch to find.
///
/// ```
/// use planout::power::mismatch::units;
///
/// let units = units(&[0.505, 0.495], &[0.5, 0.5], 0.001, 0.8).expect("a number");
/// assert_eq!(units.ceil(), 170_747.0);
/// ```
pub fn units(observed: &[f64], expected: &[f64], alpha: f64, power: f64) -> Option<f64> {
    let distance = distance(observed, expected);
    let noncentrality = chi_squared_noncentrality(expected.len().checked_sub(1)?, alpha, power)?;
    (distance > 0.0).then(|| noncentrality / distance)
}

/// The smallest mismatch that the test finds with a power: how far the share of the smallest arm
/// must be from its designed share, if the others share the rest as designed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smallest {
    /// The designed share of the smallest arm, of the units in all arms.
    pub share: f64,
    /// The difference that is found.
    pub difference: f64,
    /// The noncentrality that the test needs.
    pub noncentrality: f64,
    /// The degrees of freedom of the test.
    pub degrees: usize,
}

/// The smallest mismatch that is found with this number of units; `None` for fewer than two arms.
pub fn smallest(units: f64, expected: &[f64], alpha: f64, power: f64) -> Option<Smallest> {
    let total: f64 = expected.iter().sum();
    let share = expected.iter().copied().reduce(f64::min)? / total;
    let degrees = expected.len().checked_sub(1).filter(|degrees| *degrees > 0)?;
    let noncentrality = chi_squared_noncentrality(degrees, alpha, power)?;
    // The others are off by as much together, which adds d^2 / (1 - e) to d^2 / e.
    let difference = (noncentrality * share * (1.0 - share) / units).sqrt();
    Some(Smallest { share, difference, noncentrality, degrees })
}
