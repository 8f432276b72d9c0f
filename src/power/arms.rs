//! The arms of an experiment: the values of a param, with their exact shares of all units.

use std::collections::BTreeSet;

use super::units::drawn_by;
use crate::distribution::{Counted, Distribution, Obstacle};
use crate::simulate::{Cohort, Design, Group, recognize_text};
use crate::value::Value;

/// The most arms.
pub const MAX_ARMS: usize = 50;

/// Shares below this are rounding errors of zero.
const NOTHING: f64 = 1e-9;

/// The units with one value of the param.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The value.
    pub value: Value,
    /// The share of all units of the namespace.
    pub share: f64,
}

/// The arms of an experiment: at least two.
#[derive(Clone, Debug, PartialEq)]
pub struct Arms {
    /// All of them, in the order in which the script reaches their values.
    pub arms: Vec<Arm>,
    /// The index of the control.
    pub control: usize,
    /// The share of the units of the namespace that are in the experiment.
    pub experiment: f64,
    /// The share of the units of the namespace that are in the experiment, and do not have the param.
    pub unset: f64,
    /// The inputs that make up a unit of analysis, if that is not the primary unit.
    pub unit: Option<Vec<String>>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'q> {
    /// The active experiment.
    pub experiment: &'q str,
    /// The param.
    pub param: &'q str,
    /// The value of the control, as text: a string, or JSON. `None` is the value of the default.
    pub control: Option<&'q str>,
    /// Whether the variance allows for several units of analysis of one primary unit.
    pub is_clustered: bool,
    /// The inputs that have a value only so that scripts can be followed: each unit may have any.
    pub stand_ins: &'q [String],
}

/// The reason why an experiment has no arms that can be compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmsError {
    /// The experiment is not active.
    #[error("unknown active experiment `{0}`")]
    Experiment(String),
    /// No script sets the param.
    #[error("unknown param `{0}`")]
    Param(String),
    /// The shares are not known.
    #[error("the shares of `{of}` are not known")]
    Obstacle {
        /// The param, or the experiment.
        of: String,
        /// The reason.
        #[source]
        obstacle: Obstacle,
    },
    /// The values are numbers of a range.
    #[error("`{0}` is a number from a range, and power compares arms that many units share")]
    Continuous(String),
    /// There are too many values.
    #[error("`{param}` has {values} values: power compares at most {MAX_ARMS} arms")]
    ManyArms {
        /// The param.
        param: String,
        /// The number of its values.
        values: usize,
    },
    /// All units have one value.
    #[error("`{param}` is {value} for all units of `{experiment}`: there is nothing to compare")]
    OneArm {
        /// The param.
        param: String,
        /// The experiment.
        experiment: String,
        /// The value.
        value: Value,
    },
    /// No unit has the param.
    #[error("no unit of `{experiment}` has `{param}`")]
    NoArm {
        /// The param.
        param: String,
        /// The experiment.
        experiment: String,
    },
    /// No unit has the value of the control.
    #[error("no unit of `{experiment}` has {param} = `{control}`")]
    Control {
        /// The experiment.
        experiment: String,
        /// The param.
        param: String,
        /// The value, as it was written.
        control: String,
        /// The values of the arms.
        known: Vec<Value>,
    },
    /// The default does not tell which arm is the control.
    #[error("the control is not known: {}", match default {
        Some(value) => format!("the default experiment gives {param} = {value}, which is not an arm"),
        None => format!("the default experiment gives no single value of `{param}`"),
    })]
    NoControl {
        /// The param.
        param: String,
        /// The value of the default, if it is one.
        default: Option<Value>,
        /// The values of the arms.
        known: Vec<Value>,
    },
    /// The param is drawn by something else than the primary unit.
    #[error(
        "`{param}` is drawn by {}, and not by the primary unit `{primary}` alone: units of one \
         `{primary}` are not independent",
        quoted(unit)
    )]
    Unit {
        /// The param.
        param: String,
        /// The inputs of the unit.
        unit: Vec<String>,
        /// The primary unit.
        primary: String,
    },
    /// The param depends on draws by different units.
    #[error(
        "`{param}` depends on draws by different units ({}): such arms have no exact shares",
        units.iter().map(|unit| quoted(unit)).collect::<Vec<_>>().join("; ")
    )]
    SeveralUnits {
        /// The param.
        param: String,
        /// The inputs of each unit.
        units: Vec<Vec<String>>,
    },
}

/// Names in a sentence.
fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

impl Arms {
    /// The arms of an experiment by the values of a param. The design counts the units that are in
    /// experiments; it was made for these groups.
    ///
    /// # Errors
    /// The experiment has no such arms, or their shares are not known.
    pub fn new(
        design: &Design<'_>,
        groups: &[Group],
        question: &Question<'_>,
    ) -> Result<Arms, ArmsError> {
        let Question { experiment, param, .. } = *question;
        let unknown = || ArmsError::Experiment(experiment.to_owned());
        let index = design.cohort(Some(experiment)).ok_or_else(unknown)?;
        let cohort = &design.cohorts[index];
        if cohort.beyond.is_none() && !cohort.params.contains_key(param) {
            return Err(ArmsError::Param(param.to_owned()));
        }
        let unit = unit_of(design, groups, question)?;
        let beside = |obstacle: &Obstacle| ArmsError::Obstacle {
            of: param.to_owned(),
            obstacle: obstacle.clone(),
        };
        // The primary unit and given inputs are a part of the design.
        let is_known =
            |name: &String| name == design.namespace.unit() || is_given(groups, question, name);
        let other = unit.as_ref().filter(|unit| !unit.0.iter().any(is_known));
        let (share, distribution) = match other {
            Some(unit) => by_other_unit(design, groups, question, unit).map_err(|e| beside(&e))?,
            None => {
                let found = cohort.params.get(param).map(Result::as_ref);
                let found = found.or(cohort.beyond.as_ref().map(Err));
                let found = found.unwrap_or(Err(&Obstacle::Computed)).map_err(beside)?;
                let share = cohort.share.clone().map_err(|obstacle| ArmsError::Obstacle {
                    of: experiment.to_owned(),
                    obstacle,
                })?;
                (share, found.clone())
            }
        };
        let unit = unit.map(|unit| unit.0);
        Arms::of(design, question, share, &distribution, unit)
    }

    fn of(
        design: &Design<'_>,
        question: &Question<'_>,
        share: f64,
        distribution: &Distribution,
        unit: Option<Vec<String>>,
    ) -> Result<Arms, ArmsError> {
        let Question { experiment, param, control, .. } = *question;
        let (owned, in_experiment) = (param.to_owned(), experiment.to_owned());
        if distribution.continuous() > NOTHING {
            return Err(ArmsError::Continuous(owned));
        }
        let values = distribution.values().filter(|(_, part)| *part > NOTHING && share > NOTHING);
        let arms: Vec<Arm> =
            values.map(|(value, part)| Arm { value: value.clone(), share: share * part }).collect();
        match arms.as_slice() {
            [] => return Err(ArmsError::NoArm { param: owned, experiment: in_experiment }),
            [Arm { value, .. }] => {
                let value = value.clone();
                return Err(ArmsError::OneArm { param: owned, experiment: in_experiment, value });
            }
            arms if arms.len() > MAX_ARMS => {
                return Err(ArmsError::ManyArms { param: owned, values: arms.len() });
            }
            _ => {}
        }
        let known = || arms.iter().map(|arm| arm.value.clone()).collect::<Vec<_>>();
        let place = |value: &Value| arms.iter().position(|arm| arm.value == *value);
        let control = match control {
            Some(text) => {
                let found = place(&recognize_text(Some(distribution), text));
                found.ok_or_else(|| ArmsError::Control {
                    experiment: in_experiment,
                    param: owned,
                    control: text.to_owned(),
                    known: known(),
                })?
            }
            None => {
                let default = default_value(design, param);
                let found = default.as_ref().and_then(place);
                found.ok_or_else(|| ArmsError::NoControl {
                    param: owned,
                    default,
                    known: known(),
                })?
            }
        };
        let unset = share * (1.0 - distribution.total());
        let unset = if unset > NOTHING { unset } else { 0.0 };
        Ok(Arms { arms, control, experiment: share, unset, unit })
    }

    /// The control.
    pub fn control(&self) -> &Arm {
        &self.arms[self.control]
    }

    /// The arms that are compared with the control.
    pub fn others(&self) -> impl Iterator<Item = &Arm> {
        let arms = self.arms.iter().enumerate();
        arms.filter(|(index, _)| *index != self.control).map(|(_, arm)| arm)
    }
}

/// The inputs of a unit of analysis.
struct Unit(Vec<String>);

/// Whether all units have one value of an input that is given.
fn is_given(groups: &[Group], question: &Question<'_>, name: &str) -> bool {
    let is_stand_in = question.stand_ins.iter().any(|stand_in| stand_in == name);
    !is_stand_in
        && groups.iter().all(|group| group.inputs.get(name).is_some_and(|value| !value.is_null()))
}

/// The unit of analysis, if it is not the primary unit. An input besides the primary unit makes other
/// units, unless each unit has one value of it: then the value is given.
fn unit_of(
    design: &Design<'_>,
    groups: &[Group],
    question: &Question<'_>,
) -> Result<Option<Unit>, ArmsError> {
    let primary = design.namespace.unit();
    let Some(experiment) = design.namespace.experiment(question.experiment) else {
        return Ok(None);
    };
    let param = question.param.to_owned();
    let mut units = BTreeSet::new();
    for unit in drawn_by(experiment.script(), question.param) {
        let has_primary = unit.contains(primary);
        let finer = unit
            .iter()
            .filter(|name| *name != primary && !(has_primary && is_given(groups, question, name)));
        let names: Vec<String> = finer.cloned().collect();
        let primary = has_primary.then(|| primary.to_owned()).into_iter();
        units.insert(primary.chain(names).collect::<Vec<String>>());
    }
    match units.len() {
        0 => return Ok(None),
        1 => {}
        _ => return Err(ArmsError::SeveralUnits { param, units: units.into_iter().collect() }),
    }
    let unit = units.into_iter().next().filter(|unit| *unit != [primary]);
    match unit {
        Some(unit) if !question.is_clustered => {
            Err(ArmsError::Unit { param, unit, primary: primary.to_owned() })
        }
        unit => Ok(unit.map(Unit)),
    }
}

/// The share of an experiment's units and the distribution of a param, for a param that is drawn by
/// another unit than the primary one.
fn by_other_unit(
    design: &Design<'_>,
    groups: &[Group],
    question: &Question<'_>,
    unit: &Unit,
) -> Result<(f64, Distribution), Obstacle> {
    let namespace = design.namespace;
    let (Some(experiment), Some(input)) =
        (namespace.experiment(question.experiment), unit.0.first())
    else {
        return Err(Obstacle::Computed);
    };
    let all: f64 = groups.iter().map(|group| group.weight).sum();
    let (mut share, mut sum) = (0.0, Distribution::default());
    for group in groups {
        let mut inputs = group.inputs.clone();
        inputs.shift_remove(input);
        inputs.entry(namespace.unit().to_owned()).or_insert(Value::Int(1));
        let (script, salt) = (experiment.script(), experiment.salt());
        let found = script.enumerate(salt, input, &inputs, Counted::InExperiment);
        let part = group.weight / all * found.counted.clone()?;
        sum.add(&found.param(question.param)?, part)?;
        share += part;
    }
    let mut distribution = Distribution::default();
    distribution.add(&sum, 1.0 / share.max(NOTHING))?;
    let segments = experiment.segments().len() as f64 / f64::from(namespace.segment_count());
    Ok((segments * share, distribution))
}

/// The value that all units of the default experiment have.
fn default_value(design: &Design<'_>, param: &str) -> Option<Value> {
    let cohort: &Cohort = design.cohorts.get(design.cohort(None)?)?;
    let distribution = cohort.params.get(param)?.as_ref().ok()?;
    let mut values = distribution.values().filter(|(_, share)| *share > NOTHING);
    let (value, _) = values.next()?;
    let is_one = values.next().is_none() && distribution.continuous() <= NOTHING;
    is_one.then(|| value.clone())
}
