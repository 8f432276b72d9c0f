//! The values of parts of a script that are the same for every unit.

use super::dialects::in_dialect;
use super::error::Reason;
use super::evaluator::{Setting, evaluate};
use super::inputs::Inputs;
use super::lower::lower;
use super::params::Params;
use super::program::{Expr, Op};
use super::semantics::Semantics;
use crate::dialect::Dialect;
use crate::source::Span;
use crate::tree::Node;
use crate::value::{Map, Value};

/// The value of a part of a script, if it is the same for every unit.
pub(crate) fn constant(node: &Node, dialect: Dialect) -> Option<Value> {
    match lower(node, dialect).ok()?.root.op {
        Op::Constant(value) => Some(value),
        _ => None,
    }
}

/// Whether a script considers two values equal.
pub(crate) fn equals(left: &Value, right: &Value, dialect: Dialect) -> bool {
    in_dialect!(dialect, S => S::equals(left, right))
}

/// The reason why an operator fails for every unit, if all its arguments but the unit are constant.
pub(crate) fn always_fails(call: &Node, dialect: Dialect) -> Option<Reason> {
    let mut program = lower(call, dialect).ok()?;
    let Op::Call(call) = &mut program.root.op else {
        return None;
    };
    let any = || Op::Constant(Value::from("0"));
    let mut arguments = std::mem::take(&mut call.arguments).into_vec();
    for (parameter, argument) in &mut arguments {
        let name = parameter.and_then(|index| call.function.parameters().get(index));
        match (&argument.op, name) {
            (Op::Constant(_), _) => {}
            (_, Some(&("unit" | "salt" | "full_salt"))) => argument.op = any(),
            _ => return None,
        }
    }
    if let Some(salt) = call.function.parameter("salt")
        && !arguments.iter().any(|(parameter, _)| *parameter == Some(salt))
    {
        arguments.push((Some(salt), Expr { op: any(), span: Span::default() }));
    }
    call.arguments = arguments.into();
    let inputs = Map::new();
    let inputs = Inputs::Named(&inputs);
    let setting = Setting { salt: "", hashers: &[], inputs, overrides: None };
    let outcome = evaluate(&program, dialect, &setting, &mut Params::default());
    // The failure depends on the number that is drawn: the weights may reach it or not.
    outcome.err().map(|error| *error.reason).filter(|reason| *reason != Reason::NoWeight)
}
