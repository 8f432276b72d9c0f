//! A script in the form in which it is evaluated: immutable, variables as numbered slots.

use std::collections::HashSet;

use super::error::Reason;
use super::prepared::Prepared;
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
    /// What it sets, if that is all it does and no unit gets anything else, as most defaults do.
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
    /// What can be seen to fail fails when it is reached, not before.
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
    /// What it sets, if that is all it does: each variable once, and to a constant.
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

macro_rules! functions {
    ($($name:ident $text:literal [$($parameter:literal)*])+) => {
        /// The operators that evaluate all of their arguments before they run.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Function {
            $($name,)+
        }

        impl Function {
            pub(crate) fn named(name: &str) -> Option<Function> {
                match name {
                    $($text => Some(Function::$name),)+
                    _ => None,
                }
            }

            /// The name that scripts use.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Function::$name => $text,)+
                }
            }

            /// The names of the parameters, in the order in which [`super::arguments`] has them.
            pub(crate) fn parameters(self) -> &'static [&'static str] {
                match self {
                    $(Function::$name => &[$($parameter),*],)+
                }
            }

            pub(crate) const NAMES: &'static [&'static str] = &[$($text),+];
        }
    };
}

// The random operators come first, and begin with the three parameters that they share.
functions! {
    UniformChoice "uniformChoice" ["unit" "salt" "full_salt" "choices"]
    WeightedChoice "weightedChoice" ["unit" "salt" "full_salt" "choices" "weights"]
    BernoulliTrial "bernoulliTrial" ["unit" "salt" "full_salt" "p"]
    BernoulliFilter "bernoulliFilter" ["unit" "salt" "full_salt" "choices" "p"]
    RandomInteger "randomInteger" ["unit" "salt" "full_salt" "min" "max"]
    RandomFloat "randomFloat" ["unit" "salt" "full_salt" "min" "max"]
    Sample "sample" ["unit" "salt" "full_salt" "choices" "draws"]
    FastSample "fastSample" ["unit" "salt" "full_salt" "choices" "draws"]
    Sum "sum" ["values"]
    Product "product" ["values"]
    Min "min" ["values"]
    Max "max" ["values"]
    Negative "negative" ["value"]
    Not "not" ["value"]
    Round "round" ["value"]
    Exp "exp" ["value"]
    Sqrt "sqrt" ["value"]
    Length "length" ["value"]
    Divide "/" ["left" "right"]
    Modulo "%" ["left" "right"]
    Equals "equals" ["left" "right"]
    Less "<" ["left" "right"]
    Greater ">" ["left" "right"]
    LessOrEqual "<=" ["left" "right"]
    GreaterOrEqual ">=" ["left" "right"]
    Index "index" ["base" "index"]
}

/// The most parameters that a function has.
pub(super) const MAX_PARAMETERS: usize = 5;

/// The operators with rules of their own for what they evaluate.
pub(crate) const SPECIAL_FORMS: [&str; 12] = [
    "literal", "get", "set", "seq", "return", "array", "map", "cond", "and", "or", "coalesce",
    "switch",
];

impl Function {
    pub(crate) fn is_random(self) -> bool {
        self.parameters().first() == Some(&"unit")
    }

    /// The parameters that it cannot do without.
    pub(crate) fn required(self) -> impl Iterator<Item = &'static str> {
        let optional = ["salt", "full_salt", "draws"];
        self.parameters().iter().copied().filter(move |name| !optional.contains(name))
    }

    pub(super) fn parameter(self, name: &str) -> Option<usize> {
        self.parameters().iter().position(|parameter| *parameter == name)
    }
}
