//! The semantics of planout4j 1.2, a Java program.

use std::cmp::Ordering;

use super::arguments::{Arguments, Outcome};
use super::error::Reason;
use super::semantics::{Semantics, incomparable, wrong_operand};
use crate::number;
use crate::value::{Map, Value};

pub(crate) struct Planout4j;

impl Semantics for Planout4j {
    const NULL_IS_MISSING: bool = true;
    const SALT_IS_PARAM: bool = true;
    const SHUFFLE_STOPS_AT: usize = 0;
    const LONE_NULL_IS_EXTREME: bool = true;

    fn text(value: &Value, out: &mut dyn FnMut(&str)) {
        match value {
            Value::Null => {}
            other => java_text(other, out),
        }
    }

    fn no_weight() -> Outcome<Value> {
        Err(Reason::NoWeight)
    }

    fn no_choice() -> Value {
        Value::Null
    }

    fn trial(outcome: bool) -> Value {
        Value::Bool(outcome)
    }

    fn probability(arguments: &Arguments<'_>) -> Outcome<f64> {
        arguments.float("p")
    }

    fn weights(arguments: &Arguments<'_>, choices: usize) -> Outcome<Vec<f64>> {
        let weights = arguments.list("weights")?;
        if weights.len() != choices {
            return Err(Reason::Weights { weights: weights.len(), choices });
        }
        let number = |weight: &Value| {
            weight.as_float().ok_or_else(|| wrong_operand(arguments.operator(), weight))
        };
        weights.iter().map(number).collect()
    }

    fn bounds(arguments: &Arguments<'_>) -> Outcome<(i64, i64)> {
        let bound = |name| {
            let whole = whole(arguments.required(name)?);
            let bound = whole.and_then(|bound| i32::try_from(bound).ok());
            let expected = "a whole number of 32 bits";
            bound.map(i64::from).ok_or_else(|| arguments.wrong_kind(name, expected))
        };
        Ok((bound("min")?, bound("max")?))
    }

    fn integer(min: i64, max: i64, draw: u64) -> Outcome<Value> {
        // The remainder has the sign of the draw, which is never negative.
        Ok(Value::Int(min + draw as i64 % (max - min + 1)))
    }

    fn draws(arguments: &Arguments<'_>, choices: usize) -> Outcome<i64> {
        if arguments.optional("draws").is_none() {
            return Ok(choices as i64);
        }
        let draws = whole(arguments.required("draws")?)
            .ok_or_else(|| arguments.wrong_kind("draws", "a whole number"))?;
        match usize::try_from(draws) {
            Ok(count) if count <= choices => Ok(draws),
            _ => Err(Reason::Draws { operator: arguments.operator(), draws, choices }),
        }
    }

    fn sum(values: &[Value]) -> Outcome<Value> {
        let mut total = 0.0;
        for value in values {
            total += value.as_float().ok_or_else(|| wrong_operand("+", value))?;
        }
        Ok(number(total, values.iter()))
    }

    fn product(values: &[Value]) -> Outcome<Value> {
        let mut total = 1.0;
        for (index, value) in values.iter().enumerate() {
            total *= value.as_float().ok_or_else(|| wrong_operand("*", value))?;
            if total == 0.0 {
                return Ok(number(total, values[..=index].iter()));
            }
        }
        Ok(number(total, values.iter()))
    }

    fn negative(value: &Value) -> Outcome<Value> {
        let operand = value.as_float().ok_or_else(|| wrong_operand("-", value))?;
        Ok(number(0.0 - operand, [value]))
    }

    fn divide(left: &Value, right: &Value) -> Outcome<Value> {
        let operand = |value: &Value| value.as_float().ok_or_else(|| wrong_operand("/", value));
        Ok(Value::Float(operand(left)? / operand(right)?))
    }

    fn modulo(left: &Value, right: &Value) -> Outcome<Value> {
        let operand = |value: &Value| match value {
            Value::Int(int) => Ok(*int),
            other => other.as_float().map(|x| x as i64).ok_or_else(|| wrong_operand("%", value)),
        };
        match (operand(left)?, operand(right)?) {
            (_, 0) => Err(Reason::DivisionByZero { operator: "%" }),
            // The operands are exact; the result is rounded to a double.
            (left, right) => Ok(Value::Int(left.wrapping_rem(right) as f64 as i64)),
        }
    }

    fn round(value: &Value) -> Outcome<Value> {
        let operand = value.as_float().ok_or_else(|| wrong_operand("round", value))?;
        let floor = operand.floor();
        let up = if operand - floor >= 0.5 { 1.0 } else { 0.0 };
        Ok(Value::Int((floor + up) as i64))
    }

    fn equals(left: &Value, right: &Value) -> bool {
        match (left.as_float(), right.as_float()) {
            (Some(left), Some(right)) => left == right,
            _ => deep_equals(left, right),
        }
    }

    fn compare(operator: &'static str, left: &Value, right: &Value) -> Outcome<Option<Ordering>> {
        if let (Some(left), Some(right)) = (left.as_float(), right.as_float()) {
            return Ok(Some(java_order(left, right)));
        }
        match (left, right) {
            (Value::String(left), Value::String(right)) => {
                Ok(Some(left.encode_utf16().cmp(right.encode_utf16())))
            }
            (Value::Bool(left), Value::Bool(right)) => Ok(Some(left.cmp(right))),
            _ => Err(incomparable(operator, left, right)),
        }
    }

    fn can_be_extreme(value: &Value) -> bool {
        value.as_float().is_some() || matches!(value, Value::String(_) | Value::Bool(_))
    }

    fn string_length(text: &str) -> usize {
        text.encode_utf16().count()
    }

    fn list_index(index: &Value) -> Outcome<Option<usize>> {
        match index {
            Value::Null => {
                let variable = None;
                Err(Reason::NullArgument { operator: "index", argument: "index", variable })
            }
            Value::Int(int) => Ok(usize::try_from(*int).ok()),
            Value::Wide(_) => Ok(None),
            // No list has an index beyond 32 bits.
            Value::Float(float) if float.fract() == 0.0 => {
                Ok((0.0..4e9).contains(float).then_some(*float as usize))
            }
            _ => Err(Reason::WrongOperand {
                operator: "[ ]",
                expected: "a whole number",
                found: index.describe(),
            }),
        }
    }

    fn check_key(index: &Value) -> Outcome<()> {
        match index {
            Value::Null => Err(Reason::MissingArgument { operator: "index", argument: "index" }),
            _ => Ok(()),
        }
    }

    fn operand(operator: &'static str, value: &Value) -> Outcome<f64> {
        value.as_float().ok_or_else(|| wrong_operand(operator, value))
    }
}

/// A result computed in doubles: an integer, saturating, if all operands are integers.
fn number<'v>(result: f64, operands: impl IntoIterator<Item = &'v Value>) -> Value {
    if operands.into_iter().all(|operand| matches!(operand, Value::Int(_) | Value::Wide(_))) {
        Value::Int(result as i64)
    } else {
        Value::Float(result)
    }
}

/// A whole number of either kind.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9.2e18 => Some(*float as i64),
        _ => None,
    }
}

/// Java's order of doubles: -0.0 is below 0.0, and not-a-number is above all others and equal to
/// itself.
fn java_order(left: f64, right: f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (false, false) => left.total_cmp(&right),
        (left, right) => left.cmp(&right),
    }
}

fn deep_equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => java_order(*left, *right).is_eq(),
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| deep_equals(l, r))
        }
        (Value::Map(left), Value::Map(right)) => {
            let same = |(key, left): (&String, _)| {
                right.get(key).is_some_and(|right| deep_equals(left, right))
            };
            left.len() == right.len() && left.iter().all(same)
        }
        (left, right) => left == right,
    }
}

/// The text of Java's `String.valueOf`.
fn java_text(value: &Value, out: &mut dyn FnMut(&str)) {
    match value {
        Value::Null => out("null"),
        Value::Bool(bool) => out(if *bool { "true" } else { "false" }),
        Value::Int(int) => out(itoa::Buffer::new().format(*int)),
        Value::Wide(int) => out(itoa::Buffer::new().format(**int)),
        Value::Float(float) => out(&number::java(*float)),
        Value::String(text) => out(text),
        Value::List(list) => {
            out("[");
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out(", ");
                }
                java_text(item, out);
            }
            out("]");
        }
        Value::Map(map) => java_map_text(map, out),
    }
}

fn java_map_text(map: &Map, out: &mut dyn FnMut(&str)) {
    out("{");
    for (index, (key, value)) in map.iter().enumerate() {
        if index > 0 {
            out(", ");
        }
        out(key);
        out("=");
        java_text(value, out);
    }
    out("}");
}
