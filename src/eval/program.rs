//! A script in the form in which it is evaluated: immutable, variables as numbered slots.

use std::collections::HashSet;

use super::error::Reason;
use super::function::Function;
use super::odds::Odds;
use crate::source::Span;
use crate::value::Value;

/// The number of a variable.
pub(super) type Slot = usize;

#[derive(Debug)]
pub(super) struct Program {
    pub(super) root: Expr,
    /// The names of the variables, by slot.
    pub(super) names: Vec<Box<str>>,
    /// The salts of the prepared draws.
    pub(super) salts: Vec<DrawSalt>,
    /// Whether it changes the experiment salt, or what stands between that and a draw's own.
    pub(super) changes_salt: bool,
    /// The constants that it sets, if it does nothing else, as most defaults.
    pub(super) constants: Option<Constants>,
}

/// The variables that a program sets, each once, in order.
pub(super) type Constants = Box<[(Slot, Value)]>;

/// The salt of a draw.
#[derive(Debug)]
pub(super) struct DrawSalt {
    /// Whether it stands for the experiment salt, too.
    pub(super) is_full: bool,
    pub(super) text: Box<str>,
}

#[derive(Debug)]
pub(super) struct Expr {
    pub(super) op: Op,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum Op {
    Constant(Value),
    /// An operator that is known to fail fails when it is reached, not before.
    Fail(Box<Reason>),
    Get(Slot),
    /// The experiment salt in force.
    GetSalt,
    Set(Slot, Box<Expr>),
    /// Changes the experiment salt; the slot is that of its variable.
    SetSalt(Slot, Box<str>),
    /// Changes the separator; the slot is that of its variable.
    SetSeparator(Slot, Box<Expr>),
    Sequence(Box<[Expr]>),
    /// Conditions with what they guard.
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
    /// The variables that it sets, if it does nothing else: each once, and to a constant.
    pub(super) fn constants(&self) -> Option<Constants> {
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

/// An operator that evaluates all of its arguments before it runs.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: Function,
    /// The arguments in the order of the script, each with its place in the function's
    /// parameters; `None` for one that the function does not know.
    pub(super) arguments: Box<[(Option<usize>, Expr)]>,
    pub(super) prepared: Option<Prepared>,
}

/// Of a call of a random operator whose arguments are constant, but for its unit: what can be done
/// before any unit comes.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) odds: Odds,
    /// Whether each draw decides for one of the choices.
    pub(super) always_chooses: bool,
    /// The place of the unit among the arguments of the call.
    pub(super) unit: usize,
    /// The place of the choices, if it chooses.
    pub(super) choices: Option<usize>,
    /// The number of its salt in the program.
    pub(super) salt: usize,
}

impl Prepared {
    /// The choice at a place.
    pub(super) fn choice<'a>(&self, call: &'a Call, index: usize) -> Option<&'a Value> {
        match &call.arguments.get(self.choices?)?.1.op {
            Op::Constant(Value::List(choices)) => choices.get(index),
            _ => None,
        }
    }
}
