//! An arm against the control: the units, the power or the smallest effect, from the other two.

use super::anytime::Sequence;
use super::metric::Metric;
use super::normal::{below, root, upper};
use super::proportions::deviations;
use super::sequential::Bounds;

/// Shares that differ by less than this part of them count as equal.
const EQUAL: f64 = 1e-9;

/// The number of looks of a test at any time for which probabilities are computed.
pub const LOOKS_AT_ANY_TIME: usize = 50;

/// When the data are looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Monitoring {
    /// Once, when all units are there.
    Once,
    /// After equal parts of the units, with bounds that allow for it.
    Looks(Bounds),
    /// At any time.
    AnyTime(Sequence),
}

/// An arm that is compared with the control, by a two-sided test of normal statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The metric, with its mean in the control.
    pub metric: Metric,
    /// The share of all units that are in the control.
    pub control: f64,
    /// The share of all units that are in the arm.
    pub arm: f64,
    /// The share of the units of each arm that are triggered: the metric is about these.
    pub trigger: f64,
    /// The factor of the variance: see [`factor`](super::factor).
    pub factor: f64,
    /// The level of this test.
    pub level: f64,
    /// When the data are looked at.
    pub monitoring: Monitoring,
}

impl Comparison {
    /// Whether the test pools the two variances: those of proportions in equal arms. A confidence
    /// sequence never does.
    pub fn is_pooled(&self) -> bool {
        matches!(self.metric, Metric::Rate(_))
            && !matches!(self.monitoring, Monitoring::AnyTime(_))
            && (self.control - self.arm).abs() <= EQUAL * self.control.max(self.arm)
    }

    /// The critical value: how many standard errors from zero an estimate must be. With several looks,
    /// it is that of a test with one, whose units are then inflated.
    pub fn critical(&self) -> f64 {
        match &self.monitoring {
            Monitoring::AnyTime(sequence) => sequence.critical(1.0),
            _ => upper(self.level / 2.0),
        }
    }

    /// The standard deviations, times the root of the number of exposed units, of the difference: as
    /// the test estimates it, and as it is.
    pub fn deviations(&self, effect: f64) -> (f64, f64) {
        let base = self.metric.base();
        let scale = (self.factor / self.trigger).sqrt();
        if self.is_pooled() {
            let (pooled, own) = deviations(base, base + effect);
            let scale = scale / f64::midpoint(self.control, self.arm).sqrt();
            return (scale * pooled, scale * own);
        }
        let arm = self.metric.variance(base + effect) / self.arm;
        let own = scale * (arm + self.metric.variance(base) / self.control).sqrt();
        (own, own)
    }

    /// The units with which an effect is found with this power: all units that come by, in any arm or
    /// in none. `None` if there is no such number.
    ///
    /// ```
    /// use planout::power::{Comparison, Metric, Monitoring};
    ///
    /// let metric = Metric::Rate(0.10);
    /// let monitoring = Monitoring::Once;
    /// let comparison = Comparison {
    ///     metric, control: 0.25, arm: 0.25, trigger: 1.0, factor: 1.0, level: 0.05, monitoring,
    /// };
    /// let units = comparison.units(0.01, 0.8).expect("a number");
    /// assert!((units / 4.0 - 14_750.79).abs() < 0.005);
    /// ```
    pub fn units(&self, effect: f64, power: f64) -> Option<f64> {
        let units = self.units_at_once(effect, power) * self.inflation(power)?;
        units.is_finite().then_some(units)
    }

    fn units_at_once(&self, effect: f64, power: f64) -> f64 {
        let (estimated, own) = self.deviations(effect);
        ((self.critical() * estimated + upper(1.0 - power) * own) / effect).powi(2)
    }

    /// How many times the units of a test with one look are needed; 1 without looks.
    pub fn inflation(&self, power: f64) -> Option<f64> {
        match &self.monitoring {
            Monitoring::Looks(bounds) => bounds.inflation(power),
            _ => Some(1.0),
        }
    }

    /// The probability that a test of `units` is significant, in either direction. With a confidence
    /// sequence, that of the interval at the end: it may exclude zero earlier, too.
    pub fn power(&self, effect: f64, units: f64) -> f64 {
        let Monitoring::Looks(bounds) = &self.monitoring else {
            return self.power_at_once(effect, units);
        };
        let drift = self.drift(effect, units);
        bounds.crossings(drift).total().min(1.0)
    }

    fn power_at_once(&self, effect: f64, units: f64) -> f64 {
        let (estimated, own) = self.deviations(effect);
        let (effect, bound) = (effect * units.sqrt(), self.critical() * estimated);
        below((effect - bound) / own) + below((-effect - bound) / own)
    }

    /// The effect in standard errors when all units are there.
    pub fn drift(&self, effect: f64, units: f64) -> f64 {
        let (estimated, own) = self.deviations(effect);
        let drift = effect.abs() * units.sqrt() / own;
        match &self.monitoring {
            // So that the power for a number of units is the inverse of the units for a power.
            Monitoring::Looks(bounds) if estimated != own => {
                let least = drift.min(drift * own / estimated) * 0.5;
                let most = drift.max(drift * own / estimated) * 2.0;
                let excess = |drift: f64| {
                    let power = bounds.crossings(drift).total().min(1.0 - 1e-15);
                    let alone = self.critical() + upper(1.0 - power);
                    let needed = self.units_at_once(effect, power) * (drift / alone).powi(2);
                    needed / units - 1.0
                };
                root(least, most, excess).unwrap_or(drift)
            }
            _ => drift,
        }
    }

    /// The smallest effect that a test of `units` finds with this power: an increase, or for a rate that
    /// cannot rise so far a decrease. `None` if there is none.
    pub fn effect(&self, units: f64, power: f64) -> Option<f64> {
        let units = units / self.inflation(power)?;
        let Metric::Rate(rate) = self.metric else {
            let (_, own) = self.deviations(0.0);
            let effect = (self.critical() + upper(1.0 - power)) * own / units.sqrt();
            return effect.is_finite().then_some(effect);
        };
        // The effect whose number of units this is: logarithms keep both ends apart.
        let missing = |size: f64, sign: f64| {
            let needed = self.units_at_once(sign * size.exp(), power);
            (needed / units).ln()
        };
        let find = |sign: f64, room: f64| {
            let most = (room * (1.0 - 1e-12)).ln();
            root((room * 1e-12).ln(), most, |size| missing(size, sign))
                .map(|size| sign * size.exp())
        };
        find(1.0, 1.0 - rate).or_else(|| find(-1.0, rate))
    }

    /// The probability that a confidence sequence excludes zero at one of the looks after equal parts
    /// of the units. `None` for other tests.
    pub fn power_by_then(&self, effect: f64, units: f64) -> Option<f64> {
        let Monitoring::AnyTime(sequence) = &self.monitoring else {
            return None;
        };
        let parts = (1..=LOOKS_AT_ANY_TIME).map(|look| look as f64 / LOOKS_AT_ANY_TIME as f64);
        let bounds = Bounds::given(self.level, parts.map(|part| sequence.critical(part)).collect());
        Some(bounds.crossings(self.drift(effect, units)).total().min(1.0))
    }
}
