//! The possible values of a part of a script, as far as they are known.

use crate::dialect::Dialect;
use crate::eval::{Function, equals};
use crate::lint::script::Script;
use crate::tree::Node;
use crate::value::Value;
use crate::wire::Form;

/// The most parts of a script that are looked at to find one value.
const MAX_STEPS: usize = 200;

/// The most values that are distinguished.
const MAX_VALUES: usize = 100;

/// The possible values of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Possible {
    /// Nothing is known.
    Anything,
    /// One of these values.
    OneOf(Vec<Value>),
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

impl Possible {
    /// The possible values of a node. `given` names the variables that may have any value.
    pub(super) fn of<'a>(
        script: &Script<'a>,
        given: &dyn Fn(&str) -> bool,
        node: &'a Node,
    ) -> Possible {
        let mut steps = MAX_STEPS;
        Possible::within(script, given, node, &mut steps)
    }

    fn within<'a>(
        script: &Script<'a>,
        given: &dyn Fn(&str) -> bool,
        node: &'a Node,
        steps: &mut usize,
    ) -> Possible {
        if *steps == 0 {
            return Possible::Anything;
        }
        *steps -= 1;
        if let Some(value) = script.constant(node) {
            return Possible::OneOf(vec![value]);
        }
        match Form::of(node) {
            Form::Get(name) => Possible::variable(script, given, name, steps),
            Form::Call(call) => match Function::named(call.name()) {
                Some(Function::UniformChoice | Function::WeightedChoice) => {
                    let choices =
                        call.argument("choices").and_then(|choices| script.elements(choices));
                    let choices = choices.unwrap_or_default().iter();
                    let choices =
                        choices.map(|choice| Possible::within(script, given, choice, steps));
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
                _ => Possible::Anything,
            },
            _ => Possible::Anything,
        }
    }

    /// The possible values of a variable, if the script always sets it.
    fn variable(
        script: &Script<'_>,
        given: &dyn Fn(&str) -> bool,
        name: &str,
        steps: &mut usize,
    ) -> Possible {
        if given(name) {
            return Possible::Anything;
        }
        let values = script.values_of(name).map(|value| match value {
            Some(value) => Possible::within(script, given, value, steps),
            None => Possible::Anything,
        });
        values.reduce(Possible::or).unwrap_or(Possible::Anything)
    }

    fn result(function: Function, dialect: Dialect) -> Possible {
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
    fn or(self, other: Possible) -> Possible {
        match (self, other) {
            (Possible::OneOf(mut values), Possible::OneOf(more))
                if values.len() + more.len() <= MAX_VALUES =>
            {
                values.extend(more);
                Possible::OneOf(values)
            }
            (one, other) => match (one.kind(), other.kind()) {
                (Some(one), Some(other)) if one == other => Possible::Of(one),
                _ => Possible::Anything,
            },
        }
    }

    /// The kind of all possible values.
    fn kind(&self) -> Option<Kind> {
        match self {
            Possible::Anything => None,
            Possible::Of(kind) => Some(*kind),
            Possible::OneOf(values) => {
                let mut kinds = values.iter().map(Kind::of);
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
        }
    }

    fn has_null(&self) -> bool {
        matches!(self, Possible::OneOf(values) if values.iter().any(Value::is_null))
    }

    /// Whether two values with these possibilities can be equal.
    pub(super) fn can_equal(&self, other: &Possible, dialect: Dialect) -> bool {
        // A variable can always be null, because it may not be set yet.
        if self.has_null() || other.has_null() {
            return true;
        }
        if let (Possible::OneOf(values), Possible::OneOf(others)) = (self, other) {
            return values.iter().any(|a| others.iter().any(|b| equals(a, b, dialect)));
        }
        let (Some(one), Some(other)) = (self.kind(), other.kind()) else {
            return true;
        };
        let countable = |kind| matches!(kind, Kind::Boolean | Kind::Number);
        one == other || dialect.booleans_are_numbers() && countable(one) && countable(other)
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
            Possible::Of(kind) => format!("this is {}", kind.describe()),
            Possible::Anything => String::new(),
        }
    }
}

impl Kind {
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
