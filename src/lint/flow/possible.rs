//! The possible values of a part of a script, as far as they are known.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::eval::{Function, equals};
use crate::lint::script::Script;
use crate::namespace::DeclaredInput;
use crate::tree::Node;
use crate::value::{Type, Value};
use crate::wire::Form;

/// The most parts of a script that are looked at to find one value.
const MAX_STEPS: usize = 200;

/// The most values that are distinguished.
const MAX_VALUES: usize = 100;

/// The most pairs of values that are compared.
const MAX_PAIRS: usize = 10_000;

/// The possible values of a variable that is given from outside; `None` for one that only the script
/// sets.
pub(super) type Outside<'f, 'v> = &'f dyn Fn(&str) -> Option<Possible<'v>>;

/// The possible values of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Possible<'v> {
    /// Nothing is known.
    Anything,
    /// One of these values.
    OneOf(Cow<'v, [Value]>),
    /// A whole number.
    Whole,
    /// A value of this kind.
    Of(Kind),
}

/// The kinds of values. Values of different kinds are never equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Number,
    String,
    List,
    Map,
}

impl<'v> Possible<'v> {
    /// The values that an input has by its declaration.
    pub(super) fn declared(input: &'v DeclaredInput) -> Possible<'v> {
        match input {
            DeclaredInput::Anything => Possible::Anything,
            DeclaredInput::OfType(Type::String) => Possible::Of(Kind::String),
            DeclaredInput::OfType(Type::Integer) => Possible::Whole,
            DeclaredInput::OfType(Type::Float) => Possible::Of(Kind::Number),
            DeclaredInput::OfType(Type::Boolean) => Possible::Of(Kind::Boolean),
            DeclaredInput::OneOf(values) => Possible::OneOf(values.values().into()),
        }
    }

    /// The possible values of a node.
    pub(super) fn of<'a>(
        script: &Script<'a>,
        outside: Outside<'_, 'v>,
        node: &'a Node,
    ) -> Possible<'v> {
        let mut steps = MAX_STEPS;
        Possible::within(script, outside, node, &mut steps)
    }

    fn within<'a>(
        script: &Script<'a>,
        outside: Outside<'_, 'v>,
        node: &'a Node,
        steps: &mut usize,
    ) -> Possible<'v> {
        if *steps == 0 {
            return Possible::Anything;
        }
        *steps -= 1;
        if let Some(value) = script.constant(node) {
            return Possible::OneOf(vec![value].into());
        }
        match Form::of(node) {
            Form::Get(name) => Possible::variable(script, outside, name, steps),
            Form::Call(call) => match Function::named(call.name()) {
                Some(Function::UniformChoice | Function::WeightedChoice) => {
                    let choices =
                        call.argument("choices").and_then(|choices| script.elements(choices));
                    let choices = choices.unwrap_or_default().iter();
                    let choices =
                        choices.map(|choice| Possible::within(script, outside, choice, steps));
                    choices.reduce(Possible::or).unwrap_or(Possible::Anything)
                }
                Some(function) => Possible::result(function, script.dialect),
                None => Possible::Anything,
            },
            Form::List(_) => Possible::Of(Kind::List),
            Form::Special(operator) => match operator.name() {
                "and" | "or" => Possible::Of(Kind::Boolean),
                "array" => Possible::Of(Kind::List),
                "map" => Possible::Of(Kind::Map),
                "coalesce" => {
                    // A null is only the result if it comes last.
                    let parts = operator.list("values");
                    let values = parts.iter().enumerate().map(|(index, part)| {
                        let value = Possible::within(script, outside, part, steps);
                        if index + 1 < parts.len() { value.without_null() } else { value }
                    });
                    values.reduce(Possible::or).unwrap_or(Possible::Anything)
                }
                _ => Possible::Anything,
            },
            _ => Possible::Anything,
        }
    }

    /// The possible values of a variable, if the script always sets it.
    fn variable(
        script: &Script<'_>,
        outside: Outside<'_, 'v>,
        name: &str,
        steps: &mut usize,
    ) -> Possible<'v> {
        if let Some(possible) = outside(name) {
            return possible;
        }
        let values = script.values_of(name).map(|value| match value {
            Some(value) => Possible::within(script, outside, value, steps),
            None => Possible::Anything,
        });
        values.reduce(Possible::or).unwrap_or(Possible::Anything)
    }

    fn result(function: Function, dialect: Dialect) -> Possible<'v> {
        match function {
            Function::BernoulliTrial if dialect.trials_are_booleans() => {
                Possible::Of(Kind::Boolean)
            }
            Function::Equals
            | Function::Not
            | Function::Less
            | Function::Greater
            | Function::LessOrEqual
            | Function::GreaterOrEqual => Possible::Of(Kind::Boolean),
            Function::BernoulliTrial
            | Function::RandomInteger
            | Function::RandomFloat
            | Function::Sum
            | Function::Product
            | Function::Negative
            | Function::Round
            | Function::Exp
            | Function::Sqrt
            | Function::Length
            | Function::Divide
            | Function::Modulo => Possible::Of(Kind::Number),
            Function::Sample | Function::FastSample | Function::BernoulliFilter => {
                Possible::Of(Kind::List)
            }
            _ => Possible::Anything,
        }
    }

    /// The values of both: one or the other is possible.
    fn or(self, other: Possible<'v>) -> Possible<'v> {
        match (self, other) {
            (Possible::OneOf(mut values), Possible::OneOf(more))
                if values.len() + more.len() <= MAX_VALUES =>
            {
                values.to_mut().extend(more.into_owned());
                Possible::OneOf(values)
            }
            (one, other) => match (one.kind(), other.kind()) {
                (Some(one), Some(other)) if one == other => Possible::Of(one),
                _ => Possible::Anything,
            },
        }
    }

    /// The kind of all possible values.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Possible::Anything => None,
            Possible::Whole => Some(Kind::Number),
            Possible::Of(kind) => Some(*kind),
            Possible::OneOf(values) => {
                let mut kinds = values.iter().map(Kind::of);
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
        }
    }

    pub(super) fn has_null(&self) -> bool {
        matches!(self, Possible::OneOf(values) if values.iter().any(Value::is_null))
    }

    /// The possible values that are not null.
    pub(super) fn without_null(self) -> Possible<'v> {
        match self {
            Possible::OneOf(mut values) if values.iter().any(Value::is_null) => {
                values.to_mut().retain(|value| !value.is_null());
                Possible::OneOf(values)
            }
            other => other,
        }
    }

    /// Whether two values with these possibilities can be equal.
    pub(super) fn can_equal(&self, other: &Possible<'_>, dialect: Dialect) -> bool {
        // A variable can always be null, because it may not be set yet.
        if self.has_null() || other.has_null() {
            return true;
        }
        match (self, other) {
            (Possible::OneOf(values), Possible::OneOf(others))
                if values.len().saturating_mul(others.len()) <= MAX_PAIRS =>
            {
                values.iter().any(|a| others.iter().any(|b| equals(a, b, dialect)))
            }
            (Possible::OneOf(values), Possible::Whole)
            | (Possible::Whole, Possible::OneOf(values)) => {
                values.iter().any(|value| match value {
                    Value::Float(float) => float.fract() == 0.0,
                    other => Kind::of(other).is_none_or(|kind| kind.fits(Kind::Number, dialect)),
                })
            }
            _ => self.is_of_a_kind_with(other, dialect),
        }
    }

    /// Whether values with these possibilities can be of kinds that fit.
    pub(super) fn is_of_a_kind_with(&self, other: &Possible<'_>, dialect: Dialect) -> bool {
        match (self.kind(), other.kind()) {
            (Some(one), Some(other)) => one.fits(other, dialect),
            _ => true,
        }
    }

    /// The description for a label.
    pub(super) fn describe(&self) -> String {
        const SHOWN: usize = 4;
        match self {
            Possible::OneOf(values) => {
                let shown: Vec<_> =
                    values.iter().take(SHOWN).map(|value| format!("`{value}`")).collect();
                match (values.len(), shown.join(", ")) {
                    (0 | 1, one) => format!("this is {one}"),
                    (..=SHOWN, all) => format!("this is one of {all}"),
                    (_, some) => format!("this is one of {some}, ..."),
                }
            }
            Possible::Whole => "this is a whole number".to_owned(),
            Possible::Of(kind) => format!("this is {}", kind.describe()),
            Possible::Anything => String::new(),
        }
    }
}

impl Kind {
    /// Whether values of two kinds can be equal.
    fn fits(self, other: Kind, dialect: Dialect) -> bool {
        let countable = |kind| matches!(kind, Kind::Boolean | Kind::Number);
        self == other || dialect.booleans_are_numbers() && countable(self) && countable(other)
    }

    fn of(value: &Value) -> Option<Kind> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Kind::Boolean),
            Value::Int(_) | Value::Wide(_) | Value::Float(_) => Some(Kind::Number),
            Value::String(_) => Some(Kind::String),
            Value::List(_) => Some(Kind::List),
            Value::Map(_) => Some(Kind::Map),
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Kind::Boolean => "`true` or `false`",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::List => "a list",
            Kind::Map => "a map",
        }
    }
}
