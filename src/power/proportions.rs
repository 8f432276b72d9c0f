//! Two proportions: the units, the power and the smallest difference.
//!
//! With equal arms, the test pools the two proportions, as R's `power.prop.test` does; the pooled
//! variance would be wrong by the ratio of unequal arms, so there it is not pooled.

use super::normal::{below, root, upper};

/// The units of each of two equal arms, by the pooled variance:
/// `[(z(a/2) sqrt(2 p q) + z(b) sqrt(p1 q1 + p2 q2)) / (p2 - p1)]^2`.
///
/// ```
/// use planout::power::proportions::units;
///
/// assert!((units(0.10, 0.11, 0.05, 0.8) - 14_750.79).abs() < 0.005);
/// ```
pub fn units(p1: f64, p2: f64, alpha: f64, power: f64) -> f64 {
    let (pooled, own) = deviations(p1, p2);
    ((upper(alpha / 2.0) * pooled + upper(1.0 - power) * own) / (p2 - p1)).powi(2)
}

/// The power of two equal arms of `units` each. Both tails count.
///
/// ```
/// assert!((planout::power::proportions::power(50.0, 0.5, 0.75, 0.05) - 0.74017).abs() < 5e-6);
/// ```
pub fn power(units: f64, p1: f64, p2: f64, alpha: f64) -> f64 {
    let (pooled, own) = deviations(p1, p2);
    let (difference, bound) = ((p2 - p1) * units.sqrt(), upper(alpha / 2.0) * pooled);
    below((difference - bound) / own) + below((-difference - bound) / own)
}

/// The smallest proportion above `p1` that two equal arms of `units` find with this power; `None` if
/// even 1 is not found.
///
/// ```
/// let p2 = planout::power::proportions::detectable(50.0, 0.5, 0.05, 0.9).expect("a proportion");
/// assert!((p2 - 0.80263).abs() < 5e-6);
/// ```
pub fn detectable(units: f64, p1: f64, alpha: f64, power: f64) -> Option<f64> {
    let missing = |p2: f64| self::power(units, p1, p2, alpha) - power;
    root(p1 + 1e-12 * (1.0 - p1), 1.0 - 1e-12, missing)
}

/// The units of all arms together, by the variance that is not pooled, for a share of them that is
/// treated.
///
/// ```
/// use planout::power::proportions::total_unpooled;
///
/// assert!((total_unpooled(0.10, 0.11, 0.5, 0.05, 0.8) - 29_496.09).abs() < 0.005);
/// assert!((total_unpooled(0.10, 0.11, 0.1, 0.05, 0.8) - 84_689.41).abs() < 0.005);
/// ```
pub fn total_unpooled(p1: f64, p2: f64, treated: f64, alpha: f64, power: f64) -> f64 {
    let variance = p1 * (1.0 - p1) / (1.0 - treated) + p2 * (1.0 - p2) / treated;
    let sum = upper(alpha / 2.0) + upper(1.0 - power);
    sum * sum * variance / (p2 - p1).powi(2)
}

/// The roots of `2 p q`, for the mean of both proportions, and of `p1 q1 + p2 q2`.
pub(super) fn deviations(p1: f64, p2: f64) -> (f64, f64) {
    let mean = f64::midpoint(p1, p2);
    let own = p1 * (1.0 - p1) + p2 * (1.0 - p2);
    ((2.0 * mean * (1.0 - mean)).sqrt(), own.sqrt())
}
