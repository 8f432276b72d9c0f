//! A script in the form in which it is evaluated: immutable, variables as numbered slots.

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
    /// Whether it changes the experiment salt, or what stands between that and a draw's own.
    pub(crate) changes_salt: bool,
    /// The constants that it sets, if it does nothing else, as most defaults.
    pub(crate) constants: Option<Constants>,
}

/// The variables that a program sets, each once, in order.
pub(crate) type Constants = Box<[(Slot, Value)]>;

/// The salt of a draw.
#[derive(Debug)]
pub(crate) struct DrawSalt {
    /// Whether it stands for the experiment salt, too.
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

/// An operator that evaluates all of its arguments before it runs.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) function: Function,
    /// The arguments in the order of the script, each with its place in the function's
    /// parameters; `None` for one that the function does not know.
    pub(crate) arguments: Box<[(Option<usize>, Expr)]>,
    pub(crate) prepared: Option<Prepared>,
}

/// Of a call of a random operator whose arguments are constant, but for its unit: what can be done
/// before any unit comes.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) odds: Odds,
    /// Whether each draw decides for one of the choices.
    pub(crate) always_chooses: bool,
    /// The place of the unit among the arguments of the call.
    pub(crate) unit: usize,
    /// The place of the choices, if it chooses.
    pub(crate) choices: Option<usize>,
    /// The number of its salt in the program.
    pub(crate) salt: usize,
}

impl Prepared {
    /// The choice at a place.
    pub(crate) fn choice<'a>(&self, call: &'a Call, index: usize) -> Option<&'a Value> {
        match &call.arguments.get(self.choices?)?.1.op {
            Op::Constant(Value::List(choices)) => choices.get(index),
            _ => None,
        }
    }
}
