//! An interval for a share that was counted in a sample.

/// The interval of Clopper and Pearson (1934) for a share of which `hits` of `units` were counted: the
/// shares for which neither as few nor as many hits have a probability below half of what is missing
/// to `confidence`, such as 0.95. It covers the share at least that often, whatever the share is.
///
/// ```
/// use planout::plan::interval;
///
/// let (low, high) = interval(10, 100, 0.95);
/// assert!((low - 0.0490047).abs() < 1e-7 && (high - 0.1762226).abs() < 1e-6);
/// assert_eq!(interval(0, 100, 0.95).0, 0.0);
/// ```
pub fn interval(hits: usize, units: usize, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    // The least share for which as many hits are not too unlikely, and the same for the misses.
    (least(hits, units, tail), 1.0 - least(units.saturating_sub(hits), units, tail))
}

/// The share at which `hits` or more have this probability.
fn least(hits: usize, units: usize, tail: f64) -> f64 {
    if hits == 0 || units == 0 {
        return 0.0;
    }
    let ways = ln_ways(hits, units);
    let (mut low, mut high) = (0.0, hits as f64 / units as f64);
    // Halves until there is no double between.
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return low;
        }
        if at_least(hits, units, middle, ways) < tail { low = middle } else { high = middle }
    }
}

/// The probability of `hits` or more, for a share that is not above theirs. `ways` is the logarithm of
/// the number of ways to have exactly that many.
fn at_least(hits: usize, units: usize, share: f64, ways: f64) -> f64 {
    let (hits, units) = (hits as f64, units as f64);
    let first = ways + hits * share.ln() + (units - hits) * (-share).ln_1p();
    let odds = share / (1.0 - share);
    let (mut term, mut sum, mut count) = (1.0, 1.0, hits);
    // Each term is a smaller part of the one before, so what is left is less than what ends it.
    while count < units && term > sum * f64::EPSILON / units {
        term *= (units - count) / (count + 1.0) * odds;
        sum += term;
        count += 1.0;
    }
    (first + sum.ln()).exp()
}

/// The logarithm of the number of ways to choose.
fn ln_ways(hits: usize, units: usize) -> f64 {
    let few = hits.min(units - hits);
    (0..few).map(|step| ((units - step) as f64 / (step + 1) as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::interval;

    #[test]
    fn known_intervals() {
        // Of scipy.stats.binomtest(hits, units).proportion_ci(), and of the closed forms at the ends.
        let none = 1.0 - 0.025_f64.powf(1.0 / 10_000.0);
        for (hits, units, low, high) in [
            (0, 10_000, 0.0, none),
            (10_000, 10_000, 1.0 - none, 1.0),
            (1, 10_000, 2.531_777_56e-6, 5.570_369_98e-4),
            (50, 100, 0.398_321_129_5, 0.601_678_870_5),
            (1, 1, 0.025, 1.0),
            (5, 20, 0.086_571_469_1, 0.491_045_871_7),
        ] {
            let found = interval(hits, units, 0.95);
            assert!((found.0 - low).abs() < 1e-9, "{hits} of {units}: {found:?}");
            assert!((found.1 - high).abs() < 1e-9, "{hits} of {units}: {found:?}");
        }
        assert_eq!(interval(0, 0, 0.95), (0.0, 1.0));
    }

    #[test]
    fn large_samples_are_quick() {
        let (low, high) = interval(40_000, 1_000_000, 0.95);
        assert!((0.0396..0.04).contains(&low) && (0.04..0.0404).contains(&high));
    }
}
