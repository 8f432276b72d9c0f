//! The part of an evaluation that depends on the dialect. The two implementations,
//! [`super::planout4j`] and [`super::planout`], are the only code that tells the dialects apart.

use std::cmp::Ordering;

use super::arguments::{Arguments, Outcome};
use super::error::Reason;
use crate::value::Value;

pub(crate) trait Semantics {
    /// Whether a null argument counts as missing, and a null variable as unset.
    const NULL_IS_MISSING: bool;
    /// Whether a new experiment salt is a param too.
    const SALT_IS_PARAM: bool;
    /// The place at which the shuffle of `sample` stops. The draw for 0 moves nothing, but needs salt and unit.
    const SHUFFLE_STOPS_AT: usize;
    /// Whether `min` and `max` of a null alone are null: it is compared with nothing.
    const LONE_NULL_IS_EXTREME: bool;

    /// The text of a unit's element, piece by piece.
    fn text(value: &Value, out: &mut dyn FnMut(&str));

    /// `uniformChoice` and `weightedChoice` without any choices.
    fn no_choice() -> Value;
    /// `weightedChoice` whose weights do not reach the number that was drawn.
    fn no_weight() -> Outcome<Value>;
    fn trial(outcome: bool) -> Value;
    fn probability(arguments: &Arguments<'_>) -> Outcome<f64>;
    fn weights(arguments: &Arguments<'_>, choices: usize) -> Outcome<Vec<f64>>;
    /// The bounds of `randomInteger`, both included.
    fn bounds(arguments: &Arguments<'_>) -> Outcome<(i64, i64)>;
    /// `min + draw % (max - min + 1)`, for 60 bits of a draw. The range is not empty.
    fn integer(min: i64, max: i64, draw: u64) -> Outcome<Value>;
    /// How many draws of `sample` are asked for; negative ones count from the end.
    fn draws(arguments: &Arguments<'_>, choices: usize) -> Outcome<i64>;

    fn sum(values: &[Value]) -> Outcome<Value>;
    fn product(values: &[Value]) -> Outcome<Value>;
    fn negative(value: &Value) -> Outcome<Value>;
    fn divide(left: &Value, right: &Value) -> Outcome<Value>;
    fn modulo(left: &Value, right: &Value) -> Outcome<Value>;
    fn round(value: &Value) -> Outcome<Value>;
    fn equals(left: &Value, right: &Value) -> bool;
    /// The order of two values, for `<` and its like; `None` if neither is less (not a number).
    fn compare(operator: &'static str, left: &Value, right: &Value) -> Outcome<Option<Ordering>>;
    /// Whether `min` and `max` can choose among values of this kind at all.
    fn can_be_extreme(value: &Value) -> bool;
    fn string_length(text: &str) -> usize;
    /// The place in a list that an index means; `None` for one that cannot be there.
    fn list_index(index: &Value) -> Outcome<Option<usize>>;
    /// Refuses what cannot be the key of a map.
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
