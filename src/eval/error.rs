//! Why a script could not be evaluated.

use crate::source::Span;
use crate::tree::MAX_DEPTH;

/// How much an evaluation may make and copy of lists, maps and strings, in bytes. A script of sixty
/// lines can ask for more than any machine has.
pub const MAX_MADE: usize = 16 << 20;

/// How much the params of a unit may take where they are written down or compared, in bytes. Params can
/// be the same large constant many times, of which an evaluation makes no copy.
pub const MAX_ANSWER: usize = 64 << 20;

/// A failed evaluation: why, and which part of the script is to blame.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct EvalError {
    /// Why.
    pub reason: Box<Reason>,
    /// The part of the script, in the coordinates of the text it was compiled from.
    pub span: Span,
    /// How much had been made and copied until then, in bytes.
    pub(crate) made: usize,
}

/// Two errors are equal however much was made before them.
impl PartialEq for EvalError {
    fn eq(&self, other: &EvalError) -> bool {
        (&self.reason, self.span) == (&other.reason, other.span)
    }
}

/// Why a script could not be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A required argument is not there.
    #[error("`{operator}` is missing its argument `{argument}`")]
    MissingArgument {
        /// The operator.
        operator: &'static str,
        /// The argument.
        argument: &'static str,
    },
    /// A required argument is null, as a variable is that was never set.
    #[error("`{argument}` of `{operator}` is null{}", match variable {
        Some(variable) => format!(": `{variable}` has no value"),
        None => String::new(),
    })]
    NullArgument {
        /// The operator.
        operator: &'static str,
        /// The argument.
        argument: &'static str,
        /// The variable that was passed, if it was one.
        variable: Option<Box<str>>,
    },
    /// A random operator that is not assigned to a variable and has no salt of its own.
    #[error(
        "`{operator}` has no salt: it is not assigned to a variable directly, so add `salt=\"...\"`"
    )]
    MissingSalt {
        /// The operator.
        operator: &'static str,
    },
    /// An argument of a kind that the operator cannot use.
    #[error("`{argument}` of `{operator}` must be {expected}, not {found}")]
    WrongKind {
        /// The operator.
        operator: &'static str,
        /// The argument.
        argument: &'static str,
        /// The kind that is needed, with its article.
        expected: &'static str,
        /// The kind that was given, with its article.
        found: &'static str,
    },
    /// An operand of a kind that the operator cannot compute with.
    #[error("`{operator}` needs {expected}, not {found}")]
    WrongOperand {
        /// The operator.
        operator: &'static str,
        /// The kind that is needed.
        expected: &'static str,
        /// The kind that was given, with its article.
        found: &'static str,
    },
    /// Two values that have no order.
    #[error("`{operator}` cannot compare {left} with {right}")]
    Incomparable {
        /// The operator.
        operator: &'static str,
        /// The kind of the one, with its article.
        left: &'static str,
        /// The kind of the other, with its article.
        right: &'static str,
    },
    /// A probability outside of 0 to 1.
    #[error("`p` of `{operator}` must be between 0 and 1, not {found}")]
    Probability {
        /// The operator.
        operator: &'static str,
        /// The number that was given.
        found: f64,
    },
    /// No values where at least one is needed.
    #[error("`{operator}` of no values")]
    NoValues {
        /// The operator.
        operator: &'static str,
    },
    /// A division or remainder by zero.
    #[error("`{operator}` by zero")]
    DivisionByZero {
        /// The operator.
        operator: &'static str,
    },
    /// An integer that does not fit.
    #[error("the result of `{operator}` does not fit in 64 bits")]
    Overflow {
        /// The operator.
        operator: &'static str,
    },
    /// A function outside of where it is defined, or too large for a double.
    #[error("`{operator}` of {found} is not a finite number")]
    NotFinite {
        /// The operator.
        operator: &'static str,
        /// The number that was given.
        found: f64,
    },
    /// A list or a map that is put together from ever deeper ones.
    #[error("lists and maps that nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Lists, maps and strings that are made or copied, more than an evaluation may.
    #[error("lists, maps and strings that take more than {} MB", MAX_MADE >> 20)]
    TooLarge,
    /// `randomInteger` with no integer between its bounds.
    #[error("`randomInteger` has no integer to choose between {min} and {max}")]
    EmptyRange {
        /// The lower bound.
        min: i64,
        /// The upper bound.
        max: i64,
    },
    /// More draws than choices, or fewer than none.
    #[error("`{operator}` cannot make {draws} draws from {choices} choices")]
    Draws {
        /// The operator.
        operator: &'static str,
        /// The draws asked for.
        draws: i64,
        /// How many choices there are.
        choices: usize,
    },
    /// Other than one weight a choice, or a weight whose choice is not there.
    #[error("`weightedChoice` needs as many weights as choices: there are {weights} and {choices}")]
    Weights {
        /// How many weights there are.
        weights: usize,
        /// How many choices there are.
        choices: usize,
    },
    /// Weights of which no sum reaches the number that was drawn.
    #[error("the weights of `weightedChoice` add up to a negative number")]
    NoWeight,
    /// An operator that does not exist.
    #[error("unknown operator `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    UnknownOperator {
        /// Its name.
        name: Box<str>,
        /// The known operator with the nearest name.
        nearest: Option<&'static str>,
    },
    /// `switch`, which is compiled and never run.
    #[error("no evaluator runs `switch`: write `if (...) {{...}} else if (...) {{...}}`")]
    Switch,
    /// A new experiment salt that is not a literal string.
    #[error("`experiment_salt` can only be set to a literal string")]
    ExperimentSalt,
    /// An integer in the script that even 128 bits cannot hold.
    #[error("integer `{digits}` is too large")]
    WideInteger {
        /// Its digits.
        digits: Box<str>,
    },
    /// A compiled script with a node that no compiler emits.
    #[error("`{operator}` needs {needs}")]
    Malformed {
        /// The operator.
        operator: Box<str>,
        /// The part that it needs.
        needs: &'static str,
    },
}

impl Reason {
    /// Whether the script itself is to blame: no values of its inputs could help.
    pub fn is_of_the_script(&self) -> bool {
        matches!(
            self,
            Reason::UnknownOperator { .. }
                | Reason::Switch
                | Reason::ExperimentSalt
                | Reason::WideInteger { .. }
                | Reason::Malformed { .. }
        )
    }

    pub(super) fn null_argument(operator: &'static str, argument: &'static str) -> Reason {
        Reason::NullArgument { operator, argument, variable: None }
    }

    pub(crate) fn at(self, span: Span) -> EvalError {
        EvalError { reason: Box::new(self), span, made: 0 }
    }
}
