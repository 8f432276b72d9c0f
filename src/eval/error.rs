//! The reasons why a script could not be evaluated.

use crate::source::Span;
use crate::tree::MAX_DEPTH;

/// The number of bytes of lists, maps and strings that an evaluation may make and copy. A script of
/// sixty lines can ask for more than any machine has.
pub const MAX_MADE: usize = 16 << 20;

/// The number of bytes that the params of a unit may take where they are written or compared. Params
/// can hold the same large constant many times, and an evaluation makes no copy of it.
pub const MAX_ANSWER: usize = 64 << 20;

/// A failed evaluation: the reason, and the part of the script that caused it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct EvalError {
    /// Why.
    pub reason: Box<Reason>,
    /// The part of the script, in the coordinates of the text it was compiled from.
    pub span: Span,
    /// The number of bytes that had been made and copied until then.
    pub(crate) made: usize,
}

/// Errors with the same reason and place are equal, whatever number of bytes was made before.
impl PartialEq for EvalError {
    fn eq(&self, other: &EvalError) -> bool {
        (&self.reason, self.span) == (&other.reason, other.span)
    }
}

/// The reason why a script could not be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A required argument is missing.
    #[error("`{operator}` is missing its argument `{argument}`")]
    MissingArgument {
        /// The operator.
        operator: &'static str,
        /// The argument.
        argument: &'static str,
    },
    /// A required argument is null, for example a variable that was never set.
    #[error("`{argument}` of `{operator}` is null{}", match variable {
        Some(variable) => format!(": `{variable}` has no value"),
        None => String::new(),
    })]
    NullArgument {
        /// The operator.
        operator: &'static str,
        /// The argument.
        argument: &'static str,
        /// The variable that was passed, if the argument is a variable.
        variable: Option<Box<str>>,
    },
    /// A random operator is not assigned to a variable, and has no salt of its own.
    #[error(
        "`{operator}` has no salt: it is not assigned to a variable directly, so add `salt=\"...\"`"
    )]
    MissingSalt {
        /// The operator.
        operator: &'static str,
    },
    /// An argument is of a kind that the operator cannot use.
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
    /// An operand is of a kind that the operator cannot compute with.
    #[error("`{operator}` needs {expected}, not {found}")]
    WrongOperand {
        /// The operator.
        operator: &'static str,
        /// The kind that is needed.
        expected: &'static str,
        /// The kind that was given, with its article.
        found: &'static str,
    },
    /// Two values have no order.
    #[error("`{operator}` cannot compare {left} with {right}")]
    Incomparable {
        /// The operator.
        operator: &'static str,
        /// The kind of the left value, with its article.
        left: &'static str,
        /// The kind of the right value, with its article.
        right: &'static str,
    },
    /// A probability is outside of 0 to 1.
    #[error("`p` of `{operator}` must be between 0 and 1, not {found}")]
    Probability {
        /// The operator.
        operator: &'static str,
        /// The number that was given.
        found: f64,
    },
    /// There are no values where at least one is needed.
    #[error("`{operator}` of no values")]
    NoValues {
        /// The operator.
        operator: &'static str,
    },
    /// A division or remainder is by zero.
    #[error("`{operator}` by zero")]
    DivisionByZero {
        /// The operator.
        operator: &'static str,
    },
    /// An integer does not fit.
    #[error("the result of `{operator}` does not fit in 64 bits")]
    Overflow {
        /// The operator.
        operator: &'static str,
    },
    /// A function is not defined for its argument, or its result is too large for a double.
    #[error("`{operator}` of {found} is not a finite number")]
    NotFinite {
        /// The operator.
        operator: &'static str,
        /// The number that was given.
        found: f64,
    },
    /// A list or a map is nested too deep.
    #[error("lists and maps that nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// The evaluation makes or copies more lists, maps and strings than it may.
    #[error("lists, maps and strings that take more than {} MB", MAX_MADE >> 20)]
    TooLarge,
    /// `randomInteger` has no integer between its bounds.
    #[error("`randomInteger` has no integer to choose between {min} and {max}")]
    EmptyRange {
        /// The lower bound.
        min: i64,
        /// The upper bound.
        max: i64,
    },
    /// More draws than choices are asked for, or a number of draws that leaves out more choices than
    /// there are.
    #[error("`{operator}` cannot make {draws} draws from {choices} choices")]
    Draws {
        /// The operator.
        operator: &'static str,
        /// The draws asked for.
        draws: i64,
        /// The number of choices.
        choices: usize,
    },
    /// The numbers of weights and choices differ, or a weight has no choice.
    #[error("`weightedChoice` needs as many weights as choices: there are {weights} and {choices}")]
    Weights {
        /// The number of weights.
        weights: usize,
        /// The number of choices.
        choices: usize,
    },
    /// No sum of the weights reaches the number that was drawn.
    #[error("the weights of `weightedChoice` add up to a negative number")]
    NoWeight,
    /// The operator does not exist.
    #[error("unknown operator `{name}`{}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    UnknownOperator {
        /// The name of the operator.
        name: Box<str>,
        /// The known operator with the nearest name.
        nearest: Option<&'static str>,
    },
    /// The script reached a `switch`, which compiles and never runs.
    #[error("no evaluator runs `switch`: write `if (...) {{...}} else if (...) {{...}}`")]
    Switch,
    /// The new experiment salt is not a literal string.
    #[error("`experiment_salt` can only be set to a literal string")]
    ExperimentSalt,
    /// An integer in the script does not fit into 128 bits.
    #[error("integer `{digits}` is too large")]
    WideInteger {
        /// The digits of the integer.
        digits: Box<str>,
    },
    /// The compiled script has a node that no compiler emits.
    #[error("`{operator}` needs {needs}")]
    Malformed {
        /// The operator.
        operator: Box<str>,
        /// The part that the node needs.
        needs: &'static str,
    },
}

impl Reason {
    /// Whether the script itself is the cause, so that it fails for all values of its inputs.
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
