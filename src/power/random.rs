//! Random numbers for simulated experiments: each experiment has a stream of its own, so that the
//! numbers do not depend on the threads that share the work.

use rand_distr::{Binomial, ChiSquared, Distribution, StandardNormal};

use crate::simulate::random::SplitMix;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(super) struct Stream(SplitMix);

impl Stream {
    /// The stream of a place in a sequence.
    pub(super) fn new(seed: u64, place: u64) -> Stream {
        Stream(SplitMix::of_place(seed, place as usize))
    }

    /// A whole number below a bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // The bias of this is at most the bound over 2^64.
        ((u128::from(self.0.next()) * bound as u128) >> 64) as usize
    }

    /// A standard normal number.
    pub(super) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// A chi-squared number; 0 without degrees of freedom.
    pub(super) fn chi_squared(&mut self, degrees: f64) -> f64 {
        ChiSquared::new(degrees).map_or(0.0, |distribution| distribution.sample(&mut self.0))
    }

    /// The number of successes among trials.
    pub(super) fn binomial(&mut self, trials: u64, chance: f64) -> u64 {
        let distribution = Binomial::new(trials, chance.clamp(0.0, 1.0));
        distribution.map_or(0, |distribution| distribution.sample(&mut self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    /// The mean and the variance of some numbers.
    fn moments(mut draw: impl FnMut(&mut Stream) -> f64) -> (f64, f64) {
        const DRAWS: usize = 40_000;
        let mut stream = Stream::new(1, 2);
        let draws: Vec<f64> = (0..DRAWS).map(|_| draw(&mut stream)).collect();
        let mean = draws.iter().sum::<f64>() / DRAWS as f64;
        let square = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>();
        (mean, square / DRAWS as f64)
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let near = |found: (f64, f64), mean: f64, variance: f64| {
            let error = 5.0 * (variance / 40_000.0).sqrt();
            assert!((found.0 - mean).abs() < error, "{found:?}: {mean}");
            assert!((found.1 / variance - 1.0).abs() < 0.06, "{found:?}: {variance}");
        };
        near(moments(Stream::normal), 0.0, 1.0);
        near(moments(|it| it.below(7) as f64), 3.0, 4.0);
        for degrees in [1.0, 3.0, 1000.0] {
            near(moments(|it| it.chi_squared(degrees)), degrees, 2.0 * degrees);
        }
        for (trials, chance) in [(10, 0.3), (25, 0.5), (100, 0.02), (1_000_000, 0.999)] {
            let (n, p) = (trials as f64, chance);
            near(moments(|it| it.binomial(trials, chance) as f64), n * p, n * p * (1.0 - p));
        }
        assert_eq!(Stream::new(0, 0).binomial(1000, 1.0), 1000);
        assert_eq!(Stream::new(0, 0).binomial(1000, 0.0), 0);
        assert_eq!(Stream::new(0, 0).chi_squared(0.0), 0.0);
    }

    #[test]
    fn streams_differ() {
        let first = |seed, place| Stream::new(seed, place).0.next();
        assert_ne!(first(0, 0), first(0, 1));
        assert_ne!(first(0, 0), first(1, 0));
        assert_eq!(first(3, 4), first(3, 4));
    }
}
