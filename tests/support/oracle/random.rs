//! Hashing, and the operators that draw by it.

use planout::Dialect::{self, Planout, Planout4j};
use sha1::{Digest, Sha1};

use super::call::Call;
use super::operators::floored;
use super::value::Value::{self, Bool, Float, Int, List, Null};
use super::value::{double, find, unit_text};
use super::{Res, Run};

impl Call<'_> {
    /// 60 bits of SHA-1. What is appended to a list unit stays there for the next draw.
    fn hash(&mut self, appended: &Value) -> Res<u64> {
        let prefix = match find(&self.args, "full_salt") {
            Some(_) => format!("{}.", self.string("full_salt")?),
            None => {
                let Run { experiment_salt, salt_sep, .. } = self.run;
                format!("{experiment_salt}.{}{salt_sep}", self.string("salt")?)
            }
        };
        let (is_list, mut unit) = match (self.grown.take(), self.arg("unit")?) {
            (Some(grown), _) => (true, grown),
            (None, List(items)) => (true, items.clone()),
            (None, scalar) => (false, vec![scalar.clone()]),
        };
        if !matches!(appended, Null) {
            unit.push(appended.clone());
        }
        let hash = hash(&(prefix + &unit_text(self.dialect, &unit)));
        self.grown = is_list.then_some(unit);
        Ok(hash)
    }

    fn uniform(&mut self, a: f64, b: f64, appended: &Value) -> Res<f64> {
        Ok(a + (b - a) * (self.hash(appended)? as f64 / 1_152_921_504_606_846_975.0))
    }
}

pub(super) fn hash(text: &str) -> u64 {
    let digest = Sha1::digest(text.as_bytes());
    digest.iter().take(8).fold(0, |h, byte| h << 8 | u64::from(*byte)) >> 4
}

fn no_choices(dialect: Dialect) -> Res {
    Ok(if dialect == Planout4j { Null } else { List(vec![]) })
}

pub(super) fn uniform_choice(call: &mut Call) -> Res {
    let choices = call.list("choices")?;
    if choices.is_empty() {
        return no_choices(call.dialect);
    }
    let index = call.hash(&Null)? % choices.len() as u64;
    Ok(choices[index as usize].clone())
}

pub(super) fn weighted_choice(call: &mut Call) -> Res {
    let (choices, weights) = (call.list("choices")?, call.list("weights")?);
    if choices.is_empty() {
        return no_choices(call.dialect);
    }
    if call.dialect == Planout4j && choices.len() != weights.len() {
        return call.must("weights", "as many as choices");
    }
    let (mut total, mut sums) = (0.0, Vec::new());
    for weight in &weights {
        total += double(&call.number(weight)?);
        sums.push(total);
    }
    let stop = call.uniform(0.0, total, &Null)?;
    match (sums.iter().position(|sum| stop <= *sum), call.dialect) {
        (Some(reached), _) if reached < choices.len() => Ok(choices[reached].clone()),
        (None, Planout) => Ok(Null),
        _ => call.fail("no choice was reached"),
    }
}

pub(super) fn bernoulli_trial(call: &mut Call) -> Res {
    let p = call.probability()?;
    let hit = call.uniform(0.0, 1.0, &Null)? <= p;
    Ok(if call.dialect == Planout4j { Bool(hit) } else { Int(i128::from(hit)) })
}

pub(super) fn bernoulli_filter(call: &mut Call) -> Res {
    let (p, mut kept) = (call.probability()?, Vec::new());
    for choice in call.list("choices")? {
        if call.uniform(0.0, 1.0, &choice)? <= p {
            kept.push(choice);
        }
    }
    Ok(List(kept))
}

pub(super) fn random_integer(call: &mut Call) -> Res {
    let (min, max) = (call.whole("min")?, call.whole("max")?);
    let (range, hash) = (max - min + 1, i128::from(call.hash(&Null)?));
    match call.dialect {
        _ if range == 0 => call.fail("`max` is one below `min`"),
        Planout4j => call.integer(min + hash % range),
        Planout => call.integer(min + floored(hash, range)),
    }
}

pub(super) fn random_float(call: &mut Call) -> Res {
    if matches!((call.arg("min")?, call.arg("max")?), (Bool(_), _) | (_, Bool(_))) {
        return call.must("min` and `max", "numbers");
    }
    let (min, max) = (call.double_arg("min")?, call.double_arg("max")?);
    Ok(Float(call.uniform(min, max, &Null)?))
}

/// How many of `n` to draw: negative, in `planout`, to leave out so many.
fn draws(call: &Call, n: i128) -> Res<i128> {
    if find(&call.args, "draws").is_none() {
        return Ok(n);
    }
    match call.whole("draws")? {
        draws if draws > n => call.fail("more draws than choices"),
        draws if draws < 0 && call.dialect == Planout4j => call.must("draws", "positive"),
        draws => Ok(draws),
    }
}

/// The first `draws`, as a slice of Python's.
fn first(mut choices: Vec<Value>, draws: i128) -> Res {
    let left_out = if draws < 0 { choices.len() as i128 } else { 0 };
    choices.truncate((draws + left_out).max(0) as usize);
    Ok(List(choices))
}

pub(super) fn sample(call: &mut Call) -> Res {
    let mut choices = call.list("choices")?;
    let draws = draws(call, choices.len() as i128)?;
    let last = if call.dialect == Planout4j { 0 } else { 1 };
    for i in (last..choices.len()).rev() {
        let j = call.hash(&Int(i as i128))? % (i as u64 + 1);
        choices.swap(i, j as usize);
    }
    first(choices, draws)
}

/// An extension in `planout4j`, as in `planout`.
pub(super) fn fast_sample(call: &mut Call) -> Res {
    let mut choices = call.list("choices")?;
    let draws = draws(call, choices.len() as i128)?;
    for i in (1..choices.len()).rev() {
        let j = call.hash(&Int(i as i128))? % (i as u64 + 1);
        choices.swap(i, j as usize);
        if i as i128 == choices.len() as i128 - draws {
            return Ok(List(choices.split_off(i)));
        }
    }
    first(choices, draws)
}
