//! Whether two values are the same one, as far as a path knows.

use std::borrow::Cow;
use std::rc::Rc;

use super::Obstacle;
use super::image::{FAR, Image};
use super::shares::same;
use super::symbol::{Number, Outcomes, Symbol};
use super::term::{Term, TermKind};
use super::walk::decide;
use super::world::{Need, World};
use crate::eval::function::Function;
use crate::eval::semantics::Semantics;
use crate::value::Value;

/// How alike two values are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Likeness {
    Same,
    Different,
    /// They are the same with this probability.
    Perhaps(f64),
}

/// Compares two values that have been forced.
pub(super) fn alike<'a, S: Semantics>(
    unit: &'a str,
    world: &World<'a>,
    one: &Symbol<'a>,
    other: &Symbol<'a>,
) -> Result<Likeness, Need<'a>> {
    if is_same(one, other) {
        return Ok(Likeness::Same);
    }
    if let (Some(ones), Some(others)) = (one.items(), other.items()) {
        let pairs = ones.iter().zip(&others);
        let pairs = pairs.map(|(one, other)| alike::<S>(unit, world, one, other));
        return if ones.len() == others.len() { all(pairs) } else { Ok(Likeness::Different) };
    }
    if let (Some(ones), Some(others)) = (one.entries(), other.entries()) {
        let of = |key: &str| others.iter().find(|(known, _)| known == key);
        let pairs = ones.iter().map(|(key, one)| match of(key) {
            Some((_, other)) => alike::<S>(unit, world, one, other),
            None => Ok(Likeness::Different),
        });
        return if ones.len() == others.len() { all(pairs) } else { Ok(Likeness::Different) };
    }
    match (one, other) {
        (Symbol::Known(one), Symbol::Known(other)) => {
            Ok(if same(one, other) { Likeness::Same } else { Likeness::Different })
        }
        (Symbol::Number(one), Symbol::Number(other)) => numbers(world, one, other),
        (Symbol::Number(number), Symbol::Known(value))
        | (Symbol::Known(value), Symbol::Number(number)) => {
            if !number.whole {
                return Ok(Likeness::Different);
            }
            let is_one =
                value.as_int().is_some_and(|int| (number.min..=number.max).contains(&(int as f64)));
            if !is_one {
                return Ok(Likeness::Different);
            }
            if !world.has_any_remainder(&number.key) {
                return Err(Need::Beyond(Obstacle::ManyValues));
            }
            Ok(Likeness::Perhaps(1.0 / number.size()))
        }
        _ => open::<S>(unit, world, one, other),
    }
}

/// Compares values that depend on inputs: whether they are equal is a condition on these.
fn open<'a, S: Semantics>(
    unit: &'a str,
    world: &World<'a>,
    one: &Symbol<'a>,
    other: &Symbol<'a>,
) -> Result<Likeness, Need<'a>> {
    let beyond = |symbol: &Symbol<'a>| Need::Beyond(symbol.obstacle());
    let terms = (one.term(unit), other.term(unit));
    let (Some(left), Some(right)) = terms else {
        let unknown = if matches!(one, Symbol::Unknown(_)) { one } else { other };
        return Err(beyond(unknown));
    };
    if is_apart::<S>(&left, &right) {
        return Ok(Likeness::Different);
    }
    for term in [&left, &right] {
        if term.has_draw() {
            return Err(Need::Beyond(term.obstacle()));
        }
    }
    // A constant comes second, as people write it.
    let (first, second) = match left.kind() {
        TermKind::Known(_) => (&right, &left),
        _ => (&left, &right),
    };
    let condition = first.clone().equals(second.clone());
    let condition = condition.ok_or(Need::Beyond(Obstacle::Computed))?;
    if !decide::<S>(world, &condition)? {
        return Ok(Likeness::Different);
    }
    // Equal numbers can be of two kinds, which no condition can ask for.
    let is_sure = [&left, &right].into_iter().any(|term| match term.kind() {
        TermKind::Known(value) => has_one_kind(value),
        _ => false,
    });
    let are_booleans = left.is_boolean() && right.is_boolean();
    if is_sure || are_booleans || are_kin(&left, &right) {
        Ok(Likeness::Same)
    } else {
        Err(Need::Beyond(Obstacle::Inputs))
    }
}

/// Whether two numbers are computed in the same way but for constants of one kind and sign, so that
/// they are always of one kind.
fn are_kin(one: &Term<'_>, other: &Term<'_>) -> bool {
    match (one.kind(), other.kind()) {
        (TermKind::Known(one), TermKind::Known(other)) => match (&**one, &**other) {
            (Value::Int(one), Value::Int(other)) => *one > 0 && *other > 0,
            (Value::Float(one), Value::Float(other)) => *one > 0.0 && *other > 0.0,
            (one, other) => same(one, other),
        },
        (TermKind::Call(one, its), TermKind::Call(other, theirs)) => {
            one == other
                && matches!(one, Function::Sum | Function::Product | Function::Negative)
                && its.len() == theirs.len()
                && its.iter().zip(theirs).all(|((_, one), (_, other))| are_kin(one, other))
        }
        (TermKind::List(ones), TermKind::List(others)) => {
            ones.len() == others.len()
                && ones.iter().zip(others).all(|(one, other)| are_kin(one, other))
        }
        _ => one == other,
    }
}

/// Whether two values differ for all units but single ones, whatever the inputs are.
fn is_apart<S: Semantics>(one: &Term<'_>, other: &Term<'_>) -> bool {
    for (one, other) in [(one, other), (other, one)] {
        if let TermKind::Known(value) = other.kind() {
            let is_other_kind = one.is_boolean() && value.as_bool().is_none();
            return is_other_kind || Image::of(one).is_some_and(|it| it.is_apart_from::<S>(value));
        }
    }
    match (Image::of(one), Image::of(other)) {
        (Some(one), Some(other)) => one.is_apart::<S>(&other),
        _ => false,
    }
}

/// Whether all values that equal this one are the same as it.
fn has_one_kind(value: &Value) -> bool {
    match value {
        Value::Null | Value::String(_) => true,
        Value::List(items) => items.iter().all(has_one_kind),
        Value::Map(entries) => entries.iter().all(|(_, value)| has_one_kind(value)),
        Value::Bool(_) | Value::Int(_) | Value::Wide(_) | Value::Float(_) => false,
    }
}

/// Two numbers of too many values to tell them apart.
fn numbers<'a>(world: &World<'a>, one: &Number, other: &Number) -> Result<Likeness, Need<'a>> {
    if !one.whole || !other.whole {
        let is_close = |a: f64, b: f64| (a - b).abs() <= FAR * a.abs().max(b.abs());
        let is_almost = is_close(one.min, other.min) && is_close(one.max, other.max);
        return if one.key == other.key && one.whole == other.whole && is_almost {
            Err(Need::Beyond(Obstacle::Computed))
        } else {
            Ok(Likeness::Different)
        };
    }
    if !world.has_any_remainder(&one.key) || !world.has_any_remainder(&other.key) {
        return Err(Need::Beyond(Obstacle::ManyValues));
    }
    let common = (one.max.min(other.max) - one.min.max(other.min) + 1.0).max(0.0);
    if one.key != other.key {
        return Ok(Likeness::Perhaps(common / (one.size() * other.size())));
    }
    // One draw modulo both sizes: pairs of remainders are equally likely if they agree modulo the
    // common divisor, and the others do not occur (the Chinese remainder theorem).
    let (sizes, shift) = ([one.size(), other.size()], other.min - one.min);
    if sizes.iter().any(|size| *size > MAX_SIZE) {
        return Err(Need::Beyond(Obstacle::ManyValues));
    }
    let divisor = gcd(sizes[0] as u64, sizes[1] as u64) as f64;
    Ok(if shift % divisor == 0.0 {
        Likeness::Perhaps(common * divisor / (sizes[0] * sizes[1]))
    } else {
        Likeness::Different
    })
}

/// Sizes up to this are far enough below the 60 bits of a draw that remainders are equally likely.
const MAX_SIZE: f64 = (1_u64 << 25) as f64;

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Whether all parts are alike.
fn all<'a>(parts: impl Iterator<Item = Result<Likeness, Need<'a>>>) -> Result<Likeness, Need<'a>> {
    let mut whole = Likeness::Same;
    let mut need = None;
    for part in parts {
        match part {
            Ok(Likeness::Different) => return Ok(Likeness::Different),
            Ok(Likeness::Same) => {}
            Ok(perhaps) if whole == Likeness::Same => whole = perhaps,
            // Two numbers of one list may be one draw.
            Ok(_) => need = need.or(Some(Need::Beyond(Obstacle::ManyValues))),
            Err(what) => need = need.or(Some(what)),
        }
    }
    need.map_or(Ok(whole), Err)
}

/// Whether two symbols are the same value whatever is drawn and given.
pub(super) fn is_same(one: &Symbol<'_>, other: &Symbol<'_>) -> bool {
    match (one, other) {
        (Symbol::Known(Cow::Borrowed(one)), Symbol::Known(Cow::Borrowed(other)))
            if std::ptr::eq(*one, *other) =>
        {
            true
        }
        (Symbol::Known(one), Symbol::Known(other)) => same(one, other),
        (Symbol::Unit, Symbol::Unit) => true,
        (Symbol::Draw(one), Symbol::Draw(other)) => {
            Rc::ptr_eq(one, other)
                || one.key == other.key && is_same_outcomes(&one.outcomes, &other.outcomes)
        }
        (Symbol::Filter(one), Symbol::Filter(other)) => {
            let is_same_trial =
                |((key, one), (its, other)): (&(_, Symbol<'_>), &(_, Symbol<'_>))| {
                    key == its && is_same(one, other)
                };
            one.probability.to_bits() == other.probability.to_bits()
                && one.trials.len() == other.trials.len()
                && one.trials.iter().zip(&other.trials).all(is_same_trial)
        }
        (Symbol::Number(one), Symbol::Number(other)) => one == other,
        (Symbol::List(one), Symbol::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other.iter()).all(|(one, other)| is_same(one, other))
        }
        (Symbol::Map(one), Symbol::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|((key, one), (its, other))| key == its && is_same(one, other))
        }
        (Symbol::Open(one), Symbol::Open(other)) => one == other,
        _ => false,
    }
}

fn is_same_outcomes(one: &Outcomes<'_>, other: &Outcomes<'_>) -> bool {
    match (one, other) {
        (Outcomes::Remainders(one), Outcomes::Remainders(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Outcomes::Intervals(one), Outcomes::Intervals(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((end, one), (its, other))| {
                    end.to_bits() == its.to_bits()
                        && match (one, other) {
                            (Ok(one), Ok(other)) => is_same(one, other),
                            (Err(one), Err(other)) => one == other,
                            _ => false,
                        }
                })
        }
        _ => false,
    }
}
