//! An operator with the values of its arguments.

use planout::Dialect::{self, Planout, Planout4j};

use super::value::Value::{self, Bool, Float, Int, List, Null, Str};
use super::value::{Entries, double, find};
use super::{Res, Run, fail, operators, random};

pub(super) struct Call<'a> {
    pub(super) op: &'a str,
    pub(super) dialect: Dialect,
    pub(super) run: &'a Run,
    pub(super) args: Entries,
    /// A list unit and what was appended to it so far.
    pub(super) grown: Option<Vec<Value>>,
}

/// The operators that take the values of their arguments.
pub(super) fn find_operator(op: &str) -> Option<fn(&mut Call) -> Res> {
    Some(match op {
        "map" => operators::map,
        "index" => operators::index,
        "length" => operators::length,
        "not" => operators::not,
        "equals" => operators::equals,
        "<" | ">" | "<=" | ">=" => operators::compare,
        "sum" => operators::sum,
        "product" => operators::product,
        "negative" => operators::negative,
        "/" => operators::divide,
        "%" => operators::modulo,
        "round" => operators::round,
        "min" | "max" => operators::min_max,
        "exp" => operators::exp,
        "sqrt" => operators::sqrt,
        "uniformChoice" => random::uniform_choice,
        "weightedChoice" => random::weighted_choice,
        "bernoulliTrial" => random::bernoulli_trial,
        "bernoulliFilter" => random::bernoulli_filter,
        "randomInteger" => random::random_integer,
        "randomFloat" => random::random_float,
        "sample" => random::sample,
        "fastSample" => random::fast_sample,
        _ => return None,
    })
}

impl Call<'_> {
    pub(super) fn fail<T>(&self, message: &str) -> Res<T> {
        fail(format!("`{}`: {message}", self.op))
    }

    pub(super) fn must<T>(&self, name: &str, what: &str) -> Res<T> {
        self.fail(&format!("`{name}` must be {what}"))
    }

    /// An argument that may be null.
    pub(super) fn nullable(&self, name: &str) -> Res<&Value> {
        match find(&self.args, name) {
            Some(value) => Ok(value),
            None => self.fail(&format!("missing argument: {name}")),
        }
    }

    pub(super) fn arg(&self, name: &str) -> Res<&Value> {
        match self.nullable(name)? {
            Null if self.dialect == Planout4j => self.fail(&format!("missing argument: {name}")),
            value => Ok(value),
        }
    }

    pub(super) fn string(&self, name: &str) -> Res<&str> {
        match self.arg(name)? {
            Str(s) => Ok(s),
            _ => self.must(name, "a string"),
        }
    }

    pub(super) fn list(&self, name: &str) -> Res<Vec<Value>> {
        match self.arg(name)? {
            List(items) => Ok(items.clone()),
            _ => self.must(name, "a list"),
        }
    }

    /// An operand of arithmetic, as an integer or a float; in `planout` a boolean is one.
    pub(super) fn number(&self, value: &Value) -> Res {
        match value {
            Int(_) | Float(_) => Ok(value.clone()),
            Bool(b) if self.dialect == Planout => Ok(Int(i128::from(*b))),
            _ => self.fail("an operand is not a number"),
        }
    }

    pub(super) fn number_arg(&self, name: &str) -> Res {
        self.number(self.arg(name)?)
    }

    pub(super) fn numbers(&self) -> Res<Vec<Value>> {
        self.list("values")?.iter().map(|v| self.number(v)).collect()
    }

    pub(super) fn double_arg(&self, name: &str) -> Res<f64> {
        Ok(double(&self.number_arg(name)?))
    }

    /// A result that is an integer.
    pub(super) fn integer(&self, result: i128) -> Res {
        match i64::try_from(result) {
            Ok(_) => Ok(Int(result)),
            Err(_) => self.fail("the result is beyond 64 bits"),
        }
    }

    /// A whole number: in `planout4j` of 32 bits and of either kind, in `planout` an integer, of
    /// 64 bits.
    pub(super) fn whole(&self, name: &str) -> Res<i128> {
        match (self.dialect, self.arg(name)?) {
            (Planout, Int(i)) if i64::try_from(*i).is_ok() => Ok(*i),
            (Planout4j, Int(i)) if i32::try_from(*i).is_ok() => Ok(*i),
            (Planout4j, Float(f)) if f64::from(*f as i32) == *f => Ok(*f as i128),
            _ => self.must(name, "a whole number"),
        }
    }

    pub(super) fn probability(&self) -> Res<f64> {
        match self.double_arg("p")? {
            p if (0.0..=1.0).contains(&p) => Ok(p),
            _ => self.must("p", "between 0 and 1"),
        }
    }
}
