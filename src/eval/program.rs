//! A script in the form that is evaluated: it is immutable, and variables are numbered slots.

use std::collections::HashSet;

use super::error::Reason;
use super::function::Function;
use super::odds::Odds;
use crate::source::Span;
use crate::value::Value;

/// The number of a variable.
pub(crate) type Slot = usize;

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Expr,
    /// The names of the variables, by slot.
    pub(crate) names: Vec<Box<str>>,
    /// The salts of the prepared draws.
    pub(crate) salts: Vec<DrawSalt>,
    /// Whether the program changes the experiment salt, or the separator after a draw's own salt.
    pub(crate) changes_salt: bool,
    /// The constants that the program sets, if it does nothing else, as most defaults do.
    pub(crate) constants: Option<Constants>,
}

/// The variables that a program sets, in order and each once.
pub(crate) type Constants = Box<[(Slot, Value)]>;

/// The salt of a draw.
#[derive(Debug)]
pub(crate) struct DrawSalt {
    /// Whether this salt replaces the experiment salt, too.
    pub(crate) is_full: bool,
    pub(crate) text: Box<str>,
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) op: Op,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Op {
    Constant(Value),
    /// An operator that is known to fail. It fails when it is reached, and not before.
    Fail(Box<Reason>),
    Get(Slot),
    /// The current experiment salt.
    GetSalt,
    Set(Slot, Box<Expr>),
    /// Changes the experiment salt; the slot is that of its variable.
    SetSalt(Slot, Box<str>),
    /// Changes the separator; the slot is that of its variable.
    SetSeparator(Slot, Box<Expr>),
    Sequence(Box<[Expr]>),
    /// Conditions with their branches.
    Condition(Box<[(Expr, Expr)]>),
    Return(Box<Expr>),
    List(Box<[Expr]>),
    Map(Box<[(Box<str>, Expr)]>),
    And(Box<[Expr]>),
    Or(Box<[Expr]>),
    Coalesce(Box<[Expr]>),
    Call(Box<Call>),
}

impl Expr {
    /// The constants that the program sets, if it does nothing else and sets each variable once.
    pub(crate) fn constants(&self) -> Option<Constants> {
        let Op::Sequence(rules) = &self.op else {
            return None;
        };
        let constant = |rule: &Expr| match &rule.op {
            Op::Set(slot, value) => match &value.op {
                Op::Constant(value) => Some((*slot, value.clone())),
                _ => None,
            },
            _ => None,
        };
        let constants: Constants = rules.iter().map(constant).collect::<Option<_>>()?;
        let slots: HashSet<Slot> = constants.iter().map(|(slot, _)| *slot).collect();
        (slots.len() == constants.len()).then_some(constants)
    }
}

/// A call of an operator that evaluates all of its arguments before it runs.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: Function,
    /// The arguments in the order of the script. Each has its index among the function's parameters;
    /// `None` for an argument that the function does not know.
    pub(crate) arguments: Box<[(Option<usize>, Expr)]>,
    pub(crate) prepared: Option<Prepared>,
}

/// The prepared part of a call of a random operator whose arguments are constant, except for its
/// unit.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) odds: Odds,
    /// Whether each draw selects one of the choices.
    pub(crate) always_chooses: bool,
    /// The index of the unit among the arguments of the call.
    pub(crate) unit: usize,
    /// The index of the choices, if the operator chooses.
    pub(crate) choices: Option<usize>,
    /// The index of its salt in the program.
    pub(crate) salt: usize,
}

impl Prepared {
    /// The choice at an index.
    pub(crate) fn choice<'a>(&self, call: &'a Call, index: usize) -> Option<&'a Value> {
        match &call.arguments.get(self.choices?)?.1.op {
            Op::Constant(Value::List(choices)) => choices.get(index),
            _ => None,
        }
    }
}
