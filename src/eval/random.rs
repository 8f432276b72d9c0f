//! The random operators.

use std::borrow::Cow;

use super::arguments::{Arguments, Outcome, Val};
use super::error::Reason;
use super::hash::{Draw, Hasher};
use super::odds::{Odds, Pick, probability};
use super::program::Function;
use super::semantics::Semantics;
use crate::value::Value;

/// What the salt of a draw is made of besides the operator's own.
pub(super) struct Salt<'s> {
    pub(super) experiment: &'s str,
    pub(super) separator: &'s str,
}

impl Salt<'_> {
    /// A hasher that has seen all that comes before the unit.
    pub(super) fn hasher(&self, own: &str, is_full: bool) -> Hasher {
        let mut hasher = Hasher::new();
        if !is_full {
            hasher.push(self.experiment);
            hasher.push(".");
        }
        hasher.push(own);
        hasher.push(if is_full { "." } else { self.separator });
        hasher
    }
}

pub(super) fn run<'a, S: Semantics>(
    mut arguments: Arguments<'a>,
    salt: &Salt<'_>,
) -> Outcome<Val<'a>> {
    if let Some(odds) = Odds::of::<S>(&arguments)? {
        if let Odds::Nothing = odds {
            return Ok(Cow::Owned(S::no_choice()));
        }
        let draw = hasher::<S>(&arguments, salt)?.finish();
        return Ok(match odds.decide::<S>(draw)? {
            Pick::Choice(index) => arguments.take_element("choices", index),
            Pick::Value(value) => Cow::Owned(value),
        });
    }
    Ok(Cow::Owned(match arguments.function() {
        Function::BernoulliFilter => filter::<S>(&arguments, salt)?,
        Function::Sample => sample::<S>(&arguments, salt, S::SHUFFLE_STOPS_AT, false)?,
        // planout4j has no `fastSample`: what it would compute is what the reference does.
        _ => sample::<S>(&arguments, salt, 1, true)?,
    }))
}

/// A hasher that has seen the salt and the unit.
fn hasher<S: Semantics>(arguments: &Arguments<'_>, salt: &Salt<'_>) -> Outcome<Hasher> {
    let is_full = arguments.optional("full_salt").is_some();
    if !is_full && arguments.optional("salt").is_none() {
        return Err(Reason::MissingSalt { operator: arguments.operator() });
    }
    let own = arguments.string(if is_full { "full_salt" } else { "salt" })?;
    let mut hasher = salt.hasher(own, is_full);
    push_unit::<S>(&mut hasher, arguments.required("unit")?);
    Ok(hasher)
}

/// The draw of what a hasher has seen and a unit.
#[inline]
pub(super) fn draw<S: Semantics>(hasher: &Hasher, unit: &Value) -> Draw {
    match unit {
        // All dialects write these alike.
        Value::String(text) => hasher.finish_with(text),
        Value::Int(int) => hasher.finish_with(itoa::Buffer::new().format(*int)),
        unit => {
            let mut hasher = hasher.clone();
            push_unit::<S>(&mut hasher, unit);
            hasher.finish()
        }
    }
}

fn push_unit<S: Semantics>(hasher: &mut Hasher, unit: &Value) {
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
        if fast && i as i64 == (choices.len() as i64).saturating_sub(draws) {
            return Ok(pick(&order[i..]));
        }
    }
    Ok(pick(&order[..kept(draws, choices.len())]))
}

/// How many choices a number of draws keeps: a negative one leaves as many out at the end.
pub(super) fn kept(draws: i64, choices: usize) -> usize {
    let kept = if draws < 0 { draws.saturating_add(choices as i64) } else { draws };
    usize::try_from(kept).unwrap_or(0).min(choices)
}
