//! The normal distribution, integrals and roots: the numerics that the other parts share.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// The most steps towards a root.
const MAX_STEPS: usize = 200;

/// The probability that a standard normal number is at most `x`.
pub fn below(x: f64) -> f64 {
    Normal::standard().cdf(x)
}

/// The probability that a standard normal number is above `x`. It is exact far out in the tail.
pub fn above(x: f64) -> f64 {
    Normal::standard().sf(x)
}

/// The density of the standard normal distribution.
pub fn density(x: f64) -> f64 {
    Normal::standard().pdf(x)
}

/// The number that a standard normal number exceeds with this probability; not a number for what is
/// not a probability.
///
/// ```
/// use planout::power::normal::upper;
///
/// assert!((upper(0.025) - 1.959_963_984_540_054).abs() < 1e-9);
/// assert!((upper(0.8) + 0.841_621_233_572_914).abs() < 1e-9);
/// ```
pub fn upper(probability: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    if probability > 0.5 {
        return -upper(1.0 - probability);
    }
    let near = -Normal::standard().inverse_cdf(probability);
    // A step of Newton's method removes the error of the approximation.
    let step = (above(near) - probability) / density(near);
    if step.is_finite() { near + step } else { near }
}

/// The integral of a function, by Simpson's rule with this number of pairs of intervals.
pub(super) fn integral(from: f64, to: f64, pairs: usize, f: impl Fn(f64) -> f64) -> f64 {
    Simpson::new(from, to, pairs).points().map(|(x, weight)| weight * f(x)).sum()
}

/// The points of Simpson's rule on an interval, with their weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Simpson {
    from: f64,
    step: f64,
    pairs: usize,
}

impl Simpson {
    pub(super) fn new(from: f64, to: f64, pairs: usize) -> Simpson {
        Simpson { from, step: (to - from) / (2 * pairs) as f64, pairs }
    }

    pub(super) fn points(self) -> impl Iterator<Item = (f64, f64)> {
        let last = 2 * self.pairs;
        (0..=last).map(move |index| {
            let weight = match index {
                0 => 1.0,
                index if index == last => 1.0,
                index if index % 2 == 1 => 4.0,
                _ => 2.0,
            };
            (self.from + self.step * index as f64, weight * self.step / 3.0)
        })
    }
}

/// A root of a function that has different signs at the two ends; `None` if it has not. The steps are
/// those of the false position with halved ends (Illinois), and every third one halves the interval.
pub(super) fn root(from: f64, to: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut a, mut b) = (from, to);
    let (mut at_a, mut at_b) = (f(a), f(b));
    if at_a == 0.0 {
        return Some(a);
    }
    if at_b == 0.0 {
        return Some(b);
    }
    if at_a.is_nan() || at_b.is_nan() || at_a.signum() == at_b.signum() {
        return None;
    }
    for step in 0..MAX_STEPS {
        let middle = a + (b - a) / 2.0;
        let secant = b - at_b * (b - a) / (at_b - at_a);
        let is_inside = secant > a.min(b) && secant < a.max(b);
        let x = if step % 3 == 2 || !is_inside { middle } else { secant };
        let at_x = f(x);
        if at_x == 0.0 || (b - a).abs() <= 4.0 * f64::EPSILON * (a.abs() + b.abs()) {
            return Some(x);
        }
        if at_x.signum() != at_b.signum() {
            (a, at_a) = (b, at_b);
        } else {
            at_a /= 2.0;
        }
        (b, at_b) = (x, at_x);
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_is_the_inverse() {
        for probability in [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.3, 0.5, 0.7, 0.999] {
            let found = above(upper(probability));
            assert!((found / probability - 1.0).abs() < 1e-9, "{probability}: {found}");
        }
        assert!(upper(-0.1).is_nan() && upper(1.1).is_nan() && upper(f64::NAN).is_nan());
        assert_eq!((upper(0.0), upper(1.0)), (f64::INFINITY, f64::NEG_INFINITY));
    }

    #[test]
    fn roots_are_found() {
        assert!((root(0.0, 2.0, |x| x * x - 2.0).expect("a root") - 2.0_f64.sqrt()).abs() < 1e-14);
        assert!((root(1.0, 60.0, |x| 1.0 / x - 0.02).expect("a root") - 50.0).abs() < 1e-9);
        assert_eq!(root(1.0, 2.0, |x| x), None);
        assert_eq!(root(0.0, 2.0, |_| f64::NAN), None);
    }

    #[test]
    fn integrals_are_those_of_closed_forms() {
        assert!((integral(-8.0, 8.0, 200, density) - 1.0).abs() < 1e-12);
    }
}
