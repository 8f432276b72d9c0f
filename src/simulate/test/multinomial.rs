//! The exact test of several values, by outcomes of the multinomial distribution.

use rand_distr::{Binomial, Distribution};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::gamma::ln_gamma;

use super::Method;
use crate::simulate::random::SplitMix;

/// The most outcomes that are enumerated, of at most as many values.
const MAX_OUTCOMES: f64 = 200_000.0;
const MAX_ENUMERATED: usize = 32;

/// From as many values on, the statistic is a sum of so many terms that its mean and its variance tell
/// its tail.
const MANY_VALUES: usize = 1000;

/// The least number of units that each of many values must expect for that. P-values of 1e-4 are then
/// right within a quarter.
const MIN_OF_MANY: f64 = 5.0;

/// The number of random outcomes that are at least as far from the design as the observed one, at which
/// the p-value is known well enough: its standard error is 7 % of it (Besag and Clifford 1991).
const ENOUGH: u64 = 200;

/// The most random outcomes. None of them may be as far as the observed one, and the p-value is one
/// millionth then.
const MAX_DRAWS: u64 = 1_000_000;

/// The most random numbers of all outcomes.
const MAX_NUMBERS: u64 = 50_000_000;

/// How much two logarithms of probabilities may differ that count as equal, as they are rounded.
const TOLERANCE: f64 = 1e-7;

/// The probability of all outcomes that are at most as probable as the observed one, and how it was
/// found. The shares of the cells add up to 1, and the statistic is that of the chi-squared test.
pub(super) fn p_value(cells: &[(f64, u64)], units: u64, statistic: f64) -> (f64, Method) {
    // The largest shares come last, so that they get the units that are left.
    let mut shares: Vec<f64> = cells.iter().map(|(share, _)| *share).collect();
    shares.sort_by(f64::total_cmp);
    let rarity = |(share, count): &(f64, u64)| term(*count, *share);
    let bound = cells.iter().map(rarity).sum::<f64>() - TOLERANCE;
    let ways = (1..shares.len() as u64)
        .map(|step| (units as f64 + step as f64) / step as f64)
        .product::<f64>();
    if ways <= MAX_OUTCOMES && shares.len() <= MAX_ENUMERATED {
        let mut all = All { shares: &shares, units, bound, outcomes: 0, p: 0.0 };
        all.add(0, units, 0.0);
        return (all.p, Method::Multinomial(all.outcomes));
    }
    let least = shares.first().map_or(0.0, |share| share * units as f64);
    if shares.len() >= MANY_VALUES && least >= MIN_OF_MANY {
        return (by_moments(&shares, units, statistic), Method::ChiSquared);
    }
    drawn(&shares, units, bound)
}

/// The probability of the statistic or more, by the gamma distribution with its exact mean and variance
/// (Haldane 1937).
fn by_moments(shares: &[f64], units: u64, statistic: f64) -> f64 {
    let (cells, units) = (shares.len() as f64, units as f64);
    let inverse: f64 = shares.iter().map(|share| 1.0 / share).sum();
    let mean = cells - 1.0;
    let variance = 2.0 * mean + (inverse - cells * cells - 2.0 * mean) / units;
    let scale = variance / mean;
    ChiSquared::new(2.0 * mean / scale).map_or(1.0, |chances| chances.sf(2.0 * statistic / scale))
}

/// All outcomes.
struct All<'s> {
    shares: &'s [f64],
    units: u64,
    bound: f64,
    outcomes: u64,
    p: f64,
}

impl All<'_> {
    /// Adds the probabilities of all ways to spread `left` units over the cells from a place on.
    fn add(&mut self, place: usize, left: u64, rarity: f64) {
        let Some(share) = self.shares.get(place) else { return };
        let is_last = place + 1 == self.shares.len();
        for count in if is_last { left..=left } else { 0..=left } {
            let rarity = rarity + term(count, *share);
            if !is_last {
                self.add(place + 1, left - count, rarity);
                continue;
            }
            self.outcomes += 1;
            if rarity >= self.bound {
                self.p += (ln_gamma(self.units as f64 + 1.0) - rarity).exp();
            }
        }
    }
}

/// The part of a value in the rarity of an outcome: in the negative logarithm of its probability, without
/// the part that all outcomes share.
fn term(count: u64, share: f64) -> f64 {
    ln_gamma(count as f64 + 1.0) - count as f64 * share.ln()
}

/// Draws outcomes until enough of them are as far as the observed one. The seed is always the same, so
/// the same counts give the same answer.
fn drawn(shares: &[f64], units: u64, bound: f64) -> (f64, Method) {
    let sampler = Sampler::new(shares, units);
    let most = (MAX_NUMBERS / sampler.numbers()).clamp(1000, MAX_DRAWS);
    let mut random = SplitMix::new(0);
    let (mut far, mut draws) = (0, 0);
    while draws < most && far < ENOUGH {
        draws += 1;
        far += u64::from(sampler.rarity(&mut random) >= bound);
    }
    // In both cases the probability of a p-value below a bound is at most the bound.
    let p = if far == ENOUGH {
        far as f64 / draws as f64
    } else {
        (far + 1) as f64 / (draws + 1) as f64
    };
    let error = (p * (1.0 - p) / draws as f64).sqrt();
    (p, Method::MonteCarlo { draws, error })
}

/// Draws outcomes.
struct Sampler<'s> {
    shares: &'s [f64],
    units: u64,
    /// The share of each value among itself and those after it.
    conditional: Vec<f64>,
    /// The sum of the shares up to each value.
    sums: Vec<f64>,
}

impl<'s> Sampler<'s> {
    fn new(shares: &'s [f64], units: u64) -> Sampler<'s> {
        let (mut conditional, mut sums) = (Vec::new(), Vec::new());
        let (mut left, mut sum) = (1.0_f64, 0.0);
        for share in shares {
            conditional.push((share / left).clamp(0.0, 1.0));
            left = (left - share).max(0.0);
            sum += share;
            sums.push(sum);
        }
        Sampler { shares, units, conditional, sums }
    }

    /// The number of random numbers for an outcome.
    fn numbers(&self) -> u64 {
        self.units.min(self.shares.len() as u64)
    }

    /// The rarity of a random outcome.
    fn rarity(&self, random: &mut SplitMix) -> f64 {
        if self.units < self.shares.len() as u64 {
            self.of_units(random)
        } else {
            self.of_values(random)
        }
    }

    /// Draws the value of each unit.
    fn of_units(&self, random: &mut SplitMix) -> f64 {
        let last = self.shares.len() - 1;
        let value = |drawn: f64| self.sums.partition_point(|sum| *sum <= drawn).min(last);
        let mut drawn: Vec<usize> = (0..self.units).map(|_| value(random.fraction())).collect();
        drawn.sort_unstable();
        let runs = drawn.chunk_by(|a, b| a == b);
        runs.map(|run| term(run.len() as u64, self.shares[run[0]])).sum()
    }

    /// Draws the number of units of each value.
    fn of_values(&self, random: &mut SplitMix) -> f64 {
        let mut left = self.units;
        let mut sum = 0.0;
        for (place, (share, of)) in self.shares.iter().zip(&self.conditional).enumerate() {
            let count = match Binomial::new(left, *of) {
                _ if place + 1 == self.shares.len() => left,
                Ok(binomial) => binomial.sample(random),
                // The share is between 0 and 1.
                Err(_) => 0,
            };
            left -= count;
            sum += term(count, *share);
        }
        sum
    }
}
