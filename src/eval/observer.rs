//! An interface for watching an evaluation.

use crate::source::Span;
use crate::value::Value;

/// Watches the evaluation of a script: [`Script::observe`](super::Script::observe). Places are those of
/// the script's text. The evaluation that nobody watches is compiled by itself, and pays nothing.
pub trait Observer {
    /// Whether it watches at all.
    const WATCHES: bool = true;

    /// A random operator has drawn.
    fn draws(&mut self, draw: &ObservedDraw<'_>) {
        let _ = draw;
    }

    /// A condition of an `if` holds, or does not.
    fn decides(&mut self, holds: bool, place: Span) {
        let _ = (holds, place);
    }

    /// A variable is given a value.
    fn sets(&mut self, variable: &str, value: &Value, place: Span) {
        let _ = (variable, value, place);
    }

    /// The script ends by a `return` of something true or false.
    fn returns(&mut self, in_experiment: bool, place: Span) {
        let _ = (in_experiment, place);
    }
}

/// Nobody watches.
impl Observer for () {
    const WATCHES: bool = false;
}

/// A draw that was made.
#[derive(Clone, Copy, Debug)]
pub struct ObservedDraw<'a> {
    /// The operator.
    pub operator: &'static str,
    /// The text that was hashed, up to the unit. An operator that draws several times appends to it,
    /// with a dot between: `sample` a place, `bernoulliFilter` a choice.
    pub text: &'a str,
    /// The result of the operator.
    pub value: &'a Value,
    /// The place of the operator in the script's text.
    pub place: Span,
}
