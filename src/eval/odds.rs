//! The outcomes of a random operator, and the choice of one of them by a draw.

use super::arguments::{Arguments, Outcome};
use super::error::Reason;
use super::function::Function;
use super::semantics::Semantics;
use crate::draw::Draw;
use crate::value::Value;

/// All settings of an operator that makes one draw, except its salt and its unit.
#[derive(Debug)]
pub(crate) enum Odds {
    /// There are no choices, so there is no draw.
    Nothing,
    /// One of this number of equally likely choices.
    Uniform(usize),
    /// One of this number of choices, by the running sums of their weights.
    Weighted {
        sums: Vec<f64>,
        choices: usize,
    },
    Trial(f64),
    Integer {
        min: i64,
        max: i64,
    },
    Float {
        min: f64,
        max: f64,
    },
}

/// The outcome of a draw.
pub(crate) enum Pick {
    /// The choice at an index.
    Choice(usize),
    Value(Value),
}

impl Odds {
    /// The odds of an operator; `None` for an operator that makes several draws.
    pub(crate) fn of<S: Semantics>(arguments: &Arguments<'_>) -> Outcome<Option<Odds>> {
        Ok(Some(match arguments.function() {
            Function::UniformChoice => match arguments.list("choices")?.len() {
                0 => Odds::Nothing,
                choices => Odds::Uniform(choices),
            },
            Function::WeightedChoice => weighted::<S>(arguments)?,
            Function::BernoulliTrial => Odds::Trial(probability::<S>(arguments)?),
            Function::RandomInteger => {
                let (min, max) = S::bounds(arguments)?;
                if i128::from(max) - i128::from(min) == -1 {
                    return Err(Reason::EmptyRange { min, max });
                }
                Odds::Integer { min, max }
            }
            Function::RandomFloat => {
                Odds::Float { min: arguments.float("min")?, max: arguments.float("max")? }
            }
            _ => return Ok(None),
        }))
    }

    /// Whether each draw selects one of the choices.
    pub(crate) fn always_choose(&self) -> bool {
        match self {
            Odds::Uniform(_) => true,
            Odds::Weighted { sums, choices } => {
                // No draw is larger than the last sum then.
                let reached = sums.last().is_some_and(|sum| sum.is_finite() && *sum >= 0.0);
                reached && sums.len() <= *choices
            }
            _ => false,
        }
    }

    /// The choice that a draw selects; `None` for operators without choices, and for a draw that is
    /// larger than the sum of all weights.
    #[inline]
    pub(crate) fn choice(&self, draw: Draw) -> Option<usize> {
        match self {
            Odds::Uniform(choices) => Some(draw.below(*choices as u64) as usize),
            Odds::Weighted { sums, .. } => {
                let stop = draw.uniform(0.0, sums.last().copied().unwrap_or(0.0));
                sums.iter().position(|sum| stop <= *sum)
            }
            _ => None,
        }
    }

    pub(crate) fn decide<S: Semantics>(&self, draw: Draw) -> Outcome<Pick> {
        Ok(Pick::Value(match self {
            Odds::Nothing => S::no_choice(),
            Odds::Uniform(_) => match self.choice(draw) {
                Some(index) => return Ok(Pick::Choice(index)),
                None => S::no_choice(),
            },
            Odds::Weighted { sums, choices } => match self.choice(draw) {
                Some(index) if index < *choices => return Ok(Pick::Choice(index)),
                Some(_) => {
                    let (weights, choices) = (sums.len(), *choices);
                    return Err(Reason::Weights { weights, choices });
                }
                None => S::no_weight()?,
            },
            Odds::Trial(p) => S::trial(draw.uniform(0.0, 1.0) <= *p),
            Odds::Integer { min, max } => S::integer(*min, *max, draw.bits())?,
            Odds::Float { min, max } => Value::Float(draw.uniform(*min, *max)),
        }))
    }
}

fn weighted<S: Semantics>(arguments: &Arguments<'_>) -> Outcome<Odds> {
    let choices = arguments.list("choices")?.len();
    arguments.list("weights")?;
    if choices == 0 {
        return Ok(Odds::Nothing);
    }
    let mut sums = S::weights(arguments, choices)?;
    let mut total = 0.0;
    for weight in &mut sums {
        total += *weight;
        *weight = total;
    }
    Ok(Odds::Weighted { sums, choices })
}

pub(crate) fn probability<S: Semantics>(arguments: &Arguments<'_>) -> Outcome<f64> {
    match S::probability(arguments)? {
        p if (0.0..=1.0).contains(&p) => Ok(p),
        found => Err(Reason::Probability { operator: arguments.operator(), found }),
    }
}
