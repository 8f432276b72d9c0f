//! The random operators.

use std::borrow::Cow;

use super::arguments::{Arguments, Outcome, Val};
use super::error::Reason;
use super::hash::{Draw, Hasher};
use super::program::Function;
use super::semantics::Semantics;
use crate::value::Value;

/// What the salt of a draw is made of besides the operator's own.
pub(super) struct Salt<'s> {
    pub(super) experiment: &'s str,
    pub(super) separator: &'s str,
}

pub(super) fn run<'a, S: Semantics>(
    mut arguments: Arguments<'a>,
    salt: &Salt<'_>,
) -> Outcome<Val<'a>> {
    let value = match arguments.function() {
        Function::UniformChoice => match arguments.list("choices")?.len() {
            0 => S::no_choice(),
            choices => {
                let index = hasher::<S>(&arguments, salt)?.finish().below(choices as u64);
                return Ok(arguments.take_element("choices", index as usize));
            }
        },
        Function::WeightedChoice => match weighted_index::<S>(&arguments, salt)? {
            Weighted::NoChoices => S::no_choice(),
            Weighted::NoWeight => S::no_weight()?,
            Weighted::Index(index) => return Ok(arguments.take_element("choices", index)),
        },
        Function::BernoulliTrial => {
            let p = probability::<S>(&arguments)?;
            S::trial(hasher::<S>(&arguments, salt)?.finish().uniform(0.0, 1.0) <= p)
        }
        Function::BernoulliFilter => filter::<S>(&arguments, salt)?,
        Function::RandomInteger => {
            S::integer(&arguments, hasher::<S>(&arguments, salt)?.finish().bits())?
        }
        Function::RandomFloat => {
            let (min, max) = (arguments.float("min")?, arguments.float("max")?);
            Value::Float(hasher::<S>(&arguments, salt)?.finish().uniform(min, max))
        }
        Function::Sample => sample::<S>(&arguments, salt, S::SHUFFLE_STOPS_AT, false)?,
        // planout4j has no `fastSample`: what it would compute is what the reference does.
        _ => sample::<S>(&arguments, salt, 1, true)?,
    };
    Ok(Cow::Owned(value))
}

/// A hasher that has seen the salt and the unit.
fn hasher<S: Semantics>(arguments: &Arguments<'_>, salt: &Salt<'_>) -> Outcome<Hasher> {
    let mut hasher = Hasher::new();
    if arguments.optional("full_salt").is_some() {
        hasher.push(arguments.string("full_salt")?);
        hasher.push(".");
    } else {
        let operator = arguments.operator();
        if arguments.optional("salt").is_none() {
            return Err(Reason::MissingSalt { operator });
        }
        hasher.push(salt.experiment);
        hasher.push(".");
        hasher.push(arguments.string("salt")?);
        hasher.push(salt.separator);
    }
    push_unit::<S>(&mut hasher, arguments.required("unit")?);
    Ok(hasher)
}

pub(super) fn push_unit<S: Semantics>(hasher: &mut Hasher, unit: &Value) {
    match unit {
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    hasher.push(".");
                }
                S::text(element, &mut |text| hasher.push(text));
            }
        }
        unit => S::text(unit, &mut |text| hasher.push(text)),
    }
}

/// A series of draws, each with something appended to the unit.
struct Draws {
    hasher: Hasher,
    /// Whether what was appended stays for the draws after it.
    accumulates: bool,
    /// Whether nothing stands before what is appended: the unit is an empty list.
    is_empty: bool,
}

impl Draws {
    fn new<S: Semantics>(arguments: &Arguments<'_>, salt: &Salt<'_>) -> Outcome<Draws> {
        let hasher = hasher::<S>(arguments, salt)?;
        let unit = arguments.required("unit")?.as_list();
        let is_empty = unit.is_some_and(<[Value]>::is_empty);
        Ok(Draws { hasher, accumulates: unit.is_some(), is_empty })
    }

    fn draw<S: Semantics>(&mut self, appended: &Value) -> Draw {
        let mut hasher = self.hasher.clone();
        if !appended.is_null() {
            if !self.is_empty {
                hasher.push(".");
            }
            S::text(appended, &mut |text| hasher.push(text));
            if self.accumulates {
                self.hasher = hasher.clone();
                self.is_empty = false;
            }
        }
        hasher.finish()
    }
}

fn probability<S: Semantics>(arguments: &Arguments<'_>) -> Outcome<f64> {
    match S::probability(arguments)? {
        p if (0.0..=1.0).contains(&p) => Ok(p),
        found => Err(Reason::Probability { operator: arguments.operator(), found }),
    }
}

fn filter<S: Semantics>(arguments: &Arguments<'_>, salt: &Salt<'_>) -> Outcome<Value> {
    let p = probability::<S>(arguments)?;
    let choices = arguments.list("choices")?;
    if choices.is_empty() {
        return Ok(Value::List(Vec::new()));
    }
    let mut draws = Draws::new::<S>(arguments, salt)?;
    let chosen = choices.iter().filter(|choice| draws.draw::<S>(choice).uniform(0.0, 1.0) <= p);
    Ok(Value::List(chosen.cloned().collect()))
}

enum Weighted {
    NoChoices,
    NoWeight,
    Index(usize),
}

fn weighted_index<S: Semantics>(arguments: &Arguments<'_>, salt: &Salt<'_>) -> Outcome<Weighted> {
    let choices = arguments.list("choices")?.len();
    arguments.list("weights")?;
    if choices == 0 {
        return Ok(Weighted::NoChoices);
    }
    let mut sums = S::weights(arguments, choices)?;
    let mut total = 0.0;
    for weight in &mut sums {
        total += *weight;
        *weight = total;
    }
    let stop = hasher::<S>(arguments, salt)?.finish().uniform(0.0, total);
    match sums.iter().position(|sum| stop <= *sum) {
        Some(index) if index < choices => Ok(Weighted::Index(index)),
        Some(_) => Err(Reason::Weights { weights: sums.len(), choices }),
        None => Ok(Weighted::NoWeight),
    }
}

/// A Fisher-Yates shuffle from the end, of which the first draws are kept. The fast one keeps
/// the last, and stops as soon as these are final.
fn sample<S: Semantics>(
    arguments: &Arguments<'_>,
    salt: &Salt<'_>,
    stops_at: usize,
    fast: bool,
) -> Outcome<Value> {
    let choices = arguments.list("choices")?;
    let draws = S::draws(arguments, choices.len())?;
    if choices.len() <= stops_at {
        // Nothing is drawn, and so neither salt nor unit is needed.
        return Ok(Value::List(choices.iter().take(kept(draws, choices.len())).cloned().collect()));
    }
    let mut series = Draws::new::<S>(arguments, salt)?;
    let mut order: Vec<usize> = (0..choices.len()).collect();
    let pick = |order: &[usize]| Value::List(order.iter().map(|&i| choices[i].clone()).collect());
    for i in (stops_at..choices.len()).rev() {
        let j = series.draw::<S>(&Value::Int(i as i64)).below(i as u64 + 1);
        order.swap(i, j as usize);
        if fast && i as i64 == choices.len() as i64 - draws {
            return Ok(pick(&order[i..]));
        }
    }
    Ok(pick(&order[..kept(draws, choices.len())]))
}

/// How many choices a number of draws keeps: a negative one leaves as many out at the end.
fn kept(draws: i64, choices: usize) -> usize {
    let kept = if draws < 0 { draws.saturating_add(choices as i64) } else { draws };
    usize::try_from(kept).unwrap_or(0).min(choices)
}
