//! Simulated experiments: how often the planned test finds the effect, and how often it finds one that
//! is not there. They check the formulas, which treat estimates as normal.

use super::comparison::{Comparison, LOOKS_AT_ANY_TIME, Monitoring};
use super::metric::{Metric, Ratio};
use super::random::Stream;
use crate::parallel;
use crate::progress::Progress;

/// The number of parts into which the experiments are divided, for threads to share.
const PARTS: u64 = 256;

/// The most units that are drawn one by one, from the rows of a ratio.
pub const MAX_DRAWN: f64 = 2e9;

/// Experiments that are simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials<'s> {
    /// The comparisons, which share the control.
    pub comparisons: &'s [Comparison],
    /// The effect of each arm.
    pub effects: &'s [f64],
    /// The number of units that come by.
    pub units: u64,
    /// The number of experiments, with and without the effects.
    pub experiments: u64,
    /// The seed: the same seed gives the same experiments.
    pub seed: u64,
}

/// The number of experiments in which something happened, among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// The number of experiments.
    pub count: u64,
    /// All experiments.
    pub of: u64,
}

impl Frequency {
    /// The share.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.of as f64
    }

    /// The standard error of the share.
    pub fn error(&self) -> f64 {
        self.error_of(self.rate())
    }

    /// The standard error that the share has if this is its mean.
    pub fn error_of(&self, mean: f64) -> f64 {
        (mean * (1.0 - mean) / self.of as f64).max(0.0).sqrt()
    }
}

/// What was found in simulated experiments.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    /// For each arm, the experiments in which its effect is significant: with planned looks at one of
    /// them, and at any time when all units are there.
    pub found: Vec<Frequency>,
    /// For each arm of a test at any time, those in which it is significant at one of the looks.
    pub found_by_then: Option<Vec<Frequency>>,
    /// The experiments without any effect in which some arm is significant at some look.
    pub false_alarms: Frequency,
}

/// The numbers of experiments, before they are divided.
#[derive(Clone, Debug, Default)]
struct Counts {
    at_end: Vec<u64>,
    ever: Vec<u64>,
    false_alarms: u64,
}

/// Whether an arm is significant.
#[derive(Clone, Copy, Debug, Default)]
struct Significant {
    /// At the last look.
    at_end: bool,
    /// At any look.
    ever: bool,
}

impl Trials<'_> {
    /// The number of units that are drawn one by one, which takes the time. It is 0 if arms are drawn
    /// as a whole.
    pub fn drawn(&self) -> f64 {
        let Some(comparison) = self.comparisons.first() else {
            return 0.0;
        };
        match comparison.metric {
            Metric::Ratio(_) if comparison.factor == 1.0 => {
                let arms = self.comparisons.iter().map(|comparison| comparison.arm);
                let share = (comparison.control + arms.sum::<f64>()) * comparison.trigger;
                2.0 * self.experiments as f64 * self.units as f64 * share
            }
            _ => 0.0,
        }
    }

    /// Runs the experiments on some threads, and counts those that are done.
    pub fn run(&self, threads: usize, progress: &Progress) -> Simulated {
        progress.expect(usize::try_from(self.experiments).unwrap_or(usize::MAX));
        let length = self.experiments.div_ceil(PARTS).max(1);
        let starts = (0..self.experiments.div_ceil(length)).map(|part| part * length);
        let parts = starts.map(|start| start..(start + length).min(self.experiments));
        let counts = parallel::map_on(threads, parts.collect(), |part| {
            let mut counts = Counts::new(self.comparisons.len());
            for place in part {
                self.count(place, &mut counts);
                progress.add(1);
            }
            counts
        });
        let mut all = Counts::new(self.comparisons.len());
        counts.iter().for_each(|counts| all.add(counts));
        let of = self.experiments;
        let frequencies = |counts: &[u64]| {
            counts.iter().map(|count| Frequency { count: *count, of }).collect::<Vec<_>>()
        };
        let monitoring = self.comparisons.first().map(|comparison| &comparison.monitoring);
        let ends = !matches!(monitoring, Some(Monitoring::Looks(_)));
        let is_any_time = matches!(monitoring, Some(Monitoring::AnyTime(_)));
        Simulated {
            found: frequencies(if ends { &all.at_end } else { &all.ever }),
            found_by_then: is_any_time.then(|| frequencies(&all.ever)),
            false_alarms: Frequency { count: all.false_alarms, of },
        }
    }

    /// One experiment with the effects, and one without.
    fn count(&self, place: u64, counts: &mut Counts) {
        let with = self.experiment(self.effects, &mut Stream::new(self.seed, 2 * place));
        for ((at_end, ever), found) in counts.at_end.iter_mut().zip(&mut counts.ever).zip(with) {
            *at_end += u64::from(found.at_end);
            *ever += u64::from(found.ever);
        }
        let none = vec![0.0; self.effects.len()];
        let without = self.experiment(&none, &mut Stream::new(self.seed, 2 * place + 1));
        counts.false_alarms += u64::from(without.iter().any(|found| found.ever));
    }

    fn experiment(&self, effects: &[f64], stream: &mut Stream) -> Vec<Significant> {
        let Some(first) = self.comparisons.first() else {
            return Vec::new();
        };
        let bounds: Vec<f64> = match &first.monitoring {
            Monitoring::Once => vec![first.critical()],
            Monitoring::Looks(bounds) => bounds.values().to_vec(),
            Monitoring::AnyTime(sequence) => {
                let parts = (1..=LOOKS_AT_ANY_TIME).map(|look| look as f64);
                parts.map(|look| sequence.critical(look / LOOKS_AT_ANY_TIME as f64)).collect()
            }
        };
        let looks = bounds.len() as u128;
        // The control comes first.
        let mut arms = vec![Tally::default(); effects.len() + 1];
        let mut found = vec![Significant::default(); effects.len()];
        let mut before = 0;
        for (bound, look) in bounds.iter().zip(1_u128..) {
            let there = (u128::from(self.units) * look / looks) as u64;
            self.arrive(there - before, effects, &mut arms, stream);
            before = there;
            let (control, others) = arms.split_at(1);
            for ((comparison, arm), found) in self.comparisons.iter().zip(others).zip(&mut found) {
                found.at_end = statistic(comparison, arm, &control[0]).abs() >= *bound;
                found.ever |= found.at_end;
            }
        }
        found
    }

    /// Some more units come by, and those in the arms are drawn.
    fn arrive(&self, units: u64, effects: &[f64], arms: &mut [Tally], stream: &mut Stream) {
        let Some(first) = self.comparisons.first() else {
            return;
        };
        let (mut left, mut rest) = (units, 1.0);
        let shares = self.comparisons.iter().map(|comparison| comparison.arm);
        let shares = [first.control].into_iter().chain(shares);
        let effects = [0.0].into_iter().chain(effects.iter().copied());
        for ((arm, share), effect) in arms.iter_mut().zip(shares).zip(effects) {
            let share = share * first.trigger;
            let here = stream.binomial(left, (share / rest).min(1.0));
            left -= here;
            rest -= share;
            arm.draw(here, first, effect, stream);
        }
    }
}

impl Counts {
    fn new(arms: usize) -> Counts {
        Counts { at_end: vec![0; arms], ever: vec![0; arms], false_alarms: 0 }
    }

    fn add(&mut self, other: &Counts) {
        let sum = |sums: &mut [u64], more: &[u64]| {
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        };
        sum(&mut self.at_end, &other.at_end);
        sum(&mut self.ever, &other.ever);
        self.false_alarms += other.false_alarms;
    }
}

/// The units of an arm, added up.
#[derive(Clone, Debug, Default)]
struct Tally {
    units: f64,
    /// The sum of the metric, or of what it exceeds its mean by, or of numerators.
    sum: f64,
    /// The sum of its squares.
    square: f64,
    /// The same of denominators, and of their products with numerators.
    den: f64,
    den_square: f64,
    product: f64,
}

impl Tally {
    fn draw(&mut self, units: u64, comparison: &Comparison, effect: f64, stream: &mut Stream) {
        if units == 0 {
            return;
        }
        let count = units as f64;
        let mean = comparison.metric.base() + effect;
        self.units += count;
        match &comparison.metric {
            Metric::Rate(_) if comparison.factor == 1.0 => {
                self.sum += stream.binomial(units, mean) as f64;
            }
            // There is no such number of units that do something: the rate itself is drawn.
            Metric::Rate(_) => {
                let variance = comparison.factor * comparison.metric.variance(mean);
                self.sum += count * mean + (count * variance).sqrt() * stream.normal();
            }
            Metric::Ratio(ratio) if comparison.factor == 1.0 => {
                self.draw_rows(units, ratio, effect, stream);
            }
            Metric::Mean { .. } | Metric::Ratio(_) => {
                // The sum of normal numbers, and that of their squares.
                let variance = comparison.factor * comparison.metric.variance(mean);
                let sum = (count * variance).sqrt() * stream.normal();
                self.square += variance * stream.chi_squared(count - 1.0) + sum * sum / count;
                self.sum += sum + count * effect;
                self.square += 2.0 * sum * effect + count * effect * effect;
            }
        }
    }

    /// Draws rows, with an effect on the ratio of each.
    fn draw_rows(&mut self, units: u64, ratio: &Ratio, effect: f64, stream: &mut Stream) {
        for _ in 0..units {
            let (num, den) = ratio.rows[stream.below(ratio.rows.len())];
            let num = num + effect * den;
            self.sum += num;
            self.den += den;
            self.square += num * num;
            self.den_square += den * den;
            self.product += num * den;
        }
    }

    /// The estimate, and its estimated variance.
    fn estimate(&self, comparison: &Comparison) -> (f64, f64) {
        let mean = self.sum / self.units;
        match &comparison.metric {
            Metric::Rate(_) => (mean, comparison.factor * mean * (1.0 - mean) / self.units),
            Metric::Ratio(_) if comparison.factor == 1.0 => {
                let (den, ratio) = (self.den / self.units, self.sum / self.den);
                let left =
                    self.square - 2.0 * ratio * self.product + ratio * ratio * self.den_square;
                (ratio, left / (self.units - 1.0) / (den * den) / self.units)
            }
            Metric::Mean { .. } | Metric::Ratio(_) => {
                let left = self.square - self.sum * mean;
                (mean, left / (self.units - 1.0) / self.units)
            }
        }
    }
}

/// The difference of an arm and the control in standard errors; 0 as long as it has none.
fn statistic(comparison: &Comparison, arm: &Tally, control: &Tally) -> f64 {
    let ((estimate, variance), (base, base_variance)) =
        (arm.estimate(comparison), control.estimate(comparison));
    let variance = if comparison.is_pooled() {
        let pooled = (arm.sum + control.sum) / (arm.units + control.units);
        comparison.factor * pooled * (1.0 - pooled) * (1.0 / arm.units + 1.0 / control.units)
    } else {
        variance + base_variance
    };
    let statistic = (estimate - base) / variance.sqrt();
    if statistic.is_finite() { statistic } else { 0.0 }
}
