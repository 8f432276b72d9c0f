//! A study: every arm of an experiment against its control, at one level together.

use super::anytime::Sequence;
use super::arms::Arms;
use super::comparison::{Comparison, Monitoring};
use super::dunnett;
use super::metric::Metric;
use super::sequential::{Bounds, Spending};
use super::variance::{Cluster, factor};

/// The correction for several comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Correction {
    /// Each comparison has the whole alpha.
    None,
    /// Holm's, planned as Bonferroni's: each comparison has its part of alpha, which suffices whatever
    /// the others come to.
    Holm,
    /// Dunnett's, which knows that all arms share the control.
    Dunnett,
}

/// The plan of the looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Looks {
    /// One, when all units are there.
    Once,
    /// This number, after equal parts of the units.
    Planned(usize, Spending),
    /// Any number, at any time.
    AnyTime,
}

/// What a study is about, besides its arms.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The metric.
    pub metric: Metric,
    /// The two-sided level of the whole study.
    pub alpha: f64,
    /// The share of the units that are triggered.
    pub trigger: f64,
    /// The part of the variance that a value from before the experiment explains.
    pub r2: f64,
    /// The units of analysis of a primary unit, if there are several.
    pub cluster: Option<Cluster>,
    /// The plan of the looks.
    pub looks: Looks,
    /// The correction for several comparisons.
    pub correction: Correction,
}

/// Every arm against the control.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// The comparisons, in the order of the arms without the control.
    pub comparisons: Vec<Comparison>,
    /// The level of the whole study.
    pub alpha: f64,
    /// The level of each comparison.
    pub level: f64,
}

/// The reason why there is no study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// Dunnett's critical value is that of one look.
    #[error("Dunnett's correction is for one look, and this test has several")]
    DunnettLooks,
    /// There are no bounds.
    #[error("a test with such an alpha has no bounds")]
    NoBounds,
    /// The variance would not be above zero.
    #[error("nothing is left of the variance")]
    NoVariance,
}

impl Study {
    /// The comparisons of some arms.
    ///
    /// # Errors
    /// The settings do not go together.
    pub fn new(arms: &Arms, settings: &Settings) -> Result<Study, StudyError> {
        let control = arms.control().share;
        let others: Vec<f64> = arms.others().map(|arm| arm.share).collect();
        let level = match settings.correction {
            Correction::None => settings.alpha,
            Correction::Holm => settings.alpha / others.len() as f64,
            Correction::Dunnett if settings.looks != Looks::Once => {
                return Err(StudyError::DunnettLooks);
            }
            Correction::Dunnett => {
                let critical = dunnett::critical(&others, control, settings.alpha);
                dunnett::level(critical.ok_or(StudyError::NoBounds)?)
            }
        };
        let monitoring = match settings.looks {
            Looks::Once => Monitoring::Once,
            Looks::Planned(looks, spending) => {
                let bounds = Bounds::spending(spending, looks, level);
                Monitoring::Looks(bounds.ok_or(StudyError::NoBounds)?)
            }
            Looks::AnyTime => {
                let sequence = Sequence::new(level);
                if sequence.tuning(1.0) <= 0.0 {
                    return Err(StudyError::NoBounds);
                }
                Monitoring::AnyTime(sequence)
            }
        };
        let factor = factor(settings.r2, settings.cluster.as_ref());
        if !(factor > 0.0 && factor.is_finite()) {
            return Err(StudyError::NoVariance);
        }
        let comparison = |arm: f64| Comparison {
            metric: settings.metric.clone(),
            control,
            arm,
            trigger: settings.trigger,
            factor,
            level,
            monitoring: monitoring.clone(),
        };
        let comparisons = others.into_iter().map(comparison).collect();
        Ok(Study { comparisons, alpha: settings.alpha, level })
    }
}
