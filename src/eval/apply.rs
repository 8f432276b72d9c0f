//! The operators that are not random.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::arguments::{Arguments, Outcome, Val};
use super::dialects::in_dialect;
use super::error::Reason;
use super::function::Function;
use super::program::{Call, Expr, Op};
use super::semantics::Semantics;
use crate::dialect::Dialect;
use crate::value::Value;

/// The value of an operator whose arguments are all constant, if the operator cannot fail.
pub(crate) fn fold(call: &Call, dialect: Dialect) -> Option<Value> {
    let constant = |(parameter, expr): &(Option<usize>, Expr)| match (&expr.op, parameter) {
        (Op::Constant(value), Some(parameter)) => Some((*parameter, value.clone())),
        _ => None,
    };
    let constants: Vec<_> = call.arguments.iter().map(constant).collect::<Option<_>>()?;
    in_dialect!(dialect, S => apply_constants::<S>(call.function, constants)).ok()
}

fn apply_constants<S: Semantics>(
    function: Function,
    constants: Vec<(usize, Value)>,
) -> Outcome<Value> {
    let mut arguments = Arguments::new(function, S::NULL_IS_MISSING);
    for (parameter, value) in constants {
        arguments.set(parameter, Cow::Owned(value));
    }
    apply::<S>(arguments).map(Cow::into_owned)
}

/// Runs an operator that is not random.
pub(crate) fn apply<S: Semantics>(mut arguments: Arguments<'_>) -> Outcome<Val<'_>> {
    let function = arguments.function();
    let order = |test: fn(Ordering) -> bool| {
        let (left, right) = (arguments.required("left")?, arguments.required("right")?);
        let order = S::compare(function.name(), left, right)?;
        Ok(Value::Bool(order.is_some_and(test)))
    };
    let value = match function {
        Function::Sum => S::sum(arguments.list("values")?)?,
        Function::Product => S::product(arguments.list("values")?)?,
        Function::Min | Function::Max => {
            let wanted = if function == Function::Min { Ordering::Less } else { Ordering::Greater };
            let index = extreme::<S>(function.name(), arguments.list("values")?, wanted)?;
            return Ok(arguments.take_element("values", index));
        }
        Function::Negative => S::negative(arguments.required("value")?)?,
        Function::Not => Value::Bool(!arguments.nullable("value")?.is_true()),
        Function::Round => S::round(arguments.required("value")?)?,
        Function::Exp => finite::<S>(&arguments, f64::exp)?,
        Function::Sqrt => finite::<S>(&arguments, f64::sqrt)?,
        Function::Length => length::<S>(&arguments)?,
        Function::Divide => S::divide(arguments.required("left")?, arguments.required("right")?)?,
        Function::Modulo => S::modulo(arguments.required("left")?, arguments.required("right")?)?,
        Function::Equals => {
            Value::Bool(S::equals(arguments.nullable("left")?, arguments.nullable("right")?))
        }
        Function::Less => order(Ordering::is_lt)?,
        Function::Greater => order(Ordering::is_gt)?,
        Function::LessOrEqual => order(Ordering::is_le)?,
        Function::GreaterOrEqual => order(Ordering::is_ge)?,
        _ => return index::<S>(arguments),
    };
    Ok(Cow::Owned(value))
}

/// The index of the least or greatest value. Of equal values, the first counts.
fn extreme<S: Semantics>(
    operator: &'static str,
    values: &[Value],
    wanted: Ordering,
) -> Outcome<usize> {
    if S::LONE_NULL_IS_EXTREME && matches!(values, [Value::Null]) {
        return Ok(0);
    }
    let mut best: Option<(usize, &Value)> = None;
    for (index, value) in values.iter().enumerate() {
        if !S::can_be_extreme(value) {
            let expected = "numbers, strings or booleans";
            return Err(Reason::WrongOperand { operator, expected, found: value.describe() });
        }
        match best {
            Some((_, best)) if S::compare(operator, value, best)? != Some(wanted) => {}
            _ => best = Some((index, value)),
        }
    }
    best.map(|(index, _)| index).ok_or(Reason::NoValues { operator })
}

fn finite<S: Semantics>(arguments: &Arguments<'_>, function: fn(f64) -> f64) -> Outcome<Value> {
    let operator = arguments.operator();
    let operand = S::operand(operator, arguments.required("value")?)?;
    match function(operand) {
        result if result.is_finite() || !operand.is_finite() => Ok(Value::Float(result)),
        _ => Err(Reason::NotFinite { operator, found: operand }),
    }
}

fn length<S: Semantics>(arguments: &Arguments<'_>) -> Outcome<Value> {
    let length = match arguments.required("value")? {
        Value::String(text) => S::string_length(text),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Err(arguments.wrong_kind("value", "a string, a list or a map")),
    };
    Ok(Value::Int(length as i64))
}

fn index<S: Semantics>(mut arguments: Arguments<'_>) -> Outcome<Val<'_>> {
    let index = arguments.nullable("index")?.clone();
    match arguments.required("base")? {
        Value::List(_) => Ok(match S::list_index(&index)? {
            Some(index) => arguments.take_element("base", index),
            None => Cow::Owned(Value::Null),
        }),
        Value::Map(_) => {
            S::check_key(&index)?;
            Ok(match index.as_str() {
                Some(key) => arguments.take_entry("base", key),
                None => Cow::Owned(Value::Null),
            })
        }
        _ => Err(arguments.wrong_kind("base", "a list or a map")),
    }
}
