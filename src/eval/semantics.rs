//! The part of an evaluation that depends on the dialect. The two implementations,
//! [`super::planout4j`] and [`super::planout`], are the only code that distinguishes the dialects.

use std::cmp::Ordering;

use super::arguments::{Arguments, Outcome};
use super::error::Reason;
use crate::value::Value;

pub(crate) trait Semantics {
    /// Whether a null argument counts as missing, and a null variable as unset.
    const NULL_IS_MISSING: bool;
    /// Whether a new experiment salt also becomes a param.
    const SALT_IS_PARAM: bool;
    /// The position at which the shuffle of `sample` stops. The draw for 0 moves nothing, but needs
    /// salt and unit.
    const SHUFFLE_STOPS_AT: usize;
    /// Whether `min` and `max` of a single null are null, because it is not compared with anything.
    const LONE_NULL_IS_EXTREME: bool;

    /// Writes the text of a unit's element, piece by piece.
    fn text(value: &Value, out: &mut dyn FnMut(&str));

    /// The result of `uniformChoice` and `weightedChoice` without any choices.
    fn no_choice() -> Value;
    /// The result of `weightedChoice` if its weights do not reach the number that was drawn.
    fn no_weight() -> Outcome<Value>;
    fn trial(outcome: bool) -> Value;
    fn probability(arguments: &Arguments<'_>) -> Outcome<f64>;
    fn weights(arguments: &Arguments<'_>, choices: usize) -> Outcome<Vec<f64>>;
    /// The bounds of `randomInteger`, both included.
    fn bounds(arguments: &Arguments<'_>) -> Outcome<(i64, i64)>;
    /// Computes `min + draw % (max - min + 1)` for the 60 bits of a draw. The range is not empty.
    fn integer(min: i64, max: i64, draw: u64) -> Outcome<Value>;
    /// The number of draws that `sample` is asked for. A negative number counts from the end.
    fn draws(arguments: &Arguments<'_>, choices: usize) -> Outcome<i64>;

    fn sum(values: &[Value]) -> Outcome<Value>;
    fn product(values: &[Value]) -> Outcome<Value>;
    fn negative(value: &Value) -> Outcome<Value>;
    fn divide(left: &Value, right: &Value) -> Outcome<Value>;
    fn modulo(left: &Value, right: &Value) -> Outcome<Value>;
    fn round(value: &Value) -> Outcome<Value>;
    fn equals(left: &Value, right: &Value) -> bool;
    /// The order of two values, for `<` and similar operators; `None` if neither is less (not a
    /// number).
    fn compare(operator: &'static str, left: &Value, right: &Value) -> Outcome<Option<Ordering>>;
    /// Whether `min` and `max` accept values of this kind.
    fn can_be_extreme(value: &Value) -> bool;
    fn string_length(text: &str) -> usize;
    /// The position in a list that an index means; `None` if no list has such a position.
    fn list_index(index: &Value) -> Outcome<Option<usize>>;
    /// Refuses a value that cannot be the key of a map.
    fn check_key(index: &Value) -> Outcome<()>;
    /// The operand of `exp` and `sqrt`.
    fn operand(operator: &'static str, value: &Value) -> Outcome<f64>;
}

pub(crate) fn wrong_operand(operator: &'static str, value: &Value) -> Reason {
    Reason::WrongOperand { operator, expected: "a number", found: value.describe() }
}

pub(crate) fn incomparable(operator: &'static str, left: &Value, right: &Value) -> Reason {
    Reason::Incomparable { operator, left: left.describe(), right: right.describe() }
}

/// An integer that must fit in 64 bits.
pub(crate) fn fit(operator: &'static str, int: i128) -> Outcome<Value> {
    i64::try_from(int).map(Value::Int).map_err(|_| Reason::Overflow { operator })
}
