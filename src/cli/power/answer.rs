//! The answer of `planout power`: what is computed for each arm, and for all of them.

use planout::power::{
    Arms, Comparison, MAX_DRAWN, Settings, Simulated, Study, Traffic, Trials, mismatch,
};
use planout::{Namespace, Value};

use super::{Power, text};
use crate::cli::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::progress::Bar;

/// The level of the test for a sample ratio mismatch.
const MISMATCH_ALPHA: f64 = planout::simulate::SIGNIFICANCE;

/// The figure that is computed, with those that are given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sought {
    Units { effect: f64, power: f64 },
    Effect { units: u64, power: f64 },
    Power { effect: f64, units: u64 },
}

/// The design that the question is about.
#[derive(Clone, Copy)]
pub(super) struct Design<'a> {
    pub(super) namespace: &'a Namespace,
    pub(super) arms: &'a Arms,
    pub(super) settings: &'a Settings,
    pub(super) study: &'a Study,
}

/// An arm against the control.
pub(super) struct Row<'a> {
    pub(super) value: &'a Value,
    pub(super) comparison: &'a Comparison,
    /// The units that the arm needs, not rounded; those that there are, if they are given.
    pub(super) units: f64,
    pub(super) effect: f64,
    pub(super) power: f64,
}

/// The traffic up to the day on which all units are there.
#[derive(Clone, Copy)]
pub(super) struct Days {
    /// The day; `None` if the traffic does not suffice.
    pub(super) day: Option<u64>,
    /// The last day of the file, and the units up to it.
    pub(super) last: (u64, f64),
}

pub(super) struct Answer<'a> {
    pub(super) experiment: &'a str,
    pub(super) param: &'a str,
    pub(super) design: Design<'a>,
    pub(super) sought: Sought,
    pub(super) rows: Vec<Row<'a>>,
    /// The units of the whole study.
    pub(super) units: u64,
    /// The largest effect that is needed, and the least power that there is.
    pub(super) effect: f64,
    pub(super) power: f64,
    pub(super) days: Option<Days>,
    pub(super) mismatch: Option<mismatch::Smallest>,
    pub(super) mismatch_power: f64,
    pub(super) simulated: Option<Simulation>,
    pub(super) notes: Vec<String>,
}

impl Answer<'_> {
    /// The largest probability that any comparison finds an effect where there is none.
    pub(super) fn false_alarms(&self) -> f64 {
        let study = &self.design.study;
        // Without a correction, each comparison has the whole alpha.
        let is_corrected = study.level < study.alpha;
        let comparisons = if is_corrected { 1.0 } else { study.comparisons.len() as f64 };
        (study.alpha * comparisons).min(1.0)
    }
}

/// Simulated experiments, and what they are to show.
pub(super) struct Simulation {
    pub(super) found: Simulated,
    pub(super) seed: u64,
    /// For each arm, the power by the formula for the whole number of units.
    pub(super) powers: Vec<f64>,
    /// For each arm of a test at any time, the power of finding the effect by then.
    pub(super) by_then: Option<Vec<f64>>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        command: &'a Power,
        design: Design<'a>,
        sought: Sought,
        traffic: Option<&Traffic>,
        notes: Vec<String>,
    ) -> Outcome<Answer<'a>> {
        let pairs = design.arms.others().zip(&design.study.comparisons);
        let rows: Vec<Row<'a>> = pairs
            .map(|(arm, comparison)| row(&arm.value, comparison, sought))
            .collect::<Outcome<_>>()?;
        let most = |of: fn(&Row<'_>) -> f64| rows.iter().map(of).fold(0.0, f64::max);
        let units = match sought {
            Sought::Effect { units, .. } | Sought::Power { units, .. } => units,
            Sought::Units { .. } => whole(most(|row| row.units)).ok_or_else(|| {
                Failure::wrong("more units would be needed than can be counted")
                    .help("name a larger effect")
            })?,
        };
        // The size counts: of effects, the one that is the hardest to find.
        let effect = rows.iter().map(|row| row.effect);
        let effect =
            effect.fold(0.0, |most: f64, it| if it.abs() > most.abs() { it } else { most });
        let power = rows.iter().map(|row| row.power).fold(1.0, f64::min);
        let days = traffic.map(|traffic| Days {
            day: command.days.or_else(|| traffic.day(units as f64)),
            last: traffic.last(),
        });
        let shares: Vec<f64> = design.arms.arms.iter().map(|arm| arm.share).collect();
        let in_arms = units as f64 * shares.iter().sum::<f64>();
        let mismatch_power = super::POWER;
        let mismatch = mismatch::smallest(in_arms, &shares, MISMATCH_ALPHA, mismatch_power);
        Ok(Answer {
            experiment: &command.exp,
            param: &command.param,
            design,
            sought,
            rows,
            units,
            effect,
            power,
            days,
            mismatch,
            mismatch_power,
            simulated: None,
            notes,
        })
    }

    /// The level of the test for a sample ratio mismatch.
    pub(super) fn mismatch_alpha(&self) -> f64 {
        MISMATCH_ALPHA
    }

    /// Checks the answer by simulated experiments.
    pub(super) fn simulate(
        &mut self,
        experiments: u64,
        seed: u64,
        threads: usize,
        context: &Context,
    ) -> Outcome {
        let effects: Vec<f64> = self.rows.iter().map(|row| row.effect).collect();
        let comparisons = &self.design.study.comparisons;
        let units = self.units;
        let trials = Trials { comparisons, effects: &effects, units, experiments, seed };
        let drawn = trials.drawn();
        if drawn > MAX_DRAWN {
            let fewer = (experiments as f64 * MAX_DRAWN / drawn).floor();
            let message = format!(
                "{experiments} experiments would draw {drawn:.1e} rows of the file, and at most {MAX_DRAWN:.0e} are drawn"
            );
            let failure = Failure::wrong(message);
            return Err(match fewer {
                fewer if fewer >= 1.0 => failure.help(format!("use `--simulate {fewer}`")),
                _ => failure.help("leave `--simulate` out: even one experiment has too many units"),
            });
        }
        let bar = Bar::new(self.experiment, "experiments", context);
        let found = trials.run(threads, bar.progress());
        drop(bar);
        let exact = units as f64;
        let powers = self.rows.iter().map(|row| row.comparison.power(row.effect, exact)).collect();
        let by_then = self.rows.iter().map(|row| row.comparison.power_by_then(row.effect, exact));
        let by_then = by_then.collect();
        self.simulated = Some(Simulation { found, seed, powers, by_then });
        Ok(())
    }

    /// Fails if the traffic does not suffice.
    pub(super) fn verdict(&self) -> Outcome {
        match self.days {
            Some(Days { day: None, last: (day, units) }) => Err(Failure::wrong(format!(
                "{} units are not reached: up to day {day}, the last one of the traffic, {} have come by",
                self.units,
                text::number(units)
            ))
            .help("add days to the file of the traffic, give the experiment more segments, or look for a larger effect")),
            _ => Ok(()),
        }
    }
}

/// A number of units, rounded up.
fn whole(units: f64) -> Option<u64> {
    let rounded = (units * (1.0 - 1e-12)).ceil().max(1.0);
    (rounded <= super::MAX_UNITS as f64).then_some(rounded as u64)
}

fn row<'a>(value: &'a Value, comparison: &'a Comparison, sought: Sought) -> Outcome<Row<'a>> {
    let row = |units, effect, power| Row { value, comparison, units, effect, power };
    match sought {
        Sought::Units { effect, power } => match comparison.units(effect, power) {
            Some(units) => Ok(row(units, effect, power)),
            None => Err(Failure::wrong(format!("no number of units has a power of {power}"))),
        },
        Sought::Effect { units, power } => match comparison.effect(units as f64, power) {
            Some(effect) => Ok(row(units as f64, effect, power)),
            None => Err(Failure::wrong(format!(
                "{units} units are too few: no change of the metric in the arm {value} is found with a \
                 power of {power}"
            ))
            .help("name more units, or a lower power")),
        },
        Sought::Power { effect, units } => {
            Ok(row(units as f64, effect, comparison.power(effect, units as f64)))
        }
    }
}
