//! The operators that are not random.

use std::cmp::Ordering;

use planout::Dialect::{Planout, Planout4j};

use super::call::Call;
use super::value::Value::{self, Bool, Dict, Float, Int, List, Null, Str};
use super::value::{deep_equal, double, find, java_order, python_order, truth};
use super::{LIMIT, Res};

/// A double as planout4j gives it back: as an integer if all that led to it were integers.
fn wrapped(double: f64, integer: bool) -> Res {
    Ok(if integer { Int(i128::from(double as i64)) } else { Float(double) })
}

pub(super) fn sum(call: &mut Call) -> Res {
    let numbers = call.numbers()?;
    if call.dialect == Planout4j {
        let sum = numbers.iter().fold(0.0, |sum, n| sum + double(n));
        return wrapped(sum, numbers.iter().all(|n| matches!(n, Int(_))));
    }
    let mut sum = Int(0);
    for n in numbers {
        sum = match (&sum, &n) {
            (Int(a), Int(b)) => Int(a.checked_add(*b).ok_or(format!("{LIMIT}: a sum"))?),
            (a, b) => Float(double(a) + double(b)),
        };
    }
    if let Int(i) = sum { call.integer(i) } else { Ok(sum) }
}

pub(super) fn product(call: &mut Call) -> Res {
    let values = call.list("values")?;
    if call.dialect == Planout4j {
        let (mut product, mut integer) = (1.0, true);
        for value in values {
            let n = call.number(&value)?;
            product *= double(&n);
            integer &= matches!(n, Int(_));
            if product == 0.0 {
                break;
            }
        }
        return wrapped(product, integer);
    }
    if let [Bool(b)] = values[..] {
        return Ok(Bool(b)); // nothing is multiplied
    }
    let numbers = call.numbers()?;
    let Some(mut product) = numbers.first().cloned() else {
        return call.fail("no values");
    };
    for n in &numbers[1..] {
        product = match (&product, n) {
            (Int(a), Int(b)) => Int(a.checked_mul(*b).ok_or(format!("{LIMIT}: a product"))?),
            (a, b) => Float(double(a) * double(b)),
        };
    }
    if let Int(i) = product { call.integer(i) } else { Ok(product) }
}

pub(super) fn negative(call: &mut Call) -> Res {
    match (call.dialect, call.number_arg("value")?) {
        (Planout, Int(i)) => call.integer(-i),
        (_, n) => wrapped(0.0 - double(&n), matches!(n, Int(_))),
    }
}

pub(super) fn divide(call: &mut Call) -> Res {
    match (call.double_arg("left")?, call.double_arg("right")?) {
        (_, 0.0) if call.dialect == Planout => call.fail("division by zero"),
        (left, right) => Ok(Float(left / right)),
    }
}

pub(super) fn modulo(call: &mut Call) -> Res {
    let (left, right) = (call.number_arg("left")?, call.number_arg("right")?);
    match (call.dialect, double(&left), double(&right)) {
        (Planout4j, ..) => match (whole(&left), whole(&right)) {
            (_, 0) => call.fail("division by zero"),
            // Exact operands, but a result that passes through a double.
            (left, right) => wrapped(left.wrapping_rem(right) as f64, true),
        },
        (Planout, _, 0.0) => call.fail("division by zero"),
        (Planout, a, b) => match (left, right) {
            (Int(a), Int(b)) => call.integer(floored(a, b)),
            _ if a % b == 0.0 => Ok(Float(0.0_f64.copysign(b))),
            _ if (a % b < 0.0) != (b < 0.0) => Ok(Float(a % b + b)),
            _ => Ok(Float(a % b)),
        },
    }
}

/// An operand of planout4j's `%`.
fn whole(number: &Value) -> i64 {
    match number {
        Int(i) if i64::try_from(*i).is_ok() => *i as i64,
        number => double(number) as i64,
    }
}

/// The remainder with the sign of the divisor, which is not zero.
pub(super) fn floored(a: i128, b: i128) -> i128 {
    let differ = a % b != 0 && (a % b < 0) != (b < 0);
    a % b + if differ { b } else { 0 }
}

pub(super) fn round(call: &mut Call) -> Res {
    let number = call.number_arg("value")?;
    match (call.dialect, double(&number)) {
        (Planout4j, x) if x - x.floor() >= 0.5 => wrapped(x.floor() + 1.0, true),
        (Planout4j, x) => wrapped(x.floor(), true),
        (Planout, x) => match number {
            Int(i) => call.integer(i),
            _ if x.is_finite() => call.integer(x.round_ties_even() as i128),
            _ => call.fail("the operand is not finite"),
        },
    }
}

/// An extension in `planout4j`, with Python's rules, but that a boolean is not a number.
pub(super) fn exp(call: &mut Call) -> Res {
    match call.double_arg("value")? {
        x if x.is_finite() && x.exp().is_infinite() => call.fail("overflow"),
        x => Ok(Float(x.exp())),
    }
}

/// As `exp`.
pub(super) fn sqrt(call: &mut Call) -> Res {
    match call.double_arg("value")? {
        x if x < 0.0 => call.fail("the operand is negative"),
        x => Ok(Float(x.sqrt())),
    }
}

pub(super) fn not(call: &mut Call) -> Res {
    Ok(Bool(!truth(call.nullable("value")?)))
}

pub(super) fn equals(call: &mut Call) -> Res {
    let (left, right) = (call.nullable("left")?, call.nullable("right")?);
    Ok(Bool(match (call.dialect, left, right) {
        (Planout4j, Int(_) | Float(_), Int(_) | Float(_)) => double(left) == double(right),
        (dialect, ..) => deep_equal(dialect, left, right),
    }))
}

pub(super) fn compare(call: &mut Call) -> Res {
    let order = order(call, call.arg("left")?, call.arg("right")?)?;
    Ok(Bool(order.is_some_and(|order| match call.op {
        "<" => order.is_lt(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        _ => order.is_ge(),
    })))
}

/// The order of two values that may be compared; none for a NaN in `planout`.
fn order(call: &Call, a: &Value, b: &Value) -> Res<Option<Ordering>> {
    match (call.dialect, a, b) {
        (Planout4j, Str(a), Str(b)) => Ok(Some(a.encode_utf16().cmp(b.encode_utf16()))),
        (Planout4j, Bool(a), Bool(b)) => Ok(Some(a.cmp(b))),
        (Planout, Str(a), Str(b)) => Ok(Some(a.cmp(b))),
        (Planout, List(l), List(m)) => {
            let mut pairs = l.iter().zip(m);
            match pairs.find(|(a, b)| !deep_equal(Planout, a, b)) {
                Some((a, b)) => order(call, a, b),
                None => Ok(Some(l.len().cmp(&m.len()))),
            }
        }
        _ => match (call.number(a), call.number(b), call.dialect) {
            (Ok(a), Ok(b), Planout) => Ok(python_order(&a, &b)),
            (Ok(a), Ok(b), Planout4j) => Ok(Some(java_order(double(&a), double(&b)))),
            _ => call.fail("these kinds cannot be compared"),
        },
    }
}

/// The first element that no other one exceeds in the direction.
pub(super) fn min_max(call: &mut Call) -> Res {
    let wanted = if call.op == "min" { Ordering::Less } else { Ordering::Greater };
    let values = call.list("values")?;
    let Some(mut best) = values.first() else {
        return call.fail("no values");
    };
    if call.dialect == Planout4j && matches!(values.as_slice(), [Null]) {
        return Ok(Null);
    }
    for value in &values {
        match order(call, value, best)? {
            _ if matches!(value, List(_)) => return call.fail("lists cannot be compared"),
            Some(order) if order == wanted => best = value,
            _ => {}
        }
    }
    Ok(best.clone())
}

pub(super) fn map(call: &mut Call) -> Res {
    call.args.retain(|(name, _)| name != "salt");
    Ok(Dict(std::mem::take(&mut call.args)))
}

pub(super) fn index(call: &mut Call) -> Res {
    let found = match (call.dialect, call.arg("base")?, call.arg("index")?) {
        (_, Dict(entries), Str(key)) => find(entries, key),
        (Planout, Dict(_), List(_) | Dict(_)) => return call.must("index", "a key"),
        (_, Dict(_), _) => None,
        (_, List(items), Int(i)) => items.iter().zip(0..).find(|(_, n)| n == i).map(|(v, _)| v),
        (Planout4j, List(items), Float(f)) if f.fract() == 0.0 => {
            items.iter().zip(0..).find(|(_, n)| f64::from(*n) == *f).map(|(v, _)| v)
        }
        (_, List(_), _) => return call.must("index", "a whole number"),
        _ => return call.must("base", "a map or a list"),
    };
    Ok(found.cloned().unwrap_or(Null))
}

pub(super) fn length(call: &mut Call) -> Res {
    let length = match (call.dialect, call.arg("value")?) {
        (Planout4j, Str(s)) => s.encode_utf16().count(),
        (Planout, Str(s)) => s.chars().count(),
        (_, List(items)) => items.len(),
        (_, Dict(entries)) => entries.len(),
        _ => return call.must("value", "a string, a list or a map"),
    };
    Ok(Int(length as i128))
}
