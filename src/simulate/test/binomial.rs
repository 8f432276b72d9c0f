//! The exact binomial test.

use statrs::function::gamma::ln_gamma;

/// The largest variance of the number of units for which tails are added up. Beyond it, the
/// approximation of the chi-squared test is as good: it is off by less than 1 % at 1e-5.
const MAX_VARIANCE: f64 = 1e7;

/// How much two logarithms of probabilities may differ that count as equal, as they are rounded.
const TOLERANCE: f64 = 1e-7;

/// The exact two-sided binomial test: the probability of all numbers of units with a value of this share
/// that are at most as probable as the observed one; `None` if there are so many units that the sum
/// takes too long.
///
/// ```
/// use planout::simulate::two_sided;
///
/// // A fair coin, 60 of 100 times: 2 * P(60 or more).
/// let p = two_sided(60, 100, 0.5).expect("few units");
/// assert!((p - 0.056_887_933_640_980_7).abs() < 1e-14);
/// ```
pub fn two_sided(count: u64, units: u64, share: f64) -> Option<f64> {
    let size = units as f64;
    if size * share * (1.0 - share) > MAX_VARIANCE {
        return None;
    }
    // The most probable number. On both sides of it, probabilities fall.
    let mode = (((size + 1.0) * share).floor() as u64).min(units);
    let bound = ln_probability(count as f64, size, share) + TOLERANCE;
    let is_rare = |count: u64| ln_probability(count as f64, size, share) <= bound;
    if is_rare(mode) {
        return Some(1.0);
    }
    let low = if count < mode { Some(count) } else { last(0, mode, is_rare) };
    let high = if count > mode {
        Some(count)
    } else {
        last(0, units - mode, |from_end| is_rare(units - from_end)).map(|from_end| units - from_end)
    };
    let below = low.map_or(0.0, |low| tail(size - low as f64, size, 1.0 - share));
    let above = high.map_or(0.0, |high| tail(high as f64, size, share));
    Some((below + above).min(1.0))
}

/// The last number from `first` to before `end` for which this holds, where it holds for all before.
fn last(first: u64, end: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    if first >= end || !holds(first) {
        return None;
    }
    let (mut known, mut beyond) = (first, end);
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        if holds(middle) { known = middle } else { beyond = middle }
    }
    Some(known)
}

/// The probability of this number or more, which is not below the most probable one.
fn tail(from: f64, size: f64, share: f64) -> f64 {
    let first = ln_probability(from, size, share);
    let odds = share / (1.0 - share);
    let (mut term, mut sum, mut count) = (1.0, 1.0, from);
    // Each term is a smaller part of the one before, so what is left is less than what ends it.
    while count < size && term > sum * 1e-18 {
        term *= (size - count) / (count + 1.0) * odds;
        sum += term;
        count += 1.0;
    }
    (first + f64::ln(sum)).exp()
}

/// The logarithm of the probability of a number. In this form (Loader 2000), large logarithms do not
/// cancel out.
fn ln_probability(count: f64, size: f64, share: f64) -> f64 {
    if count <= 0.0 {
        return size * (-share).ln_1p();
    }
    if count >= size {
        return size * share.ln();
    }
    let left = size - count;
    let stirling = error_of_stirling(size) - error_of_stirling(count) - error_of_stirling(left);
    let deviance = deviance(count, size * share) + deviance(left, size * (1.0 - share));
    let scale = 0.5 * (size / (2.0 * std::f64::consts::PI * count * left)).ln();
    stirling - deviance + scale
}

/// `x ln(x / mean) - x + mean`, without cancellation where both are close.
fn deviance(x: f64, mean: f64) -> f64 {
    let relative = (x - mean) / (x + mean);
    if relative.abs() >= 0.1 {
        return x * (x / mean).ln() + mean - x;
    }
    let mut sum = (x - mean) * relative;
    let (mut term, square) = (2.0 * x * relative, relative * relative);
    for odd in (3_u32..).step_by(2) {
        term *= square;
        let next = sum + term / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// `ln(n!)` less Stirling's approximation of it.
fn error_of_stirling(n: f64) -> f64 {
    if n < 16.0 {
        let approximation = (n + 0.5) * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI).ln();
        return ln_gamma(n + 1.0) - approximation;
    }
    let square = n * n;
    let series = 1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0) / square) / square;
    (1.0 / 12.0 - series / square) / n
}
