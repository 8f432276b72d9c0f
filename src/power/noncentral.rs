//! Tests whose statistic is not normal: Student's t and chi-squared, under an alternative.

use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};
use statrs::function::gamma::{gamma_ur, ln_gamma};

use super::normal::{above, below, integral, root};

/// The number of standard deviations beyond which the scale of t does not count.
const REACH: f64 = 12.0;

/// The probability that a noncentral t is at most `t`: a normal number with a mean, divided by the
/// root of an independent chi-squared number over its degrees of freedom.
pub fn t_below(t: f64, degrees: f64, noncentrality: f64) -> f64 {
    integral_of_scale(degrees, |scale| below(t * scale - noncentrality))
}

fn t_above(t: f64, degrees: f64, noncentrality: f64) -> f64 {
    integral_of_scale(degrees, |scale| above(t * scale - noncentrality))
}

/// The mean of a function of the scale: the root of a chi-squared number over its degrees of freedom.
fn integral_of_scale(degrees: f64, f: impl Fn(f64) -> f64) -> f64 {
    let half = degrees / 2.0;
    let constant = 2.0_f64.ln() + half * half.ln() - ln_gamma(half);
    let reach = REACH / (2.0 * degrees).sqrt();
    let density = |s: f64| (constant + (degrees - 1.0) * s.ln() - half * s * s).exp();
    let from = (1.0 - reach).max(1e-12);
    integral(from, 1.0 + reach, 2_000, |s| density(s) * f(s))
}

/// The power of the two-sided t test of two arms of `units` each, for an effect in standard
/// deviations. Both tails count. The number of units need not be whole.
///
/// ```
/// let power = planout::power::noncentral::t_test_power(20.0, 1.0, 0.05);
/// assert!((power - 0.868_953).abs() < 5e-7);
/// ```
pub fn t_test_power(units: f64, effect: f64, alpha: f64) -> f64 {
    let degrees = 2.0 * (units - 1.0);
    let Ok(central) = StudentsT::new(0.0, 1.0, degrees) else {
        return f64::NAN;
    };
    let tail = |t: f64| central.sf(t) - alpha / 2.0;
    let Some(critical) = root(0.0, 1e6, tail) else {
        return f64::NAN;
    };
    let noncentrality = effect.abs() * (units / 2.0).sqrt();
    t_above(critical, degrees, noncentrality) + t_below(-critical, degrees, noncentrality)
}

/// The units of each arm for which the t test has a power; `None` if there is no such number up to
/// a billion.
///
/// ```
/// let units = planout::power::noncentral::t_test_units(1.0, 0.05, 0.9).expect("a number");
/// assert!((units - 22.02109).abs() < 5e-6);
/// ```
pub fn t_test_units(effect: f64, alpha: f64, power: f64) -> Option<f64> {
    root(2.0_f64.ln(), 1e9_f64.ln(), |units| t_test_power(units.exp(), effect, alpha) - power)
        .map(f64::exp)
}

/// The probability that a noncentral chi-squared number exceeds `x`: chi-squared numbers with two
/// degrees of freedom more for each event of a Poisson number with the mean `noncentrality / 2`.
pub fn chi_squared_above(x: f64, degrees: f64, noncentrality: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let mean = noncentrality / 2.0;
    let tail = |events: f64| gamma_ur(degrees / 2.0 + events, x / 2.0);
    if mean <= 0.0 {
        return tail(0.0);
    }
    let mode = mean.floor();
    let at_mode = (mode * mean.ln() - mean - ln_gamma(mode + 1.0)).exp();
    let is_small = |probability: f64| probability < 1e-18;
    let (mut sum, mut events, mut probability) = (0.0, mode, at_mode);
    while !is_small(probability) {
        sum += probability * tail(events);
        events += 1.0;
        probability *= mean / events;
    }
    (events, probability) = (mode, at_mode);
    while events > 0.0 && !is_small(probability) {
        probability *= events / mean;
        events -= 1.0;
        sum += probability * tail(events);
    }
    sum.min(1.0)
}

/// The power of a chi-squared test with a noncentrality.
pub fn chi_squared_power(degrees: usize, alpha: f64, noncentrality: f64) -> f64 {
    match critical(degrees, alpha) {
        Some(critical) => chi_squared_above(critical, degrees as f64, noncentrality),
        None => f64::NAN,
    }
}

/// The noncentrality with which a chi-squared test has a power; `None` if alpha alone has more.
pub fn chi_squared_noncentrality(degrees: usize, alpha: f64, power: f64) -> Option<f64> {
    let critical = critical(degrees, alpha)?;
    let most = 100.0 * (critical + 10.0 + degrees as f64);
    root(0.0, most, |noncentrality| {
        chi_squared_above(critical, degrees as f64, noncentrality) - power
    })
}

fn critical(degrees: usize, alpha: f64) -> Option<f64> {
    let central = ChiSquared::new(degrees as f64).ok()?;
    root(0.0, 1e4 + 10.0 * degrees as f64, |x| central.sf(x) - alpha)
}
