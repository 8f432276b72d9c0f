//! The semantics of PlanOut's reference interpreter, a Python program.

use std::cmp::Ordering;

use super::arguments::{Arguments, Outcome};
use super::error::Reason;
use super::semantics::{Semantics, fit, incomparable, wrong_operand};
use crate::number;
use crate::value::Value;

pub(crate) struct Planout;

/// A Python number. A boolean is an integer.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Bool(bool) => Some(Number::Int(i128::from(*bool))),
            Value::Int(int) => Some(Number::Int(i128::from(*int))),
            Value::Wide(int) => Some(Number::Int(**int)),
            Value::Float(float) => Some(Number::Float(*float)),
            _ => None,
        }
    }

    fn operand(operator: &'static str, value: &Value) -> Outcome<Number> {
        Number::of(value).ok_or_else(|| wrong_operand(operator, value))
    }

    fn float(self) -> f64 {
        match self {
            Number::Int(int) => int as f64,
            Number::Float(float) => float,
        }
    }

    /// Compares by value and exactly: an integer is not rounded to a double first.
    fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
            (Number::Float(left), Number::Float(right)) => left.partial_cmp(&right),
            (Number::Int(left), Number::Float(right)) => compare_exactly(left, right),
            (Number::Float(left), Number::Int(right)) => {
                compare_exactly(right, left).map(Ordering::reverse)
            }
        }
    }
}

fn compare_exactly(int: i128, float: f64) -> Option<Ordering> {
    if !float.is_finite() {
        return 0.0_f64.partial_cmp(&float);
    }
    // Doubles beyond 128 bits saturate, which does not change the comparison.
    let fraction = 0.0_f64.partial_cmp(&float.fract())?;
    Some(int.cmp(&(float.trunc() as i128)).then(fraction))
}

impl Semantics for Planout {
    const NULL_IS_MISSING: bool = false;
    const SALT_IS_PARAM: bool = false;
    const SHUFFLE_STOPS_AT: usize = 1;
    const LONE_NULL_IS_EXTREME: bool = false;

    fn text(value: &Value, out: &mut dyn FnMut(&str)) {
        match value {
            Value::String(text) => out(text),
            other => repr(other, out),
        }
    }

    fn no_weight() -> Outcome<Value> {
        Ok(Value::Null)
    }

    fn no_choice() -> Value {
        Value::List(Vec::new())
    }

    fn trial(outcome: bool) -> Value {
        Value::Int(i64::from(outcome))
    }

    fn probability(arguments: &Arguments<'_>) -> Outcome<f64> {
        let number = Number::of(arguments.required("p")?);
        number.map(Number::float).ok_or_else(|| arguments.wrong_kind("p", "a number"))
    }

    fn weights(arguments: &Arguments<'_>, _choices: usize) -> Outcome<Vec<f64>> {
        let number = |weight| Number::operand(arguments.operator(), weight).map(Number::float);
        arguments.list("weights")?.iter().map(number).collect()
    }

    fn bounds(arguments: &Arguments<'_>) -> Outcome<(i64, i64)> {
        let bound = |name| {
            let bound = arguments.required(name)?.as_int();
            bound.ok_or_else(|| arguments.wrong_kind(name, "an integer"))
        };
        Ok((bound("min")?, bound("max")?))
    }

    fn integer(min: i64, max: i64, draw: u64) -> Outcome<Value> {
        let size = i128::from(max) - i128::from(min) + 1;
        fit("randomInteger", i128::from(min) + floored_remainder(draw.into(), size))
    }

    fn draws(arguments: &Arguments<'_>, choices: usize) -> Outcome<i64> {
        let Some(draws) = arguments.optional("draws") else {
            return Ok(choices as i64);
        };
        let draws = match draws {
            // The number leaves out more choices than any list has.
            Value::Wide(draws) if **draws < 0 => i64::MIN,
            draws => draws.as_int().ok_or_else(|| arguments.wrong_kind("draws", "an integer"))?,
        };
        if draws <= choices as i64 {
            Ok(draws)
        } else {
            Err(Reason::Draws { operator: arguments.operator(), draws, choices })
        }
    }

    fn sum(values: &[Value]) -> Outcome<Value> {
        let mut ints = 0_i128;
        let mut floats: Option<f64> = None;
        for value in values {
            match (Number::operand("+", value)?, &mut floats) {
                (number, Some(total)) => *total += number.float(),
                (Number::Int(int), None) => {
                    ints = ints.checked_add(int).ok_or(Reason::Overflow { operator: "+" })?;
                }
                (Number::Float(float), None) => floats = Some(ints as f64 + float),
            }
        }
        match floats {
            Some(total) => Ok(Value::Float(total)),
            None => fit("+", ints),
        }
    }

    fn product(values: &[Value]) -> Outcome<Value> {
        match values {
            [] => {
                return Err(Reason::NoValues { operator: "product" });
            }
            // A single operand is not multiplied, so a boolean stays one.
            [Value::Bool(bool)] => return Ok(Value::Bool(*bool)),
            _ => {}
        }
        let mut ints = 1_i128;
        let mut floats: Option<f64> = None;
        for value in values {
            match (Number::operand("*", value)?, &mut floats) {
                (number, Some(total)) => *total *= number.float(),
                (Number::Int(int), None) => {
                    ints = ints.checked_mul(int).ok_or(Reason::Overflow { operator: "*" })?;
                }
                (Number::Float(float), None) => floats = Some(ints as f64 * float),
            }
        }
        match floats {
            Some(total) => Ok(Value::Float(total)),
            None => fit("*", ints),
        }
    }

    fn negative(value: &Value) -> Outcome<Value> {
        match Number::operand("-", value)? {
            Number::Int(int) => fit("-", int.saturating_neg()),
            Number::Float(float) => Ok(Value::Float(0.0 - float)),
        }
    }

    fn divide(left: &Value, right: &Value) -> Outcome<Value> {
        let left = Number::operand("/", left)?.float();
        match Number::operand("/", right)?.float() {
            0.0 => Err(Reason::DivisionByZero { operator: "/" }),
            right => Ok(Value::Float(left / right)),
        }
    }

    fn modulo(left: &Value, right: &Value) -> Outcome<Value> {
        let by_zero = Err(Reason::DivisionByZero { operator: "%" });
        match (Number::operand("%", left)?, Number::operand("%", right)?) {
            (Number::Int(_), Number::Int(0)) => by_zero,
            (Number::Int(left), Number::Int(right)) => fit("%", floored_remainder(left, right)),
            (left, right) => match (left.float(), right.float()) {
                (_, 0.0) => by_zero,
                (left, right) => Ok(Value::Float(floored_float_remainder(left, right))),
            },
        }
    }

    fn round(value: &Value) -> Outcome<Value> {
        match Number::operand("round", value)? {
            Number::Int(int) => fit("round", int),
            Number::Float(float) if float.is_finite() => {
                fit("round", float.round_ties_even() as i128)
            }
            Number::Float(found) => Err(Reason::NotFinite { operator: "round", found }),
        }
    }

    fn equals(left: &Value, right: &Value) -> bool {
        if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
            return left.compare(right) == Some(Ordering::Equal);
        }
        match (left, right) {
            (Value::List(left), Value::List(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right).all(|(left, right)| Self::equals(left, right))
            }
            (Value::Map(left), Value::Map(right)) => {
                let same = |(key, left): (&String, _)| {
                    right.get(key).is_some_and(|right| Self::equals(left, right))
                };
                left.len() == right.len() && left.iter().all(same)
            }
            (left, right) => left == right,
        }
    }

    fn compare(operator: &'static str, left: &Value, right: &Value) -> Outcome<Option<Ordering>> {
        if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
            return Ok(left.compare(right));
        }
        match (left, right) {
            (Value::String(left), Value::String(right)) => Ok(Some(left.cmp(right))),
            (Value::List(left), Value::List(right)) => {
                // The first elements that differ decide, or else the lengths.
                let mut pairs = left.iter().zip(right);
                match pairs.find(|(left, right)| !Self::equals(left, right)) {
                    Some((left, right)) => Self::compare(operator, left, right),
                    None => Ok(Some(left.len().cmp(&right.len()))),
                }
            }
            _ => Err(incomparable(operator, left, right)),
        }
    }

    fn can_be_extreme(value: &Value) -> bool {
        Number::of(value).is_some() || value.as_str().is_some()
    }

    fn string_length(text: &str) -> usize {
        text.chars().count()
    }

    fn list_index(index: &Value) -> Outcome<Option<usize>> {
        match index {
            Value::Int(index) => Ok(usize::try_from(*index).ok()),
            Value::Wide(_) => Ok(None),
            _ => Err(Reason::WrongOperand {
                operator: "[ ]",
                expected: "an integer",
                found: index.describe(),
            }),
        }
    }

    fn check_key(index: &Value) -> Outcome<()> {
        match index {
            Value::List(_) | Value::Map(_) => Err(Reason::WrongOperand {
                operator: "[ ]",
                expected: "a key",
                found: index.describe(),
            }),
            _ => Ok(()),
        }
    }

    fn operand(operator: &'static str, value: &Value) -> Outcome<f64> {
        Number::operand(operator, value).map(Number::float)
    }
}

/// The remainder with the sign of the divisor, which must not be zero.
fn floored_remainder(left: i128, right: i128) -> i128 {
    let remainder = left.wrapping_rem(right);
    if remainder != 0 && (remainder < 0) != (right < 0) { remainder + right } else { remainder }
}

fn floored_float_remainder(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    if remainder == 0.0 {
        0.0_f64.copysign(right)
    } else if (remainder < 0.0) != (right < 0.0) {
        remainder + right
    } else {
        remainder
    }
}

/// The text of Python's `repr`.
fn repr(value: &Value, out: &mut dyn FnMut(&str)) {
    match value {
        Value::Null => out("None"),
        Value::Bool(bool) => out(if *bool { "True" } else { "False" }),
        Value::Int(int) => out(itoa::Buffer::new().format(*int)),
        Value::Wide(int) => out(itoa::Buffer::new().format(**int)),
        Value::Float(float) => out(&number::python(*float)),
        Value::String(text) => repr_string(text, out),
        Value::List(list) => {
            out("[");
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out(", ");
                }
                repr(item, out);
            }
            out("]");
        }
        Value::Map(map) => {
            out("{");
            for (index, (key, value)) in map.iter().enumerate() {
                if index > 0 {
                    out(", ");
                }
                repr_string(key, out);
                out(": ");
                repr(value, out);
            }
            out("}");
        }
    }
}

/// A string in single quotes, or in double quotes if it contains only single ones.
fn repr_string(text: &str, out: &mut dyn FnMut(&str)) {
    let quote = if text.contains('\'') && !text.contains('"') { "\"" } else { "'" };
    let mut buffer = [0; 4];
    out(quote);
    for char in text.chars() {
        match char {
            '\\' => out("\\\\"),
            '\n' => out("\\n"),
            '\r' => out("\\r"),
            '\t' => out("\\t"),
            '\'' if quote == "'" => out("\\'"),
            _ if is_printable(char) => out(char.encode_utf8(&mut buffer)),
            _ => match u32::from(char) {
                code @ ..0x100 => out(&format!("\\x{code:02x}")),
                code @ ..0x1_0000 => out(&format!("\\u{code:04x}")),
                code => out(&format!("\\U{code:08x}")),
            },
        }
    }
    out(quote);
}

/// Python and Rust consider the same characters printable. Rust shows it only by escaping the others.
/// Rust also escapes an accent at the start of a string, so a letter is put before it.
fn is_printable(char: char) -> bool {
    let text = String::from_iter(['a', char]);
    matches!(char, ' '..='~') || !text.escape_debug().skip(1).take(2).eq(['\\', 'u'])
}
