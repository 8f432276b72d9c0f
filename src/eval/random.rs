//! The random operators.

use std::borrow::Cow;
use std::convert::Infallible;

use super::arguments::{Arguments, Outcome, Val};
use super::error::Reason;
use super::function::Function;
use super::odds::{Odds, Pick, probability};
use super::semantics::Semantics;
use crate::draw::{self, Draw, Hasher, Salt, Series, Sink};
use crate::value::Value;

/// The part of a salt that can change while a script runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaltInForce<'s> {
    /// The salt of the experiment.
    pub(crate) experiment: &'s str,
    /// The separator after a draw's own salt.
    pub(crate) separator: &'s str,
}

impl<'s> SaltInForce<'s> {
    /// The whole salt of a draw with this own salt.
    pub(crate) fn with(self, own: &'s str, is_full: bool) -> Salt<'s> {
        let SaltInForce { experiment, separator } = self;
        if is_full { Salt::Full(own) } else { Salt::Own { experiment, own, separator } }
    }

    /// The salt of a call.
    pub(crate) fn of_call(self, arguments: &'s Arguments<'_>) -> Outcome<Salt<'s>> {
        let is_full = arguments.optional("full_salt").is_some();
        if !is_full && arguments.optional("salt").is_none() {
            return Err(Reason::MissingSalt { operator: arguments.operator() });
        }
        Ok(self.with(arguments.string(if is_full { "full_salt" } else { "salt" })?, is_full))
    }
}

pub(crate) fn run<'a, S: Semantics>(
    mut arguments: Arguments<'a>,
    salt: SaltInForce<'_>,
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
        // planout4j does not have `fastSample`, so it is computed as in the reference.
        _ => sample::<S>(&arguments, salt, 1, true)?,
    }))
}

/// A hasher that has read the salt and the unit.
fn hasher<S: Semantics>(arguments: &Arguments<'_>, salt: SaltInForce<'_>) -> Outcome<Hasher> {
    let mut hasher = salt.of_call(arguments)?.begin();
    push_unit::<S, Hasher>(&mut hasher, arguments.required("unit")?);
    Ok(hasher)
}

/// The text that a call hashes, up to its unit; `None` if the call hashes nothing, or fails.
pub(crate) fn text<S: Semantics>(
    arguments: &Arguments<'_>,
    salt: SaltInForce<'_>,
) -> Option<String> {
    let more_choices_than = |least: usize| Some(arguments.list("choices").ok()?.len() > least);
    let draws = match (Odds::of::<S>(arguments).ok()?, arguments.function()) {
        (Some(odds), _) => !matches!(odds, Odds::Nothing),
        (None, Function::BernoulliFilter) => more_choices_than(0)?,
        (None, Function::Sample) => more_choices_than(S::SHUFFLE_STOPS_AT)?,
        (None, _) => more_choices_than(1)?,
    };
    let mut text = salt.of_call(arguments).ok()?.begin();
    push_unit::<S, String>(&mut text, arguments.required("unit").ok()?);
    draws.then_some(text)
}

/// The draw of a hasher's text with a unit after it.
#[inline]
pub(crate) fn draw<S: Semantics>(hasher: &Hasher, unit: &Value) -> Draw {
    match unit {
        // All dialects write these kinds alike.
        Value::String(text) => hasher.finish_with(text),
        Value::Int(int) => hasher.finish_with(itoa::Buffer::new().format(*int)),
        unit => {
            let mut hasher = hasher.clone();
            push_unit::<S, Hasher>(&mut hasher, unit);
            hasher.finish()
        }
    }
}

/// Writes a known unit.
pub(crate) fn push_unit<S: Semantics, T: Sink>(text: &mut T, unit: &Value) {
    let write = |text: &mut T, value: &Value| {
        S::text(value, &mut |piece| text.push(piece));
        Ok::<(), Infallible>(())
    };
    let Ok(()) = match unit {
        Value::List(elements) => draw::join(text, elements, write),
        unit => write(text, unit),
    };
}

/// The texts of draws that each append a value to the unit. For null, nothing is appended.
pub(crate) fn appended<S: Semantics, T: Sink>(series: &mut Series<T>, value: &Value) -> T {
    match value {
        Value::Null => series.bare(),
        value => series.append(|text| S::text(value, &mut |piece| text.push(piece))),
    }
}

/// The draws of a call that each append a value to its unit.
fn series<S: Semantics>(
    arguments: &Arguments<'_>,
    salt: SaltInForce<'_>,
) -> Outcome<Series<Hasher>> {
    let hasher = hasher::<S>(arguments, salt)?;
    let elements = arguments.required("unit")?.as_list().map(<[Value]>::len);
    Ok(Series::new(hasher, elements))
}

fn filter<S: Semantics>(arguments: &Arguments<'_>, salt: SaltInForce<'_>) -> Outcome<Value> {
    let p = probability::<S>(arguments)?;
    let choices = arguments.list("choices")?;
    if choices.is_empty() {
        return Ok(Value::List(Vec::new()));
    }
    let mut series = series::<S>(arguments, salt)?;
    let mut draw = |choice: &Value| appended::<S, Hasher>(&mut series, choice).finish();
    let chosen = choices.iter().filter(|choice| draw(choice).uniform(0.0, 1.0) <= p);
    Ok(Value::List(chosen.cloned().collect()))
}

/// A Fisher-Yates shuffle from the end. The first elements are kept. The fast version keeps the last
/// elements, and stops as soon as these are final.
fn sample<S: Semantics>(
    arguments: &Arguments<'_>,
    salt: SaltInForce<'_>,
    stops_at: usize,
    fast: bool,
) -> Outcome<Value> {
    let choices = arguments.list("choices")?;
    let draws = S::draws(arguments, choices.len())?;
    if choices.len() <= stops_at {
        // Nothing is drawn, so neither salt nor unit is needed.
        return Ok(Value::List(choices.iter().take(kept(draws, choices.len())).cloned().collect()));
    }
    let mut series = series::<S>(arguments, salt)?;
    let mut order: Vec<usize> = (0..choices.len()).collect();
    let pick = |order: &[usize]| Value::List(order.iter().map(|&i| choices[i].clone()).collect());
    for i in (stops_at..choices.len()).rev() {
        let text = appended::<S, Hasher>(&mut series, &Value::Int(i as i64));
        let j = text.finish().below(i as u64 + 1);
        order.swap(i, j as usize);
        if fast && i as i64 == (choices.len() as i64).saturating_sub(draws) {
            return Ok(pick(&order[i..]));
        }
    }
    Ok(pick(&order[..kept(draws, choices.len())]))
}

/// The number of choices that are kept. A negative number of draws leaves this many out at the end.
pub(crate) fn kept(draws: i64, choices: usize) -> usize {
    let kept = if draws < 0 { draws.saturating_add(choices as i64) } else { draws };
    usize::try_from(kept).unwrap_or(0).min(choices)
}
