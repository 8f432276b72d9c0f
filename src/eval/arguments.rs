//! The evaluated arguments of an operator, and the kinds that operators ask for.

use std::borrow::Cow;

use super::error::Reason;
use super::function::{Function, MAX_PARAMETERS};
use crate::value::Value;

/// A value that an evaluation borrows from the script or the inputs if possible.
pub(crate) type Val<'a> = Cow<'a, Value>;

impl<'a> From<&'a Value> for Val<'a> {
    fn from(value: &'a Value) -> Val<'a> {
        Cow::Borrowed(value)
    }
}

pub(crate) type Outcome<T> = Result<T, Reason>;

pub(crate) struct Arguments<'a> {
    function: Function,
    values: [Option<Val<'a>>; MAX_PARAMETERS],
    null_is_missing: bool,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(function: Function, null_is_missing: bool) -> Arguments<'a> {
        let values = [const { None }; MAX_PARAMETERS];
        Arguments { function, values, null_is_missing }
    }

    pub(crate) fn set(&mut self, parameter: usize, value: Val<'a>) {
        self.values[parameter] = Some(value);
    }

    pub(crate) fn function(&self) -> Function {
        self.function
    }

    /// The name of the operator, for messages.
    pub(crate) fn operator(&self) -> &'static str {
        self.function.name()
    }

    fn place(&self, name: &'static str) -> usize {
        // Operators ask only for parameters that they have.
        self.function.parameter(name).unwrap_or(0)
    }

    fn missing(&self, argument: &'static str) -> Reason {
        Reason::MissingArgument { operator: self.operator(), argument }
    }

    /// An optional argument.
    pub(crate) fn optional(&self, name: &'static str) -> Option<&Value> {
        self.values[self.place(name)].as_deref()
    }

    /// A required argument. It must not be null in the dialect that treats null as missing.
    pub(crate) fn required(&self, name: &'static str) -> Outcome<&Value> {
        match self.optional(name) {
            Some(Value::Null) if self.null_is_missing => {
                Err(Reason::null_argument(self.operator(), name))
            }
            Some(value) => Ok(value),
            None => Err(self.missing(name)),
        }
    }

    /// A required argument that may be null.
    pub(crate) fn nullable(&self, name: &'static str) -> Outcome<&Value> {
        self.optional(name).ok_or_else(|| self.missing(name))
    }

    pub(crate) fn wrong_kind(&self, name: &'static str, expected: &'static str) -> Reason {
        let found = self.optional(name).map_or("nothing", Value::describe);
        Reason::WrongKind { operator: self.operator(), argument: name, expected, found }
    }

    pub(crate) fn list(&self, name: &'static str) -> Outcome<&[Value]> {
        self.required(name)?.as_list().ok_or_else(|| self.wrong_kind(name, "a list"))
    }

    pub(crate) fn string(&self, name: &'static str) -> Outcome<&str> {
        self.required(name)?.as_str().ok_or_else(|| self.wrong_kind(name, "a string"))
    }

    /// A number as a double.
    pub(crate) fn float(&self, name: &'static str) -> Outcome<f64> {
        self.required(name)?.as_float().ok_or_else(|| self.wrong_kind(name, "a number"))
    }

    /// An element of a list argument. It is borrowed if the list is borrowed.
    pub(crate) fn take_element(&mut self, name: &'static str, index: usize) -> Val<'a> {
        match self.values[self.place(name)].take() {
            Some(Cow::Borrowed(Value::List(list))) => {
                list.get(index).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
            }
            Some(Cow::Owned(Value::List(mut list))) if index < list.len() => {
                Cow::Owned(list.swap_remove(index))
            }
            _ => Cow::Owned(Value::Null),
        }
    }

    /// The value under a key of a map argument. It is borrowed if the map is borrowed.
    pub(crate) fn take_entry(&mut self, name: &'static str, key: &str) -> Val<'a> {
        match self.values[self.place(name)].take() {
            Some(Cow::Borrowed(Value::Map(map))) => {
                map.get(key).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
            }
            Some(Cow::Owned(Value::Map(mut map))) => {
                Cow::Owned(map.swap_remove(key).unwrap_or_default())
            }
            _ => Cow::Owned(Value::Null),
        }
    }
}
